// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/terminal.hpp: colours, and text that appears at once.
#pragma once

#include <fmt/color.h>

#include <cstdio>       // fflush, fwrite
#include <string>       // string
#include <string_view>  // string_view

namespace chat {

[[nodiscard]] bool stdout_is_terminal() noexcept;
[[nodiscard]] bool stdin_is_terminal() noexcept;

/// `text` in that style on a terminal, plain elsewhere and where NO_COLOR is set.
[[nodiscard]] std::string paint(fmt::text_style style, std::string_view text);

[[nodiscard]] inline std::string bold(std::string_view text) { return paint(fmt::emphasis::bold, text); }
[[nodiscard]] inline std::string dim(std::string_view text) { return paint(fmt::emphasis::faint, text); }

/// Writes to stdout without waiting for the end of the line.
inline void show(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace chat
