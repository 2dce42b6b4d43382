// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The half-open breaker: who may probe, whose word counts, and that no probe is ever lost.

#include <aramid/policies/breaker.hpp>

#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

using Card = Breaker<5, 60s, 3>;
using Trial = Caller<Card>;

void trip(Card& breaker, Instant now) {
  for (int i = 0; i < 5; ++i) {
    Trial call{breaker};
    REQUIRE(call.enter(now));
    call.fail(now);
  }
  REQUIRE(breaker.state(now) == BreakerState::open);
}

/// How many calls are let through at `now`; they are dropped again.
int free_slots(Card& breaker, Instant now) {
  std::vector<std::unique_ptr<Trial>> calls;
  for (int i = 0; i < 10; ++i) {
    calls.push_back(std::make_unique<Trial>(breaker));
    if (!calls.back()->enter(now)) calls.pop_back();
  }
  for (auto& call : calls) call->drop();
  return static_cast<int>(calls.size());
}

}  // namespace

TEST_CASE("a half-open breaker lets three probes out at a time, the first included") {
  Card breaker;
  trip(breaker, at(0s));
  Trial probes[] = {Trial{breaker}, Trial{breaker}, Trial{breaker}};
  for (Trial& probe : probes) CHECK(probe.enter(at(60s)));
  for (int i = 0; i < 5; ++i) CHECK(refuses(Trial{breaker}.ask(at(60s))));
  probes[1].succeed(at(61s));
  Trial next{breaker};
  CHECK(next.enter(at(61s)));
  CHECK(refuses(Trial{breaker}.ask(at(61s))));
}

TEST_CASE("three successes close a half-open breaker, two do not") {
  Card breaker;
  trip(breaker, at(0s));
  for (int i = 0; i < 3; ++i) {
    CHECK(breaker.state(at(60s)) == BreakerState::half_open);
    Trial probe{breaker};
    REQUIRE(probe.enter(at(60s)));
    probe.succeed(at(60s));
  }
  CHECK(breaker.state(at(60s)) == BreakerState::closed);
  CHECK(breaker.failures() == 0);
}

TEST_CASE("one failure reopens a half-open breaker for a whole cool-down from then") {
  Card breaker;
  trip(breaker, at(0s));
  Trial good{breaker};
  Trial also_good{breaker};
  Trial bad{breaker};
  REQUIRE(good.enter(at(60s)));
  REQUIRE(also_good.enter(at(60s)));
  REQUIRE(bad.enter(at(60s)));
  good.succeed(at(61s));
  also_good.succeed(at(61s));
  bad.fail(at(65s));
  CHECK(breaker.state(at(124s)) == BreakerState::open);
  CHECK(breaker.state(at(125s)) == BreakerState::half_open);
  CHECK(breaker.retry_after(at(65s)) == Duration{60s});
}

TEST_CASE("successes before a reopening do not count after it") {
  Card breaker;
  trip(breaker, at(0s));
  for (int i = 0; i < 2; ++i) {
    Trial probe{breaker};
    REQUIRE(probe.enter(at(60s)));
    probe.succeed(at(60s));
  }
  Trial bad{breaker};
  REQUIRE(bad.enter(at(60s)));
  bad.fail(at(60s));
  Trial later{breaker};
  REQUIRE(later.enter(at(120s)));
  later.succeed(at(120s));
  CHECK(breaker.state(at(120s)) == BreakerState::half_open);
}

TEST_CASE("a probe that ends without evidence gives its slot back and counts nothing") {
  for (const Fault fault : {Fault::rate_limited, Fault::invalid_request, Fault::cancelled, Fault::throttled,
                            Fault::deadline_exceeded, Fault::conflict, Fault::unauthorized}) {
    Card breaker;
    trip(breaker, at(0s));
    for (int i = 0; i < 100; ++i) {
      Trial probe{breaker};
      REQUIRE(probe.enter(at(60s)));
      probe.fail(at(60s), fault);
    }
    CHECK(breaker.state(at(60s)) == BreakerState::half_open);
    CHECK(free_slots(breaker, at(60s)) == 3);
  }
}

TEST_CASE("a probe that is dropped gives its slot back and counts nothing") {
  Card breaker;
  trip(breaker, at(0s));
  CHECK(free_slots(breaker, at(60s)) == 3);
  CHECK(free_slots(breaker, at(60s)) == 3);
  CHECK(breaker.state(at(60s)) == BreakerState::half_open);
}

TEST_CASE("results of calls from before the trip change nothing, neither while open nor while half-open") {
  Card breaker;
  Trial late[] = {Trial{breaker}, Trial{breaker}, Trial{breaker},
                  Trial{breaker}, Trial{breaker}, Trial{breaker}};
  for (Trial& call : late) REQUIRE(call.enter(at(0s)));
  trip(breaker, at(0s));
  late[0].fail(at(30s));
  late[1].succeed(at(30s));
  CHECK(breaker.retry_after(at(30s)) == Duration{30s});

  Trial probe{breaker};
  REQUIRE(probe.enter(at(60s)));
  late[2].fail(at(61s));
  late[3].drop();
  for (Trial* call : {&late[4], &late[5]}) call->succeed(at(61s));
  CHECK(breaker.state(at(61s)) == BreakerState::half_open);
  CHECK(free_slots(breaker, at(61s)) == 2);
  probe.succeed(at(62s));
  CHECK(breaker.state(at(62s)) == BreakerState::half_open);
}

TEST_CASE("results of probes from an earlier half-open period change nothing") {
  Card breaker;
  trip(breaker, at(0s));
  Trial slow_failure{breaker};
  Trial slow_success{breaker};
  Trial bad{breaker};
  for (Trial* probe : {&slow_failure, &slow_success, &bad}) REQUIRE(probe->enter(at(60s)));
  bad.fail(at(60s));
  slow_success.succeed(at(100s));
  CHECK(breaker.state(at(100s)) == BreakerState::open);
  Trial probe{breaker};
  REQUIRE(probe.enter(at(120s)));
  slow_failure.fail(at(121s));
  CHECK(breaker.state(at(121s)) == BreakerState::half_open);
  CHECK(free_slots(breaker, at(121s)) == 2);
}

TEST_CASE("a late failure of a half-open period does not count against the closed breaker after it") {
  Breaker<5, 60s, 3> breaker;
  trip(breaker, at(0s));
  Trial slow{breaker};
  REQUIRE(slow.enter(at(60s)));
  for (int i = 0; i < 3; ++i) {
    Trial probe{breaker};
    REQUIRE(probe.enter(at(60s)));
    probe.succeed(at(60s));
  }
  REQUIRE(breaker.state(at(60s)) == BreakerState::closed);
  slow.fail(at(61s));
  CHECK(breaker.failures() == 0);
  CHECK(breaker.state(at(61s)) == BreakerState::closed);
}

TEST_CASE("probes that never report do not keep a breaker half-open for ever") {
  Card breaker;
  trip(breaker, at(0s));
  Trial lost[] = {Trial{breaker}, Trial{breaker}, Trial{breaker}};
  for (Trial& probe : lost) REQUIRE(probe.enter(at(60s)));
  CHECK(refuses(Trial{breaker}.ask(at(119s + 999'999'999ns))));
  Trial probe{breaker};
  REQUIRE(probe.enter(at(120s)));
  CHECK(free_slots(breaker, at(120s)) == 2);
  lost[0].fail(at(121s));
  lost[1].succeed(at(121s));
  lost[2].drop();
  CHECK(breaker.state(at(121s)) == BreakerState::half_open);
  CHECK(free_slots(breaker, at(121s)) == 2);
}

TEST_CASE("a breaker recovers with the one slot that two lost probes leave") {
  Card breaker;
  trip(breaker, at(0s));
  Trial lost[] = {Trial{breaker}, Trial{breaker}};
  for (Trial& probe : lost) REQUIRE(probe.enter(at(60s)));
  for (int i = 0; i < 3; ++i) {
    Trial probe{breaker};
    REQUIRE(probe.enter(at(61s)));
    probe.succeed(at(61s));
  }
  CHECK(breaker.state(at(61s)) == BreakerState::closed);
}

TEST_CASE("the lease of a probe can be shorter than the cool-down") {
  Breaker<> breaker{BreakerSettings{.failures = 1, .cooldown = 60s, .probes = 1, .lease = 5s}};
  Caller first{breaker};
  REQUIRE(first.enter(at(0s)));
  first.fail(at(0s));
  Caller lost{breaker};
  REQUIRE(lost.enter(at(60s)));
  Caller early{breaker};
  CHECK(refuses(early.ask(at(64s))));
  CHECK(early.answer().retry_after == Duration{1s});
  CHECK(Caller{breaker}.enter(at(65s)));
}
