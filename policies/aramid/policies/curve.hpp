// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/curve.hpp: how the delay grows from retry to retry.
//
//   Constant                   base, base, base, ...
//   Linear                     base * 1, 2, 3, ...
//   Exponential                base * 1, 2, 4, 8, ...
//   ExponentialBy<3, 2>        base * 1, 1.5, 2.25, ...
//   Fibonacci                  base * 1, 1, 2, 3, 5, ...
//   Delays<100ms, 1s, 5s>      as listed; the last one repeats
//
// A curve is a type with `static constexpr Duration delay(Duration base, unsigned retry)`, retry counted from 0,
// saturating: retry 2^31 is as safe as retry 1. The cap is the retry policy's. A third parameter, if there is one,
// is that cap: the curve need not be exact above it.
// Cost: a few instructions; ExponentialBy one step per retry until the cap, Fibonacci at most 91.
#pragma once

#include <aramid/policies/jitter.hpp>
#include <aramid/to_text.hpp>

#include <concepts>  // same_as

ARAMID_BEGIN

/// For `first`: the first retry waits as the curve says.
inline constexpr Span first_by_curve{Duration{-1}};

/// What can stand for `Curve`.
template <class C>
concept DelayCurve = requires(Duration base, unsigned retry) {
  { C::delay(base, retry) } noexcept -> std::same_as<Duration>;
};

/// The same delay each time.
struct Constant {
  static constexpr Name name = "Constant";
  [[nodiscard]] static constexpr Duration delay(Duration base, unsigned) noexcept {
    return larger(base, Duration::zero());
  }
};

/// base * (retry + 1).
struct Linear {
  static constexpr Name name = "Linear";
  [[nodiscard]] static constexpr Duration delay(Duration base, unsigned retry) noexcept {
    return saturating_mul(base, std::int64_t{retry} + 1);
  }
};

/// base * 2^retry.
struct Exponential {
  static constexpr Name name = "Exponential";
  [[nodiscard]] static constexpr Duration delay(Duration base, unsigned retry) noexcept {
    if (base <= Duration::zero()) return Duration::zero();
    if (retry >= 62 || base.count() > (Duration::max().count() >> retry)) return Duration::max();
    return Duration{base.count() << retry};
  }
};

/// base, then each delay the one before times Numerator / Denominator, rounded up to the next nanosecond, so that
/// it grows from any base. Both at most 1000, the quotient above 1.
template <unsigned Numerator, unsigned Denominator = 1>
struct ExponentialBy {
  static constexpr Name name = "ExponentialBy";

  static consteval bool check() noexcept {
    static_assert(
        Denominator >= 1 && Numerator > Denominator && Numerator <= 1000,
        "aramid: ExponentialBy<Numerator, Denominator>: the factor must be above 1 and its terms 1 to "
        "1000, as in ExponentialBy<3, 2>");
    return true;
  }
  [[nodiscard]] static constexpr Duration delay(Duration base, unsigned retry,
                                                Duration cap = Duration::max()) noexcept {
    if (base <= Duration::zero()) return Duration::zero();
    if constexpr (Denominator >= 1 && Numerator > Denominator) {  // else refused by the sentence above
      for (; retry > 0 && base < cap; --retry) base = grown(base);
    }
    return base;
  }
  [[nodiscard]] static std::string describe() {
    return "ExponentialBy<" + std::to_string(Numerator) + ", " + std::to_string(Denominator) + ">";
  }

 private:
  static constexpr Duration grown(Duration delay) noexcept {
    constexpr std::int64_t by = Denominator;
    const std::int64_t rest = (delay.count() % by * Numerator + by - 1) / by;
    return saturating_add(saturating_mul(Duration{delay.count() / by}, Numerator), Duration{rest});
  }
};

/// base * the (retry + 1)-th Fibonacci number: 1, 1, 2, 3, 5, ...
struct Fibonacci {
  static constexpr Name name = "Fibonacci";
  [[nodiscard]] static constexpr Duration delay(Duration base, unsigned retry) noexcept {
    if (base <= Duration::zero()) return Duration::zero();
    if (retry >= 92) return Duration::max();  // the first number beyond 63 bits
    std::int64_t before = 0;
    std::int64_t number = 1;
    for (; retry > 0; --retry) {
      const std::int64_t next = before + number;
      before = number;
      number = next;
    }
    return saturating_mul(base, number);
  }
};

/// The delays one by one, each 0 or above; the last one repeats. In `Retry<3, Delays<100ms, 1s, 5s>>` it stands for
/// a whole Backoff: its first delay is the base and its longest one the cap.
template <Span... Each>
struct Delays {
  static constexpr Name name = "Delays";

  static consteval bool check() noexcept {
    static_assert(
        sizeof...(Each) > 0 && ((Each.ns >= 0) && ...),
        "aramid: Delays<...> lists at least one delay, each 0 or above, as in Delays<100ms, 1s, 5s>");
    return true;
  }
  [[nodiscard]] static constexpr Duration delay(Duration, unsigned retry) noexcept {
    return all[retry < sizeof...(Each) ? retry : last];
  }
  [[nodiscard]] static std::string describe() {
    std::string text = "Delays<";
    for (std::size_t i = 0; i <= last; ++i) text += (i == 0 ? "" : ", ") + to_text(all[i]);
    return text + ">";
  }

 private:
  static constexpr std::size_t last = sizeof...(Each) == 0 ? 0 : sizeof...(Each) - 1;
  static constexpr Span all[] = {Each..., Span{}};  // one more, so that it is never empty

 public:
  static constexpr Span base = all[0];
  static constexpr Span cap = [] {
    Span longest = all[0];
    for (std::size_t i = 1; i <= last; ++i) longest = larger(longest, all[i]);
    return longest;
  }();
  static constexpr Span first = first_by_curve;
  using CurveType = Delays;
  using SpreadType = NoJitter;
};

ARAMID_END
