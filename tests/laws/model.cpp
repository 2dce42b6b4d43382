// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Thousands of short calls with random faults, waits, cancels and exceptions through a full stack; after each
// one everything that was taken has been given back.

#include "laws/policy_laws.hpp"

using namespace laws;

namespace {

// What the next attempt does, drawn from a seeded generator.
struct Weather {
  SplitMix64 draw;
  std::stop_source* source = nullptr;

  std::uint64_t upto(std::uint64_t n) { return draw() % n; }

  Outcome<int> operator()(const int&, Context& ctx) {
    ctx.wait(
        std::min(saturating_add(ctx.now(), Duration(std::chrono::milliseconds(upto(2000)))), ctx.deadline));
    if (ctx.stop.stop_requested()) return fail(Fault::cancelled);
    if (ctx.now() >= ctx.deadline) return fail(Fault::timed_out);
    if (upto(20) == 0) source->request_stop();
    if (upto(30) == 0) throw 7;
    if (upto(10) == 0) ctx.commit();
    if (upto(2) == 0) {
      ctx.usage = {static_cast<std::int64_t>(upto(50)), static_cast<std::int64_t>(upto(50))};
      return 1;
    }
    auto error = fail(static_cast<Fault>(upto(fault_count)), static_cast<int>(400 + upto(200)));
    if (upto(3) == 0) error.error().retry_after = std::chrono::milliseconds(upto(5000));
    return error;
  }
};

using Tight = Limiter<SlidingWindow, RPM<5>, TPM<300>>;
using Short = Backoff<Exponential, Jitter, 50ms, 2s>;
using Model = Resilient<Weather, Spy<'a'>, Telemetry, Retry<4, Short>, Spy<'b'>, Breaker<3, 2s, 2>, Tight,
                        Spy<'c'>, Timeout<1500ms>, Spy<'d'>>;

}  // namespace

TEST_CASE("after any sequence of outcomes every level is empty and counts add up", "[laws][model]") {
  const std::uint64_t seed = GENERATE(1, 2, 3, 4);
  CAPTURE(seed);
  ManualClock clock{seed};
  Model client{Weather{SplitMix64{seed}}};
  SplitMix64 draw{~seed};
  std::uint64_t thrown = 0;
  std::uint64_t succeeded = 0;
  constexpr unsigned calls = 1500;
  for (unsigned i = 0; i < calls; ++i) {
    std::stop_source source;
    client.provider().source = &source;
    if (draw() % 40 == 0) source.request_stop();
    Context ctx = clock.context();
    ctx.stop = source.get_token();
    ctx.cost.tokens = static_cast<std::int64_t>(draw() % 120);
    clock.advance(std::chrono::milliseconds(draw() % 8000));
    const bool hurried = draw() % 2 == 0;
    if (hurried) ctx.deadline = clock.now() + std::chrono::milliseconds(draw() % 20000);
    const Instant began = clock.now();
    const Instant deadline = ctx.deadline;
    try {
      const Outcome<int> answer = client(0, ctx);
      if (answer) {
        ++succeeded;
      } else {
        // One more than was sent: an attempt that never left is repeated without counting.
        REQUIRE(answer.error().history.total() <= ctx.attempt() + 1);
        REQUIRE((!ctx.committed() || answer.error().fault == Fault::interrupted ||
                 answer.error().fault == Fault::cancelled));
      }
    } catch (int) {
      ++thrown;
    }
    REQUIRE(ctx.attempt() <= 5);
    REQUIRE(ctx.deadline == deadline);
    REQUIRE(std::max(began, deadline) >= clock.now());
    REQUIRE(client.policy<0>().live + client.policy<3>().live + client.policy<6>().live +
                client.policy<8>().live ==
            0);
    REQUIRE(client.policy<0>().breaches + client.policy<3>().breaches + client.policy<6>().breaches +
                client.policy<8>().breaches ==
            0);
    REQUIRE(limiter(client).waiting() == 0);
    REQUIRE(limiter(client).used(Unit::requests, clock.now()) <= 5);
    support::journal().clear();
    client.policy<0>().told.clear();
  }
  const Totals totals = telemetry(client).totals();
  CHECK(totals.calls == calls);
  CHECK(totals.successes == succeeded);
  CHECK(thrown > 0);
  CHECK(succeeded > 0);
  // Nothing is left behind that would keep a healthy call out for longer than window and cool-down.
  clock.advance(2min);
  CHECK(limiter(client).used(Unit::requests, clock.now()) == 0);
  CHECK(limiter(client).used(Unit::tokens, clock.now()) == 0);
  CHECK(limiter(client).can_proceed(300, clock.now()).allowed);
  CHECK(breaker(client).state(clock.now()) != BreakerState::open);
}
