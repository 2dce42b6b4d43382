// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Each preset does what its table says: how often it asks, when, and what it refuses.

#include <aramid/policies/presets.hpp>
#include <aramid/testing.hpp>

#include "support/catch.hpp"

#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

using Script = testing::Scripted<int>;

struct Forever {
  Outcome<int> operator()(const int&, Context&) const { return 1; }
};

static_assert(worst_case<presets::HighThroughput<Forever>>() == 7 * 120s + 5 * 30s);
static_assert(worst_case<presets::InteractiveChat<Forever>>() == 4 * 75s + 2 * 10s);
static_assert(worst_case<presets::BatchProcessing<Forever>>() == 12 * 360s + 10 * 120s);
static_assert(worst_case<presets::ClaudeStyle<Forever>>() == 4 * 660s + 2 * 60s);
static_assert(worst_case<presets::CodexStyle<Forever>>() == unbounded);
static_assert(worst_case<presets::GeminiStyle<Forever>>() == unbounded);
using Both = presets::CursorStyle<Named<"a", Script>, Named<"b", Script, ContextWindow<8'000>>>;
static_assert(worst_case<Both>() == 2 * (4 * 90s + 2 * 60s));

Script answers() {
  testing::Act<int> act{1};
  return Script{act};
}
Script fails(Fault fault) {
  testing::Act<int> act{fail(fault, 500)};
  return Script{act};
}
Script hangs_once() {
  testing::Act<int> first{1};
  first.hangs = true;
  testing::Act<int> second{1};
  return Script{first, second};
}
/// Fails `times` times, then answers.
Script fails_first(int times, Fault fault, std::optional<Duration> hint = {}) {
  testing::Act<int> bad{fail(fault, 500)};
  bad.outcome.error().retry_after = hint;
  testing::Act<int> good{1};
  if (times == 1) return Script{bad, good};
  return Script{bad, bad, bad, bad, bad, bad, bad, good};
}

/// One call on a clock of its own, and the delays between its attempts.
struct Run {
  Outcome<int> outcome = fail(Fault::unknown);
  unsigned attempts = 0;
  std::vector<Duration> delays;
  Duration took{0};
};

struct Ear : Listener {
  explicit Ear(std::vector<Duration>& into)
      : Listener{mask_of(EventKind::retry_scheduled), &hear}, delays{into} {}
  static void hear(Listener& self, const Event& event) noexcept {
    static_cast<Ear&>(self).delays.push_back(event.duration);
  }
  std::vector<Duration>& delays;
};

template <class Client>
Run run(Client& client, testing::ManualClock& clock) {
  Run run;
  Context ctx = clock.context();
  Ear ear{run.delays};
  ctx.listeners.link(ear);
  const Instant began = clock.now();
  run.outcome = client(1, ctx);
  run.took = clock.now() - began;
  run.attempts = ctx.attempt();
  ctx.listeners.unlink(ear);
  return run;
}

template <class Client>
Run run_once(Script script, std::uint64_t seed = 1) {
  testing::ManualClock clock{seed};
  Client client{script};
  return run(client, clock);
}

/// Each delay lies between `least` and `most` percent of base * 2^i, or of `top`, over many seeds, and both ends
/// are nearly reached.
template <class Client>
void check_delays(Fault fault, Duration base, Duration top, int least, int most, std::size_t count) {
  int lowest = 1000;
  int highest = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Run seen = run_once<Client>(fails(fault), seed);
    REQUIRE_FALSE(seen.outcome);
    REQUIRE(seen.delays.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      const Duration curve = smaller(base * (1 << i), top);
      const auto percent = static_cast<int>(seen.delays[i] * 100 / curve);
      CHECK(percent >= least);
      CHECK(percent <= most);
      lowest = smaller(lowest, percent);
      highest = larger(highest, percent);
    }
  }
  CHECK(lowest <= least + 2);
  CHECK(highest >= most - 2);
}

/// How long a call waits that comes after 50 others.
template <class Client>
Duration wait_of_the_51st() {
  testing::ManualClock clock;
  Client client{answers()};
  for (int i = 0; i < 50; ++i) REQUIRE(run(client, clock).took == 0s);
  return run(client, clock).took;
}

}  // namespace

TEST_CASE("the tunings retry as often, and as late, as the reference client does", "[policies][presets]") {
  check_delays<presets::HighThroughput<Script>>(Fault::rate_limited, 500ms, 30s, 110, 130, 5);
  check_delays<presets::InteractiveChat<Script>>(Fault::unavailable, 1s, 10s, 110, 130, 2);
  // The cap is of the delay with its jitter: 2 s to 128 s, kept to 120 s.
  const Run batch = run_once<presets::BatchProcessing<Script>>(fails(Fault::rate_limited));
  CHECK(batch.attempts == 11);
  REQUIRE(batch.delays.size() == 10);
  CHECK(batch.delays[0] >= 2200ms);
  CHECK(batch.delays[0] <= 2600ms);
  CHECK(batch.delays[9] == 120s);
}

TEST_CASE("the tunings keep to a Retry-After up to their cap, and end the call at a longer one",
          "[policies][presets]") {
  const auto waits = [&]<class Client>(Duration hint) {
    const Run seen = run_once<Client>(fails_first(1, Fault::rate_limited, hint));
    return seen.outcome.has_value() && seen.took >= hint;
  };
  CHECK(waits.operator()<presets::HighThroughput<Script>>(30s));
  CHECK_FALSE(waits.operator()<presets::HighThroughput<Script>>(31s));
  CHECK(waits.operator()<presets::InteractiveChat<Script>>(10s));
  CHECK_FALSE(waits.operator()<presets::InteractiveChat<Script>>(11s));
  CHECK(waits.operator()<presets::BatchProcessing<Script>>(60s));
  CHECK(waits.operator()<presets::ClaudeStyle<Script>>(60s));
  CHECK_FALSE(waits.operator()<presets::ClaudeStyle<Script>>(61s));
  CHECK(waits.operator()<presets::GeminiStyle<Script>>(300s));
  CHECK_FALSE(waits.operator()<presets::GeminiStyle<Script>>(301s));
}

TEST_CASE("the breaker of HighThroughput opens after five failures, InteractiveChat has none",
          "[policies][presets]") {
  testing::ManualClock clock;
  presets::HighThroughput<Script> many{fails(Fault::unavailable)};
  CHECK(run(many, clock).attempts == 5);
  CHECK(breaker(many).state(clock.now()) == BreakerState::open);
  const Run refused = run(many, clock);
  CHECK(refused.attempts == 0);
  CHECK(refused.outcome.error().fault == Fault::circuit_open);
  clock.advance(60s);
  CHECK(run(many, clock).attempts == 1);  // a probe

  presets::InteractiveChat<Script> chat{fails(Fault::unavailable)};
  for (int i = 0; i < 5; ++i) CHECK(run(chat, clock).attempts == 3);
}

TEST_CASE("a batch outlives an outage of minutes, over its open breaker", "[policies][presets]") {
  testing::ManualClock clock;
  presets::BatchProcessing<Script> batch{fails_first(7, Fault::unavailable)};
  const Run seen = run(batch, clock);
  CHECK(seen.outcome);
  CHECK(seen.attempts == 8);
  CHECK(seen.took >= 180s);  // three cool-downs
  CHECK(seen.took <= 3 * 72s + 4 * 120s);
}

TEST_CASE("an attempt may take as long as the preset says", "[policies][presets]") {
  const auto limit = []<class Client>() {
    testing::ManualClock clock;
    Client client{hangs_once()};
    const Run seen = run(client, clock);
    REQUIRE(seen.delays.size() == 1);
    return seen.took - seen.delays[0];
  };
  CHECK(limit.operator()<presets::HighThroughput<Script>>() == 60s);
  CHECK(limit.operator()<presets::InteractiveChat<Script>>() == 15s);
  CHECK(limit.operator()<presets::BatchProcessing<Script>>() == 300s);
  CHECK(limit.operator()<presets::CodexStyle<Script>>() == 300s);
  CHECK(limit.operator()<presets::ClaudeStyle<Script>>() == 600s);
  CHECK(limit.operator()<presets::GeminiStyle<Script>>() == 60s);
}

TEST_CASE("the limits of a minute hold the 51st request: for the window, or until the bucket has one more",
          "[policies][presets]") {
  CHECK(wait_of_the_51st<presets::HighThroughput<Script>>() == 60s);
  CHECK(wait_of_the_51st<presets::InteractiveChat<Script>>() == 60s);
  const Duration bucket = wait_of_the_51st<presets::ClaudeStyle<Script>>();
  CHECK(bucket > 1199ms);
  CHECK(bucket <= 1201ms);
  CHECK(wait_of_the_51st<presets::CodexStyle<Script>>() == 0s);
}

TEST_CASE("CodexStyle retries server and transport faults four times, and never a rate limit",
          "[policies][presets]") {
  check_delays<presets::CodexStyle<Script>>(Fault::unavailable, 200ms, 10s, 90, 110, 4);
  check_delays<presets::CodexStyle<Script>>(Fault::overloaded, 200ms, 10s, 90, 110, 4);
  const Run limited = run_once<presets::CodexStyle<Script>>(fails_first(1, Fault::rate_limited));
  CHECK(limited.attempts == 1);
  CHECK(limited.outcome.error().fault == Fault::rate_limited);
  CHECK(run_once<presets::CodexStyle<Script>>(fails_first(1, Fault::invalid_request)).attempts == 1);
}

TEST_CASE("ClaudeStyle retries twice, up to a quarter earlier than the curve", "[policies][presets]") {
  check_delays<presets::ClaudeStyle<Script>>(Fault::unavailable, 500ms, 8s, 75, 100, 2);
  CHECK(run_once<presets::ClaudeStyle<Script>>(fails_first(1, Fault::conflict)).outcome);
  CHECK(run_once<presets::ClaudeStyle<Script>>(fails_first(1, Fault::rate_limited)).outcome);
}

TEST_CASE("GeminiStyle retries nine times from 5 s to 30 s, and leaves a model without capacity alone",
          "[policies][presets]") {
  check_delays<presets::GeminiStyle<Script>>(Fault::unavailable, 5s, 30s, 70, 130, 9);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Run told = run_once<presets::GeminiStyle<Script>>(fails_first(1, Fault::rate_limited, 34s), seed);
    CHECK(told.delays.at(0) >= 34s);
    CHECK(told.delays.at(0) <= 34'000ms * 12 / 10);
  }
  testing::ManualClock clock;
  presets::GeminiStyle<Script> model{fails(Fault::overloaded)};
  CHECK(run(model, clock).attempts == 3);  // two silent retries
  CHECK(run(model, clock).attempts == 0);
  clock.advance(29s);
  CHECK(run(model, clock).attempts == 0);
  clock.advance(1s);
  CHECK(run(model, clock).attempts == 3);
  presets::GeminiStyle<Script> other{fails(Fault::unavailable)};
  CHECK(run(other, clock).attempts == 10);
  CHECK(run(other, clock).attempts == 10);  // no capacity question, no breaker
}

TEST_CASE("CursorStyle fails over at once, learns who answers, and leaves a failing provider out for 5 s",
          "[policies][presets]") {
  testing::ManualClock clock;
  const Script down = fails(Fault::unavailable);
  const Script up = answers();
  Both both{args(down, up)};
  const Run first = run(both, clock);
  REQUIRE(first.outcome);
  CHECK(*first.outcome == 1);
  CHECK(first.attempts == 4);  // three at the first, then the second
  CHECK(run(both, clock).attempts == 1);

  // Three failures of three calls say nothing yet; five do.
  auto& guard = breaker(both.provider().get<"a">());
  CHECK(guard.state(clock.now()) == BreakerState::closed);
  Context mine = clock.context();
  mine.route.only = "a";
  CHECK_FALSE(both(1, mine));
  CHECK(mine.attempt() == 2);
  CHECK(guard.state(clock.now()) == BreakerState::open);
  // The second retry came 2.2 to 2.6 s after it had opened, and was refused.
  CHECK(guard.retry_after(clock.now()) <= 2800ms);
  CHECK(guard.retry_after(clock.now()) >= 2400ms);
  CHECK(telemetry(both).totals().calls == 3);
}
