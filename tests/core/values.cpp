// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The small value types: time, names, history, random numbers.

#include "support/catch.hpp"

#include <aramid/error.hpp>
#include <aramid/random.hpp>

#include <cmath>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

template <Span S>
struct Holds {
  static constexpr Duration value = S;
};

Attempt attempt_with(int status) {
  return {.fault = Fault::unavailable, .status = status, .took = 1ms, .provider = "p"};
}

}  // namespace

TEST_CASE("a span can be a template argument, whatever the unit it was written in", "[duration]") {
  STATIC_REQUIRE(Holds<60s>::value == 60s);
  STATIC_REQUIRE(Holds<1min>::value == 60s);
  STATIC_REQUIRE(std::is_same_v<Holds<60s>, Holds<1min>>);
  STATIC_REQUIRE(std::is_same_v<Holds<1500ms>, Holds<1500000us>>);
  STATIC_REQUIRE(Holds<1.5s>::value == 1500ms);
}

TEST_CASE("spans compare by length", "[duration]") {
  STATIC_REQUIRE(Span{1s} == Span{1000ms});
  STATIC_REQUIRE(Span{1s} < Span{2s});
  STATIC_REQUIRE(positive(Span{1ns}));
  STATIC_REQUIRE_FALSE(positive(Span{}));
  STATIC_REQUIRE_FALSE(positive(Span{-1ns}));
}

TEST_CASE("a sum of durations sticks at both ends", "[duration]") {
  STATIC_REQUIRE(saturating_add(Duration::max(), 1ns) == Duration::max());
  STATIC_REQUIRE(saturating_add(1ns, Duration::max()) == Duration::max());
  STATIC_REQUIRE(saturating_add(Duration::min(), -1ns) == Duration::min());
  STATIC_REQUIRE(saturating_add(Duration::min(), Duration::max()) == Duration{-1});
  STATIC_REQUIRE(saturating_add(2ns, 3ns) == 5ns);
}

TEST_CASE("never stays never, however long is added", "[duration]") {
  STATIC_REQUIRE(saturating_add(Instant::max(), Duration::max()) == Instant::max());
  STATIC_REQUIRE(saturating_add(Instant::max(), 0ns) == Instant::max());
  STATIC_REQUIRE(saturating_add(Instant{5ns}, 1ns) == Instant{6ns});
}

TEST_CASE("no time passes between a later and an earlier instant", "[duration]") {
  STATIC_REQUIRE(elapsed(Instant{5ns}, Instant{3ns}) == 0ns);
  STATIC_REQUIRE(elapsed(Instant{3ns}, Instant{5ns}) == 2ns);
  STATIC_REQUIRE(elapsed(Instant::max(), Instant::min()) == 0ns);
}

TEST_CASE("the time between the two ends of the time line does not overflow", "[duration]") {
  STATIC_REQUIRE(elapsed(Instant::min(), Instant::max()) == Duration::max());
  STATIC_REQUIRE(elapsed(Instant{-1ns}, Instant::max()) == Duration::max());
  STATIC_REQUIRE(elapsed(Instant::min(), Instant{0ns}) == Duration::max());
  STATIC_REQUIRE(elapsed(Instant::min(), Instant{-1ns}) == Duration::max());
}

TEST_CASE("a product sticks at the largest duration and is zero for what is not positive", "[duration]") {
  STATIC_REQUIRE(saturating_mul(2s, 3) == 6s);
  STATIC_REQUIRE(saturating_mul(Duration::max(), 2) == Duration::max());
  STATIC_REQUIRE(saturating_mul(1s, std::numeric_limits<std::int64_t>::max()) == Duration::max());
  STATIC_REQUIRE(saturating_mul(1s, 0) == 0ns);
  STATIC_REQUIRE(saturating_mul(1s, -1) == 0ns);
  STATIC_REQUIRE(saturating_mul(-1s, 5) == 0ns);
}

TEST_CASE("a duration out of range sticks at the end it passed", "[duration]") {
  CHECK(to_duration(std::chrono::hours{std::numeric_limits<std::int64_t>::max() / 3600}) == Duration::max());
  CHECK(to_duration(std::chrono::hours{-10'000'000}) == Duration::min());
  CHECK(to_duration(std::chrono::duration<double>{1e300}) == Duration::max());
  CHECK(to_duration(std::chrono::duration<double>{-1e300}) == Duration::min());
  CHECK(to_duration(std::chrono::duration<double>{std::numeric_limits<double>::infinity()}) ==
        Duration::max());
}

TEST_CASE("a duration that is not a number is zero", "[duration]") {
  CHECK(to_duration(std::chrono::duration<double>{std::nan("")}) == 0ns);
  CHECK(to_duration(std::chrono::duration<float>{std::nanf("")}) == 0ns);
}

TEST_CASE("a fraction of a second becomes nanoseconds", "[duration]") {
  CHECK(to_duration(std::chrono::duration<double>{0.25}) == 250ms);
  CHECK(to_duration(std::chrono::duration<std::int64_t, std::pico>{1500}) == 1ns);
}

TEST_CASE("names compare by text, not by address", "[name]") {
  const char one[] = "hf";
  const char other[] = "hf";
  CHECK(Name{one} == Name{other});
  CHECK_FALSE(Name{one} == Name{"h"});
  CHECK(Name{one} == std::string_view{"hf"});
}

TEST_CASE("a name is empty until it is given text, and never null", "[name]") {
  STATIC_REQUIRE(Name{}.empty());
  STATIC_REQUIRE(Name{}.c_str() != nullptr);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Name, std::nullptr_t>);
}

TEST_CASE("a name between angle brackets is the same text wherever it is written", "[name]") {
  STATIC_REQUIRE(name_v<"hf"> == Name{"hf"});
  STATIC_REQUIRE(name_v<""> == Name{});
  STATIC_REQUIRE(FixedName{"hf"}.view() == "hf");
}

TEST_CASE("a history without attempts is empty and can be walked", "[history]") {
  const History history;
  CHECK(history.empty());
  CHECK(history.size() == 0);
  CHECK(history.total() == 0);
  CHECK(history.begin() == history.end());
}

TEST_CASE("a history keeps the first sixteen attempts and counts the rest", "[history]") {
  History history;
  for (int i = 0; i < 40; ++i) history.add(attempt_with(i));
  CHECK(history.size() == History::capacity);
  CHECK(History::capacity == 16);
  CHECK(history.total() == 40);
  CHECK(history[0].status == 0);
  CHECK(history[15].status == 15);
}

TEST_CASE("a copied history is independent of the original", "[history]") {
  History history;
  history.add(attempt_with(1));
  History copy = history;
  copy.add(attempt_with(2));
  CHECK(history.size() == 1);
  CHECK(copy.size() == 2);
  copy = history;
  CHECK(copy.size() == 1);
  const History& self = copy;
  copy = self;
  CHECK(copy.size() == 1);
}

TEST_CASE("a moved history leaves nothing behind", "[history]") {
  History history;
  history.add(attempt_with(7));
  const History moved = std::move(history);
  CHECK(moved.size() == 1);
  CHECK(history.empty());  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("attempts of another history come after one's own, and none is lost from the count", "[history]") {
  History first;
  for (int i = 0; i < 10; ++i) first.add(attempt_with(i));
  History second;
  for (int i = 0; i < 30; ++i) second.add(attempt_with(100 + i));
  first.append(second);
  CHECK(first.size() == 16);
  CHECK(first.total() == 40);
  CHECK(first[10].status == 100);
  History empty;
  empty.append(History{});
  CHECK(empty.empty());
}

TEST_CASE("a copy of a history that overflowed keeps its count", "[history]") {
  History history;
  for (int i = 0; i < 20; ++i) history.add(attempt_with(i));
  const History copy = history;
  CHECK(copy.size() == 16);
  CHECK(copy.total() == 20);
}

TEST_CASE("the generator gives the published numbers for seed 1234567", "[random]") {
  SplitMix64 generator{1234567};
  CHECK(generator() == 6457827717110365317U);
  CHECK(generator() == 3203168211198807973U);
  CHECK(generator() == 9817491932198370423U);
}

TEST_CASE("a part of a value is exact and never more than the value", "[random]") {
  STATIC_REQUIRE(scale(0, 0xFFFFFFFF) == 0);
  STATIC_REQUIRE(scale(1000, 0) == 0);
  STATIC_REQUIRE(scale(1000, 0x80000000) == 500);
  STATIC_REQUIRE(scale(std::numeric_limits<std::int64_t>::max(), 0x80000000) ==
                 std::numeric_limits<std::int64_t>::max() / 2);
  STATIC_REQUIRE(scale(std::numeric_limits<std::int64_t>::max(), 0xFFFFFFFF) <
                 std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("an error of a provider carries fault, status and words", "[error]") {
  const Outcome<int> outcome = fail(Fault::rate_limited, 429, "slow down");
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().fault == Fault::rate_limited);
  CHECK(outcome.error().status == 429);
  CHECK(outcome.error().message == "slow down");
  CHECK(outcome.error().reason == Reason::none);
  CHECK(outcome.error().policy.empty());
  CHECK_FALSE(outcome.error().retry_after.has_value());
}
