// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/duration.hpp: the three words for time.
//
//   Duration  a length of time in nanoseconds
//   Instant   a point on the driver's monotonic time line; never a wall clock
//   Span      a Duration that can be a template argument: `Timeout<30s>`
//
// All arithmetic here saturates: `Instant::max()` means "never" and stays there.
// Cost: one compare over the plain operation. Thread-safety: values.
#pragma once

#include <aramid/config.hpp>

#include <chrono>   // duration, time_point, chrono_literals
#include <cstdint>  // int64_t
#include <limits>   // numeric_limits

ARAMID_BEGIN

using Duration = std::chrono::nanoseconds;

/// The clock tag of `Instant`. It cannot be read: drivers read clocks, policies are told the time.
struct TimeLine {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  using time_point = std::chrono::time_point<TimeLine, Duration>;
  static constexpr bool is_steady = true;
};

using Instant = TimeLine::time_point;

/// Sum without overflow: the result sticks at the largest or smallest Duration.
[[nodiscard]] constexpr Duration saturating_add(Duration a, Duration b) noexcept {
  if (b.count() > 0 && a > Duration::max() - b) return Duration::max();
  if (b.count() < 0 && a < Duration::min() - b) return Duration::min();
  return a + b;
}

/// `at + by`, sticking at `Instant::max()` ("never") and at the beginning of time.
[[nodiscard]] constexpr Instant saturating_add(Instant at, Duration by) noexcept {
  return Instant{saturating_add(at.time_since_epoch(), by)};
}

/// The time from `earlier` to `later`, zero when they are the wrong way round: time never goes backward.
[[nodiscard]] constexpr Duration elapsed(Instant earlier, Instant later) noexcept {
  if (later <= earlier) return Duration::zero();
  const auto apart = static_cast<std::uint64_t>(later.time_since_epoch().count()) -
                     static_cast<std::uint64_t>(earlier.time_since_epoch().count());
  constexpr auto most = static_cast<std::uint64_t>(Duration::max().count());
  return Duration{static_cast<std::int64_t>(apart < most ? apart : most)};
}

/// `d * n` for n >= 0 and d >= 0, sticking at `Duration::max()`.
[[nodiscard]] constexpr Duration saturating_mul(Duration d, std::int64_t n) noexcept {
  if (d.count() <= 0 || n <= 0) return Duration::zero();
  if (d.count() > Duration::max().count() / n) return Duration::max();
  return Duration{d.count() * n};
}

/// Any std::chrono duration as a Duration; values out of range stick at the ends.
template <class Rep, class Period>
[[nodiscard]] constexpr Duration to_duration(std::chrono::duration<Rep, Period> d) noexcept {
  using Wide = std::chrono::duration<long double, std::nano>;
  if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
    if (d != d) return Duration::zero();
  }
  const long double ns = Wide{d}.count();
  if (ns >= static_cast<long double>(Duration::max().count())) return Duration::max();
  if (ns <= static_cast<long double>(Duration::min().count())) return Duration::min();
  return std::chrono::duration_cast<Duration>(d);
}

/// A Duration with public members only, so that it may stand between angle brackets.
struct Span {
  std::int64_t ns = 0;

  constexpr Span() noexcept = default;
  template <class Rep, class Period>
  constexpr Span(std::chrono::duration<Rep, Period> d) noexcept : ns{to_duration(d).count()} {}

  [[nodiscard]] constexpr operator Duration() const noexcept { return Duration{ns}; }
  [[nodiscard]] constexpr Duration duration() const noexcept { return Duration{ns}; }
  friend constexpr auto operator<=>(const Span&, const Span&) = default;
};

/// The larger and the smaller of two values, as std::max and std::min are: <algorithm> alone would take a tenth
/// of the compile time that <aramid/aramid.hpp> may take.
template <class T>
[[nodiscard]] constexpr T larger(T a, T b) noexcept {
  return a < b ? b : a;
}
template <class T>
[[nodiscard]] constexpr T smaller(T a, T b) noexcept {
  return b < a ? b : a;
}

/// Spans that must be positive say so in one place.
[[nodiscard]] constexpr bool positive(Span s) noexcept { return s.ns > 0; }

ARAMID_END
