// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A hundred thousand calls to three providers, of which two fail in every way that the fault table knows.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;

namespace {

struct World {
  std::uint64_t seed = 1;
  unsigned outputs = 0;  // pieces of output of the call under way
  unsigned attempts = 0;
  bool broke_off = false;

  std::uint64_t random() { return SplitMix64::mix(seed += 0x9E37'79B9'7F4A'7C15U); }
};

/// Faults that leave somebody else to be asked; the others end a call whoever is well.
Fault some_fault(World& world) {
  for (;;) {
    const auto fault = static_cast<Fault>(world.random() % fault_count);
    if (ruling(fault).elsewhere != Elsewhere::never && !refused_here(fault)) return fault;
  }
}

struct Faulty {
  World* world;
  Outcome<int> operator()(const int&, Context& ctx) const {
    ++world->attempts;
    const std::uint64_t draw = world->random();
    if (draw % 16 == 0) {  // it hangs
      ctx.wait(ctx.deadline);
      return fail(Fault::timed_out);
    }
    if (draw % 16 == 1) {  // it breaks off in the middle of its answer
      ctx.commit();
      ++world->outputs;
      world->broke_off = true;
      return fail(Fault::connection_lost);
    }
    ctx.wait(ctx.now() + Duration{static_cast<std::int64_t>(draw >> 40U)});
    auto failure = fail(some_fault(*world));
    if (draw % 16 < 6) failure.error().retry_after = Duration{static_cast<std::int64_t>(draw >> 33U)};
    return failure;
  }
};

struct Healthy {
  static constexpr CandidateFacts facts{.context_window = 200'000, .takes_filtered = true};
  World* world;
  Outcome<int> operator()(const int&, Context& ctx) const {
    ++world->attempts;
    ctx.wait(ctx.now() + 50ms);
    ctx.commit();
    ++world->outputs;
    return 1;
  }
};

template <class Provider>
using Client = Resilient<Provider, Retry<2, Backoff<Exponential, Jitter, 100ms, 2s>>, Breaker<5, 10s, 1>,
                         Limiter<SlidingWindow, RPM<600>>, Timeout<2s>>;

template <class Routing>
void lose_nothing() {
  World world;
  ManualClock clock;
  Failover<Routing, Named<"a", Client<Faulty>, ContextWindow<8'000>>,
           Named<"b", Client<Faulty>, ContextWindow<16'000>>, Named<"c", Client<Healthy>>>
      chat{Faulty{&world}, Faulty{&world}, Healthy{&world}};
  unsigned lost = 0;
  unsigned twice = 0;
  unsigned over_ceiling = 0;
  unsigned late = 0;
  for (int call = 0; call < 100'000 / 4; ++call) {
    world.outputs = world.attempts = 0;
    world.broke_off = false;
    Context ctx = clock.context();
    ctx.deadline = clock.now() + 60s;
    const Outcome<int> outcome = chat(0, ctx);
    late += clock.now() > ctx.deadline ? 1 : 0;
    lost += !outcome && !world.broke_off ? 1 : 0;
    if (world.broke_off) CHECK(outcome.error().fault == Fault::interrupted);
    twice += world.outputs > 1 ? 1 : 0;
    // One attempt that never left may come on top of the count, for each candidate.
    over_ceiling += ctx.attempt() > chat.attempts_allowed() || world.attempts > ctx.attempt() + 3 ? 1 : 0;
    clock.advance(100ms);
  }
  CHECK(lost == 0);
  CHECK(twice == 0);
  CHECK(over_ceiling == 0);
  CHECK(late == 0);
}

}  // namespace

TEST_CASE("no call is lost that the healthy provider can answer, none is answered twice", "[failover]") {
  lose_nothing<Priority>();
  lose_nothing<SuccessRate>();
  lose_nothing<LeastLatency>();
  lose_nothing<OutlierEjection<RoundRobin>>();
}
