// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Slowing down after 429: when the rate falls, who waits, who is refused, and that it finds the server's rate.

#include <aramid/aramid.hpp>

#include <queue>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::ManualClock;

namespace {

// Sends `per_second` calls in each second from `from` to `to`, and the last one is turned away.
template <class Policy>
void fall_at(Policy& policy, Instant from, Instant to, int per_second) {
  for (Instant now = from; now < to; now += Duration{1s} / per_second) {
    Caller call{policy};
    REQUIRE(call.enter(now));
    call.succeed(now);
  }
  Caller last{policy};
  REQUIRE(last.enter(to));
  last.fail(to, Fault::rate_limited);
}

}  // namespace

TEST_CASE("until the first 429 nothing is paced, whatever else fails") {
  AdaptiveRate<> rate;
  for (int i = 0; i < 1'000; ++i) {
    Caller call{rate};
    REQUIRE(call.enter(at(i * 1ms)));
    if (i % 3 == 0) call.succeed(at(i * 1ms));
    if (i % 3 == 1) call.fail(at(i * 1ms), Fault::overloaded);
    if (i % 3 == 2) call.fail(at(i * 1ms), Fault::quota_exhausted);
  }
  CHECK(rate.per_minute() == -1);
  CHECK(rate.idle(at(1s)));
}

TEST_CASE("a 429 takes the rate to seven tenths of what was measured, and calls wait for their turn") {
  AdaptiveRate<> rate;
  fall_at(rate, at(0s), at(10s), 10);
  CHECK(rate.measured_per_minute() == Approx(600).margin(30));
  CHECK(rate.per_minute() == Approx(rate.measured_per_minute() * 0.7).margin(2));
  Caller first{rate}, second{rate};
  // Nothing is saved up: the next one goes an interval later.
  REQUIRE(waits(first.ask(at(10s))));
  const Instant turn = first.answer().until;
  CHECK((turn - at(10s)).count() == Approx(60e9 / static_cast<double>(rate.per_minute())).epsilon(0.01));
  REQUIRE(waits(second.ask(at(10s))));
  CHECK(second.answer().until == Instant::max());
  CHECK(rate.waiting() == 2);
  CHECK(waits(first.ask(turn - 1ns)));
  CHECK(proceeds(first.ask(turn)));
  CHECK(second.woken());
  REQUIRE(waits(second.ask(turn)));
  CHECK(second.answer().until - turn == turn - at(10s));
  CHECK(proceeds(second.ask(second.answer().until)));
  first.drop();
  second.drop();
}

TEST_CASE("calls sent before the fall do not make it fall again") {
  AdaptiveRate<> rate;
  fall_at(rate, at(0s), at(9s), 10);
  const std::int64_t fallen = rate.per_minute();
  AdaptiveRate<> burst;
  std::vector<std::unique_ptr<Caller<AdaptiveRate<>>>> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(std::make_unique<Caller<AdaptiveRate<>>>(burst));
    REQUIRE(calls.back()->enter(at(9s - 1ms)));
  }
  fall_at(burst, at(0s), at(9s), 10);
  for (auto& call : calls) call->fail(at(9s), Fault::rate_limited);
  CHECK(burst.per_minute() == fallen);
  // One that was sent after it does.
  Caller next{burst};
  REQUIRE(waits(next.ask(at(9s))));
  REQUIRE(next.enter(next.answer().until));
  next.fail(at(9s + 500ms), Fault::rate_limited);
  CHECK(burst.per_minute() < fallen);
}

TEST_CASE("a call that would wait past its deadline or too long is refused at once, with its turn as hint") {
  AdaptiveRate<CubicRate, Queue<3>, MaxWait<4s>> rate;
  fall_at(rate, at(0s), at(0s), 1);  // at least one in two seconds
  CHECK(rate.per_minute() ==
        Approx(84).margin(1));  // 0.7 of the two a second that one call in half a second is
  Caller soon{rate};
  soon.ctx.deadline = at(700ms);
  CHECK(refuses(soon.ask(at(0s))));
  CHECK(soon.answer().fault == Fault::throttled);
  CHECK(soon.answer().reason == Reason::pacing);
  CHECK(soon.answer().retry_after > 700ms);
  std::int64_t wait = 0, most = 0;
  CallAccess::take_compared(soon.ctx, wait, most);
  CHECK(wait == soon.answer().retry_after.count());
  CHECK(most == Duration{700ms}.count());
  Caller a{rate}, b{rate}, c{rate}, d{rate};
  CHECK(waits(a.ask(at(0s))));
  CHECK(waits(b.ask(at(0s))));
  CHECK(waits(c.ask(at(0s))));
  CHECK(refuses(d.ask(at(0s))));
  CHECK(d.answer().reason == Reason::queue_full);
  a.drop();
  CHECK(waits(d.ask(at(0s))));
  b.drop();
  c.drop();
  d.drop();
  CHECK(rate.waiting() == 0);
}

TEST_CASE("an urgent call is planned before those that are less so") {
  AdaptiveRate<CubicRate, Queue<9>, Ageing<1min>> rate;
  fall_at(rate, at(0s), at(0s), 1);
  Caller a{rate}, b{rate}, urgent{rate}, humble{rate};
  CHECK(waits(a.ask(at(0s))));
  CHECK(waits(b.ask(at(0s))));
  humble.ctx.deadline = urgent.ctx.deadline = at(1s);
  urgent.ctx.priority = 1;
  CHECK(refuses(humble.ask(at(0s))));
  CHECK(waits(urgent.ask(at(0s))));
  REQUIRE(urgent.answer().until < at(1s));
  const Instant turn = urgent.answer().until;
  CHECK(waits(a.ask(turn)));
  CHECK(proceeds(urgent.ask(turn)));
  CHECK(a.woken());
  a.drop();
  b.drop();
  urgent.drop();
}

TEST_CASE("a caller that gives up leaves its turn to the next one at once") {
  AdaptiveRate<> rate;
  fall_at(rate, at(0s), at(0s), 1);
  Caller a{rate}, b{rate};
  REQUIRE(waits(a.ask(at(0s))));
  REQUIRE(waits(b.ask(at(0s))));
  const Instant turn = a.answer().until;
  a.drop();
  CHECK(b.woken());
  REQUIRE(waits(b.ask(at(100ms))));
  CHECK(b.answer().until == turn);
  // One that was let through and is refused further in gives its turn back too.
  REQUIRE(proceeds(b.ask(turn)));
  Caller c{rate};
  REQUIRE(waits(c.ask(turn)));
  const Instant later = c.answer().until;
  b.fail(turn, Fault::circuit_open);
  CHECK(c.woken());
  CHECK(later > turn);
  CHECK(proceeds(c.ask(turn)));
  c.drop();
  CHECK(rate.waiting() == 0);
}

TEST_CASE("pacing ends when there has been no 429 for a while, and whoever waits is let go one by one") {
  AdaptiveRate<> rate{AdaptiveRateSettings{.min_per_minute = 1, .calm = 10s}};
  fall_at(rate, at(0s), at(0s), 1);
  CHECK_FALSE(rate.idle(at(9s)));
  Caller a{rate}, b{rate}, c{rate};
  REQUIRE(waits(a.ask(at(0s))));
  REQUIRE(waits(b.ask(at(0s))));
  REQUIRE(proceeds(a.ask(at(10s))));
  CHECK(b.woken());
  CHECK(rate.per_minute() == -1);
  CHECK(proceeds(c.ask(at(10s))));
  CHECK(proceeds(b.ask(at(10s))));
  CHECK(rate.idle(at(10s)));
}

TEST_CASE(
    "in front of a server with an unknown limit it settles near that limit, with few calls turned away") {
  // The server accepts 50 calls a second, token bucket of 10; 40 callers want as much as they can get.
  AdaptiveRate<> rate;
  ManualClock clock{3};
  using Caller = Caller<AdaptiveRate<>>;
  struct Event {
    Instant when;
    int caller;
    bool ends;
    int turn;  // events of an earlier turn of its caller are out of date
    bool operator<(const Event& other) const { return when > other.when; }
  };
  std::priority_queue<Event> events;
  std::vector<std::unique_ptr<Caller>> callers;
  std::vector<bool> accepted(40), waiting(40);
  std::vector<int> turns(40);
  for (int i = 0; i < 40; ++i) {
    callers.push_back(std::make_unique<Caller>(rate));
    events.push({at(i * 1ms), i, false, 0});
  }
  double tokens = 10;
  Instant filled = at(0s);
  int sent = 0, turned_away = 0;
  while (!events.empty() && events.top().when < at(120s)) {
    const auto [now, i, ends, turn] = events.top();
    events.pop();
    const auto n = static_cast<std::size_t>(i);
    if (turn != turns[n]) continue;
    ++turns[n];
    if (ends) {
      if (accepted[n])
        callers[n]->succeed(now);
      else
        callers[n]->fail(now, Fault::rate_limited);
      events.push({now + 1ms, i, false, turns[n]});
    } else {
      const Admission answer = callers[n]->ask(now);
      waiting[n] = waits(answer);
      if (waits(answer) && answer.until != Instant::max()) events.push({answer.until, i, false, turns[n]});
      if (refuses(answer)) events.push({now + 100ms, i, false, turns[n]});
      if (proceeds(answer)) {
        callers[n]->send();
        tokens = std::min(10.0, tokens + static_cast<double>((now - filled).count()) * 50e-9);
        filled = now;
        accepted[n] = tokens >= 1;
        if (accepted[n]) tokens -= 1;
        if (now > at(20s)) ++(accepted[n] ? sent : turned_away);
        events.push({now + 20ms, i, true, turns[n]});
      }
    }
    for (int other = 0; other < 40; ++other) {
      const auto o = static_cast<std::size_t>(other);
      if (waiting[o] && callers[o]->woken()) events.push({now, other, false, ++turns[o]});
    }
  }
  INFO(sent << " accepted, " << turned_away << " turned away in 100 s");
  CHECK(sent > 4'000);  // of 5,000
  CHECK(turned_away * 10 < sent);
}

TEST_CASE("settings of an adaptive rate that make no sense are refused in a sentence") {
  const auto refusal = [](AdaptiveRateSettings settings) {
    return refusal_of([&] { AdaptiveRate<> rate{settings}; });
  };
  CHECK(refusal({}).empty());
  CHECK(refusal({.factor_percent = 0}) ==
        "aramid: AdaptiveRateSettings::factor_percent is 0, allowed is 1 to 99");
  CHECK(refusal({.factor_percent = 100}) ==
        "aramid: AdaptiveRateSettings::factor_percent is 100, allowed is 1 to 99");
  CHECK(refusal({.min_per_minute = 0}) ==
        "aramid: AdaptiveRateSettings::min_per_minute is 0, allowed is 1 to 30000000");
  CHECK(refusal({.calm = 0s}) == "aramid: AdaptiveRateSettings::calm is 0 s, allowed is above 0");
  CHECK(refusal({.queue = {.length = 65'536}}) ==
        "aramid: QueueSettings::length is 65536, allowed is 0 to 65535");
}
