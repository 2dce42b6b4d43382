// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "terminal.hpp"

#include <unistd.h>

#include <cstdlib>  // getenv

namespace chat {

bool stdout_is_terminal() noexcept {
  static const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  return terminal;
}

bool stdin_is_terminal() noexcept { return ::isatty(STDIN_FILENO) == 1; }

std::string paint(fmt::text_style style, std::string_view text) {
  static const bool colours = [] {
    const char* no_color = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return stdout_is_terminal() && (no_color == nullptr || *no_color == '\0') &&
           (terminal == nullptr || std::string_view{terminal} != "dumb");
  }();
  return colours ? fmt::format(style, "{}", text) : std::string{text};
}

}  // namespace chat
