// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/limiter.hpp: never send more than the server allows.
//
//   Limiter<SlidingWindow, RPM<50>, TPM<10'000>>     requests and tokens, reserved together
//   Limiter<SlidingWindow> with LimiterSettings{...} set at run time
//   limiter(client).can_proceed(500)                 {allowed, wait} without reserving
//
// When to use it: one per account and model, inside the retries, so that each attempt is counted. When not: as
// a limit on concurrency.
//
// A call reserves `ctx.cost` when it is admitted, in all quotas or in none, and is corrected to what it really
// used when it ends, upward too. What was never sent, and what the ruling table says was not counted, is given
// back. When there is no room it waits, in arrival order; it is refused at once when its turn would come after
// its deadline, or when its cost alone is larger than a quota. A caller that gives up leaves the queue, and the
// one behind it is woken; nobody else is. A server's `Retry-After` holds everybody until it is over; one
// that is longer than the longest quota window refuses everybody instead.
//
// Cost: one short lock a call to admit, one more if usage was reported; never held across a wait. No allocation
// after it is built. Thread-safety: yes. Source of the sliding log: the textbook; of reserve and correct:
// the token accounting that the providers document.
#pragma once

#include <aramid/access.hpp>
#include <aramid/describe.hpp>
#include <aramid/policies/limiter_settings.hpp>
#include <aramid/policies/sliding_window.hpp>
#include <aramid/policy.hpp>
#include <aramid/readiness.hpp>

#include <mutex>  // mutex, lock_guard

ARAMID_BEGIN

/// What `limiter(client)` looks for.
struct LimiterTag {};

/// The answer of `can_proceed`.
struct Allowance {
  bool allowed = false;
  Duration wait{
      0};  ///< until it would be admitted, callers already waiting included; Duration::max() = never
};

template <class Algorithm, class... Quotas>
class Limiter : public detail::FixedQuotas<Quotas...> {
  using Claim = typename Algorithm::Claim;

 public:
  using Tag = LimiterTag;
  static constexpr Name name = "Limiter";

  struct Scope : Claim {
    typename Algorithm::Grant grant;
    Waker* waker = nullptr;  // set while queued
    unsigned attempts = 0;   // made before this call was admitted
  };

  Limiter() : state_{this->quotas().data(), this->quotas().size()} {}
  template <class Given>
    requires std::constructible_from<detail::FixedQuotas<Quotas...>, const Given&>
  explicit Limiter(const Given& settings)
      : detail::FixedQuotas<Quotas...>{settings}, state_{this->quotas().data(), this->quotas().size()} {}

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    state_.expire(now);
    if (scope.waker != nullptr) return ask_again(scope, ctx, now);
    if (first_ == nullptr && now >= frozen_until_ && state_.full_for(ctx.cost) == nullptr) [[likely]] {
      return grant(scope, ctx, now);
    }
    return queue(scope, ctx, now);
  }

  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    if (failure == nullptr) [[likely]] {
      if (ctx.usage.known()) correct(scope, {scope.grant.reserved.requests, ctx.usage.total()}, now);
      scope.grant.held = false;
    } else {
      settle_failure(scope, ctx, *failure, now);
    }
    return Verdict::done();
  }

  /// Leaves the queue, or keeps the reservation if the provider may have been asked.
  void release(Scope& scope, Context& ctx) noexcept {
    const std::lock_guard lock{mutex_};
    if (scope.waker != nullptr) {
      leave(scope);
    } else if (scope.grant.held && ctx.attempt() == scope.attempts) {
      state_.correct(scope.grant, {0, 0}, Instant::min());
      wake_first();
    }
    scope.grant.held = false;
  }

  /// Whether a request of `tokens` would be admitted at `now`, and if not, after what wait. Reserves nothing.
  [[nodiscard]] Allowance can_proceed(std::int64_t tokens = 0,
                                      Instant now = SteadyClock::now()) const noexcept {
    const std::lock_guard lock{mutex_};
    Claim claim;
    claim.cost = {1, tokens};
    if (state_.too_small_for(claim.cost) != nullptr) return {false, Duration::max()};
    plan_last(claim, now);
    return {claim.planned <= now, elapsed(now, claim.planned)};
  }

  /// Units in the window that ends at `now`; of several quotas of a unit, the first.
  [[nodiscard]] std::int64_t used(Unit unit, Instant now = SteadyClock::now()) const noexcept {
    const std::lock_guard lock{mutex_};
    return state_.used(unit, now);
  }

  /// The same for this call's cost, for combinators that choose between providers.
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    const Duration wait = can_proceed(ctx.cost.tokens, now).wait;
    return {wait, Fault::throttled, wait == Duration::max() ? Reason::cost_over_quota : Reason::over_quota,
            name};
  }
  /// What the fullest quota has left at `now`, in thousandths.
  [[nodiscard]] unsigned headroom(Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    return state_.headroom(now);
  }

  /// Calls that wait for their turn.
  [[nodiscard]] std::size_t waiting() const noexcept {
    const std::lock_guard lock{mutex_};
    std::size_t count = 0;
    for (const Claim* claim = first_; claim != nullptr; claim = claim->next) ++count;
    return count;
  }

 private:
  Admission grant(Scope& scope, const Context& ctx, Instant now) noexcept {
    state_.reserve(scope.grant, ctx.cost, now);
    scope.attempts = ctx.attempt();
    return Admission::proceed();
  }

  ARAMID_COLD Admission queue(Scope& scope, Context& ctx, Instant now) noexcept {
    if (const Quota* quota = state_.too_small_for(ctx.cost)) {
      ctx.compare(Algorithm::State::amount(*quota, ctx.cost), quota->limit);
      return Admission::reject(Fault::throttled, Reason::cost_over_quota);
    }
    scope.cost = ctx.cost;
    plan_last(scope, now);
    if (frozen_for_long(now) || scope.planned >= ctx.deadline) return too_late(scope, ctx, now);
    (first_ == nullptr ? first_ : last()->next) = &scope;
    scope.next = nullptr;
    scope.waker = &ctx.waker();
    return wait(scope, now);
  }

  ARAMID_COLD Admission ask_again(Scope& scope, Context& ctx, Instant now) noexcept {
    if (first_ != &scope) return Admission::wait_for_wake(reason(now));
    if (now >= frozen_until_ && state_.full_for(scope.cost) == nullptr) {
      leave(scope);
      return grant(scope, ctx, now);
    }
    state_.plan(first_, larger(now, frozen_until_));
    if (frozen_for_long(now) || scope.planned >= ctx.deadline) {
      leave(scope);
      return too_late(scope, ctx, now);
    }
    return wait(scope, now);
  }

  // A server may say "tomorrow". A call without a deadline must not sleep until then.
  [[nodiscard]] bool frozen_for_long(Instant now) const noexcept {
    return elapsed(now, frozen_until_) > state_.longest_window();
  }

  // The first in the queue knows its time. The others are woken when they are first.
  Admission wait(const Scope& scope, Instant now) const noexcept {
    return first_ == &scope ? Admission::wait_until(scope.planned, reason(now))
                            : Admission::wait_for_wake(reason(now));
  }

  Admission too_late(const Scope& scope, Context& ctx, Instant now) const noexcept {
    if (const auto* log = state_.full_for(scope.cost)) ctx.compare(log->used(), log->quota().limit);
    return Admission::reject(Fault::throttled, reason(now), elapsed(now, scope.planned));
  }

  [[nodiscard]] Reason reason(Instant now) const noexcept {
    return now < frozen_until_ ? Reason::frozen : Reason::over_quota;
  }

  // Plans `claim` behind everybody who waits, without leaving it in the queue.
  void plan_last(Claim& claim, Instant now) const noexcept {
    Claim* const end = last();
    claim.next = nullptr;
    if (end != nullptr) end->next = &claim;
    state_.plan(end != nullptr ? first_ : &claim, larger(now, frozen_until_));
    if (end != nullptr) end->next = nullptr;
  }

  [[nodiscard]] Claim* last() const noexcept {
    Claim* claim = first_;
    while (claim != nullptr && claim->next != nullptr) claim = claim->next;
    return claim;
  }

  void leave(Scope& scope) noexcept {
    Claim** link = &first_;
    while (*link != &scope) link = &(*link)->next;
    const bool was_first = link == &first_;
    *link = scope.next;
    scope.next = nullptr;
    scope.waker = nullptr;
    if (was_first) wake_first();
  }

  void wake_first() const noexcept {
    if (first_ != nullptr) static_cast<Scope*>(first_)->waker->wake();
  }

  void correct(Scope& scope, const Cost& used, Instant now) noexcept {
    if (used.requests == scope.grant.reserved.requests && used.tokens == scope.grant.reserved.tokens) return;
    const std::lock_guard lock{mutex_};
    state_.expire(now);
    state_.correct(scope.grant, used, now);
    wake_first();
  }

  ARAMID_COLD void settle_failure(Scope& scope, const Context& ctx, const Error& error,
                                  Instant now) noexcept {
    const Ruling row = ruling(error);
    const bool sent = ctx.attempt() != scope.attempts;
    if (!sent || row.reservation == Reservation::give_back) {
      correct(scope, {0, sent ? ctx.usage.total() : 0}, now);
    } else if (ctx.usage.known() || row.reservation == Reservation::give_back_unused) {
      correct(scope, {scope.grant.reserved.requests, ctx.usage.total()}, now);
    }
    scope.grant.held = false;
    if (sent && row.reservation == Reservation::freeze && error.retry_after) {
      const std::lock_guard lock{mutex_};
      frozen_until_ = larger(frozen_until_, saturating_add(now, *error.retry_after));
    }
  }

  mutable std::mutex mutex_;
  typename Algorithm::State state_;
  Claim* first_ = nullptr;  // the queue, in arrival order
  Instant frozen_until_ = Instant::min();
};

/// The limiter inside `client`, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& limiter(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, LimiterTag>();
  static_assert(found != 0, "aramid: limiter(client): this client has no Limiter");
  static_assert(found <= 1,
                "aramid: limiter(client): this client has more than one Limiter; choose a candidate with "
                "limiter(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<LimiterTag>();
  } else {
    return client;
  }
}

ARAMID_END
