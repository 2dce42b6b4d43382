// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/adaptive_settings.hpp: the bounds of an adaptive bulkhead, as template arguments or at run time.
#pragma once

#include <aramid/policies/aimd.hpp>
#include <aramid/policies/gradient2.hpp>
#include <aramid/policies/permit_gate.hpp>
#include <aramid/policies/vegas.hpp>

ARAMID_BEGIN

/// The limit that an adaptive bulkhead begins with.
template <unsigned N>
struct Initial {
  static constexpr unsigned limit = N;
};

struct AdaptiveBulkheadSettings {
  unsigned min = 1;          ///< the limit never falls below it, 1 to max
  unsigned max = 200;        ///< nor rises above it, min to 16777215
  unsigned initial = 20;     ///< before anything is known; brought between min and max, >= 1
  QueueSettings queue = {};  ///< for calls that come when all permits are out; by default none may wait

  [[nodiscard]] constexpr LimitRange range() const noexcept { return {min, max, initial}; }
  friend constexpr bool operator==(const AdaptiveBulkheadSettings&,
                                   const AdaptiveBulkheadSettings&) = default;
};

namespace detail {

template <class T>
inline constexpr unsigned initial_option = 0;
template <unsigned N>
inline constexpr unsigned initial_option<Initial<N>> = N;

template <class T>
inline constexpr bool is_initial = false;
template <unsigned N>
inline constexpr bool is_initial<Initial<N>> = true;

// Of what is no algorithm a stand-in: the sentence below is to be the only error.
template <class A>
struct LimitOf {
  using type = Aimd::Limit;
};
template <LimitAlgorithm A>
struct LimitOf<A> {
  using type = typename A::Limit;
};

template <class Algorithm>
consteval bool check_algorithm() noexcept {
  static_assert(
      LimitAlgorithm<Algorithm>,
      "aramid: AdaptiveBulkhead<Algorithm, Min, Max>: Algorithm is Gradient2, Vegas, Aimd, or a type with a "
      "nested Limit as in <aramid/policies/limit_algorithm.hpp>");
  return true;
}

template <class Algorithm, auto Min, unsigned Max, class... Options>
struct FixedAdaptive {
  static consteval bool check() noexcept {
    static_assert(
        std::integral<decltype(Min)> && Min >= 1 && Min <= Max && Max <= PermitGate::max_limit,
        "aramid: AdaptiveBulkhead<Algorithm, Min, Max>: Min and Max are limits of 1 to 16777215, and Min is "
        "not above Max");
    static_assert(
        ((queue_option<Options> != 0 || is_initial<Options>) && ...),
        "aramid: AdaptiveBulkhead<Algorithm, Min, Max, Options...>: the options are Initial<N>, Queue<N>, "
        "MaxWait<D> and Ageing<D>");
    static_assert(
        ((!is_initial<Options> || (initial_option<Options> >= Min && initial_option<Options> <= Max)) && ...),
        "aramid: Initial<N>: N is from Min to Max");
    return check_algorithm<Algorithm>() && check_queue_options<Options...>();
  }
  [[nodiscard]] static constexpr AdaptiveBulkheadSettings settings() noexcept {
    AdaptiveBulkheadSettings settings{
        .min = static_cast<unsigned>(Min), .max = Max, .queue = queue_of<Options...>()};
    ((settings.initial = is_initial<Options> ? initial_option<Options> : settings.initial), ...);
    return settings;
  }
  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return saturating_add(inner, longest_wait(queue_of<Options...>()));
  }
  [[nodiscard]] static std::string describe() {
    return std::to_string(Min) + " to " + std::to_string(Max) + " calls at a time, found by " +
           std::string{Algorithm::name.view()} + describe_queue(queue_of<Options...>());
  }
};

template <class Algorithm, unsigned Max, class... Options>
struct FixedAdaptive<Algorithm, AtRunTime{}, Max, Options...> {
  static consteval bool check() noexcept {
    static_assert(sizeof...(Options) == 0,
                  "aramid: an AdaptiveBulkhead<Algorithm> that is set at run time takes its options from "
                  "AdaptiveBulkheadSettings too");
    return check_algorithm<Algorithm>();
  }
  using Settings = AdaptiveBulkheadSettings;
  constexpr FixedAdaptive() noexcept = default;
  constexpr explicit FixedAdaptive(const AdaptiveBulkheadSettings& settings) : settings_{settings} {
    require_setting(settings.min >= 1 && settings.min <= settings.max, "AdaptiveBulkheadSettings::min",
                    settings.min, "1 to max, which is ", settings.max);
    require_setting(settings.max <= PermitGate::max_limit, "AdaptiveBulkheadSettings::max", settings.max,
                    "min to 16777215");
    require_setting(settings.initial >= 1, "AdaptiveBulkheadSettings::initial", settings.initial,
                    "at least 1");
    require_queue(settings.queue);
  }
  [[nodiscard]] constexpr const AdaptiveBulkheadSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] static constexpr Duration worst_case(Duration) noexcept { return unbounded; }
  [[nodiscard]] static std::string describe() {
    return "found by " + std::string{Algorithm::name.view()} + ", set at run time";
  }

 private:
  AdaptiveBulkheadSettings settings_;
};

}  // namespace detail

ARAMID_END
