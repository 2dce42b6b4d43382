// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/openai.hpp: chat completions of OpenAI and of everything that speaks the same language.
//
//   using Client = Resilient<OpenAi, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>>;
//   Client client{OpenAi{{.model = "gpt-4o-mini"}}};     // the key comes from OPENAI_API_KEY
//   auto answer = client(ChatRequest{"Why is the sky blue?"});
//   if (answer) std::cout << answer->text;
//
// More ready-made ones are in <aramid/adapters/compatible.hpp>.
// `base_url` goes up to, not including "/chat/completions". Keys, errors, time and threads: as
// <aramid/adapters/chat_provider.hpp> says.
#pragma once

#include <aramid/adapters/chat_provider.hpp>
#include <aramid/adapters/ollama.hpp>

ARAMID_BEGIN

using OpenAiSettings = ProviderSettings;

class OpenAi : public ChatProvider {
 public:
  /// https://api.openai.com/v1, key from OPENAI_API_KEY.
  OpenAi() : OpenAi(OpenAiSettings{}) {}
  explicit OpenAi(const OpenAiSettings& settings);

 protected:
  OpenAi(const OpenAiSettings& settings, const Endpoint& endpoint);
  OpenAi(const OpenAiSettings& settings, const Endpoint& endpoint,
         std::shared_ptr<const detail::ChatWire> wire);
};

/// https://api.sambanova.ai/v1, key from SAMBANOVA_API_KEY.
class SambaNova : public OpenAi {
 public:
  SambaNova() : SambaNova(OpenAiSettings{}) {}
  explicit SambaNova(const OpenAiSettings& settings);
};

/// https://router.huggingface.co/v1, key from HF_TOKEN. A model may end in ":provider", ":fastest" or
/// ":cheapest".
class HuggingFace : public OpenAi {
 public:
  HuggingFace() : HuggingFace(OpenAiSettings{}) {}
  explicit HuggingFace(const OpenAiSettings& settings);
};

/// Ollama in OpenAI's language: the host in OLLAMA_HOST, else http://127.0.0.1:11434, under "/v1". No key. The
/// first call to a model loads it, which can take longer than `first_byte_timeout` allows. Ollama's own language
/// says more: <aramid/adapters/ollama.hpp>.
class OllamaCompatible : public OpenAi {
 public:
  OllamaCompatible() : OllamaCompatible(OpenAiSettings{}) {}
  explicit OllamaCompatible(const OpenAiSettings& settings);
};

ARAMID_END
