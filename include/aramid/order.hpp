// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/order.hpp: what is always a mistake in a stack, said in one sentence each.
//
// Checked once, at `Resilient`. Policies describe themselves by the traits of <aramid/policy.hpp>; no rule here
// knows a policy by name.
#pragma once

#include <aramid/deliberate.hpp>
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

// The rules look at each policy from the outside in; one that is marked Deliberate is not there for them.

/// True if a policy that repeats stands outside another one that repeats.
template <class... Policies>
consteval bool multiplies_attempts() noexcept {
  [[maybe_unused]] bool outside = false;
  bool found = false;
  [[maybe_unused]] const auto look = [&](bool repeats, bool allows) {
    found = found || (outside && repeats);
    outside = outside || (repeats && !allows);
  };
  (look(repeats_v<Policies> && !deliberate_v<Policies>, AllowsRepeatsInside<Policies>), ...);
  return found;
}

/// The time limit of a policy as the rules see it; 0 = none.
template <class P>
inline constexpr Duration meant_bound_v = deliberate_v<P> ? Duration::zero() : bound_v<P>;

/// True if a time limit stands outside another one that is not shorter, which then never fires.
template <class... Policies>
consteval bool has_idle_bound() noexcept {
  [[maybe_unused]] Duration outer = Duration::max();
  bool found = false;
  [[maybe_unused]] const auto look = [&](Duration bound) {
    if (bound <= Duration::zero()) return;
    found = found || bound >= outer;
    outer = smaller(outer, bound);
  };
  (look(meant_bound_v<Policies>), ...);
  return found;
}

/// True if a time limit stands outside retries whose first wait is not shorter: no retry can ever begin.
template <class... Policies>
consteval bool bound_stops_retries() noexcept {
  [[maybe_unused]] Duration outer = Duration::max();
  bool found = false;
  [[maybe_unused]] const auto look = [&](Duration bound, bool repeats, Duration first_delay) {
    found = found || (repeats && first_delay >= outer);
    if (bound > Duration::zero()) outer = smaller(outer, bound);
  };
  (look(meant_bound_v<Policies>, repeats_v<Policies> && !deliberate_v<Policies>, first_delay_v<Policies>),
   ...);
  return found;
}

/// True if retries without end have no time limit outside them.
template <class... Policies>
consteval bool never_ends() noexcept {
  [[maybe_unused]] bool bounded = false;
  bool found = false;
  [[maybe_unused]] const auto look = [&](bool bounds, bool endless) {
    found = found || (endless && !bounded);
    bounded = bounded || bounds;
  };
  (look(limits_time_v<Policies>, endless_v<Policies> && !deliberate_v<Policies>), ...);
  return found;
}

/// True if a budget stands inside the retries that it is to pay for: it would never be asked.
template <class... Policies>
consteval bool charges_in_vain() noexcept {
  [[maybe_unused]] bool repeats_outside = false;
  bool found = false;
  [[maybe_unused]] const auto look = [&](bool repeats, bool charges) {
    found = found || (charges && repeats_outside);
    repeats_outside = repeats_outside || repeats;
  };
  (look(repeats_v<Policies>, charges_repeats_v<Policies> && !deliberate_v<Policies>), ...);
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
            !(repeats_inside_v<Provider> &&
              ((repeats_v<Policies> && !AllowsRepeatsInside<Policies> && !deliberate_v<Policies>) || ...)),
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
    static_assert(
        !never_ends<Policies...>(),
        "aramid: retries without end in this Resilient<> have no Timeout outside them. Add one, or write "
        "Deliberate<...> around them if every call has a deadline. See docs/order.md");
    static_assert(
        !charges_in_vain<Policies...>(),
        "aramid: a retry budget of this Resilient<> stands inside the retries it is to limit, where it is "
        "never asked. Put it outside them. See docs/order.md");
  }
  return true;
}

}  // namespace detail

ARAMID_END
