// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How hedged calls end: what each failure lets follow, whose outcome the caller gets, and what is counted.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/hedge.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <functional>
#include <latch>
#include <semaphore>
#include <stop_token>
#include <thread>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;
using Script = testing::Scripted<int>;

namespace {

constexpr Span never{Duration::max()};

/// How often a provider that always fails like this is asked, with up to three more attempts.
template <class Where>
unsigned asked(std::unexpected<Error> failure) {
  ManualClock clock;
  const Instant begin = clock.now();
  Script script{{failure}};
  Hedge<Script, After<2s>, 3, Where> client{script};
  Context ctx = clock.context();
  const auto answer = client(0, ctx);
  CHECK(answer.error().fault == failure.error().fault);
  CHECK(clock.now() == begin);
  return script.calls();
}

std::unexpected<Error> with_hint(Fault fault, Duration hint) {
  auto failure = fail(fault);
  failure.error().retry_after = hint;
  return failure;
}

/// Runs until it is told to stop, which it obeys at once; deaf to the deadline.
Outcome<int> until_stopped(Context& ctx) {
  while (!ctx.stop.stop_requested()) ctx.wait(Instant::max());
  return fail(Fault::cancelled);
}

struct Speaks {
  static constexpr Name name = "speaks";
  Outcome<int> operator()(const int&, Context& ctx) const {
    ctx.commit();
    return 1;
  }
};

}  // namespace

TEST_CASE("at the same provider only what its ruling lets be asked again is asked again", "[hedge]") {
  CHECK(asked<SameProvider>(fail(Fault::unavailable)) == 4);
  CHECK(asked<SameProvider>(fail(Fault::overloaded)) == 3);
  CHECK(asked<SameProvider>(fail(Fault::malformed)) == 2);
  CHECK(asked<SameProvider>(fail(Fault::unauthorized)) == 1);
  CHECK(asked<SameProvider>(fail(Fault::quota_exhausted)) == 1);
  CHECK(asked<SameProvider>(fail(Fault::circuit_open)) == 1);
  CHECK(asked<SameProvider>(fail(Fault::unknown)) == 1);
  CHECK(asked<SameProvider>(fail(Fault::invalid_request)) == 1);
}

TEST_CASE("nor before the time that the provider names", "[hedge]") {
  CHECK(asked<SameProvider>(fail(Fault::rate_limited)) == 4);
  CHECK(asked<SameProvider>(with_hint(Fault::rate_limited, 0s)) == 4);
  CHECK(asked<SameProvider>(with_hint(Fault::rate_limited, 30s)) == 1);
  CHECK(asked<SameProvider>(with_hint(Fault::unavailable, 1s)) == 1);
}

TEST_CASE("the next provider is asked what its ruling lets be asked elsewhere", "[hedge]") {
  CHECK(asked<NextProvider>(fail(Fault::unauthorized)) == 4);
  CHECK(asked<NextProvider>(with_hint(Fault::rate_limited, 30s)) == 4);
  CHECK(asked<NextProvider>(fail(Fault::conflict)) == 1);
}

TEST_CASE("a client that has turned to all its providers itself is not asked again", "[hedge]") {
  ManualClock clock;
  Script a{{fail(Fault::unauthorized)}};
  Script b{{fail(Fault::unauthorized)}};
  Hedge<Failover<Priority, Named<"a", Script>, Named<"b", Script>>, After<2s>, 1, NextProvider> client{
      args(a, b)};
  Context ctx = clock.context();
  CHECK_FALSE(client(0, ctx));
  CHECK(a.calls() == 1);
  CHECK(b.calls() == 1);
  ctx.route.failover = false;
  CHECK_FALSE(client(0, ctx));
  CHECK(a.calls() == 2);
  CHECK(b.calls() == 2);
}

TEST_CASE("a failure that launches nothing leaves those under way alone", "[hedge]") {
  for (const Fault fault : {Fault::unauthorized, Fault::circuit_open, Fault::deadline_exceeded}) {
    ManualClock clock;
    const Instant begin = clock.now();
    Script script{{1, 5s}, {fail(fault)}};
    Hedge<Script, After<2s>, 3> client{script};
    Context ctx = clock.context();
    CHECK(client(0, ctx).value() == 1);
    CHECK(clock.now() == begin + 5s);
    CHECK(script.calls() == 2);
  }
}

TEST_CASE("what a loser throws does not replace the answer of the one that has spoken", "[hedge]") {
  std::latch both{2};
  std::latch loser_throws{1};
  std::atomic<int> begun{0};
  std::atomic<bool> gone{false};
  auto provider = [&](const int&, Context& ctx) -> Outcome<int> {
    const bool speaks = begun++ == 0;
    both.arrive_and_wait();
    if (speaks) {
      ctx.commit();
      loser_throws.wait();
      while (!gone) std::this_thread::yield();
      return 1;
    }
    struct Gone {
      std::atomic<bool>& gone;
      ~Gone() { gone = true; }
    } const says{gone};
    while (!ctx.stop.stop_requested()) std::this_thread::yield();
    loser_throws.count_down();
    throw 42;
  };
  Hedge<decltype(provider), After<0s>> client{provider};
  const auto answer = client(0);
  REQUIRE(answer);
  CHECK(answer.value() == 1);
}

TEST_CASE("failures, which may be quick, teach the delay nothing", "[hedge]") {
  ManualClock clock;
  bool down = false;
  auto provider = [&](const int&, Context& ctx) -> Outcome<int> {
    if (down) return fail(Fault::unauthorized);
    const Instant end = ctx.now() + 100ms;
    while (ctx.now() < end) ctx.wait(end);
    return 1;
  };
  Hedge<decltype(provider), AtPercentile<90>> client{provider};
  const auto call_often = [&](int times) {
    for (int i = 0; i < times; ++i) {
      Context ctx = clock.context();
      (void)client(0, ctx);
    }
  };
  call_often(50);
  const Duration delay = client.delay(clock.now());
  CHECK(delay >= 100ms);
  down = true;
  call_often(500);
  down = false;
  CHECK(client.delay(clock.now()) == delay);
  call_often(50);
  CHECK(client.totals().launched == 0);
}

TEST_CASE("calls that end at their deadlines after the delay teach it that the provider is slow", "[hedge]") {
  ManualClock clock;
  Duration takes = 100ms;
  auto provider = [&](const int&, Context& ctx) -> Outcome<int> {
    const Instant end = ctx.now() + takes;
    while (ctx.now() < end && !ctx.stop.stop_requested()) ctx.wait(end);
    return 1;
  };
  Hedge<decltype(provider), AtPercentile<50>> client{provider};
  const auto call_often = [&](int times, Duration within) {
    for (int i = 0; i < times; ++i) {
      Context ctx = clock.context();
      ctx.deadline = clock.now() + within;
      (void)client(0, ctx);
    }
  };
  call_often(30, 10s);
  const Duration delay = client.delay(clock.now());
  CHECK(delay < 200ms);
  takes = 60s;
  call_often(100, 50ms);  // before the delay: it would only make it shorter
  CHECK(client.delay(clock.now()) == delay);
  call_often(100, 1s);
  CHECK(client.delay(clock.now()) >= 1s);
  CHECK(client.totals().launched < 100);
}

TEST_CASE("a budget has back what it paid for an attempt that no thread was there for", "[hedge]") {
  struct Counting : Budget {
    int charged = 0;
    int refunded = 0;
    Counting() : Budget{&answer} {}
    static bool answer(Budget& self, Ask ask, const Error*, Instant) noexcept {
      auto& counting = static_cast<Counting&>(self);
      (ask == Ask::charge ? counting.charged : counting.refunded)++;
      return true;
    }
  } budget;
  ManualClock clock;
  Hedge<Script, After<1s>, 3, SameProvider, 2> client{Script{{1, 10s}}};
  Context ctx = clock.context();
  ctx.budgets.link(budget);
  CHECK(client(0, ctx));
  CHECK(client.totals().launched == 1);
  CHECK(client.totals().refused == 1);
  CHECK(budget.charged == 2);
  CHECK(budget.refunded == 1);
}

TEST_CASE("losers are counted, and those that still run", "[hedge]") {
  std::latch begun{2};
  std::latch open{1};
  std::atomic<int> asked{0};
  auto provider = [&](const int&, Context&) -> Outcome<int> {
    if (asked++ == 2) {
      begun.wait();
      return 1;
    }
    begun.count_down();
    open.wait();
    return 2;
  };
  Hedge<decltype(provider), After<0s>, 2> client{provider};
  CHECK(client(0).value() == 1);
  CHECK(client.totals().launched == 2);
  CHECK(client.totals().lost == 2);
  CHECK(client.losers() == 2);
  open.count_down();
  while (client.losers() != 0) std::this_thread::yield();
  CHECK(client.totals().lost == 2);
}

TEST_CASE("attempts that failed before another one answered have not lost", "[hedge]") {
  ManualClock clock;
  Hedge<Script, After<2s>> client{Script{{fail(Fault::unavailable)}, {1}}};
  Context ctx = clock.context();
  CHECK(client(0, ctx));
  CHECK(client.totals().won == 1);
  CHECK(client.totals().lost == 0);
}

TEST_CASE("the first output is heard once, as that of the attempt that speaks", "[hedge]") {
  struct Hears : Listener {
    int heard = 0;
    Event last{};
    Hears() : Listener{mask_of(EventKind::first_output), &hear} {}
    static void hear(Listener& self, const Event& event) noexcept {
      auto& hears = static_cast<Hears&>(self);
      ++hears.heard;
      hears.last = event;
    }
  } hears;
  Hedge<Hedge<Speaks, After<never>>, After<never>> client{args(Speaks{})};
  Context ctx;
  ctx.listeners.link(hears);
  CHECK(client(0, ctx));
  CHECK(ctx.committed());
  CHECK(hears.heard == 1);
  CHECK(hears.last.attempt == 1);
  CHECK(hears.last.provider == "speaks");
}

TEST_CASE("output that the deadline breaks off is interrupted, not cancelled", "[hedge]") {
  std::stop_source stop;
  bool cancels = false;
  auto provider = [&](const int&, Context& ctx) -> Outcome<int> {
    ctx.commit();
    if (cancels) stop.request_stop();
    return until_stopped(ctx);
  };
  ManualClock clock;
  Hedge<decltype(provider), After<60s>> client{provider};
  Context late = clock.context();
  late.deadline = clock.now() + 10s;
  const auto cut = client(0, late);
  REQUIRE_FALSE(cut);
  CHECK(cut.error().fault == Fault::interrupted);
  CHECK(cut.error().phase == Phase::total);
  cancels = true;
  Context stopped = clock.context();
  stopped.deadline = clock.now() + 10s;
  stopped.stop = stop.get_token();
  CHECK(client(0, stopped).error().fault == Fault::cancelled);
}

TEST_CASE("a deadline or a cancel keeps the history, and a deadline an error that tells more", "[hedge]") {
  std::stop_source stop;
  bool cancels = false;
  std::atomic<int> begun{0};
  auto provider = [&](const int&, Context& ctx) -> Outcome<int> {
    if (begun++ % 2 == 0) return fail(Fault::rate_limited, 429);
    if (cancels) stop.request_stop();
    return until_stopped(ctx);
  };
  ManualClock clock;
  Hedge<decltype(provider), After<2s>> client{provider};
  Context late = clock.context();
  late.deadline = clock.now() + 10s;
  const Error error = client(0, late).error();
  CHECK(error.fault == Fault::rate_limited);
  CHECK(error.status == 429);
  CHECK(error.history.total() == 1);
  CHECK(late.attempt() == 2);
  cancels = true;
  Context stopped = clock.context();
  stopped.stop = stop.get_token();
  const Error own = client(0, stopped).error();
  CHECK(own.fault == Fault::cancelled);
  CHECK(own.history.total() == 1);
}

TEST_CASE("a call that is over before it begins asks nobody", "[hedge]") {
  ManualClock clock;
  Script script{{1}};
  Hedge<Script, After<0s>> client{script};
  Context late = clock.context();
  late.deadline = clock.now();
  CHECK(client(0, late).error().fault == Fault::deadline_exceeded);
  CHECK(script.calls() == 0);
}

TEST_CASE("a race inside another one holds no lock while the outer one stops its attempts", "[hedge]") {
  // The one that is stopped waits, in its stop callback, for a rival of the one that speaks to ask for the word.
  std::latch outer_runs{1};
  std::latch inner_run{2};
  std::binary_semaphore stopping{0};
  std::binary_semaphore rival_has_asked{0};
  std::atomic<bool> rival_may_speak{true};
  std::atomic<bool> got_on{false};
  std::atomic<int> inner_begun{0};
  auto provider = [&](const int&, Context& ctx) -> Outcome<int> {
    const bool speaks = inner_begun++ == 0;
    outer_runs.wait();
    inner_run.arrive_and_wait();
    if (speaks) {
      ctx.commit();
      return 1;
    }
    stopping.acquire();
    rival_may_speak = ctx.commit();
    rival_has_asked.release();
    return fail(Fault::cancelled);
  };
  using Inner = Hedge<decltype(provider), After<0s>>;
  struct First {
    Inner inner;
    std::function<Outcome<int>(Context&)> first;
    std::atomic<int> begun{0};
    First(decltype(provider) p, std::function<Outcome<int>(Context&)> f) : inner{p}, first{std::move(f)} {}
    Outcome<int> operator()(const int& request, Context& ctx) {
      return begun++ == 0 ? first(ctx) : inner(request, ctx);
    }
  };
  const auto waits = [&](Context& ctx) -> Outcome<int> {
    const std::stop_callback on_stop{ctx.stop, [&] {
                                       stopping.release();
                                       got_on = rival_has_asked.try_acquire_for(10s);
                                     }};
    outer_runs.count_down();
    while (!ctx.stop.stop_requested()) std::this_thread::yield();
    return fail(Fault::cancelled);
  };
  Hedge<First, After<0s>> client{args(provider, waits)};
  const auto answer = client(0);
  REQUIRE(answer);
  CHECK(answer.value() == 1);
  CHECK(got_on);
  CHECK_FALSE(rival_may_speak);
}
