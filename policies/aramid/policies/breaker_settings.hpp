// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_settings.hpp: a breaker's settings, as template arguments and as an aggregate.
//
//   Breaker<5, 60s, 3>
//   Breaker<5, GrowingCooldown{.first = 30s, .ceiling = 10min, .jitter = 20}, 3>
//   Breaker<5, 60s, ProbeRule{.at_a_time = 2, .successes = 5, .failures = 2, .lease = 10s}>
//   Breaker<5, 60s, 3, Ramp<10s, 10, 25, 50>, OnAbandoned<Abandoned::as_failures>>
//   Breaker<> with BreakerSettings{.failures = 0, .failure_rate = FailureRate{.percent = 30}}
#pragma once

#include <aramid/policies/breaker_rules.hpp>
#include <aramid/random.hpp>
#include <aramid/settings.hpp>

#include <optional>  // optional

ARAMID_BEGIN

/// The cool-down doubles each time that the probes fail, up to `ceiling`, and is `first` again once it has closed.
struct GrowingCooldown {
  Span first = Duration{30'000'000'000};     ///< above 0
  Span ceiling = Duration{600'000'000'000};  ///< `first` or more
  unsigned jitter =
      20;  ///< each cool-down is shortened by 0 to this many percent, 0 to 100; keeps clients apart

  friend constexpr bool operator==(const GrowingCooldown&, const GrowingCooldown&) = default;
};

/// What stands second between the angle brackets: a duration, or a GrowingCooldown.
struct BreakerCooldown {
  Span first;
  Span ceiling;
  unsigned jitter = 0;

  template <class Rep, class Period>
  constexpr BreakerCooldown(std::chrono::duration<Rep, Period> d) noexcept : first{d}, ceiling{d} {}
  constexpr BreakerCooldown(Span d) noexcept : first{d}, ceiling{d} {}
  constexpr BreakerCooldown(GrowingCooldown grows) noexcept
      : first{grows.first}, ceiling{grows.ceiling}, jitter{grows.jitter} {}
};

/// How a half-open breaker finds out.
struct ProbeRule {
  unsigned at_a_time = 3;  ///< 1 to 1023
  unsigned successes = 0;  ///< that close it, 0 to 65535; 0 = `at_a_time`
  unsigned failures = 1;   ///< that reopen it, 1 to 63
  Span lease{};            ///< a probe counts as lost after this long, 0 or more; 0 = the first cool-down

  friend constexpr bool operator==(const ProbeRule&, const ProbeRule&) = default;
};

/// What stands third between the angle brackets: a number of probes, or a ProbeRule.
struct BreakerProbes {
  ProbeRule rule;

  constexpr BreakerProbes(std::integral auto probes) noexcept
      : rule{.at_a_time = probes < 0 ? 0U : static_cast<unsigned>(probes)} {}
  constexpr BreakerProbes(ProbeRule probes) noexcept : rule{probes} {}
};

/// What it means that an attempt was begun and the caller gave up on it: `Fault::cancelled`,
/// `deadline_exceeded`, an exception, or a call that is dropped.
enum class Abandoned : std::uint8_t {
  ignore,                    ///< nothing: a person who presses Stop says nothing about the provider
  count_when_all_abandoned,  ///< failures as long as nothing else is known: of a rate, while there is no success or
                             ///< failure in the window; of a count, as many abandoned calls in a row
  as_failures,               ///< always failures
};

template <Abandoned How>
struct OnAbandoned {
  static constexpr Abandoned how = How;
};

/// After closing, `Percent` of the calls are let through for a `Step` each, then all. The first call of a step
/// always passes. A breaker that opens again during the ramp counts as one whose probes failed.
template <Span Step, unsigned... Percent>
struct Ramp {
  static constexpr Span step = Step;
  static constexpr unsigned steps = sizeof...(Percent);
  static constexpr unsigned percent[sizeof...(Percent) + 1] = {Percent..., 0};
};

struct BreakerSettings {
  static constexpr unsigned max_ramp = 8;

  unsigned failures = 5;                     ///< in a row that open it, 1 to 65535; 0 = without this rule
  Span cooldown = Duration{60'000'000'000};  ///< open for this long before the first probe, > 0
  unsigned probes = 3;                       ///< probes at a time, 1 to 1023
  Span lease{};                              ///< a probe counts as lost after this long; 0 = the cool-down
  std::optional<FailureRate> failure_rate{};
  std::optional<FailureCount> failure_count{};
  std::optional<SlowRate> slow_rate{};
  Span ceiling{};               ///< the cool-down doubles up to here; 0 = it does not grow
  unsigned jitter = 0;          ///< each cool-down is shortened by 0 to this many percent, 0 to 100
  unsigned successes = 0;       ///< of probes, that close it, 1 to 65535; 0 = `probes`
  unsigned probe_failures = 1;  ///< that reopen it, 1 to 63
  Abandoned abandoned = Abandoned::ignore;
  Span ramp_step{};  ///< with `ramp`: how long each step takes, > 0
  unsigned
      ramp[max_ramp]{};  ///< percent of the calls after closing, step by step, 1 to 99, up to the first 0

  friend constexpr bool operator==(const BreakerSettings&, const BreakerSettings&) = default;
};

namespace detail {

/// With everything that 0 stands for filled in.
[[nodiscard]] constexpr BreakerSettings filled_in(BreakerSettings settings) noexcept {
  if (settings.lease.ns == 0) settings.lease = settings.cooldown;
  if (settings.ceiling.ns == 0) settings.ceiling = settings.cooldown;
  if (settings.successes == 0) settings.successes = settings.probes;
  return settings;
}

/// How long it stays open after `round` failed rounds of probes.
[[nodiscard]] constexpr Duration cooldown_of(const BreakerSettings& settings, std::uint32_t round,
                                             std::uint64_t random) noexcept {
  Duration length = settings.cooldown;
  if (settings.ceiling > settings.cooldown) {
    const bool past = round >= 62 || length.count() > (settings.ceiling.ns >> round);
    length = past ? settings.ceiling.duration() : Duration{length.count() << round};
  }
  if (settings.jitter == 0) return length;
  // Split so that no product overflows.
  const std::int64_t whole = length.count();
  const std::int64_t most = whole / 100 * settings.jitter + whole % 100 * settings.jitter / 100;
  return Duration{larger(whole - scale(most, static_cast<std::uint32_t>(random)), std::int64_t{1})};
}

constexpr void check_rates(const BreakerSettings& s) {
  if (s.failure_rate) {
    const FailureRate& rate = *s.failure_rate;
    require_setting(in_range(rate.percent, 1, 100), "FailureRate::percent", rate.percent, "1 to 100");
    require_setting(in_range(rate.minimum, 1, max_minimum), "FailureRate::minimum", rate.minimum, "1 to ",
                    max_minimum);
    require_setting(rate.window >= min_window, "FailureRate::window", rate.window, min_window, " or more");
  }
  if (s.slow_rate) {
    const SlowRate& rate = *s.slow_rate;
    require_setting(in_range(rate.percent, 1, 100), "SlowRate::percent", rate.percent, "1 to 100");
    require_setting(positive(rate.slower_than), "SlowRate::slower_than", rate.slower_than, "above 0");
    require_setting(in_range(rate.minimum, 1, max_minimum), "SlowRate::minimum", rate.minimum, "1 to ",
                    max_minimum);
    require_setting(rate.window >= min_window, "SlowRate::window", rate.window, min_window, " or more");
  }
  if (s.failure_count) {
    const FailureCount& count = *s.failure_count;
    require_setting(in_range(count.of, 1, max_ring), "FailureCount::of", count.of, "1 to ", max_ring);
    require_setting(in_range(count.failures, 1, count.of), "FailureCount::failures", count.failures,
                    "1 to `of`, which is ", count.of);
  }
}

constexpr void check_ramp(const BreakerSettings& s) {
  bool ended = false;
  for (const unsigned percent : s.ramp) {
    require_setting(percent <= 99, "BreakerSettings::ramp", percent, "1 to 99, and 0 after the last step");
    require_setting(!ended || percent == 0, "BreakerSettings::ramp", percent, "0 after the first 0");
    ended = ended || percent == 0;
  }
  require_setting(s.ramp_step.ns >= 0 && (s.ramp[0] == 0 || s.ramp_step.ns > 0), "BreakerSettings::ramp_step",
                  s.ramp_step, "above 0 with a ramp");
}

constexpr void check_settings(const BreakerSettings& s) {
  const bool ruled = s.failure_rate || s.failure_count || s.slow_rate;
  require_setting(in_range(s.failures, ruled ? 0 : 1, 65535), "BreakerSettings::failures", s.failures,
                  "1 to 65535, or 0 with another rule");
  check_rates(s);
  require_setting(positive(s.cooldown), "BreakerSettings::cooldown", s.cooldown, "above 0");
  require_setting(in_range(s.probes, 1, 1023), "BreakerSettings::probes", s.probes, "1 to 1023");
  require_setting(s.lease.ns >= 0, "BreakerSettings::lease", s.lease, "0 or more");
  require_setting(s.ceiling.ns == 0 || s.ceiling >= s.cooldown, "BreakerSettings::ceiling", s.ceiling,
                  "0, or from the cool-down, which is ", s.cooldown);
  require_setting(s.jitter <= 100, "BreakerSettings::jitter", s.jitter, "0 to 100");
  require_setting(s.successes <= 65535, "BreakerSettings::successes", s.successes, "0 to 65535");
  require_setting(in_range(s.probe_failures, 1, 63), "BreakerSettings::probe_failures", s.probe_failures,
                  "1 to 63");
  require_setting(s.abandoned <= Abandoned::as_failures, "BreakerSettings::abandoned",
                  static_cast<unsigned>(s.abandoned), "one of Abandoned");
  check_ramp(s);
}

}  // namespace detail

ARAMID_END
