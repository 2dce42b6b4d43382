// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/anthropic.hpp>

#include "anthropic_wire.hpp"
#include "base_url.hpp"

ARAMID_BEGIN

namespace {

// Others write the "/v1" of the path into the base URL.
ProviderSettings without_version(ProviderSettings settings) {
  settings.base_url = detail::without_suffix(settings.base_url, "/v1");
  return settings;
}

}  // namespace

Anthropic::Anthropic(const ProviderSettings& settings)
    : ChatProvider(
          without_version(settings),
          {.name = "anthropic", .base_url = "https://api.anthropic.com", .key_variable = "ANTHROPIC_API_KEY"},
          std::make_shared<const detail::AnthropicWire>(default_max_tokens)) {}

ARAMID_END
