// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A limit that follows the provider's latencies.

#include <aramid/aramid.hpp>

#include <stdexcept>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using support::contains;
using testing::ManualClock;

namespace {

using Usual = AdaptiveTimeout<99, 300, 1s, 60s>;
/// Learns from one sample on.
using Quick = AdaptiveTimeout<50, 300, 1s, 60s, 60s, 1>;

struct Acme {
  static constexpr Name name = "acme";
  Outcome<int> operator()(const int&, Context&) { return 1; }
};

/// Takes as long as it is told, or until the deadline.
struct Provider {
  Duration takes{0};
  Outcome<int> operator()(int, Context& ctx) const {
    const Instant end = saturating_add(ctx.now(), takes);
    ctx.wait(smaller(end, ctx.deadline));
    if (ctx.now() >= end) return 1;
    return fail(Fault::timed_out);
  }
};

template <class Policy>
struct Stage {
  ManualClock clock;
  Duration takes{0};
  struct Told {
    Duration* takes;
    Outcome<int> operator()(int request, Context& ctx) const { return Provider{*takes}(request, ctx); }
  };
  Resilient<Told, Policy> client{Told{&takes}};

  Outcome<int> call(Duration deadline = Duration::max()) {
    Context ctx{clock};
    ctx.deadline = saturating_add(clock.now(), deadline);
    return client(0, ctx);
  }
  AdaptiveLimit now() { return adaptive_timeout(client).now(clock.now()); }
  bool limit_is(Duration least) { return now().limit >= least && now().limit <= least + least / 16 + 4us; }
};

}  // namespace

TEST_CASE("until twenty calls have succeeded the ceiling is the limit") {
  Stage<Usual> stage;
  stage.takes = 2s;
  for (unsigned i = 0; i < 20; ++i) {
    CHECK(stage.now().limit == Duration{60s});
    CHECK_FALSE(stage.now().quantile);
    CHECK(stage.now().samples == i);
    REQUIRE(stage.call());
  }
  CHECK(stage.now().samples == 20);
  REQUIRE(stage.now().quantile);
  CHECK(stage.limit_is(6s));
}

TEST_CASE("the limit is the percentile times the factor, within floor and ceiling") {
  Stage<Quick> stage;
  const std::pair<Duration, Duration> expected[] = {
      {1ms, 1s}, {300ms, 1s}, {400ms, 1200ms}, {5s, 15s}, {30s, 60s}};
  for (const auto& [takes, limit] : expected) {
    stage.clock.advance(10min);
    stage.takes = takes;
    REQUIRE(stage.call());
    CHECK(stage.limit_is(limit));
  }
}

TEST_CASE("it is the limit that a call is given") {
  Stage<Quick> stage;
  stage.takes = 2s;
  REQUIRE(stage.call());
  const Duration limit = stage.now().limit;
  stage.takes = 30s;
  const Instant before = stage.clock.now();
  const auto answer = stage.call();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::timed_out);
  CHECK(answer.error().phase == Phase::total);
  CHECK(stage.clock.now() - before == limit);
}

TEST_CASE("a provider that has become slower is not timed out for ever") {
  const auto calls_until_success = [](auto& stage, Duration usual, int usual_calls, Duration slow) {
    stage.takes = usual;
    for (int i = 0; i < usual_calls; ++i) REQUIRE(stage.call());
    REQUIRE(stage.now().limit < slow);
    stage.takes = slow;
    int timeouts = 0;
    while (!stage.call() && timeouts < 100'000) ++timeouts;
    CHECK(stage.now().limit >= slow);
    return timeouts;
  };
  // 1 % of the window has to have been timed out once for each time that the limit grows.
  Stage<Usual> usual;
  CHECK(calls_until_success(usual, 100ms, 1000, 30s) <= 44);
  // With a factor of 100 % a sample at the limit would never move it.
  Stage<AdaptiveTimeout<99, 100, 10ms, 60s>> tight;
  CHECK(calls_until_success(tight, 100ms, 1000, 50s) <= 130);
  // Half of the window, or until it has been forgotten.
  Stage<AdaptiveTimeout<50, 200, 10ms, 60s, 60s>> median;
  CHECK(calls_until_success(median, 100ms, 200, 50s) <= 500);
}

TEST_CASE("the limit comes down again when the provider is fast again") {
  Stage<AdaptiveTimeout<99, 300, 1s, 60s, 60s>> stage;
  stage.takes = 2s;
  for (int i = 0; i < 30; ++i) REQUIRE(stage.call());
  CHECK(stage.limit_is(6s));
  stage.takes = 100ms;
  for (int i = 0; i < 1300; ++i) REQUIRE(stage.call());
  CHECK(stage.limit_is(1s));
}

TEST_CASE("after an idle time the ceiling is the limit again") {
  Stage<Usual> stage;
  stage.takes = 1s;
  for (int i = 0; i < 40; ++i) REQUIRE(stage.call());
  CHECK(stage.limit_is(3s));
  stage.clock.advance(10min);
  CHECK(stage.now().limit == Duration{60s});
  CHECK(stage.now().samples == 0);
}

TEST_CASE("only successes and its own limit teach it") {
  Quick policy;
  const auto settle = [&](Fault fault, Duration took, Duration deadline, Phase phase = Phase::none) {
    Caller call{policy};
    call.ctx.deadline = saturating_add(at(100s), deadline);
    REQUIRE(call.enter(at(100s)));
    Error error = error_of(fault);
    error.phase = phase;
    call.fail(at(100s) + took, error);
    return policy.now(at(100s)).samples;
  };
  CHECK(settle(Fault::rate_limited, 1ms, Duration::max()) == 0);
  CHECK(settle(Fault::unavailable, 59s, Duration::max()) == 0);
  CHECK(settle(Fault::cancelled, 60s, Duration::max()) == 0);
  CHECK(settle(Fault::timed_out, 59s, Duration::max()) == 0);  // the provider's own
  CHECK(settle(Fault::timed_out, 5s, 5s) == 0);                // the caller's deadline
  CHECK(settle(Fault::timed_out, 60s, Duration::max(), Phase::idle) == 0);
  CHECK(settle(Fault::timed_out, 60s, Duration::max(), Phase::total) == 1);
  CHECK(settle(Fault::interrupted, 60s, Duration::max()) == 2);
  CHECK(policy.now(at(100s)).limit == Duration{60s});
}

TEST_CASE("a queue inside that uses up the limit teaches it nothing") {
  Quick policy;
  Caller call{policy};
  REQUIRE(proceeds(call.ask(at(100s))));
  const Verdict verdict = call.fail(at(160s), Fault::deadline_exceeded);
  CHECK_FALSE(verdict.renames);
  CHECK(policy.now(at(160s)).samples == 0);
}

TEST_CASE("calls that are dropped put the deadline back and teach it nothing") {
  Quick policy;
  Caller call{policy};
  REQUIRE(proceeds(call.ask(at(100s))));
  CHECK(call.ctx.deadline == at(160s));
  call.drop();
  CHECK(call.ctx.deadline == Instant::max());
  CHECK(policy.now(at(160s)).samples == 0);
}

TEST_CASE("a success beyond the limit is a success, and a sample") {
  Stage<Quick> stage;
  stage.takes = 2s;
  REQUIRE(stage.call());
  auto late = [&](int, Context&) -> Outcome<int> {
    stage.clock.advance(100s);
    return 1;
  };
  Resilient<decltype(late), Quick> client{late};
  Context ctx{stage.clock};
  CHECK(client(0, ctx));
  CHECK(adaptive_timeout(client).now(stage.clock.now()).limit == Duration{60s});
}

TEST_CASE("an adaptive timeout set at run time is the same as one in the type") {
  using Fixed = AdaptiveTimeout<per_mille(999), 250, 2s, 50s, 30s, 7>;
  const AdaptiveTimeoutSettings settings{
      .quantile = per_mille(999), .multiple = 250, .floor = 2s, .ceiling = 50s, .window = 30s, .warm_up = 7};
  AdaptiveTimeout<> told{settings};
  Fixed fixed;
  CHECK(told.settings() == Fixed::settings());
  CHECK(AdaptiveTimeout<>{}.settings() == Usual::settings());
  for (int i = 0; i < 7; ++i) {
    for (const Instant begin : {at(100s), at(200s)}) {
      Caller one{told};
      Caller other{fixed};
      REQUIRE(proceeds(one.ask(begin)));
      REQUIRE(proceeds(other.ask(begin)));
      CHECK(one.ctx.deadline == other.ctx.deadline);
      one.succeed(begin + 3s);
      other.succeed(begin + 3s);
    }
  }
  CHECK(told.now(at(200s)).limit == fixed.now(at(200s)).limit);
}

TEST_CASE("a wrong number of an adaptive timeout is named with its value and what is allowed") {
  const auto refusal = [](const AdaptiveTimeoutSettings& settings) {
    return refusal_of([&] { (void)AdaptiveTimeout<>{settings}; });
  };
  CHECK(refusal({.quantile = percent(100)}) ==
        "aramid: AdaptiveTimeoutSettings::quantile.numerator is 100, allowed is above 0 and below the "
        "denominator, "
        "which is 100");
  CHECK(refusal({.quantile = {1, 0}}) ==
        "aramid: AdaptiveTimeoutSettings::quantile.denominator is 0, allowed is 1 to 1000000");
  CHECK(refusal({.multiple = 99}) ==
        "aramid: AdaptiveTimeoutSettings::multiple is 99, allowed is 100 to 10000");
  CHECK(refusal({.floor = 0s}) == "aramid: AdaptiveTimeoutSettings::floor is 0 s, allowed is above 0");
  CHECK(refusal({.floor = 2s, .ceiling = 1s}) ==
        "aramid: AdaptiveTimeoutSettings::ceiling is 1 s, allowed is the floor, which is 2 s, to 1 h");
  CHECK(refusal({.ceiling = 61min}) ==
        "aramid: AdaptiveTimeoutSettings::ceiling is 61 min, allowed is the floor, which is 1 s, to 1 h");
  CHECK(refusal({.window = 1ms}) ==
        "aramid: AdaptiveTimeoutSettings::window is 1 ms, allowed is 1 s to 24 h");
  CHECK(refusal({.warm_up = 0}) == "aramid: AdaptiveTimeoutSettings::warm_up is 0, allowed is 1 to 100000");
  CHECK(refusal({}).empty());
}

TEST_CASE("an adaptive timeout describes itself and bounds the worst case by its ceiling") {
  CHECK(
      describe<Resilient<Acme, Usual, AdaptiveTimeout<>>>() ==
      "AdaptiveTimeout: 300 % of the 99 % quantile, from 1 s to 1 min, window 5 min, 20 samples to warm up\n"
      "AdaptiveTimeout: set at run time\n"
      "acme\n");
  STATIC_REQUIRE(worst_case<Resilient<Acme, Usual>>() == 60s);
  STATIC_REQUIRE(worst_case<Resilient<Acme, AdaptiveTimeout<>>>() == unbounded);
}
