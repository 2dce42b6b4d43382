// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_word.hpp: a breaker's whole state in one atomic word.
//
//   bits  0..9   half-open: probes out                \  closed: abandoned calls in a row
//   bits 10..15  half-open: probes that failed        /  forced open: handles that hold it
//   bits 16..31  half-open: probes that succeeded        closed: failures in a row; forced open: 1 = for good
//   bits 32..37  round: times that it opened again since it was last closed, sticks at 63
//   bits 38..60  generation: grows with every move, so that late results of an earlier period are known
//   bits 61..63  state; 0 = closed, so that admission is one comparison
//
// One word means that a decision is one compare-and-swap, and that admission on a closed breaker is one
// relaxed load.
#pragma once

#include <aramid/config.hpp>

#include <cstdint>      // uint64_t
#include <string_view>  // string_view

ARAMID_BEGIN

enum class BreakerState : std::uint8_t {
  closed,
  half_open,
  open,
  forced_open,  ///< by hand, until it is given back to automatic
  ramping,      ///< closed again, and a growing share of the traffic is let through
  disabled,     ///< by hand: everything is let through, nothing is counted
};

[[nodiscard]] constexpr std::string_view to_string(BreakerState state) noexcept {
  constexpr std::string_view names[] = {"closed", "half_open", "open", "forced_open", "ramping", "disabled"};
  const auto row = static_cast<unsigned>(state);
  return names[row < 6 ? row : 0];
}

/// Of several breakers the one with the highest number is the worst.
[[nodiscard]] constexpr unsigned severity(BreakerState state) noexcept {
  constexpr unsigned severities[] = {1, 3, 4, 5, 2, 0};
  const auto row = static_cast<unsigned>(state);
  return severities[row < 6 ? row : 0];
}

namespace detail {

struct BreakerWord {
  static constexpr std::uint32_t max_count = 0xFFFF;
  static constexpr std::uint32_t max_probes = 0x3FF;
  static constexpr std::uint32_t max_failed = 0x3F;
  static constexpr std::uint32_t max_round = 0x3F;
  static constexpr std::uint32_t generation_mask = 0x7FFFFF;
  static constexpr std::uint64_t first_not_closed = std::uint64_t{1} << 61U;

  BreakerState state = BreakerState::closed;
  std::uint32_t generation = 0;
  std::uint32_t round = 0;
  std::uint32_t count = 0;
  std::uint32_t failed = 0;
  std::uint32_t probes = 0;

  [[nodiscard]] static constexpr BreakerWord unpack(std::uint64_t word) noexcept {
    return {static_cast<BreakerState>(word >> 61U),
            static_cast<std::uint32_t>(word >> 38U) & generation_mask,
            static_cast<std::uint32_t>(word >> 32U) & max_round,
            static_cast<std::uint32_t>(word >> 16U) & max_count,
            static_cast<std::uint32_t>(word >> 10U) & max_failed,
            static_cast<std::uint32_t>(word) & max_probes};
  }
  [[nodiscard]] constexpr std::uint64_t pack() const noexcept {
    return (static_cast<std::uint64_t>(state) << 61U) | (static_cast<std::uint64_t>(generation) << 38U) |
           (static_cast<std::uint64_t>(round) << 32U) | (static_cast<std::uint64_t>(count) << 16U) |
           (static_cast<std::uint64_t>(failed) << 10U) | probes;
  }

  /// The low sixteen bits where there are no probes.
  [[nodiscard]] constexpr std::uint32_t low() const noexcept { return (failed << 10U) | probes; }
  constexpr void set_low(std::uint32_t value) noexcept {
    value = value < max_count ? value : max_count;
    failed = value >> 10U;
    probes = value & max_probes;
  }
  /// Calls are judged by the trip rules.
  [[nodiscard]] constexpr bool counting() const noexcept {
    return state == BreakerState::closed || state == BreakerState::ramping;
  }
  /// The first word of the next period.
  [[nodiscard]] constexpr BreakerWord moved_to(BreakerState next,
                                               std::uint32_t probes_out = 0) const noexcept {
    BreakerWord word;
    word.state = next;
    word.generation = (generation + 1) & generation_mask;
    word.round = next == BreakerState::closed ? 0 : round;
    word.probes = probes_out;
    return word;
  }
};

/// Whether generation `a` is later than `b`, which is not further away than half of all.
[[nodiscard]] constexpr bool later_generation(std::uint32_t a, std::uint32_t b) noexcept {
  const std::uint32_t apart = (a - b) & BreakerWord::generation_mask;
  return apart != 0 && apart <= BreakerWord::generation_mask / 2;
}

}  // namespace detail

ARAMID_END
