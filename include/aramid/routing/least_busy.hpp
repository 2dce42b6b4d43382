// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/routing/least_busy.hpp: the candidate with the fewest calls under way first.
//
//
// When to use it: calls of very different length, as those to chat models are. When not: a candidate that fails
// fast is never busy, so put a Breaker into each. Equals keep their written order.
// Cost: two relaxed additions a call and one load for each candidate. Thread-safety: lock-free.
#pragma once

#include <aramid/name.hpp>
#include <aramid/ranking.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

struct LeastBusy : RanksCandidates {
  static constexpr Name name = "LeastBusy";
  template <std::size_t Max>
  struct State {
    std::atomic<std::int32_t> under_way[Max]{};
  };

  template <class Shared, std::size_t Max, class View>
  static void begin(Shared& state, Ranking<Max>& order, View& view) noexcept {
    order.rank(view.size(), [&](std::size_t i) {
      return std::int64_t{state.under_way[i].load(std::memory_order_relaxed)};
    });
  }
  template <class Shared>
  static void asked(Shared& state, std::size_t candidate) noexcept {
    state.under_way[candidate].fetch_add(1, std::memory_order_relaxed);
  }
  template <class Shared, class Failure, class Length, class Time>
  static void report(Shared& state, std::size_t candidate, const Failure*, Length, Time) noexcept {
    state.under_way[candidate].fetch_sub(1, std::memory_order_relaxed);
  }
};

ARAMID_END
