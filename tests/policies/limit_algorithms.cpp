// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The algorithms that find a concurrency limit, told of calls by hand: whole numbers against the published
// formulas.

#include <aramid/aramid.hpp>

#include <cmath>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

// The published Gradient2, in floating point, with the two departures that its header names.
struct Gradient2Reference {
  double min, max, limit;
  double usual = 0, sum = 0;
  int count = 0;

  // Where the formula jumps, a rounding error decides which way.
  bool undecided(const LimitSample& sample) const {
    const double now = static_cast<double>(sample.rtt.count());
    const double average = count < 10 ? (sum + now) / (count + 1) : usual + (now - usual) * 2.0 / 601;
    return std::abs(sample.in_flight - limit / 2) < 0.01 || std::abs(average / now - 2) < 1e-5;
  }

  void update(const LimitSample& sample) {
    if (sample.dropped) return move_to(limit * 0.5);
    const double now = static_cast<double>(sample.rtt.count());
    if (count < 10) {
      sum += now;
      usual = sum / ++count;
    } else {
      const double factor = 2.0 / 601;
      usual = usual * (1 - factor) + now * factor;
    }
    const double before = usual;
    if (before / now > 2) usual *= 0.95;
    if (sample.in_flight < limit / 2) return;
    move_to(limit * std::max(0.5, std::min(1.0, 1.5 * before / now)) + 4);
  }
  void move_to(double target) { limit = std::max(min, std::min(max, limit * 0.8 + target * 0.2)); }
};

struct VegasReference {
  double min, max, limit;
  double without_load = 0, jitter = 0;
  double calls = 0;

  static double log10_of(double n) { return std::max(1.0, std::floor(std::log10(n) + 1e-12)); }
  static double draw(std::uint64_t random) { return 0.5 + static_cast<double>(random >> 33U) / 4294967296.0; }

  void update(const LimitSample& sample) {
    const double log = log10_of(limit);
    if (sample.dropped) return move_to(limit - log);
    const double rtt = static_cast<double>(sample.rtt.count());
    if (jitter == 0) jitter = draw(sample.random);
    if (++calls >= std::floor(jitter * 30 * limit)) {
      jitter = draw(sample.random);
      calls = 0;
      without_load = rtt;
    } else if (without_load == 0 || rtt < without_load) {
      without_load = rtt;
    } else if (sample.in_flight * 2 >= limit) {
      const double queue = std::ceil(limit * (rtt - without_load) / rtt);
      if (queue <= log)
        move_to(limit + 6 * log);
      else if (queue < 3 * log)
        move_to(limit + log);
      else if (queue > 6 * log)
        move_to(limit - log);
    }
  }
  void move_to(double target) { limit = std::max(min, std::min(max, target)); }
};

// Latencies and loads as they come: now calm, now crowded, with failures, from a microsecond to minutes.
struct Weather {
  SplitMix64 draw{11};
  std::int64_t base = 1'000'000;

  LimitSample sample(double limit) {
    const std::uint64_t bits = draw();
    if (bits % 2000 == 0) base = std::int64_t{1} << (10 + draw() % 28);
    const bool crowded = (bits >> 11U) % 3 == 0;
    const std::int64_t spread = static_cast<std::int64_t>(draw() % 1000);
    LimitSample sample;
    sample.rtt = Duration{1 + base + base * spread / (crowded ? 100 : 2000)};
    sample.in_flight = static_cast<unsigned>(limit * static_cast<double>(draw() % 128) / 100);
    sample.dropped = (bits >> 20U) % 50 == 0;
    sample.random = draw();
    return sample;
  }
};

}  // namespace

TEST_CASE("Gradient2 in whole numbers stays within a thousandth of a call of the published formula") {
  for (const unsigned max : {20U, 200U, 5'000U}) {
    for (const unsigned min : {1U, 20U}) {
      Gradient2::Limit limit{{min, max, 20}};
      Gradient2Reference reference{double(min), double(max), 20};
      Weather weather;
      double worst = 0;
      for (int i = 0; i < 200'000; ++i) {
        const LimitSample sample = weather.sample(reference.limit);
        if (reference.undecided(sample)) continue;
        limit.update(sample);
        reference.update(sample);
        worst = std::max(worst, std::abs(double(limit.scaled()) / Gradient2::Limit::unit - reference.limit));
      }
      INFO(min << " to " << max);
      CHECK(worst < 1e-3);
    }
  }
}

TEST_CASE("Vegas in whole numbers is the published formula") {
  for (const unsigned max : {20U, 200U, 20'000U}) {
    Vegas::Limit limit{{1, max, 20}};
    VegasReference reference{1, double(max), 20};
    Weather weather;
    int differences = 0;
    for (int i = 0; i < 200'000; ++i) {
      const LimitSample sample = weather.sample(reference.limit);
      limit.update(sample);
      reference.update(sample);
      differences += limit.value() != static_cast<unsigned>(reference.limit) ? 1 : 0;
    }
    INFO(max);
    CHECK(differences == 0);
  }
}

TEST_CASE("Aimd grows by one when half is used and shrinks by a tenth when a call is dropped or slow") {
  Aimd::Limit limit{{20, 200, 20}};
  const auto after = [&](LimitSample sample) {
    limit.update(sample);
    return limit.value();
  };
  CHECK(after({1ms, 9, false}) == 20);
  CHECK(after({1ms, 10, false}) == 21);
  CHECK(after({5s, 11, false}) == 22);
  CHECK(after({5s + 1ns, 11, false}) == 20);  // floor(19.8), but not below the minimum
  for (int i = 0; i < 500; ++i) limit.update({1ms, 400, false});
  CHECK(limit.value() == 200);
  CHECK(after({1ms, 1, true}) == 180);
  CHECK(after({1ms, 1, true}) == 162);
  AimdSlowerThan<60s>::Limit patient{{1, 100, 10}};
  patient.update({30s, 10, false});
  CHECK(patient.value() == 11);
  patient.update({61s, 10, false});
  CHECK(patient.value() == 9);
}

TEST_CASE("steady latency lets every algorithm grow to its maximum, and only while the limit is used") {
  const auto grow = [](auto limit, unsigned used_percent) {
    for (int i = 0; i < 2'000; ++i) limit.update({100ms, limit.value() * used_percent / 100, false, 0});
    return limit.value();
  };
  const LimitRange range{1, 100, 10};
  CHECK(grow(Gradient2::Limit{range}, 100) == 100);
  CHECK(grow(Aimd::Limit{range}, 100) == 100);
  CHECK(grow(Vegas::Limit{range}, 100) == 100);
  CHECK(grow(Gradient2::Limit{range}, 40) == 10);
  CHECK(grow(Aimd::Limit{range}, 40) == 10);
  CHECK(grow(Vegas::Limit{range}, 40) == 10);
}

TEST_CASE("dropped calls take every algorithm down to its minimum, and their times are not believed") {
  const auto shrink = [](auto limit) {
    for (int i = 0; i < 20; ++i) limit.update({100ms, limit.value(), false, 0});
    for (int i = 0; i < 500; ++i) limit.update({1us, limit.value(), true, 0});
    CHECK(limit.value() == 2);
    // A server that said no in a microsecond and answers in 100 ms again is not a slow one.
    for (int i = 0; i < 30; ++i) limit.update({100ms, limit.value(), false, 0});
    CHECK(limit.value() > 10);
  };
  shrink(Gradient2::Limit{{2, 100, 50}});
  shrink(Aimd::Limit{{2, 100, 50}});
  shrink(Vegas::Limit{{2, 100, 50}});
}

TEST_CASE("latency that doubles takes the limit down, and its return brings it back") {
  const auto react = [](auto limit) {
    for (int i = 0; i < 700; ++i) limit.update({100ms, limit.value(), false, 0});
    const unsigned calm = limit.value();
    for (int i = 0; i < 40; ++i) limit.update({400ms, limit.value(), false, 0});
    const unsigned crowded = limit.value();
    for (int i = 0; i < 200; ++i) limit.update({100ms, limit.value(), false, 0});
    CHECK(calm == 100);
    CHECK(crowded < 80);
    CHECK(limit.value() == 100);
  };
  react(Gradient2::Limit{{1, 100, 20}});
  react(Vegas::Limit{{1, 100, 20}});
}

TEST_CASE("any sample leaves every algorithm within its bounds") {
  const auto survive = [](auto limit, LimitRange range) {
    SplitMix64 draw{5};
    for (int i = 0; i < 20'000; ++i) {
      const Duration rtts[] = {Duration::min(), 0ns, 1ns, 1s, 100h, Duration::max()};
      const unsigned loads[] = {0, 1, limit.value(), 0xFFFFFFFF};
      limit.update({rtts[draw() % 6], loads[draw() % 4], draw() % 3 == 0, draw()});
      if (limit.value() < range.min || limit.value() > range.max) FAIL(limit.value());
    }
    limit.set_range({3, 3, 3});
    CHECK(limit.value() == 3);
  };
  for (const LimitRange range :
       {LimitRange{1, 1, 1}, LimitRange{1, 200, 20}, LimitRange{7, (1U << 24U) - 1, 1U << 23U}}) {
    survive(Gradient2::Limit{range}, range);
    survive(Vegas::Limit{range}, range);
    survive(Aimd::Limit{range}, range);
  }
}
