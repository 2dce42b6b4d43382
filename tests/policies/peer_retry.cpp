// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Other libraries' scenarios of retries and timeouts.

#include "peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

#include <aramid/aramid.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>

using namespace desk;
using peers::Json;

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
  Duration each_takes{0};
};

/// Rows that are not played, and why.
const std::map<std::string, std::string> not_followed{
    {"rt-polly-discarded-results", "a value is never a failure here, so no result is ever discarded"},
    {"rt-tower-no-clone", "a compile error here: tests/compile_fail/provider.cpp"},
};

/// What a caller can hear of the retries.
struct Heard : Listener {
  std::vector<Event> events;
  Heard()
      : Listener{mask_of(EventKind::attempt_failed, EventKind::retry_scheduled, EventKind::gave_up),
                 &Heard::hear} {}
  static void hear(Listener& self, const Event& event) noexcept {
    static_cast<Heard&>(self).events.push_back(event);
  }
  int count(EventKind kind) const {
    return static_cast<int>(std::count_if(events.begin(), events.end(),
                                          [kind](const Event& event) { return event.kind == kind; }));
  }
};

/// A manual clock that counts how often somebody waits on it.
struct CountingClock final : Driver {
  testing::ManualClock clock;
  int waits = 0;
  Instant now() noexcept override { return clock.now(); }
  void wait(Instant until, Waker& waker, const std::stop_token& stop) noexcept override {
    ++waits;
    clock.wait(until, waker, stop);
  }
  std::uint64_t random() noexcept override { return clock.random(); }
};

/// The operations of the rows that can be played, by the words in which the rows describe them.
const std::map<std::string, Told> operations{
    {"success", {{}}},
    {"cancels the token, then returns a value", {{}, false, true}},
    {"cancels the token, then returns a handled value", {{Fault::unavailable}, true, true}},
    {"handled", {{Fault::unavailable}, true}},
    {"handled, takes 1000 ms", {{Fault::unavailable}, true, false, 0ms, 1000ms}},
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

/// "warning" is an attempt after which another one comes, "error" the last one.
void check_attempts(const Heard& heard, const Json& expected) {
  std::size_t turn = 0;
  for (std::size_t i = 0; i < heard.events.size(); i += 2, ++turn) {
    const Json& wanted = expected.at(turn);
    REQUIRE(heard.events.at(i).kind == EventKind::attempt_failed);
    CHECK(heard.events.at(i).duration == peers::ms(wanted.at("duration_ms")));
    CHECK(heard.events.at(i).attempt == wanted.at("n").get<unsigned>() + 1);
    const bool last = wanted.at("level") == "error";
    CHECK(heard.events.at(i + 1).kind == (last ? EventKind::gave_up : EventKind::retry_scheduled));
  }
  CHECK(turn == expected.size());
}

}  // namespace

TEST_CASE("retries are as many as other libraries' tests expect") {
  const auto rows = peers::rows({"retry"});
  if (rows.empty()) return;
  std::size_t passed_over = 0;
  for (const Json& row : rows) {
    const auto id = row.at("id").get<std::string>();
    const Json& config = row.at("config");
    INFO(id);
    if (const auto reason = not_followed.find(id); reason != not_followed.end()) {
      CHECK(!reason->second.empty());
      ++passed_over;
      continue;
    }
    const auto operation =
        operations.find(peers::value_or<std::string>(row.at("steps").back(), "operation", ""));
    REQUIRE(operation != operations.end());
    const Told& told = operation->second;
    CountingClock driver;
    testing::ManualClock& clock = driver.clock;
    std::stop_source source;
    int runs = 0;
    auto provider = [&](int, Context&) -> Outcome<int> {
      if (told.cancels) source.request_stop();
      if (++runs == 2) clock.advance(told.second_takes);
      clock.advance(told.each_takes);
      const auto turn = static_cast<std::size_t>(runs) - 1;
      if (turn < told.faults.size()) return fail(told.faults[turn]);
      if (told.last_for_ever) return fail(told.faults.back());
      return 1;
    };
    Resilient<decltype(provider), Retries> client{
        provider, RetrySettings{.retries = retries_of(config), .base = 1ns, .cap = 1ns, .first = 0s}};
    Context ctx{driver};
    Heard heard;
    ctx.listeners.link(heard);
    ctx.stop = source.get_token();
    if (config.contains("max_duration_ms"))
      ctx.deadline = clock.now() + peers::ms(config.at("max_duration_ms"));
    if (row.at("steps").front().at("event") == "cancel") source.request_stop();
    const auto answer = client(0, ctx);
    ctx.listeners.unlink(heard);
    const Json& expect = row.at("expect");
    if (expect.contains("runs")) CHECK(runs == expect.at("runs").get<int>());
    // Not followed: on_retry_calls of rt-polly-cancel-in-run. A retry that is not made is not announced.
    if (expect.contains("retries"))
      CHECK(heard.count(EventKind::retry_scheduled) == expect.at("retries").get<int>());
    for (const char* key : {"exceeded_events", "give_up_events"}) {
      if (expect.contains(key)) CHECK(heard.count(EventKind::gave_up) == expect.at(key).get<int>());
    }
    if (expect.contains("attempt_events")) check_attempts(heard, expect.at("attempt_events"));
    const auto final = peers::value_or<std::string>(expect, "final", "");
    if (final == "value" || final == "true") CHECK(answer.has_value());
    if (final == "cancelled") CHECK((!answer && answer.error().fault == Fault::cancelled));
    if (final == "B" || final == "reject") CHECK((!answer && answer.error().fault == Fault::not_found));
    if (final.find("fail") != std::string::npos || final.find("last error") != std::string::npos) {
      CHECK((!answer && answer.error().fault == Fault::unavailable));
    }
  }
  CHECK(passed_over == not_followed.size());
  CHECK(rows.size() > 2 * passed_over);
}

TEST_CASE("a retry without a delay waits for nothing") {
  CountingClock driver;
  auto provider = [](int, Context&) -> Outcome<int> { return fail(Fault::unavailable); };
  Resilient<decltype(provider), Retry<3, Delays<0s>>> client{provider};
  Context ctx{driver};
  CHECK(!client(0, ctx));
  CHECK(ctx.attempt() == 4);
  CHECK(driver.waits == 0);
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
  const std::set<std::string> played{"circuit_breaker", "backoff",        "retry",      "timeout",
                                     "retry_budget",    "retry_throttle", "retry_quota"};
  const std::set<std::string> absent{
      "rate_limiter",           "bulkhead",          "hedge",
      "circuit_breaker_window", "adaptive_limit",    "circuit_breaker_trip_rule",
      "failure_accrual",        "timeout(fallback)", "deadline_shed",
      "circuit_breaker_probe",  "retry(timeout)",    "timeout(hedge)",
      "fallback(timeout)",      "adaptive_throttle", "peak_ewma",
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
