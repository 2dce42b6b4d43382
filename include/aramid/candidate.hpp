// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/candidate.hpp: what is known of a provider before it is asked.
//
//   Failover<Cheapest, Named<"small", ClientA, Price<150, 600>, ContextWindow<16'000>>,
//                      Named<"large", ClientB, Price<2500, 10'000>, ContextWindow<128'000>>>
//
// A provider type may carry `static constexpr CandidateFacts facts{...}` of its own; properties beside the name
// win.
#pragma once

#include <aramid/name.hpp>

#include <cstdint>  // int64_t

ARAMID_BEGIN

struct CandidateFacts {
  std::int64_t context_window = 0;  ///< tokens that it takes at most; 0: not known
  std::int64_t price = -1;      ///< of a million tokens, in any unit that all candidates share; -1: not known
  unsigned weight = 1;          ///< its share under `Weighted<>`; 0: only when the others fail
  bool takes_filtered = false;  ///< may be asked what another one refused by its content policy
};

/// The provider takes at most this many tokens. A prompt that is too long for one goes only to a larger one.
template <std::int64_t Tokens>
struct ContextWindow {
  static_assert(Tokens > 0, "aramid: ContextWindow<Tokens> is 1 or more");
  static constexpr void apply(CandidateFacts& facts) noexcept { facts.context_window = Tokens; }
};

/// What a million tokens cost, in and out, in any unit that all candidates of a Failover share (cents, say).
template <std::int64_t Input, std::int64_t Output = Input>
struct Price {
  static_assert(Input >= 0 && Output >= 0, "aramid: Price<Input, Output> must not be negative");
  static constexpr void apply(CandidateFacts& facts) noexcept { facts.price = Input + Output; }
};

/// The provider's share under `Weighted<>`.
template <unsigned Share>
struct Weight {
  static constexpr void apply(CandidateFacts& facts) noexcept { facts.weight = Share; }
};

/// The provider may be asked what another one refused by its content policy.
struct TakesFiltered {
  static constexpr void apply(CandidateFacts& facts) noexcept { facts.takes_filtered = true; }
};

/// What the type of a client knows of its provider.
template <class Client>
[[nodiscard]] consteval CandidateFacts static_facts_of() noexcept {
  if constexpr (requires { typename Client::provider_type; }) {
    return static_facts_of<typename Client::provider_type>();
  } else if constexpr (requires { CandidateFacts{Client::facts}; }) {
    return Client::facts;
  } else {
    return {};
  }
}

ARAMID_END
