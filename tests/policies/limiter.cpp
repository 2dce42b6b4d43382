// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a limiter lets through, one call at a time.

#include "limiter_calls.hpp"

using namespace desk;

TEST_CASE("fifty requests go through at once, the fifty-first when the first is exactly a minute old") {
  Card limiter;
  for (int i = 0; i < 50; ++i) use(limiter, at(i * 1s));
  CHECK(!has_room(limiter, at(59s + 999'999'999ns)));
  CHECK(has_room(limiter, at(60s)));
  use(limiter, at(60s));
  CHECK(!has_room(limiter, at(60s)));
  CHECK(has_room(limiter, at(61s)));
}

TEST_CASE("a caller that wakes exactly on time is let in") {
  Card limiter;
  for (int i = 0; i < 50; ++i) use(limiter, at(3s));
  Caller call{limiter};
  REQUIRE(waits(call.ask(at(10s))));
  CHECK(call.answer().until == at(63s));
  CHECK(proceeds(call.ask(call.answer().until)));
}

TEST_CASE("tokens are reserved together with the request, in all quotas or in none") {
  Card limiter;
  use(limiter, at(0s), 9'000);
  CHECK(!has_room(limiter, at(1s), 1'001));
  CHECK(limiter.used(Unit::requests, at(1s)) == 1);
  CHECK(limiter.used(Unit::tokens, at(1s)) == 9'000);
  CHECK(has_room(limiter, at(1s), 1'000));
}

TEST_CASE("the wait lasts until enough has left, not until the oldest entry has") {
  Tokens limiter;
  use(limiter, at(0s), 10);
  use(limiter, at(10s), 20);
  use(limiter, at(20s), 30);
  use(limiter, at(30s), 40);
  Caller call{limiter};
  call.ctx.cost.tokens = 55;
  REQUIRE(waits(call.ask(at(40s))));
  CHECK(call.answer().until == at(80s));
  CHECK(limiter.can_proceed(5, at(40s)).wait == 40s);
  CHECK(waits(call.ask(at(79s))));
  CHECK(proceeds(call.ask(at(80s))));
}

TEST_CASE("a cost larger than a quota is refused at once, however empty the window is") {
  Card limiter;
  Caller call{limiter};
  call.ctx.cost.tokens = 10'001;
  REQUIRE(refuses(call.ask(at(0s))));
  CHECK(call.answer().fault == Fault::throttled);
  CHECK(call.answer().reason == Reason::cost_over_quota);
  CHECK(limiter.waiting() == 0);
  const Allowance allowance = limiter.can_proceed(10'001, at(0s));
  CHECK(!allowance.allowed);
  CHECK(allowance.wait == Duration::max());
  CHECK(has_room(limiter, at(0s), 10'000));
}

TEST_CASE("a call whose turn comes at its deadline or later is refused at once, with the wait as a hint") {
  Card limiter;
  for (int i = 0; i < 50; ++i) use(limiter, at(0s));
  Caller late{limiter};
  late.ctx.deadline = at(60s);
  REQUIRE(refuses(late.ask(at(20s))));
  CHECK(late.answer().fault == Fault::throttled);
  CHECK(late.answer().reason == Reason::over_quota);
  CHECK(late.answer().retry_after == Duration{40s});
  CHECK(limiter.waiting() == 0);
  Caller just_in_time{limiter};
  just_in_time.ctx.deadline = at(60s) + 1ns;
  CHECK(waits(just_in_time.ask(at(20s))));
  just_in_time.drop();
}

TEST_CASE("calls of no tokens go through a full token quota") {
  Tokens limiter;
  use(limiter, at(0s), 100);
  for (int i = 0; i < 20; ++i) CHECK(has_room(limiter, at(1s), 0));
  CHECK(!has_room(limiter, at(1s), 1));
}

TEST_CASE("a server's hint holds everybody until it is over") {
  Card limiter;
  Caller limited{limiter};
  REQUIRE(limited.enter(at(0s)));
  limited.fail(at(1s), Fault::rate_limited, 20s);
  CHECK(!has_room(limiter, at(20s + 999'999'999ns)));
  CHECK(limiter.can_proceed(0, at(11s)).wait == 10s);
  Caller waiting{limiter};
  REQUIRE(waits(waiting.ask(at(5s))));
  CHECK(waiting.answer().until == at(21s));
  CHECK(waiting.answer().reason == Reason::frozen);
  CHECK(proceeds(waiting.ask(at(21s))));
}

TEST_CASE("a shorter hint after a longer one does not thaw the limiter, and no hint freezes nothing") {
  Card limiter;
  Caller first{limiter};
  Caller second{limiter};
  Caller third{limiter};
  for (Caller<Card>* call : {&first, &second, &third}) REQUIRE(call->enter(at(0s)));
  third.fail(at(0s), Fault::rate_limited);
  CHECK(has_room(limiter, at(0s)));
  first.fail(at(0s), Fault::rate_limited, 30s);
  second.fail(at(0s), Fault::rate_limited, 2s);
  CHECK(!has_room(limiter, at(29s)));
  CHECK(has_room(limiter, at(30s)));
}

TEST_CASE("a call with a deadline before the freeze is over is refused at once") {
  Card limiter;
  Caller limited{limiter};
  REQUIRE(limited.enter(at(0s)));
  limited.fail(at(0s), Fault::rate_limited, 30s);
  Caller call{limiter};
  call.ctx.deadline = at(30s);
  REQUIRE(refuses(call.ask(at(10s))));
  CHECK(call.answer().reason == Reason::frozen);
  CHECK(call.answer().retry_after == Duration{20s});
}

TEST_CASE("can_proceed says what a call would meet, and reserves nothing") {
  Card limiter;
  for (int i = 0; i < 1000; ++i) CHECK(limiter.can_proceed(10'000, at(0s)).allowed);
  CHECK(limiter.used(Unit::requests, at(0s)) == 0);
  for (int i = 0; i < 50; ++i) use(limiter, at(7s));
  const Allowance allowance = limiter.can_proceed(1, at(10s));
  CHECK(!allowance.allowed);
  CHECK(allowance.wait == 57s);
  CHECK(limiter.can_proceed(1, at(67s)).allowed);
  CHECK(limiter.can_proceed(1, at(67s)).wait == 0s);
}

TEST_CASE("limiter settings that make no sense are refused with a sentence that names them") {
  using support::contains;
  using Free = Limiter<SlidingWindow>;
  const auto build = [](LimiterSettings settings) {
    return refusal_of([&] { const Free limiter{settings}; });
  };
  CHECK_THAT(build({}), contains("LimiterSettings::quotas is without a limit, allowed is one quota"));
  CHECK_THAT(build({{Quota{Unit::requests, -1, 60s}}}),
             contains("quotas[].limit is -1, allowed is 1 and above"));
  CHECK_THAT(build({{Quota{Unit::requests, 5, 0s}}}), contains("quotas[].window is 0 s, allowed is above 0"));
  CHECK_THAT(build({{Quota{Unit::tokens, 5, -1s}}}), contains("quotas[].window is -1 s, allowed is above 0"));
  CHECK(build({{Quota{Unit::requests, 5, 1ns}}}).empty());
}

TEST_CASE("a limiter with settings given at run time keeps all its quotas") {
  Limiter<SlidingWindow> limiter{LimiterSettings{
      {Quota{Unit::requests, 2, 1s}, Quota{}, Quota{Unit::requests, 3, 10s}, Quota{Unit::tokens, 9, 1s}}}};
  use(limiter, at(0s), 9);
  CHECK(!has_room(limiter, at(0s), 1));
  use(limiter, at(0s));
  CHECK(!has_room(limiter, at(0s)));
  use(limiter, at(1s));
  CHECK(!has_room(limiter, at(9s)));
  CHECK(has_room(limiter, at(10s)));
}

TEST_CASE("an instant before the last one counts as the last one") {
  Card limiter;
  for (int i = 0; i < 50; ++i) use(limiter, at(100s - i * 1s));
  CHECK(!has_room(limiter, at(159s)));
  CHECK(has_room(limiter, at(160s)));
}
