// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Client-side adaptive throttling: the formula, the window, what counts, and that it converges.

#include <aramid/aramid.hpp>

#include <cmath>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::ManualClock;

namespace {

// Calls of which the throttle lets some through, and the provider accepts some of those.
template <class Policy>
struct Traffic {
  Policy& policy;
  ManualClock clock{7};
  int sent = 0, refused = 0;

  void call(Instant now, bool accepted) {
    Context ctx{clock};
    typename Policy::Scope scope;
    if (policy.admit(scope, ctx, now).kind != Admission::Kind::proceed) {
      ++refused;
      return;
    }
    ++sent;
    CallAccess::begin_attempt(ctx);
    const Error error = error_of(Fault::overloaded);
    (void)policy.settle(scope, ctx, accepted ? nullptr : &error, now);
  }
};

}  // namespace

TEST_CASE("the share refused is the published formula, as an exact fraction") {
  const ThrottleSettings pure{.max_rejection_percent = 100};
  for (const std::uint32_t requests : {0U, 1U, 2U, 7U, 100U, 12'345U, 4'000'000'000U}) {
    for (const std::uint32_t accepts : {0U, 1U, requests / 3, requests / 2, requests}) {
      if (accepts > requests) continue;
      for (const unsigned k : {100U, 110U, 150U, 200U, 400U}) {
        ThrottleSettings settings = pure;
        settings.k_percent = k;
        const Share share = rejection_share({requests, accepts}, settings);
        const double wanted =
            std::max(0.0, (double(requests) - k / 100.0 * double(accepts)) / (double(requests) + 1));
        INFO(requests << " " << accepts << " " << k);
        CHECK(double(share.parts) / double(share.whole) == Approx(wanted).epsilon(1e-12).margin(1e-12));
      }
    }
  }
}

TEST_CASE("a share of n in m is met by n in m of all random numbers, exactly at the edge") {
  const Share third{1, 3};
  CHECK(third.of(0));
  CHECK(third.of(0x5555555555555555U));        // floor(3x / 2^64) = 0
  CHECK_FALSE(third.of(0x5555555555555556U));  // = 1
  CHECK_FALSE(third.of(~std::uint64_t{0}));
  CHECK_FALSE(Share{}.of(0));
  CHECK(Share{100, 100}.of(~std::uint64_t{0}));
  // Denominators beyond 32 bits, against 128-bit arithmetic.
  const Share large{399'999'999'900U, 400'000'000'100U};
  SplitMix64 draw{3};
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t random = i == 0 ? 0xFFFFFFFFDDDDDDDDU : draw();
    __extension__ using Wide = unsigned __int128;
    const bool wanted = static_cast<std::uint64_t>(Wide{random} * large.whole >> 64U) < large.parts;
    if (large.of(random) != wanted) FAIL(random);
  }
}

TEST_CASE("nothing is refused while at least one call in K is accepted") {
  Throttle<2, 120s> throttle;
  Traffic traffic{throttle};
  for (int i = 0; i < 10'000; ++i) traffic.call(at(i * 1ms), i % 2 == 0);
  CHECK(traffic.refused == 0);
  CHECK(throttle.rejection(at(10s)).parts == 0);
  CHECK(throttle.counts(at(10s)) == ThrottleCounts{10'000, 5'000});
}

TEST_CASE(
    "calls refused here count as requests, and the load on the provider settles at K times what it accepts") {
  Throttle<2, 10s, MaxRejection<100>> throttle;
  Traffic traffic{throttle};
  // The provider accepts 10 calls a second, of 1000 that are wanted.
  for (int second = 0; second < 60; ++second) {
    traffic.sent = traffic.refused = 0;
    for (int i = 0; i < 1000; ++i) traffic.call(at(second * 1s + i * 1ms), traffic.sent < 10);
    if (second < 30) continue;
    INFO(second);
    CHECK(traffic.sent + traffic.refused == 1000);
    CHECK(traffic.sent >= 8);
    CHECK(traffic.sent <= 40);
  }
  CHECK(throttle.counts(at(60s)).requests >= 9'000);
}

TEST_CASE("the same seed refuses the same calls") {
  const auto run = [](std::uint64_t seed) {
    Throttle<2, 120s> throttle;
    Traffic<Throttle<2, 120s>> traffic{throttle, ManualClock{seed}};
    std::string sent;
    for (int i = 0; i < 500; ++i) {
      const int before = traffic.sent;
      traffic.call(at(i * 10ms), i % 5 == 0);
      sent += traffic.sent > before ? '1' : '0';
    }
    return sent;
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

TEST_CASE("an outage is over for the throttle soon after it is over for the provider") {
  Throttle<2, 120s> throttle;
  Traffic traffic{throttle};
  for (int i = 0; i < 6'000; ++i) traffic.call(at(i * 10ms), false);
  CHECK(throttle.rejection(at(60s)).percent() == 90);
  // Another minute, and every call that is sent is accepted.
  for (int i = 6'000; i < 60'000; ++i) traffic.call(at(i * 10ms), true);
  traffic.refused = 0;
  for (int i = 60'000; i < 61'000; ++i) traffic.call(at(i * 10ms), true);
  CHECK(traffic.refused == 0);
}

TEST_CASE("the window forgets by time: after idle it is as new") {
  Throttle<2, 20s> throttle;
  Traffic traffic{throttle};
  for (int i = 0; i < 10; ++i) traffic.call(at(i * 1s), false);
  const ThrottleCounts full = throttle.counts(at(9s));
  CHECK(full.requests == 10);
  CHECK(throttle.counts(at(19'999ms)) == full);
  CHECK(throttle.counts(at(20s)).requests == 9);
  CHECK(throttle.counts(at(24s)).requests == 5);
  CHECK_FALSE(throttle.idle(at(24s)));
  CHECK(throttle.idle(at(30s)));
  Throttle<2, 20s> other;
  Traffic again{other};
  for (int i = 0; i < 10; ++i) again.call(at(i * 1s), false);
  CHECK(other.counts(at(10h)) == ThrottleCounts{});
  // A look into the past changes nothing.
  CHECK(other.counts(at(1s)) == ThrottleCounts{});
}

TEST_CASE("old accepts do not hide new refusals when nobody has looked for a while") {
  Throttle<2, 20s> throttle;
  Traffic traffic{throttle};
  for (int i = 0; i < 100; ++i) traffic.call(at(0s), true);
  for (int i = 0; i < 40; ++i) traffic.call(at(15s), false);
  CHECK(throttle.rejection(at(15s)).parts == 0);
  // By now the accepts are out of the window, and no call has ended since.
  traffic.refused = 0;
  for (int i = 0; i < 100; ++i) traffic.call(at(21s), false);
  CHECK(traffic.refused > 50);
}

TEST_CASE("only what the provider said counts: neutral ends, refusals further in and lost calls do not") {
  Throttle<2, 120s> throttle;
  Caller call{throttle};
  const auto counted = [&](auto end) {
    const ThrottleCounts before = throttle.counts(at(1s));
    REQUIRE(proceeds(call.ask(at(0s))));
    end();
    const ThrottleCounts after = throttle.counts(at(1s));
    return ThrottleCounts{after.requests - before.requests, after.accepts - before.accepts};
  };
  CHECK(counted([&] { call.send(), call.succeed(at(1s)); }) == ThrottleCounts{1, 1});
  CHECK(counted([&] { call.send(), call.succeed(at(1s)); }) == ThrottleCounts{1, 1});
  CHECK(counted([&] { call.send(), call.succeed(at(1s)); }) == ThrottleCounts{1, 1});
  CHECK(counted([&] { call.send(), call.fail(at(1s), Fault::overloaded); }) == ThrottleCounts{1, 0});
  CHECK(counted([&] { call.send(), call.fail(at(1s), Fault::rate_limited); }) == ThrottleCounts{1, 0});
  CHECK(counted([&] { call.send(), call.fail(at(1s), Fault::timed_out); }) == ThrottleCounts{1, 0});
  const ThrottleCounts nothing{};
  CHECK(counted([&] { call.send(), call.fail(at(1s), Fault::invalid_request); }) == nothing);
  CHECK(counted([&] { call.send(), call.fail(at(1s), Fault::cancelled); }) == nothing);
  CHECK(counted([&] { call.fail(at(1s), Fault::circuit_open); }) == nothing);
  CHECK(counted([&] { call.fail(at(1s), Fault::rate_limited); }) == nothing);  // never sent
  CHECK(counted([&] { call.drop(); }) == nothing);
}

TEST_CASE("below its minimum rate a throttle refuses nothing") {
  Throttle<2, 10s, MinimumRate<5>> throttle;
  Traffic traffic{throttle};
  for (int i = 0; i < 49; ++i) traffic.call(at(i * 1ms), false);
  CHECK(traffic.refused == 0);
  for (int i = 0; i < 100; ++i) traffic.call(at(1s), false);
  CHECK(traffic.refused > 0);
}

TEST_CASE("a refusal says how many of how many were accepted") {
  Throttle<2, 120s, MaxRejection<100>> throttle;
  Traffic traffic{throttle};
  for (int i = 0; i < 1000; ++i) traffic.call(at(0s), i < 10);
  Caller call{throttle};
  const ThrottleCounts counts = throttle.counts(at(0s));
  while (!refuses(call.ask(at(0s)))) call.drop();
  CHECK(call.answer().fault == Fault::throttled);
  CHECK(call.answer().reason == Reason::shedding);
  std::int64_t measured = 0, limit = 0;
  CallAccess::take_compared(call.ctx, measured, limit);
  CHECK(measured == 10);
  CHECK(limit == counts.requests);
}

TEST_CASE("settings of a throttle that make no sense are refused in a sentence") {
  const auto refusal = [](ThrottleSettings settings) {
    return refusal_of([&] { Throttle<> throttle{settings}; });
  };
  CHECK(refusal({}).empty());
  CHECK(refusal({.k_percent = 99}) == "aramid: ThrottleSettings::k_percent is 99, allowed is 100 to 100000");
  CHECK(refusal({.window = 0s}) == "aramid: ThrottleSettings::window is 0 s, allowed is above 0");
  CHECK(refusal({.max_rejection_percent = 0}) ==
        "aramid: ThrottleSettings::max_rejection_percent is 0, allowed is 1 to 100");
  CHECK(refusal({.max_rejection_percent = 101}) ==
        "aramid: ThrottleSettings::max_rejection_percent is 101, allowed is 1 to 100");
  CHECK(refusal({.minimum_rate = 1'000'001}) ==
        "aramid: ThrottleSettings::minimum_rate is 1000001, allowed is 0 to 1000000");
  STATIC_REQUIRE(Throttle<1.5, 60s, MaxRejection<75>, MinimumRate<5>>::settings() ==
                 ThrottleSettings{150, 60s, 75, 5});
  STATIC_REQUIRE(Throttle<2, 120s>::settings() == ThrottleSettings{});
}
