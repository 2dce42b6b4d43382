// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/sliding_counter.hpp: a sliding window in bounded memory.
//
//   Limiter<SlidingCounter<10>, RPD<100'000>>
//
// The window is cut into `Slots`; what is let through in one slot is counted as one sum, which leaves when the
// last of it is a window old. This is the conservative form: no window, wherever it begins, holds more than its
// quota. The error is on the other side: a unit stays counted for up to a slot, window / Slots, too long, so that
// under steady load up to 1 / (Slots + 1) of the quota is not used. (The form that weighs the oldest slot by how
// much of it is still in the window assumes that its calls came evenly, and lets through up to twice the quota
// when they did not.)
//
// When to use it: for many admissions in a long window. When not: where every unit of a small quota counts.
// Memory: 16 bytes a slot, inside the limiter.
#pragma once

#include <aramid/policies/sliding_log.hpp>

ARAMID_BEGIN

template <unsigned Slots = 10>
struct SlidingCounter {
  static constexpr Name name = "SlidingCounter";

  static consteval bool check() noexcept {
    static_assert(Slots >= 2 && Slots <= 1000, "aramid: SlidingCounter<Slots>: Slots is 2 to 1000");
    return true;
  }

  // A window overlaps one slot more than it is long; another one while the oldest is about to leave.
  static consteval std::size_t entries() noexcept {
    std::size_t entries = 4;
    while (entries < Slots + 2) entries *= 2;
    return entries;
  }

  class Meter : public SlidingLog<entries()> {
   public:
    void start(const Quota<>& quota, std::int64_t most) noexcept {
      SlidingLog<entries()>::start(quota, most);
      this->merge_within(Duration{larger<std::int64_t>(quota.window.ns / Slots, 1)});
    }
    [[nodiscard]] auto forecast() const noexcept { return typename SlidingLog<entries()>::Forecast{*this}; }
  };
};

ARAMID_END
