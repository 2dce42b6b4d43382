// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Other libraries' scenarios of delays, retries and timeouts.

#include "peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

#include <aramid/aramid.hpp>

#include <functional>
#include <map>
#include <stdexcept>

using namespace desk;
using peers::Json;

namespace {

constexpr Duration never = Duration::max();

template <class Curve, class Spread>
Duration delay_of(const Json& config, unsigned retry, std::uint64_t random) {
  const RetrySettings settings{1, peers::ms(config.at("base_ms")), peers::ms_or(config, "max_ms", never)};
  return detail::next_delay<Curve, Spread>(settings, retry, {}, never, random).delay;
}

Duration delay_of(const Json& config, unsigned retry, std::uint64_t random) {
  const bool constant = config.at("kind") == "constant";
  if (config.contains("jitter")) {
    return constant ? delay_of<Constant, Jitter>(config, retry, random)
                    : delay_of<Exponential, Jitter>(config, retry, random);
  }
  return constant ? delay_of<Constant, NoJitter>(config, retry, random)
                  : delay_of<Exponential, NoJitter>(config, retry, random);
}

/// Curves that exist here; jitter only where the row asks for a bound and not for the peer's own numbers.
bool has_curve(const Json& config) {
  if (config.contains("cases")) return false;
  if (config.at("kind") != "constant" && config.at("kind") != "exponential") return false;
  return peers::value_or(config, "factor", 2.0) == 2.0;
}

bool construct(const Json& values) {
  RetrySettings settings;
  settings.base = peers::ms_or(values, "base_ms", 1s);
  settings.cap = peers::ms_or(values, "max_ms", 60s);
  return refusal_of([&] {
           const Retry<> retry{settings};
           (void)retry;
         })
      .empty();
}

}  // namespace

TEST_CASE("delays are what other libraries' tests of constant and exponential back-off expect") {
  const auto rows = peers::rows({"backoff"});
  if (rows.empty()) return;
  int played = 0;
  for (const Json& row : rows) {
    const Json& config = row.at("config");
    if (!has_curve(config)) continue;
    INFO(row.at("id"));
    ++played;
    std::size_t turn = 0;
    for (const Json& step : row.at("steps")) {
      const auto retry = step.at("attempt").get<unsigned>();
      if (row.at("expect").contains("delays_ms")) {
        CHECK(delay_of(config, retry, 0x8000'0000) == peers::ms(row.at("expect").at("delays_ms").at(turn++)));
      } else {
        SplitMix64 random{retry};
        for (int i = 0; i < 100; ++i) {
          const Duration delay = delay_of(config, retry, random());
          CHECK(delay > Duration{0});
          CHECK(delay <= peers::ms(config.at("max_ms")));
        }
      }
    }
  }
  CHECK(played >= 9);
}

TEST_CASE("delays that other libraries refuse are refused") {
  const auto rows = peers::rows({"backoff"});
  if (rows.empty()) return;
  int refused = 0;
  for (const Json& row : rows) {
    if (!row.at("config").contains("cases")) continue;
    for (const Json& values : row.at("config").at("cases")) {
      if (!values.contains("base_ms")) continue;  // a jitter's own parameter: ours has none
      INFO(values.dump());
      CHECK(!construct(values));
      ++refused;
    }
  }
  CHECK(refused >= 4);
}

namespace {

struct OnlyHandled {
  bool operator()(const Error& error) const noexcept { return error.fault == Fault::unavailable; }
};

using Loop = RetryLoop<detail::RetriesSetAtRunTime, Exponential, NoJitter, OnlyHandled>;
struct Retries : Loop {
  using Loop::Loop;
  using Settings = RetrySettings;
};

struct Told {
  std::vector<Fault> faults;  // then successes
  bool last_for_ever = false;
  bool cancels = false;
  Duration second_takes{0};
};

/// The operations of the rows that can be played, by the words in which the rows describe them.
const std::map<std::string, Told> operations{
    {"success", {{}}},
    {"cancels the token, then returns a value", {{}, false, true}},
    {"always fails", {{Fault::unavailable}, true}},
    {"fails 5 times, then true", {std::vector<Fault>(5, Fault::unavailable)}},
    {"attempt 1: 0 ms fail; attempt 2: 120 ms fail", {{Fault::unavailable}, true, false, 120ms}},
    {"'retry 1', then 'reject'", {{Fault::unavailable, Fault::not_found}}},
    {"A, then B", {{Fault::unavailable, Fault::not_found}}},
};

unsigned retries_of(const Json& config) {
  if (config.contains("max_retries")) return config.at("max_retries").get<unsigned>();
  const Json attempts = config.value("max_attempts", Json(10));
  return attempts == "infinite" ? forever : attempts.get<unsigned>() - 1;
}

}  // namespace

TEST_CASE("retries are as many as other libraries' tests expect") {
  const auto rows = peers::rows({"retry"});
  if (rows.empty()) return;
  int played = 0;
  std::string skipped;
  for (const Json& row : rows) {
    const auto id = row.at("id").get<std::string>();
    const Json& config = row.at("config");
    const auto operation =
        operations.find(peers::value_or<std::string>(row.at("steps").back(), "operation", ""));
    if (operation == operations.end() || config.contains("delay_generator_ms")) {
      skipped += " " + id;
      continue;
    }
    INFO(id);
    ++played;
    const Told& told = operation->second;
    testing::ManualClock clock;
    std::stop_source source;
    int runs = 0;
    auto provider = [&](int, Context&) -> Outcome<int> {
      if (told.cancels) source.request_stop();
      if (++runs == 2) clock.advance(told.second_takes);
      const auto turn = static_cast<std::size_t>(runs) - 1;
      if (turn < told.faults.size()) return fail(told.faults[turn]);
      if (told.last_for_ever) return fail(told.faults.back());
      return 1;
    };
    Resilient<decltype(provider), Retries> client{provider, RetrySettings{retries_of(config), 1ns, 1ns}};
    Context ctx{clock};
    ctx.stop = source.get_token();
    if (config.contains("max_duration_ms"))
      ctx.deadline = clock.now() + peers::ms(config.at("max_duration_ms"));
    if (row.at("steps").front().at("event") == "cancel") source.request_stop();
    const auto answer = client(0, ctx);
    const Json& expect = row.at("expect");
    CHECK(runs == expect.at("runs").get<int>());
    const auto final = expect.at("final").get<std::string>();
    if (final == "value" || final == "true") CHECK(answer.has_value());
    if (final == "cancelled") CHECK((!answer && answer.error().fault == Fault::cancelled));
    if (final == "B" || final == "reject") CHECK((!answer && answer.error().fault == Fault::not_found));
    if (final.find("fail") != std::string::npos || final.find("last error") != std::string::npos) {
      CHECK((!answer && answer.error().fault == Fault::unavailable));
    }
  }
  INFO("skipped, as they ask for something else:" << skipped);
  CHECK(played >= 8);
}

TEST_CASE("the scope of a timeout ends with the attempt, as other libraries' tests expect") {
  const auto rows = peers::rows({"timeout"});
  if (rows.empty()) return;
  for (const Json& row : rows) {
    INFO(row.at("id"));
    REQUIRE(row.at("steps").at(0).at("operation") == "success at once");
    testing::ManualClock clock;
    testing::Scripted<int> script{{1}};
    Resilient<testing::Scripted<int>, Timeout<>> client{
        script, TimeoutSettings{peers::ms(row.at("config").at("timeout_ms"))}};
    Context ctx{clock};
    CHECK(client(0, ctx));
    CHECK(ctx.deadline == Instant::max());
  }
}

TEST_CASE("every scenario is of a policy that is played, or of one that is known not to be here") {
  const std::set<std::string> played{"circuit_breaker", "backoff", "retry", "timeout"};
  const std::set<std::string> absent{"retry_budget",
                                     "rate_limiter",
                                     "bulkhead",
                                     "hedge",
                                     "circuit_breaker_window",
                                     "adaptive_limit",
                                     "circuit_breaker_trip_rule",
                                     "failure_accrual",
                                     "timeout(fallback)",
                                     "deadline_shed",
                                     "circuit_breaker_probe",
                                     "retry_throttle",
                                     "retry_quota",
                                     "retry(timeout)",
                                     "timeout(hedge)",
                                     "fallback(timeout)",
                                     "adaptive_throttle",
                                     "peak_ewma",
                                     "adaptive_rate"};
  std::set<std::string> all = played;
  all.insert(absent.begin(), absent.end());
  std::ifstream in{peers::file()};
  if (!in) return;
  for (const Json& row : Json::parse(in)) {
    INFO(row.at("id"));
    CHECK(all.contains(row.at("policy").get<std::string>()));
  }
}

#endif
