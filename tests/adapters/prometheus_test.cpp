// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a scraper reads of a client.

#if __has_include(<prometheus/collectable.h>)

#include "support/catch.hpp"

#include <aramid/adapters/prometheus.hpp>
#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <prometheus/metric_family.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

using Script = testing::Scripted<int>;
using Guarded = Resilient<Script, Retry<1, Backoff<Exponential, NoJitter, 1s, 10s>>, Breaker<1, 60s, 3>,
                          Limiter<SlidingWindow, RPM<4>>>;
using Client = Resilient<Failover<Priority, Named<"hf", Guarded>, Named<"ollama", Guarded>>, Telemetry>;

/// One call that ollama answers in 250 ms after hf failed and was not asked again a second later, and one that
/// neither answers.
Metrics two_calls() {
  testing::ManualClock clock;
  Client client{
      args(Script{{fail(Fault::unavailable, 500)}}, Script{{7, 250ms}, {fail(Fault::unauthorized, 401)}})};
  for (int i = 0; i < 2; ++i) {
    Context ctx = clock.context();
    ctx.deadline = clock.now() + 10s;
    (void)client(0, ctx);
  }
  return metrics(client, clock.now());
}

/// The samples of an exposition by their name and labels.
std::map<std::string, std::string> samples(const std::string& text) {
  std::map<std::string, std::string> all;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) continue;
    const std::size_t blank = line.rfind(' ');
    REQUIRE(all.emplace(line.substr(0, blank), line.substr(blank + 1)).second);  // no series twice
  }
  return all;
}

}  // namespace

TEST_CASE("a scraper reads counters, histograms in seconds, and the state of the breaker",
          "[adapters][prometheus]") {
  const auto seen = samples(to_prometheus(two_calls(), "chat"));
  CHECK(seen.at(R"(aramid_calls_total{client="chat"})") == "2");
  CHECK(seen.at(R"(aramid_provider_calls_total{client="chat",provider="ollama"})") == "1");
  CHECK(seen.at(R"(aramid_attempt_failures_total{client="chat",provider="hf",fault="unavailable"})") == "1");
  CHECK(seen.at(R"(aramid_call_failures_total{client="chat",fault="unauthorized"})") == "1");
  CHECK(seen.at(R"(aramid_call_duration_seconds_bucket{client="chat",provider="ollama",le="1"})") == "0");
  CHECK(seen.at(R"(aramid_call_duration_seconds_bucket{client="chat",provider="ollama",le="2.5"})") == "1");
  CHECK(seen.at(R"(aramid_call_duration_seconds_bucket{client="chat",provider="ollama",le="+Inf"})") == "1");
  CHECK(std::stod(seen.at(R"(aramid_call_duration_seconds_sum{client="chat",provider="ollama"})")) ==
        Approx(1.25));
  CHECK(seen.at(R"(aramid_breaker_state{client="chat",state="open"})") == "1");
  CHECK(seen.at(R"(aramid_breaker_state{client="chat",state="closed"})") == "0");
  CHECK(seen.at(R"(aramid_breaker_trips_total{client="chat"})") == "1");
  CHECK(seen.at(R"(aramid_policy_rejections_total{client="chat",policy="Breaker"})") != "0");
  CHECK(seen.at(R"(aramid_limiter_quota_left_ratio{client="chat"})") == "0.75");
}

TEST_CASE("names keep to the conventions: a prefix, base units, counters that end in total",
          "[adapters][prometheus]") {
  const PrometheusMetrics numbers{"chat", [] { return two_calls(); }};
  std::set<std::string> names;
  for (const prometheus::MetricFamily& family : numbers.Collect()) {
    INFO(family.name);
    CHECK(names.insert(family.name).second);
    CHECK(family.name.starts_with("aramid_"));
    CHECK(family.name.find("_ms") == std::string::npos);
    CHECK_FALSE(family.metric.empty());
    CHECK(family.help.ends_with("."));
    CHECK(family.name.ends_with("_total") == (family.type == prometheus::MetricType::Counter));
  }
  CHECK(names.size() > 20);
}

#endif
