// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/named.hpp: a client with a name, as a candidate of a combinator.
//
//   Failover<Priority, Named<"sambanova", ClientA>, Named<"hf", ClientB, ContextWindow<32'000>>>
#pragma once

#include <aramid/candidate.hpp>
#include <aramid/name.hpp>
#include <aramid/provider.hpp>

ARAMID_BEGIN

/// Only a type: the combinator owns the client. Properties: see <aramid/candidate.hpp>.
template <FixedName Text, class Client, class... Properties>
struct Named {
  using client_type = Client;
  static constexpr Name name = name_v<Text>;
};

namespace detail {

template <class Candidate>
struct CandidateOf {
  using Client = Candidate;
  static constexpr Name name = static_name_of<Candidate>();  // known by the provider's own name
  static constexpr CandidateFacts facts = static_facts_of<Candidate>();
};
template <FixedName Text, class C, class... Properties>
struct CandidateOf<Named<Text, C, Properties...>> {
  using Client = C;
  static constexpr Name name = name_v<Text>;
  static constexpr CandidateFacts facts = [] {
    static_assert(
        (requires(CandidateFacts& known) { Properties::apply(known); } && ...),
        "aramid: Named<name, Client, Properties...>: a property is ContextWindow<N>, Price<In, Out>, "
        "Weight<N> or TakesFiltered");
    CandidateFacts known = static_facts_of<C>();
    (Properties::apply(known), ...);
    return known;
  }();
};

template <class... Candidates>
struct CandidateNames {
  static constexpr Name names[sizeof...(Candidates)] = {CandidateOf<Candidates>::name...};
  static constexpr CandidateFacts facts[sizeof...(Candidates)] = {CandidateOf<Candidates>::facts...};

  /// The place of `name`, or the number of candidates.
  static constexpr std::size_t index_of(std::string_view name) noexcept {
    std::size_t i = 0;
    while (i < sizeof...(Candidates) && !(names[i] == name)) ++i;
    return i;
  }
  static consteval bool differ() noexcept {
    for (std::size_t i = 0; i < sizeof...(Candidates); ++i) {
      if (!names[i].empty() && index_of(names[i].view()) != i) return false;
    }
    return true;
  }
};

}  // namespace detail

ARAMID_END
