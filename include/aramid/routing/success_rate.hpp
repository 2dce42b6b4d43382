// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/routing/success_rate.hpp: the candidate that has failed least of late first.
//
//   Failover<SuccessRate, Named<"a", A>, Named<"b", B>>
//
// What counts is the share of failures over about the last eight outcomes, which fades by half in 30 s without
// any: a candidate that was never asked is as good as one that never failed, and one that failed long ago is
// tried again. Shares are compared in steps of a sixteenth; equals keep their written order. Outcomes that say
// nothing of the provider's health (the ruling's `evidence`) do not count.
// When to use it: providers of equal worth and changing health. When not: to protect a provider; that is a
// Breaker's.
// A provider that comes back is asked by everybody at once: put OutlierEjection around it for a slow start.
// Cost: one compare-and-swap a call, a load for each candidate; a clock reading unless the stack around it has
// one. Thread-safety: lock-free. Source: exponential moving average, weight 1/8.
#pragma once

#include <aramid/error.hpp>
#include <aramid/ranking.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

/// A share of failures that follows the last outcomes and fades with time. One word.
class FailureShare {
 public:
  static constexpr std::uint32_t all = 0xFFFF;

  /// 0 (no failures) to `all`.
  [[nodiscard]] std::uint32_t at(Instant now) const noexcept {
    return faded(word_.load(std::memory_order_relaxed), now);
  }
  void note(bool failed, Instant now) noexcept {
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
      const std::uint32_t share = faded(old, now);
      const std::uint32_t moved = failed ? share + (all - share + 7) / 8 : share - (share + 7) / 8;
      next = pack(moved, now);
    } while (old != next && !word_.compare_exchange_weak(old, next, std::memory_order_relaxed));
  }

 private:
  static constexpr std::int64_t tick = 1'000'000;    // ns; the low 48 bits count them
  static constexpr std::int64_t half_life = 30'000;  // ticks

  [[nodiscard]] static std::int64_t ticks(Instant now) noexcept {
    return (now.time_since_epoch().count() / tick) & 0xFFFF'FFFF'FFFF;
  }
  [[nodiscard]] static std::uint64_t pack(std::uint32_t share, Instant now) noexcept {
    return (std::uint64_t{share} << 48U) | static_cast<std::uint64_t>(ticks(now));
  }
  // Halves once each half-life, and goes straight from one half to the next.
  [[nodiscard]] static std::uint32_t faded(std::uint64_t word, Instant now) noexcept {
    const auto share = static_cast<std::uint32_t>(word >> 48U);
    const std::int64_t age = ticks(now) - static_cast<std::int64_t>(word & 0xFFFF'FFFF'FFFF);
    if (age <= 0 || share == 0) return share;
    if (age >= 16 * half_life) return 0;
    const std::uint32_t whole = share >> static_cast<unsigned>(age / half_life);
    return whole - static_cast<std::uint32_t>(std::int64_t{whole} * (age % half_life) / (2 * half_life));
  }

  std::atomic<std::uint64_t> word_{0};
};

struct SuccessRate : RanksCandidates {
  static constexpr Name name = "SuccessRate";
  static constexpr bool reads_time = true;
  template <std::size_t Max>
  struct State {
    FailureShare failures[Max];
  };

  template <class Shared, std::size_t Max, class View>
  static void begin(Shared& state, Ranking<Max>& order, View& view) noexcept {
    order.rank(view.size(), [&](std::size_t i) {
      return std::int64_t{state.failures[i].at(view.now()) * 16 / FailureShare::all};
    });
  }
  template <class Shared>
  static void report(Shared& state, std::size_t candidate, const Error* failure, Duration,
                     Instant now) noexcept {
    const Evidence evidence = failure == nullptr ? Evidence::success : ruling(*failure).evidence;
    if (evidence != Evidence::none) state.failures[candidate].note(evidence == Evidence::failure, now);
  }
};

ARAMID_END
