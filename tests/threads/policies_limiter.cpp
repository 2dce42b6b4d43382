// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Many threads on one limiter, with real waits of a few milliseconds. Nothing is asserted about how long
// anything took: only that the rate was kept, that everybody was answered, and that nothing was left behind.

#include <aramid/aramid.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "crew.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr int threads = 8;

struct Answering {
  Outcome<int> operator()(int, Context&) { return 1; }
};

using Client = Resilient<Answering, Limiter<SlidingWindow>>;
using Patient = Limiter<SlidingWindow>;

constexpr Duration window = 20ms;
const LimiterSettings settings{
    .quotas = {Quota{Unit::requests, 50, window}, Quota{Unit::tokens, 400, window}}};

}  // namespace

TEST_CASE("threads that wait for a limiter are all served, at no higher rate than the limit") {
  Client client{Answering{}, settings};
  std::atomic<int> served{0};
  std::atomic<std::int64_t> tokens{0};
  const Instant start = SteadyClock::now();
  together(threads, [&](int thread) {
    for (int i = 0; i < 40; ++i) {
      Context ctx;
      ctx.cost.tokens = (thread * 7 + i) % 20;
      if (!client(0, ctx)) continue;
      served.fetch_add(1);
      tokens.fetch_add(ctx.cost.tokens);
    }
  });
  const auto windows = elapsed(start, SteadyClock::now()) / window + 1;
  CHECK(served == threads * 40);
  CHECK(served <= 50 * windows);
  CHECK(tokens <= 400 * windows);
  CHECK(limiter(client).waiting() == 0);
}

TEST_CASE("threads with deadlines are all served or refused, and nobody is left in the queue") {
  Client client{Answering{}, settings};
  std::atomic<int> served{0};
  std::atomic<int> refused{0};
  std::atomic<int> odd{0};
  together(threads, [&](int thread) {
    for (int i = 0; i < 100; ++i) {
      Context ctx;
      ctx.cost.tokens = 20;
      ctx.deadline = ctx.now() + Duration{(thread % 3) * 4'000'000 + 1'000};
      const auto answer = client(0, ctx);
      if (answer) {
        served.fetch_add(1);
      } else if (answer.error().fault == Fault::throttled ||
                 answer.error().fault == Fault::deadline_exceeded) {
        refused.fetch_add(1);
      } else {
        odd.fetch_add(1);
      }
    }
  });
  CHECK(served + refused == threads * 100);
  CHECK(served > 0);
  CHECK(odd == 0);
  CHECK(limiter(client).waiting() == 0);
}

TEST_CASE("a storm of cancels leaves no caller in the queue and no share lost") {
  for (int round = 0; round < 4; ++round) {
    Client client{Answering{}, LimiterSettings{{Quota{Unit::requests, 4, 10ms}}}};
    std::vector<std::stop_source> sources(threads);
    std::atomic<int> served{0};
    std::atomic<int> cancelled{0};
    std::atomic<int> done{0};
    std::atomic<int> odd{0};
    std::jthread stormer{[&] {
      SplitMix64 random{static_cast<std::uint64_t>(round)};
      while (done.load() < threads) {
        // Even threads are cancelled again and again; odd ones never.
        sources[(random() % (threads / 2)) * 2].request_stop();
        std::this_thread::yield();
      }
    }};
    together(threads, [&](int thread) {
      for (int i = 0; i < 10; ++i) {
        Context ctx;
        ctx.stop = sources[static_cast<std::size_t>(thread)].get_token();
        const auto answer = client(0, ctx);
        if (answer) {
          served.fetch_add(1);
        } else if (answer.error().fault == Fault::cancelled && thread % 2 == 0) {
          cancelled.fetch_add(1);
        } else {
          odd.fetch_add(1);
        }
      }
      done.fetch_add(1);
    });
    CHECK(odd == 0);
    CHECK(served + cancelled == threads * 10);
    CHECK(served >= threads / 2 * 10);
    CHECK(limiter(client).waiting() == 0);
  }
}

TEST_CASE(
    "a call without a deadline that is cancelled in the queue comes back although its turn is an hour away") {
  Client client{Answering{}, LimiterSettings{{Quota{Unit::requests, 1, std::chrono::hours{1}}}}};
  REQUIRE(client(0));
  std::stop_source source;
  std::atomic<int> cancelled{0};
  {
    std::vector<std::jthread> waiting;
    for (int i = 0; i < threads; ++i) {
      waiting.emplace_back([&] {
        Context ctx;
        ctx.stop = source.get_token();
        const auto answer = client(0, ctx);
        if (!answer && answer.error().fault == Fault::cancelled) cancelled.fetch_add(1);
      });
    }
    while (limiter(client).waiting() < static_cast<std::size_t>(threads)) std::this_thread::yield();
    source.request_stop();
  }
  CHECK(cancelled == threads);
  CHECK(limiter(client).waiting() == 0);
  CHECK(limiter(client).used(Unit::requests) == 1);
}

TEST_CASE("room that a failed call gives back is handed to the one that waits, on another thread") {
  Patient limiter{LimiterSettings{{Quota{Unit::requests, 1, std::chrono::hours{1}}}}};
  Context holder_ctx;
  Patient::Scope holder;
  REQUIRE(limiter.admit(holder, holder_ctx, SteadyClock::now()).kind == Admission::Kind::proceed);
  std::atomic<bool> let_in{false};
  {
    std::jthread waiting{[&] {
      Context ctx;
      Patient::Scope scope;
      Admission answer = limiter.admit(scope, ctx, ctx.now());
      while (answer.kind == Admission::Kind::wait) {
        ctx.wait(answer.until);
        answer = limiter.admit(scope, ctx, ctx.now());
      }
      let_in = answer.kind == Admission::Kind::proceed;
      limiter.release(scope, ctx);
    }};
    while (limiter.waiting() == 0) std::this_thread::yield();
    limiter.release(holder, holder_ctx);
  }
  CHECK(let_in);
  CHECK(limiter.waiting() == 0);
}

TEST_CASE("readers of a limiter may ask at any time while calls wait, are corrected and leave") {
  Client client{Answering{}, settings};
  std::atomic<bool> over{false};
  std::atomic<int> odd{0};
  {
    std::jthread reader{[&] {
      while (!over.load()) {
        const Allowance allowance = limiter(client).can_proceed(20);
        if (allowance.wait < Duration{0} || limiter(client).used(Unit::requests) > 50) odd.fetch_add(1);
        std::this_thread::yield();
      }
    }};
    together(threads, [&](int) {
      for (int i = 0; i < 20; ++i) {
        Context ctx;
        ctx.cost.tokens = 15;
        (void)client(0, ctx);
      }
    });
    over = true;
  }
  CHECK(odd == 0);
}
