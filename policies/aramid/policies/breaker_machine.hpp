// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_machine.hpp: the moves of a breaker, from call to call.
//
//   closed      a rule is met            -> open
//   open        cool-down over, a call   -> half_open
//   half_open   probes failed            -> open, for longer
//               probes succeeded         -> ramping, or closed at once
//   ramping     a rule is met            -> open, for longer
//               all steps are over       -> closed
//
// Each move is one compare-and-swap of the breaker's word and begins a new generation; only from ramping to
// closed the same one goes on. What goes with a move (when it may probe, the numbers, an empty window) is
// written before it.
#pragma once

#include <aramid/policies/breaker_options.hpp>
#include <aramid/policies/breaker_state.hpp>
#include <aramid/policy.hpp>

ARAMID_BEGIN

namespace detail {

template <auto Trip, BreakerCooldown Cooldown, BreakerProbes Probes, class... Options>
class BreakerMachine : public BreakerSource<Trip, Cooldown, Probes, Options...> {
 protected:
  using Source = BreakerSource<Trip, Cooldown, Probes, Options...>;
  using Chosen = BreakerOptions<Options...>;
  using Word = BreakerWord;
  static constexpr bool abandons = Source::at_run_time || Chosen::abandoned != Abandoned::ignore;
  static constexpr bool ramps = Source::at_run_time || Chosen::RampType::steps != 0;
  using Rules = TripRules<Trip, abandons>;
  using Ramped = std::conditional_t<ramps, RampState, NoRampState>;
  using Opened = std::conditional_t<Rules::stateful || abandons, OpenedBy, NotKept>;

 public:
  using Source::Source;
  static constexpr Name name = "Breaker";

  struct Scope : BreakerBegan<Rules::timed || abandons>, BreakerAttempts<abandons> {
    std::uint32_t generation = 0;
    bool probe = false;
  };

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    const std::uint64_t raw = word_.load(std::memory_order_relaxed);
    if (raw < Word::first_not_closed) [[likely]]
      return let_in(scope, ctx, Word::unpack(raw), false, now);
    return admit_slowly(scope, ctx, now);
  }

  [[nodiscard]] ARAMID_INLINE Verdict settle(Scope& scope, Context& ctx, const Error* failure,
                                             Instant now) noexcept {
    if (failure == nullptr && !scope.probe) [[likely]] {
      const std::uint64_t raw = word_.load(std::memory_order_relaxed);
      if ((raw & 0xFFFFFFFF) == 0 && settled_well(scope, Word::unpack(raw), now)) [[likely]]
        return Verdict::done();
    }
    judge(scope, ctx, failure, now);
    return Verdict::done();
  }

  /// No outcome: a probe's slot comes back. It is told no time: where abandoned calls are failures, this one
  /// counts as one at the time of its admission.
  void release(Scope& scope, Context& ctx) noexcept {
    const bool abandoned = scope.tried(ctx);
    report(scope, ctx, Evidence::none, abandoned, scope.when_begun());
  }

 protected:
  [[nodiscard]] Word load() const noexcept { return Word::unpack(word_.load(std::memory_order_acquire)); }

  [[nodiscard]] BreakerState effective(Word word, Instant now) const noexcept {
    if (word.state == BreakerState::open && now >= open_until_.get()) return BreakerState::half_open;
    if constexpr (Ramped::exists) {
      if (word.state == BreakerState::ramping &&
          ramp_.place(this->settings(), now).step == Ramped::Place::over)
        return BreakerState::closed;
    }
    return word.state;
  }

  [[nodiscard]] BreakerNumbers numbers(Word word, Instant now) const noexcept {
    const unsigned limit = Rules::in_a_row(this->settings());
    BreakerNumbers best;
    if (!word.counting()) {
      best = {TripRule::failures_in_a_row, limit, limit, limit, 0};
      if constexpr (Opened::exists) best = opened_.read();
      if (word.state == BreakerState::disabled || word.state == BreakerState::forced_open) best.measured = 0;
      return best;
    }
    if (limit != 0) best = {TripRule::failures_in_a_row, word.count, limit, word.count, 0};
    rules_.nearest(this->settings(), word.generation, now, best);
    return best;
  }

  // The next word counts calls again.
  [[nodiscard]] Word closed(Word word, BreakerState to) noexcept {
    const Word next = word.moved_to(to);
    rules_.start(next.generation);
    return next;
  }

 private:
  [[nodiscard]] ARAMID_INLINE Admission let_in(Scope& scope, Context& ctx, Word word, bool probe,
                                               Instant now) noexcept {
    scope.generation = word.generation;
    scope.probe = probe;
    scope.note_began(now);
    scope.note_attempts(ctx);
    return Admission::proceed();
  }

  ARAMID_COLD Admission admit_slowly(Scope& scope, Context& ctx, Instant now) noexcept {
    const BreakerSettings& settings = this->settings();
    std::uint64_t old = word_.load(std::memory_order_acquire);
    for (;;) {
      const Word word = Word::unpack(old);
      Word next = word;
      if (word.state == BreakerState::open) {
        const Instant at = open_until_.get();
        if (now < at) return refuse(ctx, word, Reason::open, elapsed(now, at));
        next = word.moved_to(BreakerState::half_open, 1);
      } else if (word.state == BreakerState::half_open) {
        if (word.probes < settings.probes) {
          ++next.probes;
        } else {
          const Instant at = lease_until_.get();
          if (now < at) return refuse(ctx, word, Reason::probes_out, elapsed(now, at));
          next = word.moved_to(BreakerState::half_open, 1);
        }
      } else if (word.state == BreakerState::forced_open) {
        return refuse(ctx, word, Reason::forced_open, Duration{-1});
      } else if (word.state == BreakerState::ramping) {
        if constexpr (Ramped::exists) {
          const auto place = ramp_.place(settings, now);
          if (place.step != Ramped::Place::over) return ramp(scope, ctx, word, place, now);
        }
        // The same period goes on: what is under way still counts.
        next.state = BreakerState::closed;
        next.round = 0;
      } else {
        return let_in(scope, ctx, word, false, now);
      }
      const bool probe = next.state == BreakerState::half_open;
      if (probe) lease_until_.extend(saturating_add(now, settings.lease));
      if (!word_.compare_exchange_weak(old, next.pack(), std::memory_order_acq_rel)) continue;
      if (word.state != next.state) announce(ctx, word.state, next.state, now, Duration::zero());
      return let_in(scope, ctx, next, probe, now);
    }
  }

  template <class Place>
  Admission ramp(Scope& scope, Context& ctx, Word word, const Place& place, Instant now) noexcept {
    if (ramp_.take(word.generation, place)) return let_in(scope, ctx, word, false, now);
    // The share grows soon, and within it the next call may be luckier.
    const Duration soon = larger(this->settings().ramp_step.duration() / 10, Duration{1});
    ctx.compare(place.percent, 100);
    return Admission::reject(Fault::circuit_open, Reason::ramping_up,
                             smaller(elapsed(now, place.until), soon));
  }

  [[nodiscard]] Admission refuse(Context& ctx, Word word, Reason reason,
                                 Duration retry_after) const noexcept {
    const BreakerNumbers n = numbers(word, Instant{});
    ctx.compare(static_cast<std::int64_t>(n.measured), static_cast<std::int64_t>(n.limit));
    return Admission::reject(Fault::circuit_open, reason, retry_after);
  }

  // A success with no failures in a row to forget; false: it needs a closer look.
  [[nodiscard]] ARAMID_INLINE bool settled_well(Scope& scope, Word word, Instant now) noexcept {
    if constexpr (Rules::stateful) {
      const BreakerSettings& settings = this->settings();
      if (Source::at_run_time && !Rules::keeps(settings)) return true;
      if (word.generation != scope.generation || !word.counting()) return true;
      const Duration took = Rules::timed ? elapsed(scope.when_begun(), now) : Duration::zero();
      if (Rules::slow(settings, took)) return false;
      BreakerNumbers unused;
      (void)rules_.record(settings, {word.generation, false, took, now}, unused);
    }
    return true;
  }

  ARAMID_COLD void judge(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    Evidence evidence = failure == nullptr ? Evidence::success : typename Chosen::Judge{}(*failure);
    const bool gave_up = failure != nullptr &&
                         (failure->fault == Fault::cancelled || failure->fault == Fault::deadline_exceeded);
    report(scope, ctx, evidence, gave_up && evidence == Evidence::none && scope.tried(ctx), now);
  }

  ARAMID_COLD void report(Scope& scope, Context& ctx, Evidence evidence, bool abandoned,
                          Instant now) noexcept {
    const Scope call = scope;
    scope = {};
    const BreakerSettings& settings = this->settings();
    if (abandoned && settings.abandoned == Abandoned::as_failures) evidence = Evidence::failure;
    abandoned = abandoned && settings.abandoned == Abandoned::count_when_all_abandoned;
    const Duration took = Rules::timed ? elapsed(call.when_begun(), now) : Duration::zero();
    if (call.probe) {
      if (evidence == Evidence::success && Rules::slow(settings, took)) evidence = Evidence::failure;
      report_probe(call, ctx, evidence, now);
    } else if (evidence != Evidence::none || abandoned) {
      report_call(call, ctx, evidence, {call.generation, evidence == Evidence::failure, took, now});
    }
  }

  void report_probe(const Scope& call, Context& ctx, Evidence evidence, Instant now) noexcept {
    const BreakerSettings& settings = this->settings();
    std::uint64_t old = word_.load(std::memory_order_acquire);
    for (;;) {
      const Word word = Word::unpack(old);
      if (word.generation != call.generation || word.state != BreakerState::half_open) return;
      Word next = word;
      --next.probes;
      Duration length{0};
      if (evidence == Evidence::failure && ++next.failed >= settings.probe_failures) {
        next = opened(word, ctx, now, length);
      } else if (evidence == Evidence::success && ++next.count >= settings.successes) {
        next = closed(word, BreakerState::closed);
        if constexpr (Ramped::exists) {
          if (ramp_.wanted(settings)) {
            ramp_.begin(now);
            next = closed(word, BreakerState::ramping);
          }
        }
      }
      if (!word_.compare_exchange_weak(old, next.pack(), std::memory_order_acq_rel)) continue;
      if (word.state != next.state) announce(ctx, word.state, next.state, now, length);
      return;
    }
  }

  // `seen.failure` or a success, or, without evidence, an abandoned call.
  void report_call(const Scope& call, Context& ctx, Evidence evidence, const Observed& seen) noexcept {
    const BreakerSettings& settings = this->settings();
    std::uint64_t old = word_.load(std::memory_order_acquire);
    Word word = Word::unpack(old);
    if (word.generation != call.generation || !word.counting()) return;
    BreakerNumbers why;
    const bool abandoned = evidence == Evidence::none;
    const bool met =
        abandoned ? rules_.record_abandoned(settings, seen, why) : rules_.record(settings, seen, why);
    const unsigned limit = abandoned ? Rules::abandoned_in_a_row(settings) : Rules::in_a_row(settings);
    for (;;) {
      Word next = word;
      if (abandoned) {
        next.set_low(word.low() + 1);
      } else {
        next.set_low(0);
        next.count = seen.failure ? smaller(word.count + 1, Word::max_count) : 0;
        if (Rules::in_a_row(settings) == 0) next.count = 0;
      }
      const std::uint32_t row = abandoned ? next.low() : next.count;
      const bool row_met = (abandoned || seen.failure) && limit != 0 && row >= limit;
      Duration length{0};
      if (met || row_met) {
        if (!met) why = {TripRule::failures_in_a_row, row, limit, row, 0};
        if constexpr (Opened::exists) opened_.write(why);
        next = opened(word, ctx, seen.now, length);
      }
      if (next.pack() == old) return;
      if (word_.compare_exchange_weak(old, next.pack(), std::memory_order_acq_rel)) {
        if (word.state != next.state) announce(ctx, word.state, next.state, seen.now, length);
        return;
      }
      word = Word::unpack(old);
      if (word.generation != call.generation || !word.counting()) return;
    }
  }

  // The next word is open, for a `length` of time from `now`.
  [[nodiscard]] Word opened(Word word, Context& ctx, Instant now, Duration& length) noexcept {
    const BreakerSettings& settings = this->settings();
    Word next = word.moved_to(BreakerState::open);
    if (word.state != BreakerState::closed) next.round = smaller(word.round + 1, Word::max_round);
    length = cooldown_of(settings, next.round, settings.jitter == 0 ? 0 : ctx.random());
    open_until_.extend(saturating_add(now, length));
    return next;
  }

  static void announce(Context& ctx, BreakerState from, BreakerState to, Instant now,
                       Duration length) noexcept {
    if (!ctx.listeners.want(EventKind::breaker_moved)) return;
    ctx.announce({.kind = EventKind::breaker_moved,
                  .policy = name,
                  .at = now,
                  .duration = length,
                  .measured = static_cast<std::int64_t>(from),
                  .limit = static_cast<std::int64_t>(to)});
  }

 protected:
  std::atomic<std::uint64_t> word_{0};
  SharedInstant open_until_;   // open: when the first probe may go
  SharedInstant lease_until_;  // half-open: when the probes that are out count as lost
  ARAMID_EMPTY Rules rules_;
  ARAMID_EMPTY Ramped ramp_;
  ARAMID_EMPTY Opened opened_;
};

}  // namespace detail

ARAMID_END
