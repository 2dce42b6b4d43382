// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The laws over every built-in policy and over one that a user might write.

#include "laws/policy_laws.hpp"

#include <mutex>

using namespace laws;

namespace {

// As many calls at a time as it has permits; the others are refused.
class OneAtATime {
 public:
  static constexpr Name name = "OneAtATime";
  static constexpr bool reads_time = false;
  struct Scope {
    bool held = false;
  };
  Admission admit(Scope& scope, Context&, Instant) noexcept {
    if (free_.fetch_sub(1) <= 0) {
      ++free_;
      return Admission::reject(Fault::saturated, Reason::none);
    }
    scope.held = true;
    return Admission::proceed();
  }
  Verdict settle(Scope& scope, Context& ctx, const Error*, Instant) noexcept {
    release(scope, ctx);
    return Verdict::done();
  }
  void release(Scope& scope, Context&) noexcept {
    if (std::exchange(scope.held, false)) ++free_;
  }

 private:
  std::atomic<int> free_{1};
};

using RatedBreaker = Breaker<AnyOf{FailureRate{.percent = 50, .minimum = 2, .window = 10s},
                                   SlowRate{.percent = 50, .slower_than = 2s, .minimum = 2, .window = 10s},
                                   FailureCount{.failures = 2, .of = 5}},
                             GrowingCooldown{.first = 10s, .ceiling = 1min}, ProbeRule{.at_a_time = 1},
                             Ramp<10s, 50>, OnAbandoned<Abandoned::as_failures>>;

}  // namespace

#define POLICIES                                                                                      \
  (Backoff<Exponential, Jitter>), (Retry<5, Backoff<Constant, NoJitter, 200ms, 2s>>),                 \
      (Deliberate<Retry<forever, Backoff<Exponential, Jitter>>>), Retry<>,                            \
      (Retry<3, Delays<0s, 100ms, 1s>>),                                                              \
      (Retry<4, Backoff<Exponential, DecorrelatedJitter, 100ms, 2s, 0s>, ByRuling, ExpectRoom>),      \
      (Breaker<2, 10s, 1>), Breaker<>, RatedBreaker, (Limiter<SlidingWindow, RPM<2>, TPM<100>>),      \
      (Limiter<TokenBucket<>, RPM<2>, Queue<1>, MaxWait<1h>>),                                        \
      (Limiter<FixedWindow, RPM<2>, OutputTPM<100>>), (Limiter<SlidingCounter<10>, RPM<2>>),          \
      (Leased<Limiter<TokenBucket<>, RPM<3>>, 2>), Timeout<5s>, Timeout<>,                            \
      (PhaseTimeout<Connect<1s>, FirstOutput<2s>, Idle<3s>, Silence<2s>, Total<5s>>), PhaseTimeout<>, \
      (AdaptiveTimeout<50, 300, 1s, 5s, 60s, 1>), AdaptiveTimeout<>, Telemetry, OneAtATime,           \
      (RetryBudget<0, 10s, 0>), RetryBudget<>, AwsQuota, (GrpcThrottle<1, 1>), GrpcThrottle<>

TEMPLATE_TEST_CASE(
    "a policy's scope is settled or released once on every path, and the next call gets through", "[laws]",
    POLICIES) {
  settles_or_releases_once_on_every_path<TestType>();
}

TEMPLATE_TEST_CASE("a policy never waits past the deadline", "[laws]", POLICIES) {
  never_waits_past_the_deadline<TestType>();
}

TEMPLATE_TEST_CASE("a policy only shortens the deadline and puts it back", "[laws]", POLICIES) {
  puts_the_deadline_back<TestType>();
}

TEMPLATE_TEST_CASE("a policy never repeats a committed call", "[laws]", POLICIES) {
  never_repeats_a_committed_call<TestType>();
}

TEMPLATE_TEST_CASE("a policy keeps to the ceiling on attempts", "[laws]", POLICIES) {
  keeps_to_the_ceiling<TestType>();
}

TEMPLATE_TEST_CASE("a policy survives any instant, earlier ones and the ends of the time line included",
                   "[laws]", POLICIES) {
  survives_any_instant<TestType>();
}

TEST_CASE("retry number 2^31 has a delay like any other", "[laws]") {
  const RetrySettings settings{.retries = forever, .base = 1s, .cap = 60s};
  for (const unsigned retry : {0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU, 62U, 63U, 64U}) {
    for (const std::uint64_t random : {std::uint64_t{0}, ~std::uint64_t{0}}) {
      const auto next = detail::next_delay<Exponential, Jitter>(settings, {retry}, random);
      CHECK(next.refusal == Reason::none);
      CHECK(next.delay == 60s);
    }
  }
}

TEST_CASE("a retry scope with 2^31 retries behind it goes on", "[laws]") {
  Retry<forever, Backoff<Exponential, Jitter>> policy;
  ManualClock clock;
  Context ctx = clock.context();
  decltype(policy)::Scope scope;
  scope.retries = 0x80000000U;
  Error error;
  error.fault = Fault::unavailable;
  const Verdict verdict = policy.settle(scope, ctx, &error, clock.now());
  CHECK(verdict.again);
  CHECK(verdict.after == 60s);
}

TEST_CASE("delays at the end of the time line saturate", "[laws]") {
  const RetrySettings settings{.retries = 5, .base = Duration::max(), .cap = Duration::max()};
  const auto next = detail::next_delay<Exponential, Jitter>(settings, {3, Duration::max() - 1ns}, ~0ULL);
  CHECK(next.delay >= Duration::zero());
  CHECK(detail::next_delay<Exponential, Jitter>(settings, {3, {}, 0ns}, 0).refusal == Reason::no_time_left);
}
