// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/options.hpp: the command line.
#pragma once

#include <cstdint>   // uint64_t
#include <expected>  // expected
#include <optional>  // optional
#include <span>      // span
#include <string>    // string

namespace chat {

struct Options {
  std::string base_url;
  std::string model;
  std::string key_env;
  std::string provider;
  std::optional<std::string> prompt;
  std::uint64_t chats = 300;
  std::uint64_t threads = 16;
  std::uint64_t seed = 1001;  // with it the very first chat meets faults
  bool demo = false;
  bool fleet = false;  // not in the help: this process is the fleet
  bool help = false;
};

/// The options, or a sentence that says what is wrong and what is allowed.
[[nodiscard]] std::expected<Options, std::string> parse_options(std::span<char* const> arguments);

[[nodiscard]] std::string help_text(const char* program);

}  // namespace chat
