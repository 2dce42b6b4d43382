// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Threads on one retry budget: never a retry above the bound, none lost.

#include <aramid/aramid.hpp>

#include <atomic>

#include "crew.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr Instant start{1h};

/// One call that fails until the budget refuses; how many retries it got.
template <class Policy>
int fail_with_retries(Policy& budget, Instant now, int most) {
  Context ctx;
  typename Policy::Scope scope;
  (void)budget.admit(scope, ctx, now);
  CallAccess::begin_attempt(ctx);
  Error error;
  error.fault = Fault::unavailable;
  int retries = 0;
  while (retries < most && ctx.budgets.charge(&error, now)) {
    ++retries;
    CallAccess::begin_attempt(ctx);
  }
  (void)budget.settle(scope, ctx, &error, now);
  return retries;
}

}  // namespace

TEST_CASE("two threads on one budget stay within 1 in 10,000 of the share, and never above it", "[threads]") {
  RetryBudget<> budget{RetryBudgetSettings{.share = percent(20), .window = 60s, .per_second = 0}};
  constexpr std::int64_t calls = 200'000;
  std::atomic<std::int64_t> now{0};
  std::atomic<std::int64_t> first_attempts{0};
  std::atomic<std::int64_t> retries{0};
  std::atomic<bool> above{false};
  together(2, [&](int thread) {
    SplitMix64 draw{static_cast<std::uint64_t>(thread) + 1};
    for (std::int64_t i = 0; i < calls; ++i) {
      // Counted before it can pay for anything, as retries are counted after they were paid for.
      first_attempts.fetch_add(1);
      const Instant at = start + Duration{now.fetch_add(static_cast<std::int64_t>(draw() % 400'000))};
      const int made = fail_with_retries(budget, at, 20);
      if ((retries.fetch_add(made) + made) * 5 > first_attempts.load()) above = true;
    }
  });
  CHECK_FALSE(above);
  CHECK(first_attempts == 2 * calls);
  const std::int64_t bound = first_attempts / 5;
  CAPTURE(retries.load(), bound);
  CHECK(retries <= bound);
  CHECK((bound - retries) * 10'000 <= bound);
}

TEST_CASE("threads that all want the last retry get it once", "[threads]") {
  constexpr int rounds = 300;
  for (int round = 0; round < rounds; ++round) {
    RetryBudget<> budget{RetryBudgetSettings{.share = percent(0), .window = 1s, .per_second = 3}};
    AwsQuota quota;
    REQUIRE(quota.take(484));  // three retries are left
    std::atomic<int> from_budget{0};
    std::atomic<int> from_quota{0};
    together(4, [&](int) {
      from_budget.fetch_add(fail_with_retries(budget, start, 2));
      from_quota.fetch_add(fail_with_retries(quota, start, 2));
    });
    REQUIRE(from_budget == 3);
    REQUIRE(from_quota == 3);
    REQUIRE(quota.available() == 1);
  }
}

TEST_CASE("a throttle loses no failure, success or change of settings", "[threads]") {
  GrpcThrottle<> throttle{GrpcThrottleSettings{.max_tokens = 1000, .milli_ratio = 1000}};
  for (int i = 0; i < 500; ++i) (void)throttle.failure();
  together(3, [&](int thread) {
    for (int i = 0; i < 20'000; ++i) {
      if (thread == 2) {
        // The same numbers: only whether the word stays whole is asked.
        throttle.reconfigure({.max_tokens = 1000, .milli_ratio = 1000});
      } else {
        (void)throttle.failure();
        throttle.success();
      }
    }
  });
  CHECK(throttle.milli_tokens() == 500'000);
}
