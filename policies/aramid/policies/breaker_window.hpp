// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_window.hpp: how many calls of the last while there were, and how many of them were bad.
//
// The window is `Slots` slots, each with its own counts; every width of a slot the oldest one leaves. What is in
// the window at `now` are the slots of the last `Slots` widths, the current one included: between one width less
// than `Slots` and `Slots` of them. Slots belong to instants, not to events: after any gap, also one of years,
// exactly what is too old is gone. Time that goes back changes nothing: what is told at an earlier instant counts
// in the latest slot.
//
// Each slot is one atomic word (tag, calls, bad); an outcome is one compare-and-swap. The era, one more word, holds
// the breaker's generation and the number of the latest slot; whoever is first in a new slot empties those that
// were skipped and then moves the era on. Nothing is lost or counted twice by threads that meet there. A thread
// that is overtaken by a whole window between reading the era and counting drops its outcome: it is too old by
// then.
//
// Limits: beyond 1,048,575 calls in a slot both its counts are halved, so that their ratio stays right.
// Cost: four loads and a compare-and-swap; a division by the width of a slot once a slot. Thread-safety: lock-free.
#pragma once

#include <aramid/policies/breaker_word.hpp>

#include <aramid/duration.hpp>

#include <atomic>   // atomic
#include <bit>      // bit_ceil
#include <cstddef>  // size_t

ARAMID_BEGIN

namespace detail {

struct WindowCounts {
  std::uint64_t calls = 0;
  std::uint64_t bad = 0;

  friend constexpr bool operator==(const WindowCounts&, const WindowCounts&) = default;
};

template <unsigned Slots>
class RateWindow {
 public:
  static constexpr std::uint64_t max_calls = (1U << 20U) - 1;

  /// `generation`: the period that the call belongs to; outcomes of an earlier one are dropped. `slot` > 0.
  ARAMID_INLINE void record(std::uint32_t generation, Duration slot, Instant now, bool bad) noexcept {
    // Read in this order: the era is then at least the one that ends here.
    const std::int64_t end = end_.load(std::memory_order_acquire);
    std::uint64_t era = era_.load(std::memory_order_acquire);
    if (now.time_since_epoch().count() >= end || generation_of(era) != generation) [[unlikely]] {
      if (!advance(era, generation, slot, now)) return;
    }
    add(era, bad);
  }

  /// Empties it for a period that is about to begin. Thereby no generation here is ever long out of date.
  void start(std::uint32_t generation) noexcept {
    std::uint64_t old = era_.load(std::memory_order_acquire);
    while (generation_of(old) != generation && !move(old, era_of(generation, slot_of(old)))) {
    }
  }

  /// What is in the window at `now`.
  [[nodiscard]] WindowCounts counts(std::uint32_t generation, Duration slot, Instant now) const noexcept {
    const std::uint64_t era = era_.load(std::memory_order_seq_cst);
    if (generation_of(era) != generation) return {};
    const std::uint64_t last = slot_of(era);
    const std::uint64_t at = larger(number_of(now, slot), last);
    WindowCounts sum;
    for (std::uint64_t age = 0; age < Slots; ++age) {
      if (at - last + age >= Slots || age > last) break;
      const std::uint64_t word = slots_[(last - age) % places].load(std::memory_order_seq_cst);
      if (tag_of(word) != tag(era - age)) continue;
      sum.calls += calls_of(word);
      sum.bad += bad_of(word);
    }
    return sum;
  }

 private:
  // A power of two, so that finding a slot takes no division.
  static constexpr unsigned places = std::bit_ceil(Slots);
  static constexpr unsigned slot_bits = 41;  // slots of 10 ms: 697 years, more than a time line has
  static constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;

  // The number of a slot; slots of a second begin with whole seconds of the time line. Never negative, as no
  // slot is shorter than 10 ms.
  [[nodiscard]] static constexpr std::uint64_t number_of(Instant now, Duration slot) noexcept {
    const std::int64_t ns = now.time_since_epoch().count();
    const std::int64_t number = ns / slot.count() - (ns % slot.count() < 0 ? 1 : 0);
    return static_cast<std::uint64_t>(number + (std::int64_t{1} << (slot_bits - 1)));
  }
  [[nodiscard]] static constexpr std::uint64_t era_of(std::uint32_t generation,
                                                      std::uint64_t number) noexcept {
    return (static_cast<std::uint64_t>(generation) << slot_bits) | (number & slot_mask);
  }
  [[nodiscard]] static constexpr std::uint32_t generation_of(std::uint64_t era) noexcept {
    return static_cast<std::uint32_t>(era >> slot_bits);
  }
  [[nodiscard]] static constexpr std::uint64_t slot_of(std::uint64_t era) noexcept { return era & slot_mask; }
  [[nodiscard]] static constexpr bool current(std::uint64_t era, std::uint64_t mine) noexcept {
    return generation_of(era) == generation_of(mine) && slot_of(era) >= slot_of(mine);
  }

  // A slot: 24 bits of tag, 20 of calls, 20 of bad ones. The tag tells whose counts these are: 12 bits of the
  // generation and 12 of the slot's number.
  [[nodiscard]] static constexpr std::uint64_t tag(std::uint64_t era) noexcept {
    return ((static_cast<std::uint64_t>(generation_of(era)) & 0xFFFU) << 12U) | (slot_of(era) & 0xFFFU);
  }
  [[nodiscard]] static constexpr std::uint64_t tag_of(std::uint64_t word) noexcept { return word >> 40U; }
  [[nodiscard]] static constexpr std::uint64_t calls_of(std::uint64_t word) noexcept {
    return (word >> 20U) & max_calls;
  }
  [[nodiscard]] static constexpr std::uint64_t bad_of(std::uint64_t word) noexcept {
    return word & max_calls;
  }

  [[nodiscard]] static constexpr bool later(std::uint64_t a, std::uint64_t b) noexcept {
    const std::uint64_t apart = (a - b) & 0xFFFU;
    return apart != 0 && apart < 0x800U;
  }
  // Whether a slot's tag shows that `mine` was overtaken by a later slot or period.
  [[nodiscard]] static constexpr bool overtaken(std::uint64_t found, std::uint64_t mine) noexcept {
    if ((found >> 12U) != (mine >> 12U)) return later(found >> 12U, mine >> 12U);
    return later(found, mine);
  }

  ARAMID_INLINE void add(std::uint64_t era, bool bad) noexcept {
    const std::uint64_t mine = tag(era);
    std::atomic<std::uint64_t>& slot = slots_[slot_of(era) % places];
    std::uint64_t old = slot.load(std::memory_order_relaxed);
    for (;;) {
      std::uint64_t counts = old & ((std::uint64_t{1} << 40U) - 1);
      if (tag_of(old) != mine) [[unlikely]] {
        if (counts != 0 && overtaken(tag_of(old), mine)) return;
        counts = 0;
      } else if (calls_of(old) == max_calls) [[unlikely]] {
        counts = ((calls_of(old) / 2) << 20U) | (bad_of(old) / 2);
      }
      const std::uint64_t next = (mine << 40U) | (counts + (std::uint64_t{1} << 20U) + (bad ? 1U : 0U));
      if (slot.compare_exchange_weak(old, next, std::memory_order_seq_cst, std::memory_order_relaxed)) return;
    }
  }

  // Moves the era on to the slot of `now`, or finds that others did. False: the outcome belongs to an earlier
  // period. Slots are emptied before the era moves, and outcomes are added after it: a slot's word that is read
  // while the era is still the old one holds nothing of the new, so that a compare-and-swap from it takes
  // nothing away.
  ARAMID_COLD bool advance(std::uint64_t& era, std::uint32_t generation, Duration slot,
                           Instant now) noexcept {
    const std::uint64_t mine = era_of(generation, number_of(now, slot));
    while (!current(era, mine)) {
      if (later_generation(generation_of(era), generation_of(mine))) return false;
      if (move(era, mine)) era = mine;
    }
    // Only a hint that saves the division: it grows, and is never past the end of the era's slot.
    const std::int64_t ns = now.time_since_epoch().count();
    const std::int64_t past = ns % slot.count() + (ns % slot.count() < 0 ? slot.count() : 0);
    const std::int64_t end = saturating_add(now, Duration{slot.count() - past}).time_since_epoch().count();
    std::int64_t old = end_.load(std::memory_order_relaxed);
    while (old < end && !end_.compare_exchange_weak(old, end, std::memory_order_acq_rel)) {
    }
    return true;
  }

  // Empties the slots between `from` and `to`, then moves the era. False: others were first, and `from` is theirs.
  bool move(std::uint64_t& from, std::uint64_t to) noexcept {
    const bool same = generation_of(from) == generation_of(to);
    const std::uint64_t gap = same ? slot_of(to) - slot_of(from) : Slots;
    for (std::uint64_t i = 0; i < gap && i < Slots; ++i) {
      std::atomic<std::uint64_t>& slot = slots_[(slot_of(to) + places - i) % places];
      std::uint64_t old = slot.load(std::memory_order_seq_cst);
      if (era_.load(std::memory_order_seq_cst) != from) break;
      slot.compare_exchange_strong(old, 0, std::memory_order_seq_cst);
    }
    return era_.compare_exchange_strong(from, to, std::memory_order_seq_cst);
  }

  std::atomic<std::uint64_t> era_{0};
  std::atomic<std::int64_t> end_{Duration::min().count()};  // of the era's slot, or of an earlier one
  std::atomic<std::uint64_t> slots_[places]{};
};

}  // namespace detail

ARAMID_END
