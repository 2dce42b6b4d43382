// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

using Script = testing::Scripted<int>;
using PerMinute = Limiter<SlidingWindow, RPM<5>>;

Outcome<int> failed(Fault fault, std::optional<Duration> retry_after = {}) {
  Outcome<int> outcome = fail(fault, 429);
  outcome.error().retry_after = retry_after;
  return outcome;
}

}  // namespace

TEST_CASE("a server that says tomorrow has calls refused, not put to sleep") {
  testing::ManualClock clock;
  Script script{{failed(Fault::quota_exhausted, 20h)}, {7}};
  Resilient<Script, PerMinute> client{script};
  Context first = clock.context();
  REQUIRE(!client(1, first));
  Context second = clock.context();
  const Instant before = clock.now();
  const auto answer = client(2, second);
  REQUIRE(!answer);
  CHECK(answer.error().fault == Fault::throttled);
  CHECK(answer.error().reason == Reason::frozen);
  CHECK(answer.error().retry_after == Duration{20h});
  CHECK(clock.now() == before);
  CHECK(script.calls() == 1);
  clock.advance(20h);
  Context third = clock.context();
  CHECK(client(3, third).value_or(0) == 7);
}

TEST_CASE("a freeze within the longest window is waited for") {
  testing::ManualClock clock;
  Script script{{failed(Fault::rate_limited, 40s)}, {7}};
  Resilient<Script, PerMinute> client{script};
  Context first = clock.context();
  REQUIRE(!client(1, first));
  const Instant before = clock.now();
  Context second = clock.context();
  CHECK(client(2, second).value_or(0) == 7);
  CHECK(clock.now() == before + 40s);
}

TEST_CASE("a cancelled call that was sent stays in the request quota") {
  testing::ManualClock clock;
  Script script{{fail(Fault::cancelled)}};
  Resilient<Script, Limiter<SlidingWindow, RPM<5>, TPM<100>>> client{script};
  Context ctx = clock.context();
  ctx.cost.tokens = 40;
  REQUIRE(!client(1, ctx));
  CHECK(limiter(client).used(Unit::requests, clock.now()) == 1);
  CHECK(limiter(client).used(Unit::tokens, clock.now()) == 0);
}

TEST_CASE("a fault that may be retried once may be so after retries for other faults") {
  testing::ManualClock clock;
  Script script{{fail(Fault::unavailable)}, {fail(Fault::unavailable)}, {fail(Fault::conflict)}, {7}};
  Resilient<Script, Retry<5, Backoff<Exponential, NoJitter>>> client{script};
  Context ctx = clock.context();
  CHECK(client(1, ctx).value_or(0) == 7);
  CHECK(script.calls() == 4);
}

TEST_CASE("a call that two telemetries saw counts once in the metrics") {
  testing::ManualClock clock;
  Script script{{fail(Fault::unavailable)}, {7}};
  using Inner = Resilient<Script, Telemetry, Backoff<Exponential, NoJitter>>;
  Resilient<Inner, Telemetry> client{args(script)};
  Context ctx = clock.context();
  REQUIRE(client(1, ctx));
  const Metrics seen = metrics(client, clock.now());
  CHECK(seen.total_requests == 1);
  CHECK(seen.retries == 1);
  REQUIRE(seen.providers.size() == 1);
  CHECK(seen.providers[0].success == 1);
  CHECK(seen.providers[0].failure == 1);
}

TEST_CASE("a call that the limiter held back counts once, however often its wait was interrupted") {
  testing::ManualClock clock;
  Script script{{7}};
  Resilient<Script, Telemetry, PerMinute> client{script};
  for (int i = 0; i < 5; ++i) {
    Context ctx = clock.context();
    REQUIRE(client(i, ctx));
  }
  Context ctx = clock.context();
  ctx.waker().wake();  // for no reason: the driver asks again early
  REQUIRE(client(6, ctx));
  CHECK(telemetry(client).totals().rate_limited == 1);
}

TEST_CASE(
    "a call stopped during an attempt that could be repeated ends as cancelled, with the attempt in its "
    "history") {
  testing::ManualClock clock;
  std::stop_source source;
  const auto provider = [&](int, Context&) -> Outcome<int> {
    source.request_stop();
    return fail(Fault::unavailable, 503, "down");
  };
  using Client = Resilient<std::remove_const_t<decltype(provider)>, Backoff<Exponential, NoJitter>>;
  Client client{provider};
  Context ctx = clock.context();
  ctx.stop = source.get_token();
  const auto answer = client(1, ctx);
  REQUIRE(!answer);
  CHECK(answer.error().fault == Fault::cancelled);
  REQUIRE(answer.error().history.size() == 1);
  CHECK(answer.error().history[0].fault == Fault::unavailable);
}

TEST_CASE("a backoff that does not fit before the deadline is not replaced by a shorter hint") {
  testing::ManualClock clock;
  Script script{{failed(Fault::unavailable, 1s)}, {7}};
  Resilient<Script, Backoff<Exponential, NoJitter, 10s, 60s>> client{script};
  Context ctx = clock.context();
  ctx.deadline = clock.now() + 5s;
  const auto answer = client(1, ctx);
  REQUIRE(!answer);
  CHECK(answer.error().reason == Reason::no_time_left);
  CHECK(script.calls() == 1);
}
