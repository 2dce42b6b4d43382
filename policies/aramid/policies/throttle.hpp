// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/throttle.hpp: send less to a provider that turns most of it away.
//
//   Throttle<>                                       K = 2, a window of 2 minutes, at most 90 % refused
//   Throttle<2, 120s>                                the same, written out
//   Throttle<1.5, 60s, MaxRejection<75>, MinimumRate<5>>
//   Throttle<> with ThrottleSettings{...}            set at run time
//   throttle(client).rejection()                     the share that is refused now
//
// When to use it: many clients of one provider that sheds load when it has too much, and for which even saying no
// is work. Each client finds its own share, without a state to be in and without asking anybody. When not: for a
// provider that is down (Breaker: it stops all traffic, and comes back in probes), or at a handful of calls a
// minute.
//
// A call is refused with the probability max(0, (requests - K * accepts) / (requests + 1)), over the last
// `window`. The larger K, the later it begins: with K = 2 when half of the calls are turned away. What is refused
// here counts as a request. Accepts are successes; what the ruling table calls a failure, and rate limits, are
// requests that were not accepted; what is neither, a caller's own mistake for instance, counts nothing. A call is
// counted when it ends: slow ones are no evidence before they have one. Refused calls get Fault::throttled with
// `shedding`.
//
// Cost: two relaxed loads to admit while nothing is refused, a short lock to settle. No allocation.
// Thread-safety: yes. Source: Google SRE book, "Handling Overload"; the cap and the minimum rate as in Envoy.
#pragma once

#include <aramid/access.hpp>
#include <aramid/policies/throttle_settings.hpp>
#include <aramid/policies/throttle_window.hpp>
#include <aramid/policy.hpp>

#include <mutex>  // mutex, lock_guard

ARAMID_BEGIN

/// What `throttle(client)` looks for.
struct ThrottleTag {};

template <auto K = AtRunTime{}, Span Window = Duration{120'000'000'000}, class... Options>
class Throttle : public detail::FixedThrottle<K, Window, Options...> {
 public:
  using Tag = ThrottleTag;
  using detail::FixedThrottle<K, Window, Options...>::FixedThrottle;
  static constexpr Name name = "Throttle";

  struct Scope {
    unsigned attempts = 0;  // made before this call was admitted
  };

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    scope.attempts = ctx.attempt();
    if (window_.fresh(now) && share(window_.counts()).parts == 0) [[likely]]
      return Admission::proceed();
    return draw(ctx, now);
  }

  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    if (failure == nullptr) [[likely]] {
      record(now, {1, 1});
    } else if (ctx.attempt() != scope.attempts && turned_away(ruling(*failure))) {
      record(now, {1, 0});
    }
    return Verdict::done();
  }

  // No readiness(): who is refused is drawn, and nobody is refused for certain.

  /// No outcome: nothing is counted.
  void release(Scope&, Context&) noexcept {}

  /// The share of calls that is refused at `now`.
  [[nodiscard]] Share rejection(Instant now = SteadyClock::now()) const noexcept {
    return share(counts(now));
  }
  /// Requests and accepts of the window that ends at `now`.
  [[nodiscard]] ThrottleCounts counts(Instant now = SteadyClock::now()) const noexcept {
    const std::lock_guard lock{mutex_};
    window_.rotate(now, this->settings().window);
    return window_.counts();
  }
  /// Whether nothing would be lost with it: the window is empty.
  [[nodiscard]] bool idle(Instant now) const noexcept { return counts(now) == ThrottleCounts{}; }

 private:
  [[nodiscard]] Share share(ThrottleCounts counts) const noexcept {
    return rejection_share(counts, this->settings());
  }

  [[nodiscard]] static bool turned_away(const Ruling& row) noexcept {
    return row.evidence == Evidence::failure || row.reservation == Reservation::freeze;
  }

  ARAMID_COLD Admission draw(Context& ctx, Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    window_.rotate(now, this->settings().window);
    const ThrottleCounts counts = window_.counts();
    const Share refused = share(counts);
    if (!refused.of(ctx.random())) return Admission::proceed();
    window_.add({1, 0});
    ctx.compare(counts.accepts, counts.requests);
    return Admission::reject(Fault::throttled, Reason::shedding);
  }

  void record(Instant now, ThrottleCounts one) noexcept {
    const std::lock_guard lock{mutex_};
    window_.rotate(now, this->settings().window);
    window_.add(one);
  }

  mutable std::mutex mutex_;
  mutable detail::ThrottleWindow window_;
};

/// The throttle inside `client`, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& throttle(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, ThrottleTag>();
  static_assert(found != 0, "aramid: throttle(client): this client has no Throttle");
  static_assert(found <= 1,
                "aramid: throttle(client): this client has more than one Throttle; choose a candidate with "
                "throttle(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<ThrottleTag>();
  } else {
    return client;
  }
}

ARAMID_END
