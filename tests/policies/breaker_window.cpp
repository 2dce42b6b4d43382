// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The memory behind the rules, against models that remember every call.

#include <aramid/policies/breaker_ring.hpp>
#include <aramid/policies/breaker_window.hpp>

#include <deque>
#include <limits>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using detail::OutcomeRing;
using detail::RateWindow;
using detail::WindowCounts;

namespace {

/// Every slot with its counts, by number; time that goes back counts as the latest there was.
template <unsigned Slots>
class Model {
 public:
  explicit Model(Duration width) : width_{width.count()} {}

  void record(Instant now, bool bad) {
    move(now);
    ++slots_.back().counts.calls;
    if (bad) ++slots_.back().counts.bad;
  }
  WindowCounts counts(Instant now) const {
    const std::int64_t at = std::max(number(now), latest_);
    WindowCounts sum;
    for (const Slot& slot : slots_) {
      if (at - slot.number >= Slots) continue;
      sum.calls += slot.counts.calls;
      sum.bad += slot.counts.bad;
    }
    return sum;
  }

 private:
  struct Slot {
    std::int64_t number;
    WindowCounts counts;
  };
  std::int64_t number(Instant now) const {
    const std::int64_t ns = now.time_since_epoch().count();
    return ns >= 0 ? ns / width_ : -((width_ - 1 - ns) / width_);
  }
  void move(Instant now) {
    latest_ = std::max(number(now), latest_);
    if (slots_.empty() || slots_.back().number != latest_) slots_.push_back({latest_, {}});
    while (latest_ - slots_.front().number >= Slots) slots_.pop_front();
  }
  std::int64_t width_;
  std::int64_t latest_ = std::numeric_limits<std::int64_t>::min();
  std::deque<Slot> slots_;
};

/// A step of time: mostly within a slot, sometimes over several, seldom over years, seldom back.
Duration random_step(SplitMix64& random, Duration width) {
  const auto kind = random() % 1000;
  const auto part = static_cast<std::int64_t>(random() % 1'000'000);
  if (kind < 900) return Duration{width.count() / 50 * (part % 3)};
  if (kind < 960) return Duration{width.count() * (part % 15)};
  if (kind < 985) return Duration{width.count() / 7 * (part % 200)};
  if (kind < 990) return Duration{-width.count() * (part % 12)};
  if (kind < 998) return width * (part % 4100);
  return Duration{24h} * (part % 30);
}

template <unsigned Slots>
void plays_as_the_model(std::uint64_t seed, Duration width, int steps) {
  RateWindow<Slots> window;
  Model<Slots> model{width};
  SplitMix64 random{seed};
  Instant now{Duration{static_cast<std::int64_t>(random() % 1'000'000'007)} - 24h};
  for (int i = 0; i < steps; ++i) {
    now += random_step(random, width);
    const bool bad = random() % 3 == 0;
    window.record(0, width, now, bad);
    model.record(now, bad);
    if (i % 4 == 0) {
      const Instant later = now + random_step(random, width);
      if (window.counts(0, width, later) != model.counts(later)) {
        CAPTURE(seed, i, later.time_since_epoch().count());
        REQUIRE(window.counts(0, width, later) == model.counts(later));
      }
    }
  }
  CHECK(window.counts(0, width, now) == model.counts(now));
}

}  // namespace

TEST_CASE(
    "a time window counts what a model that remembers every call counts, over two million random steps") {
  plays_as_the_model<10>(1, 1s, 800'000);
  plays_as_the_model<10>(2, 10ms, 400'000);
  plays_as_the_model<4>(3, 1s, 400'000);
  plays_as_the_model<1>(4, 333ms, 200'000);
  plays_as_the_model<20>(5, 30s, 200'000);
}

TEST_CASE("a call leaves a window between nine and ten tenths after it ended, never later") {
  for (const Duration offset : {0ms, 1ms, 500ms, 999ms}) {
    RateWindow<10> window;
    window.record(0, 1s, at(offset), true);
    CHECK(window.counts(0, 1s, at(9s + 999'999'999ns)).bad == 1);
    CHECK(window.counts(0, 1s, at(10s)).bad == 0);
  }
}

TEST_CASE("a window is empty after any gap, also one after which its tags would come round again") {
  for (const std::int64_t slots : {10LL, 11LL, 4095LL, 4096LL, 4097LL, 8192LL, 1LL << 20, 1LL << 32}) {
    INFO(slots);
    RateWindow<10> window;
    for (int i = 0; i < 10; ++i) window.record(0, 1s, at(i * 1s), true);
    const Instant later = at(9s) + Duration{1s} * slots;
    CHECK(window.counts(0, 1s, later) == WindowCounts{});
    window.record(0, 1s, later, false);
    CHECK(window.counts(0, 1s, later) == WindowCounts{1, 0});
    // Sparse calls skip some slots each time; what those held must not come back.
    Instant now = later;
    for (int i = 0; i < 2000; ++i) window.record(0, 1s, now += 7s, true);
    CHECK(window.counts(0, 1s, now) == WindowCounts{2, 2});
  }
}

TEST_CASE("slots before the zero of the time line are as wide as those after it") {
  for (const Instant begin : {at(-3s), at(-1s), at(0s), at(1s)}) {
    RateWindow<1> window;
    window.record(0, 1s, begin, true);
    CHECK(window.counts(0, 1s, begin + 999'999'999ns).calls == 1);
    CHECK(window.counts(0, 1s, begin + 1s).calls == 0);
  }
}

TEST_CASE("a window takes instants from one end of the time line to the other") {
  RateWindow<10> window;
  window.record(0, 10ms, Instant::min(), true);
  CHECK(window.counts(0, 10ms, Instant::min()) == WindowCounts{1, 1});
  window.record(0, 10ms, Instant::max(), true);
  CHECK(window.counts(0, 10ms, Instant::max()) == WindowCounts{1, 1});
  window.record(0, 10ms, Instant::min(), false);
  CHECK(window.counts(0, 10ms, Instant::max()) == WindowCounts{2, 1});
}

TEST_CASE("a window forgets at the beginning of a period, and takes nothing from an earlier one") {
  RateWindow<10> window;
  window.record(7, 1s, at(1s), true);
  CHECK(window.counts(8, 1s, at(1s)) == WindowCounts{});
  window.start(8);
  CHECK(window.counts(8, 1s, at(1s)) == WindowCounts{});
  window.record(7, 1s, at(1s), true);
  CHECK(window.counts(8, 1s, at(1s)) == WindowCounts{});
  window.record(8, 1s, at(1s), true);
  CHECK(window.counts(8, 1s, at(1s)) == WindowCounts{1, 1});
  // Also one that lies half of all generations back, in the same slot.
  constexpr std::uint32_t half = detail::BreakerWord::generation_mask / 2;
  window.start(8 + half + 2);
  window.record(8 + half + 2, 1s, at(1s), false);
  CHECK(window.counts(8 + half + 2, 1s, at(1s)) == WindowCounts{1, 0});
}

TEST_CASE("a slot that is full halves its counts and keeps their ratio") {
  RateWindow<10> window;
  constexpr std::uint64_t full = RateWindow<10>::max_calls;
  for (std::uint64_t i = 0; i < full; ++i) window.record(0, 1s, at(0s), i % 4 == 0);
  CHECK(window.counts(0, 1s, at(0s)).calls == full);
  window.record(0, 1s, at(0s), false);
  const WindowCounts halved = window.counts(0, 1s, at(0s));
  CHECK(halved.calls == full / 2 + 1);
  CHECK(halved.bad * 4 >= halved.calls - 8);
  CHECK(halved.bad * 4 <= halved.calls + 8);
}

TEST_CASE("a ring counts the last calls as a model that remembers them does") {
  for (const unsigned of : {1U, 2U, 20U, 63U, 64U, 65U, 100U, 128U, 1024U}) {
    INFO(of);
    OutcomeRing<1024> ring;
    std::deque<bool> model;
    SplitMix64 random{of};
    std::uint64_t bad_ones = 0;
    for (int i = 0; i < 60'000; ++i) {
      const bool bad = random() % (i / 10'000 + 2) == 0;
      ring.record(0, of, bad);
      model.push_back(bad);
      bad_ones += bad ? 1U : 0U;
      if (model.size() > of) {
        bad_ones -= model.front() ? 1U : 0U;
        model.pop_front();
      }
      const WindowCounts counts = ring.counts(0, of);
      if (counts != WindowCounts{model.size(), bad_ones}) {
        CAPTURE(i);
        REQUIRE(counts == WindowCounts{model.size(), bad_ones});
      }
    }
    ring.start(1);
    CHECK(ring.counts(1, of) == WindowCounts{});
    ring.record(0, of, true);
    CHECK(ring.counts(1, of) == WindowCounts{});
    ring.record(1, of, true);
    CHECK(ring.counts(1, of) == WindowCounts{1, 1});
  }
}
