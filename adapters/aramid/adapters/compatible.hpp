// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/compatible.hpp: services and servers that speak the language of OpenAI's chat completions.
//
//   Groq groq{{.model = "llama-3.3-70b-versatile"}};                       // the key comes from GROQ_API_KEY
//   Vllm own{{.model = "my-model", .base_url = "http://gpu-1:8000/v1"}};   // no key
//
// Each knows its address, its key and where it differs. For any other one, OpenAi with a `base_url` does the same.
// Keys, errors, time and threads: as <aramid/adapters/chat_provider.hpp> says. Their limit headers are read into
// `ctx.hints` where they have any.
#pragma once

#include <aramid/adapters/openai.hpp>

ARAMID_BEGIN

/// https://api.groq.com/openai/v1, key from GROQ_API_KEY. `max_tokens` counts against the limit of tokens per
/// minute when the request is made, so set it; a request larger than that limit is `request_too_large`. Its
/// quota of requests is one per day.
class Groq : public OpenAi {
 public:
  Groq() : Groq(ProviderSettings{}) {}
  explicit Groq(const ProviderSettings& settings);
};

/// https://api.together.ai/v1, key from TOGETHER_API_KEY. `rate_limited`: you are over your limit;
/// `overloaded`: you are not, but there is no capacity.
class Together : public OpenAi {
 public:
  Together() : Together(ProviderSettings{}) {}
  explicit Together(const ProviderSettings& settings);
};

/// https://openrouter.ai/api/v1, key from OPENROUTER_API_KEY. The headers HTTP-Referer and X-Title, in the
/// settings, tell it who asks. It fails over by itself between those who serve a model.
class OpenRouter : public OpenAi {
 public:
  OpenRouter() : OpenRouter(ProviderSettings{}) {}
  explicit OpenRouter(const ProviderSettings& settings);
};

/// https://api.mistral.ai/v1, key from MISTRAL_API_KEY. It refuses what it does not know: names of messages are
/// not sent, `seed` goes by its own name, and usage comes unasked.
class Mistral : public OpenAi {
 public:
  Mistral() : Mistral(ProviderSettings{}) {}
  explicit Mistral(const ProviderSettings& settings);
};

/// https://api.deepseek.com/v1, key from DEEPSEEK_API_KEY. When it is busy it keeps a call waiting with
/// comments or blank lines, up to `idle_timeout`; an answer that it cuts off for want of resources is
/// `overloaded`.
class DeepSeek : public OpenAi {
 public:
  DeepSeek() : DeepSeek(ProviderSettings{}) {}
  explicit DeepSeek(const ProviderSettings& settings);
};

/// Azure OpenAI, address from AZURE_OPENAI_ENDPOINT ("https://NAME.openai.azure.com") and key from
/// AZURE_OPENAI_API_KEY, sent as "api-key". The model is the deployment's name. An address that ends in
/// "/openai/v1" is asked by that API, which has no versions. What Azure's filter refuses is `content_filtered`.
class AzureOpenAi : public OpenAi {
 public:
  AzureOpenAi() : AzureOpenAi(ProviderSettings{}) {}
  /// `api_version`: empty: from OPENAI_API_VERSION, else "2024-10-21".
  explicit AzureOpenAi(const ProviderSettings& settings, const std::string& api_version = {});
};

/// A vLLM server, http://127.0.0.1:8000/v1 unless `base_url` says where. No key unless the settings have one.
class Vllm : public OpenAi {
 public:
  Vllm() : Vllm(ProviderSettings{}) {}
  explicit Vllm(const ProviderSettings& settings);
};

/// A llama.cpp server, http://127.0.0.1:8080/v1 unless `base_url` says where. No key unless the settings have
/// one. It serves the model that it was started with, whatever the request names; `loading` until it has read
/// it.
class LlamaCpp : public OpenAi {
 public:
  LlamaCpp() : LlamaCpp(ProviderSettings{}) {}
  explicit LlamaCpp(const ProviderSettings& settings);
};

ARAMID_END
