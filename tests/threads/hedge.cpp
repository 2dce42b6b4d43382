// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Hedged calls in virtual time: when a further attempt begins, which one wins, and what becomes of the others.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/hedge.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;
using support::contains;
using testing::ManualClock;

namespace {

struct Plan {
  Duration takes{0};
  std::optional<Fault> fault{};
  bool commits = false;
};

/// The n-th attempt goes by the n-th plan; notes when each began and which were told to stop.
struct Course {
  std::mutex mutex;
  std::vector<Plan> plans;
  std::vector<Instant> begun;
  std::vector<int> stopped;
  std::vector<std::string> providers;

  struct Provider {
    Course* course;
    Outcome<int> operator()(const int&, Context& ctx) const {
      int number = 0;
      Plan plan;
      {
        const std::lock_guard lock{course->mutex};
        number = static_cast<int>(course->begun.size());
        course->begun.push_back(ctx.now());
        course->providers.emplace_back(ctx.provider().view());
        plan = course->plans[std::min(static_cast<std::size_t>(number), course->plans.size() - 1)];
      }
      if (plan.commits && !ctx.commit()) return fail(Fault::cancelled);
      const Instant end = ctx.now() + plan.takes;
      while (ctx.now() < end) {
        if (ctx.stop.stop_requested()) {
          const std::lock_guard lock{course->mutex};
          course->stopped.push_back(number);
          return fail(Fault::cancelled);
        }
        ctx.wait(end);
      }
      if (plan.fault) return fail(*plan.fault);
      return number;
    }
  };
};

struct Hears : Listener {
  int hedged = 0;
  int failed = 0;
  Hears() : Listener{mask_of(EventKind::hedged, EventKind::attempt_failed), &hear} {}
  static void hear(Listener& self, const Event& event) noexcept {
    auto& hears = static_cast<Hears&>(self);
    (event.kind == EventKind::hedged ? hears.hedged : hears.failed)++;
  }
};

template <class When, unsigned Hedges = 1>
struct Track {
  ManualClock clock;
  Course course;
  Instant start = clock.now();
  std::optional<Hedge<Course::Provider, When, Hedges>> client{Course::Provider{&course}};

  explicit Track(std::vector<Plan> plans) { course.plans = std::move(plans); }
  Outcome<int> call() {
    Context ctx = clock.context();
    return (*client)(0, ctx);
  }
  void finish_losers() { client.reset(); }
  std::vector<Duration> launches() const {
    std::vector<Duration> all;
    for (const Instant at : course.begun) all.push_back(at - start);
    return all;
  }
};

}  // namespace

TEST_CASE("a quick answer needs no second attempt", "[hedge]") {
  Track<After<2s>> track{{{1s}}};
  CHECK(track.call().value() == 0);
  CHECK(track.clock.now() == track.start + 1s);
  track.finish_losers();
  CHECK(track.launches() == std::vector<Duration>{0s});
}

TEST_CASE("a slow one is raced by a second, the winner returns at once and the loser is told to stop",
          "[hedge]") {
  Track<After<2s>> track{{{60s}, {1s}}};
  CHECK(track.call().value() == 1);
  CHECK(track.clock.now() == track.start + 3s);
  CHECK(track.client->totals().launched == 1);
  CHECK(track.client->totals().won == 1);
  track.finish_losers();
  CHECK(track.launches() == std::vector<Duration>{0s, 2s});
  CHECK(track.course.stopped == std::vector<int>{0});
}

TEST_CASE("the first attempt may still win", "[hedge]") {
  Track<After<2s>> track{{{4s}, {60s}}};
  CHECK(track.call().value() == 0);
  CHECK(track.clock.now() == track.start + 4s);
  CHECK(track.client->totals().won == 0);
  track.finish_losers();
  CHECK(track.course.stopped == std::vector<int>{1});
}

TEST_CASE("attempts follow each other at the delay, a failure brings the next one at once", "[hedge]") {
  Track<After<2s>, 3> track{{{60s}, {1s, Fault::overloaded}, {60s}, {1s}}};
  CHECK(track.call().value() == 3);
  track.finish_losers();
  CHECK(track.launches() == std::vector<Duration>{0s, 2s, 3s, 5s});
}

TEST_CASE("a delay of nothing begins all at once, one without end only after failures", "[hedge]") {
  Track<After<0s>, 2> all{{{3s}, {2s}, {1s}}};
  CHECK(all.call());
  CHECK(all.clock.now() == all.start + 1s);
  Track<After<Span{Duration::max()}>, 2> one{{{1s, Fault::unavailable}, {1s, Fault::unavailable}, {1s}}};
  CHECK(one.call().value() == 2);
  CHECK(one.launches() == std::vector<Duration>{0s, 1s, 2s});
}

TEST_CASE("a delay is learned from latencies, and there is none while they are too few", "[hedge]") {
  ManualClock clock;
  Course course;
  course.plans = {{1s}};
  Hedge<Course::Provider, AtPercentile<90>> client{Course::Provider{&course}};
  const auto call = [&] {
    Context ctx = clock.context();
    return client(0, ctx);
  };
  for (int i = 0; i < 20; ++i) {
    CHECK(client.delay(clock.now()) == Duration::max());
    CHECK(call());
  }
  CHECK(client.delay(clock.now()) >= 1s);
  CHECK(client.delay(clock.now()) <= 1063ms);
  CHECK(client.totals().launched == 0);
  course.plans = {{60s}};
  for (int i = 0; i < 20; ++i) course.plans.insert(course.plans.begin(), {1s});
  course.plans.push_back({2s});
  const Instant begin = clock.now();
  CHECK(call().value() == 21);
  CHECK(clock.now() - begin < 4s);
  CHECK(client.totals().won == 1);
}

TEST_CASE("a failure that no attempt can mend ends the call", "[hedge]") {
  Track<After<2s>> track{{{3s, Fault::invalid_request}, {60s}}};
  CHECK(track.call().error().fault == Fault::invalid_request);
  CHECK(track.clock.now() == track.start + 3s);
}

TEST_CASE("when all fail the caller gets what tells most, and all attempts in the history", "[hedge]") {
  Track<After<2s>> track{{{3s, Fault::rate_limited}, {3s, Fault::unavailable}}};
  const Error error = track.call().error();
  CHECK(error.fault == Fault::rate_limited);
  CHECK(error.history.total() == 2);
}

TEST_CASE("a cancel and a deadline end all attempts, and the call", "[hedge]") {
  Track<After<2s>> track{{{60s}}};
  Context late = track.clock.context();
  late.deadline = track.clock.now() + 5s;
  CHECK((*track.client)(0, late).error().fault == Fault::deadline_exceeded);
  CHECK(track.clock.now() == late.deadline);
  std::stop_source source;
  source.request_stop();
  Context stopped = track.clock.context();
  stopped.stop = source.get_token();
  CHECK((*track.client)(0, stopped).error().fault == Fault::cancelled);
  track.finish_losers();
}

TEST_CASE("an attempt whose output has begun has won", "[hedge]") {
  Track<After<2s>> track{{{5s, {}, true}, {1s}}};
  Context ctx = track.clock.context();
  CHECK((*track.client)(0, ctx).value() == 0);
  CHECK(ctx.committed());
  CHECK(track.clock.now() == track.start + 5s);
  track.finish_losers();
  CHECK(track.course.begun.size() == 1);
}

TEST_CASE("of two that want to speak at once only one may", "[hedge]") {
  for (int round = 0; round < 200; ++round) {
    Track<After<0s>> track{{{1ms, {}, true}}};
    std::atomic<int> spoken{0};
    auto speaks = [&](const int&, Context& ctx) -> Outcome<int> {
      if (!ctx.commit()) return fail(Fault::cancelled);
      ++spoken;
      return 1;
    };
    Hedge<decltype(speaks), After<0s>> client{speaks};
    CHECK(client(0).value() == 1);
    CHECK(spoken == 1);
  }
}

TEST_CASE("an output that breaks off is interrupted, and nobody begins it again", "[hedge]") {
  Track<After<2s>> track{{{1s, Fault::connection_lost, true}, {1s}}};
  CHECK(track.call().error().fault == Fault::interrupted);
  CHECK(track.course.begun.size() == 1);
}

TEST_CASE("a budget outside pays for each further attempt", "[hedge]") {
  struct Empty : Budget {
    Empty()
        : Budget{[](Budget&, Ask, const Error* failure, Instant) noexcept { return failure != nullptr; }} {}
  };
  Track<After<2s>> track{{{5s}, {1s}}};
  Context ctx = track.clock.context();
  Empty empty;
  ctx.budgets.link(empty);
  CHECK((*track.client)(0, ctx).value() == 0);
  CHECK(track.client->totals().refused == 1);
  CHECK(track.course.begun.size() == 1);
}

TEST_CASE("retries inside are charged to budgets outside, and events are heard there", "[hedge]") {
  ManualClock clock;
  Course course;
  course.plans = {{1s, Fault::unavailable}, {1s, Fault::unavailable}, {1s}};
  struct Counting : Budget {
    int charged = 0;
    Counting() : Budget{&answer} {}
    static bool answer(Budget& self, Ask, const Error*, Instant) noexcept {
      return ++static_cast<Counting&>(self).charged < 10;
    }
  } budget;
  using Client = Resilient<Course::Provider, Retry<3, Backoff<Constant, NoJitter, 1s, 9s>>>;
  Hedge<Client, After<60s>> client{Course::Provider{&course}};
  Context ctx = clock.context();
  Hears hears;
  ctx.listeners.link(hears);
  ctx.budgets.link(budget);
  CHECK(client(0, ctx).value() == 2);
  CHECK(budget.charged == 2);
  CHECK(hears.failed == 2);
  CHECK(ctx.attempt() == 3);
}

TEST_CASE("further attempts are announced and keep to the call's ceiling on attempts", "[hedge]") {
  Track<After<2s>, 3> track{{{60s}, {60s}, {1s}}};
  Context ctx = track.clock.context();
  Hears hears;
  ctx.listeners.link(hears);
  ctx.max_attempts = 2;
  ctx.deadline = track.clock.now() + 20s;
  CHECK_FALSE((*track.client)(0, ctx));
  CHECK(hears.hedged == 1);
  track.finish_losers();
  CHECK(track.course.begun.size() == 2);
}

TEST_CASE("a further attempt may begin at the next provider", "[hedge]") {
  ManualClock clock;
  Course course;
  course.plans = {{60s}, {1s}};
  using P = Course::Provider;
  {
    Hedge<Failover<Priority, Named<"a", P>, Named<"b", P>>, After<2s>, 1, NextProvider> client{
        args(P{&course}, P{&course})};
    Context ctx = clock.context();
    CHECK(client(0, ctx).value() == 1);
    CHECK(ctx.provider() == "b");
  }
  CHECK(course.providers == std::vector<std::string>{"a", "b"});
}

TEST_CASE("an exception of the winner's reaches the caller", "[hedge]") {
  auto throws = [](const int&, Context&) -> Outcome<int> { throw 7; };
  Hedge<decltype(throws), After<2s>> client{throws};
  CHECK_THROWS_AS(client(0), int);
}

TEST_CASE("when all threads are busy a call goes unhedged", "[hedge]") {
  std::mutex mutex;
  std::condition_variable moved;
  int inside = 0;
  bool open = false;
  auto gate = [&](const int&, Context&) -> Outcome<int> {
    std::unique_lock lock{mutex};
    ++inside;
    moved.notify_all();
    moved.wait(lock, [&] { return open; });
    return 1;
  };
  Hedge<decltype(gate), After<60s>, 1, SameProvider, 2> client{gate};
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 3; ++i) {
      callers.emplace_back([&] { answered += client(0).value_or(0); });
      std::unique_lock lock{mutex};
      moved.wait(lock, [&] { return inside == i + 1; });
    }
    CHECK(client.totals().refused == 1);
    const std::lock_guard lock{mutex};
    open = true;
    moved.notify_all();
  }
  CHECK(answered == 3);
}

TEST_CASE("a provider that does not obey delays nobody but the end of the client", "[hedge]") {
  std::mutex mutex;
  std::condition_variable moved;
  bool open = false;
  std::atomic<int> asked{0};
  auto deaf = [&](const int&, Context&) -> Outcome<int> {
    if (++asked > 1) return 2;
    std::unique_lock lock{mutex};
    moved.wait(lock, [&] { return open; });
    return 1;
  };
  Hedge<decltype(deaf), After<0s>> client{deaf};
  CHECK(client(0).value() == 2);
  const std::lock_guard lock{mutex};
  open = true;
  moved.notify_all();
}

TEST_CASE("a Hedge says what it does and what its worst case is", "[hedge]") {
  struct P {
    Outcome<int> operator()(const int&, Context&) { return 1; }
  };
  using Client = Hedge<Resilient<P, Timeout<10s>>, After<2s>>;
  STATIC_REQUIRE(worst_case<Client>() == 12s);
  STATIC_REQUIRE(max_attempts<Client>() == 2);
  CHECK_THAT(describe<Client>(), contains("Hedge: 1 more after 2 s\nTimeout: 10 s"));
}
