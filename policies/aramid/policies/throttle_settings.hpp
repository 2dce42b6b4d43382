// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/throttle_settings.hpp: when a throttle begins to refuse, and how much; and the exact arithmetic.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/policies/throttle_window.hpp>
#include <aramid/settings.hpp>

#include <type_traits>  // is_arithmetic_v

ARAMID_BEGIN

/// At most `Percent` of the calls are refused, so that an outage that has ended is found out.
template <unsigned Percent>
struct MaxRejection {
  static constexpr unsigned percent = Percent;
};

/// Nothing is refused below `PerSecond` calls a second, over the window.
template <unsigned PerSecond>
struct MinimumRate {
  static constexpr unsigned per_second = PerSecond;
};

struct ThrottleSettings {
  unsigned k_percent = 200;                 ///< K * 100; 100 to 100000
  Span window = Duration{120'000'000'000};  ///< what is older does not count; > 0
  unsigned max_rejection_percent = 90;      ///< 1 to 100; 100 = the published formula
  unsigned minimum_rate = 0;                ///< calls a second, over the window; 0 to 1000000; 0 = no minimum

  friend constexpr bool operator==(const ThrottleSettings&, const ThrottleSettings&) = default;
};

/// A probability as a fraction of whole numbers.
struct Share {
  std::uint64_t parts = 0;
  std::uint64_t whole = 1;

  /// Whether `random`, one of 2^64 equally likely numbers, falls into it: floor(random * whole / 2^64) < parts.
  [[nodiscard]] constexpr bool of(std::uint64_t random) const noexcept {
    // The upper half of the product of `random` and `whole`, in 32-bit pieces; whole < 2^40.
    const std::uint64_t low = (random & 0xFFFFFFFFU) * (whole & 0xFFFFFFFFU);
    const std::uint64_t cross = (random >> 32U) * (whole & 0xFFFFFFFFU) + (low >> 32U);
    const std::uint64_t other = (random & 0xFFFFFFFFU) * (whole >> 32U) + (cross & 0xFFFFFFFFU);
    return (random >> 32U) * (whole >> 32U) + (cross >> 32U) + (other >> 32U) < parts;
  }
  [[nodiscard]] constexpr unsigned percent() const noexcept {
    return static_cast<unsigned>(parts * 100 / whole);
  }
};

/// What the formula makes of the counts.
[[nodiscard]] constexpr Share rejection_share(ThrottleCounts counts,
                                              const ThrottleSettings& settings) noexcept {
  const std::uint64_t requests = std::uint64_t{counts.requests} * 100;
  const std::uint64_t accepted = std::uint64_t{counts.accepts} * settings.k_percent;
  if (requests <= accepted) [[likely]]
    return {};
  const auto window_ms = static_cast<std::uint64_t>(settings.window.ns / 1'000'000);
  if (settings.minimum_rate != 0 && requests * 10 < settings.minimum_rate * window_ms) return {};
  const Share share{requests - accepted, requests + 100};
  const std::uint64_t most = settings.max_rejection_percent;
  return share.parts * 100 > share.whole * most ? Share{most, 100} : share;
}

namespace detail {

template <class T>
inline constexpr unsigned throttle_option = 0;
template <unsigned Percent>
inline constexpr unsigned throttle_option<MaxRejection<Percent>> = 1;
template <unsigned PerSecond>
inline constexpr unsigned throttle_option<MinimumRate<PerSecond>> = 2;

template <class Option>
constexpr void apply_throttle_option(ThrottleSettings& settings) noexcept {
  if constexpr (throttle_option<Option> == 1) settings.max_rejection_percent = Option::percent;
  if constexpr (throttle_option<Option> == 2) settings.minimum_rate = Option::per_second;
}

template <auto K, Span Window, class... Options>
struct FixedThrottle {
  static consteval bool check() noexcept {
    static_assert(
        std::is_arithmetic_v<decltype(K)> && K >= 1 && K <= 1000,
        "aramid: Throttle<K, Window, Options...>: K is a number from 1 to 1000; 2 lets the provider turn "
        "half of the calls away before any is refused here");
    static_assert(positive(Window), "aramid: Throttle<K, Window, Options...>: Window must be above 0");
    static_assert(((throttle_option<Options> != 0) && ...),
                  "aramid: Throttle<K, Window, Options...>: the options are MaxRejection<Percent> and "
                  "MinimumRate<PerSecond>");
    static_assert(settings().max_rejection_percent >= 1 && settings().max_rejection_percent <= 100,
                  "aramid: MaxRejection<Percent>: Percent is 1 to 100");
    static_assert(settings().minimum_rate <= 1'000'000,
                  "aramid: MinimumRate<PerSecond>: PerSecond is 0 to 1000000");
    return true;
  }
  [[nodiscard]] static constexpr ThrottleSettings settings() noexcept {
    ThrottleSettings settings{.window = Window};
    if constexpr (std::is_arithmetic_v<decltype(K)>) {
      settings.k_percent = static_cast<unsigned>(K * 100 + static_cast<decltype(K)>(0.5));
    }
    (apply_throttle_option<Options>(settings), ...);
    return settings;
  }
  [[nodiscard]] static std::string describe() {
    return "K = " + std::to_string(settings().k_percent) + " %, over " + to_text(Window) + ", at most " +
           std::to_string(settings().max_rejection_percent) + " % refused";
  }
};

template <Span Window, class... Options>
struct FixedThrottle<AtRunTime{}, Window, Options...> {
  static consteval bool check() noexcept {
    static_assert(
        sizeof...(Options) == 0,
        "aramid: a Throttle<> whose K is set at run time takes its options from ThrottleSettings too");
    return true;
  }
  using Settings = ThrottleSettings;
  constexpr FixedThrottle() noexcept = default;
  constexpr explicit FixedThrottle(const ThrottleSettings& settings) : settings_{settings} {
    require_setting(settings.k_percent >= 100 && settings.k_percent <= 100'000, "ThrottleSettings::k_percent",
                    settings.k_percent, "100 to 100000");
    require_setting(positive(settings.window), "ThrottleSettings::window", settings.window, "above 0");
    require_setting(settings.max_rejection_percent >= 1 && settings.max_rejection_percent <= 100,
                    "ThrottleSettings::max_rejection_percent", settings.max_rejection_percent, "1 to 100");
    require_setting(settings.minimum_rate <= 1'000'000, "ThrottleSettings::minimum_rate",
                    settings.minimum_rate, "0 to 1000000");
  }
  [[nodiscard]] constexpr const ThrottleSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  ThrottleSettings settings_;
};

}  // namespace detail

ARAMID_END
