// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/retry_budget.hpp: so many retries to first attempts, over all calls together.
//
//   RetryBudget<20, 10s, 10>                   retries at most 20 % of the first attempts of the last 10 s, and
//                                              10 a second whatever the traffic
//   RetryBudget<Ratio{1, 10'000}, 60s, 0>      any exact fraction
//   RetryBudget<> with RetryBudgetSettings{}   set at run time
//   Resilient<P, RetryBudget<20, 10s, 10>, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>>
//   retry_budget(client).balance()             from outside
//
// When to use it: outside the retries of every client that many calls share. Three retries a call are a fourfold
// load on a provider that is down; with a budget of 20 % they are 1.2-fold. Outside a Failover it limits the
// retries at all its providers together; asking another provider is not a retry and costs nothing. When not: with
// so few calls that the reserve is all there is.
//
// A retry is charged when it is decided, after everything else has agreed to it, before the wait. A first attempt
// counts once it is known to have been made: a call that a breaker or limiter refuses buys no retries. When the
// budget refuses, the caller gets the provider's own error at once, with Reason::budget_exhausted.
// The window moves in steps of a twentieth. Whenever a retry is made, the window that ends with it holds no more
// retries than the share of its first attempts and the reserve; so in all there are never more than the share
// of all first attempts and one reserve a window, whatever the traffic.
//
// Cost: two stores to link into the call, one relaxed add when it ends; one short lock a retry.
// Thread-safety: yes. Source: Finagle's RetryBudget; exact fractions and the moment of charging are our own.
#pragma once

#include <aramid/policies/budget_window.hpp>
#include <aramid/policy.hpp>

ARAMID_BEGIN

template <auto Share = AtRunTime{}, Span Window = Duration{10'000'000'000}, unsigned PerSecond = 10>
class RetryBudget : public detail::FixedRetryBudget<Share, Window, PerSecond> {
 public:
  using Tag = RetryBudgetTag;
  using detail::FixedRetryBudget<Share, Window, PerSecond>::FixedRetryBudget;
  static constexpr Name name = "RetryBudget";
  static constexpr bool charges_repeats = true;

  struct Scope : Budget {
    RetryBudget* owner = nullptr;
    const Context* ctx = nullptr;
    detail::BudgetWindow::Step charged_in = 0;
    Instant admitted{};
    unsigned attempts = 0;  // made before this call was admitted
    bool counted = false;   // its first attempt
  };

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    static_cast<Budget&>(scope) = Budget{&answer};
    scope.owner = this;
    scope.ctx = &ctx;
    scope.admitted = now;
    scope.attempts = ctx.attempt();
    scope.counted = false;
    ctx.budgets.link(scope);
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error*, Instant now) noexcept {
    ctx.budgets.unlink(scope);
    count(scope, now);
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept {
    ctx.budgets.unlink(scope);
    count(scope, scope.admitted);  // or at the latest time seen, whichever is later
  }

  /// Retries made in the window that ends at `now`, and how many it allows.
  [[nodiscard]] RetryFunds funds(Instant now = SteadyClock::now()) const noexcept {
    return window_.funds(this->settings(), now);
  }
  /// Retries that it would allow at `now`, >= 0.
  [[nodiscard]] std::int64_t balance(Instant now = SteadyClock::now()) const noexcept {
    const RetryFunds now_there = funds(now);
    return larger(now_there.limit - now_there.used, std::int64_t{0});
  }

  /// Whether nothing would be lost with it: no retries in the window.
  [[nodiscard]] bool idle(Instant now) const noexcept { return funds(now).used == 0; }

 private:
  void count(Scope& scope, Instant now, bool begun = false) noexcept {
    if (scope.counted || (!begun && scope.ctx->attempt() == scope.attempts)) return;
    scope.counted = true;
    window_.deposit(this->settings(), now);
  }

  static bool answer(Budget& self, Budget::Ask ask, const Error* failure, Instant now) noexcept {
    auto& scope = static_cast<Scope&>(self);
    RetryBudget& owner = *scope.owner;
    if (ask == Budget::Ask::refund) {
      owner.window_.refund(scope.charged_in);
      return true;
    }
    // A hedge, or a retry inside one, is asked for before this Context hears of the attempt that goes before it.
    owner.count(scope, now, failure == nullptr || !refused_here(failure->fault));
    return owner.window_.withdraw(owner.settings(), now, scope.charged_in);
  }

  detail::BudgetWindow window_;
};

ARAMID_END
