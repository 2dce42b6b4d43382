// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The laws that every policy keeps, as a suite over a policy type. Each law drives the policy through a
// client on a manual clock, with a watcher on both sides of it.

#pragma once

#include "support/catch.hpp"
#include "support/spy.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <functional>
#include <initializer_list>

namespace laws {

using namespace aramid;
using namespace std::chrono_literals;
using support::Spy;
using testing::ManualClock;

// A provider that does what the test of the moment says.
struct Puppet {
  static constexpr Name name = "puppet";
  std::function<Outcome<int>(Context&)>* act = nullptr;
  Outcome<int> operator()(const int&, Context& ctx) { return (*act)(ctx); }
};

// Outside it a watcher that may not repeat, inside it another one: what the policy does to both is recorded.
template <class P>
using Watched = Resilient<Puppet, Spy<'o'>, P, Spy<'i'>>;

template <class P>
struct Stage {
  ManualClock clock;
  std::function<Outcome<int>(Context&)> act = [](Context&) -> Outcome<int> { return 1; };
  Watched<P> client{Puppet{&act}};

  Spy<'o'>& outside() { return client.template policy<0>(); }
  P& policy() { return client.template policy<1>(); }
  Spy<'i'>& inside() { return client.template policy<2>(); }

  Outcome<int> call(Context& ctx) {
    support::journal().clear();
    return client(0, ctx);
  }
  // Both watchers were admitted and let go equally often.
  bool balanced() {
    return outside().live == 0 && inside().live == 0 && outside().breaches == 0 && inside().breaches == 0;
  }
};

// The call that a fresh policy lets through at once: whatever came before, the policy holds nothing any more.
template <class P>
bool lets_a_call_through(Stage<P>& stage) {
  stage.act = [](Context&) -> Outcome<int> { return 1; };
  stage.clock.advance(1h);
  Context ctx = stage.clock.context();
  return stage.call(ctx).has_value();
}

template <class P>
void settles_or_releases_once_on_every_path() {
  const auto path = [](const char* name, auto prepare) {
    INFO(name);
    Stage<P> stage;
    Context ctx = stage.clock.context();
    ctx.deadline = stage.clock.now() + 10min;  // some of them retry for ever
    std::stop_source source;
    ctx.stop = source.get_token();
    prepare(stage, ctx, source);
    try {
      (void)stage.call(ctx);
    } catch (int) {
    }
    CHECK(stage.balanced());
    CHECK(ctx.budgets.charge(nullptr, stage.clock.now()));  // a budget that refuses is no longer asked
    CHECK(stage.clock.now() <= ctx.deadline);
    CHECK(lets_a_call_through(stage));
    CHECK(stage.balanced());
  };
  using S = Stage<P>;
  path("success", [](S&, Context&, std::stop_source&) {});
  path("failure", [](S& s, Context&, std::stop_source&) {
    s.act = [](Context&) -> Outcome<int> { return fail(Fault::unavailable, 503); };
  });
  path("failure of the caller", [](S& s, Context&, std::stop_source&) {
    s.act = [](Context&) -> Outcome<int> { return fail(Fault::invalid_request, 400); };
  });
  path("exception",
       [](S& s, Context&, std::stop_source&) { s.act = [](Context&) -> Outcome<int> { throw 1; }; });
  path("exception in a retry", [](S& s, Context&, std::stop_source&) {
    s.act = [](Context& ctx) -> Outcome<int> {
      if (ctx.attempt() > 1) throw 1;
      return fail(Fault::unavailable, 503);
    };
  });
  path("cancelled before", [](S&, Context&, std::stop_source& source) { source.request_stop(); });
  path("cancelled during the attempt", [](S& s, Context&, std::stop_source& source) {
    s.act = [&source](Context&) -> Outcome<int> {
      source.request_stop();
      return fail(Fault::cancelled);
    };
  });
  path("stopped, and the attempt failed", [](S& s, Context&, std::stop_source& source) {
    s.act = [&source](Context&) -> Outcome<int> {
      source.request_stop();
      return fail(Fault::unavailable);
    };
  });
  path("late deadline", [](S& s, Context& ctx, std::stop_source&) {
    ctx.deadline = s.clock.now() + 3s;
    s.act = [](Context& call) -> Outcome<int> {
      call.wait(call.deadline);
      return fail(Fault::timed_out);
    };
  });
  path("deadline over", [](S& s, Context& ctx, std::stop_source&) { ctx.deadline = s.clock.now(); });
  path("rejected further in", [](S& s, Context&, std::stop_source&) {
    s.inside().answers = {Admission::reject(Fault::saturated, Reason::none)};
  });
  path("held back further in", [](S& s, Context&, std::stop_source&) {
    s.inside().answers = {Admission::wait_until(s.clock.now() + 1s)};
  });
  path("cut off further in", [](S& s, Context& ctx, std::stop_source&) {
    ctx.deadline = s.clock.now() + 1s;
    s.inside().answers = {Admission::wait_until(s.clock.now() + 5s)};
  });
}

template <class P>
void never_waits_past_the_deadline() {
  for (const Duration time : std::initializer_list<Duration>{1ns, 1ms, 900ms, 1s, 5s, 40s}) {
    Stage<P> stage;
    stage.act = [](Context&) -> Outcome<int> { return fail(Fault::unavailable, 503); };
    for (int i = 0; i < 8; ++i) {
      Context ctx = stage.clock.context();
      ctx.deadline = saturating_add(stage.clock.now(), time);
      (void)stage.call(ctx);
      CHECK(stage.clock.now() <= ctx.deadline);
    }
  }
}

template <class P>
void puts_the_deadline_back() {
  Stage<P> stage;
  const Instant deadline = stage.clock.now() + 1h;
  const PhaseLimits limits{.connect = 1500ms, .idle = 1h};
  for (const bool fails : {false, true}) {
    Context ctx = stage.clock.context();
    ctx.deadline = deadline;
    ctx.phases = &limits;
    Instant inner{};
    PhaseLimits within = limits;  // what a policy that refuses the call leaves
    stage.act = [&](Context& call) -> Outcome<int> {
      inner = call.deadline;
      within = *call.phases;
      if (fails) return fail(Fault::invalid_request);
      return 1;
    };
    (void)stage.call(ctx);
    CHECK(inner <= deadline);
    CHECK(ctx.deadline == deadline);
    CHECK(shorter(within, limits) == within);
    CHECK(ctx.phases == &limits);
  }
}

template <class P>
void never_repeats_a_committed_call() {
  Stage<P> stage;
  int calls = 0;
  stage.act = [&](Context& ctx) -> Outcome<int> {
    ++calls;
    ctx.commit();
    return fail(Fault::connection_lost);
  };
  Context ctx = stage.clock.context();
  CHECK(stage.call(ctx).error().fault == Fault::interrupted);
  CHECK(calls == 1);
}

template <class P>
void keeps_to_the_ceiling() {
  for (unsigned most = 1; most < 4; ++most) {
    Stage<P> stage;
    unsigned calls = 0;
    stage.act = [&](Context&) -> Outcome<int> {
      ++calls;
      return fail(Fault::unavailable);
    };
    Context ctx = stage.clock.context();
    ctx.max_attempts = most;
    (void)stage.call(ctx);
    CHECK(calls <= most);
  }
}

// Told its own contract by hand: earlier times, the ends of the time line, scopes that are new each time.
template <class P>
void survives_any_instant() {
  Stage<P> stage;
  P& policy = stage.policy();
  const Instant instants[] = {Instant::max(), Instant::min(),       Instant{},  Instant{1h}, Instant{1s},
                              Instant{-1h},   Instant::max() - 1ns, Instant{2s}};
  for (const Instant in : instants) {
    for (const Instant out : instants) {
      Context ctx = stage.clock.context();
      typename P::Scope scope{};
      const Admission answer = policy.admit(scope, ctx, in);
      if (answer.kind == Admission::Kind::reject) continue;
      if (answer.kind == Admission::Kind::wait) {
        policy.release(scope, ctx);
        continue;
      }
      Error error;
      error.fault = Fault::unavailable;
      error.retry_after = Duration::max();
      const bool failed = out < in;
      const Verdict verdict = policy.settle(scope, ctx, failed ? &error : nullptr, out);
      CHECK(verdict.after >= Duration::zero());
      if (verdict.again) policy.release(scope, ctx);
      CHECK_FALSE(ctx.listeners.want(EventKind::attempt_failed));
    }
  }
}

}  // namespace laws
