// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_trip.hpp: the memory of the rules that open a breaker, and their verdicts.
//
// Failures in a row live in the breaker's own word; each other rule has a window or a ring of its own.
#pragma once

#include <aramid/policies/breaker_ring.hpp>
#include <aramid/policies/breaker_settings.hpp>

ARAMID_BEGIN

/// What a rule counted, and what it was compared with.
struct BreakerNumbers {
  TripRule rule = TripRule::failures_in_a_row;
  std::uint64_t measured = 0;  ///< failed or slow calls
  std::uint64_t limit = 0;     ///< as many of them open it, given so many `calls`
  std::uint64_t calls = 0;     ///< calls counted; of failures in a row as many as `measured`
  std::uint64_t minimum = 0;   ///< with fewer calls the rule says nothing

  [[nodiscard]] constexpr bool met() const noexcept { return calls >= minimum && measured >= limit; }
  friend constexpr bool operator==(const BreakerNumbers&, const BreakerNumbers&) = default;
};

namespace detail {

/// One call that ended with a success or a failure.
struct Observed {
  std::uint32_t generation = 0;
  bool failure = false;
  Duration took{0};
  Instant now{};
};

inline constexpr unsigned window_slots = 10;

[[nodiscard]] constexpr BreakerNumbers rate_numbers(TripRule rule, unsigned percent, unsigned minimum,
                                                    WindowCounts counts) noexcept {
  // The least number of bad calls for which bad * 100 >= percent * calls.
  const std::uint64_t limit = (counts.calls * percent + 99) / 100;
  return {rule, counts.bad, larger<std::uint64_t>(limit, 1), counts.calls, minimum};
}

/// Of two reports the one that is nearer to its limit, the first if both are as near.
constexpr void keep_nearer(BreakerNumbers& best, const BreakerNumbers& other) noexcept {
  if (best.limit == 0 || other.measured * best.limit > best.measured * other.limit) best = other;
}

template <class Rule, bool CountsAbandoned = false>
class RuleState;

template <bool CountsAbandoned>
class RuleState<FailureRate, CountsAbandoned> {
 public:
  [[nodiscard]] ARAMID_INLINE bool record(const FailureRate& rule, const Observed& call,
                                          BreakerNumbers& why) noexcept {
    window_.record(call.generation, width(rule), call.now, call.failure);
    return call.failure && (why = numbers(rule, call.generation, call.now)).met();
  }
  void start(std::uint32_t generation) noexcept {
    window_.start(generation);
    abandoned_.start(generation);
  }
  [[nodiscard]] bool record_abandoned(const FailureRate& rule, const Observed& call,
                                      BreakerNumbers& why) noexcept {
    if constexpr (!CountsAbandoned) return false;
    abandoned_.record(call.generation, width(rule), call.now, true);
    return (why = numbers(rule, call.generation, call.now)).met();
  }
  [[nodiscard]] BreakerNumbers numbers(const FailureRate& rule, std::uint32_t generation,
                                       Instant now) const noexcept {
    WindowCounts counts = window_.counts(generation, width(rule), now);
    if constexpr (CountsAbandoned) {
      if (counts.calls == 0) counts = abandoned_.counts(generation, width(rule), now);
    }
    return rate_numbers(TripRule::failure_rate, rule.percent, rule.minimum, counts);
  }

 private:
  struct Nothing {
    void record(std::uint32_t, Duration, Instant, bool) noexcept {}
    void start(std::uint32_t) noexcept {}
  };
  using AbandonedWindow = std::conditional_t<CountsAbandoned, RateWindow<window_slots>, Nothing>;
  [[nodiscard]] static constexpr Duration width(const FailureRate& rule) noexcept {
    return Duration{rule.window.ns / window_slots};
  }

  RateWindow<window_slots> window_;
  ARAMID_EMPTY AbandonedWindow abandoned_;
};

template <bool CountsAbandoned>
class RuleState<SlowRate, CountsAbandoned> {
 public:
  [[nodiscard]] ARAMID_INLINE bool record(const SlowRate& rule, const Observed& call,
                                          BreakerNumbers& why) noexcept {
    const bool slow = call.took > rule.slower_than.duration();
    window_.record(call.generation, width(rule), call.now, slow);
    return slow && (why = numbers(rule, call.generation, call.now)).met();
  }
  void start(std::uint32_t generation) noexcept { window_.start(generation); }
  [[nodiscard]] BreakerNumbers numbers(const SlowRate& rule, std::uint32_t generation,
                                       Instant now) const noexcept {
    const WindowCounts counts = window_.counts(generation, width(rule), now);
    return rate_numbers(TripRule::slow_rate, rule.percent, rule.minimum, counts);
  }

 private:
  [[nodiscard]] static constexpr Duration width(const SlowRate& rule) noexcept {
    return Duration{rule.window.ns / window_slots};
  }
  RateWindow<window_slots> window_;
};

template <unsigned Capacity>
class RingState {
 public:
  [[nodiscard]] ARAMID_INLINE bool record(const FailureCount& rule, const Observed& call,
                                          BreakerNumbers& why) noexcept {
    ring_.record(call.generation, rule.of, call.failure);
    return call.failure && (why = numbers(rule, call.generation)).met();
  }
  void start(std::uint32_t generation) noexcept { ring_.start(generation); }
  [[nodiscard]] BreakerNumbers numbers(const FailureCount& rule, std::uint32_t generation) const noexcept {
    const WindowCounts counts = ring_.counts(generation, rule.of);
    return {TripRule::failure_count, counts.bad, rule.failures, counts.calls, 0};
  }

 private:
  OutcomeRing<Capacity> ring_;
};

/// The rules of a type, one after another. `Abandons`: abandoned calls may have to be counted.
template <auto Trip, bool Abandons>
class TripRules {
  using Rule = std::remove_cvref_t<decltype(Trip)>;
  // What is no rule has a sentence of its own, so it may pass for one here.
  static constexpr bool row = std::integral<Rule> || std::same_as<Rule, FailuresInARow> || !is_rule_v<Rule>;
  static constexpr bool ring = std::same_as<Rule, FailureCount>;

 public:
  static constexpr bool stateful = !row;
  static constexpr bool timed = std::same_as<Rule, SlowRate>;

  /// Failures in a row that open it, 0 without such a rule; and abandoned calls in a row.
  [[nodiscard]] static constexpr unsigned in_a_row(const BreakerSettings&) noexcept {
    if constexpr (std::integral<Rule>) return static_cast<unsigned>(Trip);
    if constexpr (std::same_as<Rule, FailuresInARow>) return Trip.failures;
    return 0;
  }
  [[nodiscard]] static constexpr unsigned abandoned_in_a_row(const BreakerSettings& s) noexcept {
    if constexpr (ring) return Trip.failures;
    return in_a_row(s);
  }
  [[nodiscard]] static constexpr bool keeps(const BreakerSettings&) noexcept { return stateful; }
  [[nodiscard]] static constexpr bool slow(const BreakerSettings&, [[maybe_unused]] Duration took) noexcept {
    if constexpr (timed) return took > Trip.slower_than.duration();
    return false;
  }
  /// Before a period in which calls are counted.
  void start([[maybe_unused]] std::uint32_t generation) noexcept {
    if constexpr (stateful) state_.start(generation);
  }
  /// Counts a call; true if a rule is met by it, and then `why`.
  [[nodiscard]] ARAMID_INLINE bool record(const BreakerSettings&, [[maybe_unused]] const Observed& call,
                                          [[maybe_unused]] BreakerNumbers& why) noexcept {
    if constexpr (stateful) return state_.record(Trip, call, why);
    return false;
  }
  [[nodiscard]] bool record_abandoned(const BreakerSettings&, [[maybe_unused]] const Observed& call,
                                      [[maybe_unused]] BreakerNumbers& why) noexcept {
    if constexpr (std::same_as<Rule, FailureRate>) return state_.record_abandoned(Trip, call, why);
    return false;
  }
  void nearest(const BreakerSettings&, [[maybe_unused]] std::uint32_t generation,
               [[maybe_unused]] Instant now, [[maybe_unused]] BreakerNumbers& best) const noexcept {
    if constexpr (ring) {
      keep_nearer(best, state_.numbers(Trip, generation));
    } else if constexpr (stateful) {
      keep_nearer(best, state_.numbers(Trip, generation, now));
    }
  }
  static void describe(std::string& text) {
    if constexpr (std::integral<Rule>) {
      text += std::to_string(Trip) + " failures in a row";
    } else if constexpr (std::same_as<Rule, FailuresInARow>) {
      text += std::to_string(Trip.failures) + " failures in a row";
    } else if constexpr (ring) {
      text += std::to_string(Trip.failures) + " failures of the last " + std::to_string(Trip.of) + " calls";
    } else if constexpr (!row) {
      text += std::to_string(Trip.percent) + " % of at least " + std::to_string(Trip.minimum) + " calls in " +
              to_text(Trip.window);
      text += timed ? " that are slower than " : " that fail";
      if constexpr (timed) text += to_text(Trip.slower_than);
    }
  }

 private:
  struct Nothing {};
  template <class R>
  struct StateOf {
    using type = RuleState<R, Abandons>;
  };
  template <class R>
    requires(row)
  struct StateOf<R> {
    using type = Nothing;
  };
  template <class R>
    requires(ring)
  struct StateOf<R> {
    using type = RingState<larger(Trip.of, 1U)>;
  };
  ARAMID_EMPTY typename StateOf<Rule>::type state_;
};

template <class Rule>
inline constexpr bool is_any_of_v = false;
template <class... Rules>
inline constexpr bool is_any_of_v<AnyOf<Rules...>> = true;

template <auto Trip, bool Abandons>
  requires is_any_of_v<std::remove_cvref_t<decltype(Trip)>>
class TripRules<Trip, Abandons> {
  static constexpr bool last = !requires { Trip.rest; };
  struct Nobody {
    static constexpr bool stateful = false;
    static constexpr bool timed = false;
    static constexpr unsigned in_a_row(const BreakerSettings&) noexcept { return 0; }
    static constexpr unsigned abandoned_in_a_row(const BreakerSettings&) noexcept { return 0; }
    static constexpr bool slow(const BreakerSettings&, Duration) noexcept { return false; }
    static constexpr void start(std::uint32_t) noexcept {}
    static constexpr bool record(const BreakerSettings&, const Observed&, BreakerNumbers&) noexcept {
      return false;
    }
    static constexpr bool record_abandoned(const BreakerSettings&, const Observed&,
                                           BreakerNumbers&) noexcept {
      return false;
    }
    static constexpr void nearest(const BreakerSettings&, std::uint32_t, Instant, BreakerNumbers&) noexcept {}
    static void describe(std::string&) {}
  };
  template <auto T>
  static consteval auto rest_of() noexcept {
    if constexpr (requires { T.rest; }) {
      return std::type_identity<TripRules<T.rest, Abandons>>{};
    } else {
      return std::type_identity<Nobody>{};
    }
  }
  using First = TripRules<Trip.first, Abandons>;
  using Rest = typename decltype(rest_of<Trip>())::type;

  // The smaller of two limits, of which 0 is none.
  [[nodiscard]] static constexpr unsigned least(unsigned a, unsigned b) noexcept {
    return a == 0 || (b != 0 && b < a) ? b : a;
  }

 public:
  static constexpr bool stateful = First::stateful || Rest::stateful;
  static constexpr bool timed = First::timed || Rest::timed;

  [[nodiscard]] static constexpr unsigned in_a_row(const BreakerSettings& s) noexcept {
    return least(First::in_a_row(s), Rest::in_a_row(s));
  }
  [[nodiscard]] static constexpr unsigned abandoned_in_a_row(const BreakerSettings& s) noexcept {
    return least(First::abandoned_in_a_row(s), Rest::abandoned_in_a_row(s));
  }
  [[nodiscard]] static constexpr bool keeps(const BreakerSettings&) noexcept { return stateful; }
  [[nodiscard]] static constexpr bool slow(const BreakerSettings& s, Duration took) noexcept {
    return First::slow(s, took) || Rest::slow(s, took);
  }
  void start(std::uint32_t generation) noexcept {
    first_.start(generation);
    rest_.start(generation);
  }
  // Each rule counts every call, also after another one was met.
  [[nodiscard]] ARAMID_INLINE bool record(const BreakerSettings& s, const Observed& call,
                                          BreakerNumbers& why) noexcept {
    BreakerNumbers other;
    const bool first = first_.record(s, call, why);
    const bool rest = rest_.record(s, call, other);
    if (rest && !first) why = other;
    return first || rest;
  }
  [[nodiscard]] bool record_abandoned(const BreakerSettings& s, const Observed& call,
                                      BreakerNumbers& why) noexcept {
    BreakerNumbers other;
    const bool first = first_.record_abandoned(s, call, why);
    const bool rest = rest_.record_abandoned(s, call, other);
    if (rest && !first) why = other;
    return first || rest;
  }
  void nearest(const BreakerSettings& s, std::uint32_t generation, Instant now,
               BreakerNumbers& best) const noexcept {
    first_.nearest(s, generation, now, best);
    rest_.nearest(s, generation, now, best);
  }
  static void describe(std::string& text) {
    First::describe(text);
    if constexpr (!last) {
      text += ", or ";
      Rest::describe(text);
    }
  }

 private:
  ARAMID_EMPTY First first_;
  ARAMID_EMPTY Rest rest_;
};

/// Every rule, of which the settings choose.
template <bool Abandons>
class TripRules<AtRunTime{}, Abandons> {
 public:
  static constexpr bool stateful = true;
  static constexpr bool timed = true;

  [[nodiscard]] static constexpr unsigned in_a_row(const BreakerSettings& s) noexcept { return s.failures; }
  [[nodiscard]] static constexpr unsigned abandoned_in_a_row(const BreakerSettings& s) noexcept {
    if (s.failures == 0 || (s.failure_count && s.failure_count->failures < s.failures))
      return s.failure_count ? s.failure_count->failures : 0;
    return s.failures;
  }
  [[nodiscard]] static constexpr bool keeps(const BreakerSettings& s) noexcept {
    return s.failure_rate || s.failure_count || s.slow_rate;
  }
  [[nodiscard]] static constexpr bool slow(const BreakerSettings& s, Duration took) noexcept {
    return s.slow_rate && took > s.slow_rate->slower_than.duration();
  }
  void start(std::uint32_t generation) noexcept {
    rate_.start(generation);
    ring_.start(generation);
    slow_.start(generation);
  }
  [[nodiscard]] bool record(const BreakerSettings& s, const Observed& call, BreakerNumbers& why) noexcept {
    bool met = false;
    BreakerNumbers one;
    const auto note = [&](bool now_met) {
      if (now_met && !met) why = one;
      met = met || now_met;
    };
    if (s.failure_rate) note(rate_.record(*s.failure_rate, call, one));
    if (s.failure_count) note(ring_.record(*s.failure_count, call, one));
    if (s.slow_rate) note(slow_.record(*s.slow_rate, call, one));
    return met;
  }
  [[nodiscard]] bool record_abandoned(const BreakerSettings& s, const Observed& call,
                                      BreakerNumbers& why) noexcept {
    return s.failure_rate && rate_.record_abandoned(*s.failure_rate, call, why);
  }
  void nearest(const BreakerSettings& s, std::uint32_t generation, Instant now,
               BreakerNumbers& best) const noexcept {
    if (s.failure_rate) keep_nearer(best, rate_.numbers(*s.failure_rate, generation, now));
    if (s.failure_count) keep_nearer(best, ring_.numbers(*s.failure_count, generation));
    if (s.slow_rate) keep_nearer(best, slow_.numbers(*s.slow_rate, generation, now));
  }
  static void describe(std::string& text) { text += "set at run time"; }

 private:
  RuleState<FailureRate, Abandons> rate_;
  RingState<max_ring> ring_;
  RuleState<SlowRate> slow_;
};

}  // namespace detail

ARAMID_END
