// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/ramp_up_settings.hpp: how steep a ramp is, and when it begins again.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/settings.hpp>

ARAMID_BEGIN

/// The ramp begins again after this long without a call.
template <Span D>
struct AfterIdle {
  static constexpr Span idle = D;
};

/// While it lasts, one call in this time is let through whatever the draw.
template <Span D>
struct AtLeastEvery {
  static constexpr Span every = D;
};

struct RampUpSettings {
  Span over = Duration{60'000'000'000};           ///< from the first call to full traffic, > 0
  unsigned from_percent = 10;                     ///< share of the calls at first, 1 to 100
  Span after_idle = Duration{600'000'000'000};    ///< begins again after this long without a call, > 0;
                                                  ///< Duration::max() = never
  Span at_least_every = Duration{1'000'000'000};  ///< one call in this time gets through in any case, > 0

  friend constexpr bool operator==(const RampUpSettings&, const RampUpSettings&) = default;
};

namespace detail {

template <class T>
inline constexpr unsigned ramp_option = 0;
template <Span D>
inline constexpr unsigned ramp_option<AfterIdle<D>> = 1;
template <Span D>
inline constexpr unsigned ramp_option<AtLeastEvery<D>> = 2;

template <class Option>
constexpr void apply_ramp_option(RampUpSettings& settings) noexcept {
  if constexpr (ramp_option<Option> == 1) settings.after_idle = Option::idle;
  if constexpr (ramp_option<Option> == 2) settings.at_least_every = Option::every;
}

template <Span Over, unsigned FromPercent, class... Options>
struct FixedRampUp {
  static consteval bool check() noexcept {
    static_assert(positive(Over), "aramid: RampUp<Over, FromPercent, Options...>: Over must be above 0");
    static_assert(
        FromPercent >= 1 && FromPercent <= 100,
        "aramid: RampUp<Over, FromPercent, Options...>: FromPercent is the share of the calls at first, 1 "
        "to 100");
    static_assert(
        ((ramp_option<Options> != 0) && ...),
        "aramid: RampUp<Over, FromPercent, Options...>: the options are AfterIdle<D> and AtLeastEvery<D>");
    static_assert(positive(settings().after_idle), "aramid: AfterIdle<D>: D must be above 0");
    static_assert(positive(settings().at_least_every), "aramid: AtLeastEvery<D>: D must be above 0");
    return true;
  }
  [[nodiscard]] static constexpr RampUpSettings settings() noexcept {
    RampUpSettings settings{.over = Over, .from_percent = FromPercent};
    (apply_ramp_option<Options>(settings), ...);
    return settings;
  }
  [[nodiscard]] static std::string describe() {
    return "from " + std::to_string(FromPercent) + " % to all calls in " + to_text(Over);
  }
};

template <unsigned FromPercent, class... Options>
struct FixedRampUp<span_at_run_time, FromPercent, Options...> {
  static consteval bool check() noexcept {
    static_assert(sizeof...(Options) == 0,
                  "aramid: a RampUp<> that is set at run time takes its options from RampUpSettings too");
    return true;
  }
  using Settings = RampUpSettings;
  constexpr FixedRampUp() noexcept = default;
  constexpr explicit FixedRampUp(const RampUpSettings& settings) : settings_{settings} {
    require_setting(positive(settings.over), "RampUpSettings::over", settings.over, "above 0");
    require_setting(settings.from_percent >= 1 && settings.from_percent <= 100,
                    "RampUpSettings::from_percent", settings.from_percent, "1 to 100");
    require_setting(positive(settings.after_idle), "RampUpSettings::after_idle", settings.after_idle,
                    "above 0");
    require_setting(positive(settings.at_least_every), "RampUpSettings::at_least_every",
                    settings.at_least_every, "above 0");
  }
  [[nodiscard]] constexpr const RampUpSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  RampUpSettings settings_;
};

}  // namespace detail

ARAMID_END
