// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The timer thread in real time: what `disarm` promises, from every thread. No test waits longer than its timers.

#include "support/catch.hpp"

#include <aramid/random.hpp>
#include <aramid/timer_thread.hpp>

#include <atomic>
#include <cstdlib>
#include <latch>
#include <thread>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

template <class Action>
struct On final : TimerThread::Timer {
  explicit On(Action act) : action{std::move(act)} {}
  void expired() noexcept override { action(); }
  Action action;
};

Instant in(Duration d) { return saturating_add(SteadyClock::now(), d); }

}  // namespace

TEST_CASE("a timer fires once, and never before its time", "[threads]") {
  TimerThread timers;
  for (const Duration wait : {Duration{-1h}, Duration{0}, Duration{1}, Duration{3ms}, Duration{20ms}}) {
    std::latch fired{1};
    Instant when{};
    On timer{[&] {
      when = SteadyClock::now();
      fired.count_down();
    }};
    const Instant at = in(wait);
    REQUIRE(timers.arm(timer, at));
    fired.wait();
    CHECK(when >= at);
    CHECK_FALSE(timers.disarm(timer));
  }
}

TEST_CASE("a timer that was disarmed in time does not fire", "[threads]") {
  TimerThread timers;
  std::latch later{1};
  int fired = 0;
  On disarmed{[&] { ++fired; }};
  On next{[&] { later.count_down(); }};
  REQUIRE(timers.arm(disarmed, in(1h)));
  REQUIRE(timers.arm(next, in(1h)));
  CHECK(timers.disarm(disarmed));
  CHECK_FALSE(timers.disarm(disarmed));
  // Armed again it replaces its former time, and an earlier one wakes the thread from its hour.
  REQUIRE(timers.arm(next, in(5ms)));
  later.wait();
  CHECK(fired == 0);
}

TEST_CASE("no thread starts before the first timer that can fire", "[threads]") {
  TimerThread timers;
  On timer{[] {}};
  CHECK_FALSE(timers.disarm(timer));
  CHECK(timers.arm(timer, Instant::max()));
  CHECK_FALSE(timers.started());
  CHECK(timers.disarm(timer));
  CHECK(timers.arm(timer, in(1h)));
  CHECK(timers.started());
  CHECK(timers.disarm(timer));
}

TEST_CASE("a thread that was shut down arms nothing", "[threads]") {
  TimerThread timers;
  int fired = 0;
  On pending{[&] { ++fired; }};
  REQUIRE(timers.arm(pending, in(1h)));
  timers.shut_down();
  CHECK(timers.disarm(pending));
  CHECK_FALSE(timers.arm(pending, in(0s)));
  CHECK_FALSE(timers.disarm(pending));
  timers.shut_down();
  CHECK(fired == 0);
}

TEST_CASE("a timer may arm itself again, and disarm itself and others, while it fires", "[threads]") {
  TimerThread timers;
  std::latch over{1};
  int others = 0;
  On other{[&] { ++others; }};
  REQUIRE(timers.arm(other, in(1h)));
  int rounds = 0;
  TimerThread::Timer* self = nullptr;
  On periodic{[&] {
    if (++rounds < 5) {
      if (!timers.arm(*self, in(1ms))) std::abort();
      return;
    }
    if (timers.disarm(*self)) std::abort();  // it runs: that cannot be undone
    if (!timers.disarm(other)) std::abort();
    over.count_down();
  }};
  self = &periodic;
  REQUIRE(timers.arm(periodic, in(1ms)));
  over.wait();
  CHECK_FALSE(timers.disarm(periodic));
  CHECK(rounds == 5);
  CHECK(others == 0);
}

TEST_CASE("disarm takes a timer out that arms itself again for ever", "[threads]") {
  TimerThread timers;
  for (int i = 0; i < 50; ++i) {
    int rounds = 0;  // not atomic: after disarm nobody else touches it
    std::latch twice{2};
    TimerThread::Timer* self = nullptr;
    On periodic{[&] {
      if (++rounds <= 2) twice.count_down();
      (void)timers.arm(*self, in(0s));
    }};
    self = &periodic;
    REQUIRE(timers.arm(periodic, in(0s)));
    twice.wait();
    timers.disarm(periodic);
    CHECK(rounds >= 2);
  }
}

TEST_CASE("a timer may be destroyed while it fires", "[threads]") {
  TimerThread timers;
  struct Suicidal final : TimerThread::Timer {
    std::latch* gone = nullptr;
    void expired() noexcept override {
      std::latch* told = gone;
      delete this;
      told->count_down();
    }
  };
  std::latch gone{20};
  for (int i = 0; i < 20; ++i) {
    auto* timer = new Suicidal;
    timer->gone = &gone;
    REQUIRE(timers.arm(*timer, in(i * 100us)));
  }
  gone.wait();
}

TEST_CASE("after disarm a timer has run exactly once or not at all, and runs no more", "[threads]") {
  // What the timer touches is not atomic and goes out of scope at once: a late or a running one is a data race.
  std::atomic<int> ran{0};
  std::atomic<int> prevented{0};
  std::atomic<int> wrong{0};
  std::vector<std::jthread> threads;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    threads.emplace_back([&, seed] {
      SplitMix64 random{seed};
      for (int i = 0; i < 4000; ++i) {
        int runs = 0;
        On timer{[&] { ++runs; }};
        // Some are over already, some are due about now, and most never are.
        const Duration wait{static_cast<std::int64_t>(random() % 3'000'000) - 100'000};
        if (!TimerThread::shared().arm(timer, in(i % 4 == 0 ? wait : Duration{1h}))) ++wrong;
        if (i % 16 == 0) {
          for (std::uint64_t spin = random() % 2000; spin != 0; --spin) std::this_thread::yield();
        }
        const bool was_prevented = TimerThread::shared().disarm(timer);
        if (runs != (was_prevented ? 0 : 1)) ++wrong;
        ++(was_prevented ? prevented : ran);
      }
    });
  }
  threads.clear();
  CHECK(wrong == 0);
  CHECK(ran > 0);
  CHECK(prevented > 0);
}

TEST_CASE("disarm waits for a timer that fires just then", "[threads]") {
  TimerThread timers;
  for (int i = 0; i < 200; ++i) {
    std::latch begun{1};
    int ended = 0;  // not atomic
    On timer{[&] {
      begun.count_down();
      for (int spin = 0; spin < 50; ++spin) std::this_thread::yield();
      ended = 1;
    }};
    REQUIRE(timers.arm(timer, in(0s)));
    begun.wait();
    std::jthread second{[&] { timers.disarm(timer); }};
    CHECK_FALSE(timers.disarm(timer));
    CHECK(ended == 1);
  }
}
