// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A policy in the shadow: what it says, and that nothing comes of it.

#include "retry_run.hpp"

using namespace desk;

namespace {

using Quick = Retry<3, Backoff<Constant, NoJitter, 1s, 1s>>;
using Tripping = Breaker<2, 10s, 1>;
constexpr Instant start{1000s};

struct Ear : Listener {
  std::vector<Event> heard;
  Ear() : Listener{static_cast<EventMask>(0xFFFF), &hear} {}
  static void hear(Listener& self, const Event& event) noexcept {
    static_cast<Ear&>(self).heard.push_back(event);
  }
  int count(EventKind kind) const {
    int n = 0;
    for (const Event& event : heard) n += event.kind == kind ? 1 : 0;
    return n;
  }
  const Event& last() const { return heard.back(); }
};

/// How a breaker of the same numbers that is not in the shadow sees the same calls.
template <class Policy>
bool call(Policy& policy, Instant now, bool fails) {
  Caller caller{policy};
  if (!caller.enter(now)) return false;
  if (fails) {
    caller.fail(now);
  } else {
    caller.succeed(now);
  }
  return true;
}

}  // namespace

TEST_CASE("a breaker in the shadow refuses nobody, and is open as long as a real one would be") {
  Shadow<Tripping> shadow;
  Tripping real;
  SplitMix64 draw{5};
  std::uint64_t refused = 0;
  Instant now = start;
  for (int i = 0; i < 5000; ++i) {
    now += Duration{draw() % 3'000'000'000};
    const bool fails = draw() % 3 != 0;
    refused += call(real, now, fails) ? 0 : 1;
    REQUIRE(call(shadow, now, fails));
    REQUIRE(shadow.inner().state(now) == real.state(now));
    REQUIRE(shadow.counts().rejected == refused);
  }
  CHECK(refused > 100);
  CHECK(shadow.counts().admitted == 5000 - refused);
}

TEST_CASE("what it would have refused is told with fault, reason and numbers, and only that") {
  Run run;
  Ear ear;
  Resilient<Failing, Shadow<Tripping>> client{run.failing(Fault::unavailable)};
  for (int i = 0; i < 3; ++i) {
    Context ctx = Context{run.clock};
    ctx.listeners.link(ear);
    const auto answer = client(0, ctx);
    CHECK(answer.error().fault == Fault::unavailable);
    CHECK(answer.error().policy.empty());
  }
  CHECK(run.begun.size() == 3);
  CHECK(shadow_of<BreakerTag>(client).counts().rejected == 1);
  CHECK(breaker(client).state(run.clock.now()) == BreakerState::open);
  REQUIRE(ear.count(EventKind::shadowed) == 1);
  CHECK(ear.count(EventKind::breaker_moved) == 0);
  CHECK(ear.count(EventKind::rejected) == 0);
  for (const Event& event : ear.heard) {
    if (event.kind != EventKind::shadowed) continue;
    CHECK(event.fault == Fault::circuit_open);
    CHECK(event.reason == Reason::open);
    CHECK(event.policy == "Breaker");
    CHECK(event.measured == 2);
    CHECK(event.limit == 2);
  }
}

TEST_CASE("a limiter in the shadow makes nobody wait, and counts what it would have admitted at once") {
  Run run;
  Failing well = run.failing(Fault::unavailable);
  well.succeed_at = 0;
  Ear ear;
  Resilient<Failing, Shadow<Limiter<SlidingWindow, RPM<2>>>> client{well};
  const Instant began = run.clock.now();
  for (int i = 0; i < 5; ++i) {
    Context ctx = Context{run.clock};
    ctx.listeners.link(ear);
    CHECK(client(0, ctx));
  }
  CHECK(run.clock.now() == began);
  CHECK(shadow_of<LimiterTag>(client).counts().admitted == 2);
  CHECK(shadow_of<LimiterTag>(client).counts().waited == 3);
  CHECK(limiter(client).used(Unit::requests, run.clock.now()) == 2);
  CHECK(limiter(client).waiting() == 0);
  REQUIRE(ear.count(EventKind::shadowed) == 3);
  for (const Event& event : ear.heard) {
    if (event.kind == EventKind::shadowed) CHECK(event.duration == 60s);
  }
}

TEST_CASE("retries in the shadow are counted and not made") {
  Run run;
  Ear ear;
  Resilient<Failing, Shadow<Quick>> client{run.failing(Fault::unavailable)};
  Context ctx = Context{run.clock};
  ctx.listeners.link(ear);
  const auto answer = client(0, ctx);
  CHECK(answer.error().reason == Reason::none);
  CHECK(run.begun.size() == 1);
  CHECK(shadow_of<Quick>(client).counts().retried == 1);
  CHECK(ear.count(EventKind::shadowed) == 1);
  CHECK(ear.last().duration == 1s);
  STATIC_REQUIRE(max_attempts<decltype(client)>() == 1);
  CHECK(client.attempts_allowed() == 1);
}

TEST_CASE("a time limit in the shadow moves no deadline, and counts what it would have cut") {
  Shadow<Timeout<5s>> policy;
  Caller slow{policy};
  slow.ctx.deadline = start + 1min;
  REQUIRE(slow.enter(start));
  CHECK(slow.ctx.deadline == start + 1min);
  slow.succeed(start + 5s);
  CHECK(slow.ctx.deadline == start + 1min);
  CHECK(policy.counts().timed_out == 1);
  Caller quick{policy};
  REQUIRE(quick.enter(start));
  quick.fail(start + 4s);
  CHECK(quick.ctx.deadline == Instant::max());
  CHECK(policy.counts().timed_out == 1);
  Caller hurried{policy};  // its own deadline is nearer
  hurried.ctx.deadline = start + 2s;
  REQUIRE(hurried.enter(start));
  hurried.fail(start + 9s);
  CHECK(policy.counts().timed_out == 1);
  STATIC_REQUIRE(worst_case<Resilient<Failing, Shadow<Timeout<5s>>>>() == unbounded);
}

TEMPLATE_TEST_CASE("a budget in the shadow pays for everything, and counts what it would have refused", "",
                   (RetryBudget<0, 60s, 0>), (RetryQuota<1, 1, 1>), (GrpcThrottle<1, 1>)) {
  Run run;
  Resilient<Failing, Shadow<TestType>, Quick> client{run.failing(Fault::unavailable)};
  for (int i = 0; i < 2; ++i) {
    Context ctx = Context{run.clock};
    CHECK_FALSE(client(0, ctx));
  }
  CHECK(run.begun.size() == 8);
  CHECK(shadow_of<RetryBudgetTag>(client).counts().unpaid >= 5);
  CHECK(retry_budget(client).balance(run.clock.now()) == 0);
}

TEST_CASE("a budget in the shadow takes back what a real one refuses") {
  Run run;
  Resilient<Failing, RetryQuota<2, 1, 1>, Shadow<RetryQuota<5, 1, 1>>, Quick> client{
      run.failing(Fault::unavailable)};
  Context ctx = Context{run.clock};
  CHECK_FALSE(client(0, ctx));
  CHECK(run.begun.size() == 3);
  CHECK(client.policy<1>().inner().available() == 3);
  CHECK(client.policy<1>().counts().unpaid == 0);
}
