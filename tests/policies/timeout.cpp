// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A timeout moves the deadline nearer, and puts it back.

#include <aramid/aramid.hpp>

#include <stdexcept>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

TEST_CASE("a timeout moves a far deadline nearer and puts it back when it is settled") {
  Timeout<30s> timeout;
  Caller call{timeout};
  call.ctx.deadline = at(100s);
  REQUIRE(proceeds(call.ask(at(10s))));
  CHECK(call.ctx.deadline == at(40s));
  call.succeed(at(20s));
  CHECK(call.ctx.deadline == at(100s));
}

TEST_CASE("a timeout gives a call without a deadline one, for as long as it is inside") {
  Timeout<30s> timeout;
  for (int way = 0; way < 3; ++way) {
    Caller call{timeout};
    REQUIRE(proceeds(call.ask(at(10s))));
    CHECK(call.ctx.deadline == at(40s));
    if (way == 0) call.succeed(at(11s));
    if (way == 1) call.fail(at(11s));
    if (way == 2) call.drop();
    CHECK(call.ctx.deadline == Instant::max());
  }
}

TEST_CASE("a timeout never moves a deadline further away") {
  Timeout<30s> timeout;
  Caller call{timeout};
  call.ctx.deadline = at(15s);
  REQUIRE(proceeds(call.ask(at(10s))));
  CHECK(call.ctx.deadline == at(15s));
  call.succeed(at(11s));
  CHECK(call.ctx.deadline == at(15s));
}

TEST_CASE("a timeout that would end after the end of time ends with it") {
  Timeout<30s> timeout;
  Caller call{timeout};
  REQUIRE(proceeds(call.ask(Instant::max() - 1s)));
  CHECK(call.ctx.deadline == Instant::max());
}

TEST_CASE("of nested timeouts each bounds its own part") {
  testing::ManualClock clock{1, at(0s)};
  std::vector<Instant> deadlines;
  auto provider = [&](int, Context& ctx) -> Outcome<int> {
    deadlines.push_back(ctx.deadline);
    ctx.wait(ctx.deadline);
    return fail(Fault::timed_out);
  };
  Resilient<decltype(provider), Timeout<10s>, Retry<5, Backoff<Exponential, NoJitter>>, Timeout<3s>> client{
      provider};
  Context ctx{clock};
  const auto answer = client(0, ctx);
  // 0..3 s, 1 s of backoff, 4..7 s, 2 s of backoff, and the last attempt has only one second left.
  CHECK(deadlines == std::vector<Instant>{at(3s), at(7s), at(10s)});
  CHECK(answer.error().fault == Fault::timed_out);
  CHECK(answer.error().phase == Phase::total);
  CHECK(clock.now() == at(10s));
  CHECK(ctx.deadline == Instant::max());
}

TEST_CASE("a success that arrives after the deadline is a success") {
  testing::ManualClock clock;
  auto provider = [&](int, Context&) -> Outcome<int> {
    clock.advance(60s);
    return 5;
  };
  Resilient<decltype(provider), Backoff<Exponential, NoJitter>, Breaker<1, 60s, 1>, Timeout<30s>> client{
      provider};
  Context ctx{clock};
  const auto answer = client(0, ctx);
  REQUIRE(answer);
  CHECK(*answer == 5);
  CHECK(breaker(client).failures() == 0);
}

TEST_CASE("a provider that never answers ends at the timeout, as timed out") {
  testing::ManualClock clock;
  testing::Act<int> silence{fail(Fault::unknown)};
  silence.hangs = true;
  testing::Scripted<int> script{silence};
  Resilient<testing::Scripted<int>, Timeout<30s>> client{script};
  Context ctx{clock};
  const Instant before = clock.now();
  const auto answer = client(0, ctx);
  CHECK(answer.error().fault == Fault::timed_out);
  CHECK(clock.now() - before == Duration{30s});
}

TEST_CASE("a timeout outside the limiter bounds the wait for it: too late is refused at once") {
  testing::ManualClock clock;
  testing::Scripted<int> script{{1}};
  Resilient<testing::Scripted<int>, Timeout<30s>, Limiter<SlidingWindow, RPM<1>>> client{script};
  Context first{clock};
  REQUIRE(client(0, first));
  const Instant before = clock.now();
  Context second{clock};
  const auto refused = client(0, second);
  REQUIRE(!refused);
  CHECK(refused.error().fault == Fault::throttled);
  CHECK(refused.error().policy == "Limiter");
  CHECK(clock.now() == before);
  clock.advance(31s);
  Context third{clock};
  CHECK(client(0, third));
  CHECK(clock.now() - before == Duration{60s});
}

TEST_CASE("a provider that throws leaves the deadline as it was") {
  testing::ManualClock clock;
  auto provider = [](int, Context&) -> Outcome<int> { throw std::runtime_error{"broken"}; };
  Resilient<decltype(provider), Timeout<30s>> client{provider};
  Context ctx{clock};
  ctx.deadline = clock.now() + 300s;
  const Instant deadline = ctx.deadline;
  CHECK_THROWS_AS(client(0, ctx), std::runtime_error);
  CHECK(ctx.deadline == deadline);
}

TEST_CASE("a timeout set at run time is the same as one in the type, and must be above zero") {
  Timeout<> told{TimeoutSettings{5s}};
  Caller call{told};
  REQUIRE(proceeds(call.ask(at(10s))));
  CHECK(call.ctx.deadline == at(15s));
  call.drop();
  CHECK(Timeout<>{}.limit() == Duration{30s});
  using support::contains;
  for (const Duration limit : {Duration{0}, Duration{-1}}) {
    CHECK_THAT(refusal_of([&] {
                 const Timeout<> timeout{TimeoutSettings{limit}};
                 (void)timeout;
               }),
               contains("aramid: TimeoutSettings::limit is " + to_text(limit) + ", allowed is above 0"));
  }
}
