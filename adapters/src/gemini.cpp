// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/gemini.hpp>

#include "gemini_wire.hpp"

ARAMID_BEGIN

namespace {

constexpr std::string_view version = "/v1beta";

// Others write the address without the version of the API.
ProviderSettings with_version(ProviderSettings settings) {
  std::string& url = settings.base_url;
  while (url.ends_with('/')) url.pop_back();
  const std::size_t scheme = url.find("://");
  if (scheme != std::string::npos && url.find('/', scheme + 3) == std::string::npos) url += version;
  return settings;
}

const char* key_variable() {
  const bool other =
      !Secret::from_env("GEMINI_API_KEY").is_set() && Secret::from_env("GOOGLE_API_KEY").is_set();
  return other ? "GOOGLE_API_KEY" : "GEMINI_API_KEY";
}

}  // namespace

Gemini::Gemini(const ProviderSettings& settings)
    : ChatProvider(with_version(settings),
                   {.name = "gemini",
                    .base_url = "https://generativelanguage.googleapis.com" + std::string{version},
                    .key_variable = key_variable()},
                   std::make_shared<const detail::GeminiWire>()) {}

ARAMID_END
