// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/permit_gate.hpp: permits, and the calls that wait for one. What the bulkheads are made of.
//
//   bits  0..23  permits out
//   bits 24..47  limit
//   bits 48..63  calls that wait
//
// One word, so that taking or returning a permit is one compare-and-swap while nobody waits, and no call slips in
// under a limit that has just been lowered. As soon as somebody waits everything goes through the lock: a permit
// that comes back is handed to the first in line, which alone is woken, and never returns to the pool meanwhile.
// Cost: no allocation. Thread-safety: yes; the lock is never held across a wait.
#pragma once

#include <aramid/context.hpp>
#include <aramid/policies/queue.hpp>
#include <aramid/policies/wait_line.hpp>
#include <aramid/policy.hpp>
#include <aramid/readiness.hpp>

#include <atomic>  // atomic
#include <mutex>   // mutex, lock_guard

ARAMID_BEGIN

namespace detail {

/// A call's place at the gate.
struct GateScope : Waiter, PermitSource {
  Instant give_up{};       // when it has waited as long as it may
  unsigned in_flight = 0;  // permits out when it got its own, that one included
  bool queued = false;     // it was told to wait; only its own thread looks
  bool granted = false;    // while queued: the permit is its own; under the lock
};

class PermitGate final : public PermitPool {
 public:
  static constexpr unsigned max_limit = (1U << 24U) - 1;

  explicit PermitGate(unsigned limit) noexcept : word_{limit * one_limit} {}
  PermitGate(const PermitGate&) = delete;
  PermitGate& operator=(const PermitGate&) = delete;

  [[nodiscard]] ARAMID_INLINE Admission admit(GateScope& scope, Context& ctx, Instant now,
                                              const QueueSettings& queue) noexcept {
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    if (!scope.queued && take(old)) [[likely]] {
      scope.in_flight = out(old) + 1;
      return hold(scope, ctx);
    }
    return admit_slowly(scope, ctx, now, queue);
  }

  /// The call is over: the permit goes to the first in line, back to the pool, or stays with the call's work.
  ARAMID_INLINE void settle(GateScope& scope, Context& ctx) noexcept {
    ctx.permits.unlink(scope);
    if (scope.kept) [[unlikely]] {
      leave(scope.share);
      scope.share = {};
      scope.kept = false;
    } else {
      give_back();
    }
  }

  /// The same for a call that may still be waiting.
  void release(GateScope& scope, Context& ctx) noexcept {
    if (!scope.queued) return settle(scope, ctx);
    scope.queued = false;
    const std::lock_guard lock{mutex_};
    if (scope.granted) {
      pass_on();
    } else {
      leave_line(scope);
    }
  }

  /// Nobody knows when a permit comes back.
  [[nodiscard]] Readiness readiness(const QueueSettings& queue, Name policy) const noexcept {
    const std::uint64_t word = word_.load(std::memory_order_acquire);
    if (in_line(word) == 0 && out(word) < most(word)) return {};
    const bool full = queue.length != 0 && in_line(word) >= queue.length;
    return {Duration::max(), Fault::saturated, full ? Reason::queue_full : Reason::no_permit, policy};
  }
  [[nodiscard]] unsigned in_flight() const noexcept { return out(word_.load(std::memory_order_acquire)); }
  [[nodiscard]] unsigned limit() const noexcept { return most(word_.load(std::memory_order_acquire)); }
  [[nodiscard]] unsigned waiting() const noexcept { return in_line(word_.load(std::memory_order_acquire)); }
  [[nodiscard]] unsigned orphans() const noexcept { return orphans_.load(std::memory_order_acquire); }

  /// Calls under way keep their permits; those that wait get what a higher limit allows, at once.
  void set_limit(unsigned limit) noexcept {
    const std::lock_guard lock{mutex_};
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    while (!word_.compare_exchange_weak(old, old - most(old) * one_limit + limit * one_limit,
                                        std::memory_order_acq_rel)) {
    }
    for (old = word_.load(std::memory_order_relaxed); in_line(old) > 0 && out(old) < limit;
         old = word_.load(std::memory_order_relaxed)) {
      word_.fetch_add(1, std::memory_order_acq_rel);
      serve_first();
    }
  }

  void join(PermitShare& share, PermitShare& beside) noexcept override {
    const std::lock_guard lock{mutex_};
    if (beside.next == nullptr) beside.next = beside.previous = &beside;
    share.next = beside.next;
    share.previous = &beside;
    share.next->previous = share.previous->next = &share;
  }
  void leave(PermitShare& share) noexcept override {
    const std::lock_guard lock{mutex_};
    const bool last = share.next == nullptr || share.next == &share;
    if (!last) {
      share.next->previous = share.previous;
      share.previous->next = share.next;
      if (share.of_call) orphans_.fetch_add(1, std::memory_order_acq_rel);
    } else {
      if (!share.of_call) orphans_.fetch_sub(1, std::memory_order_acq_rel);
      pass_on();
    }
  }

 private:
  static constexpr std::uint64_t one_limit = std::uint64_t{1} << 24U;
  static constexpr std::uint64_t one_waiting = std::uint64_t{1} << 48U;

  [[nodiscard]] static unsigned out(std::uint64_t word) noexcept {
    return static_cast<unsigned>(word) & max_limit;
  }
  [[nodiscard]] static unsigned most(std::uint64_t word) noexcept {
    return static_cast<unsigned>(word >> 24U) & max_limit;
  }
  [[nodiscard]] static unsigned in_line(std::uint64_t word) noexcept {
    return static_cast<unsigned>(word >> 48U);
  }

  // A permit if one is free and nobody waits for it. `old` is the word that decided.
  [[nodiscard]] bool take(std::uint64_t& old) noexcept {
    while (in_line(old) == 0 && out(old) < most(old)) {
      if (word_.compare_exchange_weak(old, old + 1, std::memory_order_acquire, std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  Admission hold(GateScope& scope, Context& ctx) noexcept {
    scope.pool = this;
    scope.share.of_call = true;
    ctx.permits.link(scope);
    return Admission::proceed();
  }

  ARAMID_COLD Admission admit_slowly(GateScope& scope, Context& ctx, Instant now,
                                     const QueueSettings& queue) noexcept {
    const std::lock_guard lock{mutex_};
    if (scope.queued) return ask_again(scope, ctx, now, queue);
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    do {
      if (take(old)) {
        scope.in_flight = out(old) + 1;
        return hold(scope, ctx);
      }
      if (in_line(old) >= queue.length) return refuse(ctx, old, queue);
    } while (!word_.compare_exchange_weak(old, old + one_waiting, std::memory_order_acq_rel));
    scope.queued = true;
    scope.give_up = saturating_add(now, queue.max_wait);
    line_.join(scope, ctx.waker(), ctx.priority, queue.ageing, now);
    return wait(scope, ctx);
  }

  Admission ask_again(GateScope& scope, Context& ctx, Instant now, const QueueSettings& queue) noexcept {
    if (scope.granted) {
      scope.queued = false;
      return hold(scope, ctx);
    }
    if (now < scope.give_up) return wait(scope, ctx);
    scope.queued = false;
    leave_line(scope);
    const Duration longest = queue.max_wait;
    ctx.compare(longest.count(), longest.count());
    return Admission::reject(Fault::saturated, Reason::waited_too_long);
  }

  // The driver ends a wait at the deadline; it would not begin one that is to end later.
  static Admission wait(const GateScope& scope, const Context& ctx) noexcept {
    return scope.give_up < ctx.deadline ? Admission::wait_until(scope.give_up, Reason::no_permit)
                                        : Admission::wait_for_wake(Reason::no_permit);
  }

  static Admission refuse(Context& ctx, std::uint64_t word, const QueueSettings& queue) noexcept {
    if (queue.length == 0) {
      ctx.compare(out(word), most(word));
      return Admission::reject(Fault::saturated, Reason::no_permit);
    }
    ctx.compare(in_line(word), static_cast<std::int64_t>(queue.length));
    return Admission::reject(Fault::saturated, Reason::queue_full);
  }

  ARAMID_INLINE void give_back() noexcept {
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    while (in_line(old) == 0) [[likely]] {
      if (word_.compare_exchange_weak(old, old - 1, std::memory_order_release, std::memory_order_relaxed)) {
        return;
      }
    }
    give_back_slowly();
  }
  ARAMID_COLD void give_back_slowly() noexcept {
    const std::lock_guard lock{mutex_};
    pass_on();
  }

  // Under the lock: a permit has come free.
  void pass_on() noexcept {
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    // While somebody waits the word changes under the lock only.
    if (in_line(old) > 0 && out(old) <= most(old)) return serve_first();
    word_.fetch_sub(1, std::memory_order_acq_rel);
  }

  // Under the lock, with somebody in line, whose permit is counted already.
  void serve_first() noexcept {
    const std::uint64_t old = word_.fetch_sub(one_waiting, std::memory_order_acq_rel);
    auto& scope = static_cast<GateScope&>(*line_.first());
    scope.granted = true;
    scope.in_flight = out(old);
    line_.serve_first();
  }

  void leave_line(GateScope& scope) noexcept {
    line_.leave(scope);
    word_.fetch_sub(one_waiting, std::memory_order_acq_rel);
  }

  std::atomic<std::uint64_t> word_;
  std::atomic<unsigned> orphans_{0};
  std::mutex mutex_;
  WaitLine line_;
};

}  // namespace detail

ARAMID_END
