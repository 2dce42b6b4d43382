// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What is absent takes no room.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>

#include <atomic>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Word {
  std::int64_t value = 0;
  Outcome<int> operator()(const int&, Context&) { return 1; }
};
struct Nothing {
  Outcome<int> operator()(const int&, Context&) { return 1; }
};
struct Stateless {
  struct Scope {};
  Admission admit(Scope&, Context&, Instant) noexcept { return Admission::proceed(); }
  Verdict settle(Scope&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
  void release(Scope&, Context&) noexcept {}
};
struct OtherStateless : Stateless {};

using Usual = Backoff<Exponential, Jitter>;

}  // namespace

TEST_CASE("a client without policies is as large as its provider", "[size]") {
  STATIC_REQUIRE(sizeof(Resilient<Word>) == sizeof(Word));
  STATIC_REQUIRE(sizeof(Resilient<Nothing>) == sizeof(Nothing));
}

TEST_CASE("policies without state add nothing", "[size]") {
  STATIC_REQUIRE(sizeof(Resilient<Word, Stateless>) == sizeof(Word));
  STATIC_REQUIRE(sizeof(Resilient<Word, Stateless, OtherStateless>) == sizeof(Word));
  STATIC_REQUIRE(sizeof(Resilient<Word, Usual>) == sizeof(Word));
  STATIC_REQUIRE(sizeof(Resilient<Word, Retry<3, Delays<0s, 100ms, 1s>>>) == sizeof(Word));
  STATIC_REQUIRE(sizeof(Resilient<Word, Backoff<Exponential, DecorrelatedJitter>>) == sizeof(Word));
  STATIC_REQUIRE(sizeof(Resilient<Word, Timeout<30s>>) == sizeof(Word));
  STATIC_REQUIRE(sizeof(Resilient<Word, Usual, Timeout<30s>>) == sizeof(Word));
  STATIC_REQUIRE(sizeof(Resilient<Word, PhaseTimeout<Idle<5s>, Total<30s>>>) == sizeof(Word));
}

TEST_CASE("a breaker adds its three words and nothing else", "[size]") {
  STATIC_REQUIRE(sizeof(Resilient<Word, Usual, Breaker<5, 60s, 3>, Timeout<30s>>) <= sizeof(Word) + 24);
}

TEST_CASE("a retry that expects room adds its average and nothing else", "[size]") {
  STATIC_REQUIRE(sizeof(Resilient<Word, Retry<3, Usual, ByRuling, ExpectRoom>>) == sizeof(Word) + 8);
}

TEST_CASE("a retry quota or throttle is one word, a retry budget its window", "[size]") {
  STATIC_REQUIRE(sizeof(AwsQuota) == sizeof(unsigned));
  STATIC_REQUIRE(sizeof(GrpcThrottle<10, 100>) == 8);
  STATIC_REQUIRE(sizeof(RetryBudget<20, 10s, 10>) <= 400);
}

TEST_CASE("a limiter is as large as docs/limiter.md says", "[size]") {
  STATIC_REQUIRE(sizeof(Limiter<FixedWindow, RPM<50>>) <= 192);
  STATIC_REQUIRE(sizeof(Limiter<TokenBucket<>, RPM<50>>) <= 224);
  STATIC_REQUIRE(sizeof(Limiter<SlidingWindow, RPM<50>>) <= 224);
  STATIC_REQUIRE(sizeof(Limiter<SlidingCounter<10>, RPM<50>>) <= 472);
  STATIC_REQUIRE(sizeof(Limiter<TokenBucket<>, RPM<50>, TPM<5'000>>) <= 352);
  STATIC_REQUIRE(sizeof(Leased<Limiter<TokenBucket<>, RPM<5'000>>, 100>) <= 64 * 64 + 320);
  STATIC_REQUIRE(sizeof(Leased<Limiter<TokenBucket<>>, 100, 1>) <= sizeof(Limiter<TokenBucket<>>) + 320);
  STATIC_REQUIRE(sizeof(Leased<Limiter<TokenBucket<>>, 100, 11>) -
                     sizeof(Leased<Limiter<TokenBucket<>>, 100, 1>) ==
                 10 * 192);
}

TEST_CASE("a shared policy is one pointer, a switch one word more than its policy", "[size]") {
  STATIC_REQUIRE(sizeof(Shared<RetryBudget<20, 10s, 10>>) == sizeof(void*));
  STATIC_REQUIRE(sizeof(Shared<Limiter<SlidingWindow, RPM<50>>>) == sizeof(void*));
  STATIC_REQUIRE(sizeof(Switchable<Breaker<5, 60s, 3>>) <= sizeof(Breaker<5, 60s, 3>) + 8);
  STATIC_REQUIRE(sizeof(Switchable<Timeout<30s>>) <= 2);
  STATIC_REQUIRE(sizeof(Shadow<Breaker<5, 60s, 3>>) <= sizeof(Breaker<5, 60s, 3>) + 48);
}

TEST_CASE("admission policies are as large as what they count", "[size]") {
  // Two words and a line of four behind a mutex; an algorithm is a dozen words.
  STATIC_REQUIRE(sizeof(Bulkhead<10>) <= 104);
  STATIC_REQUIRE(sizeof(AdaptiveBulkhead<Aimd, 1, 100>) <= sizeof(Bulkhead<10>) + 80);
  STATIC_REQUIRE(sizeof(AdaptiveBulkhead<Gradient2, 1, 100>) <= sizeof(Bulkhead<10>) + 112);
  STATIC_REQUIRE(sizeof(RampUp<60s, 10>) == 32);
  STATIC_REQUIRE(sizeof(Throttle<2, 120s>) <= 240);
  STATIC_REQUIRE(sizeof(AdaptiveRate<CubicRate, Queue<10>>) <= 208);
}

TEST_CASE("an adaptive timeout is its buckets and a few words", "[size]") {
  STATIC_REQUIRE(sizeof(AdaptiveTimeout<99, 300, 1s, 60s>) <= 5700);
  STATIC_REQUIRE(sizeof(PhaseTimeout<>) == 5 * sizeof(Duration));
}

TEST_CASE("a breaker pays for a rule or an option only when it has it", "[size]") {
  constexpr std::size_t plain = 24;
  STATIC_REQUIRE(sizeof(Breaker<5, 60s, 3>) == plain);
  STATIC_REQUIRE(sizeof(Breaker<FailuresInARow{5}, GrowingCooldown{}, ProbeRule{}, RateLimitsAreFailures>) ==
                 plain);
  STATIC_REQUIRE(sizeof(Breaker<5, 60s, 3, Ramp<10s, 10, 50>>) == plain + 16);
  // A window is eighteen words, what opened it two.
  STATIC_REQUIRE(sizeof(Breaker<FailureRate{}, 60s, 3>) == plain + 18 * 8 + 16);
  STATIC_REQUIRE(sizeof(Breaker<AnyOf{FailureRate{}, SlowRate{}, 5}, 60s, 3>) == plain + 2 * 18 * 8 + 16);
  STATIC_REQUIRE(sizeof(Breaker<FailureCount{.failures = 5, .of = 64}, 60s, 3>) == plain + 16 + 16);
  STATIC_REQUIRE(sizeof(Breaker<FailureCount{.failures = 5, .of = 65}, 60s, 3>) == plain + 24 + 16);
  STATIC_REQUIRE(sizeof(Breaker<>) <= 1024);
  STATIC_REQUIRE(sizeof(Breaker<FailureRate{}, 60s, 3>::Scope) <= 8);
  STATIC_REQUIRE(sizeof(Breaker<SlowRate{}, 60s, 3>::Scope) <= 16);
}

TEST_CASE("a failover without routing state is as large as its clients", "[size]") {
  STATIC_REQUIRE(sizeof(Failover<Priority, Word>) == sizeof(Word));
  STATIC_REQUIRE(sizeof(Failover<Priority, Named<"a", Word>, Named<"b", Word>>) == 2 * sizeof(Word));
}

TEST_CASE("an error fits into 80 bytes", "[size]") { STATIC_REQUIRE(sizeof(Error) <= 80); }

TEST_CASE("names, histories and spans are one word", "[size]") {
  STATIC_REQUIRE(sizeof(Name) == sizeof(void*));
  STATIC_REQUIRE(sizeof(History) == sizeof(void*));
  STATIC_REQUIRE(sizeof(Span) == sizeof(Duration));
  STATIC_REQUIRE(sizeof(Instant) == sizeof(Duration));
}

TEST_CASE("what a call keeps per policy is a few words", "[size]") {
  STATIC_REQUIRE(sizeof(Usual::Scope) <= 12);
  STATIC_REQUIRE(sizeof(Retry<3, Usual, ByRuling, ExpectRoom>::Scope) <= 24);
  STATIC_REQUIRE(sizeof(Breaker<5, 60s, 3>::Scope) <= 8);
  STATIC_REQUIRE(sizeof(Timeout<30s>::Scope) <= 16);
  STATIC_REQUIRE(sizeof(PhaseTimeout<Idle<5s>>::Scope) <= 56);
  STATIC_REQUIRE(sizeof(AdaptiveTimeout<99, 300, 1s, 60s>::Scope) <= 24);
  STATIC_REQUIRE(sizeof(Telemetry::Scope) <= 56);
  STATIC_REQUIRE(sizeof(RetryBudget<20, 10s, 10>::Scope) <= 56);
  STATIC_REQUIRE(sizeof(AwsQuota::Scope) <= 32);
  STATIC_REQUIRE(sizeof(GrpcThrottle<10, 100>::Scope) <= 40);
  STATIC_REQUIRE(sizeof(Limiter<SlidingWindow, RPM<50>>::Scope) <= 136);
  STATIC_REQUIRE(sizeof(Limiter<SlidingWindow>::Scope) <= 248);
  STATIC_REQUIRE(sizeof(Leased<Limiter<TokenBucket<>, RPM<5'000>>, 100>::Scope) <= 144);
  STATIC_REQUIRE(sizeof(Bulkhead<10>::Scope) <= 104);
  STATIC_REQUIRE(sizeof(AdaptiveBulkhead<Aimd, 1, 9>::Scope) <= 112);
  STATIC_REQUIRE(sizeof(RampUp<60s, 10>::Scope) <= 32);
  STATIC_REQUIRE(sizeof(Throttle<2, 120s>::Scope) <= 8);
  STATIC_REQUIRE(sizeof(AdaptiveRate<>::Scope) <= 64);
}

TEST_CASE("a context is small enough for every call to make one", "[size]") {
  STATIC_REQUIRE(sizeof(Context) <= 512);
}

TEST_CASE("nothing that calls keep the address of can be copied or moved away", "[size]") {
  using Client = Resilient<Word, Usual>;
  using Chat = Failover<Priority, Word>;
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Client>);
  STATIC_REQUIRE_FALSE(std::is_move_constructible_v<Client>);
  STATIC_REQUIRE_FALSE(std::is_move_constructible_v<Chat>);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Context>);
}
