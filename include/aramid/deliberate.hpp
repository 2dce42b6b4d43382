// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/deliberate.hpp: "yes, I mean it".
//
//   using Client = Resilient<P, Retry<2, Slow>, Timeout<10s>, Deliberate<Retry<3, Fast>>>;
//
// A stack in an order that is nearly always a mistake does not compile (docs/order.md). `Deliberate<Policy>` is
// the policy itself, but no order rule looks at it: attempts multiply, limits may never fire, and that is what
// you want.
// Cost: none. Thread-safety: as the policy's.
#pragma once

#include <aramid/config.hpp>

ARAMID_BEGIN

template <class Policy>
class Deliberate : public Policy {
 public:
  using Policy::Policy;
  static constexpr bool deliberate = true;
};

template <class P>
inline constexpr bool deliberate_v = false;
template <class P>
  requires requires { P::deliberate; }
inline constexpr bool deliberate_v<P> = P::deliberate;

ARAMID_END
