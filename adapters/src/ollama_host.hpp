// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include <aramid/adapters/chat_provider.hpp>

#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

namespace detail {

/// The base URL for the value of OLLAMA_HOST: "", "host", "host:port", ":port" or a URL. The address that a
/// server listens on everywhere ("0.0.0.0") is asked at loopback.
[[nodiscard]] std::string ollama_base_url(std::string_view host);
/// The same of the environment's.
[[nodiscard]] std::string ollama_base_url();

/// The settings with a base URL that the format's paths follow on, though it may have been written for either API,
/// and with the time that a model takes to load.
[[nodiscard]] ProviderSettings ollama_settings(ProviderSettings settings);

}  // namespace detail

ARAMID_END
