// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/openai_responses.hpp>

#include "openai_responses_wire.hpp"

ARAMID_BEGIN

OpenAiResponses::OpenAiResponses(const ProviderSettings& settings)
    : ChatProvider(settings,
                   {.name = "openai-responses",
                    .base_url = "https://api.openai.com/v1",
                    .key_variable = "OPENAI_API_KEY"},
                   std::make_shared<const detail::OpenAiResponsesWire>()) {}

ARAMID_END
