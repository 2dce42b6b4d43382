// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The whole stack, through a day of somebody else's bad luck, in virtual time.

#include <aramid/aramid.hpp>

#include <deque>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

/// Well, but for what the test says; checks by itself that no more comes than it allows.
struct Server {
  testing::ManualClock* clock;
  Instant down_from = Instant::max();
  Instant down_until = Instant::max();
  Fault while_down = Fault::unavailable;
  Duration takes{200ms};
  int calls = 0;
  std::deque<Instant> last_minute;
  std::size_t busiest_minute = 0;

  Outcome<int> answer(Context& ctx) {
    const Instant now = clock->now();
    ++calls;
    last_minute.push_back(now);
    while (last_minute.front() + 60s <= now) last_minute.pop_front();
    busiest_minute = larger(busiest_minute, last_minute.size());
    clock->advance(takes);
    if (now >= down_from && now < down_until) return fail(while_down, 503);
    ctx.usage = {100, 50};
    return 1;
  }
};

struct ToServer {
  static constexpr Name name = "server";
  Server* server;
  Outcome<int> operator()(int, Context& ctx) { return server->answer(ctx); }
};

using Client = Resilient<ToServer, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>,
                         Limiter<SlidingWindow, RPM<50>, TPM<10'000>>, Timeout<30s>>;

struct World {
  testing::ManualClock clock{3, at(0s)};
  Server server{.clock = &clock, .last_minute = {}};
  Client client{ToServer{&server}};

  Outcome<int> call(std::int64_t tokens = 150, Duration within = Duration::max()) {
    Context ctx{clock};
    ctx.cost.tokens = tokens;
    if (within != Duration::max()) ctx.deadline = clock.now() + within;
    return client(0, ctx);
  }
};

}  // namespace

TEST_CASE("the stack of the design card comes through an outage: it trips, refuses, probes and recovers") {
  World world;
  REQUIRE(world.call());
  world.server.down_from = world.clock.now();
  world.server.down_until = world.clock.now() + 90s;

  // Four attempts of the first call and one of the second open the breaker; the second gets no further.
  CHECK(world.call().error().fault == Fault::unavailable);
  CHECK(world.call().error().fault == Fault::circuit_open);
  CHECK(world.server.calls == 6);
  const Instant tripped = world.clock.now();
  for (int i = 0; i < 100; ++i) {
    const auto refused = world.call();
    REQUIRE(refused.error().fault == Fault::circuit_open);
    REQUIRE(refused.error().retry_after.has_value());
  }
  CHECK(world.server.calls == 6);
  CHECK(world.clock.now() == tripped);

  // The first probe finds it still down, and nobody asks for another minute.
  world.clock.advance(*world.call().error().retry_after);
  CHECK(world.call().error().fault == Fault::circuit_open);
  CHECK(world.server.calls == 7);

  world.clock.advance(*world.call().error().retry_after);
  for (int i = 0; i < 3; ++i) {
    CHECK(breaker(world.client).state(world.clock.now()) == BreakerState::half_open);
    CHECK(world.call());
  }
  CHECK(breaker(world.client).state(world.clock.now()) == BreakerState::closed);
  CHECK(metrics(world.client, world.clock.now()).circuit_breaker_blocks == 104);
}

TEST_CASE("the stack of the design card keeps both quotas under a steady rush") {
  World world;
  world.server.takes = 1ms;
  const Instant start = world.clock.now();
  for (int i = 0; i < 500; ++i) REQUIRE(world.call(100));
  CHECK(world.server.busiest_minute <= 50);
  // 50 requests a minute: the 500th goes in the tenth window.
  CHECK(world.clock.now() - start >= 9 * 60s);
  CHECK(world.clock.now() - start <= 9 * 60s + 1s);
}

TEST_CASE("the stack of the design card is held back by tokens before requests when the calls are large") {
  World world;
  world.server.takes = 1ms;
  // Each call reserves 2,000 and is corrected to the 150 that it used.
  for (int i = 0; i < 50; ++i) REQUIRE(world.call(2'000));
  CHECK(world.clock.now() < at(1s));
  CHECK(limiter(world.client).used(Unit::tokens, world.clock.now()) == 50 * 150);
  CHECK(limiter(world.client).can_proceed(2'501, world.clock.now()).wait > 0s);
  CHECK(world.call(10'001).error().reason == Reason::cost_over_quota);
}

TEST_CASE("the limiter counts every attempt of a call, and keeps what timed out") {
  World world;
  world.server.down_from = at(0s);
  world.server.down_until = at(5s);
  world.server.while_down = Fault::timed_out;
  REQUIRE(world.call());
  CHECK(world.server.calls == 4);
  CHECK(limiter(world.client).used(Unit::requests, world.clock.now()) == 4);
  CHECK(limiter(world.client).used(Unit::tokens, world.clock.now()) == 4 * 150);
}

TEST_CASE("a day of traffic with an outage in each hour passes in no time, and never beyond the limits") {
  World world;
  int answered = 0;
  int total = 0;
  SplitMix64 random{42};
  while (world.clock.now() < at(24h)) {
    const Duration hour = world.clock.now().time_since_epoch() % 1h;
    world.server.down_from = world.clock.now() - hour + 30min;
    world.server.down_until = world.server.down_from + 4min;
    ++total;
    if (world.call(200, 20s)) ++answered;
    world.clock.advance(Duration{static_cast<std::int64_t>(random() % 6'000'000'000)});
  }
  CHECK(total > 20'000);
  CHECK(world.server.busiest_minute <= 50);
  CHECK(static_cast<double>(answered) / total > 0.90);
  const Metrics now = metrics(world.client, world.clock.now());
  CHECK(now.total_requests == static_cast<std::uint64_t>(total));
  CHECK(now.success_rate == Approx(static_cast<double>(answered) / total));
  CHECK(now.circuit_breaker_blocks > 24);
  CHECK(now.circuit_breaker.state == "closed");
  REQUIRE(now.providers.size() == 1);
  CHECK(now.providers[0].name == "server");
  CHECK(now.providers[0].success + now.providers[0].failure ==
        static_cast<std::uint64_t>(world.server.calls));
}
