// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Calls through a retry budget, made by hand: what the machine does around it, without the machine.

#pragma once

#include <aramid/aramid.hpp>

#include "desk.hpp"
#include "support/catch.hpp"

namespace desk {

/// Wishes for one more attempt of this call, and makes it if the budget pays.
template <class Policy>
bool try_again(Caller<Policy>& caller, Instant now, Fault fault = Fault::unavailable) {
  const Error error = error_of(fault);
  if (!caller.ctx.budgets.charge(&error, now)) return false;
  caller.send();
  return true;
}

/// One call that succeeds at its first attempt.
template <class Policy>
void succeed_at_once(Policy& policy, Instant now) {
  Caller<Policy> caller{policy};
  if (!caller.enter(now)) FAIL("a budget refused a call");
  caller.succeed(now);
}

/// One call that fails, with as many retries as it gets, `most` at most.
template <class Policy>
int fail_with_retries(Policy& policy, Instant now, int most) {
  Caller<Policy> caller{policy};
  if (!caller.enter(now)) FAIL("a budget refused a call");
  int retries = 0;
  while (retries < most && try_again(caller, now)) ++retries;
  caller.fail(now);
  return retries;
}

/// Refuses whatever it is asked.
struct Refusal : Budget {
  Refusal() : Budget{[](Budget&, Ask ask, const Error*, Instant) noexcept { return ask == Ask::refund; }} {}
};

}  // namespace desk
