// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/error.hpp: what a failed call returns.
//
//   Outcome<int> answer = client(request);
//   if (!answer && answer.error().fault == Fault::circuit_open) { ... }
//
// Inside a stack there are outcomes, never exceptions; <aramid/provider.hpp> converts at the boundary.
// Cost: 80 bytes; a policy's refusal does not allocate.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/fault.hpp>
#include <aramid/history.hpp>
#include <aramid/name.hpp>
#include <aramid/phase.hpp>
#include <aramid/ruling.hpp>

#include <expected>  // expected, unexpected
#include <optional>  // optional
#include <string>    // string

ARAMID_BEGIN

struct Error {
  Fault fault = Fault::unknown;
  Reason reason = Reason::none;         ///< why `policy` ended the call
  Phase phase = Phase::none;            ///< the limit that was reached, with timed_out and interrupted
  int status = 0;                       ///< HTTP status, 0 if none
  std::optional<Duration> retry_after;  ///< when the server, or a policy, says it may work again; >= 0
  std::string message;                  ///< the provider's words, shortened; never a key or a prompt
  Name provider;                        ///< who answered, empty if nobody was asked
  Name policy;                          ///< the policy that ended the call, empty if none did
  History history;                      ///< the failed attempts of this call, over all providers
};

static_assert(sizeof(void*) != 8 || sizeof(Error) <= 80,
              "an Error is returned by value: keep it at 80 bytes");

template <class T>
using Outcome = std::expected<T, Error>;

/// The table's row for this error: `ruling(error.fault)`, but an unknown fault with a status below 500 says
/// nothing about the provider's health.
[[nodiscard]] inline Ruling ruling(const Error& error) noexcept {
  Ruling row = ruling(error.fault);
  if (error.fault == Fault::unknown && error.status > 0 && error.status < 500) row.evidence = Evidence::none;
  return row;
}

/// An outcome that failed, for providers: `return fail(Fault::rate_limited, 429, "slow down");`
[[nodiscard]] inline std::unexpected<Error> fail(Fault fault, int status = 0, std::string message = {}) {
  Error error;
  error.fault = fault;
  error.status = status;
  error.message = std::move(message);
  return std::unexpected<Error>{std::move(error)};
}

/// An attempt that reached a limit: `return timed_out(timer.passed(now));`
[[nodiscard]] inline std::unexpected<Error> timed_out(Phase phase, std::string message = {}) {
  std::unexpected<Error> failed = fail(Fault::timed_out, 0, std::move(message));
  failed.error().phase = phase;
  return failed;
}

template <class T>
inline constexpr bool is_outcome_v = false;
template <class T>
inline constexpr bool is_outcome_v<std::expected<T, Error>> = true;

ARAMID_END
