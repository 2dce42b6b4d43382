// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A breaker in people's hands: forced open, isolated, disabled, explained.

#include <aramid/policies/breaker.hpp>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

using Card = Breaker<2, 60s, 1>;

template <class B>
bool fail_once(B& breaker, Instant now) {
  Caller<B> call{breaker};
  if (!call.enter(now)) return false;
  call.fail(now);
  return true;
}
template <class B>
bool succeed_once(B& breaker, Instant now) {
  Caller<B> call{breaker};
  if (!call.enter(now)) return false;
  call.succeed(now);
  return true;
}

}  // namespace

TEST_CASE("forced open, a breaker refuses for ever, says why, and does not say for how long") {
  Card breaker;
  breaker.force_open();
  breaker.force_open();
  Caller call{breaker};
  CHECK(refuses(call.ask(at(24h * 365))));
  CHECK(call.answer().fault == Fault::circuit_open);
  CHECK(call.answer().reason == Reason::forced_open);
  CHECK(call.answer().retry_after < Duration{0});
  CHECK(breaker.retry_after(at(0s)) == Duration::max());
  CHECK(breaker.state(at(0s)) == BreakerState::forced_open);
  CHECK_FALSE(breaker.idle(at(0s)));
  breaker.automatic();
  CHECK(breaker.state(at(0s)) == BreakerState::closed);
  CHECK(succeed_once(breaker, at(0s)));
}

TEST_CASE("results of calls under way when a breaker is forced open or disabled change nothing") {
  for (const bool disabled : {false, true}) {
    Breaker<1, 60s, 1> breaker;
    Caller early{breaker};
    REQUIRE(early.enter(at(0s)));
    disabled ? breaker.disable() : breaker.force_open();
    early.fail(at(0s));
    CHECK(breaker.state(at(0s)) == (disabled ? BreakerState::disabled : BreakerState::forced_open));
    breaker.automatic();
    CHECK(breaker.idle(at(0s)));
  }
}

TEST_CASE("disabled, a breaker lets everything through and counts nothing") {
  Card breaker;
  fail_once(breaker, at(0s));
  fail_once(breaker, at(0s));
  breaker.disable();
  for (int i = 0; i < 100; ++i) REQUIRE(fail_once(breaker, at(0s)));
  CHECK(breaker.state(at(0s)) == BreakerState::disabled);
  CHECK(breaker.failures() == 0);
  Caller last{breaker};
  REQUIRE(last.enter(at(0s)));
  breaker.reset();
  last.fail(at(0s));
  CHECK(breaker.idle(at(0s)));
}

TEST_CASE("back to automatic leaves a breaker alone that was not in anybody's hands") {
  Card breaker;
  fail_once(breaker, at(0s));
  breaker.automatic();
  CHECK(breaker.failures() == 1);
  fail_once(breaker, at(0s));
  breaker.automatic();
  CHECK(breaker.state(at(0s)) == BreakerState::open);
}

TEST_CASE("isolation lasts until the last of its holders is gone") {
  Card breaker;
  {
    const auto one = breaker.isolate();
    {
      const auto two = breaker.isolate();
      CHECK_FALSE(succeed_once(breaker, at(0s)));
    }
    CHECK(breaker.state(at(0s)) == BreakerState::forced_open);
    breaker.automatic();
    CHECK(breaker.state(at(0s)) == BreakerState::forced_open);
  }
  CHECK(breaker.state(at(0s)) == BreakerState::closed);
}

TEST_CASE("isolation that ends leaves a breaker as it is that was forced open, or reset, meanwhile") {
  Card forced;
  {
    const auto held = forced.isolate();
    forced.force_open();
  }
  CHECK(forced.state(at(0s)) == BreakerState::forced_open);
  forced.automatic();
  CHECK(forced.state(at(0s)) == BreakerState::closed);

  Card reset;
  {
    const auto held = reset.isolate();
    reset.reset();
    CHECK(reset.state(at(0s)) == BreakerState::closed);
    reset.force_open();
  }
  CHECK(reset.state(at(0s)) == BreakerState::forced_open);
}

TEST_CASE("opened for a while by hand, a breaker probes afterwards as after any cool-down") {
  Card breaker;
  breaker.open_for(2h, at(0s));
  Caller early{breaker};
  CHECK(refuses(early.ask(at(1h))));
  CHECK(early.answer().reason == Reason::open);
  CHECK(early.answer().retry_after == Duration{1h});
  CHECK(breaker.state(at(2h)) == BreakerState::half_open);
  breaker.open_for(1s, at(1h));
  CHECK(breaker.retry_after(at(1h)) == Duration{1s});
  CHECK(fail_once(breaker, at(1h + 1s)));
  CHECK(breaker.retry_after(at(1h + 1s)) == Duration{60s});
  breaker.open_for(0s, at(1h + 2s));
  CHECK(succeed_once(breaker, at(1h + 2s)));
  CHECK(breaker.state(at(1h + 2s)) == BreakerState::closed);
}

TEST_CASE("a breaker is idle when nothing would be lost by forgetting it") {
  Breaker<FailureRate{.percent = 50, .minimum = 2, .window = 10s}, 60s, 1> breaker;
  CHECK(breaker.idle(at(0s)));
  succeed_once(breaker, at(0s));
  CHECK(breaker.idle(at(0s)));
  fail_once(breaker, at(1s));
  CHECK(breaker.state(at(1s)) == BreakerState::open);
  CHECK_FALSE(breaker.idle(at(1s)));
  CHECK_FALSE(breaker.idle(at(61s)));
  succeed_once(breaker, at(61s));
  CHECK(breaker.idle(at(61s)));
  fail_once(breaker, at(62s));
  CHECK_FALSE(breaker.idle(at(62s)));
  CHECK(breaker.idle(at(72s)));
}

TEST_CASE("a report says why a breaker did not trip") {
  Breaker<FailureRate{.percent = 50, .minimum = 20, .window = 10s}, 60s, 1> breaker;
  CHECK(to_text(breaker.explain(at(0s)), at(0s)) ==
        "closed: 0 of 0 calls, opens at 1 (failure rate), but says nothing below 20 calls");
  for (int i = 0; i < 19; ++i) fail_once(breaker, at(0s));
  CHECK(breaker.explain(at(0s)).why == BreakerWhy::below_minimum);
  CHECK(to_text(breaker.explain(at(0s)), at(0s)) ==
        "closed: 19 of 19 calls, opens at 10 (failure rate), but says nothing below 20 calls");
  for (int i = 0; i < 21; ++i) succeed_once(breaker, at(0s));
  CHECK(breaker.explain(at(0s)).why == BreakerWhy::below_limit);
  CHECK(to_text(breaker.explain(at(0s)), at(0s)) == "closed: 19 of 40 calls, opens at 20 (failure rate)");
}

TEST_CASE("a report says why a breaker tripped, until when, and how its probes are doing") {
  Breaker<FailureCount{.failures = 2, .of = 9}, 60s, ProbeRule{.at_a_time = 1, .successes = 2}, Ramp<10s, 25>>
      breaker;
  succeed_once(breaker, at(0s));
  fail_once(breaker, at(0s));
  fail_once(breaker, at(0s));
  CHECK(breaker.explain(at(20s)).until == at(60s));
  CHECK(to_text(breaker.explain(at(20s)), at(20s)) ==
        "open for another 40 s: 2 of 3 calls, limit 2 (failure count)");
  CHECK(to_text(breaker.explain(at(60s)), at(60s)) == "half_open: 0 probes out, 0 succeeded, 0 failed");
  succeed_once(breaker, at(60s));
  Caller probe{breaker};
  REQUIRE(probe.enter(at(61s)));
  CHECK(to_text(breaker.explain(at(71s)), at(71s)) ==
        "half_open: 1 probe out, 1 succeeded, 0 failed, the next at the latest in 50 s");
  probe.succeed(at(71s));
  CHECK(to_text(breaker.explain(at(75s)), at(75s)) ==
        "ramping: 25 % of the calls for another 6 s, 0 of 0 calls, opens at 2 (failure count)");
  breaker.disable();
  CHECK(to_text(breaker.explain(at(75s)), at(75s)) == "disabled: by hand");
}

TEST_CASE("a refusal shows the numbers that opened the breaker") {
  Breaker<FailureRate{.percent = 50, .minimum = 4, .window = 10s}, 60s, 1> breaker;
  for (int i = 0; i < 4; ++i) fail_once(breaker, at(0s));
  Caller call{breaker};
  CHECK(refuses(call.ask(at(1s))));
  std::int64_t measured = 0;
  std::int64_t limit = 0;
  CallAccess::take_compared(call.ctx, measured, limit);
  CHECK(measured == 4);
  CHECK(limit == 2);
}
