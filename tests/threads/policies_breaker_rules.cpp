// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Many threads on one breaker: what its windows count, and that every kind of it recovers.

#include <aramid/policies/breaker.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <memory>
#include <thread>

#include "crew.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

Error failure_of(Fault fault) {
  Error error;
  error.fault = fault;
  return error;
}

template <class B>
void fail_once(B& breaker, Instant now) {
  Context ctx;
  typename B::Scope scope;
  const Error failure = failure_of(Fault::unavailable);
  if (breaker.admit(scope, ctx, now).kind == Admission::Kind::proceed) {
    (void)breaker.settle(scope, ctx, &failure, now);
  }
}

using Row = Breaker<3, 5s, 2>;
using Rate = Breaker<FailureRate{.percent = 30, .minimum = 4, .window = 1s},
                     GrowingCooldown{.first = 1s, .ceiling = 5s, .jitter = 25}, 3, Ramp<1s, 10, 50>,
                     OnAbandoned<Abandoned::count_when_all_abandoned>>;
using Mixed = Breaker<AnyOf{SlowRate{.percent = 40, .slower_than = 3s, .minimum = 5, .window = 2s},
                            FailureCount{.failures = 4, .of = 70}, 4},
                      5s, ProbeRule{.at_a_time = 4, .successes = 2, .failures = 3, .lease = 1s},
                      OnAbandoned<Abandoned::as_failures>>;

}  // namespace

TEST_CASE("a half-open breaker lets exactly its probes out under 64 threads, round after round") {
  constexpr int threads = 64;
  Breaker<1, 60s, ProbeRule{.at_a_time = 5, .successes = 1000}> breaker;
  Instant now{};
  for (int round = 0; round < 8; ++round) {
    breaker.reset();
    fail_once(breaker, now);
    now += 60s;
    std::atomic<int> out{0};
    std::atomic<int> most{0};
    std::atomic<int> let_in{0};
    together(threads, [&](int thread) {
      for (int i = 0; i < 40; ++i) {
        Context ctx;
        decltype(breaker)::Scope scope;
        if (breaker.admit(scope, ctx, now).kind != Admission::Kind::proceed) {
          std::this_thread::yield();
          continue;
        }
        const int inside = out.fetch_add(1) + 1;
        let_in.fetch_add(1);
        int old = most.load();
        while (old < inside && !most.compare_exchange_weak(old, inside)) {
        }
        std::this_thread::yield();
        out.fetch_sub(1);
        const Error neutral = failure_of(Fault::rate_limited);
        if ((thread + i) % 3 == 0) {
          breaker.release(scope, ctx);
        } else {
          (void)breaker.settle(scope, ctx, i % 2 == 0 ? nullptr : &neutral, now);
        }
      }
    });
    REQUIRE(most <= 5);
    REQUIRE(let_in >= 5);
    REQUIRE(breaker.explain(now).probes_out == 0);
    REQUIRE(breaker.state(now) == BreakerState::half_open);
  }
}

TEST_CASE("a window loses no call and counts none twice while threads roll it over") {
  constexpr int threads = 8;
  constexpr int each = 4000;
  for (int round = 0; round < 10; ++round) {
    detail::RateWindow<10> window;
    // From an idle gap on, all of it within nine slots, so that nothing may have left.
    window.record(0, 10ms, Instant{}, true);
    std::atomic<std::int64_t> time{Duration{1h}.count()};
    together(threads, [&](int thread) {
      for (int i = 0; i < each; ++i) {
        // Each thread has a clock reading of its own, which may be older than another's.
        const std::int64_t now = time.fetch_add(90'000'000 / (threads * each));
        window.record(0, 10ms, Instant{Duration{now}}, (thread + i) % 4 == 0);
      }
    });
    const auto counts = window.counts(0, 10ms, Instant{Duration{time.load()}});
    REQUIRE(counts.calls == threads * each);
    REQUIRE(counts.bad == threads * each / 4);
  }
}

TEST_CASE(
    "a window is exact in a period that begins while threads count, but for what they were overtaken with") {
  constexpr int threads = 8;
  for (std::uint32_t generation = 1; generation < 60; ++generation) {
    detail::RateWindow<10> window;
    window.start(generation);
    std::atomic<int> in_new{0};
    together(threads, [&](int thread) {
      for (int i = 0; i < 300; ++i) {
        const bool later = thread % 2 == 0 && i >= 100;
        window.record(later ? generation + 1 : generation, 1s, Instant{1h}, true);
        if (later) in_new.fetch_add(1);
      }
    });
    REQUIRE(window.counts(generation + 1, 1s, Instant{1h}).calls ==
            static_cast<std::uint64_t>(in_new.load()));
  }
}

TEST_CASE("a ring under threads remembers as many calls as it should, and is exact once they are done") {
  constexpr int threads = 8;
  detail::OutcomeRing<100> ring;
  together(threads, [&](int thread) {
    for (int i = 0; i < 5000; ++i) ring.record(0, 100, (thread + i) % 2 == 0);
  });
  CHECK(ring.counts(0, 100).calls == 100);
  for (int i = 0; i < 100; ++i) ring.record(0, 100, i < 30);
  CHECK(ring.counts(0, 100) == detail::WindowCounts{100, 30});
}

TEST_CASE("a rate on many threads opens a breaker exactly once, and not before its minimum") {
  struct Moves : Listener {
    explicit Moves(std::atomic<int>& count)
        : Listener{mask_of(EventKind::breaker_moved), &Moves::hear}, opened{&count} {}
    static void hear(Listener& self, const Event& event) noexcept {
      if (event.limit == static_cast<std::int64_t>(BreakerState::open)) {
        static_cast<Moves&>(self).opened->fetch_add(1);
      }
    }
    std::atomic<int>* opened;
  };
  for (int round = 0; round < 60; ++round) {
    Breaker<FailureRate{.percent = 100, .minimum = 64, .window = 10s}, 60s, 3> breaker;
    std::atomic<int> opened{0};
    std::atomic<int> counted{0};
    together(8, [&](int) {
      for (int i = 0; i < 8; ++i) {
        Context ctx;
        Moves moves{opened};
        ctx.listeners.link(moves);
        decltype(breaker)::Scope scope;
        const Error failure = failure_of(Fault::unavailable);
        if (breaker.admit(scope, ctx, Instant{}).kind == Admission::Kind::proceed) {
          (void)breaker.settle(scope, ctx, &failure, Instant{});
          counted.fetch_add(1);
        }
        ctx.listeners.unlink(moves);
      }
    });
    REQUIRE(counted == 64);
    REQUIRE(opened == 1);
    REQUIRE(breaker.failures(Instant{}) == 64);
  }
}

TEMPLATE_TEST_CASE("whatever threads, time and hands do to a breaker, it recovers", "[breaker]", Row, Rate,
                   Mixed) {
  auto breaker = std::make_unique<TestType>();
  std::atomic<std::int64_t> time{0};
  for (unsigned round = 0; round < 6; ++round) {
    together(8, [&](int thread) {
      SplitMix64 random{round * 100 + static_cast<std::uint64_t>(thread)};
      for (int i = 0; i < 1500; ++i) {
        const Instant now{Duration{time.fetch_add(1'000'000)}};
        if (random() % 400 == 0) breaker->reset();
        if (random() % 400 == 0) breaker->open_for(1s, now);
        if (random() % 400 == 0) (void)breaker->isolate();
        if (random() % 50 == 0) (void)to_text(breaker->explain(now), now);
        Context ctx;
        typename TestType::Scope scope;
        if (breaker->admit(scope, ctx, now).kind != Admission::Kind::proceed) continue;
        CallAccess::begin_attempt(ctx);
        const Instant end{Duration{time.load()} + Duration{1ms} * static_cast<std::int64_t>(random() % 4000)};
        const Error failure = failure_of(Fault::unavailable);
        const Error neutral = failure_of(random() % 2 == 0 ? Fault::rate_limited : Fault::cancelled);
        switch (random() % 6) {
          case 0:
          case 1:
            (void)breaker->settle(scope, ctx, nullptr, end);
            break;
          case 2:
            (void)breaker->settle(scope, ctx, &failure, end);
            break;
          case 3:
            (void)breaker->settle(scope, ctx, &neutral, end);
            break;
          case 4:
            breaker->release(scope, ctx);
            break;
          default:
            break;  // never heard of again
        }
      }
    });
    const Instant later{Duration{time.fetch_add(Duration{1min}.count())} + 30s};
    for (int i = 0; i < 3 && breaker->state(later) == BreakerState::half_open; ++i) {
      Context ctx;
      typename TestType::Scope scope;
      REQUIRE(breaker->admit(scope, ctx, later).kind == Admission::Kind::proceed);
      (void)breaker->settle(scope, ctx, nullptr, later);
    }
    const BreakerState state = breaker->state(later);
    REQUIRE((state == BreakerState::closed || state == BreakerState::ramping));
  }
}
