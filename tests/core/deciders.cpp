// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The deciders alone: no provider is called, nobody waits, and the time is what the test says.

#include <aramid/aramid.hpp>
#include <aramid/cache.hpp>
#include <aramid/coalesce.hpp>
#include <aramid/fallback.hpp>
#include <aramid/hedge_decider.hpp>
#include <aramid/testing.hpp>

#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using Kind = Step::Kind;

namespace {

/// Only ever shown to a visitor.
template <int Number>
struct Never {
  static constexpr int number = Number;
  Outcome<int> operator()(const int&, Context&) const {
    FAIL("a decider called a provider");
    return 0;
  }
};

template <class Decider>
int who(Decider& decider) {
  return decider.ask([](auto& client) { return std::remove_reference_t<decltype(client)>::number; });
}
template <class Decider>
Step tell(Decider& decider, Outcome<int>& outcome) {
  return decider.ended(0, outcome);
}
Outcome<int> held_back(Fault fault, Duration ready_in) {
  Outcome<int> outcome = fail(fault);
  outcome.error().reason = Reason::elsewhere;
  outcome.error().retry_after = ready_in;
  return outcome;
}

struct Itself {
  int operator()(const int& request) const noexcept { return request; }
};

}  // namespace

TEST_CASE("the decider of a Failover names whom to ask, until when to wait, and what the caller gets",
          "[decider][failover]") {
  testing::ManualClock clock;
  Failover<Priority, Named<"a", Never<1>>, Named<"b", Never<2>, ContextWindow<9>>, Named<"c", Never<3>>>
      client;
  Context ctx = clock.context();
  ctx.deadline = clock.now() + 60s;
  {
    auto call = DriverAccess::decide(client, 0, ctx);
    REQUIRE(call.start(0).kind == Kind::attempt);
    CHECK(who(call) == 1);
    CHECK(ctx.provider() == Name{"a"});
    CHECK(ctx.has_alternative());
    Outcome<int> outcome = held_back(Fault::rate_limited, 5s);
    REQUIRE(tell(call, outcome).kind == Kind::attempt);
    CHECK(who(call) == 2);
    outcome = fail(Fault::unavailable, 503);
    REQUIRE(tell(call, outcome).kind == Kind::attempt);
    CHECK(who(call) == 3);
    outcome = held_back(Fault::rate_limited, 2s);
    // All have been asked; c is ready first.
    Step step = tell(call, outcome);
    REQUIRE(step.kind == Kind::wait);
    CHECK(step.until == clock.now() + 2s);
    CHECK_FALSE(ctx.has_alternative());
    clock.advance(1s);  // woken too early
    step = call.resume(0);
    REQUIRE(step.kind == Kind::wait);
    clock.advance(1s);
    REQUIRE(call.resume(0).kind == Kind::attempt);
    CHECK(who(call) == 3);
    outcome = 7;
    REQUIRE(tell(call, outcome).kind == Kind::done);
    call.conclude(outcome);
    CHECK(outcome == 7);
  }
  SECTION("a caller's mistake ends the chain") {
    auto call = DriverAccess::decide(client, 0, ctx);
    REQUIRE(call.start(0).kind == Kind::attempt);
    Outcome<int> outcome = fail(Fault::invalid_request, 400);
    REQUIRE(tell(call, outcome).kind == Kind::done);
    call.conclude(outcome);
    CHECK(outcome.error().status == 400);
  }
  SECTION("a prompt that is too long goes only to a larger window") {
    auto call = DriverAccess::decide(client, 0, ctx);
    REQUIRE(call.start(0).kind == Kind::attempt);
    Outcome<int> outcome = fail(Fault::unavailable, 503);
    REQUIRE(tell(call, outcome).kind == Kind::attempt);
    outcome = fail(Fault::context_length, 400);
    REQUIRE(tell(call, outcome).kind == Kind::done);
  }
  SECTION("the route is the caller's again, also when the call is dropped") {
    ctx.route.only = "c";
    {
      auto call = DriverAccess::decide(client, 0, ctx);
      REQUIRE(call.start(0).kind == Kind::attempt);
      CHECK(who(call) == 3);
      CHECK(ctx.route.only.empty());
    }
    CHECK(ctx.route.only == "c");
    ctx.route.only = "d";
    auto call = DriverAccess::decide(client, 0, ctx);
    REQUIRE(call.start(0).kind == Kind::done);
    Outcome<int> outcome{std::unexpect};
    call.conclude(outcome);
    CHECK(outcome.error().fault == Fault::invalid_request);
  }
  CHECK(clock.waits() == 0);
}

TEST_CASE("the decider of a Failover that is dropped while somebody is asked tells the routing",
          "[decider][failover]") {
  Failover<LeastBusy, Named<"a", Never<1>>, Named<"b", Never<2>>> client;
  Context ctx;
  {
    auto dropped = DriverAccess::decide(client, 0, ctx);
    REQUIRE(dropped.start(0).kind == Kind::attempt);
    CHECK(who(dropped) == 1);
  }
  auto call = DriverAccess::decide(client, 0, ctx);
  REQUIRE(call.start(0).kind == Kind::attempt);
  CHECK(who(call) == 1);  // idle again
  auto beside = DriverAccess::decide(client, 0, ctx);
  REQUIRE(beside.start(0).kind == Kind::attempt);
  CHECK(who(beside) == 2);
}

TEST_CASE("the decider of a Fallback asks the other one, or answers itself", "[decider][fallback]") {
  Context ctx;
  Outcome<int> outcome = fail(Fault::unavailable, 503);
  SECTION("a provider") {
    Fallback<Never<1>, Never<2>> client{Never<1>{}, Never<2>{}};
    auto call = DriverAccess::decide(client, 0, ctx);
    REQUIRE(call.start(0).kind == Kind::attempt);
    CHECK(who(call) == 1);
    REQUIRE(tell(call, outcome).kind == Kind::attempt);
    CHECK(who(call) == 2);
    outcome = fail(Fault::cancelled);
    REQUIRE(tell(call, outcome).kind == Kind::done);
    call.conclude(outcome);
    CHECK(outcome.error().fault == Fault::cancelled);
  }
  SECTION("a value, but not for a cancelled call") {
    Fallback<Never<1>, int> client{Never<1>{}, 42};
    auto call = DriverAccess::decide(client, 0, ctx);
    REQUIRE(call.start(0).kind == Kind::attempt);
    Outcome<int> cancelled = fail(Fault::cancelled);
    REQUIRE(tell(call, cancelled).kind == Kind::done);
    CHECK_FALSE(cancelled);
    REQUIRE(tell(call, outcome).kind == Kind::done);
    call.conclude(outcome);
    CHECK(outcome == 42);
  }
}

TEST_CASE("the decider of a Cache answers from what is kept, also when it is stale", "[decider][cache]") {
  testing::ManualClock clock;
  Cache<Never<1>, Itself, 10, 10s, 60s> client;
  Context ctx = clock.context();
  const auto begin = [&](Kind wanted, auto&& goes_on) {
    auto call = DriverAccess::decide(client, 5, ctx);
    REQUIRE(call.start(5).kind == wanted);
    Outcome<int> outcome{std::unexpect};
    if (wanted == Kind::attempt) {
      CHECK(who(call) == 1);
      outcome = goes_on();
      REQUIRE(call.ended(5, outcome).kind == Kind::done);
    }
    call.conclude(outcome);
    return outcome;
  };
  const auto nobody = []() -> Outcome<int> { return -1; };
  const auto down = []() -> Outcome<int> { return fail(Fault::unavailable, 503); };
  CHECK_FALSE(begin(Kind::attempt, down));
  CHECK(begin(Kind::attempt, []() -> Outcome<int> { return 3; }) == 3);
  CHECK(begin(Kind::done, nobody) == 3);
  clock.advance(10s);
  CHECK(begin(Kind::attempt, down) == 3);
  CHECK_FALSE(begin(Kind::attempt, []() -> Outcome<int> { return fail(Fault::invalid_request, 400); }));
  clock.advance(60s);
  CHECK_FALSE(begin(Kind::attempt, down));
}

TEST_CASE("the decider of a Coalesce leads, follows, takes over and shares", "[decider][coalesce]") {
  testing::ManualClock clock;
  Coalesce<Never<1>, Itself> client;
  Context first = clock.context();
  Context second = clock.context();
  Context third = clock.context();
  third.deadline = clock.now() + 1s;
  auto follows = DriverAccess::decide(client, 5, third);
  auto takes_over = DriverAccess::decide(client, 5, second);
  {
    auto leads = DriverAccess::decide(client, 5, first);
    REQUIRE(leads.start(5).kind == Kind::attempt);
    REQUIRE(takes_over.start(5).kind == Kind::wait);
    const Step step = follows.start(5);
    REQUIRE(step.kind == Kind::wait);
    CHECK(step.until == third.deadline);
    CHECK(client.waiting() == 2);
    CHECK(takes_over.resume(5).kind == Kind::wait);  // nothing has happened yet
    Outcome<int> outcome = fail(Fault::cancelled);
    REQUIRE(leads.ended(5, outcome).kind == Kind::done);
    CHECK(takes_over.resume(5).kind == Kind::wait);
  }
  CHECK(second.waker().unpark());  // woken: it is its turn
  REQUIRE(takes_over.resume(5).kind == Kind::attempt);
  SECTION("its outcome is everybody's") {
    Outcome<int> outcome = 9;
    REQUIRE(takes_over.ended(5, outcome).kind == Kind::done);
    CHECK(third.waker().unpark());
    REQUIRE(follows.resume(5).kind == Kind::done);
    outcome = Outcome<int>{std::unexpect};
    follows.conclude(outcome);
    CHECK(outcome == 9);
    CHECK(client.shared() == 1);
  }
  SECTION("who follows goes at its own deadline") {
    clock.advance(1s);
    REQUIRE(follows.resume(5).kind == Kind::done);
    Outcome<int> outcome{std::unexpect};
    follows.conclude(outcome);
    CHECK(outcome.error().fault == Fault::deadline_exceeded);
    CHECK(outcome.error().policy == Name{"Coalesce"});
  }
  CHECK(clock.waits() == 0);
}

TEST_CASE("the decider of a Hedge launches when one is slow or has failed, and not after a close",
          "[decider][hedge]") {
  const Instant begin{1s};
  HedgeDecider decider{3, 2s};
  CHECK(decider.launches(begin));
  decider.launched(begin);
  CHECK_FALSE(decider.launches(begin + 1999ms));
  CHECK(decider.due() == begin + 2s);
  decider.launched(begin + 2s);
  decider.failed(true, begin + 3s);
  CHECK(decider.launches(begin + 3s));
  decider.launched(begin + 3s);
  CHECK(decider.due() == Instant::max());
  CHECK_FALSE(decider.exhausted());
  decider.failed(true, begin + 4s);
  decider.failed(false, begin + 4s);
  CHECK(decider.exhausted());
}
