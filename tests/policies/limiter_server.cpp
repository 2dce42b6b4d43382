// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a limiter learns from the server's reports.

#include "limiter_calls.hpp"

#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/token_bucket.hpp>

using namespace desk;

namespace {

template <class Policy>
std::int64_t remaining(const Policy& limiter, Instant now, std::size_t quota = 0) {
  return limiter.usage(now)[quota].remaining;
}

template <class Policy>
void answer(Caller<Policy>& call, Instant now, QuotaHint requests, QuotaHint tokens = {}) {
  call.ctx.hints.requests = requests;
  call.ctx.hints.tokens = tokens;
  call.succeed(now);
}

}  // namespace

TEST_CASE("what the server says is left bounds what is let in until its reset") {
  Card limiter;
  Caller call{limiter};
  REQUIRE(call.enter(at(0s)));
  answer(call, at(1s), {.remaining = 3, .reset = 20s});
  CHECK(remaining(limiter, at(1s)) == 3);
  for (int i = 0; i < 3; ++i) use(limiter, at(2s));
  CHECK(remaining(limiter, at(2s)) == 0);
  CHECK(!has_room(limiter, at(20s)));
  CHECK(limiter.can_proceed(0, at(2s)).wait == 19s);
  CHECK(has_room(limiter, at(21s)));
  CHECK(remaining(limiter, at(21s)) == 46);
}

TEST_CASE("nothing left freezes everybody until the reset, also calls that need nothing of it") {
  Card limiter;
  Caller call{limiter};
  call.ctx.cost.tokens = 10;
  REQUIRE(call.enter(at(0s)));
  answer(call, at(1s), {}, {.remaining = 0, .reset = 30s});
  Caller waiting{limiter};
  REQUIRE(waits(waiting.ask(at(2s))));
  CHECK(waiting.answer().reason == Reason::frozen);
  CHECK(waiting.answer().until == at(31s));
  CHECK(proceeds(waiting.ask(at(31s))));
}

TEST_CASE("nothing left until tomorrow refuses everybody at once") {
  Card limiter;
  Caller call{limiter};
  REQUIRE(call.enter(at(0s)));
  answer(call, at(1s), {.remaining = 0, .reset = 20h});
  Caller next{limiter};
  REQUIRE(refuses(next.ask(at(1s))));
  CHECK(next.answer().reason == Reason::frozen);
  CHECK(next.answer().retry_after == Duration{20h});
}

TEST_CASE("calls let in after an attempt was are not in what the server said with its answer") {
  Card limiter;
  Caller first{limiter};
  REQUIRE(first.enter(at(0s)));
  answer(first, at(0s), {.remaining = 20, .reset = 60s});  // from here on it is counted
  Caller slow{limiter};
  REQUIRE(slow.enter(at(1s)));
  for (int i = 0; i < 5; ++i) use(limiter, at(2s));
  answer(slow, at(3s), {.remaining = 12, .reset = 50s});
  CHECK(remaining(limiter, at(3s)) == 7);
}

TEST_CASE("a report from an attempt sent before the last one that reported is ignored") {
  Card limiter;
  Caller opener{limiter};
  REQUIRE(opener.enter(at(0s)));
  answer(opener, at(0s), {.limit = 50, .remaining = 49, .reset = 60s});
  Caller older{limiter};
  Caller newer{limiter};
  REQUIRE(older.enter(at(1s)));
  REQUIRE(newer.enter(at(2s)));
  answer(newer, at(3s), {.limit = 50, .remaining = 5, .reset = 40s});
  answer(older, at(4s), {.limit = 80, .remaining = 30, .reset = 40s});
  CHECK(remaining(limiter, at(4s)) == 5);
  CHECK(limiter.usage(at(4s))[0].quota.limit == 50);
  // One that was in the air before anybody counted is as old as can be.
  Card late;
  Caller uncounted{late};
  Caller counted{late};
  REQUIRE(uncounted.enter(at(0s)));
  REQUIRE(counted.enter(at(0s)));
  answer(counted, at(1s), {.remaining = 10, .reset = 60s});
  Caller last{late};
  REQUIRE(last.enter(at(1s)));
  answer(last, at(2s), {.remaining = 4, .reset = 60s});
  answer(uncounted, at(3s), {.remaining = 40, .reset = 60s});
  CHECK(remaining(late, at(3s)) == 4);
}

TEST_CASE("a limit that the server reports is adopted, lower and higher, and what is used stays") {
  Card limiter;
  for (int i = 0; i < 10; ++i) use(limiter, at(0s));
  Caller lower{limiter};
  REQUIRE(lower.enter(at(1s)));
  answer(lower, at(2s), {.limit = 20});
  CHECK(limiter.usage(at(2s))[0].quota.limit == 20);
  CHECK(limiter.used(Unit::requests, at(2s)) == 11);
  CHECK(remaining(limiter, at(2s)) == 9);
  Caller higher{limiter};
  REQUIRE(higher.enter(at(3s)));
  answer(higher, at(4s), {.limit = 100});
  CHECK(remaining(limiter, at(4s)) == 88);
}

TEST_CASE("with OwnLimits a report changes no limit, but still says what is left") {
  Limiter<SlidingWindow, RPM<50>, OwnLimits> limiter;
  Caller call{limiter};
  REQUIRE(call.enter(at(0s)));
  answer(call, at(0s), {.limit = 14'400, .remaining = 7, .reset = 10s});
  CHECK(limiter.usage(at(0s))[0].quota.limit == 50);
  CHECK(remaining(limiter, at(0s)) == 7);
}

TEST_CASE("a report is about the quota by the minute; one by the day is about that by the day") {
  Limiter<SlidingWindow, RPS<5>, RPM<50>, RPD<1'000>, InputTPM<900>, OutputTPM<100>> limiter;
  Caller call{limiter};
  REQUIRE(call.enter(at(0s)));
  call.ctx.hints.requests = {.limit = 60, .remaining = 30, .reset = 5s};
  call.ctx.hints.requests_day = {.limit = 2'000, .remaining = 12, .reset = 9h};
  call.ctx.hints.input_tokens = {.limit = 800, .remaining = 44, .reset = 5s};
  call.ctx.hints.output_tokens = {.limit = 200, .remaining = 33, .reset = 5s};
  call.succeed(at(0s));
  const LimiterUsage usage = limiter.usage(at(0s));
  const std::int64_t limits[] = {5, 60, 2'000, 800, 200};
  const std::int64_t left[] = {4, 30, 12, 44, 33};
  for (std::size_t i = 0; i < usage.size(); ++i) {
    CHECK(usage[i].quota.limit == limits[i]);
    CHECK(usage[i].remaining == left[i]);
  }
}

TEST_CASE("an attempt that never left is put back into what the server has left") {
  Card limiter;
  Caller first{limiter};
  REQUIRE(first.enter(at(0s)));
  answer(first, at(0s), {.remaining = 2, .reset = 60s});
  Caller unsent{limiter};
  REQUIRE(proceeds(unsent.ask(at(1s))));
  CHECK(remaining(limiter, at(1s)) == 1);
  unsent.drop();
  CHECK(remaining(limiter, at(1s)) == 2);
  Caller refused{limiter};
  REQUIRE(proceeds(refused.ask(at(1s))));
  refused.fail(at(1s), Fault::circuit_open);
  CHECK(remaining(limiter, at(1s)) == 2);
}

TEST_CASE("a report wakes the first in the queue when the server has more than was thought") {
  Card limiter;
  Caller first{limiter};
  REQUIRE(first.enter(at(0s)));
  answer(first, at(0s), {.remaining = 1, .reset = 50s});
  Caller second{limiter};
  REQUIRE(second.enter(at(1s)));
  Caller waiting{limiter};
  REQUIRE(waits(waiting.ask(at(1s))));
  CHECK(waiting.answer().until == at(50s));
  answer(second, at(2s), {.remaining = 4, .reset = 40s});
  CHECK(waiting.woken());
  CHECK(proceeds(waiting.ask(at(2s))));
  CHECK(remaining(limiter, at(2s)) == 3);
}

TEST_CASE("a failed attempt's report counts like any other") {
  Limiter<TokenBucket<>, RPM<50>> limiter;
  Caller call{limiter};
  REQUIRE(call.enter(at(0s)));
  call.ctx.hints.requests = {.limit = 40, .remaining = 6, .reset = 9s};
  call.fail(at(0s), Fault::overloaded);
  CHECK(remaining(limiter, at(0s)) == 6);
  CHECK(limiter.usage(at(0s))[0].quota.limit == 40);
}

TEST_CASE("reports that say nothing, or nonsense, change nothing") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Card limiter;
  for (const QuotaHint hint : {QuotaHint{}, QuotaHint{.limit = 0}, QuotaHint{.reset = 5s},
                               QuotaHint{.remaining = most, .reset = Duration::max()}}) {
    Caller call{limiter};
    REQUIRE(call.enter(at(0s)));
    answer(call, at(0s), hint);
  }
  CHECK(limiter.usage(at(0s))[0].quota.limit == 50);
  CHECK(remaining(limiter, at(0s)) == 46);
}

TEST_CASE("the order of reports is that of the attempts, also where these cost nothing of a quota") {
  Card limiter;
  Caller older{limiter}, newer{limiter};
  REQUIRE(older.enter(at(0s)));
  REQUIRE(newer.enter(at(1s)));
  answer(newer, at(2s), {}, {.remaining = 0, .reset = 30s});
  answer(older, at(3s), {}, {.remaining = 9'000, .reset = 30s});
  CHECK(remaining(limiter, at(3s), 1) == 0);
}

TEST_CASE("a call that never left is not missing when one let in before it reports") {
  Card limiter;
  Caller reporter{limiter}, unsent{limiter}, later{limiter}, last{limiter};
  for (Caller<Card>* call : {&reporter, &unsent, &later, &last}) REQUIRE(proceeds(call->ask(at(0s))));
  for (Caller<Card>* call : {&reporter, &later, &last}) call->send();
  unsent.drop();
  answer(reporter, at(1s), {.remaining = 5, .reset = 30s});
  CHECK(remaining(limiter, at(1s)) == 3);
  // One let in after it knows nothing of it.
  answer(later, at(2s), {.remaining = 4, .reset = 30s});
  CHECK(remaining(limiter, at(2s)) == 3);
  last.succeed(at(2s));
}

TEST_CASE("what calls used beyond their reservations counts against what the server has left") {
  Card limiter;
  Caller first{limiter};
  first.ctx.cost.tokens = 100;
  REQUIRE(first.enter(at(0s)));
  answer(first, at(1s), {}, {.remaining = 1'000, .reset = 60s});
  Caller call{limiter};
  call.ctx.cost.tokens = 100;
  REQUIRE(call.enter(at(2s)));
  call.ctx.usage = {400, 500};
  call.succeed(at(3s));
  CHECK(remaining(limiter, at(3s), 1) == 100);
  // The same for an attempt that reports itself: its server may have said so before the answer was complete.
  Caller own{limiter};
  own.ctx.cost.tokens = 50;
  REQUIRE(own.enter(at(4s)));
  own.ctx.usage = {70, 10};
  answer(own, at(5s), {}, {.remaining = 500, .reset = 60s});
  CHECK(remaining(limiter, at(5s), 1) == 470);
}

TEST_CASE("what calls did not use of their reservations the server has left, until a later one reports") {
  const auto check = []<class Policy>(Policy&& limiter) {
    Caller first{limiter};
    first.ctx.cost.tokens = 100;
    REQUIRE(first.enter(at(0s)));
    answer(first, at(0s), {}, {.remaining = 1'000, .reset = 60s});
    Caller call{limiter}, slow{limiter}, reporter{limiter};
    for (Caller<Policy>* one : {&call, &slow, &reporter}) {
      one->ctx.cost.tokens = 300;
      REQUIRE(one->enter(at(0s)));
    }
    CHECK(remaining(limiter, at(0s), 1) == 100);
    call.ctx.usage = {50, 10};
    call.succeed(at(0s));
    CHECK(remaining(limiter, at(0s), 1) == 340);
    answer(reporter, at(0s), {}, {.remaining = 200, .reset = 60s});
    slow.ctx.usage = {1, 1};
    slow.succeed(at(0s));
    CHECK(remaining(limiter, at(0s), 1) == 200);
  };
  check(Card{});
  check(Limiter<TokenBucket<>, RPM<50>, TPM<10'000>>{});
}

TEST_CASE("what a server reports as used, however much, never overflows what is left") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Card limiter;
  for (int i = 0; i < 5; ++i) {
    const Instant now = at(i * 100s);
    Caller call{limiter};
    call.ctx.cost.tokens = 10;
    REQUIRE(call.enter(now));
    call.ctx.usage = {most, most};
    answer(call, now, {}, {.remaining = 1'000, .reset = 60s});
    CHECK(remaining(limiter, now, 1) == 0);
  }
}
