// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/compatible.hpp>

#include "azure_wire.hpp"
#include "base_url.hpp"

#include <cstdlib>  // getenv

ARAMID_BEGIN

namespace {

std::string from_env(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr ? value : "";
}

// Azure shows its address with and without the beginning of the path.
std::string azure_url(std::string_view url) { return detail::without_suffix(url, "/openai"); }

ProviderSettings azure_settings(ProviderSettings settings) {
  settings.base_url = azure_url(settings.base_url);
  return settings;
}

std::shared_ptr<const detail::ChatWire> azure_wire(const std::string& given, std::string version) {
  const std::string url = azure_url(given.empty() ? from_env("AZURE_OPENAI_ENDPOINT") : given);
  if (url.ends_with("/openai/v1")) return std::make_shared<const detail::AzureWire>(std::string{});
  if (version.empty()) version = from_env("OPENAI_API_VERSION");
  return std::make_shared<const detail::AzureWire>(version.empty() ? "2024-10-21" : std::move(version));
}

}  // namespace

Groq::Groq(const ProviderSettings& settings)
    : OpenAi(settings,
             {.name = "groq", .base_url = "https://api.groq.com/openai/v1", .key_variable = "GROQ_API_KEY"}) {
}

Together::Together(const ProviderSettings& settings)
    : OpenAi(settings, {.name = "together",
                        .base_url = "https://api.together.ai/v1",
                        .key_variable = "TOGETHER_API_KEY"}) {}

OpenRouter::OpenRouter(const ProviderSettings& settings)
    : OpenAi(settings, {.name = "openrouter",
                        .base_url = "https://openrouter.ai/api/v1",
                        .key_variable = "OPENROUTER_API_KEY"}) {}

Mistral::Mistral(const ProviderSettings& settings)
    : OpenAi(settings,
             {.name = "mistral", .base_url = "https://api.mistral.ai/v1", .key_variable = "MISTRAL_API_KEY"},
             std::make_shared<const detail::OpenAiWire>(detail::OpenAiQuirks{
                 .seed = "random_seed", .asks_for_usage = false, .names_messages = false})) {}

DeepSeek::DeepSeek(const ProviderSettings& settings)
    : OpenAi(settings, {.name = "deepseek",
                        .base_url = "https://api.deepseek.com/v1",
                        .key_variable = "DEEPSEEK_API_KEY"}) {}

AzureOpenAi::AzureOpenAi(const ProviderSettings& settings, const std::string& api_version)
    : OpenAi(azure_settings(settings),
             {.name = "azure",
              .base_url = azure_url(from_env("AZURE_OPENAI_ENDPOINT")),
              .key_variable = "AZURE_OPENAI_API_KEY",
              .url_variable = "AZURE_OPENAI_ENDPOINT"},
             azure_wire(settings.base_url, api_version)) {}

Vllm::Vllm(const ProviderSettings& settings)
    : OpenAi(settings, {.name = "vllm", .base_url = "http://127.0.0.1:8000/v1"}) {}

LlamaCpp::LlamaCpp(const ProviderSettings& settings)
    : OpenAi(settings, {.name = "llamacpp", .base_url = "http://127.0.0.1:8080/v1"}) {}

ARAMID_END
