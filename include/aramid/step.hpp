// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/step.hpp: what a call tells its driver, and what a stop makes of a failure.
#pragma once

#include <aramid/context.hpp>
#include <aramid/error.hpp>

ARAMID_BEGIN

/// What the driver is to do next.
struct Step {
  enum class Kind : std::uint8_t { attempt, wait, done };
  Kind kind = Kind::done;
  Instant until{};  ///< with wait; Instant::max() = until woken
};

namespace detail {

/// Why a retry that would begin at `at` must not be, whatever the policy says. `free`: it does not count as an
/// attempt.
[[nodiscard]] inline Reason veto_retry(const Context& ctx, const Error& error, bool free,
                                       Instant at) noexcept {
  if (ctx.committed()) return Reason::committed;
  if (error.fault == Fault::cancelled) return Reason::not_retryable;
  if (!free && ctx.retries_used_up()) return Reason::attempt_ceiling;
  return at >= ctx.deadline ? Reason::no_time_left : Reason::none;
}

/// The call would have gone on, but for the caller: that is what ended it.
inline void become_cancelled(Error& error) noexcept {
  error.fault = Fault::cancelled;
  error.phase = Phase::none;
  error.status = 0;
  error.retry_after.reset();
  error.message.clear();
}

/// On the way out to the caller: `error`, an attempt that took too long, when the caller's own time is over.
/// Policies have seen it as it was. A limit of one phase is the provider's affair all the same.
ARAMID_COLD inline void name_callers_deadline(Error& error, bool time_is_over) noexcept {
  if (!time_is_over || error.fault != Fault::timed_out) return;
  if (error.phase != Phase::none && error.phase != Phase::total) return;
  error.fault = Fault::deadline_exceeded;
  error.phase = Phase::none;
}

}  // namespace detail

ARAMID_END
