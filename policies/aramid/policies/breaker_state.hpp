// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_state.hpp: the parts of a breaker that some breakers do not have.
#pragma once

#include <aramid/context.hpp>
#include <aramid/policies/breaker_ramp.hpp>
#include <aramid/policies/breaker_trip.hpp>

ARAMID_BEGIN

namespace detail {

/// When the call was admitted, where a rule asks how long it took, or abandoned calls count.
template <bool Kept>
struct BreakerBegan {
  void note_began(Instant) noexcept {}
  [[nodiscard]] static constexpr Instant when_begun() noexcept { return Instant{}; }
};
template <>
struct BreakerBegan<true> {
  Instant began{};
  void note_began(Instant now) noexcept { began = now; }
  [[nodiscard]] Instant when_begun() const noexcept { return began; }
};

/// How many attempts were begun when the call was admitted, where abandoned calls count.
template <bool Kept>
struct BreakerAttempts {
  void note_attempts(const Context&) noexcept {}
  [[nodiscard]] static constexpr bool tried(const Context&) noexcept { return false; }
};
template <>
struct BreakerAttempts<true> {
  unsigned attempts = 0;
  void note_attempts(const Context& ctx) noexcept { attempts = ctx.attempt(); }
  [[nodiscard]] bool tried(const Context& ctx) const noexcept { return ctx.attempt() > attempts; }
};

/// The numbers that opened it last. Two words, each read and written as one.
class OpenedBy {
 public:
  static constexpr bool exists = true;
  void write(const BreakerNumbers& n) noexcept {
    const auto rule = static_cast<std::uint64_t>(n.rule);
    first_.store((n.measured << 32U) | (n.limit & low), std::memory_order_relaxed);
    second_.store((n.calls << 32U) | (n.minimum << 8U) | rule, std::memory_order_relaxed);
  }
  [[nodiscard]] BreakerNumbers read() const noexcept {
    const std::uint64_t first = first_.load(std::memory_order_relaxed);
    const std::uint64_t second = second_.load(std::memory_order_relaxed);
    return {static_cast<TripRule>(second & 0xFFU), first >> 32U, first & low, second >> 32U,
            (second & low) >> 8U};
  }

 private:
  static constexpr std::uint64_t low = 0xFFFFFFFF;
  std::atomic<std::uint64_t> first_{0};
  std::atomic<std::uint64_t> second_{0};
};
struct NotKept {
  static constexpr bool exists = false;
};

/// An instant that other threads read. Written before the word that makes it matter.
class SharedInstant {
 public:
  [[nodiscard]] Instant get() const noexcept {
    return Instant{Duration{ns_.load(std::memory_order_acquire)}};
  }
  /// Only grows, so that a slow thread cannot shorten it.
  void extend(Instant at) noexcept {
    const std::int64_t ns = at.time_since_epoch().count();
    std::int64_t old = ns_.load(std::memory_order_relaxed);
    while (old < ns && !ns_.compare_exchange_weak(old, ns, std::memory_order_acq_rel)) {
    }
  }
  /// By hand: whatever it was.
  void set(Instant at) noexcept { ns_.store(at.time_since_epoch().count(), std::memory_order_release); }

 private:
  std::atomic<std::int64_t> ns_{Duration::min().count()};
};

}  // namespace detail

ARAMID_END
