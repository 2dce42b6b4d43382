// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a limiter says about itself, and limits that change while it runs.

#include "limiter_calls.hpp"

#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/token_bucket.hpp>

using namespace desk;

TEST_CASE("input and output tokens are limited apart, and corrected apart") {
  Limiter<SlidingWindow, InputTPM<100>, OutputTPM<50>, TPM<120>> limiter;
  Caller call{limiter};
  call.ctx.cost = {.tokens = 90, .input_tokens = 60, .output_tokens = 30};
  REQUIRE(call.enter(at(0s)));
  CHECK(limiter.used(Unit::input_tokens, at(0s)) == 60);
  CHECK(limiter.used(Unit::output_tokens, at(0s)) == 30);
  CHECK(limiter.used(Unit::tokens, at(0s)) == 90);
  call.ctx.usage = {55, 40};
  call.succeed(at(1s));
  CHECK(limiter.used(Unit::input_tokens, at(1s)) == 55);
  CHECK(limiter.used(Unit::output_tokens, at(1s)) == 40);
  CHECK(limiter.used(Unit::tokens, at(1s)) == 95);
}

TEST_CASE(
    "a cost that is not known apart counts in full on either side, and what is not reported is the rest") {
  Limiter<SlidingWindow, InputTPM<100>, OutputTPM<50>> limiter;
  Caller call{limiter};
  call.ctx.cost.tokens = 40;
  REQUIRE(call.enter(at(0s)));
  CHECK(limiter.used(Unit::input_tokens, at(0s)) == 40);
  CHECK(limiter.used(Unit::output_tokens, at(0s)) == 40);
  call.ctx.usage.input_tokens = 25;
  call.succeed(at(1s));
  CHECK(limiter.used(Unit::input_tokens, at(1s)) == 25);
  CHECK(limiter.used(Unit::output_tokens, at(1s)) == 15);
  Caller apart{limiter};
  apart.ctx.cost = {.input_tokens = 30, .output_tokens = 20};
  REQUIRE(apart.enter(at(2s)));
  apart.ctx.usage.input_tokens = 35;
  apart.succeed(at(2s));
  CHECK(limiter.used(Unit::input_tokens, at(2s)) == 60);
  CHECK(limiter.used(Unit::output_tokens, at(2s)) == 35);
}

TEST_CASE("two parts that are known count together where tokens are limited together") {
  CHECK(amount_of(Unit::tokens, {.tokens = 0, .input_tokens = 7, .output_tokens = 5}) == 12);
  CHECK(amount_of(Unit::tokens, {.tokens = 20, .input_tokens = 7, .output_tokens = 5}) == 20);
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(amount_of(Unit::tokens, {.input_tokens = most, .output_tokens = most}) == most);
  CHECK(amount_of(Unit::requests, {.requests = -5}) == 0);
}

TEST_CASE("usage shows each quota, with what is left and when it is whole again") {
  Card limiter;
  use(limiter, at(0s), 4'000);
  use(limiter, at(10s), 5'000);
  const LimiterUsage usage = limiter.usage(at(20s));
  REQUIRE(usage.size() == 2);
  CHECK(usage[0].quota == Quota{Unit::requests, 50, 60s});
  CHECK(usage[0].used == 2);
  CHECK(usage[0].remaining == 48);
  CHECK(usage[0].resets == 50s);
  CHECK(usage[1].used == 9'000);
  CHECK(usage[1].remaining == 1'000);
  int quotas = 0;
  for (const QuotaUsage& one : limiter.usage(at(80s))) {
    CHECK(one.used == 0);
    CHECK(one.resets == 0s);
    ++quotas;
  }
  CHECK(quotas == 2);
  CHECK(limiter.headroom(at(20s)) == 100);
  CHECK(limiter.headroom(at(80s)) == full_headroom);
}

TEST_CASE("readiness says how long a call would wait, or that it never gets in") {
  Card limiter;
  Context ctx;
  CHECK(limiter.readiness(ctx, at(0s)).ready());
  for (int i = 0; i < 50; ++i) use(limiter, at(0s));
  const Readiness later = limiter.readiness(ctx, at(20s));
  CHECK(later.wait == 40s);
  CHECK(later.fault == Fault::throttled);
  CHECK(later.reason == Reason::over_quota);
  CHECK(later.policy == "Limiter");
  ctx.cost.tokens = 10'001;
  CHECK(limiter.readiness(ctx, at(20s)).wait == Duration::max());
  CHECK(limiter.readiness(ctx, at(20s)).reason == Reason::cost_over_quota);
}

TEST_CASE("a limiter is idle when nothing is in use, nobody waits and the server holds nobody back") {
  Card limiter;
  CHECK(limiter.idle(at(0s)));
  Caller call{limiter};
  REQUIRE(call.enter(at(0s)));
  CHECK(!limiter.idle(at(59s)));
  CHECK(limiter.idle(at(60s)));
  call.fail(at(60s), Fault::rate_limited, 30s);
  CHECK(!limiter.idle(at(89s)));
  CHECK(limiter.idle(at(90s)));
  Caller told{limiter};
  REQUIRE(told.enter(at(100s)));
  told.ctx.hints.requests = {.remaining = 3, .reset = 2h};
  told.succeed(at(100s));
  CHECK(!limiter.idle(at(1h)));
  CHECK(limiter.idle(at(3h)));
}

namespace {

template <class Algorithm>
void changes_limits() {
  Limiter<Algorithm, Quota<Unit::requests, 100, 10s>, TPM<10'000>> limiter;
  for (int i = 0; i < 50; ++i) use(limiter, at(0s), 20);
  limiter.set_limits({Quota{Unit::requests, 40, 10s}}, at(0s));
  CHECK(limiter.used(Unit::requests, at(0s)) == 20);
  CHECK(limiter.used(Unit::tokens, at(0s)) == 1'000);
  CHECK(limiter.usage(at(0s))[0].remaining == 20);
  limiter.set_limits({Quota{Unit::requests, 200, 10s}, TPM<20'000>::value}, at(0s));
  CHECK(limiter.used(Unit::requests, at(0s)) == 100);
  CHECK(limiter.used(Unit::tokens, at(0s)) == 2'000);
  CHECK(limiter.usage(at(0s))[0].quota.limit == 200);
  for (int i = 0; i < 100; ++i) use(limiter, at(0s));
  CHECK(!has_room(limiter, at(0s)));
}

}  // namespace

TEST_CASE("limits set at run time keep the fraction in use") {
  changes_limits<SlidingWindow>();
  changes_limits<SlidingCounter<10>>();
  changes_limits<TokenBucket<>>();
  changes_limits<FixedWindow>();
}

TEST_CASE("what was reserved under other limits is not given back, but more than it is counted") {
  Limiter<SlidingWindow, TPM<100>> limiter;
  Caller less{limiter}, more{limiter};
  for (Caller<decltype(limiter)>* call : {&less, &more}) {
    call->ctx.cost.tokens = 50;
    REQUIRE(call->enter(at(0s)));
  }
  limiter.set_limits({TPM<1'000>::value}, at(1s));
  CHECK(limiter.used(Unit::tokens, at(1s)) == 1'000);
  less.ctx.usage = {1, 1};
  less.succeed(at(2s));
  CHECK(limiter.used(Unit::tokens, at(2s)) == 1'000);
  more.ctx.usage = {60, 10};
  more.succeed(at(2s));
  CHECK(limiter.used(Unit::tokens, at(2s)) == 1'020);
}

TEST_CASE("higher limits let in those who wait, lower ones refuse those that have become too large") {
  Limiter<SlidingWindow, TPM<100>> limiter;
  use(limiter, at(0s), 10);
  Caller large{limiter}, small{limiter};
  large.ctx.cost.tokens = 95;
  small.ctx.cost.tokens = 20;
  REQUIRE(waits(large.ask(at(1s))));
  REQUIRE(waits(small.ask(at(1s))));
  limiter.set_limits({TPM<50>::value}, at(2s));
  CHECK(large.woken());
  REQUIRE(refuses(large.ask(at(2s))));
  CHECK(large.answer().reason == Reason::cost_over_quota);
  CHECK(small.woken());
  CHECK(proceeds(small.ask(at(2s))));
  Caller next{limiter};
  next.ctx.cost.tokens = 45;
  REQUIRE(waits(next.ask(at(3s))));
  limiter.set_limits({TPM<500>::value}, at(4s));
  CHECK(next.woken());
  CHECK(proceeds(next.ask(at(4s))));
}

TEST_CASE("limits that are wrong, or of a quota that is not there, are refused and change nothing") {
  using support::contains;
  Card limiter;
  const auto set = [&](Quota<> quota) {
    return refusal_of([&] { limiter.set_limits({RPM<7>::value, quota}, at(0s)); });
  };
  CHECK_THAT(set(TPM<0>::value), contains("set_limits()[].limit is 0, allowed is 1 and above"));
  CHECK_THAT(set(Quota{Unit::requests, 5, 1s}),
             contains("set_limits()[].window is 1 s, allowed is the window of a "
                      "quota of this limiter, in requests"));
  CHECK(limiter.usage(at(0s))[0].quota.limit == 50);
}

TEST_CASE("a queue set at run time is checked, and kept to") {
  using support::contains;
  using Free = Limiter<SlidingWindow>;
  const auto build = [](QueueSettings queue) {
    return refusal_of(
        [&] { const Free limiter{LimiterSettings{.quotas = {RPM<1>::value}, .queue = queue}}; });
  };
  CHECK_THAT(build({.length = 70'000}), contains("QueueSettings::length is 70000, allowed is 0 to 65535"));
  CHECK_THAT(build({.length = 1, .max_wait = 0s}),
             contains("QueueSettings::max_wait is 0 s, allowed is above 0"));
  Free limiter{LimiterSettings{.quotas = {RPM<1>::value}, .queue = {.length = 1}}};
  use(limiter, at(0s));
  Caller a{limiter}, b{limiter};
  CHECK(waits(a.ask(at(0s))));
  CHECK(refuses(b.ask(at(0s))));
  a.drop();
}

TEST_CASE("a share of a number is rounded up and does not overflow") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(detail::fraction(10, 3, 7) == 5);
  CHECK(detail::fraction(0, most, 1) == 0);
  CHECK(detail::fraction(most, 1, most) == 1);
  CHECK(detail::fraction(most, most, most) == most);
  CHECK(detail::fraction(most, most, 1) == most);
  SplitMix64 random{5};
  for (int i = 0; i < 20'000; ++i) {
    const auto whole = static_cast<std::int64_t>(random() >> (2 + random() % 61)) + 1;
    const auto part = static_cast<std::int64_t>(random() >> (1 + random() % 62));
    const auto value = static_cast<std::int64_t>(random() >> (1 + random() % 62));
    const std::int64_t result = detail::fraction(value, part, whole);
    const long double exact =
        static_cast<long double>(value) / static_cast<long double>(whole) * static_cast<long double>(part);
    if (exact < static_cast<long double>(most) * 0.99L) {
      REQUIRE(static_cast<long double>(result) >= exact * (1 - 1e-15L));
      REQUIRE(static_cast<long double>(result) <= exact * (1 + 1e-15L) + 1);
    }
  }
}

namespace {

/// Calls let in of 100 a second for 600 s.
template <class Policy>
int let_in_of_many(Policy& limiter) {
  int let_in = 0;
  for (int i = 1; i <= 60'000; ++i) {
    if (!has_room(limiter, at(i * 10ms))) continue;
    use(limiter, at(i * 10ms));
    ++let_in;
  }
  return let_in;
}

}  // namespace

TEST_CASE("a limiter whose limit is raised lets in as much as one that was built so") {
  using Free = Limiter<SlidingWindow>;
  Free built{LimiterSettings{.quotas = {RPM<5'000>::value}}};
  Free told{LimiterSettings{.quotas = {RPM<50>::value}}};
  Caller call{told};
  REQUIRE(call.enter(at(0s)));
  call.ctx.hints.requests.limit = 5'000;
  call.succeed(at(0s));
  Free set{LimiterSettings{.quotas = {RPM<50>::value, TPM<100'000>::value}}};
  set.set_limits({RPM<5'000>::value}, at(0s));
  const int as_built = let_in_of_many(built);
  CHECK(as_built == 50'000);
  CHECK(let_in_of_many(told) >= as_built - 1);
  CHECK(let_in_of_many(set) == as_built);
}

TEST_CASE("entries are kept when a log is given more room, and correct the same calls") {
  SlidingLog<> log;
  log.start(Quota{Unit::tokens, 1'000, 60s}, 8);
  Ticket tickets[20];
  const auto take = [&](Ticket& ticket, std::int64_t amount, Instant now) {
    log.expire(now);
    REQUIRE(log.take(ticket, amount, now));
  };
  // Around the end of the ring.
  for (int i = 0; i < 12; ++i) take(tickets[0], 1, at(i * 1s));
  for (int i = 0; i < 10; ++i) take(tickets[i], 10 + i, at(72s + i * 1s));
  log.make_room(1'000);
  for (int i = 10; i < 20; ++i) take(tickets[i], 10 + i, at(72s + i * 1s));
  CHECK(log.entries() == 20);
  std::int64_t used = log.used(at(92s));
  CHECK(used == 390);
  for (int i = 0; i < 20; ++i) {
    log.correct(tickets[i], 10 + i, 1, at(92s));
    used -= 9 + i;
    REQUIRE(log.used(at(92s)) == used);
  }
  for (int i = 0; i < 20; ++i) CHECK(log.used(at(132s + i * 1s)) == 19 - i);
}
