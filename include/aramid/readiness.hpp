// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/readiness.hpp: whether a call would be let in now, without making one.
//
// A policy that holds calls back or refuses them may say what it would do:
//   Readiness readiness(const Context& ctx, Instant now) const noexcept;
// It reserves nothing and may be out of date when it is read. `available(client)` shows it per provider.
// A policy that has quotas may also say how much of them is left, in thousandths:
//   unsigned headroom(Instant now) const noexcept;
#pragma once

#include <aramid/context.hpp>
#include <aramid/fault.hpp>
#include <aramid/name.hpp>

ARAMID_BEGIN

struct Readiness {
  Duration wait{0};              ///< until a call would be let in; 0: now; Duration::max(): not known
  Fault fault = Fault::unknown;  ///< with a wait: what a call that cannot wait is refused with
  Reason reason = Reason::none;  ///< with a wait: why
  Name policy{};                 ///< with a wait: whose decision it is

  [[nodiscard]] constexpr bool ready() const noexcept { return wait <= Duration::zero(); }
};

inline constexpr unsigned full_headroom = 1000;

/// Of a policy or a client; ready if it says nothing.
template <class Part>
[[nodiscard]] Readiness readiness_of([[maybe_unused]] const Part& part, [[maybe_unused]] const Context& ctx,
                                     [[maybe_unused]] Instant now) noexcept {
  if constexpr (requires { part.readiness(ctx, now); }) {
    return part.readiness(ctx, now);
  } else {
    return {};
  }
}

/// Of a policy or a client, 0 to `full_headroom`; full if it says nothing.
template <class Part>
[[nodiscard]] unsigned headroom_of([[maybe_unused]] const Part& part, [[maybe_unused]] Instant now) noexcept {
  if constexpr (requires { part.headroom(now); }) {
    return smaller(static_cast<unsigned>(part.headroom(now)), full_headroom);
  } else {
    return full_headroom;
  }
}

ARAMID_END
