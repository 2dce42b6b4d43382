// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How traffic returns: the slope, the trickle that is never cut off, and what begins the ramp again.

#include <aramid/aramid.hpp>

#include <algorithm>
#include <string>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::ManualClock;

namespace {

// 1 for a call that was let through and 0 for one that was not, `calls` of them from `from` to `to`.
template <class Policy>
std::string offer(Policy& policy, ManualClock& clock, Instant from, Instant to, int calls) {
  std::string fates;
  for (int i = 0; i < calls; ++i) {
    const Instant now = from + (to - from) * i / calls;
    Context ctx{clock};
    typename Policy::Scope scope;
    const bool let_in = proceeds(policy.admit(scope, ctx, now));
    if (let_in) (void)policy.settle(scope, ctx, nullptr, now);
    fates += let_in ? '1' : '0';
  }
  return fates;
}

int ones(const std::string& fates) { return static_cast<int>(std::count(fates.begin(), fates.end(), '1')); }

struct Provider {
  bool* well = nullptr;
  Outcome<int> operator()(const int& n, Context&) {
    return *well ? Outcome<int>{n} : fail(Fault::unavailable, 503);
  }
};

}  // namespace

TEST_CASE("from the first call on the share grows linearly to all of them") {
  RampUp<60s, 10> ramp;
  ManualClock clock;
  CHECK(ramp.percent(at(5s)) == 10);
  (void)offer(ramp, clock, at(100s), at(100s), 1);
  CHECK(ramp.percent(at(100s)) == 10);
  CHECK(ramp.percent(at(130s)) == 55);
  CHECK(ramp.percent(at(159'999ms)) == 99);
  CHECK(ramp.percent(at(160s)) == 100);
  // 10,000 calls in each ten seconds: the standard deviation is below 50.
  for (int step = 0; step < 6; ++step) {
    const Instant from = at(100s + step * 10s);
    INFO(step);
    CHECK(ones(offer(ramp, clock, from, from + 10s, 10'000)) == Approx(1'750 + step * 1'500).margin(200));
  }
  CHECK(ones(offer(ramp, clock, at(160s), at(200s), 10'000)) == 10'000);
}

TEST_CASE("the same seed lets the same calls through") {
  const auto run = [](std::uint64_t seed) {
    RampUp<60s, 10> ramp;
    ManualClock clock{seed};
    return offer(ramp, clock, at(0s), at(60s), 2'000);
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

TEST_CASE("a trickle of calls gets through from the first one on") {
  RampUp<60s, 1> ramp;
  ManualClock clock;
  CHECK(ones(offer(ramp, clock, at(0s), at(60s), 60)) == 60);
  // And of two calls a second one.
  RampUp<60s, 1, AtLeastEvery<1s>> busier;
  const int through = ones(offer(busier, clock, at(0s), at(10s), 20));
  CHECK(through >= 10);
  CHECK(through < 16);
}

TEST_CASE("a call that is not let through is told why and when it surely will be") {
  RampUp<60s, 1> ramp;
  Caller first{ramp}, second{ramp};
  CHECK(first.enter(at(0s)));
  Duration hint{};
  for (int i = 0; i < 100 && !refuses(second.ask(at(300ms))); ++i) second.drop();
  REQUIRE(refuses(second.answer()));
  CHECK(second.answer().fault == Fault::throttled);
  CHECK(second.answer().reason == Reason::ramping_up);
  hint = second.answer().retry_after;
  CHECK(hint > 0s);
  CHECK(hint <= 1s);
  std::int64_t drawn = 0, allowed = 0;
  CallAccess::take_compared(second.ctx, drawn, allowed);
  CHECK(allowed == 1);
  CHECK(drawn >= 1);
  CHECK(drawn <= 100);
  CHECK(proceeds(second.ask(at(300ms) + hint)));
  second.drop();
  first.drop();
  CHECK_FALSE(first.ctx.listeners.want(EventKind::breaker_moved));
  CHECK_FALSE(second.ctx.listeners.want(EventKind::breaker_moved));
}

TEST_CASE("it begins again after idle time, and not while calls come or one is under way") {
  RampUp<60s, 10, AfterIdle<5min>> ramp;
  ManualClock clock;
  (void)offer(ramp, clock, at(0s), at(0s), 1);
  // A call every four minutes is not idle.
  for (auto now = at(4min); now < at(1h); now += 4min) {
    (void)offer(ramp, clock, now, now, 1);
    CHECK(ramp.percent(now) == 100);
  }
  Caller slow{ramp};
  REQUIRE(slow.enter(at(1h)));
  CHECK_FALSE(ramp.idle(at(1h)));
  slow.succeed(at(2h));
  (void)offer(ramp, clock, at(2h + 1min), at(2h + 1min), 1);
  CHECK(ramp.percent(at(2h + 1min)) == 100);
  CHECK(ramp.idle(at(2h + 6min)));
  (void)offer(ramp, clock, at(2h + 6min), at(2h + 6min), 1);
  CHECK(ramp.percent(at(2h + 6min)) == 10);
  CHECK(ramp.percent(at(2h + 6min + 30s)) == 55);
}

TEST_CASE("it begins again when a breaker inside it closes, and only then") {
  bool well = true;
  Resilient<Provider, RampUp<60s, 10>, Breaker<2, 10s, 1>> client{Provider{&well}};
  ManualClock clock;
  const auto call = [&] {
    Context ctx = clock.context();
    return client(1, ctx);
  };
  (void)call();
  clock.advance(2min);
  CHECK(ramp_up(client).percent(clock.now()) == 100);
  well = false;
  (void)call();
  (void)call();
  REQUIRE(breaker(client).state(clock.now()) == BreakerState::open);
  CHECK(ramp_up(client).percent(clock.now()) == 100);
  clock.advance(11s);
  (void)call();  // the probe fails: open again
  CHECK(ramp_up(client).percent(clock.now()) == 100);
  clock.advance(11s);
  well = true;
  CHECK(call().has_value());
  REQUIRE(breaker(client).state(clock.now()) == BreakerState::closed);
  CHECK(ramp_up(client).percent(clock.now()) == 10);
  clock.advance(30s);
  CHECK(ramp_up(client).percent(clock.now()) == 55);
  clock.advance(30s);
  CHECK(ramp_up(client).percent(clock.now()) == 100);
}

TEST_CASE("it can be begun by hand") {
  RampUp<60s, 10> ramp;
  ManualClock clock;
  (void)offer(ramp, clock, at(0s), at(0s), 1);
  CHECK(ramp.percent(at(70s)) == 100);
  ramp.restart(at(70s));
  CHECK(ramp.percent(at(70s)) == 10);
}

TEST_CASE("ramps of any length have every share in between") {
  for (const Span over : {Span{1ns}, Span{100ns}, Span{3s}, Span{100h}, Span{Duration::max() / 4}}) {
    RampUp<> ramp{RampUpSettings{.over = over, .from_percent = 20}};
    ramp.restart(at(0s));
    ManualClock clock;
    (void)offer(ramp, clock, at(0s), at(0s), 1);
    INFO(over.ns);
    CHECK(ramp.percent(at(0s)) == 20);
    CHECK(ramp.percent(Instant{over.duration()}) == 100);
    if (over.ns >= 100) CHECK(std::abs(int(ramp.percent(Instant{over.duration() / 2})) - 60) <= 1);
  }
}

TEST_CASE("settings of a ramp that make no sense are refused in a sentence") {
  const auto refusal = [](RampUpSettings settings) { return refusal_of([&] { RampUp<> ramp{settings}; }); };
  CHECK(refusal({}).empty());
  CHECK(refusal({.over = 0s}) == "aramid: RampUpSettings::over is 0 s, allowed is above 0");
  CHECK(refusal({.from_percent = 0}) == "aramid: RampUpSettings::from_percent is 0, allowed is 1 to 100");
  CHECK(refusal({.from_percent = 101}) == "aramid: RampUpSettings::from_percent is 101, allowed is 1 to 100");
  CHECK(refusal({.after_idle = 0s}) == "aramid: RampUpSettings::after_idle is 0 s, allowed is above 0");
  CHECK(refusal({.at_least_every = 0s}) ==
        "aramid: RampUpSettings::at_least_every is 0 s, allowed is above 0");
  STATIC_REQUIRE(RampUp<30s, 5, AfterIdle<1min>, AtLeastEvery<2s>>::settings() ==
                 RampUpSettings{30s, 5, 60s, 2s});
}
