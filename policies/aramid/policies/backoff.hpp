// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/backoff.hpp: the two spellings of retrying: `Backoff<...>` and `Retry<N, Backoff<...>>`.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/policies/retry.hpp>

ARAMID_BEGIN

namespace detail {

template <unsigned Retries, Span Base, Span Cap>
struct FixedRetries {
  static consteval bool check() noexcept {
    static_assert(positive(Base), "aramid: the base of a Backoff is the first delay and must be above 0");
    static_assert(Cap >= Base, "aramid: the cap of a Backoff must not be below its base");
    return true;
  }
  [[nodiscard]] static constexpr RetrySettings settings() noexcept { return {Retries, Base, Cap}; }
};

class RetriesSetAtRunTime {
 public:
  constexpr RetriesSetAtRunTime() noexcept = default;
  constexpr explicit RetriesSetAtRunTime(const RetrySettings& settings) : settings_{settings} {
    require_setting(positive(settings.base), "RetrySettings::base", settings.base, "above 0");
    require_setting(settings.cap >= settings.base, "RetrySettings::cap", settings.cap, "from base, which is ",
                    settings.base);
  }
  [[nodiscard]] constexpr RetrySettings settings() const noexcept { return settings_; }

 private:
  RetrySettings settings_;
};

template <class Curve, class Spread>
[[nodiscard]] constexpr Duration first_delay(const RetrySettings& settings) noexcept {
  const Duration first = Spread::least(smaller<Duration>(Curve::delay(settings.base, 0), settings.cap));
  return smaller<Duration>(first, settings.cap);
}

/// Attempts, and between them waits of at most the cap.
[[nodiscard]] constexpr Duration worst_case_of(const RetrySettings& settings, Duration inner) noexcept {
  if (settings.retries == std::numeric_limits<unsigned>::max()) return Duration::max();
  const Duration attempts = aramid::saturating_mul(inner, std::int64_t{settings.retries} + 1);
  return saturating_add(attempts, aramid::saturating_mul(settings.cap, settings.retries));
}

[[nodiscard]] inline std::string describe_retries(const RetrySettings& settings, Name curve, Name spread) {
  std::string text = settings.retries == std::numeric_limits<unsigned>::max()
                         ? std::string{"unlimited"}
                         : std::to_string(settings.retries);
  text += settings.retries == 1 ? " retry, " : " retries, ";
  text += curve.view();
  text += " from " + to_text(settings.base) + ", cap " + to_text(settings.cap) + ", ";
  return text += spread.view();
}

}  // namespace detail

/// Retries without end: `Retry<forever, ...>`. Set a deadline or a Timeout outside it.
inline constexpr unsigned forever = std::numeric_limits<unsigned>::max();

/// The settings come at run time: `Retry<>`, or `Retry<retries_at_run_time, Backoff<Curve, Spread>, When>`.
inline constexpr unsigned retries_at_run_time = forever - 1;

/// Three retries with growing, spread delays. `Base`: first delay; `Cap`: longest delay.
template <class Curve, class Spread, Span Base = Duration{1'000'000'000}, Span Cap = Duration{60'000'000'000}>
class Backoff : public RetryLoop<detail::FixedRetries<3, Base, Cap>, Curve, Spread, ByRuling> {
 public:
  using CurveType = Curve;
  using SpreadType = Spread;
  static constexpr Name name = "Backoff";
  static constexpr Span base = Base;
  static constexpr Span cap = Cap;
  static constexpr Duration first_delay = detail::first_delay<Curve, Spread>({3, Base, Cap});

  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return detail::worst_case_of({3, Base, Cap}, inner);
  }
  [[nodiscard]] static std::string describe() {
    return detail::describe_retries({3, Base, Cap}, Curve::name, Spread::name);
  }
};

/// `Retries` retries with the delays of `Delays`; `When`: a predicate type over Error.
template <unsigned Retries = retries_at_run_time, class Delays = Backoff<Exponential, Jitter>,
          class When = ByRuling>
class Retry : public RetryLoop<detail::FixedRetries<Retries, Delays::base, Delays::cap>,
                               typename Delays::CurveType, typename Delays::SpreadType, When> {
 public:
  static constexpr Name name = "Retry";
  static constexpr RetrySettings constants{Retries, Delays::base, Delays::cap};
  static constexpr Duration first_delay =
      detail::first_delay<typename Delays::CurveType, typename Delays::SpreadType>(constants);

  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return detail::worst_case_of(constants, inner);
  }
  [[nodiscard]] static std::string describe() {
    return detail::describe_retries(constants, Delays::CurveType::name, Delays::SpreadType::name);
  }
};

/// The same, with settings given at run time.
template <class Delays, class When>
class Retry<retries_at_run_time, Delays, When>
    : public RetryLoop<detail::RetriesSetAtRunTime, typename Delays::CurveType, typename Delays::SpreadType,
                       When> {
  using Base =
      RetryLoop<detail::RetriesSetAtRunTime, typename Delays::CurveType, typename Delays::SpreadType, When>;

 public:
  using Settings = RetrySettings;
  using Base::Base;
  static constexpr Name name = "Retry";
  [[nodiscard]] static std::string describe() { return "set at run time"; }
};

ARAMID_END
