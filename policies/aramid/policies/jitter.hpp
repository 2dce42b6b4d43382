// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/jitter.hpp: how delays of many clients are kept apart.
//
//   NoJitter              the curve's delay c
//   Jitter                c + 10 to 30 %: never earlier than the curve
//   FullJitter            0 to c: the least load on a provider that many clients wait for
//   EqualJitter           c/2 to c
//   Spread<25>            c - 25 % to c + 25 %
//   DecorrelatedJitter    base to 3 times the delay before; takes the place of the curve
//
// A jitter is a type with
//   static constexpr Duration apply(Duration delay, std::uint32_t random)   the delay to sleep
//   static constexpr Duration least(Duration delay)                         the shortest it can be
//   static constexpr Duration most(Duration delay)                          no delay is longer
// or, when each delay depends on the one before, `static constexpr bool chained = true` and
//   static constexpr Duration apply(Duration base, Duration previous, std::uint32_t random)
// in place of the first; `previous` is the call's last delay, after the cap, and base before there is one.
// `random` is uniform over its range. The retry policy applies its cap afterwards, so no jitter exceeds it.
// Cost: two to four multiplications. Exact: the same random number gives the same delay.
// Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (full, equal, decorrelated).
#pragma once

#include <aramid/duration.hpp>
#include <aramid/name.hpp>
#include <aramid/random.hpp>

#include <concepts>  // same_as
#include <string>    // string, to_string

ARAMID_BEGIN

/// Whether a jitter wants to know the delay before.
template <class J>
inline constexpr bool chained_v = false;
template <class J>
  requires requires { J::chained; }
inline constexpr bool chained_v<J> = J::chained;

/// What can stand for `Spread`.
template <class J>
concept DelayJitter = requires(Duration delay, std::uint32_t random) {
  { J::least(delay) } noexcept -> std::same_as<Duration>;
  { J::most(delay) } noexcept -> std::same_as<Duration>;
} && (requires(Duration delay, std::uint32_t random) {
  requires !chained_v<J>;
  { J::apply(delay, random) } noexcept -> std::same_as<Duration>;
} || requires(Duration delay, std::uint32_t random) {
  requires chained_v<J>;
  { J::apply(delay, delay, random) } noexcept -> std::same_as<Duration>;
});

/// The curve as it is: for tests, and for a single client that needs no spreading.
struct NoJitter {
  static constexpr Name name = "NoJitter";
  [[nodiscard]] static constexpr Duration apply(Duration delay, std::uint32_t) noexcept { return delay; }
  [[nodiscard]] static constexpr Duration least(Duration delay) noexcept { return delay; }
  [[nodiscard]] static constexpr Duration most(Duration delay) noexcept { return delay; }
};

/// Adds 10 to 30 % of the delay: never earlier than the curve says.
struct Jitter {
  static constexpr Name name = "Jitter";
  [[nodiscard]] static constexpr Duration apply(Duration delay, std::uint32_t random) noexcept {
    const std::int64_t tenth = delay.count() / 10;
    return saturating_add(delay, Duration{tenth + scale(2 * tenth, random)});
  }
  [[nodiscard]] static constexpr Duration least(Duration delay) noexcept { return apply(delay, 0); }
  [[nodiscard]] static constexpr Duration most(Duration delay) noexcept {
    return saturating_add(delay, delay / 10 * 3);
  }
};

/// Anywhere from 0 to the delay.
struct FullJitter {
  static constexpr Name name = "FullJitter";
  [[nodiscard]] static constexpr Duration apply(Duration delay, std::uint32_t random) noexcept {
    return Duration{scale(delay.count(), random)};
  }
  [[nodiscard]] static constexpr Duration least(Duration) noexcept { return Duration::zero(); }
  [[nodiscard]] static constexpr Duration most(Duration delay) noexcept { return delay; }
};

/// At least half the delay, the other half spread.
struct EqualJitter {
  static constexpr Name name = "EqualJitter";
  [[nodiscard]] static constexpr Duration apply(Duration delay, std::uint32_t random) noexcept {
    return least(delay) + Duration{scale((delay / 2).count(), random)};
  }
  [[nodiscard]] static constexpr Duration least(Duration delay) noexcept { return delay - delay / 2; }
  [[nodiscard]] static constexpr Duration most(Duration delay) noexcept { return delay; }
};

/// Up to `Percent` percent, 1 to 100, below or above the delay.
template <unsigned Percent>
struct Spread {
  static constexpr Name name = "Spread";

  static consteval bool check() noexcept {
    static_assert(Percent >= 1 && Percent <= 100, "aramid: Spread<Percent>: Percent is 1 to 100");
    return true;
  }
  [[nodiscard]] static constexpr Duration apply(Duration delay, std::uint32_t random) noexcept {
    const Duration step{scale(part(delay).count(), random)};  // twice, as twice the part might not fit
    return saturating_add(saturating_add(least(delay), step), step);
  }
  [[nodiscard]] static constexpr Duration least(Duration delay) noexcept { return delay - part(delay); }
  [[nodiscard]] static constexpr Duration most(Duration delay) noexcept {
    return saturating_add(delay, part(delay));
  }
  [[nodiscard]] static std::string describe() { return "Spread<" + std::to_string(Percent) + ">"; }

 private:
  static constexpr Duration part(Duration delay) noexcept {
    constexpr unsigned percent = Percent < 100 ? Percent : 100;
    return delay / 100 * percent + delay % 100 * percent / 100;
  }
};

/// From the base up to three times the delay before: a random walk that grows and comes back.
struct DecorrelatedJitter {
  static constexpr Name name = "DecorrelatedJitter";
  static constexpr bool chained = true;
  [[nodiscard]] static constexpr Duration apply(Duration base, Duration previous,
                                                std::uint32_t random) noexcept {
    const Duration highest = saturating_mul(previous, 3);
    if (highest <= base) return base;
    return base + Duration{scale((highest - base).count(), random)};
  }
  [[nodiscard]] static constexpr Duration least(Duration delay) noexcept { return delay; }
  [[nodiscard]] static constexpr Duration most(Duration) noexcept { return Duration::max(); }
};

ARAMID_END
