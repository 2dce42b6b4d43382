// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/demo.hpp: a bare and a resilient client, on the same bad servers.
#pragma once

#include "options.hpp"

#include <stop_token>  // stop_token

namespace chat {

/// Starts the embedded fleet and shows what the library does. The exit status.
[[nodiscard]] int run_demo(const Options& options, const char* program, const std::stop_token& stop);

}  // namespace chat
