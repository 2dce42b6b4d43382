// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/ollama.hpp>

#include "ollama_host.hpp"
#include "ollama_wire.hpp"

ARAMID_BEGIN

Ollama::Ollama(const ProviderSettings& settings)
    : ChatProvider(detail::ollama_settings(settings),
                   {.name = "ollama", .base_url = detail::ollama_base_url()},
                   std::make_shared<const detail::OllamaWire>()) {}

ARAMID_END
