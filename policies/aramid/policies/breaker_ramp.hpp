// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_ramp.hpp: which calls pass while a breaker lets its traffic grow.
//
// Of the first n calls of a step exactly the n * percent / 100, rounded up, are let through: the first one always,
// then at even distances. No random numbers: the share is exact, and the same calls give the same answers.
// Thread-safety: lock-free.
#pragma once

#include <aramid/policies/breaker_settings.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

namespace detail {

class RampState {
 public:
  static constexpr bool exists = true;

  /// Where `now` is in the ramp; `step` is `over` when it is past the last one.
  struct Place {
    static constexpr unsigned over = BreakerSettings::max_ramp;
    unsigned step = over;
    unsigned percent = 100;
    Instant until{};
  };

  [[nodiscard]] static constexpr bool wanted(const BreakerSettings& s) noexcept { return s.ramp[0] != 0; }

  /// Before the breaker begins to ramp.
  void begin(Instant now) noexcept {
    began_.store(now.time_since_epoch().count(), std::memory_order_release);
  }
  [[nodiscard]] Place place(const BreakerSettings& s, Instant now) const noexcept {
    const Instant began{Duration{began_.load(std::memory_order_acquire)}};
    Instant end = began;
    for (unsigned step = 0; step < BreakerSettings::max_ramp && s.ramp[step] != 0; ++step) {
      end = saturating_add(end, s.ramp_step);
      if (now < end) return {step, s.ramp[step], end};
    }
    return {};
  }
  /// Whether the call that asks now is one of the share.
  [[nodiscard]] bool take(std::uint32_t generation, const Place& place) noexcept {
    const std::uint64_t step = (std::uint64_t{generation} << 3U) | place.step;
    std::uint64_t old = taken_.load(std::memory_order_relaxed);
    for (;;) {
      const std::uint64_t before = (old >> count_bits) == (step & step_mask) ? old & count_mask : 0;
      const std::uint64_t next = ((step & step_mask) << count_bits) | ((before + 1) & count_mask);
      if (!taken_.compare_exchange_weak(old, next, std::memory_order_relaxed)) continue;
      return share(before + 1, place.percent) > share(before, place.percent);
    }
  }

 private:
  static constexpr unsigned count_bits = 40;
  static constexpr std::uint64_t count_mask = (std::uint64_t{1} << count_bits) - 1;
  static constexpr std::uint64_t step_mask = (std::uint64_t{1} << (64 - count_bits)) - 1;

  [[nodiscard]] static constexpr std::uint64_t share(std::uint64_t calls, unsigned percent) noexcept {
    return (calls * percent + 99) / 100;
  }

  std::atomic<std::int64_t> began_{0};
  std::atomic<std::uint64_t> taken_{~std::uint64_t{0}};
};

struct NoRampState {
  static constexpr bool exists = false;
};

}  // namespace detail

ARAMID_END
