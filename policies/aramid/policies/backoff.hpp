// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/backoff.hpp: the two spellings of retrying.
//
//   Backoff<Exponential, Jitter>                                3 retries from 1 s, cap 60 s
//   Backoff<Exponential, FullJitter, 200ms, 20s>                from 200 ms, cap 20 s
//   Backoff<Exponential, Jitter, 1s, 60s, 0s>                   the first retry at once, then 1 s, 2 s, ...
//   Backoff<Delays<100ms, 1s, 5s>, Spread<25>>                  a list, spread
//   Retry<5, Backoff<Linear, EqualJitter, 500ms, 30s>>          another number of retries
//
// What the policy does, its cost and its thread-safety: <aramid/policies/retry.hpp>. The curves:
// <aramid/policies/curve.hpp>, the jitters: <aramid/policies/jitter.hpp>.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/policies/retry.hpp>

ARAMID_BEGIN

/// Retries without end: `Retry<forever, ...>`. A Timeout must stand outside it, or the call have a deadline.
inline constexpr unsigned forever = std::numeric_limits<unsigned>::max();

/// The settings come at run time: `Retry<>`, or `Retry<retries_at_run_time, Backoff<Curve, Spread>, When>`.
inline constexpr unsigned retries_at_run_time = forever - 1;

/// What can stand for `Delays` in a Retry: a Backoff, or a list of delays.
template <class D>
concept RetryDelays = requires {
  typename D::CurveType;
  typename D::SpreadType;
  Span{D::base};
  Span{D::cap};
  Span{D::first};
};

namespace detail {

// A curve that is a list brings its own base and cap; the cap leaves room for the jitter.
template <class Curve>
[[nodiscard]] consteval Span default_base() noexcept {
  if constexpr (RetryDelays<Curve>) return Curve::base;
  return Duration{1'000'000'000};
}
template <class Curve, class Spread>
[[nodiscard]] consteval Span default_cap() noexcept {
  if constexpr (RetryDelays<Curve> && DelayJitter<Spread>) return Spread::most(Curve::cap);
  return Duration{60'000'000'000};
}

template <unsigned Retries, class Curve, Span Base, Span Cap, Span First>
struct FixedRetries {
  static consteval bool check() noexcept {
    if constexpr (RetryDelays<Curve>) {
      static_assert(
          Base == Curve::base,
          "aramid: the base of a Backoff<Delays<...>, ...> is the first delay of the list; give only a cap");
    } else {
      static_assert(positive(Base), "aramid: the base of a Backoff is the first delay and must be above 0");
    }
    static_assert(Cap >= Base, "aramid: the cap of a Backoff must not be below its base");
    static_assert(First == first_by_curve || (First.ns >= 0 && First <= Cap),
                  "aramid: the first delay of a Backoff must be 0 to its cap, or first_by_curve");
    return true;
  }
  [[nodiscard]] static constexpr RetrySettings settings() noexcept { return {Retries, Base, Cap, First}; }
};

class RetriesSetAtRunTime {
 public:
  constexpr RetriesSetAtRunTime() noexcept = default;
  constexpr explicit RetriesSetAtRunTime(const RetrySettings& settings) : settings_{settings} {
    require_setting(positive(settings.base), "RetrySettings::base", settings.base, "above 0");
    require_setting(settings.cap >= settings.base, "RetrySettings::cap", settings.cap, "from base, which is ",
                    settings.base);
    require_setting(
        settings.first == first_by_curve || (settings.first.ns >= 0 && settings.first <= settings.cap),
        "RetrySettings::first", settings.first, "0 to cap, which is ", settings.cap, ", or first_by_curve");
  }
  [[nodiscard]] constexpr RetrySettings settings() const noexcept { return settings_; }

 private:
  RetrySettings settings_;
};

template <class Curve, class Spread>
[[nodiscard]] constexpr Duration first_delay(const RetrySettings& settings) noexcept {
  if constexpr (DelayCurve<Curve> && DelayJitter<Spread>) {
    return smaller<Duration>(Spread::least(curve_delay<Curve>(settings, 0)), settings.cap);
  } else {
    return Duration::zero();
  }
}

[[nodiscard]] constexpr unsigned attempts_of_retries(unsigned retries) noexcept {
  return retries == forever ? forever : retries + 1;
}

/// Attempts, one more that never left, and between them waits of at most the cap.
[[nodiscard]] constexpr Duration worst_case_of(const RetrySettings& settings, Duration inner) noexcept {
  if (settings.retries == forever) return Duration::max();
  if (settings.retries == 0) return inner;
  const Duration attempts = aramid::saturating_mul(inner, std::int64_t{settings.retries} + 2);
  return saturating_add(attempts, aramid::saturating_mul(settings.cap, settings.retries));
}

template <class Part>
[[nodiscard]] std::string part_text(const char* otherwise) {
  if constexpr (requires { Part::describe(); }) {
    return Part::describe();
  } else if constexpr (requires { Name{Part::name}; }) {
    return std::string{Name{Part::name}.view()};
  } else {
    return otherwise;
  }
}

template <class Curve, class Spread, class When = ByRuling, class Room = RoomToBegin>
[[nodiscard]] std::string describe_retries(const RetrySettings& settings) {
  std::string text =
      settings.retries == forever ? std::string{"unlimited"} : std::to_string(settings.retries);
  text += settings.retries == 1 ? " retry, " : " retries, ";
  if (settings.first != first_by_curve) {
    text += settings.first.ns == 0 ? "the first at once, then "
                                   : "the first after " + to_text(settings.first) + ", then ";
  }
  if constexpr (!chained_v<Spread>) text += part_text<Curve>("a curve of its own");
  if constexpr (chained_v<Spread>) text += part_text<Spread>("a jitter of its own");
  if constexpr (!RetryDelays<Curve>) text += " from " + to_text(settings.base);
  text += ", cap " + to_text(settings.cap);
  if constexpr (!chained_v<Spread>) text += ", " + part_text<Spread>("a jitter of its own");
  if constexpr (!std::same_as<When, ByRuling>)
    text += ", when " + part_text<When>("its own predicate says so");
  if constexpr (!std::same_as<Room, RoomToBegin>) text += ", " + part_text<Room>("a room of its own");
  return text;
}

}  // namespace detail

/// Three retries with growing, spread delays. `Base`: what the curve starts from; `Cap`: longest delay; `First`:
/// delay before the first retry, as in `0s`.
template <class Curve, class Spread, Span Base = detail::default_base<Curve>(),
          Span Cap = detail::default_cap<Curve, Spread>(), Span First = first_by_curve>
class Backoff : public RetryLoop<detail::FixedRetries<3, Curve, Base, Cap, First>, Curve, Spread, ByRuling> {
 public:
  using CurveType = Curve;
  using SpreadType = Spread;
  static constexpr Name name = "Backoff";
  static constexpr Span base = Base;
  static constexpr Span cap = Cap;
  static constexpr Span first = First;
  static constexpr unsigned attempts = 4;
  static constexpr Duration first_delay = detail::first_delay<Curve, Spread>({3, Base, Cap, First});

  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return detail::worst_case_of({3, Base, Cap, First}, inner);
  }
  [[nodiscard]] static std::string describe() {
    return detail::describe_retries<Curve, Spread>({3, Base, Cap, First});
  }
};

namespace detail {

// What is neither a Backoff nor a list is refused with a sentence; until then this stands in for it.
template <class D>
struct DelaysOr {
  static constexpr bool known = false;
  using type = Backoff<Exponential, Jitter>;
};
template <RetryDelays D>
struct DelaysOr<D> {
  static constexpr bool known = true;
  using type = D;
};

template <unsigned Retries, class D, class When, class Room, class Delays = typename DelaysOr<D>::type>
using FixedLoop =
    RetryLoop<FixedRetries<Retries, typename Delays::CurveType, Delays::base, Delays::cap, Delays::first>,
              typename Delays::CurveType, typename Delays::SpreadType, When, Room>;

template <class D, class When, class Room, class Delays = typename DelaysOr<D>::type>
using LoopSetAtRunTime =
    RetryLoop<RetriesSetAtRunTime, typename Delays::CurveType, typename Delays::SpreadType, When, Room>;

template <class D>
consteval bool check_delays() noexcept {
  static_assert(DelaysOr<D>::known,
                "aramid: Retry<Retries, Delays, When, Room>: Delays is a Backoff<...> or a list such as "
                "Delays<100ms, 1s, 5s>. See docs/retry.md");
  return true;
}

}  // namespace detail

/// `Retries` retries with the delays of `Delays`; `When`: a predicate type over Error; `Room`: RoomToBegin or
/// ExpectRoom.
template <unsigned Retries = retries_at_run_time, class Delays = Backoff<Exponential, Jitter>,
          class When = ByRuling, class Room = RoomToBegin>
class Retry : public detail::FixedLoop<Retries, Delays, When, Room> {
  using Loop = detail::FixedLoop<Retries, Delays, When, Room>;
  using Used = typename detail::DelaysOr<Delays>::type;

 public:
  static constexpr Name name = "Retry";
  static constexpr RetrySettings constants{Retries, Used::base, Used::cap, Used::first};
  static constexpr unsigned attempts = detail::attempts_of_retries(Retries);
  static constexpr Duration first_delay =
      Retries == 0 ? Duration::zero()
                   : detail::first_delay<typename Used::CurveType, typename Used::SpreadType>(constants);

  static consteval bool check() noexcept { return detail::check_delays<Delays>() && Loop::check(); }
  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return detail::worst_case_of(constants, inner);
  }
  [[nodiscard]] static std::string describe() {
    return detail::describe_retries<typename Used::CurveType, typename Used::SpreadType, When, Room>(
        constants);
  }
};

/// The same, with settings given at run time.
template <class Delays, class When, class Room>
class Retry<retries_at_run_time, Delays, When, Room> : public detail::LoopSetAtRunTime<Delays, When, Room> {
  using Loop = detail::LoopSetAtRunTime<Delays, When, Room>;

 public:
  using Settings = RetrySettings;
  using Loop::Loop;
  static constexpr Name name = "Retry";
  static consteval bool check() noexcept { return detail::check_delays<Delays>() && Loop::check(); }
  [[nodiscard]] static std::string describe() { return "set at run time"; }
};

ARAMID_END
