// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A time limit adds no reading of the clock to a stack that reads it anyway, and no allocation.

#include <aramid/aramid.hpp>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::ManualClock;

namespace {

using Now = Retry<1, Backoff<Constant, NoJitter, 1s, 60s>>;
using Phases = PhaseTimeout<Connect<5s>, FirstOutput<15s>, Idle<20s>, Total<30s>>;
using Adaptive = AdaptiveTimeout<99, 300, 1s, 20s, 60s, 1>;

/// Reads no clock itself.
struct Provider {
  Fault fault = Fault::unknown;
  Outcome<int> operator()(int, Context&) const {
    if (fault == Fault::unknown) return 1;
    return fail(fault);
  }
};

/// Readings of the clock in the second of two calls.
template <class... Policies>
std::uint64_t readings(Fault fault, Duration deadline) {
  ManualClock clock;
  Resilient<Provider, Policies...> client{Provider{fault}};
  std::uint64_t before = 0;
  for (int i = 0; i < 2; ++i) {
    Context ctx{clock};
    if (deadline != Duration::max()) ctx.deadline = saturating_add(clock.now(), deadline);
    before = clock.readings();
    (void)client(0, ctx);
    before = clock.readings() - before;
  }
  return before;
}

}  // namespace

TEST_CASE("a time limit adds no reading of the clock to a stack that reads it anyway") {
  for (const Fault fault : {Fault::unknown, Fault::unavailable, Fault::timed_out, Fault::invalid_request}) {
    for (const Duration deadline : {Duration::max(), Duration{90s}}) {
      const std::uint64_t without = readings<Now>(fault, deadline);
      CHECK(without >= 2);
      CHECK(readings<Timeout<60s>, Now>(fault, deadline) == without);
      CHECK(readings<Now, Timeout<30s>>(fault, deadline) == without);
      CHECK(readings<Now, Phases>(fault, deadline) == without);
      CHECK(readings<Now, Adaptive>(fault, deadline) == without);
      CHECK(readings<Timeout<60s>, Now, Phases, Adaptive, Timeout<10s>>(fault, deadline) == without);
      CHECK(readings<Timeout<>, Now, PhaseTimeout<>, AdaptiveTimeout<>>(fault, deadline) == without);
    }
  }
}

TEST_CASE("by itself a time limit reads the clock once before and once after the attempt") {
  CHECK(readings<Timeout<60s>>(Fault::unknown, Duration::max()) == 2);
  CHECK(readings<Phases>(Fault::unknown, Duration::max()) == 2);
  CHECK(readings<Adaptive>(Fault::unknown, Duration::max()) == 2);
}
