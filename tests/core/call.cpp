// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The call machine, driven by hand: it reads no clock and asks no provider.

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

Error failure(Fault fault = Fault::unavailable) {
  Error error;
  error.fault = fault;
  error.status = 503;
  return error;
}

// Three levels, the middle one may repeat.
struct Three {
  using Policies = PolicyStack<Spy<'a'>, Spy<'b', true>, Spy<'c'>>;
  using Machine = Call<true, Spy<'a'>, Spy<'b', true>, Spy<'c'>>;

  Policies policies;
  Context ctx;
  Spy<'a'>& a = policies.get<0>();
  Spy<'b', true>& b = policies.get<1>();
  Spy<'c'>& c = policies.get<2>();

  Three() { journal().clear(); }
  int live() const { return a.live + b.live + c.live; }
  int breaches() const { return a.breaches + b.breaches + c.breaches; }
  bool clean() const { return live() == 0 && breaches() == 0; }
};

}  // namespace

TEST_CASE("a call admits from the outside in and settles from the inside out", "[call]") {
  Three three;
  Three::Machine call{three.policies, three.ctx};
  CHECK(call.start(start).kind == Kind::attempt);
  CHECK(three.ctx.attempt() == 1);
  call.succeed(start + 1s);
  CHECK(read_journal() == "+a +b +c =c =b =a");
  CHECK(three.a.told == std::vector<Instant>{start, start + 1s});
  CHECK(three.clean());
  CHECK_FALSE(call.refused());
}

TEST_CASE("a failure that nobody retries is settled at every level and handed on", "[call]") {
  Three three;
  Three::Machine call{three.policies, three.ctx};
  (void)call.start(start);
  Error error = failure();
  CHECK(call.fail(error, start + 1s).kind == Kind::done);
  CHECK(read_journal() == "+a +b +c -c -b -a");
  CHECK(error.fault == Fault::unavailable);
  CHECK(error.history.size() == 1);
  CHECK(error.history[0].took == 1s);
  CHECK(error.history[0].status == 503);
  CHECK_FALSE(call.refused());
  CHECK(three.clean());
}

TEST_CASE("again restarts the descent just inside the policy that asked, with fresh scopes", "[call]") {
  Three three;
  three.b.verdicts = {Verdict::again_after(5s)};
  Three::Machine call{three.policies, three.ctx};
  (void)call.start(start);
  Error error = failure();
  const Step wait = call.fail(error, start + 1s);
  CHECK(wait.kind == Kind::wait);
  CHECK(wait.until == start + 6s);
  CHECK(call.resume(start + 6s).kind == Kind::attempt);
  CHECK(three.ctx.attempt() == 2);
  call.succeed(start + 7s);
  CHECK(read_journal() == "+a +b +c -c -b +c =c =b =a");
  CHECK(three.c.used_scopes == 0);
  CHECK(three.clean());
}

TEST_CASE("what the failed attempt reported is forgotten before the next one", "[call]") {
  Three three;
  three.b.verdicts = {Verdict::again_after(1s)};
  Three::Machine call{three.policies, three.ctx};
  (void)call.start(start);
  three.ctx.usage = {10, 20};
  three.ctx.hints.requests.remaining = 3;
  Error error = failure();
  (void)call.fail(error, start);
  CHECK_FALSE(three.ctx.usage.known());
  CHECK(three.ctx.hints.requests.remaining == -1);
}

TEST_CASE("a policy that rejects is not settled, the ones around it are", "[call]") {
  const Admission rejection = Admission::reject(Fault::saturated, Reason::open, 3s);
  Three three;
  SECTION("the outermost") {
    three.a.answers = {rejection};
    Three::Machine call{three.policies, three.ctx};
    CHECK(call.start(start).kind == Kind::done);
    CHECK(read_journal() == "a!");
    CHECK(call.take_refusal().policy == "a");
  }
  SECTION("the middle") {
    three.b.answers = {rejection};
    Three::Machine call{three.policies, three.ctx};
    CHECK(call.start(start).kind == Kind::done);
    CHECK(read_journal() == "+a b! -a");
    CHECK(call.take_refusal().policy == "b");
  }
  SECTION("the innermost") {
    three.c.answers = {rejection};
    Three::Machine call{three.policies, three.ctx};
    CHECK(call.start(start).kind == Kind::done);
    CHECK(read_journal() == "+a +b c! -b -a");
    const Error error = call.take_refusal();
    CHECK(error.policy == "c");
    CHECK(error.fault == Fault::saturated);
    CHECK(error.reason == Reason::open);
    CHECK(error.retry_after == 3s);
    CHECK(error.provider.empty());
    CHECK(error.history.empty());
  }
  CHECK(three.ctx.attempt() == 0);
  CHECK(three.clean());
}

TEST_CASE("a rejection inside a policy that repeats may be tried again", "[call]") {
  Three three;
  three.c.answers = {Admission::reject(Fault::saturated, Reason::none)};
  three.b.verdicts = {Verdict::again_after(1s)};
  Three::Machine call{three.policies, three.ctx};
  CHECK(call.start(start).kind == Kind::wait);
  CHECK_FALSE(call.refused());
  CHECK(call.resume(start + 1s).kind == Kind::attempt);
  call.succeed(start + 1s);
  CHECK(read_journal() == "+a +b c! -b +c =c =b =a");
  CHECK(three.clean());
}

TEST_CASE("a call whose deadline is over makes no attempt", "[call]") {
  Three three;
  three.ctx.deadline = start;
  Three::Machine call{three.policies, three.ctx};
  CHECK(call.start(start).kind == Kind::done);
  CHECK(read_journal() == "+a +b +c -c -b -a");
  CHECK(call.take_refusal().fault == Fault::deadline_exceeded);
  CHECK(three.ctx.attempt() == 0);
  CHECK(three.clean());
}

TEST_CASE("a success beats a stop request that comes too late", "[call]") {
  Three three;
  std::stop_source source;
  three.ctx.stop = source.get_token();
  Three::Machine call{three.policies, three.ctx};
  (void)call.start(start);
  source.request_stop();
  call.succeed(start + 1s);
  CHECK_FALSE(call.refused());
  CHECK(read_journal() == "+a +b +c =c =b =a");
}
