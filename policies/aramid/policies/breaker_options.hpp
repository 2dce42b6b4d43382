// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_options.hpp: what may follow the three arguments of a Breaker, in any order.
//
//   Ramp<Step, Percent...>     a growing share of the traffic after closing
//   OnAbandoned<How>           what abandoned calls mean
//   a predicate                `Evidence operator()(const Error&) const noexcept`: what a failed call says about
//                              the provider, instead of the ruling table
#pragma once

#include <aramid/error.hpp>
#include <aramid/policies/breaker_settings.hpp>

ARAMID_BEGIN

/// The default predicate: the ruling table's column `evidence`.
struct EvidenceByRuling {
  [[nodiscard]] Evidence operator()(const Error& error) const noexcept { return ruling(error).evidence; }
};

/// The same, but a provider that rate-limits is failing: for one with other providers to turn to.
struct RateLimitsAreFailures {
  [[nodiscard]] Evidence operator()(const Error& error) const noexcept {
    return error.fault == Fault::rate_limited ? Evidence::failure : ruling(error).evidence;
  }
};

namespace detail {

template <class T>
inline constexpr bool is_ramp_v = false;
template <Span Step, unsigned... Percent>
inline constexpr bool is_ramp_v<Ramp<Step, Percent...>> = true;

template <class T>
inline constexpr bool is_abandoned_v = false;
template <Abandoned How>
inline constexpr bool is_abandoned_v<OnAbandoned<How>> = true;

template <class T>
inline constexpr bool is_judge_v = requires(const T& judge, const Error& error) {
  { judge(error) } noexcept -> std::same_as<Evidence>;
};

struct NoRamp {
  static constexpr Span step{};
  static constexpr unsigned steps = 0;
  static constexpr unsigned percent[] = {0};
};

/// The first of `Options` with the wanted kind, or `Default`.
template <class Default, template <class> class Kind, class... Options>
struct FirstOf {
  using type = Default;
};
template <class Default, template <class> class Kind, class First, class... Rest>
struct FirstOf<Default, Kind, First, Rest...> {
  using type = typename FirstOf<Default, Kind, Rest...>::type;
};
template <class Default, template <class> class Kind, class First, class... Rest>
  requires Kind<First>::value
struct FirstOf<Default, Kind, First, Rest...> {
  using type = First;
};

template <class T>
struct IsRamp : std::bool_constant<is_ramp_v<T>> {};
template <class T>
struct IsAbandoned : std::bool_constant<is_abandoned_v<T>> {};
template <class T>
struct IsJudge : std::bool_constant<is_judge_v<T>> {};

template <class... Options>
struct BreakerOptions {
  using RampType = typename FirstOf<NoRamp, IsRamp, Options...>::type;
  using Judge = typename FirstOf<EvidenceByRuling, IsJudge, Options...>::type;
  static constexpr Abandoned abandoned =
      FirstOf<OnAbandoned<Abandoned::ignore>, IsAbandoned, Options...>::type::how;

  static consteval bool ramp_fits() noexcept {
    for (unsigned i = 0; i < RampType::steps; ++i) {
      if (!in_range(RampType::percent[i], 1, 99)) return false;
    }
    return RampType::steps <= BreakerSettings::max_ramp;
  }
  static consteval bool check() noexcept {
    static_assert(
        ((is_ramp_v<Options> || is_abandoned_v<Options> || is_judge_v<Options>) && ...),
        "aramid: Breaker<Trip, Cooldown, Probes, Options...>: an option is Ramp<...>, OnAbandoned<...>, or a "
        "predicate `Evidence operator()(const Error&) const noexcept`");
    static_assert((0 + ... + (is_ramp_v<Options> ? 1 : 0)) <= 1 &&
                      (0 + ... + (is_abandoned_v<Options> ? 1 : 0)) <= 1 &&
                      (0 + ... + (is_judge_v<Options> ? 1 : 0)) <= 1,
                  "aramid: Breaker<Trip, Cooldown, Probes, Options...>: the same kind of option twice");
    static_assert(RampType::steps == 0 ? !(is_ramp_v<Options> || ...) : positive(RampType::step),
                  "aramid: Ramp<Step, Percent...>: Step is above 0, and there is at least one Percent");
    static_assert(ramp_fits(), "aramid: Ramp<Step, Percent...>: up to eight steps of 1 to 99 percent");
    return true;
  }
};

/// Settings between angle brackets.
template <auto Trip, BreakerCooldown Cooldown, BreakerProbes Probes, class... Options>
struct BreakerSource {
  using Chosen = BreakerOptions<Options...>;
  static constexpr bool at_run_time = false;

  static consteval bool check() noexcept {
    (void)check_rule<Trip>();
    static_assert(positive(Cooldown.first),
                  "aramid: Breaker<Failures, Cooldown, Probes>: Cooldown must be above 0");
    static_assert(Cooldown.ceiling >= Cooldown.first,
                  "aramid: GrowingCooldown::ceiling must not be below `first`");
    static_assert(Cooldown.jitter <= 100, "aramid: GrowingCooldown::jitter is 0 to 100");
    static_assert(in_range(Probes.rule.at_a_time, 1, 1023),
                  "aramid: Breaker<Failures, Cooldown, Probes>: Probes is 1 to 1023");
    static_assert(Probes.rule.successes <= 65535, "aramid: ProbeRule::successes is 0 to 65535");
    static_assert(in_range(Probes.rule.failures, 1, 63), "aramid: ProbeRule::failures is 1 to 63");
    static_assert(Probes.rule.lease.ns >= 0, "aramid: ProbeRule::lease is 0 or more");
    return Chosen::check();
  }
  static constexpr BreakerSettings constants = [] {
    using Ramped = typename Chosen::RampType;
    BreakerSettings s;
    s.cooldown = Cooldown.first;
    s.ceiling = Cooldown.ceiling;
    s.jitter = Cooldown.jitter;
    s.probes = Probes.rule.at_a_time;
    s.successes = Probes.rule.successes;
    s.probe_failures = Probes.rule.failures;
    s.lease = Probes.rule.lease;
    s.abandoned = Chosen::abandoned;
    s.ramp_step = Ramped::step;
    for (unsigned i = 0; i < Ramped::steps && i < BreakerSettings::max_ramp; ++i)
      s.ramp[i] = Ramped::percent[i];
    return filled_in(s);
  }();
  [[nodiscard]] static constexpr const BreakerSettings& settings() noexcept { return constants; }
};

/// Settings that come at run time; between the angle brackets only a predicate may follow.
template <BreakerCooldown Cooldown, BreakerProbes Probes, class... Options>
struct BreakerSource<AtRunTime{}, Cooldown, Probes, Options...> {
  using Chosen = BreakerOptions<Options...>;
  using Settings = BreakerSettings;
  static constexpr bool at_run_time = true;

  constexpr BreakerSource() noexcept : BreakerSource(BreakerSettings{}) {}
  constexpr explicit BreakerSource(const BreakerSettings& settings) : settings_{filled_in(settings)} {
    check_settings(settings);
  }
  static consteval bool check() noexcept {
    static_assert(!(is_ramp_v<Options> || ...) && !(is_abandoned_v<Options> || ...),
                  "aramid: Breaker<> takes its ramp and what abandoned calls mean from BreakerSettings");
    return Chosen::check();
  }
  [[nodiscard]] constexpr const BreakerSettings& settings() const noexcept { return settings_; }

 private:
  BreakerSettings settings_;
};

}  // namespace detail

ARAMID_END
