// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The wheel against a sorted map of the same timers, in millions of random steps of virtual time, and at the
// ends of the time line.

#include "support/catch.hpp"

#include <aramid/random.hpp>
#include <aramid/timer_wheel.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr Duration tick = TimerWheel::tick;

// The tick that has begun at `now`.
Instant begun(Instant now) {
  const std::int64_t ns = now.time_since_epoch().count();
  return now - Duration{((ns % tick.count()) + tick.count()) % tick.count()};
}
// When a timer for `at` must fire: at the first tick that begins not before it.
Instant due(Instant at) { return begun(at) == at ? at : saturating_add(begun(at), tick); }

struct Timer : TimerWheel::Node {
  Instant at{};
  Instant due{};  // when the model lets it fire
};

// Timers in the order of their ticks, those of the past in the tick in which they were armed; never those of
// the end of time.
class Model {
 public:
  void arm(Timer& timer, Instant at, Instant now) {
    disarm(timer);
    timer.at = at;
    timer.due = std::max(due(at), begun(now));
    if (timer.due != Instant::max()) pending_.emplace(timer.due, &timer);
  }
  bool disarm(const Timer& timer) {
    const auto [first, last] = pending_.equal_range(timer.due);
    const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second == &timer; });
    if (found == last) return false;
    pending_.erase(found);
    return true;
  }
  [[nodiscard]] Instant first() const { return pending_.empty() ? Instant::max() : pending_.begin()->first; }

 private:
  std::multimap<Instant, const Timer*> pending_;
};

// A stretch of time between zero and `most`, of any order of magnitude.
Duration stretch(SplitMix64& random, Duration most) {
  const std::uint64_t bits = random() >> (random() % 63 + 1);
  return Duration{static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(most.count()))};
}

class Race {
 public:
  Race(std::uint64_t seed, Instant start, Duration reach, std::size_t timers)
      : random_{seed}, now_{start}, latest_{start}, reach_{reach}, timers_(timers) {
    wheel_.expire(start, [](TimerWheel::Node&) {});
  }

  // One random step on both; false if they differ, or the wheel breaks a promise.
  bool step() {
    Timer& timer = timers_[random_() % timers_.size()];
    switch (random_() % 8) {
      case 0:
      case 1:
      case 2: {
        const Instant at = saturating_add(now_, stretch(random_, reach_));
        wheel_.arm(timer, at);
        model_.arm(timer, at, latest_);
        break;
      }
      case 3: {  // in the past, or at the very end
        const Instant at = random_() % 4 == 0 ? Instant::max() : before_now(reach_);
        wheel_.arm(timer, at);
        model_.arm(timer, at, latest_);
        break;
      }
      case 4:
      case 5: {
        const bool never = timer.armed() && timer.due == Instant::max();
        if (wheel_.disarm(timer) != (model_.disarm(timer) || never)) return false;
        break;
      }
      case 6:
        return advance(saturating_add(now_, stretch(random_, reach_ / 4)));
      default:
        if (random_() % 16 == 0) return advance(before_now(reach_));  // a clock that goes backward
        return advance(wheel_.next() == Instant::max() ? now_ : wheel_.next());
    }
    return sees_the_first();
  }

  [[nodiscard]] std::uint64_t fired() const { return fired_; }

 private:
  // next() is never after the first timer; before it by no more than its moves, which `finish` counts.
  [[nodiscard]] bool sees_the_first() const { return wheel_.next() <= model_.first(); }

  Instant before_now(Duration most) { return saturating_add(now_, -stretch(random_, most)); }

  bool advance(Instant now) {
    now_ = now;
    latest_ = std::max(latest_, now);
    while (TimerWheel::Node* node = wheel_.pop(now)) {
      const Timer& timer = *static_cast<Timer*>(node);
      // Never early, in the order of ticks, and once.
      if (timer.armed() || timer.at > latest_ || timer.due != model_.first()) return false;
      if (!model_.disarm(timer)) return false;
      ++fired_;
    }
    // At most a tick late: nothing is left whose tick has begun.
    return (model_.first() > latest_ || model_.first() == Instant::max()) && sees_the_first();
  }

  SplitMix64 random_;
  Instant now_;
  Instant latest_;
  Duration reach_;
  std::vector<Timer> timers_;
  TimerWheel wheel_;
  Model model_;
  std::uint64_t fired_ = 0;
};

void race(std::uint64_t seed, Instant start, Duration reach, std::size_t timers, int steps) {
  Race both{seed, start, reach, timers};
  int done = 0;
  while (done < steps && both.step()) ++done;
  CHECK(done == steps);
  CHECK(both.fired() > static_cast<std::uint64_t>(steps) / 50);
}

}  // namespace

TEST_CASE("the wheel fires what a sorted map of its timers would, in millions of random steps", "[wheel]") {
  race(1, Instant{1h}, 50ms, 40, 400'000);
  race(2, Instant{1h}, 10s, 200, 400'000);
  race(3, Instant{}, 24h, 200, 400'000);
  race(4, Instant{-5h}, 24h * 365, 100, 400'000);
  // These come to the end of time, so they are many.
  for (std::uint64_t seed = 5; seed < 105; ++seed) {
    race(seed, Instant{77ns}, Duration::max(), 30, 2'000);
    race(seed, Instant::min(), Duration::max(), 300, 2'000);
  }
}

TEST_CASE("a timer fires within one tick of its time and never before, wherever it lies", "[wheel]") {
  SplitMix64 random{7};
  bool exact = true;
  for (int i = 0; i < 200'000 && exact; ++i) {
    TimerWheel wheel;
    Timer timer;
    const Instant start = saturating_add(Instant::min(), stretch(random, Duration::max()));
    wheel.expire(start, [](TimerWheel::Node&) {});
    const Instant at = start + tick + stretch(random, Duration::max() / 2);
    wheel.arm(timer, at);
    exact = wheel.pop(at - 1ns) == nullptr && wheel.pop(saturating_add(at, tick - Duration{1})) == &timer;
  }
  CHECK(exact);
}

TEST_CASE("waking at next() alone fires every timer, with few empty looks", "[wheel]") {
  SplitMix64 random{8};
  int most_looks = 0;
  for (int i = 0; i < 20'000; ++i) {
    TimerWheel wheel;
    const Instant start = saturating_add(Instant::min(), stretch(random, Duration::max()));
    wheel.expire(start, [](TimerWheel::Node&) {});
    Timer timer;
    const Instant at = saturating_add(start, stretch(random, Duration::max() / 2));
    wheel.arm(timer, at);
    int looks = 0;
    Instant now = start;
    while (timer.armed() && looks < 100) {
      now = wheel.next();
      ++looks;
      wheel.expire(now, [](TimerWheel::Node&) {});
    }
    most_looks = std::max(most_looks, looks);
    if (now != due(at)) FAIL("it fired at the wrong time");
  }
  CHECK(most_looks <= 8);
}

TEST_CASE("a timer of the end of time never fires, and its wheel sleeps for ever", "[wheel]") {
  TimerWheel wheel;
  Timer never;
  wheel.arm(never, Instant::max());
  Instant now = Instant{1h};
  for (int i = 0; i < 20 && now != Instant::max(); ++i) {
    CHECK(wheel.pop(now) == nullptr);
    now = wheel.next();
  }
  CHECK(now == Instant::max());
  CHECK(wheel.pop(Instant::max()) == nullptr);
  CHECK(wheel.next() == Instant::max());
  CHECK(wheel.disarm(never));
  CHECK(wheel.empty());
}

TEST_CASE("a timer of the beginning of time fires at once, whatever the time", "[wheel]") {
  for (const Instant now : {Instant::min(), Instant{}, Instant{1h}, Instant::max()}) {
    TimerWheel wheel;
    wheel.expire(now, [](TimerWheel::Node&) {});
    Timer timer;
    wheel.arm(timer, Instant::min());
    CHECK(wheel.pop(Instant::min()) == &timer);  // a clock that went backward stands still
    CHECK(wheel.pop(now) == nullptr);
  }
}

TEST_CASE("a visitor may arm and disarm timers, the visited one included", "[wheel]") {
  TimerWheel wheel;
  Timer periodic;
  Timer victims[3];
  Instant now{1h};
  wheel.expire(now, [](TimerWheel::Node&) {});
  wheel.arm(periodic, now + 10ms);
  for (Timer& victim : victims) wheel.arm(victim, now + 200ms);
  int rounds = 0;
  int fallen = 0;
  for (int i = 0; i < 1000; ++i) {
    now += 1ms;
    wheel.expire(now, [&](TimerWheel::Node& node) {
      if (&node != &periodic) {
        ++fallen;
        return;
      }
      ++rounds;
      wheel.arm(periodic, now + 10ms);
      if (rounds == 5) {
        CHECK(wheel.disarm(victims[1]));
        CHECK_FALSE(wheel.disarm(victims[1]));
      }
    });
  }
  CHECK(rounds > 80);
  CHECK(fallen == 2);
  CHECK(wheel.disarm(periodic));
  CHECK(wheel.empty());
}

TEST_CASE("a timer that is armed again counts once, at its last time", "[wheel]") {
  TimerWheel wheel;
  Timer timer;
  wheel.arm(timer, Instant{1s});
  wheel.arm(timer, Instant{3s});
  CHECK(wheel.pop(Instant{2s}) == nullptr);
  CHECK(wheel.pop(Instant{4s}) == &timer);
  CHECK_FALSE(timer.armed());
  CHECK(wheel.empty());
}

TEST_CASE("timers of different ticks fire in order after a sleep over all of them", "[wheel]") {
  TimerWheel wheel;
  wheel.expire(Instant{1h}, [](TimerWheel::Node&) {});
  SplitMix64 random{9};
  std::vector<Timer> timers(5000);
  for (Timer& timer : timers) {
    timer.at = Instant{1h} + stretch(random, Duration{720h});
    wheel.arm(timer, timer.at);
  }
  std::size_t fired = 0;
  Instant before = Instant::min();
  bool ordered = true;
  wheel.expire(Instant{2000h}, [&](TimerWheel::Node& node) {
    const Instant at = due(static_cast<Timer&>(node).at);
    ordered = ordered && at >= before;
    before = at;
    ++fired;
  });
  CHECK(ordered);
  CHECK(fired == timers.size());
}
