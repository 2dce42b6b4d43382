// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// gRPC's throttle: failures take a token, successes give a part of one back.

#include "budget_calls.hpp"

using namespace desk;

namespace {
constexpr Instant start{1000s};
using Small = GrpcThrottle<10, 100>;
}  // namespace

TEST_CASE("retries are allowed while more than half of the tokens are there") {
  Small throttle;
  CHECK(throttle.milli_tokens() == 10'000);
  CHECK(throttle.balance() == 4);
  CHECK(fail_with_retries(throttle, start, 99) == 4);
  CHECK(throttle.milli_tokens() == 5000);
  CHECK_FALSE(throttle.may_retry());
  CHECK(throttle.balance() == 0);
  succeed_at_once(throttle, start);
  CHECK(throttle.milli_tokens() == 5100);
  CHECK(throttle.may_retry());
  CHECK(throttle.balance() == 0);  // the next failure would take it below
}

TEST_CASE("a failure that could be retried takes its token once, whether or not a retry follows") {
  Small throttle;
  {
    Caller caller{throttle};  // refused by the throttle: charged, then settled with the same failure
    REQUIRE(caller.enter(start));
    REQUIRE(try_again(caller, start));
    caller.fail(start);  // the second attempt's failure, which nobody wanted to retry
  }
  CHECK(throttle.milli_tokens() == 8000);
  CHECK(fail_with_retries(throttle, start, 0) == 0);
  CHECK(throttle.milli_tokens() == 7000);
  CHECK(fail_with_retries(throttle, start, 99) == 1);
  CHECK(throttle.milli_tokens() == 5000);
}

TEST_CASE("failures that no retry could mend take nothing") {
  Small throttle;
  for (const Fault fault : {Fault::invalid_request, Fault::unauthorized, Fault::cancelled,
                            Fault::circuit_open, Fault::throttled}) {
    Caller caller{throttle};
    REQUIRE(caller.enter(start));
    caller.fail(start, fault);
  }
  Caller dropped{throttle};
  REQUIRE(dropped.enter(start));
  dropped.drop();
  CHECK(throttle.milli_tokens() == 10'000);
}

TEST_CASE("a retry that another budget refuses does not undo the failure") {
  Small throttle;
  Caller caller{throttle};
  Refusal refusal;
  caller.ctx.budgets.link(refusal);
  REQUIRE(caller.enter(start));
  CHECK_FALSE(try_again(caller, start));
  caller.fail(start);
  CHECK(throttle.milli_tokens() == 9000);
}

TEST_CASE("a hedge asks without failing") {
  Small throttle;
  Caller caller{throttle};
  REQUIRE(caller.enter(start));
  CHECK(caller.ctx.budgets.charge(nullptr, start));
  CHECK(throttle.milli_tokens() == 10'000);
  caller.succeed(start);
}

TEST_CASE("tokens stay between none and all") {
  Small throttle;
  for (int i = 0; i < 30; ++i) (void)throttle.failure();
  CHECK(throttle.milli_tokens() == 0);
  for (int i = 0; i < 200; ++i) throttle.success();
  CHECK(throttle.milli_tokens() == 10'000);
  GrpcThrottle<1000, 1'000'000> largest;
  largest.success();
  CHECK(largest.milli_tokens() == 1'000'000);
  (void)largest.failure();
  CHECK(largest.milli_tokens() == 999'000);
}

TEST_CASE("new settings keep the fraction of the tokens") {
  GrpcThrottle<> throttle;
  for (int i = 0; i < 4; ++i) (void)throttle.failure();
  REQUIRE(throttle.milli_tokens() == 6000);
  throttle.reconfigure({.max_tokens = 1000, .milli_ratio = 1});
  CHECK(throttle.milli_tokens() == 600'000);
  throttle.success();
  CHECK(throttle.milli_tokens() == 600'001);
  throttle.reconfigure({.max_tokens = 3, .milli_ratio = 500});
  CHECK(throttle.milli_tokens() == 1800);
  CHECK(throttle.may_retry());
  CHECK_THAT(refusal_of([&] { throttle.reconfigure({.max_tokens = 0}); }),
             support::contains("GrpcThrottleSettings::max_tokens"));
  CHECK(throttle.milli_tokens() == 1800);
}

TEST_CASE("a throttle says what it is") {
  CHECK(Small::describe() == "10 tokens, 100/1000 back for a success");
}

TEST_CASE("a wrong setting of a throttle is named") {
  const auto refusal = [](const GrpcThrottleSettings& settings) {
    return refusal_of([&] { GrpcThrottle<> made{settings}; });
  };
  CHECK(refusal({}).empty());
  CHECK(refusal({.max_tokens = 1001}) ==
        "aramid: GrpcThrottleSettings::max_tokens is 1001, allowed is 1 to 1000");
  CHECK_THAT(refusal({.milli_ratio = 0}), support::contains("GrpcThrottleSettings::milli_ratio"));
  CHECK_THAT(refusal({.milli_ratio = 1'000'001}), support::contains("GrpcThrottleSettings::milli_ratio"));
}
