// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/order.hpp: what is always a mistake in a stack, said in one sentence each.
//
// Checked once, at `Resilient`. Policies describe themselves by the traits of <aramid/policy.hpp>; no rule here
// knows a policy by name.
#pragma once

#include <aramid/policy.hpp>
#include <aramid/provider.hpp>

#include <cstddef>  // size_t

ARAMID_BEGIN

/// Set `static constexpr bool allows_repeats_inside = true` in a policy that is meant to wrap one that repeats.
template <class P>
concept AllowsRepeatsInside = requires { requires P::allows_repeats_inside; };

namespace detail {

template <class P>
inline constexpr bool repeats_inside_v = false;
template <class P>
  requires requires { P::repeats_inside; }
inline constexpr bool repeats_inside_v<P> = P::repeats_inside;

/// True if a policy that repeats stands outside another one that repeats.
template <class... Policies>
consteval bool multiplies_attempts() noexcept {
  [[maybe_unused]] bool outside = false;
  bool found = false;
  ((found = found || (outside && repeats_v<Policies>),
    outside = outside || (repeats_v<Policies> && !AllowsRepeatsInside<Policies>)),
   ...);
  return found;
}

/// True if a time limit stands outside another one that is not shorter, which then never fires.
template <class... Policies>
consteval bool has_idle_bound() noexcept {
  [[maybe_unused]] Duration outer = Duration::max();
  bool found = false;
  ((found = found || (bound_v<Policies> > Duration::zero() && bound_v<Policies> >= outer),
    outer = bound_v<Policies> > Duration::zero() && bound_v<Policies> < outer ? bound_v<Policies> : outer),
   ...);
  return found;
}

/// True if a time limit stands outside retries whose first wait is not shorter: no retry can ever begin.
template <class... Policies>
consteval bool bound_stops_retries() noexcept {
  [[maybe_unused]] Duration outer = Duration::max();
  bool found = false;
  ((found = found || (repeats_v<Policies> && first_delay_v<Policies> >= outer),
    outer = bound_v<Policies> > Duration::zero() && bound_v<Policies> < outer ? bound_v<Policies> : outer),
   ...);
  return found;
}

template <class P>
consteval void check_policy() noexcept {
  if constexpr (Policy<P>) {
    if constexpr (requires { &P::check; }) (void)P::check();
  } else {
    static_assert(
        HasScope<P>,
        "aramid: a policy needs a nested type 'Scope' that is default-constructible and movable. Is one of "
        "the policies of this Resilient<> not a policy? See docs/writing-a-policy.md");
    if constexpr (HasScope<P>) {
      static_assert(Admits<P>,
                    "aramid: a policy needs 'Admission admit(Scope&, Context&, Instant now) noexcept'. "
                    "See docs/writing-a-policy.md");
      static_assert(
          Settles<P>,
          "aramid: a policy needs 'Verdict settle(Scope&, Context&, const Error* failure, Instant now) "
          "noexcept'. See docs/writing-a-policy.md");
      static_assert(Releases<P>,
                    "aramid: a policy needs 'void release(Scope&, Context&) noexcept'. See "
                    "docs/writing-a-policy.md");
    }
  }
}

template <class Provider, class... Policies>
consteval bool check_stack() noexcept {
  static_assert(
      !Policy<Provider>,
      "aramid: the first argument of Resilient<Provider, Policies...> is the provider, and this one is a "
      "policy. See docs/writing-a-policy.md");
  static_assert(
      std::is_object_v<Provider> && !std::is_const_v<Provider>,
      "aramid: Resilient<Provider, ...> owns its provider: give it a plain type, not a reference, a const "
      "or a function type. For a function, use lift(function)");
  (check_policy<Policies>(), ...);
  if constexpr ((Policy<Policies> && ...)) {
    static_assert(
        !multiplies_attempts<Policies...>() &&
            !(repeats_inside_v<Provider> && ((repeats_v<Policies> && !AllowsRepeatsInside<Policies>) || ...)),
        "aramid: two policies of this Resilient<> retry, which multiplies the attempts. Keep one of them. "
        "See docs/order.md");
    static_assert(
        !has_idle_bound<Policies...>(),
        "aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never fires. "
        "Make it shorter or leave it out. See docs/order.md");
    static_assert(
        !bound_stops_retries<Policies...>(),
        "aramid: the Timeout outside the retries of this Resilient<> is not longer than their first delay, "
        "so no retry can begin. See docs/order.md");
  }
  return true;
}

}  // namespace detail

ARAMID_END
