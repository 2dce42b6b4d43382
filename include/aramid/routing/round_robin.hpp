// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/routing/round_robin.hpp: each candidate in turn, equally or by weight.
//
//   Failover<RoundRobin, A, B, C>          A B C A B C ...
//   Failover<Weighted<3, 1>, A, B>         A A B A A A B A ...: three of four calls begin at A
//   Failover<Weighted<>, Named<"a", A, Weight<3>>, ...>      weights beside the names, drawn at random
//
// The turn says where a call begins; if that candidate fails, the others follow.
// When to use it: candidates of equal quality with quotas of their own. When not: candidates that differ in
// latency or health (LeastLatency, SuccessRate).
// Cost: one relaxed addition a call. Thread-safety: lock-free. Source: the smooth weighted round-robin of nginx.
#pragma once

#include <aramid/name.hpp>
#include <aramid/ranking.hpp>

#include <atomic>       // atomic
#include <cstdint>      // uint32_t, int64_t
#include <type_traits>  // is_const_v

ARAMID_BEGIN

namespace detail {

/// Whose turn it is. Who only looks does not take it.
struct TurnCounter {
  std::atomic<std::uint32_t> turn{0};

  [[nodiscard]] std::uint32_t next() noexcept { return turn.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint32_t next() const noexcept { return turn.load(std::memory_order_relaxed); }
};

}  // namespace detail

struct RoundRobin : RanksCandidates {
  static constexpr Name name = "RoundRobin";
  template <std::size_t>
  struct State : detail::TurnCounter {};
  struct Turn {
    std::size_t first;
    std::size_t count;
  };
  template <std::size_t>
  using Order = Turn;

  template <class Shared, class View>
  static void begin(Shared& state, Turn& order, View& view) noexcept {
    order.count = view.size();
    order.first = state.next() % order.count;
  }
  [[nodiscard]] static std::size_t at(const Turn& order, std::size_t i) noexcept {
    return (order.first + i) % order.count;
  }
};

/// Weights as constants; a weight of 0 is asked only when the others fail. Together 1 to 1024.
template <unsigned... Weights>
struct Weighted : RanksCandidates {
  static constexpr Name name = "Weighted";
  static constexpr std::size_t candidates = sizeof...(Weights);
  static constexpr unsigned total = (0U + ... + Weights);
  static_assert(total >= 1 && total <= 1024, "aramid: the weights of Weighted<...> are 1 to 1024 together");
  template <std::size_t>
  struct State : detail::TurnCounter {};

  template <class Shared, std::size_t Max, class View>
  static void begin(Shared& state, Ranking<Max>& order, View& view) noexcept {
    static_assert(Max == candidates, "aramid: Weighted<...> needs one weight for each candidate");
    if constexpr (Max == candidates) {
      const std::uint8_t first = schedule.at[state.next() % total];
      order.rank(view.size(), [&](std::size_t i) { return i == first ? -1025 : -std::int64_t{weights[i]}; });
    }
  }

 private:
  static constexpr unsigned weights[candidates] = {Weights...};
  struct Schedule {
    std::uint8_t at[total]{};
  };
  // Each turn goes to the one that is furthest behind its share, which then pays for it.
  static constexpr Schedule schedule = [] {
    Schedule made;
    std::int64_t credit[candidates]{};
    for (std::uint8_t& turn : made.at) {
      std::size_t best = 0;
      for (std::size_t i = 0; i < candidates; ++i) {
        credit[i] += weights[i];
        if (credit[i] > credit[best]) best = i;
      }
      credit[best] -= total;
      turn = static_cast<std::uint8_t>(best);
    }
    return made;
  }();
};

/// The weights that stand beside the names.
template <>
struct Weighted<> : RanksCandidates {
  static constexpr Name name = "Weighted";

  template <class Shared, std::size_t Max, class View>
  static void begin(Shared&, Ranking<Max>& order, View& view) noexcept {
    // Nobody is drawn for who only looks.
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < view.size() && !std::is_const_v<Shared>; ++i) total += view.facts(i).weight;
    std::size_t first = 0;
    if (total > 0) {
      std::uint64_t drawn = view.random() % total;
      while (drawn >= view.facts(first).weight) drawn -= view.facts(first++).weight;
    }
    order.rank(view.size(), [&](std::size_t i) {
      return total > 0 && i == first ? std::int64_t{-1} - 0xFFFF'FFFF : -std::int64_t{view.facts(i).weight};
    });
  }
};

ARAMID_END
