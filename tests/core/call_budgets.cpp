// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What the machine asks budgets, attempts that do not count, and failures that a policy renames.

#include "support/catch.hpp"
#include "support/spy.hpp"

#include <aramid/call.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using support::journal;
using support::Spy;

namespace {

constexpr Instant start{100s};
using Kind = Step::Kind;
using Repeater = Spy<'r', true>;
using Policies = PolicyStack<Repeater>;

Error failure(Fault fault = Fault::unavailable) {
  Error error;
  error.fault = fault;
  return error;
}

struct Purse : Budget {
  int left;
  int asked = 0;
  int refunds = 0;
  std::vector<Fault> charged_for;

  explicit Purse(int retries) : Budget{&answer}, left{retries} {}

  static bool answer(Budget& self, Ask ask, const Error* failed, Instant) noexcept {
    auto& purse = static_cast<Purse&>(self);
    if (ask == Ask::refund) {
      ++purse.left;
      ++purse.refunds;
      return true;
    }
    ++purse.asked;
    if (purse.left == 0) return false;
    --purse.left;
    purse.charged_for.push_back(failed != nullptr ? failed->fault : Fault::unknown);
    return true;
  }
};

struct Wish {
  Policies policies;
  Context ctx;
  Repeater& repeater = policies.get<0>();

  explicit Wish(Verdict verdict = Verdict::again_after(1s)) {
    journal().clear();
    repeater.verdicts.assign(50, verdict);
  }
};

}  // namespace

TEST_CASE("each retry is charged once, with the failure that it is to mend", "[call][budget]") {
  Wish wish;
  Purse purse{2};
  wish.ctx.budgets.link(purse);
  Call<true, Repeater> call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error first = failure(Fault::overloaded);
  REQUIRE(call.fail(first, start).kind == Kind::wait);
  REQUIRE(call.resume(start + 1s).kind == Kind::attempt);
  Error second = failure();
  REQUIRE(call.fail(second, start + 1s).kind == Kind::wait);
  CHECK(purse.charged_for == std::vector{Fault::overloaded, Fault::unavailable});
  CHECK(purse.left == 0);
}

TEST_CASE("a refused retry leaves the provider's error, with the reason and the policy", "[call][budget]") {
  Wish wish;
  Purse purse{0};
  wish.ctx.budgets.link(purse);
  Call<true, Repeater> call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure(Fault::overloaded);
  error.status = 529;
  error.message = "busy";
  CHECK(call.fail(error, start).kind == Kind::done);
  CHECK(error.fault == Fault::overloaded);
  CHECK(error.status == 529);
  CHECK(error.message == "busy");
  CHECK(error.reason == Reason::budget_exhausted);
  CHECK(error.policy == "r");
}

TEST_CASE("a retry that something else forbids is not charged", "[call][budget]") {
  const auto charges = [](auto forbid) {
    Wish wish;
    Purse purse{5};
    wish.ctx.budgets.link(purse);
    std::stop_source source;
    wish.ctx.stop = source.get_token();
    Call<true, Repeater> call{wish.policies, wish.ctx};
    (void)call.start(start);
    forbid(wish.ctx, source);
    Error error = failure();
    CHECK(call.fail(error, start).kind == Kind::done);
    return purse.asked;
  };
  CHECK(charges([](Context& ctx, std::stop_source&) { ctx.commit(); }) == 0);
  CHECK(charges([](Context& ctx, std::stop_source&) { ctx.max_attempts = 1; }) == 0);
  CHECK(charges([](Context& ctx, std::stop_source&) { ctx.deadline = start + 1s; }) == 0);
  CHECK(charges([](Context&, std::stop_source& source) { source.request_stop(); }) == 0);
}

TEST_CASE("of two budgets both pay or neither does", "[call][budget]") {
  Wish wish;
  Purse outer{1};
  Purse inner{5};
  wish.ctx.budgets.link(outer);
  wish.ctx.budgets.link(inner);
  CHECK(wish.ctx.budgets.charge(nullptr, start));
  CHECK_FALSE(wish.ctx.budgets.charge(nullptr, start));
  CHECK(outer.left == 0);
  CHECK(inner.left == 4);
  CHECK(inner.refunds == 1);
  wish.ctx.budgets.unlink(inner);
  CHECK_FALSE(wish.ctx.budgets.charge(nullptr, start));
  wish.ctx.budgets.unlink(outer);
  CHECK(wish.ctx.budgets.charge(nullptr, start));
}

TEST_CASE("an attempt that never left is repeated at once and does not count", "[call]") {
  Wish wish{Verdict::again_transparently()};
  Purse purse{0};
  wish.ctx.budgets.link(purse);
  wish.ctx.max_attempts = 1;
  Call<true, Repeater> call{wish.policies, wish.ctx};
  (void)call.start(start);
  Error error = failure(Fault::connection_failed);
  const Step step = call.fail(error, start);
  REQUIRE(step.kind == Kind::wait);
  CHECK(step.until == start);
  CHECK(wish.ctx.attempt() == 0);
  CHECK(call.resume(start).kind == Kind::attempt);
  CHECK(wish.ctx.attempt() == 1);
  CHECK(purse.asked == 0);
  call.succeed(start);
}

TEST_CASE("what a stack inside attempted more than once counts, whatever the policy says of it", "[call]") {
  Wish wish{Verdict::again_transparently()};
  Purse purse{1};
  wish.ctx.budgets.link(purse);
  Call<false, Repeater> call{wish.policies, wish.ctx};
  (void)call.start(start);
  CallAccess::begin_attempt(wish.ctx);
  CallAccess::begin_attempt(wish.ctx);
  Error error = failure(Fault::connection_failed);
  REQUIRE(call.fail(error, start).kind == Kind::wait);
  CHECK(wish.ctx.attempt() == 2);
  CHECK(purse.asked == 1);
}

TEST_CASE("a policy that knows better renames the failure for everybody outside", "[call]") {
  PolicyStack<Spy<'o'>, Spy<'n'>, Spy<'i'>> policies;
  Context ctx;
  journal().clear();
  policies.get<1>().verdicts = {Verdict::rename(Fault::timed_out)};
  Call<true, Spy<'o'>, Spy<'n'>, Spy<'i'>> call{policies, ctx};
  (void)call.start(start);
  Error error = failure(Fault::deadline_exceeded);
  CHECK(call.fail(error, start).kind == Kind::done);
  CHECK(error.fault == Fault::timed_out);
  CHECK(policies.get<2>().faults == std::vector{Fault::deadline_exceeded});
  CHECK(policies.get<0>().faults == std::vector{Fault::timed_out});
}
