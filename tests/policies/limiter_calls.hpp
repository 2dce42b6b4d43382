// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Calls to a limiter on the table.

#pragma once

#include <aramid/policies/limiter.hpp>

#include "desk.hpp"
#include "support/catch.hpp"

namespace desk {

using Card = Limiter<SlidingWindow, RPM<50>, TPM<10'000>>;
using Tokens = Limiter<SlidingWindow, TPM<100>>;

/// A call of `tokens` that is let in, sent, and ends well without saying what it used.
template <class Policy>
void use(Policy& limiter, Instant now, std::int64_t tokens = 0) {
  Caller call{limiter};
  call.ctx.cost.tokens = tokens;
  REQUIRE(call.enter(now));
  call.succeed(now);
}

/// Whether a call of `tokens` would get in at once; leaves no trace.
template <class Policy>
bool has_room(Policy& limiter, Instant now, std::int64_t tokens = 0) {
  Caller call{limiter};
  call.ctx.cost.tokens = tokens;
  call.ctx.deadline = now + 1ns;
  if (!proceeds(call.ask(now))) return false;
  call.drop();
  return true;
}

}  // namespace desk
