// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
// run

#include <aramid/adapters/anthropic.hpp>
#include <aramid/adapters/compatible.hpp>
#include <aramid/adapters/gemini.hpp>
#include <aramid/adapters/ollama.hpp>
#include <aramid/adapters/openai.hpp>
#include <aramid/adapters/openai_responses.hpp>

#include <initializer_list>
#include <iostream>

using namespace aramid;

// [ready]
// What is wrong with its settings, such as a missing key, is known without asking anybody.
void show(const ChatProvider& provider) {
  const Outcome<void> ready = provider.ready();
  std::cout << provider.name().view() << ": " << (ready ? "ready" : ready.error().message) << '\n';
}
// [/ready]

void hosted() {
  // [openai]
  const OpenAi chat{{.model = "gpt-4o-mini"}};
  const OpenAiResponses responses{{.model = "gpt-5-mini"}};
  ChatRequest request{"Why is the sky blue?"};
  request.options.extra_json = R"({"reasoning":{"effort":"low"},"store":false})";  // for `responses`
  // [/openai]

  // [anthropic]
  const Anthropic claude{
      {.model = "claude-sonnet-4-5", .headers = {{"anthropic-beta", "context-1m-2025-08-07"}}}};
  // [/anthropic]

  // [gemini]
  const Gemini gemini{{.model = "gemini-2.5-flash"}};
  // [/gemini]

  // [huggingface]
  const HuggingFace routed{{.model = "meta-llama/Llama-3.3-70B-Instruct:cheapest",
                            .headers = {{"X-HF-Bill-To", "my-organisation"}}}};
  const SambaNova sambanova{{.model = "Meta-Llama-3.3-70B-Instruct"}};
  // [/huggingface]

  for (const ChatProvider& provider :
       std::initializer_list<ChatProvider>{chat, responses, claude, gemini, routed, sambanova})
    show(provider);
}

void compatible() {
  // [compatible]
  const Groq groq{{.model = "llama-3.3-70b-versatile"}};
  const Together together{{.model = "meta-llama/Llama-3.3-70B-Instruct-Turbo"}};
  const OpenRouter router{{.model = "openrouter/auto", .headers = {{"X-Title", "My program"}}}};
  const Mistral mistral{{.model = "mistral-small-latest"}};
  const DeepSeek deepseek{{.model = "deepseek-chat"}};
  const AzureOpenAi azure{{.model = "my-deployment"}};  // where it is comes from AZURE_OPENAI_ENDPOINT
  // [/compatible]

  // [other]
  const OpenAi other{{.model = "some-model",
                      .base_url = "https://llm.example.org/v1",
                      .api_key = Secret::from_env("EXAMPLE_API_KEY"),
                      .name = "example"}};
  // [/other]

  for (const ChatProvider& provider :
       std::initializer_list<ChatProvider>{groq, together, router, mistral, deepseek, azure, other})
    show(provider);
}

void own() {
  // [own]
  const Ollama ollama{{.model = "llama3.2"}};  // where it runs comes from OLLAMA_HOST
  const Vllm vllm{{.model = "my-model", .base_url = "http://gpu-1:8000/v1"}};
  const LlamaCpp llama{{.model = "whichever", .name = "llama on 8080"}};
  // [/own]

  for (const ChatProvider& provider : std::initializer_list<ChatProvider>{ollama, vllm, llama})
    show(provider);
}

int main() {
  hosted();
  compatible();
  own();
}
