// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The shapes of the curves, number by number and at their ends.

#include <aramid/policies/backoff.hpp>

#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

template <class Curve>
std::vector<Duration> first(unsigned count, Duration base = 1s) {
  std::vector<Duration> delays;
  for (unsigned retry = 0; retry < count; ++retry) delays.push_back(Curve::delay(base, retry));
  return delays;
}

using List = Delays<100ms, 1s, 5s>;

}  // namespace

TEST_CASE("each curve grows as its name says") {
  CHECK(first<Constant>(4) == std::vector<Duration>{1s, 1s, 1s, 1s});
  CHECK(first<Linear>(4) == std::vector<Duration>{1s, 2s, 3s, 4s});
  CHECK(first<Exponential>(5) == std::vector<Duration>{1s, 2s, 4s, 8s, 16s});
  CHECK(first<Fibonacci>(8) == std::vector<Duration>{1s, 1s, 2s, 3s, 5s, 8s, 13s, 21s});
  CHECK(first<ExponentialBy<3, 2>>(5) == std::vector<Duration>{1s, 1500ms, 2250ms, 3375ms, 5062500us});
  CHECK(first<ExponentialBy<10>>(4) == std::vector<Duration>{1s, 10s, 100s, 1000s});
  CHECK(first<List>(5) == std::vector<Duration>{100ms, 1s, 5s, 5s, 5s});
}

TEST_CASE("a factor of two is the exponential curve, wherever both are exact") {
  for (unsigned retry = 0; retry < 33; ++retry)
    CHECK((ExponentialBy<2>::delay(1s, retry) == Exponential::delay(1s, retry)));
}

TEST_CASE("a broken factor rounds up, so that the delay grows from the smallest base") {
  CHECK((first<ExponentialBy<3, 2>>(7, 1ns)) == std::vector<Duration>{1ns, 2ns, 3ns, 5ns, 8ns, 12ns, 18ns});
  CHECK((first<ExponentialBy<1000, 999>>(4, 1ns)) == std::vector<Duration>{1ns, 2ns, 3ns, 4ns});
}

TEST_CASE("a broken factor is exact where the whole product would overflow") {
  // (max / 3 * 2) * 3 / 2 = max / 3 * 3; the product before the division does not fit.
  const Duration large = Duration::max() / 3 * 2;
  CHECK((ExponentialBy<3, 2>::delay(large, 1) == Duration::max() / 3 * 3));
  CHECK((ExponentialBy<3, 2>::delay(large, 2) == Duration::max()));
}

TEST_CASE("a curve that is told the cap is the same up to it and not below it beyond") {
  for (unsigned retry = 0; retry < 60; ++retry) {
    const Duration exact = ExponentialBy<3, 2>::delay(1s, retry);
    const Duration hasty = ExponentialBy<3, 2>::delay(1s, retry, 60s);
    CHECK(smaller<Duration>(exact, 60s) == smaller<Duration>(hasty, 60s));
  }
}

TEMPLATE_TEST_CASE("no curve shrinks, turns negative or overflows, up to retry 2^32 - 1", "", Constant,
                   Linear, Exponential, Fibonacci, (ExponentialBy<3, 2>), (ExponentialBy<1000, 1>),
                   (ExponentialBy<1000, 999>), List) {
  for (const Duration base : {Duration{1}, Duration{7}, Duration{1s}, Duration{24h * 365},
                              Duration::max() - 1ns, Duration::max()}) {
    Duration before{0};
    for (const unsigned retry : {0U, 1U, 2U, 3U, 10U, 61U, 62U, 63U, 64U, 90U, 91U, 92U, 93U, 1025U,
                                 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFEU, 0xFFFFFFFFU}) {
      const Duration delay = TestType::delay(base, retry);
      CHECK(delay >= before);
      before = delay;
    }
  }
}

TEST_CASE("the growing curves reach the longest Duration and stay there") {
  CHECK(Linear::delay(Duration::max() / 2, 2) == Duration::max());
  CHECK(Fibonacci::delay(1ns, 91) == Duration{7'540'113'804'746'346'429});
  CHECK(Fibonacci::delay(1ns, 92) == Duration::max());
  CHECK(Fibonacci::delay(2ns, 91) == Duration::max());
  CHECK((ExponentialBy<3, 2>::delay(1ns, 0xFFFFFFFFU) == Duration::max()));
}

TEMPLATE_TEST_CASE("without a base there is no delay", "", Constant, Linear, Exponential, Fibonacci,
                   (ExponentialBy<3, 2>)) {
  for (const unsigned retry : {0U, 5U, 0xFFFFFFFFU}) {
    CHECK(TestType::delay(0s, retry) == 0s);
    CHECK(TestType::delay(-1s, retry) == 0s);
  }
}

TEST_CASE("a list is its own base and cap, and the cap leaves room for the jitter") {
  STATIC_REQUIRE(Retry<3, List>::constants == RetrySettings{3, 100ms, 5s});
  STATIC_REQUIRE(Backoff<List, NoJitter>::cap == Span{5s});
  STATIC_REQUIRE(Backoff<List, Spread<20>>::cap == Span{6s});
  STATIC_REQUIRE(Backoff<List, Jitter>::cap == Span{6500ms});
  STATIC_REQUIRE(Backoff<List, NoJitter, 100ms, 60s>::cap == Span{60s});
  STATIC_REQUIRE(Delays<5s, 0s, 1s>::cap == Span{5s});
}

TEST_CASE("a first delay of its own comes before the curve's beginning") {
  constexpr RetrySettings at_once{.retries = 9, .base = 1s, .cap = 60s, .first = 0s};
  const auto delay = [&](unsigned retry) {
    return detail::next_delay<Exponential, NoJitter>(at_once, {retry}, ~0ULL).delay;
  };
  CHECK(delay(0) == 0s);
  CHECK(delay(1) == 1s);
  CHECK(delay(2) == 2s);
  CHECK(delay(0xFFFFFFFFU) == 60s);
  STATIC_REQUIRE(Backoff<Exponential, Jitter, 1s, 60s, 0s>::first_delay == 0s);
  STATIC_REQUIRE(Backoff<Exponential, Jitter, 1s, 60s, 10s>::first_delay == 11s);
  STATIC_REQUIRE(Backoff<Exponential, Jitter, 500ms, 30s>::first_delay == 550ms);
  STATIC_REQUIRE(Backoff<Exponential, DecorrelatedJitter, 500ms, 30s>::first_delay == 500ms);
  STATIC_REQUIRE(Backoff<Exponential, FullJitter>::first_delay == 0s);
}

TEST_CASE("a stack of retries says its delays and limits in words") {
  CHECK((Retry<2, Backoff<Exponential, Jitter, 500ms, 30s>>::describe()) ==
        "2 retries, Exponential from 500 ms, cap 30 s, Jitter");
  CHECK((Retry<1, Delays<100ms, 1s>>::describe()) == "1 retry, Delays<100 ms, 1 s>, cap 1 s, NoJitter");
  CHECK((Retry<2, Backoff<ExponentialBy<3, 2>, Spread<25>, 1s, 60s, 0s>, ByRuling, ExpectRoom>::describe()) ==
        "2 retries, the first at once, then ExponentialBy<3, 2> from 1 s, cap 1 min, Spread<25>, ExpectRoom");
  CHECK((Retry<forever, Backoff<Exponential, DecorrelatedJitter, 1s, 9s>>::describe()) ==
        "unlimited retries, DecorrelatedJitter from 1 s, cap 9 s");
}
