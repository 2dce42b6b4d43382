// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The ruling table, row by row, against what the providers' documentation and the field's clients agree on.

#include "support/catch.hpp"

#include <aramid/error.hpp>
#include <aramid/failover_walk.hpp>

using namespace aramid;

namespace {

struct Row {
  Fault fault;
  Again again;
  bool elsewhere;  // a plain failover goes on
  Evidence evidence;
  Reservation reservation;
};

constexpr Row rows[] = {
    {Fault::circuit_open, Again::never, true, Evidence::none, Reservation::give_back},
    {Fault::throttled, Again::never, true, Evidence::none, Reservation::give_back},
    {Fault::saturated, Again::never, true, Evidence::none, Reservation::give_back},
    {Fault::deadline_exceeded, Again::never, false, Evidence::none, Reservation::keep},
    {Fault::cancelled, Again::never, false, Evidence::none, Reservation::give_back_unused},
    {Fault::rate_limited, Again::yes, true, Evidence::none, Reservation::freeze},
    {Fault::overloaded, Again::twice, true, Evidence::failure, Reservation::keep},
    {Fault::loading, Again::yes, true, Evidence::none, Reservation::keep},
    {Fault::unavailable, Again::yes, true, Evidence::failure, Reservation::keep},
    {Fault::quota_exhausted, Again::never, true, Evidence::none, Reservation::freeze},
    {Fault::request_too_large, Again::never, true, Evidence::none, Reservation::give_back},
    {Fault::unauthorized, Again::never, true, Evidence::none, Reservation::give_back},
    {Fault::not_found, Again::never, true, Evidence::none, Reservation::give_back},
    {Fault::context_length, Again::never, false, Evidence::none, Reservation::give_back},
    {Fault::content_filtered, Again::never, false, Evidence::none, Reservation::keep},
    {Fault::invalid_request, Again::never, false, Evidence::none, Reservation::give_back},
    {Fault::conflict, Again::once, false, Evidence::none, Reservation::give_back},
    {Fault::connection_failed, Again::yes, true, Evidence::failure, Reservation::give_back},
    {Fault::connection_lost, Again::yes, true, Evidence::failure, Reservation::keep},
    {Fault::timed_out, Again::yes, true, Evidence::failure, Reservation::keep},
    {Fault::malformed, Again::once, true, Evidence::failure, Reservation::keep},
    {Fault::interrupted, Again::never, false, Evidence::failure, Reservation::keep},
    {Fault::unknown, Again::never, true, Evidence::failure, Reservation::keep},
};
static_assert(std::size(rows) == fault_count);

Error error_of(Fault fault, int status = 0) {
  Error error;
  error.fault = fault;
  error.status = status;
  return error;
}

}  // namespace

TEST_CASE("the ruling of every fault is the one its row says", "[ruling]") {
  for (const Row& row : rows) {
    INFO(to_string(row.fault));
    const Ruling ruled = ruling(row.fault);
    CHECK(ruled.again == row.again);
    CHECK(ruled.evidence == row.evidence);
    CHECK(ruled.reservation == row.reservation);
    detail::Eligible eligible;
    CHECK((eligible.learn(error_of(row.fault), {}) && eligible.lets({})) == row.elsewhere);
  }
}

TEST_CASE("only a rate limit sends the call elsewhere rather than waiting here", "[ruling]") {
  for (const Row& row : rows) {
    INFO(to_string(row.fault));
    CHECK((ruling(row.fault).elsewhere == Elsewhere::at_once) == (row.fault == Fault::rate_limited));
  }
}

TEST_CASE("a prompt too long for one model may go to a larger one only, and a refusal to a configured one",
          "[ruling]") {
  CHECK(ruling(Fault::context_length).elsewhere == Elsewhere::larger);
  CHECK(ruling(Fault::content_filtered).elsewhere == Elsewhere::configured);
}

TEST_CASE("no fault of ours is evidence against a provider", "[ruling]") {
  for (const Row& row : rows) {
    if (refused_here(row.fault)) CHECK(ruling(row.fault).evidence == Evidence::none);
  }
}

TEST_CASE("no fault is evidence for a provider", "[ruling]") {
  for (const Row& row : rows) CHECK(ruling(row.fault).evidence != Evidence::success);
}

TEST_CASE("an unknown fault counts against the provider unless its status is below 500", "[ruling]") {
  CHECK(ruling(error_of(Fault::unknown, 0)).evidence == Evidence::failure);
  CHECK(ruling(error_of(Fault::unknown, 418)).evidence == Evidence::none);
  CHECK(ruling(error_of(Fault::unknown, 499)).evidence == Evidence::none);
  CHECK(ruling(error_of(Fault::unknown, 500)).evidence == Evidence::failure);
  CHECK(ruling(error_of(Fault::unknown, 599)).evidence == Evidence::failure);
}

TEST_CASE("a status does not change the ruling of a known fault", "[ruling]") {
  CHECK(ruling(error_of(Fault::unavailable, 424)) == ruling(Fault::unavailable));
}

TEST_CASE("a fault out of range is ruled like an unknown one", "[ruling]") {
  CHECK(ruling(static_cast<Fault>(200)) == ruling(Fault::unknown));
  CHECK(to_string(static_cast<Fault>(200)) == "unknown");
  CHECK(to_string(static_cast<Reason>(200)) == "none");
}

TEST_CASE("every fault and every reason has a name of its own", "[ruling]") {
  for (std::size_t i = 0; i < fault_count; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      CHECK(to_string(static_cast<Fault>(i)) != to_string(static_cast<Fault>(j)));
  }
  for (std::size_t i = 0; i < reason_count; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      CHECK(to_string(static_cast<Reason>(i)) != to_string(static_cast<Reason>(j)));
  }
  CHECK(to_string(Fault::circuit_open) == "circuit_open");
  CHECK(to_string(Fault::cancelled) == "cancelled");
  CHECK(to_string(Fault::rate_limited) == "rate_limited");
  CHECK(to_string(Fault::timed_out) == "timed_out");
  CHECK(to_string(Reason::attempt_ceiling) == "attempt_ceiling");
  CHECK(to_string(Reason::frozen) == "frozen");
}

TEST_CASE("exactly the faults raised by this library count as refused here", "[ruling]") {
  CHECK(refused_here(Fault::circuit_open));
  CHECK(refused_here(Fault::throttled));
  CHECK(refused_here(Fault::saturated));
  CHECK(refused_here(Fault::deadline_exceeded));
  CHECK(refused_here(Fault::cancelled));
  CHECK_FALSE(refused_here(Fault::rate_limited));
  CHECK_FALSE(refused_here(Fault::timed_out));
  CHECK_FALSE(refused_here(Fault::unknown));
}

TEST_CASE(
    "the caller's own mistake tells more than a quota, a quota more than a rate limit, that more than a "
    "fault that passes",
    "[ruling]") {
  const auto worth = [](Fault fault) { return informative(fault); };
  CHECK(worth(Fault::invalid_request) > worth(Fault::quota_exhausted));
  CHECK(worth(Fault::quota_exhausted) > worth(Fault::rate_limited));
  CHECK(worth(Fault::rate_limited) > worth(Fault::unavailable));
  CHECK(worth(Fault::unavailable) > worth(Fault::circuit_open));
}

TEST_CASE("of two rate limits the one that ends sooner tells more, of two alike the later one", "[ruling]") {
  Error soon = error_of(Fault::rate_limited);
  soon.retry_after = Duration{1};
  Error late = error_of(Fault::rate_limited);
  late.retry_after = Duration{2};
  const Error untold = error_of(Fault::rate_limited);
  CHECK(more_informative(soon, late));
  CHECK_FALSE(more_informative(late, soon));
  CHECK(more_informative(soon, untold));
  CHECK_FALSE(more_informative(untold, soon));
  CHECK(more_informative(error_of(Fault::unavailable), error_of(Fault::overloaded)));
}
