// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/wait_line.hpp: the calls that wait for one thing, in the order in which they get it.
//
// Intrusive: a waiter is part of its call's scope, so that joining allocates nothing and leaving from the middle
// (a cancel, a deadline) is four stores. The order is fixed when a call joins: its rank is its arrival, moved
// back by `priority * ageing`. Nobody is sorted again, and a waiter can be overtaken only by calls that come
// within (difference in priority) * ageing after it.
// Cost: joining passes the waiters that it overtakes, none among equals. Thread-safety: the owner's lock.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/waker.hpp>

#include <cstddef>  // size_t

ARAMID_BEGIN

namespace detail {

/// Part of the scope of a call that may wait.
struct Waiter {
  Waiter* next = nullptr;
  Waiter* previous = nullptr;
  Waker* waker = nullptr;  // set while in line
  Instant rank{};
};

class WaitLine {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] Waiter* first() const noexcept { return first_; }
  [[nodiscard]] Waiter* last() const noexcept { return last_; }

  /// How many would be before a call that joined now.
  [[nodiscard]] std::size_t ahead_of(int priority, Duration ageing, Instant now) const noexcept {
    const Instant its_own = rank(empty() || latest_ < now ? now : latest_, priority, ageing);
    std::size_t ahead = size_;
    for (const Waiter* one = last_; one != nullptr && its_own < one->rank; one = one->previous) --ahead;
    return ahead;
  }

  /// Behind everybody of the same or a better rank.
  void join(Waiter& waiter, Waker& waker, int priority, Duration ageing, Instant now) noexcept {
    // Clock readings of several threads need not come in the order in which they get here.
    if (empty() || latest_ < now) latest_ = now;
    waiter.rank = rank(latest_, priority, ageing);
    waiter.waker = &waker;
    Waiter* before = last_;
    while (before != nullptr && waiter.rank < before->rank) before = before->previous;
    waiter.previous = before;
    waiter.next = before == nullptr ? first_ : before->next;
    (waiter.next == nullptr ? last_ : waiter.next->previous) = &waiter;
    (before == nullptr ? first_ : before->next) = &waiter;
    ++size_;
  }

  /// From wherever it stands; true if it was the first.
  bool leave(Waiter& waiter) noexcept {
    const bool was_first = first_ == &waiter;
    (waiter.next == nullptr ? last_ : waiter.next->previous) = waiter.previous;
    (was_first ? first_ : waiter.previous->next) = waiter.next;
    waiter = {};
    --size_;
    return was_first;
  }

  /// The first one leaves and is woken: it has been given what it waited for. Not when empty.
  Waiter& serve_first() noexcept {
    Waiter& waiter = *first_;
    Waker& waker = *waiter.waker;
    leave(waiter);
    waker.wake();  // under the owner's lock: the call cannot go away before it has taken that lock itself
    return waiter;
  }

  /// The first one is to ask again; it stays in line.
  void wake_first() const noexcept {
    if (first_ != nullptr) first_->waker->wake();
  }

 private:
  static Instant rank(Instant now, int priority, Duration ageing) noexcept {
    const std::int64_t levels = priority;
    const Duration ahead = aramid::saturating_mul(ageing, levels < 0 ? -levels : levels);
    return saturating_add(now, levels < 0 ? ahead : -ahead);
  }

  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  std::size_t size_ = 0;
  Instant latest_{};
};

}  // namespace detail

ARAMID_END
