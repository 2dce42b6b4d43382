// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/switchable.hpp: a policy that can be turned off while its client serves.
//
//   using Client = Resilient<P, Switchable<Breaker<5, 60s, 3>>, Timeout<30s>>;
//   switch_of<BreakerTag>(client).off();       // from the next call on the breaker is not there
//   switch_of<BreakerTag>(client).on();        // with the state that it had
//   switch_of<Timeout<30s>>(client).off();     // by its type, where a policy has no tag
//   breaker(client).state()                    // sees through
//
// When to use it: for what an operator must be able to take out of the way without a release. When not: to change
// a policy's numbers; give it settings at run time.
//
// A call keeps what it was admitted with: one that the policy let in is settled with it although it is off by then,
// and one that was let by while it was off is unknown to it for good. A call that waits for its turn goes on when
// its wait ends. On when built.
//
// Cost: one relaxed load a call. Thread-safety: switch from any thread.
#pragma once

#include <aramid/policies/modifier.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

/// What `switch_of<Tag>(client)` looks for.
template <class Tag>
struct SwitchTag {};

template <class P>
class Switchable : public detail::Modifier<P>, public detail::ModifierSettings<P> {
 public:
  using Tag = SwitchTag<typename detail::TagOf<P>::type>;
  using Inner = P;
  static constexpr bool limits_time = false;  // when it is off it bounds nothing

  struct Scope {
    typename P::Scope inner;
    bool held = false;
  };

  Switchable() {}
  template <class Settings>
    requires std::constructible_from<P, const Settings&>
  explicit Switchable(const Settings& settings) : policy_{settings} {}

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    if (!on_.load(std::memory_order_relaxed)) [[unlikely]]
      return let_by(scope, ctx);
    const Admission answer = policy_.admit(scope.inner, ctx, now);
    scope.held = answer.kind != Admission::Kind::reject;
    return answer;
  }
  [[nodiscard]] ARAMID_INLINE Verdict settle(Scope& scope, Context& ctx, const Error* failure,
                                             Instant now) noexcept {
    return scope.held ? policy_.settle(scope.inner, ctx, failure, now) : Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept {
    if (std::exchange(scope.held, false)) policy_.release(scope.inner, ctx);
  }
  template <class Request>
    requires Prepares<P, Request>
  void prepare(Scope& scope, const Request& request, Context& ctx) noexcept {
    policy_.prepare(scope.inner, request, ctx);
  }

  void on() noexcept { on_.store(true, std::memory_order_relaxed); }
  void off() noexcept { on_.store(false, std::memory_order_relaxed); }
  [[nodiscard]] bool is_on() const noexcept { return on_.load(std::memory_order_relaxed); }

  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept { return attempts_of(policy_); }
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    return is_on() ? readiness_of(policy_, ctx, now) : Readiness{};
  }
  [[nodiscard]] unsigned headroom(Instant now) const noexcept {
    return is_on() ? headroom_of(policy_, now) : full_headroom;
  }
  /// Whether nothing would be lost with it; that it is off would be.
  [[nodiscard]] bool idle(Instant now) const noexcept { return is_on() && detail::is_idle(policy_, now); }
  [[nodiscard]] P& inner() noexcept { return policy_; }
  [[nodiscard]] static consteval Duration worst_case(Duration inside) noexcept {
    return larger(inside, detail::Modifier<P>::worst_case(inside));
  }
  [[nodiscard]] static std::string describe() {
    return detail::Modifier<P>::describe_as("can be switched off");
  }

 private:
  ARAMID_COLD Admission let_by(Scope& scope, Context& ctx) noexcept {
    release(scope, ctx);  // of a call that waited
    return Admission::proceed();
  }

  ARAMID_EMPTY P policy_;
  std::atomic<bool> on_{true};
};

/// The switch of the policy with this tag (`BreakerTag`, or the policy's type where it has none).
template <class Tag, class Client>
[[nodiscard]] auto& switch_of(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, SwitchTag<Tag>>();
  static_assert(found != 0,
                "aramid: switch_of<Tag>(client): this client has no Switchable policy with that tag");
  static_assert(
      found <= 1,
      "aramid: switch_of<Tag>(client): this client has more than one Switchable policy with that tag; "
      "choose a candidate with switch_of<Tag>(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<SwitchTag<Tag>>();
  } else {
    return client;
  }
}

ARAMID_END
