// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Every kind of event as a line. Whole calls are in the tests of LlmClient.

#include <aramid/policies/call_log.hpp>
#include <aramid/testing.hpp>

#include "support/catch.hpp"

#include <stdexcept>
#include <string>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Heard {
  LogLevel level{};
  std::string line;
};

/// The line of one event, in a call that is at its first attempt at "a" for `took`.
Heard line_of(Event event, Duration took = 0s, unsigned attempts_each = 0) {
  testing::ManualClock clock;
  Context ctx = clock.context();
  Heard heard;
  const CallLog log{ctx, [&](LogLevel level, std::string_view line) { heard = {level, std::string{line}}; },
                    attempts_each};
  ctx.announce({.kind = EventKind::attempt_started, .provider = "a"});
  CHECK(heard.line == "Attempting provider: a");
  clock.advance(took);
  heard = {};
  if (event.provider.empty()) event.provider = "a";
  ctx.announce(event);
  return heard;
}

}  // namespace

TEST_CASE("each event that is worth a line has one, with its numbers", "[policies][log]") {
  using enum EventKind;
  const auto check = [](const Heard& heard, LogLevel level, const char* line) {
    CHECK(heard.line == line);
    CHECK(heard.level == level);
  };
  const auto warning = LogLevel::warning;
  check(line_of({.kind = attempt_failed, .fault = Fault::timed_out}, 30s, 4), warning,
        "Timeout after 30.0s (attempt 1/4)");
  check(line_of({.kind = attempt_failed, .fault = Fault::timed_out, .phase = Phase::idle}, 1250ms), warning,
        "Timeout (idle) after 1.3s (attempt 1)");
  check(line_of({.kind = attempt_failed, .fault = Fault::rate_limited}, 99ms), warning,
        "Failed, rate_limited, after 99ms (attempt 1)");
  check(line_of({.kind = attempt_failed, .fault = Fault::cancelled}, 100ms), LogLevel::info,
        "Cancelled after 0.1s (attempt 1)");
  check(line_of({.kind = attempt_succeeded}, 2s), LogLevel::debug, "Succeeded in 2.0s");
  check(line_of({.kind = retry_scheduled, .duration = 1240ms}), LogLevel::info, "Retrying in 1.2s...");
  check(line_of({.kind = retry_scheduled}), LogLevel::info, "Retrying at once...");
  check(line_of({.kind = waited, .reason = Reason::frozen, .policy = "Limiter", .duration = 5s}),
        LogLevel::info, "Held back by Limiter for 5.0s (frozen)");
  check(line_of({.kind = rejected,
                 .fault = Fault::circuit_open,
                 .reason = Reason::open,
                 .policy = "Breaker",
                 .measured = 5,
                 .limit = 5}),
        warning, "Refused by Breaker: circuit_open (open), 5 against a limit of 5, provider: a");
  check(line_of({.kind = rejected, .fault = Fault::deadline_exceeded}), warning,
        "Refused by the call itself: deadline_exceeded, provider: a");
  const auto closed = static_cast<std::int64_t>(BreakerState::closed);
  const auto open = static_cast<std::int64_t>(BreakerState::open);
  check(line_of({.kind = breaker_moved, .duration = 60s, .measured = closed, .limit = open}), warning,
        "Circuit breaker closed -> open for 60.0s, provider: a");
  check(line_of({.kind = breaker_moved, .measured = open, .limit = closed}), LogLevel::info,
        "Circuit breaker open -> closed, provider: a");
  check(line_of({.kind = failed_over, .fault = Fault::overloaded}), warning,
        "Failing over from a: overloaded");
  check(line_of({.kind = gave_up, .reason = Reason::retries_exhausted}), warning,
        "Not retrying: retries_exhausted, provider: a");
  check(line_of({.kind = gave_up, .reason = Reason::elsewhere}), LogLevel::debug,
        "Not retrying: elsewhere, provider: a");
  check(line_of({.kind = hedged}), LogLevel::info, "Hedging: another attempt beside the slow one");
  check(line_of({.kind = fell_back, .fault = Fault::unavailable}), warning, "Falling back: unavailable");
  check(line_of({.kind = resumed, .policy = "Restart"}), warning,
        "Taking an interrupted stream up again (Restart)");
  check(line_of({.kind = first_output}), LogLevel::trace, "");
}

TEST_CASE("what a sink throws is dropped, and a log that is over hears nothing", "[policies][log]") {
  testing::ManualClock clock;
  Context ctx = clock.context();
  int lines = 0;
  {
    const CallLog log{ctx, [&](LogLevel, std::string_view) {
                        ++lines;
                        throw std::runtime_error{"disk full"};
                      }};
    ctx.announce({.kind = EventKind::hedged});
  }
  ctx.announce({.kind = EventKind::hedged});
  CHECK(lines == 1);
}
