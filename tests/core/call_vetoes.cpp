// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What no policy may do, and what the machine writes into the error.

#include "support/catch.hpp"
#include "support/spy.hpp"

#include <aramid/call.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using support::journal;
using support::read_journal;
using support::Spy;

namespace {

constexpr Instant start{100s};
using Kind = Step::Kind;
using Repeater = Spy<'r', true>;
using Policies = PolicyStack<Repeater, Spy<'i'>>;
using Machine = Call<true, Repeater, Spy<'i'>>;

Error failure(Fault fault = Fault::unavailable) {
  Error error;
  error.fault = fault;
  return error;
}

struct Wish {
  Policies policies;
  Context ctx;
  Repeater& repeater = policies.get<0>();

  explicit Wish(Duration delay = 1s) {
    journal().clear();
    repeater.verdicts.assign(50, Verdict::again_after(delay));
  }
};

}  // namespace

TEST_CASE("a failure after a commit is interrupted and not retried", "[call]") {
  Wish wish;
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  wish.ctx.commit();
  Error error = failure(Fault::connection_lost);
  CHECK(call.fail(error, start).kind == Kind::done);
  CHECK(error.fault == Fault::interrupted);
  CHECK(error.policy == "r");
  CHECK(error.reason == Reason::committed);
  CHECK(wish.policies.get<1>().faults == std::vector{Fault::interrupted});
}

TEST_CASE("a cancel after a commit stays a cancel", "[call]") {
  Wish wish;
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  wish.ctx.commit();
  Error error = failure(Fault::cancelled);
  CHECK(call.fail(error, start).kind == Kind::done);
  CHECK(error.fault == Fault::cancelled);
}

TEST_CASE("a cancelled attempt is not retried, whatever the policy wishes", "[call]") {
  Wish wish;
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure(Fault::cancelled);
  CHECK(call.fail(error, start).kind == Kind::done);
}

TEST_CASE("nothing is retried after a stop request", "[call]") {
  Wish wish;
  std::stop_source source;
  wish.ctx.stop = source.get_token();
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  source.request_stop();
  Error error = failure();
  CHECK(call.fail(error, start).kind == Kind::done);
}

TEST_CASE("a stop request during the wait for a retry cancels the call", "[call]") {
  Wish wish;
  std::stop_source source;
  wish.ctx.stop = source.get_token();
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure();
  CHECK(call.fail(error, start).kind == Kind::wait);
  source.request_stop();
  CHECK(call.resume(start).kind == Kind::done);
  const Error refusal = call.take_refusal();
  CHECK(refusal.fault == Fault::cancelled);
  CHECK(refusal.history.size() == 1);
  CHECK(wish.ctx.attempt() == 1);
}

TEST_CASE("no retry starts that could not begin before the deadline", "[call]") {
  Wish wish{1s};
  wish.ctx.deadline = start + 1s;
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure();
  CHECK(call.fail(error, start).kind == Kind::done);
  CHECK(error.policy == "r");
  CHECK(error.reason == Reason::no_time_left);
}

TEST_CASE("a retry that just fits before the deadline starts", "[call]") {
  Wish wish{1s};
  wish.ctx.deadline = start + 1s + 1ns;
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure();
  CHECK(call.fail(error, start).kind == Kind::wait);
  CHECK(call.resume(start + 1s).kind == Kind::attempt);
}

TEST_CASE("a delay without end is refused when there is a deadline", "[call]") {
  Wish wish{Duration::max()};
  wish.ctx.deadline = Instant::max() - 1ns;
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure();
  CHECK(call.fail(error, start).kind == Kind::done);
}

TEST_CASE("no retry starts past the ceiling on attempts", "[call]") {
  Wish wish;
  wish.ctx.max_attempts = 2;
  CallAccess::set_ceiling(wish.ctx, 100);
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure();
  CHECK(call.fail(error, start).kind == Kind::wait);
  (void)call.resume(start + 1s);
  CHECK(wish.ctx.attempt() == 2);
  CHECK(wish.ctx.attempts_used_up());
  CHECK(call.fail(error, start + 1s).kind == Kind::done);
  CHECK(error.reason == Reason::attempt_ceiling);
}

TEST_CASE("the first ceiling holds, whatever a nested stack would allow", "[call]") {
  Context ctx;
  CallAccess::set_ceiling(ctx, 3);
  CallAccess::set_ceiling(ctx, 50);
  for (int i = 0; i < 3; ++i) CallAccess::begin_attempt(ctx);
  CHECK(ctx.attempts_used_up());
}

TEST_CASE("a policy that does not repeat is done even when it answers again", "[call]") {
  journal().clear();
  PolicyStack<Spy<'i'>> policies;
  policies.get<0>().verdicts = {Verdict::again_after(1s)};
  Context ctx;
  Call<true, Spy<'i'>> call{policies, ctx};
  (void)call.start(start);
  Error error = failure();
  CHECK(call.fail(error, start).kind == Kind::done);
  CHECK(policies.get<0>().live == 0);
}

TEST_CASE("the innermost policy that could have gone on and did not is named in the error", "[call]") {
  journal().clear();
  using Outer = Spy<'o', true>;
  PolicyStack<Outer, Repeater> policies;
  policies.get<0>().verdicts = {Verdict::done(Reason::not_retryable)};
  policies.get<1>().verdicts = {Verdict::done(Reason::retries_exhausted)};
  Context ctx;
  Call<true, Outer, Repeater> call{policies, ctx};
  (void)call.start(start);
  Error error = failure();
  (void)call.fail(error, start);
  CHECK(error.policy == "r");
  CHECK(error.reason == Reason::retries_exhausted);
}

TEST_CASE("an error keeps sixteen attempts and counts all of them", "[call]") {
  Wish wish;
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure();
  Instant now = start;
  for (int i = 0; i < 50; ++i) {
    error = failure();
    error.status = 500 + i;
    REQUIRE(call.fail(error, now).kind == Kind::wait);
    now += 1s;
    REQUIRE(call.resume(now).kind == Kind::attempt);
  }
  error = failure();
  CHECK(call.fail(error, now).kind == Kind::done);
  CHECK(error.history.size() == 16);
  CHECK(error.history.total() == 51);
  CHECK(error.history[0].status == 500);
}

TEST_CASE("the provider in the error is the one that was asked", "[call]") {
  Wish wish;
  CallAccess::set_provider(wish.ctx, "hf");
  Machine call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure(Fault::invalid_request);
  wish.repeater.verdicts.clear();
  (void)call.fail(error, start);
  CHECK(error.provider == "hf");
  CHECK(error.history[0].provider == "hf");
}

TEST_CASE("time that goes backward breaks nothing", "[call]") {
  Wish wish;
  wish.policies.get<1>().answers = {Admission::wait_until(start + 5s)};
  Machine call{wish.policies, wish.ctx};
  CHECK(call.start(start).kind == Kind::wait);
  CHECK(call.resume(start - 50s).kind == Kind::attempt);
  Error error = failure();
  CHECK(call.fail(error, start - 90s).kind == Kind::wait);
  CHECK(error.history.empty());
  CHECK(call.resume(start - 89s).kind == Kind::attempt);
  call.succeed(start - 99s);
  CHECK(wish.repeater.live == 0);
  CHECK(wish.repeater.breaches == 0);
}

TEST_CASE("a call at the end of the time line neither overflows nor waits for a wake by mistake", "[call]") {
  Wish wish{Duration::max()};
  Machine call{wish.policies, wish.ctx};
  const Instant late = Instant::max() - 1ns;
  CHECK(call.start(late).kind == Kind::attempt);
  Error error = failure();
  CHECK(call.fail(error, late).kind == Kind::done);  // it would begin at the very end: never
}
