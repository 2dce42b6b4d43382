// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/anthropic.hpp>

#include "anthropic_wire.hpp"

ARAMID_BEGIN

namespace {

// Others write the "/v1" of the path into the base URL.
ProviderSettings without_version(ProviderSettings settings) {
  std::string& url = settings.base_url;
  const std::size_t slashes = url.find_last_not_of('/');
  const std::string_view trimmed =
      std::string_view{url}.substr(0, slashes == std::string::npos ? 0 : slashes + 1);
  constexpr std::string_view version = "/v1";
  if (trimmed.ends_with(version)) url.resize(trimmed.size() - version.size());
  return settings;
}

}  // namespace

Anthropic::Anthropic(const ProviderSettings& settings)
    : ChatProvider(
          without_version(settings),
          {.name = "anthropic", .base_url = "https://api.anthropic.com", .key_variable = "ANTHROPIC_API_KEY"},
          std::make_shared<const detail::AnthropicWire>(default_max_tokens)) {}

ARAMID_END
