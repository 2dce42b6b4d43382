// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A breaker's settings: what is refused, with which sentence, and that both spellings mean the same.

#include <aramid/policies/breaker.hpp>

#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

std::string build(BreakerSettings settings) {
  return refusal_of([&] {
    const Breaker<> breaker{settings};
    (void)breaker;
  });
}

template <class B>
using Calls = std::vector<std::unique_ptr<Caller<B>>>;

/// A random life; what the breaker answered and was, step by step.
template <class B>
std::vector<std::int64_t> life(B& breaker) {
  std::vector<std::int64_t> log;
  SplitMix64 random{5};
  Calls<B> out;
  for (int i = 0; i < 6000; ++i) {
    const Instant now = at(i * 100ms);
    if (random() % 2 == 0 || out.empty()) {
      out.push_back(std::make_unique<Caller<B>>(breaker));
      const bool in = out.back()->enter(now);
      log.push_back(in ? 1 : out.back()->answer().retry_after.count());
      if (!in) out.pop_back();
    } else {
      const auto end = random() % 5;
      auto call = std::move(out[random() % out.size()]);
      std::erase(out, nullptr);
      if (end == 0) call->succeed(now);
      if (end == 1) call->fail(now);
      if (end == 2) call->fail(now, Fault::rate_limited);
      if (end == 3) call->fail(now, Fault::cancelled);
      if (end == 4) call->drop();
    }
    log.push_back(static_cast<std::int64_t>(breaker.state(now)) * 1000 + breaker.failures(now));
  }
  return log;
}

template <class Fixed>
void same_life(const BreakerSettings& settings) {
  Fixed fixed;
  Breaker<> told{settings};
  CHECK(life(fixed) == life(told));
}

}  // namespace

TEST_CASE("every rule and option behaves the same from settings as from template arguments") {
  same_life<Breaker<5, 60s, 3>>({});
  same_life<Breaker<2, 5s, 1>>({.failures = 2, .cooldown = 5s, .probes = 1});
  same_life<Breaker<FailureRate{.percent = 40, .minimum = 4, .window = 5s}, 2s, 2>>(
      {.failures = 0,
       .cooldown = 2s,
       .probes = 2,
       .failure_rate = FailureRate{.percent = 40, .minimum = 4, .window = 5s}});
  same_life<Breaker<FailureCount{.failures = 3, .of = 9}, 2s, 2>>(
      {.failures = 0, .cooldown = 2s, .probes = 2, .failure_count = FailureCount{.failures = 3, .of = 9}});
  same_life<Breaker<SlowRate{.percent = 30, .slower_than = 300ms, .minimum = 3, .window = 5s}, 2s, 2>>(
      {.failures = 0,
       .cooldown = 2s,
       .probes = 2,
       .slow_rate = SlowRate{.percent = 30, .slower_than = 300ms, .minimum = 3, .window = 5s}});
  same_life<Breaker<AnyOf{3, FailureCount{.failures = 4, .of = 30}}, 2s, 2>>(
      {.failures = 3, .cooldown = 2s, .probes = 2, .failure_count = FailureCount{.failures = 4, .of = 30}});
  same_life<Breaker<2, GrowingCooldown{.first = 1s, .ceiling = 8s, .jitter = 0},
                    ProbeRule{.at_a_time = 2, .successes = 3, .failures = 2, .lease = 500ms}>>(
      {.failures = 2,
       .cooldown = 1s,
       .probes = 2,
       .lease = 500ms,
       .ceiling = 8s,
       .successes = 3,
       .probe_failures = 2});
  same_life<Breaker<2, 2s, 1, Ramp<1s, 10, 50>, OnAbandoned<Abandoned::as_failures>>>(
      {.failures = 2,
       .cooldown = 2s,
       .probes = 1,
       .abandoned = Abandoned::as_failures,
       .ramp_step = 1s,
       .ramp = {10, 50}});
  same_life<Breaker<FailureRate{.percent = 40, .minimum = 2, .window = 1s}, 2s, 1,
                    OnAbandoned<Abandoned::count_when_all_abandoned>>>(
      {.failures = 0,
       .cooldown = 2s,
       .probes = 1,
       .failure_rate = FailureRate{.percent = 40, .minimum = 2, .window = 1s},
       .abandoned = Abandoned::count_when_all_abandoned});
}

TEST_CASE("breaker settings out of range are refused with a sentence that names field, value and range") {
  CHECK(build({.failures = 0}) ==
        "aramid: BreakerSettings::failures is 0, allowed is 1 to 65535, or 0 with another rule");
  using support::contains;
  CHECK_THAT(build({.failures = 65536}), contains("BreakerSettings::failures is 65536"));
  CHECK_THAT(build({.cooldown = 0s}), contains("BreakerSettings::cooldown is 0 s, allowed is above 0"));
  CHECK_THAT(build({.cooldown = -1s}), contains("BreakerSettings::cooldown is -1 s"));
  CHECK_THAT(build({.probes = 0}), contains("BreakerSettings::probes is 0, allowed is 1 to 1023"));
  CHECK_THAT(build({.probes = 1024}), contains("BreakerSettings::probes is 1024"));
  CHECK_THAT(build({.lease = -1ns}), contains("BreakerSettings::lease is -1 ns, allowed is 0 or more"));
  CHECK(build({.cooldown = 10s, .ceiling = 9s}) ==
        "aramid: BreakerSettings::ceiling is 9 s, allowed is 0, or from the cool-down, which is 10 s");
  CHECK_THAT(build({.jitter = 101}), contains("BreakerSettings::jitter is 101, allowed is 0 to 100"));
  CHECK_THAT(build({.successes = 65536}), contains("BreakerSettings::successes is 65536"));
  CHECK_THAT(build({.probe_failures = 0}),
             contains("BreakerSettings::probe_failures is 0, allowed is 1 to 63"));
  CHECK_THAT(build({.probe_failures = 64}), contains("BreakerSettings::probe_failures is 64"));
  CHECK_THAT(build({.abandoned = static_cast<Abandoned>(3)}), contains("BreakerSettings::abandoned is 3"));
  CHECK_THAT(build({.ramp = {10}}),
             contains("BreakerSettings::ramp_step is 0 s, allowed is above 0 with a ramp"));
  CHECK_THAT(build({.ramp_step = 1s, .ramp = {100}}), contains("BreakerSettings::ramp is 100"));
  CHECK_THAT(build({.ramp_step = 1s, .ramp = {10, 0, 20}}),
             contains("BreakerSettings::ramp is 20, allowed is 0 after the first 0"));
  CHECK(build({}).empty());
  CHECK(build({.failures = 65535, .cooldown = 1ns, .probes = 1023}).empty());
}

TEST_CASE("rules out of range are refused with a sentence that names field, value and range") {
  using support::contains;
  const auto rate = [](FailureRate rule) { return build({.failure_rate = rule}); };
  CHECK(rate({.percent = 0}) == "aramid: FailureRate::percent is 0, allowed is 1 to 100");
  CHECK_THAT(rate({.percent = 101}), contains("FailureRate::percent is 101"));
  CHECK_THAT(rate({.minimum = 0}), contains("FailureRate::minimum is 0, allowed is 1 to 1000000"));
  CHECK_THAT(rate({.minimum = 1'000'001}), contains("FailureRate::minimum is 1000001"));
  CHECK_THAT(rate({.window = 99ms}), contains("FailureRate::window is 99 ms, allowed is 100 ms or more"));
  CHECK(rate({.percent = 100, .minimum = 1, .window = 100ms}).empty());
  const auto slow = [](SlowRate rule) { return build({.slow_rate = rule}); };
  CHECK_THAT(slow({.percent = 0}), contains("SlowRate::percent is 0"));
  CHECK_THAT(slow({.slower_than = 0s}), contains("SlowRate::slower_than is 0 s, allowed is above 0"));
  CHECK_THAT(slow({.minimum = 0}), contains("SlowRate::minimum is 0"));
  CHECK_THAT(slow({.window = 0s}), contains("SlowRate::window is 0 s"));
  CHECK(slow({}).empty());
  const auto count = [](FailureCount rule) { return build({.failure_count = rule}); };
  CHECK_THAT(count({.of = 0}), contains("FailureCount::of is 0, allowed is 1 to 1024"));
  CHECK_THAT(count({.of = 1025}), contains("FailureCount::of is 1025"));
  CHECK_THAT(count({.failures = 21, .of = 20}),
             contains("FailureCount::failures is 21, allowed is 1 to `of`, which is 20"));
  CHECK_THAT(count({.failures = 0}), contains("FailureCount::failures is 0"));
  CHECK(count({.failures = 1024, .of = 1024}).empty());
  CHECK(build({.failures = 0, .slow_rate = SlowRate{}}).empty());
}

TEST_CASE("a breaker's type says what opens it") {
  CHECK(Breaker<5, 60s, 3>::describe() == "5 failures in a row open it for 1 min, 3 probes");
  CHECK(Breaker<FailuresInARow{4}, 60s, 3>::describe() == "4 failures in a row open it for 1 min, 3 probes");
  CHECK(Breaker<FailureCount{.failures = 5, .of = 20}, GrowingCooldown{.first = 30s, .ceiling = 10min},
                1>::describe() == "5 failures of the last 20 calls open it for 30 s to 10 min, 1 probe");
  CHECK(Breaker<AnyOf{FailureRate{}, SlowRate{}, 7}, 60s, 3>::describe() ==
        "50 % of at least 20 calls in 10 s that fail, or 50 % of at least 20 calls in 10 s that are slower "
        "than 5 s, or "
        "7 failures in a row open it for 1 min, 3 probes");
  CHECK(Breaker<>::describe() == "set at run time");
}
