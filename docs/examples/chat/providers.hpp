// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/providers.hpp: the real providers that command line and environment set up.
#pragma once

#include "bulk.hpp"
#include "options.hpp"

#include <aramid/adapters/chat_provider.hpp>

#include <expected>  // expected
#include <string>    // string
#include <vector>    // vector

namespace chat {

/// The providers in the order in which they are asked, none if nothing is set up; or what is wrong, as a sentence.
[[nodiscard]] std::expected<std::vector<aramid::ChatProvider>, std::string> find_providers(
    const Options& options);

/// One resilient client of one to four providers.
[[nodiscard]] ChatCall make_client(const std::vector<aramid::ChatProvider>& providers);

}  // namespace chat
