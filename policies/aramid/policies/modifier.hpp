// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/modifier.hpp: what a policy around a policy says about itself: what the inner one says.
#pragma once

#include <aramid/access.hpp>
#include <aramid/deliberate.hpp>
#include <aramid/describe.hpp>
#include <aramid/order.hpp>
#include <aramid/policy.hpp>
#include <aramid/readiness.hpp>
#include <aramid/stack.hpp>

#include <utility>  // exchange

ARAMID_BEGIN

namespace detail {

/// Whether nothing would be lost with the policy.
template <class P>
[[nodiscard]] bool is_idle([[maybe_unused]] const P& policy, [[maybe_unused]] Instant now) noexcept {
  if constexpr (requires { policy.idle(now); }) {
    return policy.idle(now);
  } else if constexpr (requires { policy.state(now) == decltype(policy.state(now))::closed; }) {
    return policy.state(now) == decltype(policy.state(now))::closed;
  } else {
    return std::is_empty_v<P>;
  }
}

/// Members that mean something by being there at all.
template <class P>
struct ModifierAttempts {};
template <class P>
  requires requires { P::attempts; }
struct ModifierAttempts<P> {
  static constexpr unsigned attempts = P::attempts;
};
template <class P>
struct ModifierSettings {};
template <class P>
  requires requires { typename P::Settings; }
struct ModifierSettings<P> {
  using Settings = typename P::Settings;
};

template <class P>
struct Modifier : ModifierAttempts<P> {
  static constexpr Name name = policy_name_v<P>;
  static constexpr bool reads_time = reads_time_v<P>;
  static constexpr bool repeats = repeats_v<P>;
  static constexpr bool charges_repeats = charges_repeats_v<P>;
  static constexpr bool limits_time = limits_time_v<P>;
  static constexpr bool allows_repeats_inside = AllowsRepeatsInside<P>;
  static constexpr bool deliberate = deliberate_v<P>;
  static constexpr Duration bound = bound_v<P>;
  static constexpr Duration first_delay = first_delay_v<P>;

  static consteval bool check() noexcept {
    check_policy<P>();
    return true;
  }
  [[nodiscard]] static consteval Duration worst_case(Duration inner) noexcept {
    return worst_case_through<P>(inner);
  }

 protected:
  [[nodiscard]] static std::string describe_as(const char* modifier) {
    std::string text{modifier};
    if constexpr (requires { P::describe(); }) text += ", " + P::describe();
    return text;
  }
};

/// By which tag a modifier is found: the policy's own, or the policy where it has none.
template <class P>
struct TagOf {
  using type = P;
};
template <class P>
  requires requires { typename P::Tag; }
struct TagOf<P> {
  using type = typename P::Tag;
};

}  // namespace detail

ARAMID_END
