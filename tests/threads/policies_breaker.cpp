// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Many threads on one breaker: never too many probes, never a lost slot.

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "crew.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr int threads = 8;

/// What the provider does next, for all threads.
enum class Mood : int { failing, neutral, throwing, well, mixed };

struct Moody {
  std::atomic<Mood>* mood;
  Crowd* crowd;

  Outcome<int> operator()(unsigned turn, Context&) {
    const Crowd::Visit visit{*crowd};
    std::this_thread::yield();
    Mood now = mood->load();
    if (now == Mood::mixed) now = static_cast<Mood>(SplitMix64::mix(turn) % 4);
    switch (now) {
      case Mood::failing:
        return fail(Fault::unavailable);
      case Mood::neutral:
        return fail(Fault::rate_limited);
      case Mood::throwing:
        throw std::runtime_error{"broken"};
      default:
        return 1;
    }
  }
};

using Client = Resilient<Moody, Breaker<5, 60s, 3>>;

template <class C>
Outcome<int> call(C& client, testing::ManualClock& clock, unsigned turn) {
  Context ctx{clock};
  try {
    return client(turn, ctx);
  } catch (const std::runtime_error&) {
    return fail(Fault::unknown);
  }
}

void trip(Client& client, testing::ManualClock& clock, std::atomic<Mood>& mood) {
  mood = Mood::failing;
  for (unsigned i = 0; i < 5; ++i) (void)call(client, clock, i);
  REQUIRE(breaker(client).state(clock.now()) == BreakerState::open);
}

/// Whatever happened: one cool-down later three successes close it.
void recovers(Client& client, testing::ManualClock& clock, std::atomic<Mood>& mood) {
  mood = Mood::well;
  clock.advance(60s);
  for (unsigned i = 0; i < 3; ++i) REQUIRE(call(client, clock, i));
  REQUIRE(breaker(client).state(clock.now()) == BreakerState::closed);
}

}  // namespace

TEST_CASE("threads that meet at a half-open breaker never have more than three probes out at a time") {
  for (const Mood during : {Mood::neutral, Mood::throwing}) {
    testing::ManualClock clock;
    std::atomic<Mood> mood{Mood::failing};
    Crowd crowd;
    Client client{Moody{&mood, &crowd}};
    trip(client, clock, mood);
    clock.advance(60s);
    mood = during;
    crowd.most = 0;
    crowd.calls = 0;
    together(threads, [&](int) {
      for (unsigned i = 0; i < 2000; ++i) (void)call(client, clock, i);
    });
    CHECK(crowd.calls > 0);
    CHECK(crowd.most <= 3);
    // All slots are back: three probes that hold on to theirs get in.
    CHECK(breaker(client).state(clock.now()) == BreakerState::half_open);
    CHECK(breaker(client).retry_after(clock.now()) == Duration{0});
    recovers(client, clock, mood);
  }
}

TEST_CASE(
    "no slot is lost when probes fail, succeed, throw and say nothing on many threads while time goes on") {
  testing::ManualClock clock;
  std::atomic<Mood> mood{Mood::mixed};
  Crowd crowd;
  Client client{Moody{&mood, &crowd}};
  for (unsigned round = 0; round < 20; ++round) {
    mood = Mood::mixed;
    together(threads, [&](int thread) {
      for (unsigned i = 0; i < 300; ++i) {
        (void)call(client, clock, (round * 8 + static_cast<unsigned>(thread)) * 1000 + i);
        if (i % 50 == 0) clock.advance(20s);
      }
    });
    recovers(client, clock, mood);
  }
}

TEST_CASE("probes that are held while threads storm the breaker leave exactly three slots") {
  testing::ManualClock clock;
  Breaker<1, 60s, 3> breaker;
  using Scope = decltype(breaker)::Scope;
  Error failure;
  failure.fault = Fault::unavailable;
  for (int round = 0; round < 200; ++round) {
    {
      Context ctx{clock};
      Scope scope;
      REQUIRE(breaker.admit(scope, ctx, clock.now()).kind == Admission::Kind::proceed);
      (void)breaker.settle(scope, ctx, &failure, clock.now());
    }
    clock.advance(60s);
    const Instant now = clock.now();
    std::atomic<int> let_in{0};
    Scope scopes[threads];
    bool in[threads] = {};
    together(threads, [&](int i) {
      Context ctx{clock};
      in[i] = breaker.admit(scopes[i], ctx, now).kind == Admission::Kind::proceed;
      if (in[i]) let_in.fetch_add(1);
    });
    REQUIRE(let_in == 3);
    together(threads, [&](int i) {
      Context ctx{clock};
      if (in[i]) (void)breaker.settle(scopes[i], ctx, nullptr, now);
    });
    REQUIRE(breaker.state(now) == BreakerState::closed);
  }
}

TEST_CASE("five failures on different threads open a breaker exactly once") {
  struct Moves : Listener {
    explicit Moves(std::atomic<int>& count)
        : Listener{mask_of(EventKind::breaker_moved), &Moves::hear}, opened{&count} {}
    static void hear(Listener& self, const Event& event) noexcept {
      if (event.limit == static_cast<std::int64_t>(BreakerState::open))
        static_cast<Moves&>(self).opened->fetch_add(1);
    }
    std::atomic<int>* opened;
  };
  for (int round = 0; round < 100; ++round) {
    testing::ManualClock clock;
    std::atomic<Mood> mood{Mood::failing};
    Crowd crowd;
    Client client{Moody{&mood, &crowd}};
    std::atomic<int> opened{0};
    together(threads, [&](int) {
      Context ctx{clock};
      Moves moves{opened};
      ctx.listeners.link(moves);
      (void)client(0U, ctx);
      ctx.listeners.unlink(moves);
    });
    REQUIRE(opened == 1);
    REQUIRE(breaker(client).state(clock.now()) == BreakerState::open);
  }
}

TEST_CASE("reset from another thread never leaves a breaker that cannot recover") {
  testing::ManualClock clock;
  std::atomic<Mood> mood{Mood::mixed};
  Crowd crowd;
  Client client{Moody{&mood, &crowd}};
  together(threads, [&](int thread) {
    for (unsigned i = 0; i < 1000; ++i) {
      if (thread == 0) {
        breaker(client).reset();
      } else {
        (void)call(client, clock, i * 8 + static_cast<unsigned>(thread));
      }
      if (i % 100 == 0) clock.advance(30s);
    }
  });
  recovers(client, clock, mood);
}

TEST_CASE("a breaker that trips while it is reset is open for its whole cool-down, or closed") {
  struct HalfOpen : Listener {
    HalfOpen() : Listener{mask_of(EventKind::breaker_moved), &HalfOpen::hear} {}
    static void hear(Listener& self, const Event& event) noexcept {
      if (event.limit == static_cast<std::int64_t>(BreakerState::half_open)) {
        ++static_cast<HalfOpen&>(self).times;
      }
    }
    int times = 0;
  };
  Breaker<1, 60s, 1> policy;
  std::atomic<bool> over{false};
  std::atomic<int> half_open{0};
  together(2, [&](int thread) {
    if (thread == 0) {
      while (!over.load()) policy.reset();
      return;
    }
    HalfOpen moves;
    Error error;
    error.fault = Fault::unavailable;
    for (int i = 0; i < 200'000; ++i) {
      Context ctx;
      ctx.listeners.link(moves);
      decltype(policy)::Scope scope;
      if (policy.admit(scope, ctx, Instant{1h}).kind == Admission::Kind::proceed) {
        CallAccess::begin_attempt(ctx);
        (void)policy.settle(scope, ctx, &error, Instant{1h});
      }
      ctx.listeners.unlink(moves);
    }
    half_open = moves.times;
    over = true;
  });
  CHECK(half_open == 0);
}
