// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/adaptive_rate.hpp: slow down after "too many requests", and find the way back.
//
//   AdaptiveRate<>                                       CUBIC: to 70 % of the measured rate, then back
//   AdaptiveRate<AimdRate, Queue<50>, MaxWait<5s>>       straight back in 30 s; at most 50 calls wait, up to 5 s
//   AdaptiveRate<CubicRate> with AdaptiveRateSettings{...}
//   adaptive_rate(client).per_minute()                   what it lets through now
//
// When to use it: for a provider that answers 429 and does not tell its limits, or shares them among clients that
// do not know each other. Inside the retries. When not: where the limits are known (Limiter), or against one hint
// to wait, which retries and limiters obey already.
//
// Until the first 429 it only measures. Then the rate falls to a factor of the measured one, and comes back along
// the curve, never above twice what is measured. Calls are paced by waiting in line, first come first served
// within `ctx.priority`; one that would wait past its deadline or the longest wait is refused at once, with
// Fault::throttled, `pacing` and the time until its turn. A 429 to a call sent before the last fall is old news.
// After `calm` without one pacing ends. What is not sent after all gives its turn back.
//
// Cost: one relaxed load to admit and a short lock to settle while it does not pace; a short lock each when it
// does. No allocation. Thread-safety: yes. Source: botocore's adaptive retries, with its constants (factor 0.7,
// 0.4, at least 0.5 a second, half seconds smoothed by 0.8, twice the measured rate); RFC 8312.
#pragma once

#include <aramid/access.hpp>
#include <aramid/policies/adaptive_rate_settings.hpp>
#include <aramid/policies/wait_line.hpp>
#include <aramid/policy.hpp>
#include <aramid/readiness.hpp>

#include <atomic>  // atomic
#include <mutex>   // mutex, lock_guard

ARAMID_BEGIN

/// What `adaptive_rate(client)` looks for.
struct AdaptiveRateTag {};

template <class Curve = CubicRate, class... Options>
class AdaptiveRate : public detail::FixedAdaptiveRate<Curve, Options...> {
 public:
  using Tag = AdaptiveRateTag;
  using detail::FixedAdaptiveRate<Curve, Options...>::FixedAdaptiveRate;
  static constexpr Name name = "AdaptiveRate";

  struct Scope : detail::Waiter {
    Instant began{};        // let through
    Instant give_up{};      // while in line: when it has waited as long as it may
    Duration turn{0};       // what its turn took from the line, to be given back if it is not sent
    unsigned attempts = 0;  // made before this call was admitted
  };

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    if (!pacing_.load(std::memory_order_relaxed) && scope.waker == nullptr) [[likely]] {
      scope.began = now;
      scope.attempts = ctx.attempt();
      return Admission::proceed();
    }
    return pace(scope, ctx, now);
  }

  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    if (failure != nullptr && ctx.attempt() == scope.attempts) {
      give_back(scope);
      return Verdict::done();
    }
    meter_.count(now);
    if (failure != nullptr && too_many(ruling(*failure))) {
      if (!pacing() || scope.began >= fell_at_) fall(now);
    } else if (pacing()) {
      set_rate(curve_.after(elapsed(fell_at_, now)), now);
    }
    return Verdict::done();
  }

  void release(Scope& scope, Context& ctx) noexcept {
    const std::lock_guard lock{mutex_};
    if (scope.waker != nullptr) {
      leave(scope);
    } else if (ctx.attempt() == scope.attempts) {
      give_back(scope);
    }
  }

  /// Until a call that came now would have its turn.
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    if (!pacing() || calm(now) || (line_.empty() && now >= next_turn())) return {};
    const bool full = line_.size() >= this->settings().queue.length;
    return {elapsed(now, turn_of(ctx, now)), Fault::throttled, full ? Reason::queue_full : Reason::pacing,
            name};
  }
  /// Calls a minute that are let through; -1 while it does not pace.
  [[nodiscard]] std::int64_t per_minute() const noexcept {
    const std::lock_guard lock{mutex_};
    return pacing() ? rate_ * 60 / rate_unit : -1;
  }
  /// Calls a minute that are sent, as measured.
  [[nodiscard]] std::int64_t measured_per_minute() const noexcept {
    const std::lock_guard lock{mutex_};
    return meter_.rate() * 60 / rate_unit;
  }
  /// Calls that wait for their turn.
  [[nodiscard]] std::size_t waiting() const noexcept {
    const std::lock_guard lock{mutex_};
    return line_.size();
  }
  /// Whether nothing of use would be lost with it: nobody waits, and the last 429 is `calm` ago.
  [[nodiscard]] bool idle(Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    return line_.empty() && (!pacing() || calm(now));
  }

 private:
  static constexpr std::int64_t second = 1'000'000'000;

  [[nodiscard]] static bool too_many(const Ruling& row) noexcept {
    return row.reservation == Reservation::freeze && row.again != Again::never;
  }
  [[nodiscard]] bool pacing() const noexcept { return pacing_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool calm(Instant now) const noexcept {
    return elapsed(fell_at_, now) >= this->settings().calm.duration();
  }
  // One second's calls may go at once, at least one.
  [[nodiscard]] Duration burst() const noexcept { return larger(Duration{second}, interval_) - interval_; }
  [[nodiscard]] Instant next_turn() const noexcept { return saturating_add(empty_at_, -burst()); }

  void fall(Instant now) noexcept {
    const std::int64_t from = pacing() ? smaller(meter_.rate(), rate_) : meter_.rate();
    const std::int64_t to = curve_.fall(from, this->settings().factor_percent);
    fell_at_ = now;
    pacing_.store(true, std::memory_order_relaxed);
    set_rate(to, now);
    empty_at_ = larger(empty_at_, saturating_add(now, burst() + interval_));  // nothing saved up
  }

  void set_rate(std::int64_t rate, Instant now) noexcept {
    const std::int64_t least = this->settings().min_per_minute * rate_unit / 60;
    rate_ = larger(smaller(rate, 2 * meter_.rate()), least);
    interval_ = Duration{larger(second * rate_unit / rate_, std::int64_t{1})};
    // A rate that has grown does not leave anybody waiting for a turn at the old one.
    empty_at_ = smaller(empty_at_, saturating_add(now, burst() + interval_));
    if (elapsed(next_turn(), promised_) > interval_ / 4) line_.wake_first();
  }

  ARAMID_COLD Admission pace(Scope& scope, Context& ctx, Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    const bool in_line = scope.waker != nullptr;
    if (pacing() && calm(now)) pacing_.store(false, std::memory_order_relaxed);
    const bool first = in_line ? line_.first() == &scope : line_.empty();
    if (!pacing() || (first && now >= next_turn())) return let_through(scope, ctx, now);
    return in_line ? ask_again(scope, ctx, now, first) : queue(scope, ctx, now);
  }

  Admission let_through(Scope& scope, const Context& ctx, Instant now) noexcept {
    if (pacing()) {
      scope.turn = interval_;
      empty_at_ = saturating_add(larger(empty_at_, now), interval_);
    }
    if (scope.waker != nullptr) leave(scope);
    scope.began = now;
    scope.attempts = ctx.attempt();
    return Admission::proceed();
  }

  // Of a call that joins now.
  [[nodiscard]] Instant turn_of(const Context& ctx, Instant now) const noexcept {
    const auto ahead =
        static_cast<std::int64_t>(line_.ahead_of(ctx.priority, this->settings().queue.ageing, now));
    return saturating_add(larger(next_turn(), now), saturating_mul(interval_, ahead));
  }

  Admission queue(Scope& scope, Context& ctx, Instant now) noexcept {
    const QueueSettings& queue = this->settings().queue;
    const Duration wait = elapsed(now, turn_of(ctx, now));
    const Duration most = smaller(queue.max_wait.duration(), elapsed(now, ctx.deadline));
    if (wait >= most) {
      ctx.compare(wait.count(), most.count());
      return Admission::reject(Fault::throttled, Reason::pacing, wait);
    }
    if (line_.size() >= queue.length) {
      ctx.compare(static_cast<std::int64_t>(line_.size()), static_cast<std::int64_t>(queue.length));
      return Admission::reject(Fault::throttled, Reason::queue_full, wait);
    }
    line_.join(scope, ctx.waker(), ctx.priority, queue.ageing, now);
    scope.give_up = saturating_add(now, queue.max_wait);
    return wait_on(scope, ctx, line_.first() == &scope);
  }

  Admission ask_again(Scope& scope, Context& ctx, Instant now, bool first) noexcept {
    const Instant turn = first ? next_turn() : saturating_add(next_turn(), interval_);
    const bool too_long = now >= scope.give_up;
    if (!too_long && turn < ctx.deadline) return wait_on(scope, ctx, first);
    const Duration most = too_long ? this->settings().queue.max_wait.duration() : elapsed(now, ctx.deadline);
    ctx.compare(elapsed(now, turn).count(), most.count());
    leave(scope);
    return Admission::reject(Fault::throttled, too_long ? Reason::waited_too_long : Reason::pacing,
                             elapsed(now, turn));
  }

  // The first in line knows its time; the others are woken when they are first.
  Admission wait_on(const Scope& scope, const Context& ctx, bool first) noexcept {
    if (first) promised_ = next_turn();
    const Instant until = first ? smaller(promised_, scope.give_up) : scope.give_up;
    return until < ctx.deadline ? Admission::wait_until(until, Reason::pacing)
                                : Admission::wait_for_wake(Reason::pacing);
  }

  void leave(Scope& scope) noexcept {
    if (line_.leave(scope)) line_.wake_first();
  }

  // Never sent: the next one may go that much earlier.
  void give_back(Scope& scope) noexcept {
    if (scope.turn == Duration::zero()) return;
    empty_at_ = saturating_add(empty_at_, -scope.turn);
    scope.turn = Duration::zero();
    line_.wake_first();
  }

  std::atomic<bool> pacing_{false};
  mutable std::mutex mutex_;
  detail::WaitLine line_;
  detail::RateMeter meter_;
  typename detail::RateOf<Curve>::type curve_;
  std::int64_t rate_ = 0;
  Duration interval_{0};  // between two calls at this rate
  Instant empty_at_{};    // when the calls let through so far would have gone at this rate
  Instant promised_{};    // what the first in line was told
  Instant fell_at_ = Instant::min();
};

/// The adaptive rate inside `client`, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& adaptive_rate(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, AdaptiveRateTag>();
  static_assert(found != 0, "aramid: adaptive_rate(client): this client has no AdaptiveRate");
  static_assert(
      found <= 1,
      "aramid: adaptive_rate(client): this client has more than one AdaptiveRate; choose a candidate with "
      "adaptive_rate(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<AdaptiveRateTag>();
  } else {
    return client;
  }
}

ARAMID_END
