// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Time limits around attempts that run at the same time, in virtual time.

#include <aramid/aramid.hpp>
#include <aramid/hedge.hpp>
#include <aramid/testing.hpp>

#include "policies/desk.hpp"
#include "policies/peer_rows.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::Beat;
using testing::ManualClock;
using Script = testing::Scripted<int>;

namespace {

struct Hears : Listener {
  int hedged = 0;
  Hears() : Listener{mask_of(EventKind::hedged), &hear} {}
  static void hear(Listener& self, const Event&) noexcept { ++static_cast<Hears&>(self).hedged; }
};

testing::Act<int> blocking(Duration takes) {
  testing::Act<int> act{1};
  act.takes = takes;
  return act;
}

// 10 ms to each further attempt, two of them, 100 ms in all.
using Limited = Resilient<Hedge<Script, After<10ms>, 2>, Timeout<100ms>>;

}  // namespace

TEST_CASE("a Timeout around hedges ends them all, as timed out", "[hedge]") {
  ManualClock clock;
  Script script{blocking(1s)};
  Hears hears;
  Error error;
  const Instant begin = clock.now();
  {
    Limited client{script};
    Context ctx = clock.context();
    ctx.listeners.link(hears);
    const auto answer = client(0, ctx);
    ctx.listeners.unlink(hears);
    REQUIRE_FALSE(answer);
    error = answer.error();
    CHECK(clock.now() - begin == Duration{100ms});
  }
  CHECK(error.fault == Fault::timed_out);
  CHECK(error.phase == Phase::total);
  CHECK(script.calls() == 3);
  CHECK(hears.hedged == 2);
#if ARAMID_TESTS_HAVE_PEER_ROWS
  for (const auto& row : peers::rows({"timeout(hedge)"})) {
    INFO(row.dump());
    CHECK(row.at("config") == peers::Json{{"timeout_ms", 100}, {"hedge_delay_ms", 10}, {"max_hedges", 2}});
    CHECK(row.at("steps").at(0).at("operation") == "blocks 1000 ms");
    CHECK(row.at("expect").at("runs") == script.calls());
    CHECK(row.at("expect").at("hedges") == hears.hedged);
    CHECK(row.at("expect").at("final") == to_string(error.fault));
  }
#endif
}

TEST_CASE("the caller's deadline around hedges is exceeded, not timed out", "[hedge]") {
  ManualClock clock;
  Limited client{Script{blocking(1s)}};
  Context ctx = clock.context();
  ctx.deadline = clock.now() + 50ms;
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::deadline_exceeded);
}

TEST_CASE("limits on phases reach attempts that run on other threads", "[hedge]") {
  ManualClock clock;
  testing::Act<int> stuck{1};
  stuck.hangs = true;
  stuck.beats = {{1ms, Beat::Kind::connected}};
  Resilient<Hedge<Script, After<10s>, 1>, PhaseTimeout<Connect<1s>, FirstOutput<2s>, Total<60s>>> client{
      Script{stuck}};
  Context ctx = clock.context();
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::timed_out);
  CHECK(answer.error().phase == Phase::first_output);
  CHECK(ctx.phases == nullptr);
}
