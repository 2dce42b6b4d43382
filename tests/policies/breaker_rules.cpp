// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The rules that open a breaker.

#include <aramid/policies/breaker.hpp>

#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

enum class End { success, failure, neutral, cancelled, dropped };

template <class B>
bool play(B& breaker, End end, Instant begin, Duration takes = Duration{0}) {
  Caller<B> call{breaker};
  if (!call.enter(begin)) return false;
  const Instant now = begin + takes;
  if (end == End::success) call.succeed(now);
  if (end == End::failure) call.fail(now);
  if (end == End::neutral) call.fail(now, Fault::rate_limited);
  if (end == End::cancelled) call.fail(now, Fault::cancelled);
  if (end == End::dropped) call.drop();
  return true;
}
template <class B>
void times(B& breaker, int n, End end, Instant now, Duration takes = Duration{0}) {
  for (int i = 0; i < n; ++i) REQUIRE(play(breaker, end, now, takes));
}
template <class B>
bool closed(const B& breaker, Instant now) {
  return breaker.state(now) == BreakerState::closed;
}

using Rate = Breaker<FailureRate{.percent = 50, .minimum = 20, .window = 10s}, 60s, 3>;

}  // namespace

TEST_CASE("a failure rate opens at exactly its percentage, with a failure") {
  Rate breaker;
  times(breaker, 10, End::success, at(0s));
  times(breaker, 9, End::failure, at(1s));
  CHECK(closed(breaker, at(1s)));
  times(breaker, 1, End::failure, at(1s));
  CHECK(breaker.state(at(1s)) == BreakerState::open);
  CHECK(breaker.failures(at(1s)) == 10);
}

TEST_CASE("below its minimum a failure rate says nothing, and a success never opens a breaker") {
  Rate breaker;
  times(breaker, 19, End::failure, at(0s));
  CHECK(closed(breaker, at(0s)));
  // The twentieth call makes 95 % failures, but it is a success.
  times(breaker, 1, End::success, at(0s));
  CHECK(closed(breaker, at(0s)));
  times(breaker, 1, End::neutral, at(0s));
  CHECK(closed(breaker, at(0s)));
  times(breaker, 1, End::failure, at(0s));
  CHECK(breaker.state(at(0s)) == BreakerState::open);
}

TEST_CASE("a success that follows failures in a row does not open a breaker by the rate of another rule") {
  Breaker<AnyOf{FailureRate{.percent = 50, .minimum = 3, .window = 10s}, 10}, 60s, 3> breaker;
  times(breaker, 2, End::failure, at(0s));
  times(breaker, 1, End::success, at(0s));
  CHECK(closed(breaker, at(0s)));
  times(breaker, 1, End::failure, at(0s));
  CHECK(breaker.state(at(0s)) == BreakerState::open);
}

TEST_CASE("percentages are compared without rounding") {
  // 1/3 is more than 33 %, and less than 34 %.
  Breaker<FailureRate{.percent = 33, .minimum = 3, .window = 10s}, 60s, 3> low;
  Breaker<FailureRate{.percent = 34, .minimum = 3, .window = 10s}, 60s, 3> high;
  times(low, 2, End::success, at(0s));
  times(high, 2, End::success, at(0s));
  times(low, 1, End::failure, at(0s));
  times(high, 1, End::failure, at(0s));
  CHECK(low.state(at(0s)) == BreakerState::open);
  CHECK(closed(high, at(0s)));
  // 9,949 of 19,900 calls are 49.995 %, which must not pass for 50.
  Breaker<FailureRate{.percent = 50, .minimum = 19'900, .window = 10s}, 60s, 3> many;
  times(many, 9951, End::success, at(0s));
  times(many, 9949, End::failure, at(0s));
  CHECK(closed(many, at(0s)));
  times(many, 2, End::failure, at(0s));
  CHECK(many.state(at(0s)) == BreakerState::open);
}

TEST_CASE("failures that left the window do not count, whatever the gap") {
  for (const Duration gap : std::initializer_list<Duration>{10s, 11s, 1min, 24h, 24h * 365}) {
    Rate breaker;
    times(breaker, 19, End::failure, at(0s));
    times(breaker, 1, End::failure, at(gap));
    CHECK(closed(breaker, at(gap)));
    CHECK(breaker.failures(at(gap)) == 1);
  }
}

TEST_CASE("calls that say nothing about the provider are not in the window") {
  Rate breaker;
  times(breaker, 100, End::neutral, at(0s));
  times(breaker, 100, End::cancelled, at(0s));
  times(breaker, 100, End::dropped, at(0s));
  CHECK(breaker.explain(at(0s)).numbers.calls == 0);
}

TEST_CASE("a window starts empty after the breaker has closed, and results of earlier calls stay out") {
  Breaker<FailureRate{.percent = 50, .minimum = 4, .window = 100s}, 1s, 1> breaker;
  Caller late{breaker};
  REQUIRE(late.enter(at(0s)));
  times(breaker, 4, End::failure, at(0s));
  REQUIRE(breaker.state(at(0s)) == BreakerState::open);
  REQUIRE(play(breaker, End::success, at(1s)));
  REQUIRE(closed(breaker, at(1s)));
  CHECK(breaker.explain(at(1s)).numbers.calls == 0);
  late.fail(at(1s));
  CHECK(breaker.explain(at(1s)).numbers.calls == 0);
  times(breaker, 3, End::failure, at(2s));
  CHECK(closed(breaker, at(2s)));
  breaker.reset();
  CHECK(breaker.explain(at(2s)).numbers.calls == 0);
}

TEST_CASE("a breaker that was moved millions of times since it counted last still counts") {
  Breaker<AnyOf{FailureRate{.percent = 50, .minimum = 4, .window = 10s},
                FailureCount{.failures = 9, .of = 10}},
          1s, 1>
      breaker;
  for (std::uint32_t i = 0; i < detail::BreakerWord::generation_mask / 4 + 10; ++i) {
    breaker.force_open();
    breaker.disable();
  }
  breaker.automatic();
  times(breaker, 3, End::failure, at(0s));
  CHECK(breaker.failures(at(0s)) == 3);
  times(breaker, 1, End::failure, at(0s));
  CHECK(breaker.state(at(0s)) == BreakerState::open);
}

TEST_CASE("a failure count opens at so many of the last calls, whenever they were") {
  Breaker<FailureCount{.failures = 3, .of = 5}, 60s, 3> breaker;
  for (int hour = 0; hour < 20; ++hour) {  // F S S F S ...: two of any five
    times(breaker, 1, hour % 5 == 0 || hour % 5 == 3 ? End::failure : End::success, at(hour * 1h));
    times(breaker, 3, End::neutral, at(hour * 1h));
    REQUIRE(closed(breaker, at(hour * 1h)));
  }
  CHECK(breaker.failures(at(20h)) == 2);
  times(breaker, 1, End::failure, at(20h));
  CHECK(closed(breaker, at(20h)));  // the oldest failure left
  times(breaker, 1, End::failure, at(20h));
  CHECK(breaker.state(at(20h)) == BreakerState::open);
}

TEST_CASE("a failure count does not wait until it has seen that many calls") {
  Breaker<FailureCount{.failures = 2, .of = 1000}, 60s, 3> breaker;
  times(breaker, 2, End::failure, at(0s));
  CHECK(breaker.state(at(0s)) == BreakerState::open);
}

TEST_CASE(
    "a slow rate opens with a slow call, successful or not, and one just as long as allowed is not slow") {
  using Slow = Breaker<SlowRate{.percent = 50, .slower_than = 5s, .minimum = 4, .window = 10s}, 60s, 1>;
  for (const End end : {End::success, End::failure}) {
    Slow breaker;
    times(breaker, 3, End::success, at(0s), 5s);
    times(breaker, 2, end, at(0s), 5s + 1ns);
    CHECK(closed(breaker, at(5s)));
    times(breaker, 1, end, at(0s), 6s);
    CHECK(breaker.state(at(6s)) == BreakerState::open);
    CHECK(breaker.explain(at(6s)).numbers.rule == TripRule::slow_rate);
    // Fast failures do not open it, slow probes do not close it.
    Slow other;
    times(other, 20, End::failure, at(0s));
    CHECK(closed(other, at(0s)));
    REQUIRE(play(breaker, End::success, at(66s), 6s));
    CHECK(breaker.state(at(72s)) == BreakerState::open);
    REQUIRE(play(breaker, End::success, at(132s), 5s));
    CHECK(closed(breaker, at(137s)));
  }
}

TEST_CASE("of several rules the first that is met opens the breaker, and all of them count every call") {
  using Both = Breaker<AnyOf{FailureRate{.percent = 50, .minimum = 10, .window = 10s},
                             SlowRate{.percent = 40, .slower_than = 1s, .minimum = 10, .window = 10s}, 4},
                       60s, 3>;
  Both row;
  times(row, 4, End::failure, at(0s));
  CHECK(row.state(at(0s)) == BreakerState::open);
  CHECK(row.explain(at(0s)).numbers.rule == TripRule::failures_in_a_row);

  Both slow;
  times(slow, 7, End::success, at(0s));
  times(slow, 3, End::success, at(0s), 2s);
  CHECK(closed(slow, at(2s)));
  times(slow, 2, End::success, at(0s), 2s);
  CHECK(slow.state(at(2s)) == BreakerState::open);
  CHECK(slow.explain(at(2s)).numbers == BreakerNumbers{TripRule::slow_rate, 5, 5, 12, 10});

  Both rate;
  for (int i = 0; i < 5; ++i) {
    times(rate, 1, End::success, at(0s));
    times(rate, 1, End::failure, at(0s));
  }
  CHECK(rate.state(at(0s)) == BreakerState::open);
  CHECK(rate.explain(at(0s)).numbers == BreakerNumbers{TripRule::failure_rate, 5, 5, 10, 10});
}

TEST_CASE("a predicate decides what a failed call says about the provider") {
  Breaker<2, 60s, 1, RateLimitsAreFailures> strict;
  times(strict, 2, End::neutral, at(0s));
  CHECK(strict.state(at(0s)) == BreakerState::open);

  struct AnswersAreHealth {
    Evidence operator()(const Error& error) const noexcept {
      return error.fault == Fault::invalid_request ? Evidence::success : ruling(error).evidence;
    }
  };
  Breaker<2, 60s, 1, AnswersAreHealth> lenient;
  times(lenient, 1, End::failure, at(0s));
  Caller refused{lenient};
  REQUIRE(refused.enter(at(0s)));
  refused.fail(at(0s), Fault::invalid_request);
  CHECK(lenient.failures() == 0);
  Breaker<AtRunTime{}, 60s, 3, RateLimitsAreFailures> told{BreakerSettings{.failures = 2}};
  times(told, 2, End::neutral, at(0s));
  CHECK(told.state(at(0s)) == BreakerState::open);
}

TEST_CASE("a rate opens exactly when a model that remembers every call says so") {
  struct Past {
    std::int64_t slot;
    bool bad;
  };
  SplitMix64 random{11};
  for (int life = 0; life < 300; ++life) {
    Breaker<FailureRate{.percent = 30, .minimum = 8, .window = 10s}, 1s, 1> breaker;
    std::vector<Past> past;
    Instant now = at(1000s);
    for (int i = 0; i < 400; ++i) {
      now +=
          Duration{1ms} * static_cast<std::int64_t>(random() % 8 == 0 ? random() % 12'000 : random() % 400);
      const bool bad = random() % 5 == 0;
      const std::int64_t slot = now.time_since_epoch() / 1s;
      past.push_back({slot, bad});
      std::uint64_t calls = 0;
      std::uint64_t failures = 0;
      for (const Past& one : past) {
        if (slot - one.slot >= 10) continue;
        ++calls;
        failures += one.bad ? 1U : 0U;
      }
      times(breaker, 1, bad ? End::failure : End::success, now);
      const bool opens = bad && calls >= 8 && failures * 100 >= 30 * calls;
      REQUIRE(closed(breaker, now) == !opens);
      if (opens) break;
    }
  }
}
