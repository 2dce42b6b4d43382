// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/shared.hpp: one policy's state for several clients.
//
//   SharedState<RetryBudget<20, 10s, 10>> budget;                      // settings, if any, as its argument
//   using Client = Resilient<P, Shared<RetryBudget<20, 10s, 10>>, Retry<3>>;
//   Client search{P{...}, budget};
//   Client index{P{...}, budget};
//   retry_budget(search).balance();                                    // the same as retry_budget(index)'s
//
// When to use it: where the limit belongs to something that several clients use: one account's quota, one host's
// breaker, the retries of a whole process. When not: for one client in many threads; that is shared already.
//
// The state is an object of yours: it must outlive every client that was given it. Nothing is shared by accident,
// and a client without the state does not compile. Wakers, probes and reservations cross clients: a call of one
// that gives capacity back wakes a waiting call of another.
//
// Cost: one pointer; the policy's own cost with one more load. Thread-safety: as the policy's.
#pragma once

#include <aramid/policies/modifier.hpp>

ARAMID_BEGIN

/// The state itself. Neither copied nor moved: clients keep its address.
template <class P>
class SharedState {
 public:
  constexpr SharedState() {}
  template <class Settings>
    requires std::constructible_from<P, const Settings&>
  constexpr explicit SharedState(const Settings& settings) : policy_{settings} {}
  SharedState(const SharedState&) = delete;
  SharedState& operator=(const SharedState&) = delete;

  /// The policy, for whoever has the state and no client at hand.
  [[nodiscard]] P& policy() const noexcept { return policy_; }

 private:
  // Clients are given their settings as const; what a policy counts is no part of them.
  mutable P policy_;
};

template <class P>
class Shared : public detail::Modifier<P> {
 public:
  using Settings = SharedState<P>;
  using Inner = P;
  using Scope = typename P::Scope;

  /// A template, so that the sentence comes only when a client is really built without the state.
  template <class Never = void>
  Shared() : policy_{nullptr} {
    static_assert(
        !std::is_void_v<Never>,
        "aramid: a Shared<Policy> takes its SharedState<Policy> at run time: give it after the provider");
  }
  constexpr explicit Shared(const SharedState<P>& state) noexcept : policy_{&state.policy()} {}

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    return policy_->admit(scope, ctx, now);
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    return policy_->settle(scope, ctx, failure, now);
  }
  void release(Scope& scope, Context& ctx) noexcept { policy_->release(scope, ctx); }
  template <class Request>
    requires Prepares<P, Request>
  void prepare(Scope& scope, const Request& request, Context& ctx) noexcept {
    policy_->prepare(scope, request, ctx);
  }

  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept { return attempts_of(*policy_); }
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    return readiness_of(*policy_, ctx, now);
  }
  [[nodiscard]] unsigned headroom(Instant now) const noexcept { return headroom_of(*policy_, now); }
  [[nodiscard]] P& inner() const noexcept { return *policy_; }
  [[nodiscard]] static std::string describe() { return detail::Modifier<P>::describe_as("shared"); }

 private:
  P* policy_;
};

ARAMID_END
