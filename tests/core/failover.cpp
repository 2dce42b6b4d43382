// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Failover: who is asked, in which order, and what the caller gets when nobody answers.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using support::contains;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Script = Scripted<int>;
using Steady = Backoff<Constant, NoJitter, 1s, 10s>;
using Plain = Failover<Priority, Named<"a", Script>, Named<"b", Script>, Named<"c", Script>>;

std::unexpected<Error> limited(Duration hint) {
  auto error = fail(Fault::rate_limited, 429);
  error.error().retry_after = hint;
  return error;
}

}  // namespace

TEST_CASE("the first candidate that answers is the only one asked", "[failover]") {
  const Script a{{1}};
  const Script b{{2}};
  Plain chat{a, b, b};
  Context ctx;
  CHECK(chat(0, ctx).value() == 1);
  CHECK(ctx.provider() == "a");
  CHECK(b.calls() == 0);
}

TEST_CASE("candidates are asked in the order in which they are written", "[failover]") {
  const Script a{{fail(Fault::unavailable)}};
  const Script b{{fail(Fault::unauthorized)}};
  const Script c{{3}};
  Plain chat{a, b, c};
  Context ctx;
  CHECK(chat(0, ctx).value() == 3);
  CHECK(ctx.provider() == "c");
  CHECK(ctx.attempt() == 3);
}

TEST_CASE("a fault of the request ends the chain, a fault of the provider does not", "[failover]") {
  for (std::size_t i = 0; i < fault_count; ++i) {
    const auto fault = static_cast<Fault>(i);
    INFO(to_string(fault));
    const Script a{{fail(fault)}};
    const Script b{{2}};
    Plain chat{a, b, b};
    const bool went_on = chat(0).has_value();
    const Elsewhere elsewhere = ruling(fault).elsewhere;
    CHECK(went_on == (elsewhere == Elsewhere::yes || elsewhere == Elsewhere::at_once));
  }
}

TEST_CASE("a prompt too long for one model is not sent to the next", "[failover]") {
  const Script a{{fail(Fault::context_length, 400)}};
  const Script b{{2}};
  Plain chat{a, b, b};
  CHECK(chat(0).error().fault == Fault::context_length);
  CHECK(b.calls() == 0);
}

TEST_CASE("when all fail the caller gets the error that tells most", "[failover]") {
  const Script transient{{fail(Fault::unavailable, 503)}};
  const Script mistake{{fail(Fault::unauthorized, 401)}};
  const Script quota{{fail(Fault::quota_exhausted, 402)}};
  Plain chat{quota, mistake, transient};
  const Error error = chat(0).error();
  CHECK(error.fault == Fault::unauthorized);
  CHECK(error.provider == "b");
}

TEST_CASE("of rate limits the caller gets the one that ends first", "[failover]") {
  Plain chat{Script{{limited(9s)}}, Script{{limited(2s)}}, Script{{limited(5s)}}};
  const Error error = chat(0).error();
  CHECK(error.provider == "b");
  CHECK(error.retry_after == 2s);
}

TEST_CASE("of faults that pass the caller gets the last, whatever the others hinted", "[failover]") {
  auto hinted = fail(Fault::overloaded, 503);
  hinted.error().retry_after = 5s;
  Plain chat{Script{{hinted}}, Script{{fail(Fault::timed_out)}}, Script{{fail(Fault::unavailable, 502)}}};
  const Error error = chat(0).error();
  CHECK(error.fault == Fault::unavailable);
  CHECK(error.provider == "c");
}

TEST_CASE("the error lists the attempts of all candidates", "[failover]") {
  Plain chat{Script{{fail(Fault::unavailable, 500)}}, Script{{fail(Fault::overloaded, 503)}},
             Script{{fail(Fault::unauthorized, 401)}}};
  const Error error = chat(0).error();
  REQUIRE(error.history.size() == 3);
  CHECK(error.history[0].provider == "a");
  CHECK(error.history[0].status == 500);
  CHECK(error.history[1].provider == "b");
  CHECK(error.history[2].provider == "c");
  CHECK(error.history[2].fault == Fault::unauthorized);
}

TEST_CASE("only the provider named in the route is asked", "[failover]") {
  const Script a{{1}};
  const Script b{{fail(Fault::unavailable)}};
  Plain chat{a, b, a};
  Context ctx;
  ctx.route.only = "b";
  CHECK(chat(0, ctx).error().fault == Fault::unavailable);
  CHECK(a.calls() == 0);
  CHECK(ctx.route.only == "b");
}

TEST_CASE("a name that no candidate has is refused in a sentence that lists the names", "[failover]") {
  const Script a{{1}};
  Plain chat{a, a, a};
  Context ctx;
  ctx.route.only = "nope";
  const Error error = chat(0, ctx).error();
  CHECK(error.fault == Fault::invalid_request);
  CHECK_THAT(error.message, contains("a b c"));
  CHECK_THAT(error.message, contains("route.only"));
  CHECK(a.calls() == 0);
}

TEST_CASE("without failover only the first choice is asked", "[failover]") {
  const Script a{{fail(Fault::unavailable)}};
  const Script b{{2}};
  Plain chat{a, b, b};
  Context ctx;
  ctx.route.failover = false;
  CHECK_FALSE(chat(0, ctx).has_value());
  CHECK(b.calls() == 0);
}

TEST_CASE("output that reached the caller stops the chain", "[failover]") {
  const Script a{{.outcome = fail(Fault::connection_lost), .commits = true}};
  const Script b{{2}};
  Plain chat{a, b, b};
  CHECK(chat(0).error().fault == Fault::interrupted);
  CHECK(b.calls() == 0);
}

TEST_CASE("a caller who gave up stops the chain", "[failover]") {
  std::stop_source source;
  auto stopping = [&](const int&, Context&) -> Outcome<int> {
    source.request_stop();
    return fail(Fault::unavailable);
  };
  const Script b{{2}};
  Failover<Priority, decltype(stopping), Script> chat{stopping, b};
  Context ctx;
  ctx.stop = source.get_token();
  CHECK_FALSE(chat(0, ctx).has_value());
  CHECK(b.calls() == 0);
}

TEST_CASE("nobody is asked after the deadline", "[failover]") {
  ManualClock clock;
  Context ctx = clock.context();
  ctx.deadline = clock.now() + 5s;
  const Script a{{.outcome = 1, .hangs = true}};
  const Script b{{2}};
  Plain chat{a, b, b};
  CHECK(chat(0, ctx).error().fault == Fault::deadline_exceeded);
  CHECK(b.calls() == 0);
}

TEST_CASE("plain lambdas are candidates as they stand", "[failover]") {
  auto down = [](const int&, Context&) -> Outcome<int> { return fail(Fault::unavailable); };
  auto up = [](const int& n, Context&) -> Outcome<int> { return n; };
  Failover<Priority, decltype(down), Named<"up", decltype(up)>> chat{down, up};
  Context ctx;
  CHECK(chat(4, ctx).value() == 4);
  CHECK(ctx.provider() == "up");
}

TEST_CASE("a rate limit is not waited for while another candidate is there, but it is at the last one",
          "[failover]") {
  using Client = Resilient<Script, Steady>;
  ManualClock clock;
  const Instant began = clock.now();
  SECTION("another one") {
    const Script b{{2}};
    Failover<Priority, Client, Client> chat{Script{{limited(2s)}}, b};
    Context ctx = clock.context();
    CHECK(chat(0, ctx).value() == 2);
    CHECK(clock.now() == began);
  }
  SECTION("the last one") {
    Failover<Priority, Client, Client> chat{Script{{fail(Fault::unauthorized)}}, Script{{limited(2s)}, {2}}};
    Context ctx = clock.context();
    CHECK(chat(0, ctx).value() == 2);
    CHECK(clock.now() - began >= 2s);
  }
}
