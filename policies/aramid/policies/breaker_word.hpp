// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_word.hpp: a breaker's whole state in one atomic word.
//
//   bits  0..15  probes out (half-open)
//   bits 16..31  failures in a row (closed), or successes so far (half-open)
//   bits 32..61  generation: grows with every move, so that late results of an earlier period are known
//   bits 62..63  state
//
// One word means that a decision is one compare-and-swap, and that admission on a closed breaker is one
// relaxed load.
#pragma once

#include <aramid/config.hpp>

#include <cstdint>      // uint64_t
#include <string_view>  // string_view

ARAMID_BEGIN

enum class BreakerState : std::uint8_t { closed, half_open, open };

[[nodiscard]] constexpr std::string_view to_string(BreakerState state) noexcept {
  switch (state) {
    case BreakerState::half_open:
      return "half_open";
    case BreakerState::open:
      return "open";
    case BreakerState::closed:
      break;
  }
  return "closed";
}

namespace detail {

struct BreakerWord {
  static constexpr std::uint32_t max_count = 0xFFFF;
  static constexpr std::uint32_t generation_mask = 0x3FFFFFFF;

  BreakerState state = BreakerState::closed;
  std::uint32_t generation = 0;
  std::uint32_t count = 0;
  std::uint32_t probes = 0;

  [[nodiscard]] static constexpr BreakerWord unpack(std::uint64_t word) noexcept {
    return {static_cast<BreakerState>(word >> 62U), static_cast<std::uint32_t>(word >> 32U) & generation_mask,
            static_cast<std::uint32_t>(word >> 16U) & max_count,
            static_cast<std::uint32_t>(word) & max_count};
  }
  [[nodiscard]] constexpr std::uint64_t pack() const noexcept {
    return (static_cast<std::uint64_t>(state) << 62U) | (static_cast<std::uint64_t>(generation) << 32U) |
           (static_cast<std::uint64_t>(count) << 16U) | probes;
  }
  /// The first word of the next period.
  [[nodiscard]] constexpr BreakerWord moved_to(BreakerState next,
                                               std::uint32_t probes_out = 0) const noexcept {
    return {next, (generation + 1) & generation_mask, 0, probes_out};
  }
};

}  // namespace detail

ARAMID_END
