// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What becomes of a reservation when its call ends: corrected, given back, or kept.

#include "limiter_calls.hpp"

using namespace desk;

TEST_CASE("a call that used less than it reserved gives the rest back") {
  Tokens limiter;
  Caller call{limiter};
  call.ctx.cost.tokens = 100;
  REQUIRE(call.enter(at(0s)));
  CHECK(!has_room(limiter, at(1s), 1));
  call.ctx.usage = {20, 10};
  call.succeed(at(2s));
  CHECK(limiter.used(Unit::tokens, at(2s)) == 30);
  CHECK(has_room(limiter, at(2s), 70));
  CHECK(!has_room(limiter, at(2s), 71));
}

TEST_CASE("a call that used more than it reserved is counted in full, and holds the next one back") {
  Tokens limiter;
  Caller call{limiter};
  call.ctx.cost.tokens = 10;
  REQUIRE(call.enter(at(0s)));
  call.ctx.usage = {50, 100};
  call.succeed(at(5s));
  CHECK(limiter.used(Unit::tokens, at(5s)) == 150);
  CHECK(!has_room(limiter, at(5s), 1));
  CHECK(has_room(limiter, at(60s), 100));
}

TEST_CASE("a call that reports what it used is counted although it reserved nothing") {
  Tokens limiter;
  Caller call{limiter};
  REQUIRE(call.enter(at(0s)));
  call.ctx.usage = {60, -1};
  call.succeed(at(10s));
  CHECK(limiter.used(Unit::tokens, at(10s)) == 60);
  CHECK(!has_room(limiter, at(69s), 41));
  CHECK(has_room(limiter, at(70s), 41));
}

TEST_CASE("a call of no tokens waits while the tokens are overdrawn, and for no longer") {
  Tokens limiter;
  Caller greedy{limiter};
  REQUIRE(greedy.enter(at(0s)));
  greedy.ctx.usage = {150, 0};
  greedy.succeed(at(0s));
  Caller call{limiter};
  REQUIRE(waits(call.ask(at(1s))));
  CHECK(call.answer().until == at(60s));
  CHECK(limiter.can_proceed(0, at(1s)).wait == 59s);
  CHECK(!limiter.can_proceed(0, at(1s)).allowed);
  CHECK(proceeds(call.ask(at(60s))));
}

TEST_CASE("what a slow call used beyond its reservation counts from when it is known") {
  Tokens limiter;
  Caller slow{limiter};
  slow.ctx.cost.tokens = 10;
  REQUIRE(slow.enter(at(0s)));
  slow.ctx.usage = {0, 70};
  slow.succeed(at(90s));
  CHECK(limiter.used(Unit::tokens, at(90s)) == 60);
  CHECK(!has_room(limiter, at(149s), 41));
  CHECK(has_room(limiter, at(150s), 41));
}

TEST_CASE("a reservation that was never sent is given back whole") {
  Card limiter;
  for (int way = 0; way < 3; ++way) {
    Caller call{limiter};
    call.ctx.cost.tokens = 10'000;
    REQUIRE(proceeds(call.ask(at(0s))));
    if (way == 0) call.drop();
    if (way == 1) call.fail(at(1s), Fault::circuit_open);
    if (way == 2) call.fail(at(1s), Fault::cancelled);
    CHECK(limiter.used(Unit::requests, at(1s)) == 0);
    CHECK(limiter.used(Unit::tokens, at(1s)) == 0);
  }
}

TEST_CASE("a reservation that the provider did not count is given back") {
  for (const Fault fault : {Fault::invalid_request, Fault::unauthorized, Fault::not_found,
                            Fault::connection_failed, Fault::context_length}) {
    Card limiter;
    Caller call{limiter};
    call.ctx.cost.tokens = 500;
    REQUIRE(call.enter(at(0s)));
    call.fail(at(1s), fault);
    CHECK(limiter.used(Unit::requests, at(1s)) == 0);
    CHECK(limiter.used(Unit::tokens, at(1s)) == 0);
  }
}

TEST_CASE("a reservation that the provider may have counted is kept") {
  for (const Fault fault : {Fault::timed_out, Fault::unavailable, Fault::overloaded, Fault::malformed,
                            Fault::interrupted, Fault::connection_lost, Fault::rate_limited}) {
    Card limiter;
    Caller call{limiter};
    call.ctx.cost.tokens = 500;
    REQUIRE(call.enter(at(0s)));
    call.fail(at(1s), fault);
    CHECK(limiter.used(Unit::requests, at(1s)) == 1);
    CHECK(limiter.used(Unit::tokens, at(1s)) == 500);
  }
}

TEST_CASE("a call that was sent and dropped keeps its reservation") {
  Card limiter;
  Caller call{limiter};
  call.ctx.cost.tokens = 500;
  REQUIRE(call.enter(at(0s)));
  call.drop();
  CHECK(limiter.used(Unit::requests, at(1s)) == 1);
  CHECK(limiter.used(Unit::tokens, at(1s)) == 500);
}

TEST_CASE("a failed call that reports usage is counted by it") {
  Card limiter;
  Caller call{limiter};
  call.ctx.cost.tokens = 500;
  REQUIRE(call.enter(at(0s)));
  call.ctx.usage = {120, 3};
  call.fail(at(1s), Fault::interrupted);
  CHECK(limiter.used(Unit::tokens, at(1s)) == 123);
  CHECK(limiter.used(Unit::requests, at(1s)) == 1);
}

TEST_CASE("no usage that a server reports overflows the sum") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Tokens limiter;
  Caller<Tokens> calls[] = {Caller{limiter}, Caller{limiter}, Caller{limiter}};
  for (Caller<Tokens>& call : calls) {
    call.ctx.cost.tokens = 5;
    REQUIRE(call.enter(at(0s)));
  }
  for (Caller<Tokens>& call : calls) {
    call.ctx.usage = {most, most};
    call.succeed(at(1s));
  }
  CHECK(limiter.used(Unit::tokens, at(1s)) == most);
  CHECK(!has_room(limiter, at(59s), 1));
  CHECK(has_room(limiter, at(60s), 100));
  CHECK(limiter.used(Unit::tokens, at(60s)) == 0);
}
