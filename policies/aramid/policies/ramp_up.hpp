// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/ramp_up.hpp: let traffic return to a provider by and by.
//
//   RampUp<60s, 10>                                10 % of the calls at first, all of them after 60 s
//   RampUp<60s, 10, AfterIdle<5min>>               also after 5 min without a call; 10 min without the option
//   RampUp<> with RampUpSettings{...}              set at run time
//   ramp_up(client).percent()                      and restart()
//
// When to use it: for providers that must warm up (caches, scaled-down fleets, a server that has just come back),
// with another provider to take the rest (Failover) or callers that can do without. When not: for a few calls a
// minute, or to spread calls over time: those that it does not let through are refused, not held back, since calls
// held back would all come later, on top of the others. Retries do not repeat them.
//
// The ramp begins with the first call, with the first one after idle time, and when a breaker inside it closes: it
// hears `breaker_moved`, so it stands outside the breaker. Each call is let through with the probability of the
// moment, which grows linearly; and whatever the draw, one call in every `at_least_every`, so that a trickle of
// traffic is not cut off. The others get Fault::throttled with `ramping_up`, and the time until then as hint.
//
// Cost: two relaxed loads once the ramp is over, and a link in the listener chain. Thread-safety: lock-free.
// Source: Envoy's slow start; the call that always gets through as in microsoft/oxidizer seatbelt.
#pragma once

#include <aramid/access.hpp>
#include <aramid/policies/breaker_word.hpp>
#include <aramid/policies/ramp_up_settings.hpp>
#include <aramid/policy.hpp>

#include <atomic>  // atomic
#include <bit>     // bit_width

ARAMID_BEGIN

/// What `ramp_up(client)` looks for.
struct RampUpTag {};

template <Span Over = span_at_run_time, unsigned FromPercent = 10, class... Options>
class RampUp : public detail::FixedRampUp<Over, FromPercent, Options...> {
 public:
  using Tag = RampUpTag;
  using detail::FixedRampUp<Over, FromPercent, Options...>::FixedRampUp;
  static constexpr Name name = "RampUp";

  struct Scope : Listener {
    RampUp* ramp = nullptr;
    using Listener::Listener;
  };

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    note_call(now);
    if (now < read(over_at_)) [[unlikely]] {
      const Admission answer = draw(ctx, now);
      if (answer.kind == Admission::Kind::reject) return answer;
    }
    static_cast<Listener&>(scope) = Listener{mask_of(EventKind::breaker_moved), &hear};
    scope.ramp = this;
    ctx.listeners.link(scope);
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error*, Instant now) noexcept {
    ctx.listeners.unlink(scope);
    touch(now);
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept { ctx.listeners.unlink(scope); }

  // No readiness(): who is refused is drawn, and nobody is refused for certain.

  /// The share of calls that is let through at `now`; 100 when there is no ramp.
  [[nodiscard]] unsigned percent(Instant now = SteadyClock::now()) const noexcept {
    if (!begun()) return this->settings().from_percent;
    return now < read(over_at_) ? in_percent(allowed(now)) : 100;
  }
  /// Begins the ramp again at `now`, for what the policy cannot hear of: a deployment, a breaker that was reset.
  void restart(Instant now = SteadyClock::now()) noexcept {
    began_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    over_at_.store(saturating_add(now, this->settings().over).time_since_epoch().count(),
                   std::memory_order_relaxed);
  }
  /// Whether nothing would be lost with it: the next call begins the ramp anew in any case.
  [[nodiscard]] bool idle(Instant now) const noexcept {
    return !begun() || elapsed(read(last_call_), now) >= this->settings().after_idle.duration();
  }

 private:
  using Time = std::atomic<std::int64_t>;
  static constexpr std::int64_t never = INT64_MIN;
  static constexpr std::uint64_t everything = std::uint64_t{1} << 32U;

  [[nodiscard]] static Instant read(const Time& time) noexcept {
    return Instant{Duration{time.load(std::memory_order_relaxed)}};
  }
  [[nodiscard]] static unsigned in_percent(std::uint64_t share) noexcept {
    return static_cast<unsigned>(share * 100 / everything);
  }
  [[nodiscard]] bool begun() const noexcept { return read(last_call_) != Instant{Duration{never}}; }

  ARAMID_INLINE void note_call(Instant now) noexcept {
    const Duration silence = elapsed(read(last_call_), now);
    if (silence >= this->settings().after_idle.duration() || !begun()) [[unlikely]] {
      begin_once(now);
    } else if (silence >= grain()) {
      touch(now);
    }
  }
  // Written this seldom, so that threads do not fight for the line; idle time is measured as much too long.
  [[nodiscard]] Duration grain() const noexcept { return this->settings().after_idle.duration() / 64; }
  void touch(Instant now) noexcept {
    if (elapsed(read(last_call_), now) >= grain()) {
      last_call_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }
  }
  // Of several calls that come after idle time one begins the ramp.
  ARAMID_COLD void begin_once(Instant now) noexcept {
    std::int64_t last = last_call_.load(std::memory_order_relaxed);
    const std::int64_t ns = larger(now.time_since_epoch().count(), never + 1);
    if (last < ns && last_call_.compare_exchange_strong(last, ns, std::memory_order_relaxed)) restart(now);
  }

  /// In 2^-32, rounded up.
  [[nodiscard]] std::uint64_t allowed(Instant now) const noexcept {
    const std::uint64_t from = (this->settings().from_percent * everything + 99) / 100;
    auto over = static_cast<std::uint64_t>(this->settings().over.ns);
    auto passed = smaller(static_cast<std::uint64_t>(elapsed(read(began_), now).count()), over);
    if (const int excess = static_cast<int>(std::bit_width(over)) - 31; excess > 0) {
      over >>= static_cast<unsigned>(excess);
      passed >>= static_cast<unsigned>(excess);
    }
    return from + ((everything - from) * passed + over - 1) / over;
  }

  ARAMID_COLD Admission draw(Context& ctx, Instant now) noexcept {
    const std::uint64_t share = allowed(now);
    const std::uint64_t drawn = ctx.random() >> 32U;
    std::int64_t last = last_let_in_.load(std::memory_order_relaxed);
    const Duration every = this->settings().at_least_every;
    const Duration since = elapsed(Instant{Duration{last}}, now);
    const std::int64_t ns = now.time_since_epoch().count();
    if (drawn < share) {
      if (last < ns) last_let_in_.store(ns, std::memory_order_relaxed);
      return Admission::proceed();
    }
    if (since >= every && last_let_in_.compare_exchange_strong(last, ns, std::memory_order_relaxed)) {
      return Admission::proceed();
    }
    ctx.compare(in_percent(drawn), in_percent(share));
    return Admission::reject(Fault::throttled, Reason::ramping_up, since < every ? every - since : every);
  }

  static void hear(Listener& self, const Event& event) noexcept {
    constexpr auto closed = static_cast<std::int64_t>(BreakerState::closed);
    if (event.limit == closed && event.measured != closed) static_cast<Scope&>(self).ramp->restart(event.at);
  }

  Time last_call_{never};
  Time over_at_{never};
  Time began_{never};
  Time last_let_in_{never};
};

/// The ramp inside `client`, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& ramp_up(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, RampUpTag>();
  static_assert(found != 0, "aramid: ramp_up(client): this client has no RampUp");
  static_assert(found <= 1,
                "aramid: ramp_up(client): this client has more than one RampUp; choose a candidate with "
                "ramp_up(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<RampUpTag>();
  } else {
    return client;
  }
}

ARAMID_END
