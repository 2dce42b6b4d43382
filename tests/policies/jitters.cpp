// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What each jitter makes of a delay, and ten million delays of every combination.

#include <aramid/policies/backoff.hpp>

#include <type_traits>

#include "desk.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

using namespace desk;

namespace {

constexpr std::uint32_t half = 0x8000'0000;
constexpr std::uint32_t highest = 0xFFFF'FFFF;

struct Range {
  Duration least = Duration::max();
  Duration most{0};
  long double mean = 0;
};

template <class Draw>
Range draws(Draw draw) {
  constexpr int count = 20'000;
  SplitMix64 random{17};
  Range range;
  for (int i = 0; i < count; ++i) {
    const Duration delay = draw(static_cast<std::uint32_t>(random()));
    range.least = smaller(range.least, delay);
    range.most = larger(range.most, delay);
    range.mean += static_cast<long double>(delay.count()) / count / 1e9L;
  }
  return range;
}

template <class J>
Range range_of(Duration delay) {
  return draws([&](std::uint32_t random) { return J::apply(delay, random); });
}

}  // namespace

TEST_CASE("each jitter uses its whole range evenly, and no more") {
  const Range full = range_of<FullJitter>(1s);
  CHECK(full.least < 1ms);
  CHECK((full.most > 999ms && full.most <= 1s));
  CHECK(static_cast<double>(full.mean) == Approx(0.5).margin(0.01));

  const Range equal = range_of<EqualJitter>(1s);
  CHECK((equal.least >= 500ms && equal.least < 501ms));
  CHECK((equal.most > 999ms && equal.most <= 1s));
  CHECK(static_cast<double>(equal.mean) == Approx(0.75).margin(0.01));

  const Range spread = range_of<Spread<25>>(1s);
  CHECK((spread.least >= 750ms && spread.least < 751ms));
  CHECK((spread.most > 1249ms && spread.most <= 1250ms));
  CHECK(static_cast<double>(spread.mean) == Approx(1.0).margin(0.01));

  const Range decorrelated =
      draws([](std::uint32_t random) { return DecorrelatedJitter::apply(1s, 4s, random); });
  CHECK((decorrelated.least >= 1s && decorrelated.least < 1010ms));
  CHECK((decorrelated.most > 11990ms && decorrelated.most <= 12s));
  CHECK(static_cast<double>(decorrelated.mean) == Approx(6.5).margin(0.1));
}

TEST_CASE("the same random number gives the same delay, to the nanosecond") {
  CHECK(FullJitter::apply(3s, half) == 1500ms);
  CHECK(EqualJitter::apply(3s, half) == 2250ms);
  CHECK(EqualJitter::apply(3ns, 0) == 2ns);
  CHECK(Spread<25>::apply(3s, half) == 3s);
  CHECK(Spread<25>::apply(3s, 0) == 2250ms);
  CHECK(Spread<100>::apply(3s, 0) == 0s);
  CHECK(DecorrelatedJitter::apply(1s, 1s, half) == 2s);
  CHECK(DecorrelatedJitter::apply(1s, 1s, 0) == 1s);
}

TEMPLATE_TEST_CASE("every jitter keeps to the bounds it states, at the ends of the range too", "", NoJitter,
                   Jitter, FullJitter, EqualJitter, Spread<1>, Spread<25>, Spread<100>) {
  for (const Duration delay : {Duration{0}, Duration{1}, Duration{9}, Duration{1s}, Duration::max() / 2,
                               Duration::max() - 1ns, Duration::max()}) {
    for (const std::uint32_t random : {0U, 1U, half, highest - 1, highest}) {
      const Duration spread = TestType::apply(delay, random);
      CHECK(spread >= 0s);
      CHECK(spread >= TestType::least(delay));
      CHECK(spread <= TestType::most(delay));
    }
  }
}

TEST_CASE("decorrelated jitter walks from each delay to the next and comes back") {
  CHECK(DecorrelatedJitter::apply(1s, Duration::max(), highest) > Duration::max() / 2);
  CHECK(DecorrelatedJitter::apply(Duration::max(), Duration::max(), highest) == Duration::max());
  testing::ManualClock clock;
  Context ctx{clock};
  Retry<forever, Backoff<Exponential, DecorrelatedJitter, 1s, 30s>> policy;
  decltype(policy)::Scope scope;
  const Error error = error_of(Fault::unavailable);
  Duration before = 1s;
  int longer = 0;
  int shorter = 0;
  for (int i = 0; i < 2000; ++i) {
    const Duration delay = policy.settle(scope, ctx, &error, at(0s)).after;
    CHECK((delay >= 1s && delay <= 30s));
    CHECK(delay <= 3 * before);
    (delay < before ? shorter : longer) += 1;
    before = delay;
  }
  CHECK(longer > 500);
  CHECK(shorter > 500);
}

TEST_CASE("decorrelated jitter begins anew in the next call") {
  testing::ManualClock clock;
  Context ctx{clock};
  Retry<9, Backoff<Exponential, DecorrelatedJitter, 1s, 3600s>> policy;
  const Error error = error_of(Fault::unavailable);
  for (int call = 0; call < 200; ++call) {
    decltype(policy)::Scope scope;
    CHECK(policy.settle(scope, ctx, &error, at(0s)).after <= 3s);
    for (int i = 0; i < 5; ++i) (void)policy.settle(scope, ctx, &error, at(0s));
  }
}

namespace {

/// Random numbers of every magnitude, the ends included.
std::int64_t any(SplitMix64& random, std::int64_t least) {
  const std::uint64_t draw = random();
  const auto value = static_cast<std::int64_t>((draw >> 1U) >> (draw % 63));
  return value < least ? least : value;
}

struct Tally {
  std::int64_t cases = 0;
  std::int64_t delays = 0;
  std::int64_t wrong = 0;
  std::int64_t refused = 0;
};

template <class Curve, class J>
void try_all(Tally& tally, SplitMix64& random, int count) {
  for (int i = 0; i < count; ++i) {
    const Duration base{any(random, 1)};
    const Duration cap = larger(base, Duration{any(random, 1)});
    RetrySettings settings{forever, base, cap};
    const std::uint64_t dice = random();
    if (dice % 8 == 0)
      settings.first =
          Duration{any(random, 0) % (cap.count() < Duration::max().count() ? cap.count() + 1 : cap.count())};
    detail::Moment moment{static_cast<unsigned>(any(random, 0))};
    if (dice % 64 == 1) moment.retry = 0x80000000U;
    if (dice % 64 == 2) moment.retry = 0xFFFFFFFFU;
    if (dice % 3 == 0) moment.hint = Duration{any(random, 0) * (dice % 32 == 3 ? -1 : 1)};
    if (dice % 5 == 0) moment.left = Duration{any(random, 0)};
    if (dice % 7 == 0) moment.expected = Duration{any(random, 0)};
    moment.previous = smaller(Duration{any(random, 0)}, cap);
    const auto next = detail::next_delay<Curve, J>(settings, moment, random());
    ++tally.cases;
    if (next.refusal != Reason::none) {
      ++tally.refused;
      continue;
    }
    ++tally.delays;
    const Duration hint = moment.hint.value_or(0ns);
    const bool fine =
        next.delay >= 0ns && next.delay <= cap && next.delay >= hint && next.delay < moment.left;
    if (!fine) ++tally.wrong;
  }
}

template <class Curve, class... Js>
void try_jitters(Tally& tally, SplitMix64& random, int count) {
  (try_all<Curve, Js>(tally, random, count), ...);
}

template <class... Curves>
void try_curves(Tally& tally, SplitMix64& random, int count) {
  (try_jitters<Curves, NoJitter, Jitter, FullJitter, EqualJitter, Spread<25>, Spread<100>>(tally, random,
                                                                                           count),
   ...);
  (try_all<Exponential, DecorrelatedJitter>(tally, random, count));
}

}  // namespace

TEST_CASE("ten million delays are never negative, above the cap, below the hint or past the deadline") {
  Tally tally;
  SplitMix64 random{2026};
  try_curves<Constant, Linear, Exponential, ExponentialBy<3, 2>, ExponentialBy<1000, 7>, Fibonacci,
             Delays<0s, 100ms, 1s, 5s>>(tally, random, support::effort(10'000'000) / 43 + 1);
  CHECK(tally.cases >= support::effort(10'000'000));
  CHECK(tally.wrong == 0);
  CHECK(tally.delays > support::effort(5'000'000));
  CHECK(tally.refused > support::effort(1'000'000));
}
