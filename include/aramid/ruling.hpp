// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/ruling.hpp: what each fault means for each policy, as one table.
//
// Retry, breaker, limiter and failover read this table and nothing else, so they cannot contradict each
// other. A user overrides a column per policy with a predicate type, never the table.
#pragma once

#include <aramid/fault.hpp>

ARAMID_BEGIN

/// How often the same provider may be asked again.
enum class Again : std::uint8_t {
  never,
  once,   ///< one retry, whatever the policy allows
  twice,  ///< two retries, whatever the policy allows
  yes,    ///< as many as the policy allows
};

/// Whether another provider may be asked.
enum class Elsewhere : std::uint8_t {
  never,       ///< the request itself is at fault: another provider would say the same
  yes,         ///< after this provider's retries
  at_once,     ///< rather than waiting here, if another provider is ready
  larger,      ///< only a provider with a larger context window
  configured,  ///< only a provider configured for this case
};

/// What a breaker learns about the provider's health.
enum class Evidence : std::uint8_t {
  none,  ///< neither: the slot comes back, nothing is counted
  failure,
  success,
};

/// What a limiter does with the reservation.
enum class Reservation : std::uint8_t {
  keep,              ///< the provider may have counted it
  give_back,         ///< it was not, or hardly, counted
  give_back_unused,  ///< the request was counted; tokens beyond the reported usage were not
  freeze,            ///< keep it, and admit nothing until the server's hint has passed
};

/// One row of the table.
struct Ruling {
  Again again = Again::never;
  Elsewhere elsewhere = Elsewhere::yes;
  Evidence evidence = Evidence::failure;
  Reservation reservation = Reservation::keep;

  friend constexpr bool operator==(const Ruling&, const Ruling&) = default;
};

namespace detail {
// clang-format off
inline constexpr Ruling rulings[fault_count] = {
    // fault               again         elsewhere              evidence           reservation
    /* circuit_open      */ {Again::never, Elsewhere::yes,        Evidence::none,    Reservation::give_back},
    /* throttled         */ {Again::never, Elsewhere::yes,        Evidence::none,    Reservation::give_back},
    /* saturated         */ {Again::never, Elsewhere::yes,        Evidence::none,    Reservation::give_back},
    /* deadline_exceeded */ {Again::never, Elsewhere::never,      Evidence::none,    Reservation::keep},
    /* cancelled         */ {Again::never, Elsewhere::never,      Evidence::none,    Reservation::give_back_unused},
    /* rate_limited      */ {Again::yes,   Elsewhere::at_once,    Evidence::none,    Reservation::freeze},
    /* overloaded        */ {Again::twice, Elsewhere::yes,        Evidence::failure, Reservation::keep},
    /* loading           */ {Again::yes,   Elsewhere::yes,        Evidence::none,    Reservation::keep},
    /* unavailable       */ {Again::yes,   Elsewhere::yes,        Evidence::failure, Reservation::keep},
    /* quota_exhausted   */ {Again::never, Elsewhere::yes,        Evidence::none,    Reservation::freeze},
    /* request_too_large */ {Again::never, Elsewhere::yes,        Evidence::none,    Reservation::give_back},
    /* unauthorized      */ {Again::never, Elsewhere::yes,        Evidence::none,    Reservation::give_back},
    /* not_found         */ {Again::never, Elsewhere::yes,        Evidence::none,    Reservation::give_back},
    /* context_length    */ {Again::never, Elsewhere::larger,     Evidence::none,    Reservation::give_back},
    /* content_filtered  */ {Again::never, Elsewhere::configured, Evidence::none,    Reservation::keep},
    /* invalid_request   */ {Again::never, Elsewhere::never,      Evidence::none,    Reservation::give_back},
    /* conflict          */ {Again::once,  Elsewhere::never,      Evidence::none,    Reservation::give_back},
    /* connection_failed */ {Again::yes,   Elsewhere::yes,        Evidence::failure, Reservation::give_back},
    /* connection_lost   */ {Again::yes,   Elsewhere::yes,        Evidence::failure, Reservation::keep},
    /* timed_out         */ {Again::yes,   Elsewhere::yes,        Evidence::failure, Reservation::keep},
    /* malformed         */ {Again::once,  Elsewhere::yes,        Evidence::failure, Reservation::keep},
    /* interrupted       */ {Again::never, Elsewhere::never,      Evidence::failure, Reservation::keep},
    /* unknown           */ {Again::never, Elsewhere::yes,        Evidence::failure, Reservation::keep},
};
// clang-format on
}  // namespace detail

/// The table's row for `fault`.
[[nodiscard]] constexpr Ruling ruling(Fault fault) noexcept {
  const auto row = static_cast<std::size_t>(fault);
  return detail::rulings[row < fault_count ? row : fault_count - 1];
}

/// True for a failure of the provider's before anything was sent: it cannot have had an effect, so it may be
/// repeated once without counting as an attempt (gRPC calls this a transparent retry: grpc/proposal A6).
[[nodiscard]] constexpr bool never_left(Fault fault) noexcept { return fault == Fault::connection_failed; }

ARAMID_END
