// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/ollama.hpp: models on one's own machine, asked in Ollama's own language.
//
//   using Client = Resilient<Ollama, Backoff<Exponential, Jitter>, Timeout<120s>>;
//   Client client{Ollama{{.model = "llama3.2"}}};                 // where it runs comes from OLLAMA_HOST
//   auto answer = client(ChatRequest{"Why is the sky blue?"});
//
// `base_url` goes up to, not including "/api/chat". No key, unless the settings have one. Errors, time and threads:
// as <aramid/adapters/chat_provider.hpp> says. The same server in OpenAI's language is OllamaCompatible.
// A model that is not in memory is loaded first, which can take minutes: a `first_byte_timeout` that was left as it
// is means `load_timeout` here. A call that ends early closes its connection, which stops the model.
// In a request: developer messages are system messages; images must be bytes, not an address; the only
// `tool_choice` are "auto" and "none". `think`, `keep_alive` and `options.num_ctx` go through `extra_json`, and
// `{"messages":[]}` there only loads the model, which answers with the finish reason "load".
// In an answer: a tool call without an id gets one, and with calls the reason "stop" is `tool_calls`. Without a
// reason it is `other`, with an empty word. `usage.input_tokens` is -1 if the server does not say: it leaves out a
// prompt that it had in its cache. Thoughts are `thinking` in `extra_json`, beside the durations, in nanoseconds.
#pragma once

#include <aramid/adapters/chat_provider.hpp>

ARAMID_BEGIN

class Ollama : public ChatProvider {
 public:
  /// As long as Ollama itself waits for a model to load, and some for the prompt.
  static constexpr Duration load_timeout = std::chrono::seconds{330};

  /// The host in OLLAMA_HOST ("host", "host:port" or a URL), else http://127.0.0.1:11434.
  Ollama() : Ollama(ProviderSettings{}) {}
  explicit Ollama(const ProviderSettings& settings);
};

ARAMID_END
