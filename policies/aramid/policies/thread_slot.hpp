// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/thread_slot.hpp: a small number of its own for each living thread.
//
// A policy keeps an array of cache lines and lets each thread write only to the one with its number: no two threads
// that live at the same time have the same. A thread that ends gives its number back; the next one to get it sees
// all that was written under it. There are `count` numbers; further threads have none.
// Cost: a thread-local read. Thread-safety: yes.
#pragma once

#include <aramid/config.hpp>

#include <atomic>   // atomic
#include <bit>      // countr_one
#include <cstdint>  // uint64_t

ARAMID_BEGIN

namespace detail {

class ThreadSlots {
 public:
  static constexpr int count = 256;
  static constexpr int none = count;

  /// 0 to count - 1, or `none`. A thread that is ending may lose its number before its last call: then `none`.
  [[nodiscard]] ARAMID_INLINE static int mine() noexcept {
    const int slot = slot_;
    return slot != unknown ? slot : claim();
  }

 private:
  static constexpr int unknown = -1;
  static constexpr int words = count / 64;

  struct Holder {
    ~Holder() {
      const int slot = slot_;
      slot_ = none;
      if (slot < count) free_again(slot);
    }
  };

  ARAMID_COLD static int claim() noexcept {
    slot_ = none;
    for (int word = 0; word < words && slot_ == none; ++word) {
      std::uint64_t taken = taken_[word].load(std::memory_order_relaxed);
      while (taken != ~std::uint64_t{0}) {
        const int bit = std::countr_one(taken);
        if (taken_[word].compare_exchange_weak(taken, taken | (std::uint64_t{1} << bit),
                                               std::memory_order_acquire)) {
          slot_ = word * 64 + bit;
          break;
        }
      }
    }
    thread_local Holder holder;
    (void)holder;
    return slot_;
  }
  static void free_again(int slot) noexcept {
    taken_[slot / 64].fetch_and(~(std::uint64_t{1} << (slot % 64)), std::memory_order_release);
  }

  static inline thread_local constinit int slot_ = unknown;
  static inline constinit std::atomic<std::uint64_t> taken_[words]{};
};

}  // namespace detail

ARAMID_END
