// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The load that LeastLatency compares: jumps up, decays down, and the calls under way.

#include "support/catch.hpp"

#include <aramid/routing/least_latency.hpp>

#include <cmath>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

Instant at(Duration since) { return Instant{1h} + since; }

double ms(Duration d) { return std::chrono::duration<double, std::milli>{d}.count(); }

}  // namespace

TEST_CASE("loads compound and decay as tower's test of peak-EWMA expects", "[routing]") {
  // lb-tower-ewma-compound: a slower sample replaces the estimate at once, a faster one decays in.
  PeakEwma load{20ms, 1s};
  load.note(20ms, at(0s));
  CHECK(load.cost(at(0s)) == 20ms);
  load.begin();
  CHECK(load.cost(at(100ms)) > 20ms);
  load.begin();
  CHECK(load.cost(at(200ms)) > 40ms);
  load.end();
  load.note(200ms, at(300ms));
  CHECK(load.cost(at(300ms)) == 400ms);
  load.end();
  load.note(200ms, at(400ms));
  CHECK(load.cost(at(400ms)) == 200ms);
  CHECK(load.cost(at(1400ms)) < 100ms);
  CHECK(load.cost(at(11400ms)) < 100us);
}

TEST_CASE("the decay is the exponential within half a percent", "[routing]") {
  for (int tenths = 0; tenths <= 80; ++tenths) {
    PeakEwma load{0s, 10s};
    load.note(1000s, at(0s));
    const Duration age{tenths * 1s};
    const double expected = 1e6 * std::exp(-tenths / 10.0);
    INFO(tenths);
    CHECK(std::abs(ms(load.cost(at(age))) - expected) <= 0.005 * 1e6 * std::exp(-tenths / 10.0) + 40);
  }
}

TEST_CASE("a faster sample moves the estimate by the share of the time constant that has passed",
          "[routing]") {
  PeakEwma load{0s, 10s};
  load.note(100ms, at(0s));
  load.note(50ms, at(10s));
  const double expected = 50 + 50 * std::exp(-1.0);
  CHECK(std::abs(ms(load.cost(at(10s))) - expected) < 0.5);
}

TEST_CASE("loads survive the ends of time and of numbers", "[routing]") {
  PeakEwma load;
  load.note(Duration::max(), at(0s));
  load.begin();
  CHECK(load.cost(at(0s)) > 1h);
  load.note(Duration{-5}, at(0s));
  load.note(1ms, Instant::max());
  load.note(1ms, Instant::min());
  CHECK(load.cost(Instant::max()) >= Duration::zero());
  load.end();
  load.end();  // one too many does no harm
  CHECK(load.cost(at(0s)) >= Duration::zero());
}

TEST_CASE("calls under way where no latency is known cost more than any that is", "[routing]") {
  PeakEwma unknown;
  PeakEwma slow{1h};
  CHECK_FALSE(unknown.known());
  CHECK(unknown.cost(at(0s)) == 0s);
  unknown.begin();
  const Duration one = unknown.cost(at(0s));
  CHECK(one > slow.cost(at(0s)));
  unknown.begin();
  CHECK(unknown.cost(at(0s)) > one);
  unknown.note(0s, at(0s));
  CHECK(unknown.known());
  CHECK(unknown.cost(at(0s)) == 3us);
}

TEST_CASE("what has faded is as it was while a call finds out", "[routing]") {
  PeakEwma load;
  load.note(1s, at(0s));
  CHECK(load.cost(at(1h)) == 0s);
  load.begin();
  CHECK(load.cost(at(1h)) == 2s);
  load.end();
  CHECK(load.cost(at(1h)) == 0s);
}
