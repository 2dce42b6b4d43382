// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How long a breaker stays open, what its probes decide, and how the traffic comes back.

#include <aramid/policies/breaker.hpp>

#include <set>
#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

template <class B>
void fail_once(B& breaker, Instant now) {
  Caller<B> call{breaker};
  REQUIRE(call.enter(now));
  call.fail(now);
}
template <class B>
void succeed_once(B& breaker, Instant now) {
  Caller<B> call{breaker};
  REQUIRE(call.enter(now));
  call.succeed(now);
}
/// Of `calls` calls at `now`, those that are let in and succeed.
template <class B>
int let_in(B& breaker, int calls, Instant now) {
  int in = 0;
  for (int i = 0; i < calls; ++i) {
    Caller<B> call{breaker};
    if (!call.enter(now)) continue;
    ++in;
    call.succeed(now);
  }
  return in;
}

using Growing = Breaker<2, GrowingCooldown{.first = 10s, .ceiling = 75s, .jitter = 0}, 1>;

}  // namespace

TEST_CASE("the cool-down doubles with every round of probes that fails, up to its ceiling") {
  Growing breaker;
  fail_once(breaker, at(0s));
  fail_once(breaker, at(0s));
  Instant now = at(0s);
  for (const Duration length : std::initializer_list<Duration>{10s, 20s, 40s, 75s, 75s, 75s}) {
    CHECK(breaker.retry_after(now) == length);
    CHECK(refuses(Caller{breaker}.ask(now + length - 1ns)));
    now += length;
    fail_once(breaker, now);
  }
  CHECK(breaker.explain(now).round == 6);
}

TEST_CASE("once it has closed, the cool-down is the first one again") {
  Growing breaker;
  fail_once(breaker, at(0s));
  fail_once(breaker, at(0s));
  fail_once(breaker, at(10s));
  succeed_once(breaker, at(30s));
  REQUIRE(breaker.state(at(30s)) == BreakerState::closed);
  fail_once(breaker, at(31s));
  fail_once(breaker, at(31s));
  CHECK(breaker.retry_after(at(31s)) == Duration{10s});
  // By hand as well, also in the middle of a longer one.
  fail_once(breaker, at(41s));
  fail_once(breaker, at(61s));
  REQUIRE(breaker.retry_after(at(61s)) == Duration{40s});
  breaker.reset();
  fail_once(breaker, at(62s));
  fail_once(breaker, at(62s));
  CHECK(breaker.retry_after(at(62s)) == Duration{10s});
}

TEST_CASE("rounds without end stay at the ceiling, and nothing wraps round") {
  Breaker<1, GrowingCooldown{.first = 1ns, .ceiling = Span{Duration::max()}, .jitter = 0}, 1> breaker;
  fail_once(breaker, at(0s));
  Instant now = at(0s);
  Duration before{0};
  for (int round = 0; round < 62; ++round) {
    const Duration length = breaker.retry_after(now);
    REQUIRE(length >= before);
    before = length;
    now += length;
    fail_once(breaker, now);
  }
  CHECK(breaker.explain(now).round == 62);
  BreakerSettings settings = detail::filled_in({.cooldown = 3s, .ceiling = Span{Duration::max()}});
  for (const unsigned round : {61U, 62U, 63U}) {
    CHECK(detail::cooldown_of(settings, round, 0) == Duration::max());
  }
  settings.jitter = 100;
  CHECK(detail::cooldown_of(settings, 63, ~std::uint64_t{0}) >= 1ns);
  CHECK(detail::cooldown_of(settings, 63, 0) == Duration::max());
}

TEST_CASE(
    "jitter shortens a cool-down by up to its percentage, also at the ceiling, and repeats with its seed") {
  using Spread = Breaker<1, GrowingCooldown{.first = 100s, .ceiling = 100s, .jitter = 20}, 1>;
  const auto lengths = [](std::uint64_t seed) {
    testing::ManualClock clock{seed};
    std::vector<Duration> all;
    for (int i = 0; i < 200; ++i) {
      Spread breaker;
      Context ctx{clock};
      Spread::Scope scope;
      const Error failure = error_of(Fault::unavailable);
      REQUIRE(proceeds(breaker.admit(scope, ctx, at(0s))));
      (void)breaker.settle(scope, ctx, &failure, at(0s));
      all.push_back(breaker.retry_after(at(0s)));
    }
    return all;
  };
  const auto one = lengths(1);
  CHECK(one == lengths(1));
  CHECK(one != lengths(2));
  CHECK(std::set<Duration>(one.begin(), one.end()).size() > 190);
  Duration least = Duration::max();
  Duration most{0};
  for (const Duration length : one) {
    least = std::min(least, length);
    most = std::max(most, length);
  }
  CHECK(least >= Duration{80s});
  CHECK(least < Duration{82s});
  CHECK(most <= Duration{100s});
  CHECK(most > Duration{98s});
}

TEST_CASE("a probe rule tells apart how many go at a time, how many close it, and how many reopen it") {
  using Ruled = Breaker<1, 10s, ProbeRule{.at_a_time = 2, .successes = 3, .failures = 2, .lease = 4s}>;
  Ruled breaker;
  fail_once(breaker, at(0s));
  Caller first{breaker};
  Caller second{breaker};
  REQUIRE(first.enter(at(10s)));
  REQUIRE(second.enter(at(10s)));
  CHECK(refuses(Caller{breaker}.ask(at(10s))));
  first.fail(at(10s));
  CHECK(breaker.state(at(10s)) == BreakerState::half_open);
  second.succeed(at(10s));
  succeed_once(breaker, at(10s));
  CHECK(breaker.state(at(10s)) == BreakerState::half_open);
  succeed_once(breaker, at(10s));
  CHECK(breaker.state(at(10s)) == BreakerState::closed);

  fail_once(breaker, at(20s));
  fail_once(breaker, at(30s));
  succeed_once(breaker, at(30s));
  fail_once(breaker, at(30s));
  CHECK(breaker.state(at(30s)) == BreakerState::open);
  // Lost probes are replaced after the lease.
  Caller<Ruled> lost[] = {Caller{breaker}, Caller{breaker}};
  for (auto& probe : lost) REQUIRE(probe.enter(at(40s)));
  Caller waits{breaker};
  CHECK(refuses(waits.ask(at(43s))));
  CHECK(waits.answer().retry_after == Duration{1s});
  CHECK(Caller{breaker}.enter(at(44s)));
}

TEST_CASE("after closing, a ramp lets through exactly its share of the calls, step by step") {
  Breaker<1, 60s, 1, Ramp<10s, 10, 25, 50>> breaker;
  fail_once(breaker, at(0s));
  succeed_once(breaker, at(60s));
  CHECK(breaker.state(at(60s)) == BreakerState::ramping);
  CHECK(let_in(breaker, 1000, at(60s)) == 100);
  CHECK(let_in(breaker, 1000, at(70s)) == 250);
  CHECK(let_in(breaker, 1000, at(80s)) == 500);
  CHECK(breaker.state(at(89s + 999ms)) == BreakerState::ramping);
  CHECK(breaker.state(at(90s)) == BreakerState::closed);
  CHECK(let_in(breaker, 1000, at(90s)) == 1000);
}

TEST_CASE("with little traffic the first call of each step of a ramp passes") {
  Breaker<1, 60s, 1, Ramp<10s, 1, 1, 1>> breaker;
  fail_once(breaker, at(0s));
  succeed_once(breaker, at(60s));
  for (const Duration time : std::initializer_list<Duration>{60s, 75s, 89s}) {
    CHECK(let_in(breaker, 1, at(time)) == 1);
    CHECK(let_in(breaker, 99, at(time)) == 0);
  }
  CHECK(breaker.state(at(90s)) == BreakerState::closed);
}

TEST_CASE("a call refused by a ramp says so, and may come back soon") {
  Breaker<1, 60s, 1, Ramp<10s, 10>> breaker;
  fail_once(breaker, at(0s));
  succeed_once(breaker, at(60s));
  CHECK(let_in(breaker, 1, at(60s)) == 1);
  Caller refused{breaker};
  CHECK(refuses(refused.ask(at(60s))));
  CHECK(refused.answer().fault == Fault::circuit_open);
  CHECK(refused.answer().reason == Reason::ramping_up);
  CHECK(refused.answer().retry_after == Duration{1s});
  CHECK(refuses(refused.ask(at(70s) - 1ns)));
  CHECK(refused.answer().retry_after == 1ns);
}

TEST_CASE(
    "a breaker that opens during its ramp goes on growing its cool-down, one that survives it does not") {
  using Careful = Breaker<1, GrowingCooldown{.first = 10s, .ceiling = 1h, .jitter = 0}, 1, Ramp<10s, 50>>;
  Careful breaker;
  fail_once(breaker, at(0s));
  succeed_once(breaker, at(10s));
  fail_once(breaker, at(11s));
  CHECK(breaker.state(at(11s)) == BreakerState::open);
  CHECK(breaker.retry_after(at(11s)) == Duration{20s});
  succeed_once(breaker, at(31s));
  succeed_once(breaker, at(41s));
  fail_once(breaker, at(42s));
  CHECK(breaker.retry_after(at(42s)) == Duration{10s});
}

TEST_CASE("calls of the ramp count when they end after it, and failures in a row span its end") {
  Breaker<2, 60s, 1, Ramp<10s, 99>> breaker;
  fail_once(breaker, at(0s));
  fail_once(breaker, at(0s));
  succeed_once(breaker, at(60s));
  Caller slow{breaker};
  REQUIRE(slow.enter(at(61s)));
  fail_once(breaker, at(70s));
  CHECK(breaker.state(at(70s)) == BreakerState::closed);
  slow.fail(at(71s));
  CHECK(breaker.state(at(71s)) == BreakerState::open);
}

TEST_CASE("time that goes back during a ramp keeps it at its first step") {
  Breaker<1, 60s, 1, Ramp<10s, 10, 50>> breaker;
  fail_once(breaker, at(0s));
  succeed_once(breaker, at(60s));
  CHECK(let_in(breaker, 100, at(5s)) == 10);
  CHECK(let_in(breaker, 100, at(70s)) == 50);
}
