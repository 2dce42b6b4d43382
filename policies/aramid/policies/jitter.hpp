// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/jitter.hpp: how delays of many clients are kept apart.
//
// A jitter is a type with
//   static constexpr Duration apply(Duration delay, std::uint32_t random)   the delay to sleep
//   static constexpr Duration least(Duration delay)                         the smallest it can be
// `random` is uniform over its range. The retry policy applies its cap afterwards, so no jitter exceeds it.
// Cost: two multiplications. Exact: the same random number gives the same delay.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/name.hpp>
#include <aramid/random.hpp>

ARAMID_BEGIN

/// Adds 10 to 30 % of the delay: never earlier than the curve says.
struct Jitter {
  static constexpr Name name = "Jitter";
  [[nodiscard]] static constexpr Duration apply(Duration delay, std::uint32_t random) noexcept {
    const std::int64_t tenth = delay.count() / 10;
    return saturating_add(delay, Duration{tenth + scale(2 * tenth, random)});
  }
  [[nodiscard]] static constexpr Duration least(Duration delay) noexcept { return apply(delay, 0); }
};

/// The curve as it is: for tests, and for a single client that needs no spreading.
struct NoJitter {
  static constexpr Name name = "NoJitter";
  [[nodiscard]] static constexpr Duration apply(Duration delay, std::uint32_t) noexcept { return delay; }
  [[nodiscard]] static constexpr Duration least(Duration delay) noexcept { return delay; }
};

ARAMID_END
