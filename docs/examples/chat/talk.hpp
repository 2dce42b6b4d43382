// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/talk.hpp: a conversation with real providers.
#pragma once

#include "bulk.hpp"
#include "options.hpp"

#include <stop_token>  // stop_token

namespace chat {

/// Prompts from `--prompt`, from a terminal line by line, or all of stdin as one. The exit status.
[[nodiscard]] int run_talk(const Options& options, const ChatCall& call, const std::stop_token& stop);

}  // namespace chat
