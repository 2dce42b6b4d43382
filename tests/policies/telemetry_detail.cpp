// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What Telemetry tells apart: how calls ended, who was slow, who held back, how streams went.

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include "desk.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

using namespace desk;

namespace {

using Script = testing::Scripted<int>;

/// Commits after `before`, ends after `after`, having said `tokens`.
struct Stream {
  testing::ManualClock* clock = nullptr;
  Duration before{0};
  Duration after{0};
  std::int64_t tokens = -1;

  Outcome<int> operator()(const int&, Context& ctx) {
    clock->advance(before);
    ctx.commit();
    clock->advance(after);
    ctx.usage.output_tokens = tokens;
    return 1;
  }
};

std::uint64_t all_endings(const Telemetry& telemetry) {
  const Totals totals = telemetry.totals();
  std::uint64_t sum = totals.successes + totals.dropped;
  for (std::size_t i = 0; i < fault_count; ++i) sum += telemetry.ended_with(static_cast<Fault>(i));
  return sum;
}

bool near(Duration read, Duration expected) {
  return read > expected * 98 / 100 && read < expected * 102 / 100;
}

}  // namespace

TEST_CASE("calls are told apart by the fault that they ended with, attempts by the provider's") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry, Retry<1, Backoff<Exponential, NoJitter>>> client{
      Script{failing(Fault::overloaded), failing(Fault::timed_out), failing(Fault::not_found), {1}}};
  for (int i = 0; i < 3; ++i) {
    Context ctx{clock};
    (void)client(0, ctx);
  }
  const Telemetry& seen = telemetry(client);
  CHECK(seen.totals().calls == 3);
  CHECK(seen.totals().successes == 1);
  CHECK(seen.totals().attempts == 4);
  CHECK(seen.ended_with(Fault::timed_out) == 1);
  CHECK(seen.ended_with(Fault::not_found) == 1);
  CHECK(seen.ended_with(Fault::overloaded) == 0);
  CHECK(seen.failures(0, Fault::overloaded) == 1);
  CHECK(seen.failures(0, Fault::timed_out) == 1);
  CHECK(seen.provider(0).failure == 3);
}

TEST_CASE("latencies are kept per provider, those of failed calls apart") {
  testing::ManualClock clock;
  using Both = Failover<Priority, Named<"fast", Script>, Named<"slow", Script>>;
  Resilient<Both, Telemetry> client{
      args(Script{{1, 10ms}, failing(Fault::unavailable), failing(Fault::unauthorized, {}, 7s)},
           Script{{2, 3s}, failing(Fault::unauthorized, {}, 1s)})};
  for (int i = 0; i < 3; ++i) {
    Context ctx{clock};
    (void)client(0, ctx);
  }
  const Telemetry& seen = telemetry(client);
  REQUIRE(seen.providers() == 2);
  CHECK(near(seen.latency(0).quantile(percent(50)), 10ms));
  CHECK(near(seen.latency(1).quantile(percent(50)), 3s));
  CHECK(seen.latency().count() == 2);
  CHECK(seen.latency().sum() == 3s + 10ms);
  CHECK(near(seen.failed_latency().quantile(percent(50)), 8s));
  CHECK(seen.totals().latency == 11s + 10ms);
  CHECK(seen.totals().failovers == 2);
}

TEST_CASE("of a stream the time to its first output and the pace after it are kept") {
  testing::ManualClock clock;
  Resilient<Stream, Telemetry> client{Stream{&clock, 800ms, 2s, 100}};
  Context ctx{clock};
  REQUIRE(client(0, ctx));
  const Telemetry& seen = telemetry(client);
  CHECK(near(seen.time_to_first_output(0).quantile(percent(50)), 800ms));
  CHECK(near(seen.time_per_output_token(0).quantile(percent(50)), 20ms));
  CHECK(near(seen.latency().quantile(percent(50)), 2800ms));
}

TEST_CASE("a call that is no stream, or whose tokens nobody reported, has no pace") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry> plain{Script{{1, 1s}}};
  Context first{clock};
  REQUIRE(plain(0, first));
  CHECK(telemetry(plain).time_to_first_output(0).count() == 0);
  Resilient<Stream, Telemetry> stream{Stream{&clock, 1s, 1s, -1}};
  Context second{clock};
  REQUIRE(stream(0, second));
  CHECK(telemetry(stream).time_to_first_output(0).count() == 1);
  CHECK(telemetry(stream).time_per_output_token(0).count() == 0);
}

TEST_CASE("what policies refuse and how long they hold calls back is kept under their names") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry, Limiter<SlidingWindow, RPM<1>>> client{Script{{1}}};
  for (int i = 0; i < 3; ++i) {
    Context ctx{clock};
    REQUIRE(client(0, ctx));
  }
  Context hasty{clock};
  hasty.deadline = clock.now() + 1s;
  CHECK(client(0, hasty).error().fault == Fault::throttled);
  const Telemetry& seen = telemetry(client);
  REQUIRE(seen.policies() == 1);
  CHECK(seen.policy(0).name == "Limiter");
  CHECK(seen.policy(0).rejected == 1);
  CHECK(seen.policy(0).waits == 2);
  CHECK(near(seen.policy(0).waited, 2min));
  CHECK(near(seen.waits(0).quantile(percent(50)), 1min));
}

TEST_CASE("a breaker's trips and recoveries are counted") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry, Breaker<2, 10s, 1>> client{
      Script{failing(Fault::unavailable), failing(Fault::unavailable), {1}}};
  for (int i = 0; i < 3; ++i) {
    Context ctx{clock};
    (void)client(0, ctx);
  }
  CHECK(telemetry(client).totals().breaker_trips == 1);
  CHECK(telemetry(client).totals().breaker_recoveries == 0);
  clock.advance(11s);
  Context ctx{clock};
  REQUIRE(client(0, ctx));
  CHECK(telemetry(client).totals().breaker_recoveries == 1);
}

TEST_CASE("metrics adds up several telemetries, and its percentiles are those of all calls together") {
  testing::ManualClock clock;
  using Own = Resilient<Script, Telemetry, Limiter<SlidingWindow, RPM<4>>>;
  Failover<Priority, Named<"a", Own>, Named<"b", Own>> client{
      Script{{1, 100ms}, failing(Fault::unavailable), {1, 100ms}}, Script{{2, 9s}}};
  for (int i = 0; i < 3; ++i) {
    Context ctx{clock};
    REQUIRE(client(0, ctx));
  }
  const Metrics now = metrics(client, clock.now());
  CHECK(now.total_requests == 4);
  CHECK(now.attempts == 4);
  CHECK(now.retry_amplification == 1.0);
  CHECK(now.latency_ms.count == 3);
  CHECK(now.latency_ms.p50 == Approx(100).epsilon(0.02));
  CHECK(now.latency_ms.p99 == Approx(9'000).epsilon(0.02));
  REQUIRE(now.providers.find("b") != nullptr);
  CHECK(now.providers.find("b")->latency_ms.p50 == Approx(9'000).epsilon(0.02));
  REQUIRE(now.providers.find("a") != nullptr);
  REQUIRE(now.providers.find("a")->faults.size() == 1);
  CHECK(now.providers.find("a")->faults[0].name == "unavailable");
  CHECK(now.faults.find("unavailable")->count == 1);
  CHECK(now.rate_limiter.quota_left == 0.25);
}

TEST_CASE("after many random endings the sum over the endings is the number of calls") {
  testing::ManualClock clock;
  SplitMix64 random{5};
  const auto odd = [&random](const int&, Context&) -> Outcome<int> {
    const auto draw = random() % 64;
    if (draw == 63) throw 1;
    if (draw > 40) return static_cast<int>(draw);
    return fail(static_cast<Fault>(draw % fault_count));
  };
  Resilient<std::remove_const_t<decltype(odd)>, Telemetry, Retry<2, Backoff<Exponential, Jitter>>,
            Breaker<5, 1s, 1>>
      client{odd};
  const int calls = support::effort(200'000);
  for (int i = 0; i < calls; ++i) {
    Context ctx{clock};
    if (random() % 8 == 0) ctx.deadline = clock.now() + 1s;
    try {
      (void)client(0, ctx);
    } catch (int) {
    }
    clock.advance(Duration{static_cast<std::int64_t>(random() % 1'000'000)});
  }
  const Telemetry& seen = telemetry(client);
  CHECK(seen.totals().calls == static_cast<std::uint64_t>(calls));
  CHECK(all_endings(seen) == static_cast<std::uint64_t>(calls));
  CHECK(seen.totals().dropped > 0);
  CHECK(seen.latency().count() == seen.totals().successes);
}
