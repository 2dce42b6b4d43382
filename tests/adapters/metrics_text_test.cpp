// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What metrics look like as JSON and as a table.

#include "support/catch.hpp"

#include <aramid/adapters/json.hpp>
#include <aramid/adapters/table.hpp>
#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

using Json = nlohmann::ordered_json;
using Script = testing::Scripted<int>;
using Guarded = Resilient<Script, Retry<1, Backoff<Exponential, NoJitter, 1s, 10s>>, Breaker<5, 60s, 3>,
                          Limiter<SlidingWindow, RPM<50>, TPM<10'000>>>;
using Client = Resilient<Failover<Priority, Named<"hf", Guarded>, Named<"ollama", Guarded>>, Telemetry>;

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

/// Two calls: one answered by hf, one by ollama after hf failed twice.
Metrics two_calls() {
  testing::ManualClock clock;
  testing::Act<int> good{7, 250ms};
  good.usage = {100, 20};
  const Script hf{good, {fail(Fault::unavailable, 500)}};
  const Script ollama{good};
  Client client{args(hf, ollama)};
  for (int i = 0; i < 2; ++i) {
    Context ctx = clock.context();
    ctx.cost.tokens = 100;
    (void)client(0, ctx);
  }
  return metrics(client, clock.now());
}

std::string line_of(const std::string& table, const std::string& label) {
  const std::size_t at = table.find(label);
  return at == std::string::npos ? "" : table.substr(at, table.find('\n', at) - at);
}

}  // namespace

TEST_CASE("the JSON of the metrics begins with the promised keys", "[adapters][metrics]") {
  const Json json = Json::parse(to_json(two_calls()));
  const std::vector<std::string> promised{
      "total_requests", "success_rate",           "avg_latency_ms", "total_tokens",    "retries",
      "rate_limited",   "circuit_breaker_blocks", "providers",      "circuit_breaker", "rate_limiter"};
  std::vector<std::string> keys = keys_of(json);
  REQUIRE(keys.size() > promised.size());
  keys.resize(promised.size());
  CHECK(keys == promised);
  CHECK(keys_of(json["providers"]) == std::vector<std::string>{"hf", "ollama"});
}

TEST_CASE("percentiles and faults are objects in the JSON, a fault is its count", "[adapters][metrics]") {
  const Json json = Json::parse(to_json(two_calls()));
  CHECK(json["latency_ms"]["count"] == 2);
  CHECK(json["providers"]["hf"]["latency_ms"]["p50"].get<double>() == Approx(250).epsilon(0.02));
  CHECK(json["providers"]["hf"]["faults"] == Json{{"unavailable", 2}});
  CHECK(json["faults"] == Json::object());
  CHECK(json["attempts"] == 4);
  CHECK(json["retry_amplification"] == 2.0);
}

TEST_CASE("numbers in the JSON are numbers, and those of the calls made", "[adapters][metrics]") {
  const Json json = Json::parse(to_json(two_calls()));
  CHECK(json["total_requests"] == 2);
  CHECK(json["success_rate"].is_number_float());
  CHECK(json["success_rate"] == 1.0);
  // 250 ms, and 1 s of backoff with 250 ms.
  CHECK(json["avg_latency_ms"] == 750.0);
  CHECK(json["total_tokens"] == 240);
  CHECK(json["retries"] == 1);
  CHECK(json["rate_limited"] == 0);
  CHECK(json["circuit_breaker_blocks"] == 0);
  CHECK(json["providers"]["hf"]["success"] == 1);
  CHECK(json["providers"]["hf"]["failure"] == 2);
  CHECK(json["providers"]["ollama"]["success"] == 1);
  CHECK(json["providers"]["ollama"]["failure"] == 0);
  CHECK(json["circuit_breaker"]["state"] == "closed");
  CHECK(json["circuit_breaker"]["failures"] == 2);
  CHECK(json["rate_limiter"]["requests_last_minute"] == 4);
}

TEST_CASE("JSON is indented as asked, or one line", "[adapters][metrics]") {
  const Metrics now = two_calls();
  CHECK(to_json(now, -1).find('\n') == std::string::npos);
  CHECK(to_json(now, 4).find("\n    \"success_rate\"") != std::string::npos);
  CHECK(Json::parse(to_json(now, -1)) == Json::parse(to_json(now)));
}

TEST_CASE("a provider's name that is not UTF-8 does not break the JSON", "[adapters][metrics]") {
  Metrics now;
  now.providers.at("bad\xff\"name").success = 1;
  const Json json = Json::parse(to_json(now));
  REQUIRE(json["providers"].size() == 1);
  CHECK(json["providers"].begin().value()["success"] == 1);
}

TEST_CASE("the table has a line for each number, and the success rate as a percentage",
          "[adapters][metrics]") {
  Metrics now = two_calls();
  now.success_rate = 0.975;
  const std::string table = to_table(now);
  CHECK(line_of(table, "success rate").ends_with(" 97.5%"));
  CHECK(line_of(table, "avg latency ms").ends_with(" 750.0"));
  CHECK(line_of(table, "total requests").ends_with(" 2"));
  CHECK(line_of(table, "providers: hf").find(" 1 ok, 2 failed, 2") != std::string::npos);
  CHECK(line_of(table, "circuit breaker: state").ends_with(" closed"));
  CHECK(line_of(table, "rate limiter: requests last minute").ends_with(" 4"));
  CHECK(line_of(table, "telepathy").empty());
}
