// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/routing/sticky.hpp: the same key goes to the same candidate.
//
//   struct ByUser {
//     std::string_view operator()(const ChatRequest& request) const { return request.user; }
//   };
//   Failover<Sticky<ByUser>, Named<"a", A>, Named<"b", B>, Named<"c", C>>
//
// When to use it: providers that cache by conversation or prompt. Each key has an order of its own over the
// candidates, so that the keys of one that fails spread over all others, and a candidate that is added or taken
// away moves only the keys that it gets or had. Orders hang on the candidates' names, where they have some.
// `KeyOf` returns text or an integer and must not throw.
// Cost: a hash of the key, a multiplication for each candidate. Thread-safety: stateless. Source: rendezvous
// hashing (Thaler, Ravishankar 1996); FNV-1a.
#pragma once

#include <aramid/name.hpp>
#include <aramid/random.hpp>
#include <aramid/ranking.hpp>

ARAMID_BEGIN

template <class KeyOf>
struct Sticky : RanksCandidates {
  static constexpr Name name = "Sticky";
  static constexpr bool reads_request = true;
  template <class Shared, std::size_t Max, class View>
  static void begin(Shared&, Ranking<Max>& order, View& view) noexcept {
    const std::uint64_t key = detail::hash_of(KeyOf{}(view.request()));
    order.rank(view.size(), [&](std::size_t i) {
      const Name candidate = view.name(i);
      const std::uint64_t who =
          candidate.empty() ? SplitMix64::mix(i + 1) : detail::hash_of(candidate.view());
      return static_cast<std::int64_t>(SplitMix64::mix(key ^ who) >> 1U);
    });
  }
};

ARAMID_END
