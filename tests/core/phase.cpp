// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The phases of an attempt, told to a timer by hand; and how phases are shown.

#include "support/catch.hpp"

#include <aramid/context.hpp>
#include <aramid/error.hpp>
#include <aramid/phase.hpp>
#include <aramid/random.hpp>

#include <map>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr Instant begin{100s};
constexpr PhaseLimits all{.connect = 5s, .first_output = 60s, .idle = 20s, .silence = 30s};

PhaseTimer timer_of(const PhaseLimits& limits, Instant deadline = Instant::max()) {
  return {limits, deadline, begin};
}

}  // namespace

TEST_CASE("without limits an attempt may take for ever", "[phase]") {
  const PhaseTimer timer = timer_of({});
  CHECK(timer.due().at == Instant::max());
  CHECK(timer.due().phase == Phase::none);
  CHECK(timer.passed(Instant::max() - 1ns) == Phase::none);
}

TEST_CASE("the deadline is the limit of the whole", "[phase]") {
  const PhaseTimer timer = timer_of({}, begin + 9s);
  CHECK(timer.passed(begin + 9s - 1ns) == Phase::none);
  CHECK(timer.passed(begin + 9s) == Phase::total);
}

TEST_CASE("a connect has its limit until there is a connection", "[phase]") {
  PhaseTimer timer = timer_of({.connect = 5s});
  CHECK(timer.passed(begin + 5s) == Phase::connect);
  timer.connected(begin + 4s);
  CHECK(timer.is_connected());
  CHECK(timer.passed(begin + 99s) == Phase::none);
}

TEST_CASE("a byte, or output, is proof of a connection", "[phase]") {
  for (const bool output : {false, true}) {
    PhaseTimer timer = timer_of({.connect = 5s});
    output ? timer.output(begin + 1s) : timer.received(begin + 1s);
    CHECK(timer.passed(begin + 99s) == Phase::none);
  }
}

TEST_CASE("first output counts from the beginning; bytes that say nothing do not help", "[phase]") {
  PhaseTimer timer = timer_of({.first_output = 60s, .idle = 20s});
  timer.connected(begin + 1s);
  for (int second = 2; second < 60; ++second) timer.received(begin + second * 1s);
  CHECK(timer.passed(begin + 60s - 1ns) == Phase::none);
  CHECK(timer.passed(begin + 60s) == Phase::first_output);
  timer.output(begin + 59s);
  CHECK(timer.has_output());
  CHECK(timer.passed(begin + 60s) == Phase::none);
}

TEST_CASE("idle runs from one output to the next, and not before the first", "[phase]") {
  PhaseTimer timer = timer_of({.idle = 20s});
  CHECK(timer.passed(begin + 1h) == Phase::none);
  timer.output(begin + 1h);
  timer.received(begin + 1h + 19s);
  CHECK(timer.passed(begin + 1h + 20s - 1ns) == Phase::none);
  CHECK(timer.passed(begin + 1h + 20s) == Phase::idle);
  timer.output(begin + 1h + 19s);
  CHECK(timer.passed(begin + 1h + 38s) == Phase::none);
}

TEST_CASE("silence is broken by any byte, and runs from the beginning", "[phase]") {
  PhaseTimer timer = timer_of({.silence = 30s});
  CHECK(timer.passed(begin + 30s) == Phase::silence);
  timer.connected(begin + 10s);
  CHECK(timer.passed(begin + 30s) == Phase::none);
  timer.received(begin + 39s);
  CHECK(timer.passed(begin + 68s) == Phase::none);
  CHECK(timer.passed(begin + 69s) == Phase::silence);
}

TEST_CASE("of several limits the first one is due", "[phase]") {
  PhaseTimer timer = timer_of(all, begin + 100s);
  CHECK(timer.due().phase == Phase::connect);
  timer.connected(begin + 4s);
  CHECK(timer.due().phase == Phase::silence);
  CHECK(timer.due().at == begin + 34s);
  timer.received(begin + 33s);
  CHECK(timer.due().phase == Phase::first_output);
  timer.output(begin + 50s);
  CHECK(timer.due().phase == Phase::idle);
  timer.output(begin + 90s);
  CHECK(timer.due().phase == Phase::total);
}

TEST_CASE("limits only get shorter, one by one", "[phase]") {
  const PhaseLimits outer{.connect = 1s, .idle = 50s, .silence = 10s};
  CHECK(shorter(all, outer) == PhaseLimits{.connect = 1s, .first_output = 60s, .idle = 20s, .silence = 10s});
  Context ctx;
  CHECK(PhaseTimer(ctx, begin, all).due().at == begin + 5s);
  ctx.phases = &outer;
  CHECK(PhaseTimer(ctx, begin, all).due().at == begin + 1s);
  ctx.deadline = begin + 500ms;
  CHECK(PhaseTimer(ctx, begin, all).due().phase == Phase::total);
}

TEST_CASE("a limit beyond the end of time is none", "[phase]") {
  PhaseTimer timer{{.idle = Duration::max() - 1ns}, Instant::max(), begin};
  timer.output(begin);
  CHECK(timer.due().at == Instant::max());
  CHECK(timer.due().phase == Phase::none);
}

TEST_CASE("a timer agrees with a list of all limits that run, whatever happens", "[phase]") {
  SplitMix64 random{7};
  for (int round = 0; round < 20'000; ++round) {
    const auto draw = [&](int most) { return Duration{static_cast<int>(random() % most) + 1}; };
    const PhaseLimits limits{draw(40), draw(40), draw(40), draw(40)};
    const Instant deadline = begin + draw(90);
    PhaseTimer timer{limits, deadline, begin};
    std::map<Phase, Instant> running{{Phase::connect, begin + limits.connect},
                                     {Phase::first_output, begin + limits.first_output},
                                     {Phase::silence, begin + limits.silence},
                                     {Phase::total, deadline}};
    Instant now = begin;
    for (int step = 0; step < 8; ++step) {
      now += draw(12);
      const auto what = random() % 3;
      if (what == 0) timer.connected(now);
      if (what == 1) timer.received(now);
      if (what == 2) timer.output(now);
      running.erase(Phase::connect);
      running[Phase::silence] = now + limits.silence;
      if (what == 2) running.erase(Phase::first_output);
      if (what == 2) running[Phase::idle] = now + limits.idle;
      Instant soonest = Instant::max();
      for (const auto& [phase, at] : running) soonest = smaller(soonest, at);
      REQUIRE(timer.due().at == soonest);
      REQUIRE(running.at(timer.due().phase) == soonest);
    }
  }
}

TEST_CASE("each phase has a name of its own, and an error says which it was", "[phase]") {
  CHECK(to_string(Phase::none) == "none");
  CHECK(to_string(Phase::connect) == "connect");
  CHECK(to_string(Phase::first_output) == "first_output");
  CHECK(to_string(Phase::idle) == "idle");
  CHECK(to_string(Phase::silence) == "silence");
  CHECK(to_string(Phase::total) == "total");
  CHECK(to_string(static_cast<Phase>(99)) == "none");
  const Error error = timed_out(Phase::idle, "the stream stopped").error();
  CHECK(error.fault == Fault::timed_out);
  CHECK(error.phase == Phase::idle);
  CHECK(error.message == "the stream stopped");
}
