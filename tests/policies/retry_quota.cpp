// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The purse of the AWS SDKs: what a retry costs, and what comes back.

#include "budget_calls.hpp"

using namespace desk;

namespace {
constexpr Instant start{1000s};
}

TEST_CASE("the standard mode's purse pays for a hundred retries, or fifty after timeouts") {
  AwsQuota quota;
  CHECK(quota.available() == 500);
  CHECK(quota.balance() == 100);
  CHECK(fail_with_retries(quota, start, 1000) == 100);
  CHECK(quota.available() == 0);
  AwsQuota other;
  Caller caller{other};
  REQUIRE(caller.enter(start));
  int retries = 0;
  while (try_again(caller, start, Fault::timed_out)) ++retries;
  CHECK(retries == 50);
  caller.fail(start);
}

TEST_CASE("in version 2.1 a retry costs 14, and one after a rate limit 5") {
  AwsQuota21 quota;
  Caller caller{quota};
  REQUIRE(caller.enter(start));
  REQUIRE(try_again(caller, start, Fault::unavailable));
  CHECK(quota.available() == 486);
  REQUIRE(try_again(caller, start, Fault::rate_limited));
  CHECK(quota.available() == 481);
  REQUIRE(try_again(caller, start, Fault::timed_out));
  CHECK(quota.available() == 467);
  caller.fail(start);
}

TEST_CASE("a success after retries gives back what the last of them cost, one without retries one token") {
  AwsQuota quota;
  Caller caller{quota};
  REQUIRE(caller.enter(start));
  REQUIRE(try_again(caller, start));
  REQUIRE(try_again(caller, start, Fault::timed_out));
  CHECK(quota.available() == 485);
  caller.succeed(start);
  CHECK(quota.available() == 495);
  succeed_at_once(quota, start);
  CHECK(quota.available() == 496);
  for (int i = 0; i < 10; ++i) succeed_at_once(quota, start);
  CHECK(quota.available() == 500);
}

TEST_CASE("a failure and a call that ends without an outcome give nothing back") {
  AwsQuota quota;
  CHECK(fail_with_retries(quota, start, 2) == 2);
  Caller caller{quota};
  REQUIRE(caller.enter(start));
  REQUIRE(try_again(caller, start));
  caller.drop();
  CHECK(quota.available() == 485);
}

TEST_CASE("a retry that another budget refuses costs nothing and is forgotten") {
  AwsQuota quota;
  Caller caller{quota};
  Refusal refusal;
  caller.ctx.budgets.link(refusal);
  REQUIRE(caller.enter(start));
  CHECK_FALSE(try_again(caller, start, Fault::timed_out));
  CHECK(quota.available() == 500);
  REQUIRE(quota.take(100));
  caller.succeed(start);
  CHECK(quota.available() == 401);
}

TEST_CASE("a purse takes all or nothing and never holds more than its capacity") {
  RetryQuota<> quota{RetryQuotaSettings{.capacity = 50}};
  CHECK(quota.take(5));
  quota.put(10);
  CHECK(quota.available() == 50);
  CHECK(quota.take(49));
  CHECK_FALSE(quota.take(10));
  CHECK_FALSE(quota.take(~0U));
  CHECK(quota.available() == 1);
  quota.put(~0U);
  CHECK(quota.available() == 50);
}

TEST_CASE("a purse says what it is") {
  CHECK(AwsQuota::describe() == "500 tokens, a retry costs 5, after a timeout 10, after a rate limit 5");
  CHECK(AwsQuota21::describe() == "500 tokens, a retry costs 14, after a timeout 14, after a rate limit 5");
  CHECK(RetryQuota<>{}.settings() == AwsQuota::settings());
}

TEST_CASE("a wrong setting of a purse is named") {
  const auto refusal = [](const RetryQuotaSettings& settings) {
    return refusal_of([&] { RetryQuota<> made{settings}; });
  };
  CHECK(refusal({}).empty());
  CHECK(refusal({.capacity = 0}) == "aramid: RetryQuotaSettings::capacity is 0, allowed is 1 to 1000000");
  CHECK_THAT(refusal({.capacity = 1'000'001}), support::contains("RetryQuotaSettings::capacity"));
  CHECK_THAT(refusal({.cost = 0}), support::contains("RetryQuotaSettings::cost"));
  CHECK(refusal({.timeout_cost = 501}) ==
        "aramid: RetryQuotaSettings::timeout_cost is 501, allowed is 1 to capacity, which is 500");
  CHECK_THAT(refusal({.throttling_cost = 0}), support::contains("RetryQuotaSettings::throttling_cost"));
}
