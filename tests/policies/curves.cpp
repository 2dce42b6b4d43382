// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How long the next delay is, without a client around it.

#include <aramid/policies/backoff.hpp>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

constexpr std::uint32_t lowest = 0;
constexpr std::uint32_t highest = 0xFFFFFFFFU;
constexpr Duration never = Duration::max();

constexpr std::uint64_t draw(std::uint32_t for_delay, std::uint32_t for_hint) {
  return (static_cast<std::uint64_t>(for_hint) << 32U) | for_delay;
}

constexpr RetrySettings settings{3, 1s, 60s};

template <class Spread = NoJitter>
auto next(unsigned retry, std::optional<Duration> hint = {}, Duration left = never,
          std::uint64_t random = 0) {
  return detail::next_delay<Exponential, Spread>(settings, {retry, hint, left}, random);
}

}  // namespace

TEST_CASE("an exponential delay doubles from retry to retry") {
  Duration expected = 1s;
  for (unsigned retry = 0; retry < 30; ++retry, expected *= 2)
    CHECK(Exponential::delay(1s, retry) == expected);
}

TEST_CASE("an exponential delay never shrinks nor turns negative, up to retry 2^31 and beyond") {
  for (const Duration base : {Duration{1}, Duration{3}, Duration{1s}, Duration{std::chrono::hours{24 * 365}},
                              Duration::max() / 2, Duration::max()}) {
    Duration before{0};
    for (unsigned retry = 0; retry < 200; ++retry) {
      const Duration delay = Exponential::delay(base, retry);
      CHECK(delay >= before);
      before = delay;
    }
    for (const unsigned retry : {1U << 31U, (1U << 31U) - 1, 0xFFFFFFFFU}) {
      CHECK(Exponential::delay(base, retry) == Duration::max());
    }
  }
}

TEST_CASE(
    "an exponential delay is exact as long as it fits and sticks at the longest Duration when it does not") {
  CHECK(Exponential::delay(Duration{1}, 61) == Duration{std::int64_t{1} << 61U});
  CHECK(Exponential::delay(Duration{1}, 62) >= Duration{std::int64_t{1} << 61U});
  CHECK(Exponential::delay(Duration{5}, 61) == Duration::max());
  CHECK(Exponential::delay(Duration{0}, 5) == Duration{0});
  CHECK(Exponential::delay(Duration{-1}, 5) == Duration{0});
}

TEST_CASE("jitter adds 10 to 30 percent, whatever the random number") {
  SplitMix64 random{7};
  for (const Duration delay : {Duration{10}, Duration{1ms}, Duration{1s}, Duration{60s}, Duration{24h}}) {
    CHECK(Jitter::apply(delay, lowest) == delay + delay / 10);
    CHECK(Jitter::least(delay) == delay + delay / 10);
    for (int i = 0; i < 1000; ++i) {
      const Duration spread = Jitter::apply(delay, static_cast<std::uint32_t>(random()));
      CHECK(spread >= delay + delay / 10);
      CHECK(spread <= delay + 3 * (delay / 10));
    }
  }
}

TEST_CASE("jitter uses its whole range evenly") {
  SplitMix64 random{11};
  double sum = 0;
  int lower_half = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto spread = Jitter::apply(1s, static_cast<std::uint32_t>(random()));
    sum += std::chrono::duration<double>(spread).count();
    lower_half += spread < 1200ms ? 1 : 0;
  }
  CHECK(sum / 10'000 == Approx(1.2).margin(0.005));
  CHECK(lower_half == Approx(5'000).margin(250));
  CHECK(Jitter::apply(1s, highest) > 1299ms);
}

TEST_CASE("jitter on the longest delay sticks instead of overflowing") {
  CHECK(Jitter::apply(Duration::max(), highest) == Duration::max());
  CHECK(Jitter::apply(Duration::max(), lowest) == Duration::max());
  CHECK(Jitter::apply(Duration{0}, highest) == Duration{0});
}

TEST_CASE("without jitter the delay is the curve's, exactly") {
  CHECK(NoJitter::apply(1234567ns, highest) == 1234567ns);
  CHECK(next(0, {}, never, ~0ULL).delay == 1s);
  CHECK(next(5, {}, never, ~0ULL).delay == 32s);
}

TEST_CASE("the cap is applied after the jitter, so no delay exceeds it") {
  for (const unsigned retry : {5U, 6U, 30U, 1U << 31U, 0xFFFFFFFFU}) {
    for (const std::uint32_t random : {lowest, highest / 2, highest}) {
      const auto delay = next<Jitter>(retry, {}, never, random).delay;
      CHECK(delay <= 60s);
      CHECK(delay >= 32s);
    }
  }
  CHECK(next<Jitter>(6, {}, never, lowest).delay == 60s);
}

TEST_CASE("a server's hint is never undercut and spread by 0 to 20 percent upwards") {
  SplitMix64 random{3};
  Duration least = Duration::max();
  Duration most{0};
  for (int i = 0; i < 2000; ++i) {
    const auto delay = next<Jitter>(0, Duration{10s}, never, random()).delay;
    CHECK(delay >= 10s);
    CHECK(delay <= 12s);
    least = smaller(least, delay);
    most = larger(most, delay);
  }
  CHECK(least < 10100ms);
  CHECK(most > 11900ms);
}

TEST_CASE("a hint shorter than the backoff spreads the backoff in the same way") {
  CHECK(next(3, Duration{2s}).delay == 8s);
  CHECK(next(3, Duration{2s}, never, draw(0, highest)).delay > 9500ms);
  CHECK(next(3, Duration{2s}, never, draw(0, highest)).delay <= 9600ms);
  CHECK(next(3, Duration{2s}, Duration{8s} + 1ns, draw(0, highest)).delay == 8s);
}

TEST_CASE("a hint at the cap is slept on for exactly the cap, one above it is not slept on") {
  const auto at_cap = next(0, Duration{60s}, never, draw(0, highest));
  CHECK(at_cap.refusal == Reason::none);
  CHECK(at_cap.delay == 60s);
  CHECK(next(0, Duration{60s} + 1ns).refusal == Reason::hint_too_long);
  CHECK(next(0, Duration::max()).refusal == Reason::hint_too_long);
}

TEST_CASE(
    "a hint that reaches the time left is refused, one just before it is waited for without its spread") {
  CHECK(next(0, Duration{5s}, 5s).refusal == Reason::hint_too_long);
  const auto tight = next(0, Duration{5s}, Duration{5s} + 1ns, draw(0, highest));
  CHECK(tight.refusal == Reason::none);
  CHECK(tight.delay == 5s);
}

TEST_CASE("a hint of zero or below counts as no hint") {
  for (const Duration hint : {Duration{0}, Duration{-1}, Duration{-5s}, Duration::min()}) {
    CHECK(next(2, hint).delay == 4s);
    CHECK(next(2, hint).refusal == Reason::none);
    CHECK(next(2, hint, 3s).refusal == Reason::no_time_left);
  }
}

TEST_CASE("a delay that reaches the deadline is refused, one that ends a nanosecond before it is not") {
  CHECK(next(0, {}, 1s).refusal == Reason::no_time_left);
  CHECK(next(0, {}, Duration{1s} + 1ns).refusal == Reason::none);
  CHECK(next(0, {}, 0s).refusal == Reason::no_time_left);
}
