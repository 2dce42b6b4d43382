// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Other libraries' scenarios of timeouts and deadlines: each row is played, or there is a reason why not.

#include "peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

#include <aramid/aramid.hpp>

#include <map>

using namespace desk;
using peers::Json;
using testing::ManualClock;
using Script = testing::Scripted<int>;

namespace {

const std::set<std::string> policies{"timeout",           "retry(timeout)",    "timeout(hedge)",
                                     "timeout(fallback)", "fallback(timeout)", "deadline_shed"};

/// "fails at once", "success at once", "blocks 100 ms", "takes 200 ms".
testing::Act<int> act_of(const std::string& operation) {
  if (operation == "success at once") return {1};
  if (operation == "fails at once") return failing(Fault::unavailable);
  const bool blocks = operation.starts_with("blocks ");
  REQUIRE((blocks || operation.starts_with("takes ")));
  testing::Act<int> act{1};
  act.takes = std::stoi(operation.substr(operation.find(' '))) * 1ms;
  return act;
}

std::string operation(const Json& row) {
  REQUIRE(row.at("steps").size() == 1);
  REQUIRE(row.at("steps").at(0).at("event") == "execute");
  return row.at("steps").at(0).at("operation");
}

Duration limit(const Json& row) { return peers::ms(row.at("config").at("timeout_ms")); }

/// Attempts that ended at a limit.
int timeouts(const Error& error) {
  int count = 0;
  for (const Attempt& attempt : error.history) count += attempt.phase == Phase::total ? 1 : 0;
  return count;
}

// The inner timer must not survive its attempt: it would end the wait before the next one.
void play_pending_retry(const Json& row) {
  const Json& config = row.at("config");
  ManualClock clock;
  Script script{act_of(operation(row))};
  Resilient<Script, Retry<>, Timeout<>> client{
      script,
      RetrySettings{.retries = config.at("max_attempts").get<unsigned>() - 1,
                    .base = peers::ms(config.at("retry_delay_ms")),
                    .cap = 60s},
      TimeoutSettings{limit(row)}};
  Context ctx{clock};
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer);
  CHECK(script.calls() == row.at("expect").at("runs").get<unsigned>());
  CHECK(timeouts(answer.error()) == row.at("expect").at("timeouts").get<int>());
  REQUIRE(row.at("expect").at("final") == "exceeded");
  CHECK(answer.error().reason == Reason::retries_exhausted);
}

// The fallback is the second candidate of a Failover, which takes over from the first for the same reason.
void play_fallback(const Json& row) {
  const Json& config = row.at("config");
  const Json& expect = row.at("expect");
  ManualClock clock;
  Script script{act_of(operation(row))};
  const auto stand_in = config.at("fallback").get<std::string>();
  Script fallback{stand_in == "error A" ? failing(Fault::not_found) : act_of(stand_in)};
  const auto judge = [&](auto& client) {
    Context ctx{clock};
    const Instant begin = clock.now();
    const auto answer = client(0, ctx);
    REQUIRE_FALSE(answer);
    CHECK(timeouts(answer.error()) == expect.at("timeouts").get<int>());
    if (expect.contains("fallbacks")) CHECK(fallback.calls() == expect.at("fallbacks").get<unsigned>());
    CHECK(clock.now() - begin == limit(row));
    return answer.error().fault;
  };
  if (row.at("policy") == "fallback(timeout)") {
    Failover<Priority, Resilient<Script, Timeout<>>, Script> client{args(script, TimeoutSettings{limit(row)}),
                                                                    fallback};
    REQUIRE(expect.at("final") == "error A");
    // Of two failures ours tells the one that says more; the stand-in's is the second in the history.
    (void)judge(client);
  } else {
    Resilient<Failover<Priority, Script, Script>, Timeout<>> client{args(script, fallback),
                                                                    TimeoutSettings{limit(row)}};
    REQUIRE(expect.at("final") == "timed_out");
    CHECK(judge(client) == Fault::timed_out);
  }
}

void play_attempt_scope(const Json& row) {
  ManualClock clock;
  Script script{act_of(operation(row))};
  Resilient<Script, Timeout<>> client{script, TimeoutSettings{limit(row)}};
  Context ctx{clock};
  REQUIRE(row.at("expect").at("attempt_scope_cancelled_after") == true);
  CHECK(client(0, ctx));
  CHECK(ctx.deadline == Instant::max());
  CHECK_FALSE(ctx.stop.stop_requested());
}

const std::map<std::string, void (*)(const Json&)> played{
    {"to-fs-pending-retry", play_pending_retry},    {"to-fs-fallback-over-timeout", play_fallback},
    {"to-fs-timeout-over-fallback", play_fallback}, {"to-fs-timeout-over-slow-fallback", play_fallback},
    {"to-fs-child-context", play_attempt_scope},
};

const std::map<std::string, std::string> not_followed{
    {"to-fs-timeout-over-hedge",
     "needs attempts at the same time: played in tests/threads/timeout_hedge.cpp"},
    {"dl-fin-few-tokens",
     "serves a call whose deadline is over, because deadlines of another machine's clock may be wrong; ours "
     "are on "
     "the call's own monotonic clock, and a call without time left is refused, always"},
    {"dl-fin-dark-mode", "the same, in a mode that counts and serves"},
};

}  // namespace

TEST_CASE("timeouts do what other libraries' tests expect of them") {
  for (const Json& row : peers::rows(policies)) {
    const auto id = row.at("id").get<std::string>();
    INFO(row.dump());
    CHECK(played.contains(id) != not_followed.contains(id));
    if (played.contains(id)) played.at(id)(row);
  }
}

TEST_CASE("every row that is named here is one of theirs") {
  std::set<std::string> theirs;
  for (const Json& row : peers::rows(policies)) theirs.insert(row.at("id").get<std::string>());
  if (theirs.empty()) return;
  for (const auto& [id, play] : played) CHECK(theirs.contains(id));
  for (const auto& [id, reason] : not_followed) CHECK(theirs.contains(id));
  CHECK(theirs.size() == played.size() + not_followed.size());
}

#endif
