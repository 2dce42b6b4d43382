// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/limiter_state.hpp: a limiter's quotas and those who wait for them. Who is let in, who waits,
// until when, and who is refused.
//
// One lock guards it, but for what its meters do without. Room goes to whoever is first, under the lock that frees
// it. The first in the queue knows its turn and wakes by itself; the others are woken when they are first, or have
// been given their share.
#pragma once

#include <aramid/policies/limiter_settings.hpp>
#include <aramid/policies/quota_set.hpp>
#include <aramid/policy.hpp>

#include <mutex>  // mutex, lock_guard
#include <new>    // placement new

ARAMID_BEGIN

namespace detail {

template <class Meter, class Config>
class LimiterState : public Config {
 public:
  /// Where in it the word lies that every call reads.
  static constexpr std::size_t bytes_before_word = std::is_empty_v<Config> ? 0 : sizeof(Config);

  struct Scope;
  struct Waiting : QuotaClaim {
    Scope* scope = nullptr;
    Instant give_up{};
    bool knows_turn = false;  // has been told when, as the first in the queue
  };
  // Only the flags are initialised, because a call that is let in at once needs little more; the rest is written
  // before it is read.
  struct Scope {
    typename QuotaSet<Meter, Config>::Grant grant;
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

 protected:
  using Quotas = QuotaSet<Meter, Config>;
  static constexpr bool lock_free = lock_free_v<Meter>;

  // Bits of quotas_.mode(). Slow: somebody waits or is held back, so that every call takes the lock. Counting: a
  // server has reported, so that what is taken without the lock is counted too.
  static constexpr unsigned slow = 1;
  static constexpr unsigned counting = 2;

  LimiterState() : quotas_{Config::quotas()} {}
  template <class Given>
  explicit LimiterState(const Given& settings) : Config{settings}, quotas_{Config::quotas()} {}

  Admission admit_locked(Scope& scope, Context& ctx, Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    const Admission answer = ask(scope, ctx, now);
    const bool busy = !line_.empty() || now < frozen_until_;
    if (busy) {
      quotas_.mode().fetch_or(slow);
    } else if ((quotas_.mode().load() & slow) != 0) {
      quotas_.mode().fetch_and(~slow);
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
    quotas_.mode().fetch_or(slow);
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
    const bool too_long = held_for_long(now);
    const bool must_know = line_.first() == &waiting || ctx.deadline != Instant::max() ||
                           waiting.give_up != Instant::max() || queue.length == 0 || too_long;
    if (must_know) plan_until(scope, now);
    if (too_long || queue.length == 0 || (must_know && scope.waiting.planned >= limit_of(scope, ctx))) {
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
    if (!first.knows_turn || first.planned < planned || held_for_long(now)) line_.wake_first();
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
    return !lock_free || (quotas_.mode().load(std::memory_order_relaxed) & counting) != 0;
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

  Quotas quotas_;
  mutable std::mutex mutex_;
  detail::WaitLine line_;
  Instant frozen_until_ = Instant::min();
};

}  // namespace detail

ARAMID_END
