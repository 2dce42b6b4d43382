// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A policy that is turned off and on while its client serves.

#include "retry_run.hpp"

using namespace desk;

namespace {

using Quick = Retry<3, Backoff<Constant, NoJitter, 1ms, 1s>>;
using Tripping = Breaker<2, 10s, 1>;
constexpr Instant start{1000s};

}  // namespace

TEST_CASE("a breaker that is switched off lets everything through and learns nothing") {
  Run run;
  Resilient<Failing, Switchable<Tripping>> client{run.failing(Fault::unavailable)};
  CHECK(switch_of<BreakerTag>(client).is_on());
  switch_of<BreakerTag>(client).off();
  for (int i = 0; i < 10; ++i) {
    Context ctx = Context{run.clock};
    CHECK(client(0, ctx).error().fault == Fault::unavailable);
  }
  CHECK(breaker(client).failures() == 0);
  switch_of<BreakerTag>(client).on();
  for (int i = 0; i < 2; ++i) {
    Context ctx = Context{run.clock};
    CHECK(client(0, ctx).error().fault == Fault::unavailable);
  }
  Context refused = Context{run.clock};
  CHECK(client(0, refused).error().fault == Fault::circuit_open);
  switch_of<BreakerTag>(client).off();
  Context let_by = Context{run.clock};
  CHECK(client(0, let_by).error().fault == Fault::unavailable);
  switch_of<BreakerTag>(client).on();
  Context again = Context{run.clock};
  CHECK(client(0, again).error().fault == Fault::circuit_open);
}

TEST_CASE("a call keeps what it was admitted with") {
  Switchable<Tripping> policy;
  Caller early{policy};
  Caller other{policy};
  REQUIRE(early.enter(start));
  REQUIRE(other.enter(start));
  policy.off();
  Caller by{policy};
  REQUIRE(by.enter(start));
  early.fail(start);
  CHECK(policy.inner().failures() == 1);
  policy.on();
  by.fail(start);  // was let by
  CHECK(policy.inner().failures() == 1);
  other.fail(start);
  CHECK(policy.inner().state(start) == BreakerState::open);
}

TEST_CASE("a probe that is out when the breaker is switched off gives its slot back") {
  Switchable<Tripping> policy;
  for (int i = 0; i < 2; ++i) {
    Caller caller{policy};
    REQUIRE(caller.enter(start));
    caller.fail(start);
  }
  Caller probe{policy};
  REQUIRE(probe.enter(start + 10s));
  policy.off();
  probe.drop();
  policy.on();
  Caller next{policy};
  CHECK(next.enter(start + 10s));
  next.succeed(start + 10s);
  CHECK(policy.inner().state(start + 10s) == BreakerState::closed);
}

TEST_CASE("a call that waits when a limiter is switched off leaves the queue and goes on") {
  Switchable<Limiter<SlidingWindow, RPM<1>>> policy;
  Caller first{policy};
  REQUIRE(first.enter(start));
  Caller second{policy};
  Caller third{policy};
  REQUIRE(waits(second.ask(start)));
  REQUIRE(waits(third.ask(start)));
  CHECK(policy.inner().waiting() == 2);
  policy.off();
  CHECK(proceeds(second.ask(start + 1s)));
  CHECK(third.woken());
  CHECK(policy.inner().waiting() == 1);
  policy.on();
  second.succeed(start + 2s);
  third.drop();
  first.succeed(start + 2s);
  CHECK(policy.inner().waiting() == 0);
  CHECK(policy.inner().used(Unit::requests, start + 2s) == 1);
}

TEST_CASE("retries that are switched off are not made; a policy without a tag is found by its type") {
  Run run;
  Resilient<Failing, Switchable<Quick>, Switchable<Timeout<5s>>> client{run.failing(Fault::unavailable)};
  switch_of<Quick>(client).off();
  Context ctx = Context{run.clock};
  CHECK_FALSE(client(0, ctx));
  CHECK(ctx.attempt() == 1);
  switch_of<Quick>(client).on();
  Context retried = Context{run.clock};
  CHECK_FALSE(client(0, retried));
  CHECK(retried.attempt() == 4);
}

TEST_CASE("what a switchable policy promises holds when it is off") {
  using Bounded = Resilient<Failing, Switchable<Timeout<5s>>>;
  STATIC_REQUIRE(worst_case<Bounded>() == unbounded);
  STATIC_REQUIRE(worst_case<Resilient<Failing, Switchable<Timeout<5s>>, Timeout<4s>>>() == 4s);
  CHECK_THAT(describe<Bounded>(), support::contains("Timeout: can be switched off, 5 s"));
}

TEST_CASE("a switchable policy takes the settings of its own") {
  Run run;
  Resilient<Failing, Switchable<Breaker<>>> client{run.failing(Fault::unavailable),
                                                   BreakerSettings{.failures = 1}};
  for (const Fault expected : {Fault::unavailable, Fault::circuit_open}) {
    Context ctx = Context{run.clock};
    CHECK(client(0, ctx).error().fault == expected);
  }
}

TEST_CASE("routing asks a policy behind a modifier, but not one that is off or in the shadow") {
  struct Closed : Tripping {
    Readiness readiness(const Context&, Instant) const noexcept {
      return {.wait = 7s, .fault = Fault::saturated};
    }
    unsigned headroom(Instant) const noexcept { return 3; }
  };
  Run run;
  Context ctx = Context{run.clock};
  Resilient<Failing, Switchable<Closed>> client{run.failing(Fault::unavailable)};
  CHECK(client.readiness(ctx, run.clock.now()).wait == 7s);
  CHECK(client.readiness(ctx, run.clock.now()).policy == "Breaker");
  CHECK(client.headroom(run.clock.now()) == 3);
  switch_of<BreakerTag>(client).off();
  CHECK(client.readiness(ctx, run.clock.now()).ready());
  CHECK(client.headroom(run.clock.now()) == full_headroom);
  SharedState<Closed> state;
  Resilient<Failing, Shared<Closed>> shared{run.failing(Fault::unavailable), state};
  CHECK(shared.readiness(ctx, run.clock.now()).wait == 7s);
  CHECK(shared.headroom(run.clock.now()) == 3);
  Resilient<Failing, Shadow<Closed>> shadowed{run.failing(Fault::unavailable)};
  CHECK(shadowed.readiness(ctx, run.clock.now()).ready());
}
