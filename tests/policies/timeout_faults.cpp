// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Whose time was over: a Timeout's own limit, the caller's deadline, or the caller who gave up.

#include <aramid/aramid.hpp>

#include "desk.hpp"
#include "support/catch.hpp"
#include "support/spy.hpp"

using namespace desk;
using support::Spy;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Script = Scripted<int>;
using Now = Backoff<Constant, NoJitter, 1s, 60s>;

testing::Act<int> silence() {
  testing::Act<int> act{fail(Fault::unknown)};
  act.hangs = true;
  return act;
}

/// What becomes of `fault` in a settle at `now`, of a Timeout<30s> admitted at 10 s under this deadline.
struct Settled {
  Fault fault;
  Instant deadline = Instant::max();
  Instant now = at(40s);
  bool attempted = true;
  Phase phase = Phase::none;

  [[nodiscard]] Verdict verdict() const {
    Timeout<30s> timeout;
    Caller call{timeout};
    call.ctx.deadline = deadline;
    (void)call.ask(at(10s));
    if (attempted) call.send();
    Error error = error_of(fault);
    error.phase = phase;
    const Verdict verdict = call.fail(now, error);
    CHECK(call.ctx.deadline == deadline);
    CHECK_FALSE(verdict.again);
    return verdict;
  }
  [[nodiscard]] Fault renamed() const {
    const Verdict given = verdict();
    return given.renames ? given.fault : fault;
  }
};

/// The fault of a call that hangs, with this deadline.
template <class Client>
Error hang(Client& client, ManualClock& clock, Duration deadline) {
  Context ctx{clock};
  if (deadline != Duration::max()) ctx.deadline = clock.now() + deadline;
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer);
  CHECK(clock.now() <= ctx.deadline);
  return answer.error();
}

}  // namespace

TEST_CASE("a limit that is reached is timed out, with the phase total") {
  const Verdict verdict = Settled{Fault::timed_out}.verdict();
  CHECK(verdict.renames);
  CHECK(verdict.fault == Fault::timed_out);
  CHECK(verdict.phase == Phase::total);
}

TEST_CASE("a provider that times out before the limit keeps its own word for it") {
  CHECK_FALSE(Settled{.fault = Fault::timed_out, .now = at(40s) - 1ns}.verdict().renames);
  CHECK_FALSE(
      Settled{.fault = Fault::timed_out, .deadline = at(20s), .now = at(20s) - 1ns}.verdict().renames);
}

TEST_CASE("a caller's deadline that is nearer than the limit is exceeded, not timed out") {
  CHECK(Settled{.fault = Fault::timed_out, .deadline = at(20s), .now = at(20s)}.renamed() ==
        Fault::deadline_exceeded);
  CHECK(Settled{.fault = Fault::timed_out, .deadline = at(40s)}.renamed() == Fault::deadline_exceeded);
  CHECK(Settled{.fault = Fault::timed_out, .deadline = at(40s) + 1ns}.renamed() == Fault::timed_out);
  CHECK(Settled{.fault = Fault::deadline_exceeded, .deadline = at(20s)}.renamed() ==
        Fault::deadline_exceeded);
}

TEST_CASE("a wait that is cut off after an attempt is timed out, before any attempt it is not") {
  CHECK(Settled{.fault = Fault::deadline_exceeded}.renamed() == Fault::timed_out);
  CHECK(Settled{.fault = Fault::deadline_exceeded, .attempted = false}.renamed() == Fault::deadline_exceeded);
  CHECK(Settled{.fault = Fault::deadline_exceeded, .now = at(39s)}.renamed() == Fault::deadline_exceeded);
}

TEST_CASE("a limit on a phase that was reached stays that phase's, whatever the time") {
  for (const Phase phase : {Phase::connect, Phase::first_output, Phase::idle, Phase::silence}) {
    CHECK_FALSE(Settled{.fault = Fault::timed_out, .phase = phase}.verdict().renames);
    CHECK_FALSE(Settled{.fault = Fault::timed_out, .deadline = at(20s), .phase = phase}.verdict().renames);
  }
}

TEST_CASE("no other fault is renamed, however late") {
  for (std::size_t row = 0; row < fault_count; ++row) {
    const auto fault = static_cast<Fault>(row);
    if (fault == Fault::timed_out || fault == Fault::deadline_exceeded) continue;
    CHECK_FALSE(Settled{.fault = fault, .now = at(90s)}.verdict().renames);
    CHECK_FALSE(Settled{.fault = fault, .deadline = at(20s), .now = at(90s)}.verdict().renames);
  }
}

TEST_CASE("an attempt that reaches its own limit is retried, one that reaches the caller's deadline is not") {
  ManualClock clock;
  Script script{silence()};
  Resilient<Script, Retry<3, Now>, Timeout<10s>> client{script};
  CHECK(hang(client, clock, Duration::max()).fault == Fault::timed_out);
  CHECK(script.calls() == 4);
  CHECK(hang(client, clock, 7s).fault == Fault::deadline_exceeded);
  CHECK(script.calls() == 5);
}

TEST_CASE("the caller's deadline is exceeded in a stack without a Timeout, too") {
  ManualClock clock;
  Script script{silence()};
  Resilient<Script, Now> retries{script};
  CHECK(hang(retries, clock, 5s).fault == Fault::deadline_exceeded);
  Resilient<Script, Spy<'t', false, false>> clockless{script};
  CHECK(hang(clockless, clock, 5s).fault == Fault::deadline_exceeded);
  Resilient<Resilient<Script, Now>, Breaker<1, 60s, 1>> nested{script};
  CHECK(hang(nested, clock, 5s).fault == Fault::deadline_exceeded);
  Failover<Priority, Script, Resilient<Script, Now>> several{script, script};
  CHECK(hang(several, clock, 5s).fault == Fault::deadline_exceeded);
  Resilient<Failover<Priority, Script, Script>, Breaker<1, 60s, 1>> around{args(script, script)};
  CHECK(hang(around, clock, 5s).fault == Fault::deadline_exceeded);
}

TEST_CASE("a provider's own timeout before the deadline is the provider's") {
  ManualClock clock;
  Script script{failing(Fault::timed_out)};
  Resilient<Script, Breaker<5, 60s, 1>> client{script};
  Context ctx{clock};
  ctx.deadline = clock.now() + 1s;
  CHECK(client(0, ctx).error().fault == Fault::timed_out);
}

TEST_CASE("a caller who gives up is neither: cancelled stays cancelled at the limit") {
  ManualClock clock;
  std::stop_source source;
  auto provider = [&](int, Context& ctx) -> Outcome<int> {
    clock.advance_to(ctx.deadline);
    source.request_stop();
    return fail(Fault::cancelled);
  };
  Resilient<decltype(provider), Retry<3, Now>, Breaker<1, 60s, 1>, Timeout<10s>> client{provider};
  Context ctx{clock};
  ctx.stop = source.get_token();
  CHECK(client(0, ctx).error().fault == Fault::cancelled);
  CHECK(breaker(client).failures() == 0);
}

TEST_CASE("no time left on entry is deadline_exceeded at once, and the provider is not asked") {
  ManualClock clock;
  Script script{{1}};
  Resilient<Script, Timeout<90s>, Retry<3, Now>, Breaker<1, 60s, 1>, Timeout<30s>> client{script};
  for (const Duration left : {0s, -1s}) {
    Context ctx{clock};
    ctx.deadline = clock.now() + left;
    const Instant before = clock.now();
    CHECK(client(0, ctx).error().fault == Fault::deadline_exceeded);
    CHECK(clock.now() == before);
  }
  CHECK(script.calls() == 0);
  CHECK(breaker(client).failures() == 0);
}

TEST_CASE("what a breaker learns: its Timeout's own limit, but not a caller in a hurry") {
  ManualClock clock;
  Script script{silence()};
  Resilient<Script, Breaker<9, 60s, 1>, Timeout<10s>> client{script};
  (void)hang(client, clock, Duration::max());
  CHECK(breaker(client).failures() == 1);
  (void)hang(client, clock, 5s);
  CHECK(breaker(client).failures() == 1);
  (void)hang(client, clock, 11s);
  CHECK(breaker(client).failures() == 2);
}

TEST_CASE("without a Timeout the caller's deadline is all that a breaker has to go by") {
  ManualClock clock;
  Script script{silence()};
  Resilient<Script, Breaker<9, 60s, 1>> client{script};
  CHECK(hang(client, clock, 5s).fault == Fault::deadline_exceeded);
  CHECK(breaker(client).failures() == 1);
  // Also when the breaker stands around the client that was too late.
  Resilient<Resilient<Script, Now>, Breaker<9, 60s, 1>> around{script};
  CHECK(hang(around, clock, 5s).fault == Fault::deadline_exceeded);
  CHECK(breaker(around).failures() == 1);
}

TEST_CASE("a queue of ours that is too slow is no evidence against the provider") {
  ManualClock clock;
  Script script{{1}};
  Resilient<Script, Breaker<1, 60s, 1>, Timeout<10s>, Spy<'q'>> client{script};
  auto& queue = client.template policy<2>();
  Context ctx{clock};
  queue.answers = {Admission::wait_until(clock.now() + 20s, Reason::over_quota)};
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::deadline_exceeded);
  CHECK(answer.error().policy == "q");
  CHECK(answer.error().reason == Reason::over_quota);
  CHECK(breaker(client).failures() == 0);
  CHECK(script.calls() == 0);
}

TEST_CASE("a Timeout around several providers: its limit ends the call, wherever it is") {
  ManualClock clock;
  Script first{silence()};
  Script second{silence()};
  Resilient<Failover<Priority, Resilient<Script, Timeout<6s>>, Resilient<Script, Timeout<6s>>>, Timeout<10s>>
      client{args(first, second)};
  const Instant before = clock.now();
  const Error error = hang(client, clock, Duration::max());
  CHECK(error.fault == Fault::timed_out);
  CHECK(error.phase == Phase::total);
  CHECK(clock.now() - before == Duration{10s});
  CHECK(second.calls() == 1);
  CHECK(error.history.size() == 2);
  CHECK(hang(client, clock, 8s).fault == Fault::deadline_exceeded);
}

TEST_CASE("a client that is called from inside another's provider leaves the fault to the outer Timeout") {
  ManualClock clock;
  Script script{silence()};
  Resilient<Script, Now> inner{script};
  auto provider = [&](int request, Context& ctx) { return inner(request, ctx); };
  Resilient<decltype(provider), Timeout<10s>> outer{provider};
  CHECK(hang(outer, clock, Duration::max()).fault == Fault::timed_out);
  CHECK(hang(outer, clock, 5s).fault == Fault::deadline_exceeded);
}

TEST_CASE("output that breaks off at the limit is interrupted, and says at which") {
  ManualClock clock;
  auto provider = [&](int, Context& ctx) -> Outcome<int> {
    ctx.commit();
    ctx.wait(ctx.deadline);
    return timed_out(Phase::total);
  };
  Resilient<decltype(provider), Retry<3, Now>, Timeout<10s>> client{provider};
  const Error error = hang(client, clock, Duration::max());
  CHECK(error.fault == Fault::interrupted);
  CHECK(error.phase == Phase::total);
}

TEST_CASE("deadlines nest and only shrink, over three clients") {
  ManualClock clock{1, at(0s)};
  std::vector<Instant> seen;
  auto provider = [&](int, Context& ctx) -> Outcome<int> {
    seen.push_back(ctx.deadline);
    ctx.wait(ctx.deadline);
    return fail(Fault::timed_out);
  };
  using Inner = Resilient<decltype(provider), Timeout<4s>>;
  using Middle = Resilient<Inner, Retry<2, Now>, Timeout<20s>>;
  Resilient<Middle, Timeout<12s>> client{provider};
  Context ctx{clock};
  ctx.deadline = at(100s);
  CHECK(client(0, ctx).error().fault == Fault::timed_out);
  CHECK(seen == std::vector<Instant>{at(4s), at(9s), at(12s)});
  CHECK(ctx.deadline == at(100s));
}
