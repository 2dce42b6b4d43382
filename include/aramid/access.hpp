// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/access.hpp: the way to a policy inside a client.
//
// Each policy header has an accessor built on this: `breaker(client)`, `limiter(client)`, `telemetry(client)`.
// It looks through nested clients too, where there is exactly one such policy; for one of several candidates
// of a Failover, name the candidate first: `breaker(client.get<"hf">())`.
// Cost: none at run time. Thread-safety: as the policy's own members.
#pragma once

#include <aramid/config.hpp>

#include <concepts>  // same_as
#include <cstddef>   // size_t

ARAMID_BEGIN

namespace detail {

template <class P, class Tag>
concept CarriesTag = requires { requires std::same_as<typename P::Tag, Tag>; };

/// 1 if the policy carries `using Tag = ...` and it is this one, or is a modifier of one that does.
template <class P, class Tag>
[[nodiscard]] consteval std::size_t tagged() noexcept {
  if constexpr (CarriesTag<P, Tag>) {
    return 1;
  } else if constexpr (requires { typename P::Inner; }) {
    return tagged<typename P::Inner, Tag>();
  } else {
    return 0;
  }
}

/// The one that carries the tag.
template <class Tag, class P>
[[nodiscard]] auto& reveal(P& policy) noexcept {
  if constexpr (CarriesTag<P, Tag>) {
    return policy;
  } else {
    return reveal<Tag>(policy.inner());
  }
}

}  // namespace detail

/// Policies with this tag inside `Client`, nested clients included; 0 for what is not a client.
template <class Client, class Tag>
[[nodiscard]] consteval std::size_t count_in() noexcept {
  if constexpr (requires { Client::template count<Tag>(); }) {
    return Client::template count<Tag>();
  } else {
    return 0;
  }
}

/// Calls `visitor(policy)` for each policy with this tag inside `client`, from the outside in.
template <class Tag, class Client, class Visitor>
void visit_in(Client& client, Visitor& visitor) {
  if constexpr (requires { client.template visit<Tag>(visitor); }) client.template visit<Tag>(visitor);
}

/// The same, but not inside a client that has one itself.
template <class Tag, class Client, class Visitor>
void visit_outermost(Client& client, Visitor& visitor) {
  if constexpr (requires { client.template visit_outermost<Tag>(visitor); }) {
    client.template visit_outermost<Tag>(visitor);
  }
}

ARAMID_END
