// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/delay.hpp: how long before the next retry, or why there is none.
//
// Curve, then jitter, then hint, then cap. With a server's hint the delay is the larger of hint and backoff,
// spread by 0 to 20 % upwards, so that those who were told the same do not come back together. A hint above the
// cap or not below the time left is not slept on. When only the spread does not fit into the time left, it is
// left out. Never negative, never above the cap, never below the hint. Cost: no allocation, one random number.
#pragma once

#include <aramid/fault.hpp>
#include <aramid/policies/curve.hpp>

#include <optional>  // optional

ARAMID_BEGIN

struct RetrySettings {
  unsigned retries = 3;                 ///< attempts after the first; 0 = none
  Span base = Duration{1'000'000'000};  ///< what the curve starts from, > 0
  Span cap = Duration{60'000'000'000};  ///< longest delay, jitter and hints included; >= base
  Span first = first_by_curve;  ///< delay before the first retry, 0 to cap; the curve begins with the second

  friend constexpr bool operator==(const RetrySettings&, const RetrySettings&) = default;
};

namespace detail {

/// What a delay depends on besides the settings.
struct Moment {
  unsigned retry = 0;                    // retries before this one
  std::optional<Duration> hint = {};     // the server's
  Duration left = Duration::max();       // until the deadline
  Duration expected = Duration::zero();  // how long the attempt is expected to take
  Duration previous = Duration::zero();  // the last delay of a chained jitter; 0 = none
};

struct NextDelay {
  Duration delay{0};
  Reason refusal = Reason::none;
  Duration backoff{0};  // the delay before the hint was looked at
};

template <class Curve>
[[nodiscard]] constexpr Duration curve_delay(const RetrySettings& settings, unsigned retry) noexcept {
  const Duration cap = settings.cap;
  if (settings.first != first_by_curve) {
    if (retry == 0) return smaller(settings.first.duration(), cap);
    --retry;
  }
  if constexpr (requires { Curve::delay(cap, retry, cap); }) {
    return smaller(Curve::delay(settings.base, retry, cap), cap);
  } else {
    return smaller(Curve::delay(settings.base, retry), cap);
  }
}

/// Curve, jitter, cap.
template <class Curve, class Spread>
[[nodiscard]] constexpr Duration backoff_delay(const RetrySettings& settings, const Moment& moment,
                                               std::uint32_t random) noexcept {
  Duration delay;
  if constexpr (chained_v<Spread>) {
    const bool given = moment.retry == 0 && settings.first != first_by_curve;
    const Duration previous = larger<Duration>(moment.previous, settings.base);
    delay = given ? settings.first.duration() : Spread::apply(settings.base, previous, random);
  } else {
    delay = Spread::apply(curve_delay<Curve>(settings, moment.retry), random);
  }
  return larger(smaller<Duration>(delay, settings.cap), Duration::zero());
}

template <class Curve, class Spread>
[[nodiscard]] constexpr NextDelay next_delay(const RetrySettings& settings, const Moment& moment,
                                             std::uint64_t random) noexcept {
  const Duration cap = settings.cap;
  const Duration backoff = backoff_delay<Curve, Spread>(settings, moment, static_cast<std::uint32_t>(random));
  // A hint of nothing says nothing: the backoff holds.
  const Duration hint = larger(moment.hint.value_or(Duration::zero()), Duration::zero());
  const bool hinted = hint > Duration::zero();
  if (hint > cap || (hinted && hint >= moment.left)) return {hint, Reason::hint_too_long, backoff};
  const Duration least = larger(backoff, hint);
  if (least >= moment.left) return {least, Reason::no_time_left, backoff};
  const auto fits = [&](Duration delay) {
    return delay < moment.left && saturating_add(delay, moment.expected) <= moment.left;
  };
  if (!fits(least)) return {least, Reason::no_room, backoff};
  if (!hinted) return {least, Reason::none, backoff};
  const Duration spread{scale((least / 5).count(), static_cast<std::uint32_t>(random >> 32U))};
  const Duration delay = smaller(saturating_add(least, spread), cap);
  return {fits(delay) ? delay : least, Reason::none, backoff};  // the spread is not worth a retry
}

}  // namespace detail

ARAMID_END
