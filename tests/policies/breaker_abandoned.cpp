// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What it means to a breaker that callers give up.

#include <aramid/policies/breaker.hpp>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

enum class How { cancelled, late, dropped };
constexpr How every_way[] = {How::cancelled, How::late, How::dropped};

/// A call whose attempt was begun and whose caller gave up; false if it was refused.
template <class B>
bool abandon(B& breaker, Instant now, How how = How::cancelled) {
  Caller<B> call{breaker};
  if (!call.enter(now)) return false;
  if (how == How::cancelled) call.fail(now, Fault::cancelled);
  if (how == How::late) call.fail(now, Fault::deadline_exceeded);
  if (how == How::dropped) call.drop();
  return true;
}
template <class B>
void finish(B& breaker, Instant now, bool well) {
  Caller<B> call{breaker};
  REQUIRE(call.enter(now));
  if (well) {
    call.succeed(now);
  } else {
    call.fail(now);
  }
}

template <Abandoned Means>
using Row = Breaker<3, 60s, 1, OnAbandoned<Means>>;
template <Abandoned Means>
using Rate = Breaker<FailureRate{.percent = 50, .minimum = 4, .window = 10s}, 60s, 1, OnAbandoned<Means>>;

}  // namespace

TEST_CASE("unless it is told otherwise, a breaker learns nothing from calls that are given up") {
  for (const How how : every_way) {
    Breaker<3, 60s, 1> breaker;
    for (int i = 0; i < 100; ++i) REQUIRE(abandon(breaker, at(0s), how));
    CHECK(breaker.idle(at(0s)));
  }
}

TEST_CASE("as failures: calls that are given up open a breaker, and a probe that is given up reopens it") {
  for (const How how : every_way) {
    Row<Abandoned::as_failures> row;
    Rate<Abandoned::as_failures> rate;
    for (int i = 0; i < 3; ++i) REQUIRE(abandon(row, at(0s), how));
    for (int i = 0; i < 4; ++i) REQUIRE(abandon(rate, at(0s), how));
    CHECK(row.state(at(0s)) == BreakerState::open);
    CHECK(rate.state(at(0s)) == BreakerState::open);
    REQUIRE(abandon(row, at(60s), how));
    CHECK(row.state(at(60s)) == BreakerState::open);
    CHECK(row.retry_after(at(60s)) == Duration{60s});
  }
}

TEST_CASE("when all are given up: a row of them opens a breaker, any answer between them begins a new row") {
  constexpr auto all = Abandoned::count_when_all_abandoned;
  for (const How how : every_way) {
    Row<all> breaker;
    finish(breaker, at(0s), false);
    REQUIRE(abandon(breaker, at(0s), how));
    REQUIRE(abandon(breaker, at(0s), how));
    CHECK(breaker.state(at(0s)) == BreakerState::closed);
    CHECK_FALSE(breaker.idle(at(0s)));
    finish(breaker, at(0s), true);
    REQUIRE(abandon(breaker, at(0s), how));
    REQUIRE(abandon(breaker, at(0s), how));
    finish(breaker, at(0s), false);
    CHECK(breaker.failures() == 1);
    REQUIRE(abandon(breaker, at(0s), how));
    REQUIRE(abandon(breaker, at(0s), how));
    CHECK(breaker.state(at(0s)) == BreakerState::closed);
    REQUIRE(abandon(breaker, at(0s), how));
    CHECK(breaker.state(at(0s)) == BreakerState::open);
    CHECK(breaker.failures(at(0s)) == 3);
  }
}

TEST_CASE("when all are given up: a rate counts them only while its window has no answer") {
  constexpr auto all = Abandoned::count_when_all_abandoned;
  Rate<all> alone;
  for (int i = 0; i < 3; ++i) REQUIRE(abandon(alone, at(0s)));
  CHECK(alone.state(at(0s)) == BreakerState::closed);
  REQUIRE(abandon(alone, at(0s)));
  CHECK(alone.state(at(0s)) == BreakerState::open);
  CHECK(alone.explain(at(0s)).numbers == BreakerNumbers{TripRule::failure_rate, 4, 2, 4, 4});

  Rate<all> answered;
  finish(answered, at(0s), true);
  for (int i = 0; i < 100; ++i) REQUIRE(abandon(answered, at(5s)));
  CHECK(answered.state(at(5s)) == BreakerState::closed);
  // The answer has left the window, the abandoned calls have not.
  REQUIRE(abandon(answered, at(12s)));
  CHECK(answered.state(at(12s)) == BreakerState::open);

  Breaker<FailureCount{.failures = 2, .of = 10}, 60s, 1, OnAbandoned<all>> count;
  finish(count, at(0s), false);
  REQUIRE(abandon(count, at(0s)));
  CHECK(count.state(at(0s)) == BreakerState::closed);
  REQUIRE(abandon(count, at(0s)));
  CHECK(count.state(at(0s)) == BreakerState::open);
}

TEST_CASE("when all are given up: a probe that is given up gives its slot back and says nothing") {
  Row<Abandoned::count_when_all_abandoned> breaker;
  for (int i = 0; i < 3; ++i) finish(breaker, at(0s), false);
  for (const How how : every_way) {
    for (int i = 0; i < 20; ++i) REQUIRE(abandon(breaker, at(60s), how));
    CHECK(breaker.state(at(60s)) == BreakerState::half_open);
    CHECK(breaker.retry_after(at(60s)) == Duration{0});
  }
}

TEST_CASE("a call that ended before an attempt was begun says nothing about the provider in any case") {
  Row<Abandoned::as_failures> breaker;
  for (int i = 0; i < 30; ++i) {
    Caller call{breaker};
    REQUIRE(proceeds(call.ask(at(0s))));  // then, further in, its wait is cut off
    if (i % 3 == 0) call.fail(at(0s), Fault::cancelled);
    if (i % 3 == 1) call.fail(at(0s), Fault::deadline_exceeded);
    if (i % 3 == 2) call.drop();
  }
  CHECK(breaker.idle(at(0s)));
}

TEST_CASE("a call that is dropped counts at the time of its admission, as it is told no other") {
  Row<Abandoned::as_failures> breaker;
  Caller<Row<Abandoned::as_failures>> calls[] = {Caller{breaker}, Caller{breaker}, Caller{breaker}};
  for (auto& call : calls) REQUIRE(call.enter(at(10s)));
  for (auto& call : calls) call.drop();
  CHECK(breaker.retry_after(at(10s)) == Duration{60s});
}
