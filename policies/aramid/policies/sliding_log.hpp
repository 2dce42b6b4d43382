// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/sliding_log.hpp: what one quota has let through in its window, entry by entry.
//
// Exact: at no instant do more than `limit` units lie in any window. An entry leaves when it is exactly one
// window old. Memory is taken once, when the log is built: 16 bytes an entry, at most `max_entries`. When more
// admissions than that lie in one window, the two oldest become one at the later time: never too much is let
// through, at most a little too late.
// Not thread-safe: the limiter's lock guards it.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/policies/quota.hpp>

#include <cstddef>  // size_t
#include <utility>  // swap

ARAMID_BEGIN

class SlidingLog {
 public:
  static constexpr std::int64_t max_entries = 8192;
  static constexpr std::uint64_t no_entry = ~std::uint64_t{0};

  struct Entry {
    Instant at{};
    std::int64_t amount = 0;
  };

  /// `most`: how many admissions a window can hold at most; twice that leaves room for corrected ones.
  SlidingLog(const Quota& quota, std::int64_t most)
      : quota_{quota},
        capacity_{static_cast<std::size_t>(2 * smaller(larger<std::int64_t>(most, 8), max_entries / 2))},
        ring_{new Entry[capacity_]} {}
  SlidingLog() noexcept = default;
  SlidingLog(const SlidingLog&) = delete;
  SlidingLog& operator=(SlidingLog&& other) noexcept {
    std::swap(quota_, other.quota_);
    std::swap(capacity_, other.capacity_);
    std::swap(ring_, other.ring_);
    return *this;
  }
  ~SlidingLog() { delete[] ring_; }

  [[nodiscard]] const Quota& quota() const noexcept { return quota_; }
  [[nodiscard]] std::int64_t used() const noexcept { return used_; }
  /// The entries, oldest first, are [oldest(), newest_end()).
  [[nodiscard]] std::uint64_t oldest() const noexcept { return tail_; }
  [[nodiscard]] std::uint64_t newest_end() const noexcept { return head_; }
  [[nodiscard]] const Entry& entry(std::uint64_t at) const noexcept { return ring_[at % capacity_]; }
  /// When an entry of `at` leaves.
  [[nodiscard]] Instant leaves(Instant at) const noexcept { return saturating_add(at, quota_.window); }

  void expire(Instant now) noexcept {
    while (tail_ != head_ && leaves(entry(tail_).at) <= now) used_ -= ring_[tail_++ % capacity_].amount;
  }

  [[nodiscard]] bool fits(std::int64_t amount) const noexcept { return amount <= quota_.limit - used_; }

  /// Notes `amount` > 0 and returns the entry's number.
  std::uint64_t push(Instant now, std::int64_t amount) noexcept {
    if (head_ - tail_ == capacity_) merge_oldest();
    amount = smaller(amount, room_to_count());
    const Instant at = tail_ != head_ ? larger(now, entry(head_ - 1).at) : now;
    ring_[head_ % capacity_] = {at, amount};
    used_ += amount;
    return head_++;
  }

  /// Replaces the `reserved` units that the entry was pushed with by `amount` >= 0, once. An entry that has
  /// left, or
  /// was merged, stays as it was counted, but for what it used beyond: that counts from now on.
  void correct(std::uint64_t number, std::int64_t reserved, std::int64_t amount, Instant now) noexcept {
    if (number == no_entry || number < tail_) {
      if (amount > reserved) push(now, amount - reserved);
      return;
    }
    // The difference, because an older entry may have been merged into this one.
    Entry& entry = ring_[number % capacity_];
    const std::int64_t change = smaller(amount - reserved, room_to_count());
    used_ += change;
    entry.amount += change;
    while (head_ != tail_ && this->entry(head_ - 1).amount == 0) --head_;
  }

  /// Units in the window that ends at `now`; changes nothing.
  [[nodiscard]] std::int64_t used_at(Instant now) const noexcept {
    std::int64_t used = used_;
    for (std::uint64_t at = tail_; at != head_ && leaves(entry(at).at) <= now; ++at) used -= entry(at).amount;
    return used;
  }

  /// A new limit for the same window; what is in the window stays counted.
  void set_limit(std::int64_t limit) noexcept { quota_.limit = limit; }

 private:
  void merge_oldest() noexcept {
    const Entry oldest = entry(tail_++);
    Entry& next = ring_[tail_ % capacity_];
    // What was given back is only a gap: it does not make what came before it stay longer.
    if (next.amount == 0) next.at = oldest.at;
    next.amount += oldest.amount;
  }

  // A server may report any usage; the sum sticks at the largest number.
  [[nodiscard]] std::int64_t room_to_count() const noexcept {
    return std::numeric_limits<std::int64_t>::max() - used_;
  }

  Quota quota_;
  std::size_t capacity_ = 0;
  Entry* ring_ = nullptr;  // owned; a std::vector here costs every user 0.05 s of compile time
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
  std::int64_t used_ = 0;
};

ARAMID_END
