// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// worst_case and max_attempts against every sequence of outcomes that there is.

#include "retry_run.hpp"

using namespace desk;

namespace {

constexpr Duration limit = 3s;

/// What a provider can do, told by the digits of `code` to a base of four; it takes all the time it is given.
struct Told {
  unsigned* code;
  unsigned* runs;
  testing::ManualClock* clock;

  Outcome<int> operator()(int, Context& ctx) {
    const unsigned turn = (*code >> (2 * *runs)) & 3U;
    ++*runs;
    if (ctx.deadline != Instant::max()) clock->advance_to(ctx.deadline);
    if (turn == 0) return 1;
    if (turn == 1) return fail(Fault::connection_failed);
    if (turn == 2) return fail(Fault::unavailable);
    return std::unexpected{error_of(Fault::rate_limited, Duration{9s})};
  }
};

struct Extremes {
  Duration longest{0};
  unsigned attempts = 0;
  unsigned runs = 0;
};

template <class Client, unsigned MostRuns, class... Settings>
Extremes play_all(Settings... settings) {
  Extremes extremes;
  for (unsigned code = 0; code < 1U << (2 * MostRuns); ++code) {
    testing::ManualClock clock{code + 1, at(0s)};
    unsigned told = code;
    unsigned runs = 0;
    Client client{Told{&told, &runs, &clock}, settings...};
    Context ctx{clock};
    (void)client(0, ctx);
    extremes.longest = larger(extremes.longest, clock.now() - at(0s));
    extremes.attempts = larger(extremes.attempts, ctx.attempt());
    extremes.runs = larger(extremes.runs, runs);
  }
  return extremes;
}

template <class... Policies>
using Client = Resilient<Told, Policies..., Timeout<Span{limit}>>;

}  // namespace

TEST_CASE("no sequence of outcomes takes longer or more attempts than the type says, and one takes as many") {
  using Three = Client<Backoff<Constant, NoJitter, 9s, 9s>>;
  const Extremes three = play_all<Three, 5>();
  CHECK(three.attempts == max_attempts<Three>());
  CHECK(three.runs == max_attempts<Three>() + 1);
  CHECK(three.longest == worst_case<Three>());

  using One = Client<Retry<1, Backoff<Exponential, Jitter, 9s, 9s>>>;
  const Extremes one = play_all<One, 3>();
  CHECK(one.attempts == max_attempts<One>());
  CHECK(one.longest == worst_case<One>());

  using None = Client<Retry<0, Backoff<Exponential, Jitter>>>;
  const Extremes none = play_all<None, 2>();
  CHECK(none.attempts == max_attempts<None>());
  CHECK(none.runs == 1);
  CHECK(none.longest == worst_case<None>());
}

TEST_CASE("with jitters and growing delays the worst case is a bound that is not passed") {
  using Grows = Client<Retry<3, Backoff<Fibonacci, FullJitter, 2s, 20s>>>;
  CHECK(play_all<Grows, 5>().longest <= worst_case<Grows>());
  using Walks = Client<Retry<3, Backoff<Exponential, DecorrelatedJitter, 2s, 20s, 0s>, ByRuling, ExpectRoom>>;
  CHECK(play_all<Walks, 5>().longest <= worst_case<Walks>());
  using Listed = Client<Retry<3, Delays<0s, 1s, 9s>>>;
  const Extremes listed = play_all<Listed, 5>();
  CHECK(listed.longest <= worst_case<Listed>());
  CHECK(listed.attempts == max_attempts<Listed>());
  STATIC_REQUIRE(worst_case<Listed>() == 5 * limit + 3 * 9s);
}

TEST_CASE("a total time limit outside the retries bounds them all") {
  using Total = Resilient<Told, Timeout<20s>, Backoff<Constant, NoJitter, 9s, 9s>, Timeout<Span{limit}>>;
  const Extremes total = play_all<Total, 5>();
  CHECK(total.longest <= worst_case<Total>());
  STATIC_REQUIRE(worst_case<Total>() == 20s);
}

TEST_CASE("settings at run time make as many attempts as the same ones in the type") {
  using Free = Client<Retry<>>;
  STATIC_REQUIRE(max_attempts<Free>() == unlimited_attempts);
  STATIC_REQUIRE(worst_case<Free>() == unbounded);
  const Extremes free = play_all<Free, 4>(RetrySettings{.retries = 2, .base = 9s, .cap = 9s});
  CHECK(free.attempts == 3);
  CHECK(free.longest == 4 * limit + 2 * 9s);
}

TEST_CASE("a type says how many attempts its retries make") {
  STATIC_REQUIRE(Backoff<Exponential, Jitter>::attempts == 4);
  STATIC_REQUIRE(Retry<0, Plain>::attempts == 1);
  STATIC_REQUIRE(Retry<5, Plain>::attempts == 6);
  STATIC_REQUIRE(Retry<forever, Plain>::attempts == unlimited_attempts);
  STATIC_REQUIRE(Plain::worst_case(2s) == 5 * 2s + 3 * 60s);
  STATIC_REQUIRE(Retry<0, Plain>::worst_case(2s) == 2s);
  STATIC_REQUIRE(Retry<forever, Plain>::worst_case(2s) == unbounded);
  STATIC_REQUIRE(Plain::worst_case(Duration::max()) == unbounded);
}
