// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_ring.hpp: which of the last N calls failed, one bit a call.
//
// A position, taken by compare-and-swap, and a bit. On success of a healthy provider the bit is already clear,
// so an outcome is one compare-and-swap and one load. Failures are counted when one is recorded, not before. A
// thread that is overtaken by a whole ring between taking its position and writing its bit writes over a later
// outcome: one outcome a thread, and only until the ring comes round again. Outcomes of an earlier period are
// dropped. Memory: one bit a call. Thread-safety: lock-free.
#pragma once

#include <aramid/policies/breaker_window.hpp>

#include <bit>  // popcount

ARAMID_BEGIN

namespace detail {

template <unsigned Capacity>
class OutcomeRing {
 public:
  /// `of`: how many calls it remembers, 1 to Capacity, the same at every call.
  void record(std::uint32_t generation, unsigned of, bool bad) noexcept {
    std::uint64_t old = head_.load(std::memory_order_relaxed);
    std::uint64_t count = 0;
    for (;;) {
      count = old & count_mask;
      if (generation_of(old) != generation) [[unlikely]] {
        if (later_generation(generation_of(old), generation)) return;
        count = 0;
      }
      // Counts from 0 to `of`, and from then on round and round between `of` and twice that.
      const std::uint64_t next = count + 1 == 2 * std::uint64_t{of} ? of : count + 1;
      const std::uint64_t head = (std::uint64_t{generation} << 32U) | next;
      if (head_.compare_exchange_weak(old, head, std::memory_order_seq_cst, std::memory_order_relaxed)) break;
    }
    const std::uint64_t place = count < of ? count : count - of;
    std::atomic<std::uint64_t>& word = bits_[place / 64];
    const std::uint64_t bit = std::uint64_t{1} << (place % 64);
    if (((word.load(std::memory_order_seq_cst) & bit) != 0) == bad) return;
    if (bad) {
      word.fetch_or(bit, std::memory_order_seq_cst);
    } else {
      word.fetch_and(~bit, std::memory_order_seq_cst);
    }
  }

  /// Empties it for a period that is about to begin.
  void start(std::uint32_t generation) noexcept {
    std::uint64_t old = head_.load(std::memory_order_relaxed);
    while (generation_of(old) != generation &&
           !head_.compare_exchange_weak(old, std::uint64_t{generation} << 32U, std::memory_order_seq_cst)) {
    }
  }

  [[nodiscard]] WindowCounts counts(std::uint32_t generation, unsigned of) const noexcept {
    const std::uint64_t head = head_.load(std::memory_order_seq_cst);
    if (generation_of(head) != generation) return {};
    WindowCounts sum;
    sum.calls = smaller<std::uint64_t>(head & count_mask, of);
    for (std::uint64_t first = 0; first < sum.calls; first += 64) {
      std::uint64_t bits = bits_[first / 64].load(std::memory_order_seq_cst);
      if (sum.calls - first < 64) bits &= (std::uint64_t{1} << (sum.calls - first)) - 1;
      sum.bad += static_cast<unsigned>(std::popcount(bits));
    }
    return sum;
  }

 private:
  static constexpr std::uint64_t count_mask = 0xFFFFFFFF;
  [[nodiscard]] static constexpr std::uint32_t generation_of(std::uint64_t head) noexcept {
    return static_cast<std::uint32_t>(head >> 32U);
  }

  std::atomic<std::uint64_t> head_{0};
  std::atomic<std::uint64_t> bits_[(Capacity + 63) / 64]{};
};

}  // namespace detail

ARAMID_END
