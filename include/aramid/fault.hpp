// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/fault.hpp: what went wrong, as the row of one decision table.
//
// A Fault says what happened, never what to do about it: that is `ruling(fault)` in <aramid/ruling.hpp>.
// Providers choose the fault once, at their boundary; policies read nothing else.
#pragma once

#include <aramid/config.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint8_t
#include <string_view>  // string_view

ARAMID_BEGIN

enum class Fault : std::uint8_t {
  // Refused here: the request never left this process.
  circuit_open,       ///< a breaker is open, or all its probes are out
  throttled,          ///< our own rate limit would be passed, or the wait would pass the deadline
  saturated,          ///< a concurrency limit or a queue is full
  deadline_exceeded,  ///< the caller's deadline, or a limit outside the one that waits here, is reached
  cancelled,          ///< the caller gave up

  // The provider said so.
  rate_limited,       ///< 429: too many requests or tokens in its window
  overloaded,         ///< 503, 529: alive, but has no capacity now
  loading,            ///< the model is being loaded
  unavailable,        ///< a transient 5xx
  quota_exhausted,    ///< no credit, daily or monthly quota gone: waiting does not help
  request_too_large,  ///< this one request is larger than a limit
  unauthorized,       ///< bad or missing credential, no permission
  not_found,          ///< no such model or resource here
  context_length,     ///< the prompt does not fit the model
  content_filtered,   ///< refused by a content policy
  invalid_request,    ///< any other mistake of the caller
  conflict,           ///< 409

  // The transport said so.
  connection_failed,  ///< no connection: nothing was sent
  connection_lost,    ///< the connection broke before the answer was whole
  timed_out,          ///< a limit of a Timeout, or of the provider's own, is reached

  malformed,    ///< an answer that cannot be read
  interrupted,  ///< broke off after output had reached the caller: never replayed
  unknown,      ///< none of these
};

inline constexpr std::size_t fault_count = static_cast<std::size_t>(Fault::unknown) + 1;

namespace detail {
inline constexpr std::string_view fault_names[fault_count] = {"circuit_open",
                                                              "throttled",
                                                              "saturated",
                                                              "deadline_exceeded",
                                                              "cancelled",
                                                              "rate_limited",
                                                              "overloaded",
                                                              "loading",
                                                              "unavailable",
                                                              "quota_exhausted",
                                                              "request_too_large",
                                                              "unauthorized",
                                                              "not_found",
                                                              "context_length",
                                                              "content_filtered",
                                                              "invalid_request",
                                                              "conflict",
                                                              "connection_failed",
                                                              "connection_lost",
                                                              "timed_out",
                                                              "malformed",
                                                              "interrupted",
                                                              "unknown"};
}  // namespace detail

/// The fault's own spelling, for logs and metrics.
[[nodiscard]] constexpr std::string_view to_string(Fault fault) noexcept {
  const auto row = static_cast<std::size_t>(fault);
  return detail::fault_names[row < fault_count ? row : fault_count - 1];
}

/// True for the faults that this library raises itself: the provider was not asked, or its answer no longer
/// awaited.
[[nodiscard]] constexpr bool refused_here(Fault fault) noexcept { return fault <= Fault::cancelled; }

/// Why a policy refused, or why it did not try again: the reason code of a decision.
enum class Reason : std::uint8_t {
  none,               ///< no policy decided: the provider's own error
  not_retryable,      ///< the fault's ruling, or the predicate, says no
  retries_exhausted,  ///< as many retries as configured were made
  row_exhausted,      ///< the ruling allows this fault fewer retries than the policy has
  hint_too_long,      ///< the server asks for a longer wait than the cap or the time left
  no_time_left,       ///< the next attempt could not begin before the deadline
  attempt_ceiling,    ///< the call's attempts over all providers are used up
  committed,          ///< output has reached the caller
  elsewhere,          ///< another provider is ready now, which is better than waiting
  open,               ///< the breaker is open
  probes_out,         ///< the breaker is half-open and all probes are out
  over_quota,         ///< a quota is used up for longer than the deadline allows
  cost_over_quota,    ///< the cost alone is larger than the quota
  frozen,             ///< the server told the limiter to wait
  on_purpose,         ///< a Chaos policy
  budget_exhausted,   ///< the retries of all calls together have used up their budget
  no_room,            ///< the next attempt is not expected to end before the deadline
  no_permit,          ///< as many calls are under way as may be, and this one may not queue
  queue_full,         ///< as many calls wait as may
  waited_too_long,    ///< it waited in the queue as long as it may
  ramping_up,         ///< only a growing share of the traffic is let through
  shedding,           ///< the provider turned so many calls away that most are not sent any more
  pacing,             ///< the rate was lowered after the provider said "too many"
  forced_open,        ///< somebody opened the breaker by hand
};

inline constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::forced_open) + 1;

namespace detail {
inline constexpr std::string_view reason_names[reason_count] = {"none",
                                                                "not_retryable",
                                                                "retries_exhausted",
                                                                "row_exhausted",
                                                                "hint_too_long",
                                                                "no_time_left",
                                                                "attempt_ceiling",
                                                                "committed",
                                                                "elsewhere",
                                                                "open",
                                                                "probes_out",
                                                                "over_quota",
                                                                "cost_over_quota",
                                                                "frozen",
                                                                "on_purpose",
                                                                "budget_exhausted",
                                                                "no_room",
                                                                "no_permit",
                                                                "queue_full",
                                                                "waited_too_long",
                                                                "ramping_up",
                                                                "shedding",
                                                                "pacing",
                                                                "forced_open"};
}  // namespace detail

[[nodiscard]] constexpr std::string_view to_string(Reason reason) noexcept {
  const auto row = static_cast<std::size_t>(reason);
  return detail::reason_names[row < reason_count ? row : 0];
}

ARAMID_END
