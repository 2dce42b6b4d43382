// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/log_level.hpp: how much a line of a log matters.
#pragma once

#include <aramid/config.hpp>

#include <cstdint>      // uint8_t
#include <string_view>  // string_view

ARAMID_BEGIN

/// Numbered as spdlog numbers them.
enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };

[[nodiscard]] constexpr std::string_view to_string(LogLevel level) noexcept {
  constexpr std::string_view names[] = {"trace", "debug", "info", "warning", "error"};
  const auto row = static_cast<unsigned>(level);
  return names[row < 5 ? row : 4];
}

ARAMID_END
