// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/limiter.hpp: never send more than the server allows.
//
//   Limiter<SlidingWindow, RPM<50>, TPM<10'000>>     requests and tokens, reserved together
//   Limiter<TokenBucket<>, RPM<6'000>, Queue<64>, MaxWait<5s>>
//   Limiter<SlidingWindow> with LimiterSettings{...} set at run time
//   limiter(client).can_proceed(500)                 {allowed, wait} without reserving
//   limiter(client).usage()                          used, remaining and reset of each quota
//
// When to use it: one per account and model, inside the retries, so that each attempt is counted. When not: as
// a limit on concurrency.
//
// A call reserves `ctx.cost` when it is admitted, in all quotas or in none, and is corrected to what it really
// used when it ends, upward too. What was never sent, and what the ruling table says was not counted, is given
// back. When there is no room it waits, in arrival order within `ctx.priority`; it is refused at once when its turn
// would come after its deadline or the queue's longest wait, when the queue is full, or when its cost alone is
// larger than a quota. Room goes to whoever is first, under the lock that frees it, and nobody else is woken.
//
// The server has the last word. `Retry-After` holds everybody until it is over; one that is longer than the longest
// quota window refuses everybody instead. Its reports of what is left (`ctx.hints`) bound what is taken until their
// reset, and a limit that it reports is adopted. Reports of attempts sent before the latest one that reported are
// ignored.
//
// Cost: one short lock a call to admit, one more if usage was reported; never held across a wait. With a lock-free
// algorithm (`TokenBucket`) no lock while nobody waits. A call that joins the queue with a deadline passes those
// who wait, to know its turn. No allocation after it is built. Thread-safety: yes.
// Source: the algorithms name theirs; reserve and correct: the token accounting that the providers document.
#pragma once

#include <aramid/access.hpp>
#include <aramid/policies/limiter_usage.hpp>
#include <aramid/policies/quota_set.hpp>
#include <aramid/policies/sliding_window.hpp>
#include <aramid/policy.hpp>
#include <aramid/readiness.hpp>

#include <initializer_list>  // initializer_list
#include <mutex>             // mutex, lock_guard
#include <new>               // placement new

ARAMID_BEGIN

/// What `limiter(client)` looks for.
struct LimiterTag {};

template <class Algorithm, class... Args>
class Limiter : public detail::LimiterConfig<Args...> {
  using Config = detail::LimiterConfig<Args...>;
  using Meter = typename Algorithm::Meter;
  using Quotas = detail::QuotaSet<Meter, Config>;
  static constexpr bool lock_free = detail::lock_free_v<Meter>;

 public:
  using Tag = LimiterTag;
  static constexpr Name name = "Limiter";

  static consteval bool check() noexcept {
    static_assert(LimiterAlgorithm<Algorithm>,
                  "aramid: Limiter<Algorithm, ...>: the algorithm is SlidingWindow, SlidingCounter<N>, "
                  "TokenBucket<Percent>, FixedWindow, or a type of yours with a Meter: see "
                  "aramid/policies/quota_meter.hpp");
    if constexpr (requires { Algorithm::check(); }) Algorithm::check();
    return Config::check();
  }

  struct Scope;
  struct Waiting : QuotaClaim {
    Scope* scope = nullptr;
    Instant give_up{};
    bool knows_turn = false;  // has been told when, as the first in the queue
  };
  // Only the flags are initialised, because a call that is let in at once needs little more; the rest is written
  // before it is read.
  struct Scope {
    typename Quotas::Grant grant;
    union {
      Cost cost;  // as it was when it asked
    };
    union {
      Waiting waiting;  // while it is queued
    };
    unsigned attempts;  // made before this call was admitted
    bool held = false;  // the grant
    bool queued = false;
    bool served = false;  // queued, and was given its share

    Scope() noexcept {}
  };

  Limiter() : quotas_{Config::quotas()} {}
  template <class Given>
    requires std::constructible_from<Config, const Given&>
  explicit Limiter(const Given& settings) : Config{settings}, quotas_{Config::quotas()} {}

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    if constexpr (lock_free) {
      const unsigned mode = mode_.load(std::memory_order_relaxed);
      if ((mode & slow) == 0 && !scope.queued && quotas_.take(scope.grant, ctx.cost, now, mode != 0))
          [[likely]] {
        scope.cost = ctx.cost;
        scope.attempts = ctx.attempt();
        scope.held = true;
        return Admission::proceed();
      }
    }
    return admit_locked(scope, ctx, now);
  }

  [[nodiscard]] ARAMID_INLINE Verdict settle(Scope& scope, Context& ctx, const Error* failure,
                                             Instant now) noexcept {
    if (failure == nullptr) [[likely]] {
      if (ctx.usage.known()) correct(scope, used_by(scope, ctx.usage), now);
    } else {
      settle_failure(scope, ctx, *failure, now);
    }
    hear(scope, scope.grant, ctx, failure, now);
    scope.held = false;
    return Verdict::done();
  }

  /// Leaves the queue, or keeps the reservation if the provider may have been asked.
  void release(Scope& scope, Context& ctx) noexcept {
    const std::lock_guard lock{mutex_};
    if (scope.queued && !scope.served) {
      if (line_.leave(scope.waiting)) line_.wake_first();
    } else if (scope.held && ctx.attempt() == scope.attempts) {
      quotas_.correct(scope.grant, scope.cost, nothing, Instant::min());
      quotas_.put_back(scope.grant, scope.cost);
      // Whoever comes next tells the time at which this is worth something.
      mode_.fetch_or(slow);
      line_.wake_first();
    }
    scope.queued = false;
    scope.held = false;
  }

  /// Whether a request of `tokens` would be admitted at `now`, and if not, after what wait. Reserves nothing.
  [[nodiscard]] Allowance can_proceed(std::int64_t tokens = 0,
                                      Instant now = SteadyClock::now()) const noexcept {
    return can_proceed(Cost{.tokens = tokens}, now);
  }
  [[nodiscard]] Allowance can_proceed(const Cost& cost, Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    if (quotas_.too_small_for(cost) != quotas_.size()) return {false, Duration::max()};
    const Instant turn = turn_behind_all(cost, now);
    return {turn <= now, elapsed(now, turn)};
  }
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    const Allowance allowance = can_proceed(ctx.cost, now);
    if (allowance.allowed) return {};
    const bool never = allowance.wait == Duration::max();
    return {allowance.wait, Fault::throttled, never ? Reason::cost_over_quota : reason(now), name};
  }

  /// Each quota as it stands at `now`.
  [[nodiscard]] LimiterUsage usage(Instant now = SteadyClock::now()) const noexcept {
    const std::lock_guard lock{mutex_};
    LimiterUsage usage;
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      const Meter& meter = quotas_.meter(i);
      usage.add({meter.quota(), meter.used(now), quotas_.remaining(i, now), elapsed(now, meter.resets(now))});
    }
    return usage;
  }
  /// Units in use at `now`; of several quotas of a unit, the first.
  [[nodiscard]] std::int64_t used(Unit unit, Instant now = SteadyClock::now()) const noexcept {
    const std::lock_guard lock{mutex_};
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      if (quotas_.meter(i).quota().unit == unit) return quotas_.meter(i).used(now);
    }
    return 0;
  }
  /// What is left of the quota of which least is left, in thousandths.
  [[nodiscard]] unsigned headroom(Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    std::int64_t least = full_headroom;
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      const std::int64_t limit = quotas_.meter(i).quota().limit;
      least = smaller(least, detail::fraction(quotas_.remaining(i, now), full_headroom, limit));
    }
    return static_cast<unsigned>(least);
  }
  /// Calls that wait for their turn.
  [[nodiscard]] std::size_t waiting() const noexcept {
    const std::lock_guard lock{mutex_};
    return line_.size();
  }
  /// Whether nothing would be lost with it: nothing is in use, nobody waits, and the server holds nobody back.
  [[nodiscard]] bool idle(Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    if (!line_.empty() || now < frozen_until_) return false;
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      if (quotas_.meter(i).used(now) != 0 || quotas_.server(i).in_force(now)) return false;
    }
    return true;
  }

  /// Other limits for quotas that it has, each found by its unit and window; the fraction in use stays. Who waits is
  /// planned anew, and refused if its cost is now larger than a quota.
  void set_limits(std::span<const Quota<>> limits, Instant now = SteadyClock::now()) {
    const std::lock_guard lock{mutex_};
    for (const Quota<>& wanted : limits) {
      require_setting(wanted.limit >= 1, "set_limits()[].limit", wanted.limit, "1 and above");
      require_setting(place_of(wanted) != quotas_.size(), "set_limits()[].window", wanted.window,
                      "the window of a quota of this limiter, in ", to_string(wanted.unit));
    }
    for (const Quota<>& wanted : limits) quotas_.rescale(place_of(wanted), wanted.limit, now);
    serve(now);
    line_.wake_first();
  }
  void set_limits(std::initializer_list<Quota<>> limits, Instant now = SteadyClock::now()) {
    set_limits(std::span<const Quota<>>{limits.begin(), limits.size()}, now);
  }

 protected:
  // Bits of mode_. Slow: somebody waits or is held back, so that every call takes the lock. Counting: a server has
  // reported, so that what is taken without the lock is counted too.
  static constexpr unsigned slow = 1;
  static constexpr unsigned counting = 2;

  // For whoever takes shares in advance.
  [[nodiscard]] bool hurried() const noexcept { return mode_.load(std::memory_order_relaxed) != 0; }
  static constexpr bool only_requests = Config::only_requests;
  /// Whether the algorithm keeps its quotas when a unit is used up to window / `parts` after it was taken.
  static consteval bool takes_late(int parts) noexcept {
    if constexpr (requires { Algorithm::burst_percent; }) {
      if (Algorithm::burst_percent * parts <= 100) return false;
    }
    return requires(Meter& meter) { meter.allow_late(Duration{}); };
  }
  void allow_late(Duration late) noexcept {
    for (std::size_t i = 0; i < quotas_.size(); ++i) quotas_.meter(i).allow_late(late);
  }
  [[nodiscard]] bool take_ahead(typename Quotas::Grant& grant, const Cost& cost, Instant now) noexcept {
    if (hurried()) return false;
    if constexpr (lock_free) return quotas_.take(grant, cost, now, false);  // nobody counts yet
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    return line_.empty() && may_take(now) && quotas_.take(grant, cost, now, true);
  }
  void give_back(const typename Quotas::Grant& grant, const Cost& taken, const Cost& used,
                 Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    quotas_.correct(grant, taken, used, now);
    serve(now);
  }
  // What the answer says about the server, whatever the call had reserved.
  ARAMID_INLINE void hear(const Scope& scope, const typename Quotas::Grant& grant, const Context& ctx,
                          const Error* failure, Instant now) noexcept {
    if (failure != nullptr) [[unlikely]]
      freeze(scope, ctx, *failure, now);
    if (quotas_.concerns(ctx.hints)) [[unlikely]]
      learn(scope, grant, ctx, now);
  }
  ARAMID_COLD void freeze(const Scope& scope, const Context& ctx, const Error& error, Instant now) noexcept {
    const bool freezes = ruling(error).reservation == Reservation::freeze && error.retry_after;
    if (!freezes || ctx.attempt() == scope.attempts) return;
    const std::lock_guard lock{mutex_};
    frozen_until_ = larger(frozen_until_, saturating_add(now, *error.retry_after));
    mode_.fetch_or(slow);
  }
  [[nodiscard]] Duration shortest_window() const noexcept {
    Duration shortest = Duration::max();
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      shortest = smaller<Duration>(shortest, quotas_.meter(i).quota().window);
    }
    return shortest;
  }

 private:
  static constexpr Cost nothing{.requests = 0};

  Admission admit_locked(Scope& scope, Context& ctx, Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    const Admission answer = ask(scope, ctx, now);
    const bool busy = !line_.empty() || now < frozen_until_;
    if (busy) {
      mode_.fetch_or(slow);
    } else if ((mode_.load() & slow) != 0) {
      mode_.fetch_and(~slow);
    }
    return answer;
  }

  Admission ask(Scope& scope, Context& ctx, Instant now) noexcept {
    if (scope.queued) return ask_again(scope, ctx, now);
    scope.cost = ctx.cost;
    if (line_.empty() && may_take(now) && quotas_.take(scope.grant, ctx.cost, now, counts())) [[likely]] {
      scope.attempts = ctx.attempt();
      scope.held = true;
      return Admission::proceed();
    }
    return enqueue(scope, ctx, now);
  }

  ARAMID_COLD Admission enqueue(Scope& scope, Context& ctx, Instant now) noexcept {
    const QueueSettings& queue = this->queue();
    if (quotas_.too_small_for(ctx.cost) != quotas_.size()) return too_large(scope, ctx);
    // From here on nobody takes past us: a share that comes back is seen by us, or by whoever gives it back.
    mode_.fetch_or(slow);
    if (line_.size() >= queue.length && queue.length != 0) {
      ctx.compare(static_cast<std::int64_t>(line_.size()), static_cast<std::int64_t>(queue.length));
      return Admission::reject(Fault::throttled, Reason::queue_full,
                               elapsed(now, turn_behind_all(ctx.cost, now)));
    }
    scope.attempts = ctx.attempt();
    scope.queued = true;
    scope.served = false;
    Waiting& waiting = *::new (static_cast<void*>(&scope.waiting)) Waiting{};
    waiting.cost = &scope.cost;
    waiting.scope = &scope;
    waiting.give_up = saturating_add(now, queue.max_wait);
    line_.join(waiting, ctx.waker(), ctx.priority, queue.ageing, now);
    serve(now, &scope);
    if (scope.served) return let_in(scope);
    const bool must_know = line_.first() == &waiting || ctx.deadline != Instant::max() ||
                           waiting.give_up != Instant::max() || queue.length == 0;
    if (must_know) plan_until(scope, now);
    if (held_for_long(now) || queue.length == 0 ||
        (must_know && scope.waiting.planned >= limit_of(scope, ctx))) {
      return leave(scope, ctx, now);
    }
    return wait(scope, ctx, now);
  }

  ARAMID_COLD Admission ask_again(Scope& scope, Context& ctx, Instant now) noexcept {
    if (!scope.served) serve(now, &scope);
    if (scope.served) return let_in(scope);
    if (quotas_.too_small_for(scope.cost) != quotas_.size()) {
      take_out(scope);
      return too_large(scope, ctx);
    }
    const bool first = line_.first() == &scope.waiting;
    if (first) plan_until(scope, now);
    if (now >= scope.waiting.give_up ||
        (first && (held_for_long(now) || scope.waiting.planned >= limit_of(scope, ctx)))) {
      return leave(scope, ctx, now);
    }
    return wait(scope, ctx, now);
  }

  static Admission let_in(Scope& scope) noexcept {
    scope.queued = false;
    return Admission::proceed();
  }

  // The first in the queue knows its time. The others are woken when they are first.
  Admission wait(Scope& scope, const Context& ctx, Instant now) const noexcept {
    scope.waiting.knows_turn = line_.first() == &scope.waiting;
    const Instant until = scope.waiting.knows_turn ? smaller(scope.waiting.planned, scope.waiting.give_up)
                                                   : scope.waiting.give_up;
    return until >= ctx.deadline ? Admission::wait_for_wake(reason(now))
                                 : Admission::wait_until(until, reason(now));
  }

  // Its turn must come before this. A wait of exactly the longest is allowed.
  [[nodiscard]] static Instant limit_of(const Scope& scope, const Context& ctx) noexcept {
    return smaller(ctx.deadline, saturating_add(scope.waiting.give_up, Duration{1}));
  }

  void take_out(Scope& scope) noexcept {
    scope.queued = false;
    if (line_.leave(scope.waiting)) line_.wake_first();
  }
  Admission leave(Scope& scope, Context& ctx, Instant now) noexcept {
    const std::size_t full = quotas_.full_for(scope.cost, now);
    if (full != quotas_.size()) {
      ctx.compare(quotas_.meter(full).used(now), quotas_.meter(full).quota().limit);
    }
    const Reason why = now >= scope.waiting.give_up ? Reason::waited_too_long : reason(now);
    if (now >= scope.waiting.give_up) plan_until(scope, now);
    const Duration hint = elapsed(now, scope.waiting.planned);
    take_out(scope);
    return Admission::reject(Fault::throttled, why, hint);
  }
  Admission too_large(const Scope& scope, Context& ctx) const noexcept {
    const std::size_t quota = quotas_.too_small_for(scope.cost);
    ctx.compare(amount_of(quotas_.meter(quota).quota().unit, scope.cost), quotas_.meter(quota).capacity());
    return Admission::reject(Fault::throttled, Reason::cost_over_quota);
  }

  // Gives what there is to those who are first; the next one learns its turn. `self` is asking and needs no wake.
  void serve(Instant now, const Scope* self = nullptr) noexcept {
    while (!line_.empty()) {
      Waiting& first = static_cast<Waiting&>(*line_.first());
      Scope& scope = *first.scope;
      if (!may_take(now) || !quotas_.take(scope.grant, scope.cost, now, counts())) break;
      scope.held = true;
      scope.served = true;
      if (&scope == self) {
        line_.leave(first);
      } else {
        line_.serve_first();
      }
    }
    if (line_.empty()) return;
    Waiting& first = static_cast<Waiting&>(*line_.first());
    if (first.scope == self) return;
    const Instant planned = first.planned;
    plan_until(*first.scope, now);
    if (!first.knows_turn || first.planned < planned) line_.wake_first();
  }

  // Plans everybody up to `scope`.
  void plan_until(Scope& scope, Instant now) const noexcept {
    typename Quotas::Plan plan{quotas_, larger(now, frozen_until_)};
    for (detail::Waiter* waiter = line_.first();; waiter = waiter->next) {
      plan.next(static_cast<Waiting&>(*waiter));
      if (waiter == &scope.waiting) return;
    }
  }
  [[nodiscard]] Instant turn_behind_all(const Cost& cost, Instant now) const noexcept {
    typename Quotas::Plan plan{quotas_, larger(now, frozen_until_)};
    for (detail::Waiter* waiter = line_.first(); waiter != nullptr; waiter = waiter->next) {
      plan.next(static_cast<Waiting&>(*waiter));
    }
    QuotaClaim claim;
    claim.cost = &cost;
    plan.next(claim);
    return claim.planned;
  }

  [[nodiscard]] bool may_take(Instant now) const noexcept { return now >= frozen_until_; }
  [[nodiscard]] bool counts() const noexcept {
    return !lock_free || (mode_.load(std::memory_order_relaxed) & counting) != 0;
  }
  [[nodiscard]] Instant resumes(Instant now) const noexcept {
    return larger(frozen_until_, quotas_.server_resumes(now));
  }
  // A server may say "tomorrow". A call without a deadline must not sleep until then.
  [[nodiscard]] bool held_for_long(Instant now) const noexcept {
    return elapsed(now, resumes(now)) > quotas_.longest_window();
  }
  [[nodiscard]] Reason reason(Instant now) const noexcept {
    return now < resumes(now) ? Reason::frozen : Reason::over_quota;
  }
  [[nodiscard]] std::size_t place_of(const Quota<>& wanted) const noexcept {
    std::size_t i = 0;
    for (; i < quotas_.size(); ++i) {
      const Quota<> own = quotas_.meter(i).quota();
      if (own.unit == wanted.unit && own.window == wanted.window) break;
    }
    return i;
  }

  // A part that the provider did not report stays as it was reserved: the rest, where only the sum was known.
  static Cost used_by(const Scope& scope, const Usage& usage) noexcept {
    const Cost& taken = scope.cost;
    const auto part = [&taken](std::int64_t reported, std::int64_t reserved, std::int64_t other) {
      if (reported >= 0) return reported;
      return reserved >= 0 ? reserved : larger<std::int64_t>(taken.tokens - other, 0);
    };
    return {.requests = taken.requests,
            .tokens = usage.total(),
            .input_tokens = part(usage.input_tokens, taken.input_tokens, usage.output_tokens),
            .output_tokens = part(usage.output_tokens, taken.output_tokens, usage.input_tokens)};
  }

  void correct(Scope& scope, const Cost& used, Instant now) noexcept {
    if (!quotas_.differ(scope.cost, used)) return;
    if constexpr (lock_free) {
      quotas_.correct(scope.grant, scope.cost, used, now);
      if ((mode_.load() & slow) == 0) return;
    }
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    if constexpr (!lock_free) quotas_.correct(scope.grant, scope.cost, used, now);
    serve(now);
  }

  ARAMID_COLD void settle_failure(Scope& scope, const Context& ctx, const Error& error,
                                  Instant now) noexcept {
    const Ruling row = ruling(error);
    const bool sent = ctx.attempt() != scope.attempts;
    if (!sent || row.reservation == Reservation::give_back) {
      Cost used = nothing;
      if (sent && ctx.usage.known()) {
        used = used_by(scope, ctx.usage);
        used.requests = 0;
      }
      if (!sent) quotas_.put_back(scope.grant, scope.cost);
      correct(scope, used, now);
    } else if (ctx.usage.known()) {
      correct(scope, used_by(scope, ctx.usage), now);
    } else if (row.reservation == Reservation::give_back_unused) {
      correct(scope, Cost{.requests = scope.cost.requests}, now);
    }
  }

  ARAMID_COLD void learn(const Scope& scope, const typename Quotas::Grant& grant, const Context& ctx,
                         Instant now) noexcept {
    if (ctx.attempt() == scope.attempts) return;
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    mode_.fetch_or(counting);
    quotas_.learn(grant, ctx.hints, this->adopt_limits(), now);
    serve(now);
  }

  mutable std::mutex mutex_;
  std::atomic<unsigned> mode_{0};
  Quotas quotas_;
  detail::WaitLine line_;
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
