// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_rules.hpp: what opens a breaker, as values between angle brackets.
//
//   Breaker<5, 60s, 3>                                                5 failures in a row
//   Breaker<FailureRate{.percent = 50, .window = 10s}, 60s, 3>        half of the calls of the last 10 s
//   Breaker<FailureCount{.failures = 5, .of = 20}, 60s, 3>            5 of the last 20 calls
//   Breaker<SlowRate{.percent = 50, .slower_than = 5s}, 60s, 3>       half of the calls took longer than 5 s
//   Breaker<AnyOf{FailureRate{}, FailuresInARow{5}}, 60s, 3>          whichever comes first
//
// Counts are compared as integers, and equality is enough: `failures * 100 >= percent * calls`. Only a failure
// opens a breaker (for SlowRate a slow call, successful or not), never a success that happens to follow. When
// to use which: a count in a row for little traffic, a rate for much; FailureCount between them, as it does not
// depend on the clock. A rate without a `minimum` opens at the first failure of a quiet minute.
#pragma once

#include <aramid/duration.hpp>

#include <concepts>     // integral
#include <string_view>  // string_view

ARAMID_BEGIN

/// This many failures with no success between them. `Breaker<5, ...>` is short for it.
struct FailuresInARow {
  unsigned failures = 5;  ///< 1 to 65535

  friend constexpr bool operator==(const FailuresInARow&, const FailuresInARow&) = default;
};

/// At least `percent` of the calls of the last `window` failed, and there were at least `minimum`.
struct FailureRate {
  unsigned percent = 50;                   ///< 1 to 100
  unsigned minimum = 20;                   ///< calls with a success or a failure, 1 to 1000000
  Span window = Duration{10'000'000'000};  ///< 100 ms or more; it moves in tenths

  friend constexpr bool operator==(const FailureRate&, const FailureRate&) = default;
};

/// `failures` of the last `of` calls failed, whenever they were; also when there were fewer than `of` so far.
struct FailureCount {
  unsigned failures = 5;  ///< 1 to `of`
  unsigned of = 20;       ///< 1 to 1024

  friend constexpr bool operator==(const FailureCount&, const FailureCount&) = default;
};

/// At least `percent` of the calls of the last `window` took longer than `slower_than`, successful or not.
struct SlowRate {
  unsigned percent = 50;                       ///< 1 to 100
  Span slower_than = Duration{5'000'000'000};  ///< above 0; measured from the breaker's admission
  unsigned minimum = 20;                       ///< calls with a success or a failure, 1 to 1000000
  Span window = Duration{10'000'000'000};      ///< 100 ms or more; it moves in tenths

  friend constexpr bool operator==(const SlowRate&, const SlowRate&) = default;
};

/// The first rule that is met opens the breaker. Up to four rules; a plain number is failures in a row.
template <class First, class... Rest>
struct AnyOf {
  First first;
  AnyOf<Rest...> rest;

  consteval AnyOf(First one, Rest... others) noexcept : first{one}, rest{others...} {}
};
template <class First>
struct AnyOf<First> {
  First first;

  consteval AnyOf(First one) noexcept : first{one} {}
};

/// Which rule a report speaks of.
enum class TripRule : std::uint8_t { failures_in_a_row, failure_rate, failure_count, slow_rate };

[[nodiscard]] constexpr std::string_view to_string(TripRule rule) noexcept {
  constexpr std::string_view names[] = {"failures in a row", "failure rate", "failure count", "slow rate"};
  const auto row = static_cast<unsigned>(rule);
  return names[row < 4 ? row : 0];
}

namespace detail {

inline constexpr unsigned max_minimum = 1'000'000;
inline constexpr unsigned max_ring = 1024;
inline constexpr Span min_window{Duration{100'000'000}};

[[nodiscard]] constexpr bool in_range(unsigned value, unsigned least, unsigned most) noexcept {
  return value >= least && value <= most;
}

template <class Rule>
inline constexpr bool is_rule_v = std::integral<Rule>;
template <>
inline constexpr bool is_rule_v<FailuresInARow> = true;
template <>
inline constexpr bool is_rule_v<FailureRate> = true;
template <>
inline constexpr bool is_rule_v<FailureCount> = true;
template <>
inline constexpr bool is_rule_v<SlowRate> = true;
template <class... Rules>
inline constexpr bool is_rule_v<AnyOf<Rules...>> =
    sizeof...(Rules) >= 1 && sizeof...(Rules) <= 4 && (is_rule_v<Rules> && ...);

// One sentence for each thing that can be wrong with a rule between angle brackets.
template <auto Rule>
consteval bool check_rule() noexcept {
  using R = std::remove_cvref_t<decltype(Rule)>;
  static_assert(
      is_rule_v<R>,
      "aramid: Breaker<Trip, Cooldown, Probes>: Trip is a number of failures in a row, FailureRate{}, "
      "FailureCount{}, SlowRate{}, or AnyOf{} with up to four of these");
  if constexpr (std::integral<R>) {
    static_assert(
        Rule >= 1 && Rule <= 65535,
        "aramid: Breaker<Failures, Cooldown, Probes>: Failures is the number of failures in a row that open "
        "it, 1 to 65535");
  } else if constexpr (std::same_as<R, FailuresInARow>) {
    static_assert(in_range(Rule.failures, 1, 65535), "aramid: FailuresInARow::failures is 1 to 65535");
  } else if constexpr (std::same_as<R, FailureRate>) {
    static_assert(in_range(Rule.percent, 1, 100), "aramid: FailureRate::percent is 1 to 100");
    static_assert(in_range(Rule.minimum, 1, max_minimum), "aramid: FailureRate::minimum is 1 to 1000000");
    static_assert(Rule.window >= min_window, "aramid: FailureRate::window is 100 ms or more");
  } else if constexpr (std::same_as<R, SlowRate>) {
    static_assert(in_range(Rule.percent, 1, 100), "aramid: SlowRate::percent is 1 to 100");
    static_assert(positive(Rule.slower_than), "aramid: SlowRate::slower_than is above 0");
    static_assert(in_range(Rule.minimum, 1, max_minimum), "aramid: SlowRate::minimum is 1 to 1000000");
    static_assert(Rule.window >= min_window, "aramid: SlowRate::window is 100 ms or more");
  } else if constexpr (std::same_as<R, FailureCount>) {
    static_assert(in_range(Rule.of, 1, max_ring), "aramid: FailureCount::of is 1 to 1024");
    static_assert(in_range(Rule.failures, 1, Rule.of), "aramid: FailureCount::failures is 1 to `of`");
  } else if constexpr (is_rule_v<R>) {
    (void)check_rule<Rule.first>();
    if constexpr (requires { Rule.rest; }) (void)check_rule<Rule.rest>();
  }
  return true;
}

}  // namespace detail

ARAMID_END
