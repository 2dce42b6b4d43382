// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How a rate recovers, and how it is measured: whole numbers against the published formulas.

#include <aramid/aramid.hpp>

#include <cmath>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

double per_second(std::int64_t rate) { return static_cast<double>(rate) / rate_unit; }
std::int64_t rate_of(double per_second) { return static_cast<std::int64_t>(per_second * rate_unit); }

}  // namespace

TEST_CASE("the cubic curve has the numbers of botocore's own test") {
  CubicRate::Rate curve;
  (void)curve.fall(rate_of(10), 70);
  CHECK(static_cast<double>(curve.k().count()) / 1e9 == Approx(1.9574338205844317).margin(1e-4));
  CHECK(per_second(curve.fall(rate_of(8), 70)) == Approx(5.6).margin(1e-4));
  CHECK(static_cast<double>(curve.k().count()) / 1e9 == Approx(1.8171205928321397).margin(1e-4));
  CHECK(per_second(curve.after(curve.k())) == Approx(8).margin(1e-3));
}

TEST_CASE("the cubic curve in whole numbers is within a thousandth of the published formula") {
  for (const double top : {0.5, 1.0, 8.0, 100.0, 12'345.0, 5e5}) {
    for (const unsigned factor : {1U, 50U, 70U, 99U}) {
      CubicRate::Rate curve;
      const std::int64_t fallen = curve.fall(rate_of(top), factor);
      CHECK(per_second(fallen) == Approx(top * factor / 100).epsilon(1e-4).margin(1e-4));
      const double k = std::cbrt(top * (100 - factor) / 100 / 0.4);
      for (double t = 0; t < 250; t = t * 1.3 + 0.01) {
        const double wanted = std::min(524288.0, std::max(0.0, 0.4 * std::pow(t - k, 3) + top));
        const double got = per_second(curve.after(Duration{static_cast<std::int64_t>(t * 1e9)}));
        INFO(top << " " << factor << " " << t);
        // Beyond 128 s after k every rate is at the end of the scale.
        if (t - k < 127) CHECK(got == Approx(wanted).epsilon(1e-3).margin(1e-3 * top + 1e-4));
      }
    }
  }
}

TEST_CASE("a cubic rate never leaves its scale, and grows with time") {
  CubicRate::Rate curve;
  for (const std::int64_t from : {std::int64_t{0}, std::int64_t{1}, max_rate, std::int64_t{INT64_MAX}}) {
    const std::int64_t fallen = curve.fall(from, 99);
    CHECK(fallen <= max_rate);
    std::int64_t before = -1;
    for (const Duration since :
         {0ns, Duration{1ms}, Duration{1s}, Duration{1min}, Duration{1h}, Duration::max()}) {
      const std::int64_t rate = curve.after(since);
      CHECK(rate >= before);
      CHECK(rate <= max_rate);
      before = rate;
    }
    CHECK(before == max_rate);
  }
}

TEST_CASE("the additive curve is back after its recovery and goes on at that pace") {
  AimdRateOver<30s>::Rate curve;
  CHECK(per_second(curve.fall(rate_of(100), 50)) == Approx(50));
  for (const int second : {0, 3, 15, 30, 45, 60, 3600}) {
    CHECK(per_second(curve.after(second * 1s)) == Approx(50 + 50.0 * second / 30).epsilon(1e-3));
  }
  CHECK(curve.after(Duration::max()) == max_rate);
  AimdRateOver<Duration::max()>::Rate slow;
  (void)slow.fall(rate_of(100), 50);
  CHECK(per_second(slow.after(Duration::max() / 2)) == Approx(75).epsilon(1e-3));
  AimdRateOver<1ns>::Rate fast;
  (void)fast.fall(rate_of(100), 50);
  CHECK(per_second(fast.after(1ns)) == Approx(100));
}

TEST_CASE("the measured rate is that of half seconds, smoothed by 0.8") {
  struct Reference {
    double count = 0, measured = 0;
    std::int64_t bucket = -1;
    void record(Instant now) {
      const std::int64_t at = now.time_since_epoch().count() / 500'000'000;
      if (bucket < 0) bucket = at;
      ++count;
      if (at <= bucket) return;
      measured = 0.8 * (count / (static_cast<double>(at - bucket) / 2)) + 0.2 * measured;
      count = 0;
      bucket = at;
    }
  } reference;
  detail::RateMeter meter;
  SplitMix64 draw{9};
  Instant now = at(3s);
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t pause = std::int64_t{1} << (draw() % 34);  // to 8 s
    now += Duration{pause};
    meter.count(now);
    reference.record(now);
    if (reference.measured == 0) continue;
    if (std::abs(per_second(meter.rate()) - reference.measured) > 1e-4 * reference.measured + 1e-4) {
      FAIL(i << " " << per_second(meter.rate()) << " " << reference.measured);
    }
  }
}

TEST_CASE("before the first half second is over, what was counted of it is the rate") {
  detail::RateMeter meter;
  for (int i = 0; i < 20; ++i) meter.count(at(10s));
  CHECK(per_second(meter.rate()) == 40);
}
