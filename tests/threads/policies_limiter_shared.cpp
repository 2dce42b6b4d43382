// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What several threads together get out of one limiter: never more than its quota, whichever algorithm, and all of
// it back. Time is told, and stands still while they run.

#include <aramid/aramid.hpp>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr int threads = 4;
constexpr Quota<> requests{Unit::requests, 300, 10s};
constexpr Quota<> tokens{Unit::tokens, 6'000, 7s};

struct Entry {
  Instant at;
  Cost cost;
};

std::int64_t fullest(const std::vector<Entry>& passed, const Quota<>& quota) {
  std::int64_t most = 0;
  std::int64_t sum = 0;
  std::size_t begin = 0;
  for (const Entry& entry : passed) {
    sum += amount_of(quota.unit, entry.cost);
    while (passed[begin].at + quota.window.duration() <= entry.at) {
      sum -= amount_of(quota.unit, passed[begin++].cost);
    }
    most = larger(most, sum);
  }
  return most;
}

/// All threads call as fast as they can at one instant, then the clock moves on. Returns what was used.
template <class Policy>
std::vector<Entry> race(Policy& limiter, int rounds, bool corrections) {
  std::vector<std::vector<Entry>> passed(static_cast<std::size_t>(rounds));
  std::atomic<std::int64_t> now{3'600'000'000'000};
  std::vector<std::vector<std::vector<Entry>>> by_thread(
      threads, std::vector<std::vector<Entry>>(static_cast<std::size_t>(rounds)));
  SplitMix64 steps{7};
  std::barrier round{threads,
                     [&]() noexcept { now.fetch_add(static_cast<std::int64_t>(steps() % 1'500'000'000)); }};
  {
    std::vector<std::jthread> all;
    for (int thread = 0; thread < threads; ++thread) {
      all.emplace_back([&, thread] {
        SplitMix64 random{static_cast<std::uint64_t>(thread) + 1};
        for (int r = 0; r < rounds; ++r) {
          const Instant at{Duration{now.load()}};
          for (int i = 0; i < 60; ++i) {
            Context ctx;
            ctx.cost.tokens = static_cast<std::int64_t>(random() % 40);
            ctx.deadline = at + 1ns;
            typename Policy::Scope scope;
            const Admission answer = limiter.admit(scope, ctx, at);
            // Room that another thread gave back a moment ago: it would be let in when it asks again.
            if (answer.kind == Admission::Kind::wait) limiter.release(scope, ctx);
            if (answer.kind != Admission::Kind::proceed) continue;
            Cost used = ctx.cost;
            const auto way = corrections ? random() % 5 : 4;
            if (way != 0) CallAccess::begin_attempt(ctx);
            if (way == 0) {
              limiter.release(scope, ctx);
              used = {.requests = 0};
            } else if (way == 1) {
              Error error;
              error.fault = Fault::invalid_request;
              (void)limiter.settle(scope, ctx, &error, at);
              used = {.requests = 0};
            } else {
              if (way == 2) {
                used.tokens =
                    static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(used.tokens + 1));
                ctx.usage = {used.tokens, 0};
              }
              (void)limiter.settle(scope, ctx, nullptr, at);
            }
            by_thread[static_cast<std::size_t>(thread)][static_cast<std::size_t>(r)].push_back({at, used});
          }
          round.arrive_and_wait();
        }
      });
    }
  }
  std::vector<Entry> together;
  for (std::size_t r = 0; r < passed.size(); ++r) {
    for (const auto& thread : by_thread) together.insert(together.end(), thread[r].begin(), thread[r].end());
  }
  CHECK(limiter.waiting() == 0);
  const Instant later = Instant{Duration{now.load()}} + 1h;
  CHECK(limiter.idle(later));
  CHECK(limiter.can_proceed(0, later).allowed);
  return together;
}

template <class Algorithm>
void check(std::int64_t percent) {
  for (const bool corrections : {false, true}) {
    Limiter<Algorithm> limiter{LimiterSettings{.quotas = {requests, tokens}}};
    const auto passed = race(limiter, 60, corrections);
    CHECK(passed.size() > 300);
    for (const Quota<>& quota : {requests, tokens}) {
      CHECK(fullest(passed, quota) <= quota.limit * percent / 100);
    }
  }
}

}  // namespace

TEST_CASE("threads together never get more out of a sliding window than its quota") {
  check<SlidingWindow>(100);
  check<SlidingCounter<10>>(100);
}

TEST_CASE("threads together never get more out of a token bucket than the quota and the burst") {
  check<TokenBucket<>>(200);
  check<TokenBucket<20>>(120);
}

TEST_CASE("threads together never get more out of fixed windows than twice the quota") {
  check<FixedWindow>(200);
}

TEST_CASE("threads with leases together never get more than the quota") {
  Leased<Limiter<SlidingCounter<10>, Quota<Unit::requests, 300, 10s>>, 20> windows;
  CHECK(fullest(race(windows, 80, true), requests) <= 300);
  Leased<Limiter<TokenBucket<50>, Quota<Unit::requests, 300, 10s>>, 20> bucket;
  CHECK(fullest(race(bucket, 80, true), requests) <= 450);
}

TEST_CASE("threads that wait for a token bucket are all served, with nobody lost between lock and no lock") {
  struct Answering {
    Outcome<int> operator()(int, Context&) { return 1; }
  };
  Resilient<Answering, Limiter<TokenBucket<>>> client{
      Answering{}, LimiterSettings{.quotas = {Quota{Unit::requests, 200, 20ms}}}};
  std::atomic<int> served{0};
  {
    std::vector<std::jthread> all;
    for (int thread = 0; thread < threads; ++thread) {
      all.emplace_back([&, thread] {
        for (int i = 0; i < 400; ++i) {
          Context ctx;
          // One thread's calls use less than they reserve, so that shares come back all the time.
          ctx.cost.requests = thread == 0 ? 3 : 1;
          if (client(0, ctx)) served.fetch_add(1);
        }
      });
    }
  }
  CHECK(served == threads * 400);
  CHECK(limiter(client).waiting() == 0);
}

TEST_CASE("limits may change, and reports come in, while threads call") {
  Limiter<TokenBucket<>, Quota<Unit::requests, 300, 10s>> limiter;
  std::atomic<bool> over{false};
  std::atomic<int> odd{0};
  {
    std::jthread changer{[&] {
      SplitMix64 random{3};
      while (!over.load()) {
        const auto limit = static_cast<std::int64_t>(random() % 300) + 10;
        limiter.set_limits({Quota{Unit::requests, limit, 10s}}, Instant{1h});
        const LimiterUsage usage = limiter.usage(Instant{1h});
        if (usage[0].remaining < 0 || limiter.headroom(Instant{1h}) > full_headroom) odd.fetch_add(1);
        std::this_thread::yield();
      }
    }};
    std::vector<std::jthread> all;
    for (int thread = 0; thread < threads; ++thread) {
      all.emplace_back([&, thread] {
        for (int i = 0; i < 2'000; ++i) {
          const Instant now = Instant{1h} + i * 10ms;
          Context ctx;
          ctx.deadline = now + 1ns;
          decltype(limiter)::Scope scope;
          const Admission answer = limiter.admit(scope, ctx, now);
          if (answer.kind == Admission::Kind::wait) limiter.release(scope, ctx);
          if (answer.kind != Admission::Kind::proceed) continue;
          CallAccess::begin_attempt(ctx);
          if (i % 16 == thread) ctx.hints.requests = {.limit = 200, .remaining = 100, .reset = 1s};
          (void)limiter.settle(scope, ctx, nullptr, now);
        }
      });
    }
    all.clear();
    over = true;
  }
  CHECK(odd == 0);
  CHECK(limiter.waiting() == 0);
}
