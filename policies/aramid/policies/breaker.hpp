// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker.hpp: stop asking a provider that fails, and find out when it is well again.
//
//   Breaker<5, 60s, 3>                           5 failures in a row open it; after 60 s up to 3 probes at a
//                                                time; 3 successes close it, one failure reopens it
//   Breaker<FailureRate{.percent = 50}, 60s, 3>  other rules: <aramid/policies/breaker_rules.hpp>
//   Breaker<5, GrowingCooldown{...}, ProbeRule{...}, Ramp<10s, 10, 50>, OnAbandoned<...>, a predicate>
//   Breaker<> with BreakerSettings{...}          set at run time
//   breaker(client).state(), .explain(now)       from outside
//
// When to use it: one per provider, inside the retries. When not: one for several providers (a failing one
// would block the healthy ones), or around calls whose failures say nothing about the provider.
//
// What counts is the ruling table's column `evidence`: success, failure, or neither. Rate limits, the caller's
// own mistakes, cancels and refusals are neither: they give the probe's slot back and count nothing.
// A probe is a lease: it carries the generation it was granted in, so that results of calls admitted in an
// earlier period change nothing, and it expires, so that probes that never report do not keep the breaker
// half-open for ever. Moves happen when a call asks; there is no timer.
//
// Cost: one relaxed load to admit; to settle on a healthy provider one more (failures in a row), or a
// compare-and-swap (other rules). Thread-safety: lock-free. A result that is overtaken by a move of the breaker
// between its check and its count is dropped.
// Source: M. Nygard, "Release It!"; generations as in sony/gobreaker; leases as in microsoft/oxidizer seatbelt.
#pragma once

#include <aramid/access.hpp>
#include <aramid/describe.hpp>
#include <aramid/policies/breaker_machine.hpp>
#include <aramid/policies/breaker_report.hpp>
#include <aramid/readiness.hpp>

ARAMID_BEGIN

/// What `breaker(client)` looks for.
struct BreakerTag {};

/// What it takes from calls (`admit`, `settle`, `release`) is in <aramid/policies/breaker_machine.hpp>; this is
/// what people see and do. All of it from any thread, at any time.
template <auto Trip = AtRunTime{}, BreakerCooldown Cooldown = Duration{60'000'000'000},
          BreakerProbes Probes = 3, class... Options>
class Breaker : public detail::BreakerMachine<Trip, Cooldown, Probes, Options...> {
  using Machine = detail::BreakerMachine<Trip, Cooldown, Probes, Options...>;
  using typename Machine::Ramped;
  using typename Machine::Rules;
  using typename Machine::Source;
  using typename Machine::Word;

 public:
  using Tag = BreakerTag;
  using Machine::Machine;

  /// The state a call would meet at `now`: open until the cool-down is over, then half-open.
  [[nodiscard]] BreakerState state(Instant now = SteadyClock::now()) const noexcept {
    return this->effective(this->load(), now);
  }
  /// Failures (slow calls) that the rule nearest to its limit has counted while closed, else those that opened it.
  [[nodiscard]] unsigned failures(Instant now = SteadyClock::now()) const noexcept {
    return static_cast<unsigned>(this->numbers(this->load(), now).measured);
  }
  /// How long a call would be refused for at `now`; 0 = it would be, or might be, admitted; Duration::max() = until
  /// somebody ends it by hand.
  [[nodiscard]] Duration retry_after(Instant now = SteadyClock::now()) const noexcept {
    const Word word = this->load();
    if (word.state == BreakerState::forced_open) return Duration::max();
    if (word.state == BreakerState::open) return elapsed(now, this->open_until_.get());
    if (word.state != BreakerState::half_open || word.probes < this->settings().probes)
      return Duration::zero();
    return elapsed(now, this->lease_until_.get());
  }
  /// The same, for combinators that choose between providers.
  [[nodiscard]] Readiness readiness(const Context&, Instant now) const noexcept {
    return {retry_after(now), Fault::circuit_open, Reason::open, Name{"Breaker"}};
  }
  /// True if nothing would be lost by forgetting it: closed, no failures counted, no probe out.
  [[nodiscard]] bool idle(Instant now) const noexcept {
    const Word word = this->load();
    return this->effective(word, now) == BreakerState::closed && word.low() == 0 &&
           this->numbers(word, now).measured == 0;
  }
  /// Why it did or did not trip.
  [[nodiscard]] BreakerReport explain(Instant now) const noexcept {
    const Word word = this->load();
    BreakerReport report{
        .state = this->effective(word, now), .numbers = this->numbers(word, now), .round = word.round};
    switch (report.state) {
      case BreakerState::closed:
        if (report.numbers.measured >= report.numbers.limit) report.why = BreakerWhy::below_minimum;
        break;
      case BreakerState::open:
        report.why = BreakerWhy::limit_reached;
        report.until = this->open_until_.get();
        break;
      case BreakerState::half_open:
        report.why = BreakerWhy::probing;
        if (word.state != BreakerState::half_open) break;
        report.probes_out = word.probes;
        report.probe_successes = word.count;
        report.probe_failures = word.failed;
        if (retry_after(now) == Duration::zero()) break;
        report.why = BreakerWhy::probes_out;
        report.until = this->lease_until_.get();
        break;
      case BreakerState::ramping:
        report.why = BreakerWhy::ramping;
        if constexpr (Ramped::exists) {
          const auto place = this->ramp_.place(this->settings(), now);
          report.until = place.until;
          report.ramp_percent = place.percent;
        }
        break;
      case BreakerState::forced_open:
      case BreakerState::disabled:
        report.why = BreakerWhy::by_hand;
        break;
    }
    return report;
  }

  /// Closes it, gives it back to automatic and forgets its failures. Results of calls under way change nothing.
  void reset() noexcept {
    // While its instant is forgotten nothing may trip it: that trip's instant would be forgotten with it.
    by_hand([](Word word) { return moved_once(word, BreakerState::disabled); });
    this->open_until_.set(Instant::min());
    by_hand([this](Word word) { return this->closed(word, BreakerState::closed); });
  }
  /// Open until `reset` or `automatic`.
  void force_open() noexcept {
    by_hand([](Word word) {
      if (word.state != BreakerState::forced_open) word = word.moved_to(BreakerState::forced_open);
      word.count = 1;
      return word;
    });
  }
  /// Lets everything through and counts nothing until `reset` or `automatic`.
  void disable() noexcept {
    by_hand([](Word word) { return moved_once(word, BreakerState::disabled); });
  }
  /// Ends `force_open` and `disable`: closed. Handles of `isolate` go on holding it.
  void automatic() noexcept {
    by_hand([this](Word word) {
      if (word.state == BreakerState::forced_open && word.low() != 0) {
        word.count = 0;
        return word;
      }
      const bool forced = word.state == BreakerState::forced_open || word.state == BreakerState::disabled;
      return forced ? this->closed(word, BreakerState::closed) : word;
    });
  }
  /// Opens it for `length`, then it is half-open as after any other cool-down. 0 = half-open at once.
  void open_for(Duration length, Instant now) noexcept {
    by_hand([](Word word) { return word.moved_to(BreakerState::forced_open); });
    this->open_until_.set(saturating_add(now, larger(length, Duration::zero())));
    by_hand([](Word word) { return word.moved_to(BreakerState::open); });
  }

  /// Keeps it open for as long as it lives; the last one closes it. Must not outlive the breaker.
  class Isolation {
   public:
    Isolation(const Isolation&) = delete;
    Isolation& operator=(const Isolation&) = delete;
    ~Isolation() { breaker_->end_isolation(generation_); }

   private:
    friend Breaker;
    explicit Isolation(Breaker& breaker) noexcept
        : breaker_{&breaker}, generation_{breaker.add_isolation()} {}
    Breaker* breaker_;
    std::uint32_t generation_;
  };
  [[nodiscard]] Isolation isolate() noexcept { return Isolation{*this}; }

  [[nodiscard]] static std::string describe() {
    std::string text;
    Rules::describe(text);
    if constexpr (!Source::at_run_time) {
      constexpr BreakerSettings s = Source::constants;
      text += " open it for " + to_text(s.cooldown);
      if (s.ceiling > s.cooldown) text += " to " + to_text(s.ceiling);
      text += ", " + std::to_string(s.probes) + (s.probes == 1 ? " probe" : " probes");
    }
    return text;
  }

 private:
  [[nodiscard]] static Word moved_once(Word word, BreakerState to) noexcept {
    return word.state == to ? word : word.moved_to(to);
  }
  template <class Change>
  void by_hand(Change change) noexcept {
    std::uint64_t old = this->word_.load(std::memory_order_relaxed);
    while (!this->word_.compare_exchange_weak(old, change(Word::unpack(old)).pack(),
                                              std::memory_order_acq_rel)) {
    }
  }
  std::uint32_t add_isolation() noexcept {
    std::uint32_t generation = 0;
    by_hand([&](Word word) {
      word = moved_once(word, BreakerState::forced_open);
      word.set_low(word.low() + 1);
      generation = word.generation;
      return word;
    });
    return generation;
  }
  void end_isolation(std::uint32_t generation) noexcept {
    by_hand([&](Word word) {
      if (word.state != BreakerState::forced_open || word.generation != generation) return word;
      word.set_low(word.low() - 1);
      return word.low() == 0 && word.count == 0 ? this->closed(word, BreakerState::closed) : word;
    });
  }
};

/// The breaker inside `client`, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& breaker(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, BreakerTag>();
  static_assert(found != 0, "aramid: breaker(client): this client has no Breaker");
  static_assert(found <= 1,
                "aramid: breaker(client): this client has more than one Breaker; choose a candidate with "
                "breaker(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<BreakerTag>();
  } else {
    return client;
  }
}

ARAMID_END
