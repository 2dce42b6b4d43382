// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Limiters whose threads take permits in batches.

#include <aramid/policies/leased.hpp>

#include <aramid/aramid.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/token_bucket.hpp>

#include "limiter_calls.hpp"

#include <thread>
#include <vector>

using namespace desk;

namespace {

using Batched = Leased<Limiter<SlidingWindow, Quota<Unit::requests, 1'000, 20s>>, 100>;

std::int64_t in_use(const Batched& limiter, Instant now) { return limiter.used(Unit::requests, now); }

}  // namespace

TEST_CASE("a thread takes a batch and spends it") {
  Batched limiter;
  use(limiter, at(0s));
  CHECK(in_use(limiter, at(0s)) == 100);
  CHECK(limiter.unused(at(0s)) == 99);
  for (int i = 1; i < 100; ++i) use(limiter, at(0s));
  CHECK(in_use(limiter, at(0s)) == 100);
  CHECK(limiter.unused(at(0s)) == 0);
  use(limiter, at(0s));
  CHECK(in_use(limiter, at(0s)) == 200);
}

TEST_CASE("a lease ends after a twentieth of the window, and what is left of it goes back") {
  Batched limiter;
  for (int i = 0; i < 10; ++i) use(limiter, at(0s));
  CHECK(limiter.unused(at(1s) - 1ns) == 90);
  CHECK(limiter.unused(at(1s)) == 0);
  use(limiter, at(1s));
  CHECK(in_use(limiter, at(1s)) == 110);
}

TEST_CASE("what a thread has not used can be given back at once") {
  Batched limiter;
  for (int i = 0; i < 10; ++i) use(limiter, at(0s));
  limiter.return_unused(at(500ms));
  CHECK(limiter.unused(at(500ms)) == 0);
  CHECK(in_use(limiter, at(500ms)) == 10);
}

TEST_CASE("where a batch is not to be had the last permits go one by one, and then calls wait") {
  Batched limiter;
  for (int i = 0; i < 1'000; ++i) use(limiter, at(0s));
  Caller waiting{limiter};
  REQUIRE(waits(waiting.ask(at(5s))));
  CHECK(waiting.answer().until == at(21s));  // a lease taken at 0 s may be used until 1 s
  CHECK(limiter.waiting() == 1);
  waiting.drop();
  Leased<Limiter<SlidingWindow, Quota<Unit::requests, 150, 20s>>, 100> small;
  for (int i = 0; i < 150; ++i) use(small, at(0s));
  CHECK(!has_room(small, at(0s)));
}

TEST_CASE("a permit that was never sent goes back into its lease; after the lease it stays counted") {
  Batched limiter;
  Caller unsent{limiter}, refused{limiter}, late{limiter}, sent{limiter};
  for (Caller<Batched>* call : {&unsent, &refused, &late, &sent}) REQUIRE(proceeds(call->ask(at(0s))));
  CHECK(limiter.unused(at(0s)) == 96);
  unsent.drop();
  CHECK(limiter.unused(at(0s)) == 97);
  refused.send();
  refused.fail(at(0s), Fault::invalid_request);
  CHECK(limiter.unused(at(0s)) == 98);
  sent.send();
  sent.fail(at(0s), Fault::timed_out);
  CHECK(limiter.unused(at(0s)) == 98);
  use(limiter, at(2s));
  const std::int64_t before = limiter.unused(at(2s));
  late.drop();
  CHECK(limiter.unused(at(2s)) == before);
}

TEST_CASE("a freeze holds those with a lease too") {
  Batched limiter;
  Caller limited{limiter};
  REQUIRE(limited.enter(at(0s)));
  limited.fail(at(0s), Fault::rate_limited, 10s);
  CHECK(!has_room(limiter, at(0s)));
  CHECK(has_room(limiter, at(10s)));
}

TEST_CASE("once a server reports what is left, every call is counted against it") {
  Batched limiter;
  Caller call{limiter};
  REQUIRE(call.enter(at(0s)));
  call.ctx.hints.requests = {.remaining = 3, .reset = 10s};
  call.succeed(at(0s));
  int let_in = 0;
  while (has_room(limiter, at(1s)) && let_in < 10) {
    use(limiter, at(1s));
    ++let_in;
  }
  CHECK(let_in == 3);
}

TEST_CASE("a call of several requests takes as many from the lease, one of more than a batch none") {
  Batched limiter;
  Caller three{limiter};
  three.ctx.cost.requests = 3;
  REQUIRE(three.enter(at(0s)));
  CHECK(limiter.unused(at(0s)) == 97);
  Caller many{limiter};
  many.ctx.cost.requests = 101;
  REQUIRE(many.enter(at(0s)));
  CHECK(limiter.unused(at(0s)) == 97);
  CHECK(in_use(limiter, at(0s)) == 201);
}

TEST_CASE("each thread has its own batch, and one that comes later spends what an ended one left") {
  Batched limiter;
  use(limiter, at(0s));
  for (int i = 0; i < 5; ++i) {
    std::jthread{[&] { use(limiter, at(0s)); }}.join();
  }
  CHECK(in_use(limiter, at(0s)) == 200);
}

namespace {

// Threads by turns, so that the instants are in order: the worst that leases can do.
template <class Algorithm>
void no_window_is_overfull(std::int64_t most) {
  using Policy = Leased<Limiter<Algorithm, Quota<Unit::requests, 300, 10s>>, 20>;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Policy limiter;
    SplitMix64 random{seed};
    std::vector<Instant> let_in;
    Instant now = at(1h);
    for (int turn = 0; turn < 300; ++turn) {
      std::jthread{[&] {
        for (int burst = static_cast<int>(random() % 60); burst >= 0; --burst) {
          now += Duration{static_cast<std::int64_t>(random() % 8'000'000)};
          Caller call{limiter};
          call.ctx.deadline = now + 1ns;
          if (!call.enter(now)) continue;
          call.succeed(now);
          let_in.push_back(now);
        }
        if (random() % 4 == 0) now += Duration{static_cast<std::int64_t>(random() % 9'000'000'000)};
      }}.join();
      // This thread holds its own batch, and uses it as late as it can.
      now += Duration{static_cast<std::int64_t>(random() % 480'000'000)};
      while (limiter.unused(now) > 0) {
        use(limiter, now);
        let_in.push_back(now);
      }
      Caller renew{limiter};
      renew.ctx.deadline = now + 1ns;
      if (renew.enter(now)) {
        renew.succeed(now);
        let_in.push_back(now);
      }
    }
    CHECK(let_in.size() > 2'000);
    std::size_t begin = 0;
    std::int64_t fullest = 0;
    for (std::size_t end = 0; end < let_in.size(); ++end) {
      while (let_in[begin] + 10s <= let_in[end]) ++begin;
      fullest = larger(fullest, static_cast<std::int64_t>(end - begin + 1));
    }
    REQUIRE(fullest <= most);
  }
}

}  // namespace

TEST_CASE("leases never overshoot, however late they are used", "[property]") {
  no_window_is_overfull<SlidingWindow>(300);
  no_window_is_overfull<SlidingCounter<10>>(300);
  no_window_is_overfull<TokenBucket<>>(600);
  no_window_is_overfull<TokenBucket<50>>(450);
}

TEST_CASE("a permit does not go back into the lease of another thread") {
  Batched limiter;
  auto call = std::make_unique<Caller<Batched>>(limiter);
  REQUIRE(call->enter(at(0s)));
  std::jthread{[&] {
    use(limiter, at(500ms));
    const std::int64_t before = limiter.unused(at(500ms));
    call->fail(at(500ms), Fault::connection_failed);
    CHECK(limiter.unused(at(500ms)) == before);
  }}.join();
  CHECK(limiter.unused(at(500ms)) == 99);
}

TEST_CASE("leases take quotas that are set at run time, of requests only") {
  using Free = Leased<Limiter<TokenBucket<>>, 100>;
  Free limiter{LimiterSettings{.quotas = {Quota{Unit::requests, 1'000, 20s}}}};
  use(limiter, at(0s));
  CHECK(limiter.used(Unit::requests, at(0s)) == 100);
  CHECK(limiter.unused(at(0s)) == 99);
  CHECK(limiter.unused(at(1s)) == 0);  // a twentieth of the window
  CHECK_THAT(refusal_of([] {
               const Free tokens{LimiterSettings{.quotas = {RPM<1'000>::value, TPM<1'000>::value}}};
             }),
             support::contains(
                 "LimiterSettings::quotas[].unit is tokens, allowed is requests, as this limiter is Leased"));
  struct Answering {
    Outcome<int> operator()(int, Context&) const { return 1; }
  };
  Resilient<Answering, Free> client{Answering{},
                                    LimiterSettings{.quotas = {Quota{Unit::requests, 1'000, 20s}}}};
  CHECK(client(0).value_or(0) == 1);
}

TEST_CASE("what is left of a lease older than the attempt that reported, the server knows already") {
  Batched limiter;
  use(limiter, at(0s));
  std::jthread{[&] {
    Caller call{limiter};
    REQUIRE(call.enter(at(0s)));
    call.ctx.hints.requests = {.remaining = 400, .reset = 15s};
    call.succeed(at(0s));
  }}.join();
  const std::int64_t before = limiter.usage(at(2s))[0].remaining;
  limiter.return_unused(at(2s));
  CHECK(limiter.usage(at(2s))[0].remaining == before);
}
