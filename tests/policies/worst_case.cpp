// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a client type says about its worst case, against many calls of it in virtual time.

#include <aramid/aramid.hpp>
#include <aramid/fallback.hpp>

#include <memory>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::ManualClock;

namespace {

/// Fails as slowly as it may, or in any other way, as the seed says. It obeys its deadline, as adapters do.
struct Erratic {
  std::uint64_t* seed;
  bool slowly = false;

  Outcome<int> operator()(int, Context& ctx) const {
    const std::uint64_t drawn = SplitMix64::mix(*seed += 0x9E37'79B9'7F4A'7C15U);
    if (slowly) {
      ctx.wait(ctx.deadline);
      // What never left is repeated once without counting as an attempt.
      auto failure = fail(drawn % 4 == 0 ? Fault::connection_failed : Fault::timed_out);
      if (drawn % 4 != 0)
        failure.error().retry_after = Duration{static_cast<std::int64_t>(drawn % 3'000'000'000)};
      return failure;
    }
    const Instant end = ctx.now() + Duration{static_cast<std::int64_t>(drawn % 4'000'000'000)};
    ctx.wait(smaller(end, ctx.deadline));
    if (end >= ctx.deadline) return fail(Fault::timed_out);
    if (drawn % 50 == 0) return 1;
    auto failure = fail(static_cast<Fault>((drawn >> 32U) % fault_count));
    if (drawn % 3 == 0) failure.error().retry_after = Duration{static_cast<std::int64_t>(drawn >> 32U)};
    return failure;
  }
};

template <class Client, class Build>
void keeps_its_word(const char* name, const Build& build, bool tight) {
  INFO(name);
  constexpr Duration worst = worst_case<Client>();
  static_assert(worst != unbounded);
  Duration longest{0};
  unsigned most = 0;
  std::uint64_t seed = 1;
  for (int round = 0; round < 400; ++round) {
    ManualClock clock{seed};
    const std::unique_ptr<Client> client = build(Erratic{&seed, round % 2 == 0});
    for (int i = 0; i < 5; ++i) {
      Context ctx = clock.context();
      const Instant begin = clock.now();
      (void)(*client)(0, ctx);
      longest = larger(longest, clock.now() - begin);
      most = larger(most, ctx.attempt());
    }
  }
  CHECK(longest <= worst);
  CHECK(most <= max_attempts<Client>());
  if (tight) {
    // Not a bound that nothing can reach.
    CHECK(longest >= worst * 9 / 10);
    CHECK(most == max_attempts<Client>());
  }
}

template <class... Policies>
void keeps_its_word(const char* name, bool tight = true) {
  using Client = Resilient<Erratic, Policies...>;
  keeps_its_word<Client>(name, [](Erratic erratic) { return std::make_unique<Client>(erratic); }, tight);
}

using Pauses = Backoff<Constant, NoJitter, 2s, 3s>;
template <class... Policies>
using Stack = Resilient<Erratic, Policies...>;

}  // namespace

TEST_CASE("no call of a stack takes longer, or more attempts, than its type says") {
  keeps_its_word<Timeout<3s>>("one limit");
  keeps_its_word<Timeout<3s>, Breaker<5, 60s, 3>, Telemetry>("and policies that take no time");
  keeps_its_word<Pauses, Timeout<3s>>("retries");
  keeps_its_word<Retry<5, Backoff<Exponential, Jitter, 1s, 3s>>, Timeout<3s>>("more of them");
  keeps_its_word<Timeout<10s>, Pauses, Timeout<3s>>("retries within a limit", false);
  keeps_its_word<RetryBudget<20, 10s, 10>, Pauses, Breaker<9, 1s, 3>, Timeout<3s>>("within a budget", false);
  keeps_its_word<PhaseTimeout<Idle<1s>, Total<3s>>>("a total of phases");
  keeps_its_word<Pauses, AdaptiveTimeout<99, 300, 1s, 3s>>("an adaptive limit", false);
  keeps_its_word<ChaosDelay<2s, 1000>, Timeout<3s>>("delays on purpose");
}

TEST_CASE("no call of a combinator takes longer, or more attempts, than its type says") {
  using Two = Failover<Priority, Stack<Pauses, Timeout<3s>>, Stack<Timeout<2s>>>;
  keeps_its_word<Two>("failover", [](Erratic e) { return std::make_unique<Two>(e, e); }, false);
  using Alike = Failover<Priority, Stack<Timeout<3s>>, Stack<Timeout<3s>>, Stack<Timeout<2s>>>;
  keeps_its_word<Alike>(
      "failover without retries", [](Erratic e) { return std::make_unique<Alike>(e, e, e); }, true);
  using Else = Fallback<Stack<Pauses, Timeout<3s>>, int>;
  keeps_its_word<Else>("fallback", [](Erratic e) { return std::make_unique<Else>(e, 7); }, false);
  using Nested = Resilient<Resilient<Erratic, Timeout<3s>>, Pauses>;
  keeps_its_word<Nested>("nested stacks", [](Erratic e) { return std::make_unique<Nested>(e); }, true);
}
