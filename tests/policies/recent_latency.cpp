// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A quantile of recent latencies against a sorted list of them.

#include <aramid/random.hpp>
#include <aramid/recent_latency.hpp>

#include <algorithm>
#include <vector>

#include "support/catch.hpp"
#include "support/effort.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using Buckets = detail::LatencyBuckets;

namespace {

constexpr Instant start{24h};

/// The sample with the quantile's rank, as a sorted list has it.
Duration exact(std::vector<Duration> samples, Ratio quantile) {
  std::sort(samples.begin(), samples.end());
  const auto count = static_cast<std::int64_t>(samples.size());
  const std::int64_t rank = (count * quantile.numerator + quantile.denominator - 1) / quantile.denominator;
  return samples[static_cast<std::size_t>(rank - 1)];
}

/// Not below, and at most 6.25 % or one unit of 1024 ns above.
bool close_above(Duration answer, Duration truth) {
  return answer >= truth && (answer - truth <= truth / 16 || answer - truth < 1024ns);
}

/// The beginning of the window that `now` is in: they are counted from the earliest instant.
Instant window_begin(Instant now, Duration window) {
  const auto length = static_cast<std::uint64_t>(window.count());
  const auto since = static_cast<std::uint64_t>(now.time_since_epoch().count()) + (std::uint64_t{1} << 63U);
  return now - Duration{static_cast<std::int64_t>(since % length)};
}

}  // namespace

TEST_CASE("a bucket holds no latency that it would be read back below, or 6.25 % above") {
  SplitMix64 random{3};
  for (int i = 0; i < 1'000'000; ++i) {
    const Duration took{static_cast<std::int64_t>(random() >> (22 + random() % 42))};  // up to 2^42 ns
    const std::size_t index = Buckets::index(took);
    REQUIRE(index < Buckets::count);
    REQUIRE(close_above(Buckets::longest(index), took));
  }
}

TEST_CASE("buckets follow each other without a gap") {
  for (std::size_t i = 0; i < Buckets::count; ++i) {
    REQUIRE(Buckets::index(Buckets::longest(i)) == i);
    const std::size_t next = smaller(i + 1, Buckets::count - 1);
    REQUIRE(Buckets::index(Buckets::longest(i) + 1ns) == next);
  }
}

TEST_CASE("latencies at the ends have a bucket, too") {
  CHECK(Buckets::index(0ns) == 0);
  CHECK(Buckets::index(-5s) == 0);
  CHECK(Buckets::index(Duration::min()) == 0);
  CHECK(Buckets::index(Duration::max()) == Buckets::count - 1);
  CHECK(Buckets::longest(Buckets::count - 1) > Duration{73min});
}

TEST_CASE("a quantile is that of the sorted samples, at most 6.25 % above") {
  SplitMix64 random{11};
  const Ratio quantiles[] = {percent(1), percent(50), percent(90), percent(99), per_mille(999), {1, 3}};
  for (int round = 0; round < 300; ++round) {
    const Ratio quantile = quantiles[random() % 6];
    RecentLatency latency{{.quantile = quantile, .window = 10s, .warm_up = 1}};
    std::vector<Duration> samples;
    const auto count = 1 + random() % 400;
    for (std::uint64_t i = 0; i < count; ++i) {
      samples.emplace_back(static_cast<std::int64_t>(random() >> (24 + random() % 30)));
      // The last record is the one that adds up.
      latency.record(samples.back(), i + 1 < count ? start : start + 5s);
    }
    const auto answer = latency.quantile(start + 5s);
    REQUIRE(answer);
    REQUIRE(close_above(*answer, exact(samples, quantile)));
    REQUIRE(latency.samples(start + 5s) == count);
  }
}

TEST_CASE("there is no answer before the warm-up, and one with its last sample") {
  RecentLatency latency{{.quantile = percent(50), .window = 10s, .warm_up = 20}};
  for (unsigned i = 1; i < 20; ++i) {
    latency.record(1ms, start);
    REQUIRE_FALSE(latency.quantile(start));
    REQUIRE(latency.samples(start) == i);
  }
  latency.record(1ms, start);
  REQUIRE(latency.quantile(start));
  CHECK(close_above(*latency.quantile(start), 1ms));
}

TEST_CASE("a change shows within a sixteenth of a window") {
  RecentLatency latency{{.quantile = percent(50), .window = 16s, .warm_up = 1}};
  latency.record(1ms, start);
  latency.record(1s, start);
  latency.record(1s, start + 1s - 1ns);
  CHECK(close_above(*latency.quantile(start), 1ms));
  latency.record(1s, start + 1s);
  CHECK(close_above(*latency.quantile(start), 1s));
}

TEST_CASE("what is older than two windows is forgotten, what is younger than one is not") {
  RecentLatency latency{{.quantile = percent(1), .window = 10s, .warm_up = 1}};
  const Instant begin = window_begin(start, 10s);
  latency.record(1ms, begin);
  for (Duration later = 0s; later < 20s; later += 500ms) latency.record(1s, begin + later);
  CHECK(close_above(*latency.quantile(begin + 20s - 1ns), 1ms));
  latency.record(1s, begin + 20s);
  CHECK(close_above(*latency.quantile(begin + 20s), 1s));
  CHECK(latency.samples(begin + 20s) == 21);
}

TEST_CASE("after an idle time the old samples are not the answer, nor part of the next one") {
  const Instant begin = window_begin(start, 10s);
  for (const Duration idle : {20s, 31s, 1000s, 1000000s}) {
    RecentLatency latency{{.quantile = percent(50), .window = 10s, .warm_up = 2}};
    latency.record(1s, begin);
    latency.record(1s, begin + 9s);
    CHECK(latency.quantile(begin + 9s));
    CHECK(latency.quantile(begin + 20s - 1ns));
    CHECK_FALSE(latency.quantile(begin + idle));
    CHECK(latency.samples(begin + idle) == 0);
    latency.record(1ms, begin + idle);
    CHECK_FALSE(latency.quantile(begin + idle));
    latency.record(1ms, begin + idle);
    CHECK(close_above(*latency.quantile(begin + idle), 1ms));
    CHECK(latency.samples(begin + idle) == 2);
  }
}

TEST_CASE("a clock that goes back, and the ends of the time line, do no harm") {
  RecentLatency latency{{.quantile = percent(50), .window = 10s, .warm_up = 1}};
  for (const Instant now : {Instant{}, Instant::min(), Instant{-1h}, start, start - 1h, Instant::max() - 1ns,
                            start, Instant::min(), Instant::max()}) {
    latency.record(1ms, now);
    if (const auto answer = latency.quantile(now)) CHECK(close_above(*answer, 1ms));
  }
}

TEST_CASE("it follows a random walk of latencies as a list of the last windows does") {
  SplitMix64 random{5};
  const Duration window = 10s;
  RecentLatency latency{{.quantile = percent(90), .window = window, .warm_up = 10}};
  std::vector<std::pair<Instant, Duration>> all;
  Instant now{100000s};
  Duration level = 10ms;
  for (int i = 0; i < support::effort(20'000); ++i) {
    now += Duration{static_cast<std::int64_t>(random() % 40'000'000)};
    if (random() % 900 == 0) now += Duration{static_cast<std::int64_t>(random() % 30) * 1'000'000'000};
    level = larger(smaller(level * static_cast<std::int64_t>(95 + random() % 11) / 100, Duration{10s}),
                   Duration{1ms});
    latency.record(level, now);
    all.emplace_back(now, level);
    if (i % 50 != 0) continue;
    // Its answer is between the least and the largest quantile that some moment of the last sixteenth gives.
    std::vector<Duration> answers;
    for (std::size_t last = all.size(); last-- > 0 && now - all[last].first <= window / 16;) {
      const Instant from = window_begin(all[last].first, window) - window;
      std::vector<Duration> recent;
      for (std::size_t j = last + 1; j-- > 0 && all[j].first >= from;) {
        recent.push_back(all[j].second);
      }
      if (recent.size() >= 10) answers.push_back(exact(recent, percent(90)));
    }
    const auto answer = latency.quantile(now);
    if (!answer || answers.empty()) continue;
    const auto [least, most] = std::minmax_element(answers.begin(), answers.end());
    REQUIRE(*answer >= *least);
    REQUIRE(*answer <= *most + *most / 16 + 1024ns);
  }
}

TEST_CASE("its memory is what it says") { STATIC_REQUIRE(sizeof(RecentLatency) <= 5700); }
