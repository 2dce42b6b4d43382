// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What Telemetry counts, and how metrics() shows it.

#include <aramid/aramid.hpp>
#include <aramid/policies/metrics_reflection.hpp>

#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/second.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

using Script = testing::Scripted<int>;

testing::Act<int> answering(int value, Duration takes = Duration{0}, Usage usage = {}) {
  testing::Act<int> act{value};
  act.takes = takes;
  act.usage = usage;
  return act;
}

template <class Client>
Outcome<int> call(Client& client, testing::ManualClock& clock) {
  Context ctx{clock};
  return client(0, ctx);
}

template <class Struct>
std::vector<std::string> keys_of() {
  std::vector<std::string> keys;
  boost::hana::for_each(Struct{}, [&](auto&& member) {
    keys.emplace_back(boost::hana::to<char const*>(boost::hana::first(member)));
  });
  return keys;
}

}  // namespace

TEST_CASE("a client that has done nothing has a success rate of 1 and zeros everywhere else") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry, Breaker<5, 60s, 3>, Limiter<SlidingWindow, RPM<50>>> client{Script{{1}}};
  const Metrics now = metrics(client, clock.now());
  CHECK(now.total_requests == 0);
  CHECK(now.success_rate == 1.0);
  CHECK(now.avg_latency_ms == 0.0);
  CHECK(now.total_tokens == 0);
  CHECK(now.retries == 0);
  CHECK(now.rate_limited == 0);
  CHECK(now.circuit_breaker_blocks == 0);
  CHECK(now.providers.empty());
  CHECK(now.circuit_breaker.state == "closed");
  CHECK(now.rate_limiter.requests_last_minute == 0);
}

TEST_CASE("the success rate is a fraction of the calls, and latency an average in milliseconds") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry> client{Script{answering(1, 100ms), answering(1, 300ms), answering(1, 0ms),
                                             failing(Fault::invalid_request, {}, 600ms)}};
  for (int i = 0; i < 4; ++i) (void)call(client, clock);
  const Metrics now = metrics(client, clock.now());
  CHECK(now.total_requests == 4);
  CHECK(now.success_rate == 0.75);
  CHECK(now.avg_latency_ms == Approx(250.0));
}

TEST_CASE("latency includes the waits between attempts") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry, Backoff<Exponential, NoJitter>> client{
      Script{failing(Fault::unavailable, {}, 500ms), answering(1, 500ms)}};
  REQUIRE(call(client, clock));
  const Metrics now = metrics(client, clock.now());
  CHECK(now.avg_latency_ms == Approx(2000.0));
  CHECK(now.retries == 1);
  CHECK(now.total_requests == 1);
  CHECK(now.success_rate == 1.0);
}

TEST_CASE("tokens are those that providers report for calls that succeed") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry> client{
      Script{answering(1, 0s, {120, 30}), answering(1, 0s, {-1, 7}), answering(1)}};
  for (int i = 0; i < 3; ++i) (void)call(client, clock);
  CHECK(metrics(client, clock.now()).total_tokens == 157);
}

TEST_CASE("retries are counted one by one, over all calls") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry, Retry<3, Backoff<Exponential, NoJitter>>> client{
      Script{failing(Fault::unavailable)}};
  for (int i = 0; i < 5; ++i) (void)call(client, clock);
  CHECK(metrics(client, clock.now()).retries == 15);
  CHECK(telemetry(client).totals().calls == 5);
}

TEST_CASE("a provider's rate limit and our own limiter's both count as rate limited") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry, Limiter<SlidingWindow, RPM<2>>> client{
      Script{failing(Fault::rate_limited), {1}}};
  (void)call(client, clock);
  CHECK(metrics(client, clock.now()).rate_limited == 1);
  REQUIRE(call(client, clock));
  REQUIRE(call(client, clock));  // waits for the window
  CHECK(metrics(client, clock.now()).rate_limited == 2);
  REQUIRE(call(client, clock));
  Context hasty{clock};
  hasty.deadline = clock.now() + 1s;
  CHECK(client(0, hasty).error().fault == Fault::throttled);
  CHECK(metrics(client, clock.now()).rate_limited == 3);
}

TEST_CASE("calls that a breaker refuses are counted as blocks, not as failures of the provider") {
  testing::ManualClock clock;
  Resilient<Script, Telemetry, Breaker<2, 60s, 1>> client{Script{failing(Fault::unavailable)}};
  for (int i = 0; i < 7; ++i) (void)call(client, clock);
  const Metrics now = metrics(client, clock.now());
  CHECK(now.circuit_breaker_blocks == 5);
  CHECK(now.total_requests == 7);
  CHECK(now.success_rate == 0.0);
  CHECK(now.circuit_breaker.state == "open");
  CHECK(now.circuit_breaker.failures == 2);
  REQUIRE(now.providers.size() == 1);
  CHECK(now.providers[0].failure == 2);
}

TEST_CASE("each provider of a failover has its own successes and failures under its name") {
  testing::ManualClock clock;
  Script first{failing(Fault::unavailable), failing(Fault::unavailable), answering(1)};
  Script second{answering(2)};
  using Both = Failover<Priority, Named<"first", Resilient<Script, Retry<0, Backoff<Exponential, NoJitter>>>>,
                        Named<"second", Script>>;
  Resilient<Both, Telemetry> client{args(first, second)};
  for (int i = 0; i < 3; ++i) REQUIRE(call(client, clock));
  const Metrics now = metrics(client, clock.now());
  CHECK(now.total_requests == 3);
  CHECK(now.success_rate == 1.0);
  std::size_t seen = 0;
  for (const ProviderMetrics& provider : now.providers) {
    if (provider.name == "first") {
      ++seen;
      CHECK(provider.success == 1);
      CHECK(provider.failure == 2);
    }
    if (provider.name == "second") {
      ++seen;
      CHECK(provider.success == 2);
      CHECK(provider.failure == 0);
    }
  }
  CHECK(seen == 2);
  CHECK(now.providers.size() == 2);
}

TEST_CASE("a call that throws counts as failed, and the listener chain is as it was") {
  testing::ManualClock clock;
  bool broken = true;
  auto provider = [&](int, Context&) -> Outcome<int> {
    if (broken) throw std::runtime_error{"broken"};
    return 1;
  };
  Resilient<decltype(provider), Telemetry> client{provider};
  Context ctx{clock};
  CHECK_THROWS_AS(client(0, ctx), std::runtime_error);
  CHECK(!ctx.listeners.want(EventKind::attempt_failed));
  broken = false;
  REQUIRE(call(client, clock));
  CHECK(metrics(client, clock.now()).total_requests == 2);
  CHECK(metrics(client, clock.now()).success_rate == 0.5);
}

TEST_CASE("providers beyond the sixteenth count together as other") {
  static constexpr const char* names[] = {"p00", "p01", "p02", "p03", "p04", "p05", "p06",
                                          "p07", "p08", "p09", "p10", "p11", "p12", "p13",
                                          "p14", "p15", "p16", "p17", "p18", "p19"};
  Telemetry telemetry;
  for (int round = 0; round < 3; ++round) {
    for (const char* name : names) {
      Caller caller{telemetry};
      CallAccess::set_provider(caller.ctx, name);
      REQUIRE(caller.enter(at(0s)));
      caller.succeed(at(1s));
    }
  }
  REQUIRE(telemetry.providers() == 17);
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK(telemetry.provider(i).name == names[i]);
    CHECK(telemetry.provider(i).success == 3);
  }
  CHECK(telemetry.provider(16).name == "other");
  CHECK(telemetry.provider(16).success == 12);
  CHECK(telemetry.totals().successes == 60);
  CHECK(telemetry.totals().latency == Duration{60s});
}

TEST_CASE("the same name at two addresses is one provider") {
  static constexpr char here[] = "twin";
  static constexpr char there[] = "twin";
  Telemetry telemetry;
  for (const char* name : {&here[0], &there[0], &here[0]}) {
    Caller caller{telemetry};
    CallAccess::set_provider(caller.ctx, name);
    REQUIRE(caller.enter(at(0s)));
    caller.succeed(at(0s));
  }
  REQUIRE(telemetry.providers() == 1);
  CHECK(telemetry.provider(0).success == 3);
}

TEST_CASE("metrics has the promised keys first and in their order, then the rest") {
  CHECK(keys_of<Metrics>() ==
        std::vector<std::string>{"total_requests", "success_rate", "avg_latency_ms", "total_tokens",
                                 "retries", "rate_limited", "circuit_breaker_blocks", "providers",
                                 "circuit_breaker", "rate_limiter", "attempts", "retry_amplification",
                                 "failovers", "hedges", "fallbacks", "latency_ms", "failed_latency_ms",
                                 "faults", "policies"});
  CHECK(keys_of<ProviderMetrics>() == std::vector<std::string>{"success", "failure", "latency_ms",
                                                               "time_to_first_output_ms",
                                                               "output_tokens_per_second", "faults"});
  CHECK(keys_of<BreakerMetrics>() == std::vector<std::string>{"state", "failures", "trips", "recoveries"});
  CHECK(keys_of<LimiterMetrics>() ==
        std::vector<std::string>{"requests_last_minute", "tokens_last_minute", "quota_left", "waiting"});
}

TEST_CASE("of several breakers the worst state is shown, and limiters are added up") {
  testing::ManualClock clock;
  using Client = Resilient<Script, Breaker<1, 60s, 1>, Limiter<SlidingWindow, RPM<50>, TPM<1000>>>;
  Failover<Priority, Named<"bad", Client>, Named<"good", Client>> client{Script{failing(Fault::unavailable)},
                                                                         Script{answering(1)}};
  Context ctx{clock};
  ctx.cost.tokens = 100;
  REQUIRE(client(0, ctx));
  const Metrics now = metrics(client, clock.now());
  CHECK(now.circuit_breaker.state == "open");
  CHECK(now.circuit_breaker.failures == 1);
  CHECK(now.rate_limiter.requests_last_minute == 2);
  CHECK(now.rate_limiter.tokens_last_minute == 200);
  const Metrics later = metrics(client, clock.now() + 60s);
  CHECK(later.circuit_breaker.state == "half_open");
  CHECK(later.rate_limiter.requests_last_minute == 0);
}

TEST_CASE("a nested client's telemetry is reached through the outer client") {
  testing::ManualClock clock;
  using Inner = Resilient<Script, Telemetry>;
  Resilient<Inner, Timeout<30s>> client{Script{answering(1)}};
  REQUIRE(call(client, clock));
  CHECK(telemetry(client).totals().calls == 1);
  CHECK(metrics(client, clock.now()).total_requests == 1);
}
