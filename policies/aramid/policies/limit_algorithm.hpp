// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/limit_algorithm.hpp: what an algorithm that finds a concurrency limit is told, and what it says.
//
// An algorithm is a type with a nested `Limit`: built from a LimitRange, told of calls that have ended with
// `update(sample)`, asked with `value()`. It is sans-I/O and not thread-safe; AdaptiveBulkhead locks it. Limits
// with a fraction are whole numbers in 2^-20 of a call.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/random.hpp>

#include <concepts>  // constructible_from, same_as

ARAMID_BEGIN

/// One call that has ended.
struct LimitSample {
  Duration rtt{0};           ///< from its admission to its end; what it waited in a queue is not in it
  unsigned in_flight = 0;    ///< calls under way when it was admitted, itself included
  bool dropped = false;      ///< it failed in a way that speaks of overload; its rtt then means nothing
  std::uint64_t random = 0;  ///< for algorithms that say `static constexpr bool draws = true`
};

struct LimitRange {
  unsigned min = 1;
  unsigned max = 200;
  unsigned initial = 20;
};

template <class A>
concept LimitAlgorithm =
    std::constructible_from<typename A::Limit, const LimitRange&> &&
    requires(typename A::Limit& limit, const LimitSample& sample, const LimitRange& range) {
      { limit.update(sample) } noexcept -> std::same_as<void>;
      { limit.set_range(range) } noexcept -> std::same_as<void>;
      { limit.value() } noexcept -> std::same_as<unsigned>;
    };

namespace detail {

/// Round-trip times are 1 ns to 73 minutes, so that products fit into 64 bits.
[[nodiscard]] constexpr std::int64_t usable_rtt(Duration rtt) noexcept {
  return smaller(larger(rtt.count(), std::int64_t{1}), std::int64_t{1} << 42U);
}

/// a / b in 2^-32, for 0 <= a < b.
[[nodiscard]] constexpr std::uint32_t ratio(std::int64_t a, std::int64_t b) noexcept {
  auto numerator = static_cast<std::uint64_t>(a);
  auto denominator = static_cast<std::uint64_t>(b);
  while (denominator >> 31U != 0) {
    numerator >>= 1U;
    denominator >>= 1U;
  }
  const std::uint64_t quotient = (numerator << 32U) / denominator;
  return static_cast<std::uint32_t>(smaller(quotient, std::uint64_t{0xFFFFFFFF}));
}

template <class T>
[[nodiscard]] constexpr T within(T value, T least, T most) noexcept {
  return smaller(larger(value, least), most);
}

}  // namespace detail

ARAMID_END
