// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/shadow.hpp: what would this policy do? It decides and reports, and changes nothing.
//
//   using Client = Resilient<P, Shadow<Breaker<5, 60s, 3>>, Shadow<Limiter<SlidingWindow, RPM<50>>>>;
//   shadow_of<BreakerTag>(client).counts().rejected        // calls that it would have refused
//   EventKind::shadowed                                    // the same, one by one, with fault, reason and numbers
//   breaker(client).state()                                // sees through
//
// When to use it: to try numbers on real traffic before they can hurt. When not: around Telemetry, which changes
// nothing anyway, or a policy that acts by itself, as a pre-emptive timeout does.
//
// Nobody waits, is refused, is timed out or is retried because of it, and its own events stay behind the scenes.
// Its state stays realistic: a call that it would have refused or made wait goes on without it, and is not settled
// with it, so a breaker in the shadow is open as long as a real one would be, and a limiter counts only what it
// would have admitted at once. A time limit counts as having fired when the call ended after it.
//
// Cost: the policy's own, and some twenty stores a call. Thread-safety: as the policy's.
#pragma once

#include <aramid/policies/modifier.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

/// What `shadow_of<Tag>(client)` looks for.
template <class Tag>
struct ShadowTag {};

/// What a policy in the shadow would have done. Calls, or attempts where it stands inside retries.
struct ShadowCounts {
  std::uint64_t admitted = 0;
  std::uint64_t waited = 0;     ///< would have waited for their turn
  std::uint64_t rejected = 0;   ///< would have been refused
  std::uint64_t timed_out = 0;  ///< ended later than its time limit
  std::uint64_t retried = 0;    ///< would have been tried again
  std::uint64_t unpaid = 0;     ///< retries of others that it would not have paid for
};

template <class P>
class Shadow : public detail::Modifier<P>, public detail::ModifierSettings<P> {
 public:
  using Tag = ShadowTag<typename detail::TagOf<P>::type>;
  using Inner = P;
  static constexpr bool repeats = false;
  static constexpr unsigned attempts = 1;
  static constexpr bool limits_time = false;
  static constexpr Duration bound{0};
  static constexpr Duration first_delay{0};

  struct Scope : Budget {
    typename P::Scope inner;
    Shadow* owner = nullptr;
    Budgets budgets;  // of the policy alone
    Instant deadline = Instant::max();
    bool held = false;
    bool linked = false;
    bool paid = false;  // the last retry, by the policy
  };

  Shadow() {}
  template <class Settings>
    requires std::constructible_from<P, const Settings&>
  explicit Shadow(const Settings& settings) : policy_{settings} {}

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    Admission answer;
    {
      Backstage backstage{ctx, scope};
      answer = policy_.admit(scope.inner, ctx, now);
      scope.deadline = ctx.deadline < backstage.deadline ? ctx.deadline : Instant::max();
      // It is not going to wait: it leaves, and its turn passes to whoever is next.
      if (answer.kind == Admission::Kind::wait) policy_.release(scope.inner, ctx);
    }
    scope.held = answer.kind == Admission::Kind::proceed;
    if constexpr (charges_repeats_v<P>) {
      if (scope.held) link(scope, ctx);
    }
    if (scope.held) [[likely]] {
      count(admitted_);
    } else {
      report(answer, ctx, now);
    }
    return Admission::proceed();
  }

  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    if constexpr (charges_repeats_v<P>) unlink(scope, ctx);
    if (!std::exchange(scope.held, false)) return Verdict::done();
    Verdict verdict;
    {
      Backstage backstage{ctx, scope};
      ctx.deadline = smaller(ctx.deadline, scope.deadline);
      verdict = policy_.settle(scope.inner, ctx, failure, now);
      // The wish is not granted: the policy's part in the call ends here.
      if (repeats_v<P> && verdict.again) policy_.release(scope.inner, ctx);
    }
    if (now >= scope.deadline) {
      count(timed_out_);
      announce(ctx,
               {.kind = EventKind::shadowed, .fault = Fault::timed_out, .policy = Shadow::name, .at = now});
    }
    if (repeats_v<P> && verdict.again) {
      count(retried_);
      announce(ctx, {.kind = EventKind::shadowed,
                     .fault = failure != nullptr ? failure->fault : Fault::unknown,
                     .policy = Shadow::name,
                     .at = now,
                     .duration = verdict.after});
    }
    return Verdict::done();
  }

  void release(Scope& scope, Context& ctx) noexcept {
    if constexpr (charges_repeats_v<P>) unlink(scope, ctx);
    if (!std::exchange(scope.held, false)) return;
    Backstage backstage{ctx, scope};
    policy_.release(scope.inner, ctx);
  }
  template <class Request>
    requires Prepares<P, Request>
  void prepare(Scope& scope, const Request& request, Context& ctx) noexcept {
    policy_.prepare(scope.inner, request, ctx);
  }

  [[nodiscard]] ShadowCounts counts() const noexcept {
    const auto read = [](const Counter& counter) { return counter.load(std::memory_order_relaxed); };
    return {read(admitted_), read(waited_), read(rejected_), read(timed_out_), read(retried_), read(unpaid_)};
  }
  /// Whether nothing but the counts would be lost with it.
  [[nodiscard]] bool idle(Instant now) const noexcept { return detail::is_idle(policy_, now); }
  [[nodiscard]] P& inner() noexcept { return policy_; }
  [[nodiscard]] static consteval Duration worst_case(Duration inside) noexcept { return inside; }
  [[nodiscard]] static std::string describe() { return detail::Modifier<P>::describe_as("in the shadow"); }

 private:
  using Counter = std::atomic<std::uint64_t>;
  static void count(Counter& counter) noexcept { counter.fetch_add(1, std::memory_order_relaxed); }

  // While the policy is asked, the call has its deadline to change and nobody who listens; then all is as it was.
  struct Backstage {
    Context& ctx;
    Scope& scope;
    Instant deadline;
    Listeners listeners;
    Budgets budgets;

    Backstage(Context& call, Scope& own) noexcept
        : ctx{call}, scope{own}, deadline{call.deadline}, listeners{call.listeners}, budgets{call.budgets} {
      ctx.listeners = {};
      ctx.budgets = scope.budgets;
    }
    ~Backstage() {
      scope.budgets = ctx.budgets;
      ctx.deadline = deadline;
      ctx.listeners = listeners;
      ctx.budgets = budgets;
    }
    Backstage(const Backstage&) = delete;
    Backstage& operator=(const Backstage&) = delete;
  };

  static void announce(Context& ctx, const Event& event) noexcept {
    if (ctx.listeners.want(EventKind::shadowed)) ctx.announce(event);
  }

  ARAMID_COLD void report(const Admission& answer, Context& ctx, Instant now) noexcept {
    Event event{.kind = EventKind::shadowed, .reason = answer.reason, .policy = Shadow::name, .at = now};
    CallAccess::take_compared(ctx, event.measured, event.limit);
    if (answer.kind == Admission::Kind::wait) {
      count(waited_);
      event.duration = answer.until == Instant::max() ? Duration::zero() : elapsed(now, answer.until);
    } else {
      count(rejected_);
      event.fault = answer.fault;
    }
    announce(ctx, event);
  }

  void link(Scope& scope, Context& ctx) noexcept {
    static_cast<Budget&>(scope) = Budget{&answer};
    scope.owner = this;
    scope.linked = true;
    ctx.budgets.link(scope);
  }
  void unlink(Scope& scope, Context& ctx) noexcept {
    if (std::exchange(scope.linked, false)) ctx.budgets.unlink(scope);
  }

  // The policy is charged, or would refuse; the retry takes place either way.
  static bool answer(Budget& self, Budget::Ask ask, const Error* failure, Instant now) noexcept {
    auto& scope = static_cast<Scope&>(self);
    if (ask == Budget::Ask::refund) {
      if (scope.paid) scope.budgets.refund(failure, now);
      return true;
    }
    scope.paid = scope.budgets.charge(failure, now);
    if (!scope.paid) count(scope.owner->unpaid_);
    return true;
  }

  ARAMID_EMPTY P policy_;
  Counter admitted_{0};
  Counter waited_{0};
  Counter rejected_{0};
  Counter timed_out_{0};
  Counter retried_{0};
  Counter unpaid_{0};
};

/// The policy in the shadow with this tag (`BreakerTag`, or the policy's type where it has none).
template <class Tag, class Client>
[[nodiscard]] auto& shadow_of(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, ShadowTag<Tag>>();
  static_assert(found != 0, "aramid: shadow_of<Tag>(client): this client has no Shadow policy with that tag");
  static_assert(
      found <= 1,
      "aramid: shadow_of<Tag>(client): this client has more than one Shadow policy with that tag; choose "
      "a candidate with shadow_of<Tag>(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<ShadowTag<Tag>>();
  } else {
    return client;
  }
}

ARAMID_END
