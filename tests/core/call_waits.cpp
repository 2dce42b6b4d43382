// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The call machine, driven by hand: waits, what ends them, and calls that are dropped half-way.

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

TEST_CASE("a retry that is woken early goes on waiting for its time", "[call]") {
  Three three;
  three.b.verdicts = {Verdict::again_after(5s)};
  Three::Machine call{three.policies, three.ctx};
  (void)call.start(start);
  Error error = failure();
  (void)call.fail(error, start);
  const Step early = call.resume(start + 2s);
  CHECK(early.kind == Kind::wait);
  CHECK(early.until == start + 5s);
  CHECK(call.resume(start + 5s).kind == Kind::attempt);
}

TEST_CASE("a wait is asked about again and then goes through", "[call]") {
  Three three;
  three.b.answers = {Admission::wait_until(start + 2s), Admission::wait_until(start + 4s)};
  Three::Machine call{three.policies, three.ctx};
  const Step first = call.start(start);
  CHECK(first.kind == Kind::wait);
  CHECK(first.until == start + 2s);
  const Step second = call.resume(start + 2s);
  CHECK(second.kind == Kind::wait);
  CHECK(second.until == start + 4s);
  CHECK(call.resume(start + 4s).kind == Kind::attempt);
  call.succeed(start + 5s);
  CHECK(read_journal() == "+a +b ?b ?b +c =c =b =a");
  CHECK(three.clean());
}

TEST_CASE("a policy that waited and then rejects holds nothing", "[call]") {
  Three three;
  three.b.answers = {Admission::wait_until(start + 2s),
                     Admission::reject(Fault::throttled, Reason::over_quota)};
  Three::Machine call{three.policies, three.ctx};
  (void)call.start(start);
  CHECK(call.resume(start + 2s).kind == Kind::done);
  CHECK(read_journal() == "+a +b b! -a");
  CHECK(call.take_refusal().fault == Fault::throttled);
  CHECK(three.clean());
}

TEST_CASE("a stop request during a wait releases the level that waits and settles the others", "[call]") {
  Three three;
  std::stop_source source;
  three.ctx.stop = source.get_token();
  three.c.answers = {Admission::wait_for_wake(Reason::over_quota)};
  Three::Machine call{three.policies, three.ctx};
  CHECK(call.start(start).kind == Kind::wait);
  source.request_stop();
  CHECK(call.resume(start + 1s).kind == Kind::done);
  CHECK(read_journal() == "+a +b +c ~c -b -a");
  const Error error = call.take_refusal();
  CHECK(error.fault == Fault::cancelled);
  CHECK(error.policy == "c");
  CHECK(three.clean());
}

TEST_CASE("a deadline that comes during a wait releases the level that waits and settles the others",
          "[call]") {
  Three three;
  three.ctx.deadline = start + 10s;
  three.a.answers = {Admission::wait_for_wake(Reason::over_quota)};
  Three::Machine call{three.policies, three.ctx};
  const Step wait = call.start(start);
  CHECK(wait.kind == Kind::wait);
  CHECK(wait.until == start + 10s);
  CHECK(call.resume(start + 10s).kind == Kind::done);
  CHECK(read_journal() == "+a ~a");
  const Error error = call.take_refusal();
  CHECK(error.fault == Fault::deadline_exceeded);
  CHECK(error.policy == "a");
  CHECK(error.reason == Reason::over_quota);
  CHECK(three.clean());
}

TEST_CASE("a wait that would pass the deadline is not begun", "[call]") {
  Three three;
  three.ctx.deadline = start + 10s;
  three.b.answers = {Admission::wait_until(start + 10s, Reason::frozen)};
  Three::Machine call{three.policies, three.ctx};
  CHECK(call.start(start).kind == Kind::done);
  CHECK(read_journal() == "+a +b ~b -a");
  const Error error = call.take_refusal();
  CHECK(error.fault == Fault::deadline_exceeded);
  CHECK(error.policy == "b");
  CHECK(error.reason == Reason::frozen);
  CHECK(three.clean());
}

TEST_CASE("a call that is already cancelled makes no attempt and does not wait", "[call]") {
  Three three;
  std::stop_source source;
  source.request_stop();
  three.ctx.stop = source.get_token();
  SECTION("without a wait") {}
  SECTION("with one") { three.c.answers = {Admission::wait_until(start + 1s)}; }
  Three::Machine call{three.policies, three.ctx};
  CHECK(call.start(start).kind == Kind::done);
  CHECK(call.take_refusal().fault == Fault::cancelled);
  CHECK(three.ctx.attempt() == 0);
  CHECK(three.clean());
}

TEST_CASE("a call that is dropped releases what it holds, each level once", "[call]") {
  Three three;
  SECTION("before it starts") {
    {
      const Three::Machine call{three.policies, three.ctx};
    }
    CHECK(read_journal().empty());
  }
  SECTION("during an attempt") {
    {
      Three::Machine call{three.policies, three.ctx};
      (void)call.start(start);
    }
    CHECK(read_journal() == "+a +b +c ~c ~b ~a");
  }
  SECTION("while it waits to be admitted") {
    three.b.answers = {Admission::wait_until(start + 1s)};
    {
      Three::Machine call{three.policies, three.ctx};
      (void)call.start(start);
    }
    CHECK(read_journal() == "+a +b ~b ~a");
  }
  SECTION("while it waits for a retry") {
    three.b.verdicts = {Verdict::again_after(1s)};
    {
      Three::Machine call{three.policies, three.ctx};
      (void)call.start(start);
      Error error = failure();
      (void)call.fail(error, start);
    }
    CHECK(read_journal() == "+a +b +c -c -b ~b ~a");
  }
  SECTION("after it ended") {
    {
      Three::Machine call{three.policies, three.ctx};
      (void)call.start(start);
      call.succeed(start);
    }
    CHECK(read_journal() == "+a +b +c =c =b =a");
  }
  CHECK(three.clean());
}
