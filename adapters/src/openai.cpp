// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/openai.hpp>

#include "ollama_host.hpp"
#include "openai_wire.hpp"

#include <cstdlib>  // getenv

ARAMID_BEGIN

OpenAi::OpenAi(const OpenAiSettings& settings)
    : OpenAi(settings,
             {.name = "openai", .base_url = "https://api.openai.com/v1", .key_variable = "OPENAI_API_KEY"}) {}

OpenAi::OpenAi(const OpenAiSettings& settings, const Endpoint& endpoint)
    : OpenAi(settings, endpoint, detail::OpenAiWire::shared()) {}

OpenAi::OpenAi(const OpenAiSettings& settings, const Endpoint& endpoint,
               std::shared_ptr<const detail::ChatWire> wire)
    : ChatProvider(settings, endpoint, std::move(wire)) {}

SambaNova::SambaNova(const OpenAiSettings& settings)
    : OpenAi(settings, {.name = "sambanova",
                        .base_url = "https://api.sambanova.ai/v1",
                        .key_variable = "SAMBANOVA_API_KEY"}) {}

HuggingFace::HuggingFace(const OpenAiSettings& settings)
    : OpenAi(settings,
             {.name = "hf", .base_url = "https://router.huggingface.co/v1", .key_variable = "HF_TOKEN"}) {}

Ollama::Ollama(const OpenAiSettings& settings)
    : OpenAi(settings, {.name = "ollama", .base_url = [] {
                          const char* host = std::getenv("OLLAMA_HOST");
                          return detail::ollama_base_url(host != nullptr ? host : "");
                        }()}) {}

ARAMID_END
