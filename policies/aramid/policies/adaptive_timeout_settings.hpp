// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/adaptive_timeout_settings.hpp: the numbers of an AdaptiveTimeout, as template arguments or at run
// time.
#pragma once

#include <aramid/access.hpp>
#include <aramid/describe.hpp>
#include <aramid/ratio.hpp>
#include <aramid/recent_latency.hpp>
#include <aramid/settings.hpp>

ARAMID_BEGIN

struct AdaptiveTimeoutSettings {
  Ratio quantile = percent(99);             ///< above 0 and below 1, in parts of 1 to 1/1'000'000
  unsigned multiple = 300;                  ///< of that quantile, in percent, 100 to 10'000
  Span floor = Duration{1'000'000'000};     ///< the shortest limit, > 0
  Span ceiling = Duration{60'000'000'000};  ///< the longest limit, floor to 1 h
  Span window = Duration{300'000'000'000};  ///< a sample counts for one to two of them, 1 s to 24 h
  unsigned warm_up = 20;                    ///< samples before the limit adapts, 1 to 100'000

  friend constexpr bool operator==(const AdaptiveTimeoutSettings&, const AdaptiveTimeoutSettings&) = default;
};

/// What `adaptive_timeout(client)` looks for.
struct AdaptiveTimeoutTag {};

namespace detail {

inline constexpr Span longest_ceiling{Duration{3'600'000'000'000}};

[[nodiscard]] constexpr bool quantile_is_allowed(Ratio quantile) noexcept {
  return quantile.denominator >= 1 && quantile.denominator <= 1'000'000 && quantile.numerator > 0 &&
         quantile.numerator < quantile.denominator;
}
[[nodiscard]] constexpr bool latency_window_is_allowed(Span window) noexcept {
  return window >= Span{Duration{1'000'000'000}} && window <= Span{Duration{86'400'000'000'000}};
}

template <auto Quantile, unsigned Percent, Span Floor, Span Ceiling, Span Window, unsigned WarmUp>
struct AdaptiveLimits {
  static consteval bool check() noexcept {
    static_assert(
        quantile_is_allowed(ratio_of<Quantile>()),
        "aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Quantile is a percentile of 1 to 99, or "
        "an exact one such as per_mille(999), above 0 and below 1");
    static_assert(
        Percent >= 100 && Percent <= 10'000,
        "aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Percent of the quantile is 100 "
        "to 10000");
    static_assert(positive(Floor),
                  "aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Floor must be above 0");
    static_assert(
        Ceiling >= Floor && Ceiling <= longest_ceiling,
        "aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Ceiling is not below Floor and at most "
        "1 h");
    static_assert(latency_window_is_allowed(Window),
                  "aramid: AdaptiveTimeout<..., Window, WarmUp>: Window is 1 s to 24 h");
    static_assert(WarmUp >= 1 && WarmUp <= 100'000,
                  "aramid: AdaptiveTimeout<..., Window, WarmUp>: WarmUp is 1 to 100000 samples");
    return true;
  }
  static constexpr Duration bound = Ceiling;
  [[nodiscard]] static constexpr AdaptiveTimeoutSettings settings() noexcept {
    return {ratio_of<Quantile>(), Percent, Floor, Ceiling, Window, WarmUp};
  }
  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return smaller(inner, bound);
  }
  [[nodiscard]] static std::string describe() {
    return std::to_string(Percent) + " % of the " + to_text(ratio_of<Quantile>()) + " quantile, from " +
           aramid::to_text(Floor) + " to " + aramid::to_text(Ceiling) + ", window " +
           aramid::to_text(Window) + ", " + std::to_string(WarmUp) + " samples to warm up";
  }

 protected:
  [[nodiscard]] static constexpr RecentLatencySettings latency_settings() noexcept {
    return {ratio_of<Quantile>(), Window, WarmUp};
  }
};

template <unsigned Percent, Span Floor, Span Ceiling, Span Window, unsigned WarmUp>
struct AdaptiveLimits<AtRunTime{}, Percent, Floor, Ceiling, Window, WarmUp> {
  using Settings = AdaptiveTimeoutSettings;
  constexpr AdaptiveLimits() noexcept = default;
  constexpr explicit AdaptiveLimits(const AdaptiveTimeoutSettings& settings) : settings_{settings} {
    const Ratio quantile = settings.quantile;
    require_setting(quantile.denominator >= 1 && quantile.denominator <= 1'000'000,
                    "AdaptiveTimeoutSettings::quantile.denominator", quantile.denominator, "1 to 1000000");
    require_setting(quantile_is_allowed(quantile), "AdaptiveTimeoutSettings::quantile.numerator",
                    quantile.numerator, "above 0 and below the denominator, which is ", quantile.denominator);
    require_setting(settings.multiple >= 100 && settings.multiple <= 10'000,
                    "AdaptiveTimeoutSettings::multiple", settings.multiple, "100 to 10000");
    require_setting(positive(settings.floor), "AdaptiveTimeoutSettings::floor", settings.floor, "above 0");
    require_setting(settings.ceiling >= settings.floor && settings.ceiling <= longest_ceiling,
                    "AdaptiveTimeoutSettings::ceiling", settings.ceiling, "the floor, which is ",
                    settings.floor, ", to 1 h");
    require_setting(latency_window_is_allowed(settings.window), "AdaptiveTimeoutSettings::window",
                    settings.window, "1 s to 24 h");
    require_setting(settings.warm_up >= 1 && settings.warm_up <= 100'000, "AdaptiveTimeoutSettings::warm_up",
                    settings.warm_up, "1 to 100000");
  }
  [[nodiscard]] constexpr const AdaptiveTimeoutSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 protected:
  [[nodiscard]] constexpr RecentLatencySettings latency_settings() const noexcept {
    return {settings_.quantile, settings_.window, settings_.warm_up};
  }

 private:
  AdaptiveTimeoutSettings settings_;
};

}  // namespace detail

ARAMID_END
