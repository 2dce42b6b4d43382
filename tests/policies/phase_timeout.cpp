// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A stream in virtual time, and the limit that ends it.

#include <aramid/aramid.hpp>

#include <stdexcept>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::Beat;
using testing::ManualClock;
using Script = testing::Scripted<int>;
using Kind = Beat::Kind;

namespace {

using All = PhaseTimeout<Connect<5s>, FirstOutput<60s>, Idle<20s>, Silence<30s>, Total<600s>>;

struct Acme {
  static constexpr Name name = "acme";
  Outcome<int> operator()(const int&, Context&) { return 1; }
};

/// A stream that ends well at `takes`, or hangs.
testing::Act<int> stream(std::vector<Beat> beats, Duration takes = Duration::max()) {
  testing::Act<int> act{1};
  act.beats = std::move(beats);
  act.hangs = takes == Duration::max();
  act.takes = act.hangs ? Duration{0} : takes;
  return act;
}

struct Ended {
  Fault fault = Fault::unknown;
  Phase phase = Phase::none;
  Duration after{0};
  friend bool operator==(const Ended&, const Ended&) = default;
};

/// How a call of a stack with these policies ends.
template <class... Policies>
Ended play(testing::Act<int> act, Duration deadline = Duration::max()) {
  ManualClock clock;
  Resilient<Script, Policies...> client{Script{std::move(act)}};
  Context ctx{clock};
  const Instant begin = clock.now();
  ctx.deadline = saturating_add(begin, deadline);
  const Instant given = ctx.deadline;
  const auto answer = client(0, ctx);
  CHECK(ctx.deadline == given);
  CHECK(ctx.phases == nullptr);
  const Duration after = clock.now() - begin;
  return answer ? Ended{.after = after} : Ended{answer.error().fault, answer.error().phase, after};
}

}  // namespace

TEST_CASE("a healthy stream may take as long as it gets on") {
  std::vector<Beat> beats{{1s, Kind::connected}, {50s - 21s, Kind::bytes}};
  for (int second = 50; second < 590; second += 19) beats.push_back({second * 1s, Kind::output});
  CHECK(play<All>(stream(beats, 590s)) == Ended{.after = 590s});
}

TEST_CASE("each limit ends the phase that it is for, and says so") {
  const Beat connected{1s, Kind::connected};
  CHECK(play<All>(stream({})) == Ended{Fault::timed_out, Phase::connect, 5s});
  CHECK(play<All>(stream({connected})) == Ended{Fault::timed_out, Phase::silence, 31s});
  CHECK(play<All>(stream({connected, {29s, Kind::bytes}, {58s, Kind::bytes}})) ==
        Ended{Fault::timed_out, Phase::first_output, 60s});
  CHECK(play<All>(stream({connected, {9s, Kind::output}})) == Ended{Fault::timed_out, Phase::idle, 29s});
  std::vector<Beat> endless{connected};
  for (int second = 2; second < 700; second += 10) endless.push_back({second * 1s, Kind::output});
  CHECK(play<All>(stream(endless)) == Ended{Fault::timed_out, Phase::total, 600s});
}

TEST_CASE("comments and pings keep a connection alive, not an answer") {
  std::vector<Beat> pings{{1s, Kind::output}};
  for (int second = 2; second < 90; second += 2) pings.push_back({second * 1s, Kind::bytes});
  CHECK(play<All>(stream(pings)) == Ended{Fault::timed_out, Phase::idle, 21s});
  // The raw-byte timer alone is content with them.
  CHECK(play<PhaseTimeout<Silence<30s>>>(stream(pings)) == Ended{Fault::timed_out, Phase::silence, 118s});
}

TEST_CASE("any part of the limits may be left out") {
  CHECK(play<PhaseTimeout<Idle<20s>>>(stream({{200s, Kind::output}})) ==
        Ended{Fault::timed_out, Phase::idle, 220s});
  CHECK(play<PhaseTimeout<Total<9s>, Connect<5s>>>(stream({{1s, Kind::connected}})) ==
        Ended{Fault::timed_out, Phase::total, 9s});
  CHECK(play<PhaseTimeout<FirstOutput<7s>>>(stream({}, 8s)) ==
        Ended{Fault::timed_out, Phase::first_output, 7s});
  CHECK(play<PhaseTimeout<Connect<5s>>>(stream({{4s, Kind::connected}}, 1h)) == Ended{.after = 1h});
}

TEST_CASE("a result that arrives with the limit is a result") {
  CHECK(play<PhaseTimeout<FirstOutput<7s>>>(stream({}, 7s)) == Ended{.after = 7s});
  CHECK(play<PhaseTimeout<Idle<7s>>>(stream({{1s, Kind::output}, {8s, Kind::output}}, 15s)) ==
        Ended{.after = 15s});
  CHECK(play<PhaseTimeout<Total<7s>>>(stream({{7s, Kind::connected}}, 7s)) == Ended{.after = 7s});
}

TEST_CASE("output that has reached the caller makes of a limit an interruption, with the phase") {
  CHECK(play<Retry<2>, All>(stream({{1s, Kind::text}})) == Ended{Fault::interrupted, Phase::idle, 21s});
}

TEST_CASE("phases are each attempt's, Total is of everything inside") {
  using Once = Retry<1, Backoff<Constant, NoJitter, 2s>>;
  // Retries outside and inside: two attempts of 5 s with 2 s between them.
  CHECK(play<Once, All>(stream({})) == Ended{Fault::timed_out, Phase::connect, 12s});
  CHECK(play<All, Once>(stream({})) == Ended{Fault::timed_out, Phase::connect, 12s});
  CHECK(play<PhaseTimeout<Connect<5s>, Total<9s>>, Once>(stream({})) ==
        Ended{Fault::timed_out, Phase::total, 9s});
}

TEST_CASE("of nested limits the shorter ones hold, and the outer ones come back") {
  using Outer = PhaseTimeout<Connect<3s>, Idle<40s>, Total<100s>>;
  CHECK(play<Outer, PhaseTimeout<Connect<5s>, Idle<20s>, Total<90s>>>(stream({})) ==
        Ended{Fault::timed_out, Phase::connect, 3s});
  CHECK(play<Outer, PhaseTimeout<Connect<5s>, Idle<20s>, Total<90s>>>(stream({{1s, Kind::output}})) ==
        Ended{Fault::timed_out, Phase::idle, 21s});
}

TEST_CASE("the caller's deadline is exceeded, not timed out, and has no phase") {
  CHECK(play<All>(stream({{1s, Kind::output}}), 9s) == Ended{Fault::deadline_exceeded, Phase::none, 9s});
  CHECK(play<All>(stream({{1s, Kind::output}}), 21s) == Ended{Fault::deadline_exceeded, Phase::none, 21s});
  CHECK(play<All>(stream({{1s, Kind::output}}), 22s) == Ended{Fault::timed_out, Phase::idle, 21s});
}

TEST_CASE("limits are put back when a call fails, throws or is dropped") {
  All timeout;
  const PhaseLimits outer{.connect = 1s};
  for (int way = 0; way < 3; ++way) {
    Caller call{timeout};
    call.ctx.phases = &outer;
    REQUIRE(proceeds(call.ask(at(10s))));
    CHECK(call.ctx.deadline == at(610s));
    CHECK(*call.ctx.phases == PhaseLimits{.connect = 1s, .first_output = 60s, .idle = 20s, .silence = 30s});
    if (way == 0) call.succeed(at(11s));
    if (way == 1) call.fail(at(11s));
    if (way == 2) call.drop();
    CHECK(call.ctx.phases == &outer);
    CHECK(call.ctx.deadline == Instant::max());
  }
}

TEST_CASE("the phase is in the history and in the event of the attempt") {
  ManualClock clock;
  struct Ear : Listener {
    std::vector<Phase> heard;
    Ear() : Listener{mask_of(EventKind::attempt_failed), &hear} {}
    static void hear(Listener& self, const Event& event) noexcept {
      static_cast<Ear&>(self).heard.push_back(event.phase);
    }
  } ear;
  Script script{stream({}), stream({{1s, Kind::output}})};
  Resilient<Script, Retry<1, Backoff<Constant, NoJitter, 2s>>, All> client{script};
  Context ctx{clock};
  ctx.listeners.link(ear);
  const auto answer = client(0, ctx);
  ctx.listeners.unlink(ear);
  REQUIRE_FALSE(answer);
  REQUIRE(answer.error().history.size() == 2);
  CHECK(answer.error().history[0].phase == Phase::connect);
  CHECK(answer.error().history[1].phase == Phase::idle);
  CHECK(ear.heard == std::vector{Phase::connect, Phase::idle});
}

TEST_CASE("limits set at run time are the same as those in the type; 0 is none") {
  const PhaseTimeoutSettings settings{
      .connect = 5s, .first_output = 60s, .idle = 20s, .silence = 30s, .total = 600s};
  const PhaseTimeout<> told{settings};
  CHECK(told.phases() == All{}.phases());
  CHECK(told.total() == All{}.total());
  const PhaseTimeout<> none{PhaseTimeoutSettings{{}, {}, {}, {}, {}}};
  CHECK(none.phases() == PhaseLimits{});
  CHECK(none.total() == Duration::max());
  const PhaseTimeout<> usual;
  CHECK(usual.phases() == PhaseLimits{.connect = 5s, .first_output = 60s, .idle = 120s});
  CHECK(usual.total() == Duration{600s});
}

TEST_CASE("a wrong limit is named with its value and what is allowed") {
  const auto refusal = [](const PhaseTimeoutSettings& settings) {
    return refusal_of([&] { (void)PhaseTimeout<>{settings}; });
  };
  CHECK(refusal({.idle = -1s}) ==
        "aramid: PhaseTimeoutSettings::idle is -1 s, allowed is 0, which is none, to "
        "below the total, which is 10 min");
  CHECK(refusal({.silence = -1s, .total = 0s}) ==
        "aramid: PhaseTimeoutSettings::silence is -1 s, allowed is 0, which is none, and above");
  CHECK(refusal({.connect = 5s, .total = 5s}) ==
        "aramid: PhaseTimeoutSettings::connect is 5 s, allowed is 0, "
        "which is none, to below the total, which is 5 s");
  CHECK(refusal({.total = -1s}) ==
        "aramid: PhaseTimeoutSettings::total is -1 s, allowed is 0, which is none, and above");
  CHECK(refusal({.first_output = 600s}).find("PhaseTimeoutSettings::first_output is 10 min") !=
        std::string::npos);
}

TEST_CASE("a PhaseTimeout describes itself and bounds the worst case by its Total") {
  CHECK(
      describe<Resilient<Acme, PhaseTimeout<Connect<5s>, FirstOutput<60s>, Total<600s>>, PhaseTimeout<>>>() ==
      "PhaseTimeout: connect 5 s, first_output 1 min, total 10 min\n"
      "PhaseTimeout: set at run time\n"
      "acme\n");
  STATIC_REQUIRE(worst_case<Resilient<Acme, All>>() == 600s);
  STATIC_REQUIRE(worst_case<Resilient<Acme, PhaseTimeout<Idle<5s>>>>() == unbounded);
  STATIC_REQUIRE(worst_case<Resilient<Acme, PhaseTimeout<>>>() == unbounded);
  STATIC_REQUIRE(worst_case<Resilient<Acme, Retry<1, Backoff<Constant, NoJitter, 2s, 2s>>, All>>() == 1802s);
  STATIC_REQUIRE(std::is_empty_v<All>);
}
