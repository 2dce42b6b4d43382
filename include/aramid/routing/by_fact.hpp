// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/routing/by_fact.hpp: the cheapest candidate first, or the one with most of its quota left.
//
//   Failover<Cheapest, Named<"small", A, Price<15, 60>>, Named<"large", B, Price<250, 1000>>>
//   Failover<MostHeadroom, Named<"a", Resilient<A, Limiter<...>>>, ...>
//
// Cheapest: by the Price beside the name; those without one come last. MostHeadroom: by what the candidates'
// limiters have left, in thousandths; one without a limiter has everything left. Equals keep their written order.
//
// Cost: Cheapest a few comparisons; MostHeadroom one question to each limiter. Thread-safety: stateless.
#pragma once

#include <aramid/name.hpp>
#include <aramid/ranking.hpp>

#include <limits>  // numeric_limits

ARAMID_BEGIN

struct Cheapest : RanksCandidates {
  static constexpr Name name = "Cheapest";
  template <class Shared, std::size_t Max, class View>
  static void begin(Shared&, Ranking<Max>& order, View& view) noexcept {
    order.rank(view.size(), [&](std::size_t i) {
      const std::int64_t price = view.facts(i).price;
      return price >= 0 ? price : std::numeric_limits<std::int64_t>::max();
    });
  }
};

struct MostHeadroom : RanksCandidates {
  static constexpr Name name = "MostHeadroom";
  static constexpr bool reads_time = true;
  template <class Shared, std::size_t Max, class View>
  static void begin(Shared&, Ranking<Max>& order, View& view) noexcept {
    order.rank(view.size(), [&](std::size_t i) { return -std::int64_t{view.headroom(i)}; });
  }
};

ARAMID_END
