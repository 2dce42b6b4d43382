// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a histogram gives back of what was recorded.

#include <aramid/policies/histogram.hpp>
#include <aramid/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

using Buckets = Histogram::Buckets;

/// Within 1.6 %, or 32 ns.
bool close(Duration read, Duration recorded) {
  const std::int64_t off = std::abs((read - recorded).count());
  return off <= 32 || static_cast<double>(off) <= 0.016 * static_cast<double>(recorded.count());
}

}  // namespace

TEST_CASE("every duration up to 73 minutes is read back within 1.6 percent or 32 ns") {
  SplitMix64 random{1};
  for (int i = 0; i < 100'000; ++i) {
    const Duration took{static_cast<std::int64_t>(random() >> (22 + random() % 41))};
    Histogram one;
    if (i < 1'000) {
      one.record(took);
      CHECK(one.quantile(percent(50)) == Buckets::middle(Buckets::index(took)));
    }
    if (!close(Buckets::middle(Buckets::index(took)), took)) FAIL(took.count());
  }
}

TEST_CASE("buckets follow each other without a gap, and what is out of range goes to the first or last") {
  for (std::size_t i = 0; i + 1 < Buckets::count; ++i) {
    REQUIRE(Buckets::index(Buckets::begin(i)) == i);
    REQUIRE(Buckets::index(Buckets::end(i) - 1ns) == i);
    REQUIRE(Buckets::end(i) == Buckets::begin(i + 1));
  }
  CHECK(Buckets::index(-5s) == 0);
  CHECK(Buckets::index(Duration::max()) == Buckets::count - 1);
  CHECK(Buckets::index(80min) == Buckets::count - 1);
}

TEST_CASE("quantiles are those of the sorted list, to within a bucket") {
  SplitMix64 random{7};
  std::vector<Duration> all;
  Histogram histogram;
  for (int i = 0; i < 5'000; ++i) {
    all.emplace_back(static_cast<std::int64_t>(std::exp(static_cast<double>(random() % 20'000) / 1'000)));
    histogram.record(all.back());
  }
  std::sort(all.begin(), all.end());
  for (const Ratio q : {percent(1), percent(50), percent(90), percent(99), per_mille(999), percent(100)}) {
    const auto rank = (5'000 * q.numerator + q.denominator - 1) / q.denominator;
    INFO(q.numerator << "/" << q.denominator);
    CHECK(close(histogram.quantile(q), all[static_cast<std::size_t>(rank - 1)]));
  }
  CHECK(histogram.count() == 5'000);
}

TEST_CASE("merged histograms are the histogram of all, and a difference is what came between") {
  Histogram first, second, all;
  for (int i = 1; i <= 100; ++i) {
    (i % 3 == 0 ? first : second).record(i * 1ms);
    all.record(i * 1ms);
  }
  Histogram merged = first;
  merged.merge(second);
  for (int p = 1; p <= 100; ++p) CHECK(merged.quantile(percent(p)) == all.quantile(percent(p)));
  CHECK(merged.sum() == all.sum());
  CHECK(merged.mean() == all.mean());
  const Histogram rest = merged.since(first);
  CHECK(rest.count() == second.count());
  CHECK(rest.sum() == second.sum());
  CHECK(rest.quantile(percent(50)) == second.quantile(percent(50)));
}

TEST_CASE("an empty histogram has zeros, and a count up to a limit grows to all") {
  Histogram histogram;
  CHECK(histogram.quantile(percent(99)) == 0ns);
  CHECK(histogram.mean() == 0ns);
  for (const int ms : {1, 10, 100, 1'000}) histogram.record(ms * 1ms);
  CHECK(histogram.count_up_to(100us) == 0);
  CHECK(histogram.count_up_to(20ms) == 2);
  CHECK(histogram.count_up_to(Duration::max()) == 4);
}
