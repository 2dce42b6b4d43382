// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/sliding_log.hpp: what one quota has let through in its window, entry by entry.
//
// At no instant do more than `limit` units lie in any window: an entry leaves when it is exactly one window old.
// With a slot length, what is let through in the same slot is one entry at its latest time. So it is when a ring on
// the heap is three quarters full, in slots of which it holds four windows: never too much is let through, at most
// a little too late. Clock readings of several threads need not come in order: none counts as earlier than one seen
// before.
// Cost: O(1) amortised. Memory: 16 bytes an entry, taken at the start and by `make_room`. Not thread-safe: the
// limiter's lock guards it.
// Source: the textbook's sliding-window log.
#pragma once

#include <aramid/policies/quota_meter.hpp>

#include <cstddef>  // size_t
#include <new>      // nothrow

ARAMID_BEGIN

/// `Inline` entries, a power of two, inside the object; 0 = as many as the quota needs, on the heap.
template <std::size_t Inline = 0>
class SlidingLog {
 public:
  static constexpr std::int64_t max_entries = 131'072;

  struct Entry {
    std::int64_t at;  // nanoseconds on the time line
    std::int64_t amount;
  };

  SlidingLog() noexcept = default;
  SlidingLog(const SlidingLog&) = delete;
  SlidingLog& operator=(const SlidingLog&) = delete;
  ~SlidingLog() {
    if constexpr (Inline == 0) delete[] ring_;
  }

  /// `most`: how many admissions a window can hold; twice that leaves room for corrected ones.
  void start(const Quota<>& quota, std::int64_t most) {
    limit_ = quota.limit;
    unit_ = quota.unit;
    window_ = quota.window;
    stay_ = window_;
    if constexpr (Inline == 0) {
      const std::size_t entries = entries_for(most);
      ring_ = new Entry[entries];  // untouched: pages that are not used cost nothing
      mask_ = entries - 1;
    }
  }
  /// As `start`, for limits that have grown since. Without the memory it goes on with what it has.
  void make_room(std::int64_t most) noexcept
    requires(Inline == 0)
  {
    const std::size_t entries = entries_for(most);
    if (entries <= mask_ + 1) return;
    Entry* const ring = new (std::nothrow) Entry[entries];
    if (ring == nullptr) return;
    for (Ticket entry = tail_; entry != head_; ++entry) {
      ring[static_cast<std::size_t>(entry) & (entries - 1)] = at(entry);
    }
    delete[] ring_;
    ring_ = ring;
    mask_ = entries - 1;
  }
  void merge_within(Duration slot) noexcept
    requires(Inline != 0)
  {
    slot_ = slot.count();
  }
  /// An admission may be used up to `late` after it was taken: it stays in the window for that much longer.
  void allow_late(Duration late) noexcept { stay_ = saturating_add(window_, late); }

  [[nodiscard]] Quota<> quota() const noexcept { return {unit_, limit_, window_}; }
  [[nodiscard]] std::int64_t capacity() const noexcept { return limit_; }

  void expire(Instant now) noexcept {
    latest_ = larger<std::int64_t>(latest_, now.time_since_epoch().count());
    while (tail_ != head_ && leaves(tail_) <= now) used_ -= at(tail_++).amount;
  }
  [[nodiscard]] bool fits(std::int64_t amount, Instant) const noexcept { return amount <= limit_ - used_; }
  bool take(Ticket& ticket, std::int64_t amount, Instant now) noexcept {
    if (!fits(amount, now)) return false;
    ticket = amount > 0 ? push(amount) : no_entry;
    return true;
  }

  /// An entry that has left, or was merged into an older one, stays as it was counted, but for what was used
  /// beyond: that counts from `now` on.
  void correct(Ticket ticket, std::int64_t taken, std::int64_t used, Instant) noexcept {
    if (ticket < tail_ || ticket >= head_) {
      if (used > taken) push(used - taken);
      return;
    }
    // The difference, because other entries may have been merged into this one.
    Entry& entry = at(ticket);
    const std::int64_t change = larger(smaller(used - taken, room_to_count()), -entry.amount);
    used_ += change;
    entry.amount += change;
    while (head_ != tail_ && at(head_ - 1).amount == 0) --head_;
  }

  /// Changes nothing, so that readers may ask about any instant.
  [[nodiscard]] std::int64_t used(Instant now) const noexcept {
    std::int64_t used = used_;
    for (Ticket entry = tail_; entry != head_ && leaves(entry) <= now; ++entry) used -= at(entry).amount;
    return used;
  }
  [[nodiscard]] Instant resets(Instant now) const noexcept {
    return head_ == tail_ ? now : larger(now, leaves(head_ - 1));
  }

  void set_limit(std::int64_t limit, Instant) noexcept { limit_ = limit; }
  void rescale(std::int64_t limit, Instant) noexcept {
    // Sums rather than entries are rounded up, so that many small ones do not become one each.
    std::int64_t before = 0;
    used_ = 0;
    for (Ticket entry = tail_; entry != head_; ++entry) {
      before += at(entry).amount;
      const std::int64_t sum = detail::fraction(before, limit, limit_);
      at(entry).amount = sum - used_;
      used_ = sum;
    }
    limit_ = limit;
  }

  /// Each claim goes when enough of what is in the window, and of the claims before it, has left.
  class Forecast {
   public:
    explicit Forecast(const SlidingLog& log) noexcept : log_{&log}, entry_{log.tail_}, total_{log.used_} {}

    // After an upward correction even a claim of nothing has to wait.
    Instant earliest(std::int64_t amount, Instant from) noexcept {
      Instant at = from;
      while (amount > log_->limit_ - total_) {
        if (entry_ != log_->head_) {
          at = larger(at, log_->leaves(entry_));
          total_ -= log_->at(entry_++).amount;
        } else if (claim_ != nullptr) {
          at = larger(at, log_->leaves(claim_->planned));
          total_ -= amount_of(log_->unit_, *claim_->cost);
          claim_ = claim_ == last_ ? nullptr : claim_->behind();
        } else {
          break;  // larger than the limit; whoever asked will be refused
        }
      }
      return at;
    }
    void take(std::int64_t amount, Instant, const QuotaClaim& claim) noexcept {
      total_ = saturating_add(Duration{total_}, Duration{amount}).count();
      if (claim_ == nullptr) claim_ = &claim;
      last_ = &claim;
    }

   private:
    const SlidingLog* log_;
    const QuotaClaim* claim_ = nullptr;  // the first that has been taken and has not left
    const QuotaClaim* last_ = nullptr;
    Ticket entry_;
    std::int64_t total_;
  };
  [[nodiscard]] Forecast forecast() const noexcept { return Forecast{*this}; }

  /// Entries in use.
  [[nodiscard]] std::size_t entries() const noexcept { return static_cast<std::size_t>(head_ - tail_); }

 private:
  static constexpr Ticket no_entry = -1;

  // At the latest instant that anybody has told: what has left by then is no longer here.
  ARAMID_INLINE Ticket push(std::int64_t amount) noexcept {
    amount = smaller(amount, room_to_count());
    used_ += amount;
    if constexpr (Inline != 0) {
      if (slot_ != 0 && tail_ != head_ && joins_newest(slot_, amount)) return head_ - 1;
      if (entries() > mask_) merge_oldest();
    } else if (entries() > mask_ - (mask_ + 1) / 4) [[unlikely]] {
      if (squeezed_in(amount)) return head_ - 1;
    }
    at(head_) = {latest_, amount};
    return head_++;
  }

  // Into a ring that is three quarters full. False: there is room for an entry of its own now.
  ARAMID_COLD bool squeezed_in(std::int64_t amount) noexcept {
    const std::int64_t slot = stay_.count() / static_cast<std::int64_t>((mask_ + 1) / 4);
    if (at(tail_ + 1).amount == 0) {
      merge_oldest();
    } else if (joins_newest(larger<std::int64_t>(slot, 1), amount)) {
      return true;
    } else if (entries() > mask_) {
      merge_oldest();
    }
    return false;
  }
  bool joins_newest(std::int64_t slot, std::int64_t amount) noexcept {
    Entry& newest = at(head_ - 1);
    if (latest_ / slot != newest.at / slot) return false;
    newest = {latest_, newest.amount + amount};
    return true;
  }

  void merge_oldest() noexcept {
    const Entry oldest = at(tail_++);
    Entry& next = at(tail_);
    // What was given back is only a gap: it does not make what came before it stay longer.
    if (next.amount == 0) next.at = oldest.at;
    next.amount += oldest.amount;
  }

  static constexpr std::size_t entries_for(std::int64_t most) noexcept {
    const std::int64_t wanted = 2 * smaller(larger<std::int64_t>(most, 8), max_entries);
    std::size_t entries = 16;
    while (entries < static_cast<std::size_t>(wanted)) entries *= 2;
    return entries;
  }

  [[nodiscard]] Entry& at(Ticket entry) noexcept { return ring_[static_cast<std::size_t>(entry) & mask_]; }
  [[nodiscard]] const Entry& at(Ticket entry) const noexcept {
    return ring_[static_cast<std::size_t>(entry) & mask_];
  }
  [[nodiscard]] Instant leaves(Instant at) const noexcept { return saturating_add(at, stay_); }
  [[nodiscard]] Instant leaves(Ticket entry) const noexcept {
    return leaves(Instant{Duration{at(entry).at}});
  }

  // A server may report any usage; the sum sticks at the largest number.
  [[nodiscard]] std::int64_t room_to_count() const noexcept {
    return std::numeric_limits<std::int64_t>::max() - used_;
  }

  struct Heap {
    using Ring = Entry*;
  };
  struct Here {
    using Ring = Entry[Inline == 0 ? 1 : Inline];
  };
  using Ring = typename std::conditional_t<Inline == 0, Heap, Here>::Ring;

  // The entries, oldest first, are [tail_, head_).
  Ticket head_ = 0;
  Ticket tail_ = 0;
  std::int64_t used_ = 0;
  std::int64_t latest_ = std::numeric_limits<std::int64_t>::min();  // instant seen
  std::int64_t limit_ = 0;
  std::int64_t slot_ = 0;  // 0: each admission is an entry
  Duration window_{0};
  Duration stay_{0};  // how long an entry does: the window, and what it may be late
  std::size_t mask_ = Inline == 0 ? 0 : Inline - 1;
  Unit unit_ = Unit::requests;
  Ring ring_{};  // a std::vector here costs every user 0.05 s of compile time
};

ARAMID_END
