// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker.hpp: stop asking a provider that fails, and find out when it is well again.
//
//   Breaker<5, 60s, 3>                           5 failures in a row open it; after 60 s up to 3 probes at a
//                                                time; 3 successes close it, one failure reopens it
//   Breaker<> with BreakerSettings{...}          set at run time
//   breaker(client).state()                      from outside
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
// Cost: one relaxed load to admit and one to settle on a healthy provider. Thread-safety: lock-free.
// Source: M. Nygard, "Release It!"; generations as in sony/gobreaker; leases as in microsoft/oxidizer seatbelt.
#pragma once

#include <aramid/access.hpp>
#include <aramid/describe.hpp>
#include <aramid/policies/breaker_word.hpp>
#include <aramid/policy.hpp>
#include <aramid/settings.hpp>

#include <atomic>    // atomic
#include <concepts>  // integral

ARAMID_BEGIN

struct BreakerSettings {
  unsigned failures = 5;                     ///< failures in a row that open it, 1 to 65535
  Span cooldown = Duration{60'000'000'000};  ///< open for this long before the first probe, > 0
  unsigned probes = 3;                       ///< probes at a time, and successes that close it, 1 to 65535
  Span lease{};                              ///< a probe counts as lost after this long; 0 = the cool-down

  friend constexpr bool operator==(const BreakerSettings&, const BreakerSettings&) = default;
};

/// What `breaker(client)` looks for.
struct BreakerTag {};

namespace detail {

template <auto Trip, Span Cooldown, unsigned Probes>
struct FixedBreaker {
  static consteval bool check() noexcept {
    static_assert(
        std::integral<decltype(Trip)> && Trip >= 1 && Trip <= 65535,
        "aramid: Breaker<Failures, Cooldown, Probes>: Failures is the number of failures in a row that open "
        "it, 1 to 65535");
    static_assert(positive(Cooldown),
                  "aramid: Breaker<Failures, Cooldown, Probes>: Cooldown must be above 0");
    static_assert(Probes >= 1 && Probes <= 65535,
                  "aramid: Breaker<Failures, Cooldown, Probes>: Probes is 1 to 65535");
    return true;
  }
  [[nodiscard]] static constexpr BreakerSettings settings() noexcept {
    return {static_cast<unsigned>(Trip), Cooldown, Probes, Cooldown};
  }
  [[nodiscard]] static std::string describe() {
    return std::to_string(Trip) + " failures in a row open it for " + to_text(Cooldown) + ", " +
           std::to_string(Probes) + " probes";
  }
};

template <Span Cooldown, unsigned Probes>
struct FixedBreaker<AtRunTime{}, Cooldown, Probes> {
  using Settings = BreakerSettings;
  constexpr FixedBreaker() noexcept : FixedBreaker(BreakerSettings{}) {}
  constexpr explicit FixedBreaker(const BreakerSettings& settings) : settings_{settings} {
    require_setting(settings.failures >= 1 && settings.failures <= 65535, "BreakerSettings::failures",
                    settings.failures, "1 to 65535");
    require_setting(positive(settings.cooldown), "BreakerSettings::cooldown", settings.cooldown, "above 0");
    require_setting(settings.probes >= 1 && settings.probes <= 65535, "BreakerSettings::probes",
                    settings.probes, "1 to 65535");
    require_setting(settings.lease.ns >= 0, "BreakerSettings::lease", settings.lease, "0 and above");
    if (settings_.lease.ns == 0) settings_.lease = settings_.cooldown;
  }
  [[nodiscard]] constexpr const BreakerSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  BreakerSettings settings_;
};

}  // namespace detail

template <auto Trip = AtRunTime{}, Span Cooldown = Duration{60'000'000'000}, unsigned Probes = 3>
class Breaker : public detail::FixedBreaker<Trip, Cooldown, Probes> {
  using Word = detail::BreakerWord;

 public:
  using Tag = BreakerTag;
  using detail::FixedBreaker<Trip, Cooldown, Probes>::FixedBreaker;
  static constexpr Name name = "Breaker";

  struct Scope {
    std::uint32_t generation = 0;
    bool probe = false;
  };

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    const Word word = Word::unpack(word_.load(std::memory_order_relaxed));
    if (word.state == BreakerState::closed) [[likely]] {
      scope = {word.generation, false};
      return Admission::proceed();
    }
    return admit_probe(scope, ctx, now);
  }

  [[nodiscard]] ARAMID_INLINE Verdict settle(Scope& scope, Context& ctx, const Error* failure,
                                             Instant now) noexcept {
    const Evidence evidence = failure == nullptr ? Evidence::success : ruling(*failure).evidence;
    if (evidence == Evidence::success && !scope.probe) [[likely]] {
      const Word word = Word::unpack(word_.load(std::memory_order_relaxed));
      if (word.count == 0 || word.state != BreakerState::closed) [[likely]]
        return Verdict::done();
    }
    report(scope, &ctx, evidence, now);
    return Verdict::done();
  }

  /// No outcome: a probe's slot comes back, nothing is counted.
  void release(Scope& scope, Context&) noexcept { report(scope, nullptr, Evidence::none, Instant{}); }

  /// The state a call would meet at `now`: open until the cool-down is over, then half-open.
  [[nodiscard]] BreakerState state(Instant now = SteadyClock::now()) const noexcept {
    const Word word = Word::unpack(word_.load(std::memory_order_acquire));
    return word.state == BreakerState::open && now >= read(open_until_) ? BreakerState::half_open
                                                                        : word.state;
  }
  /// Failures in a row while closed, else as many as opened it.
  [[nodiscard]] unsigned failures() const noexcept {
    const Word word = Word::unpack(word_.load(std::memory_order_acquire));
    return word.state == BreakerState::closed ? word.count : this->settings().failures;
  }
  /// How long a call would be refused for at `now`; 0 = it would be admitted.
  [[nodiscard]] Duration retry_after(Instant now = SteadyClock::now()) const noexcept {
    const Word word = Word::unpack(word_.load(std::memory_order_acquire));
    if (word.state == BreakerState::closed) return Duration::zero();
    if (word.state == BreakerState::open) return elapsed(now, read(open_until_));
    return word.probes >= this->settings().probes ? elapsed(now, read(lease_until_)) : Duration::zero();
  }
  /// Closes it and forgets its failures, whatever it was. Results of calls under way change nothing.
  void reset() noexcept {
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    while (!word_.compare_exchange_weak(old, Word::unpack(old).moved_to(BreakerState::closed).pack(),
                                        std::memory_order_acq_rel)) {
    }
  }

 private:
  using Until = std::atomic<std::int64_t>;

  [[nodiscard]] static Instant read(const Until& until) noexcept {
    return Instant{Duration{until.load(std::memory_order_acquire)}};
  }
  // Written before the word that makes it matter. Only grows, so that a slow thread cannot shorten it.
  static void extend(Until& until, Instant at) noexcept {
    const std::int64_t ns = at.time_since_epoch().count();
    std::int64_t old = until.load(std::memory_order_relaxed);
    while (old < ns && !until.compare_exchange_weak(old, ns, std::memory_order_acq_rel)) {
    }
  }

  ARAMID_COLD Admission admit_probe(Scope& scope, Context& ctx, Instant now) noexcept {
    const BreakerSettings& settings = this->settings();
    std::uint64_t old = word_.load(std::memory_order_acquire);
    for (;;) {
      const Word word = Word::unpack(old);
      Word next = word;
      if (word.state == BreakerState::closed) {
        scope = {word.generation, false};
        return Admission::proceed();
      }
      if (word.state == BreakerState::open) {
        const Instant at = read(open_until_);
        if (now < at) return refuse(ctx, Reason::open, at, now);
        next = word.moved_to(BreakerState::half_open, 1);
      } else if (word.probes < settings.probes) {
        ++next.probes;
      } else {
        const Instant at = read(lease_until_);
        if (now < at) return refuse(ctx, Reason::probes_out, at, now);
        next = word.moved_to(BreakerState::half_open, 1);
      }
      extend(lease_until_, saturating_add(now, settings.lease));
      if (!word_.compare_exchange_weak(old, next.pack(), std::memory_order_acq_rel)) continue;
      scope = {next.generation, true};
      if (word.state != next.state) announce(ctx, word.state, next.state, now);
      return Admission::proceed();
    }
  }

  [[nodiscard]] Admission refuse(Context& ctx, Reason reason, Instant at, Instant now) const noexcept {
    ctx.compare(failures(), this->settings().failures);
    return Admission::reject(Fault::circuit_open, reason, elapsed(now, at));
  }

  ARAMID_COLD void report(Scope& scope, Context* ctx, Evidence evidence, Instant now) noexcept {
    const Scope lease = scope;
    scope = {};
    if (evidence == Evidence::none && !lease.probe) return;
    const BreakerSettings& settings = this->settings();
    std::uint64_t old = word_.load(std::memory_order_acquire);
    for (;;) {
      const Word word = Word::unpack(old);
      const bool current = word.generation == lease.generation && word.state != BreakerState::open;
      if (!current) return;
      Word next = word;
      if (lease.probe) --next.probes;
      if (evidence == Evidence::failure && (lease.probe || word.count + 1 >= settings.failures)) {
        next = word.moved_to(BreakerState::open);
        extend(open_until_, saturating_add(now, settings.cooldown));
      } else if (evidence == Evidence::failure) {
        ++next.count;
      } else if (evidence == Evidence::success && !lease.probe) {
        next.count = 0;
      } else if (evidence == Evidence::success && ++next.count >= settings.probes) {
        next = word.moved_to(BreakerState::closed);
      }
      if (!word_.compare_exchange_weak(old, next.pack(), std::memory_order_acq_rel)) continue;
      if (ctx != nullptr && word.state != next.state) announce(*ctx, word.state, next.state, now);
      return;
    }
  }

  static void announce(Context& ctx, BreakerState from, BreakerState to, Instant now) noexcept {
    if (!ctx.listeners.want(EventKind::breaker_moved)) return;
    ctx.announce({.kind = EventKind::breaker_moved,
                  .policy = name,
                  .at = now,
                  .measured = static_cast<std::int64_t>(from),
                  .limit = static_cast<std::int64_t>(to)});
  }

  std::atomic<std::uint64_t> word_{0};
  Until open_until_{Duration::min().count()};   // open: when the first probe may go
  Until lease_until_{Duration::min().count()};  // half-open: when the probes that are out count as lost
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
