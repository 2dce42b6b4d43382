// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/adaptive_rate_settings.hpp: how far a rate falls, how it recovers, and who may wait meanwhile.
#pragma once

#include <aramid/policies/queue.hpp>
#include <aramid/policies/rate_curve.hpp>

ARAMID_BEGIN

struct AdaptiveRateSettings {
  unsigned factor_percent = 70;           ///< of the measured rate, after a 429; 1 to 99
  unsigned min_per_minute = 30;           ///< the rate never falls below it; 1 to 30000000
  Span calm = Duration{300'000'000'000};  ///< pacing ends this long after the last 429, > 0
  QueueSettings queue = {.length = 100};  ///< calls that wait for their turn

  friend constexpr bool operator==(const AdaptiveRateSettings&, const AdaptiveRateSettings&) = default;
};

namespace detail {

// Of what is no curve a stand-in: the sentence below is to be the only error.
template <class C>
struct RateOf {
  using type = CubicRate::Rate;
};
template <RateCurve C>
struct RateOf<C> {
  using type = typename C::Rate;
};

template <class Curve>
consteval bool check_rate_curve() noexcept {
  static_assert(RateCurve<Curve>,
                "aramid: AdaptiveRate<Curve, Options...>: Curve is CubicRate, AimdRate, or a type with a "
                "nested Rate as "
                "in <aramid/policies/rate_curve.hpp>");
  return true;
}

// With options the queue is known to the type; without any, everything may be set at run time.
template <class Curve, class... Options>
struct FixedAdaptiveRate {
  static consteval bool check() noexcept {
    static_assert(
        ((queue_option<Options> != 0) && ...),
        "aramid: AdaptiveRate<Curve, Options...>: the options are Queue<N>, MaxWait<D> and Ageing<D>");
    return check_rate_curve<Curve>() && check_queue_options<Options...>();
  }
  [[nodiscard]] static constexpr AdaptiveRateSettings settings() noexcept {
    return {.queue = queue_of<Options...>()};
  }
  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return saturating_add(inner, longest_wait(queue_of<Options...>()));
  }
  [[nodiscard]] static std::string describe() {
    return std::string{Curve::name.view()} + describe_queue(queue_of<Options...>());
  }
};

template <class Curve>
struct FixedAdaptiveRate<Curve> {
  static consteval bool check() noexcept { return check_rate_curve<Curve>(); }
  using Settings = AdaptiveRateSettings;
  constexpr FixedAdaptiveRate() noexcept = default;
  constexpr explicit FixedAdaptiveRate(const AdaptiveRateSettings& settings) : settings_{settings} {
    require_setting(settings.factor_percent >= 1 && settings.factor_percent <= 99,
                    "AdaptiveRateSettings::factor_percent", settings.factor_percent, "1 to 99");
    require_setting(settings.min_per_minute >= 1 && settings.min_per_minute <= 30'000'000,
                    "AdaptiveRateSettings::min_per_minute", settings.min_per_minute, "1 to 30000000");
    require_setting(positive(settings.calm), "AdaptiveRateSettings::calm", settings.calm, "above 0");
    require_queue(settings.queue);
  }
  [[nodiscard]] constexpr const AdaptiveRateSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] static constexpr Duration worst_case(Duration) noexcept { return unbounded; }
  [[nodiscard]] static std::string describe() { return std::string{Curve::name.view()}; }

 private:
  AdaptiveRateSettings settings_;
};

}  // namespace detail

ARAMID_END
