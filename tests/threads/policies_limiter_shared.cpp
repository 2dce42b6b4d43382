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
#include "support/effort.hpp"

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

/// Clocks of threads that are up to this much behind; calls that use more tokens than they reserved; a server that
/// reports other limits.
struct Rough {
  Duration behind{0};
  bool overdrafts = false;
  bool reports = false;
};

/// All threads call as fast as they can at one instant, then the clock moves on. Returns what was used.
template <class Policy>
std::vector<Entry> race(Policy& limiter, int rounds, bool corrections, Rough rough = {}) {
  std::vector<std::vector<Entry>> passed(static_cast<std::size_t>(rounds));
  std::atomic<std::int64_t> now{3'600'000'000'000};
  std::vector<std::vector<std::vector<Entry>>> by_thread(
      threads, std::vector<std::vector<Entry>>(static_cast<std::size_t>(rounds)));
  SplitMix64 steps{7};
  // Somebody sees what is over leave, before those whose clocks are behind.
  const auto see = [&]() noexcept {
    if (rough.behind == Duration{0}) return;
    Context ctx;
    typename Policy::Scope scope;
    (void)limiter.admit(scope, ctx, Instant{Duration{now.load()}});
    limiter.release(scope, ctx);
  };
  std::barrier round{threads, [&]() noexcept {
                       Duration step{static_cast<std::int64_t>(steps() % 1'500'000'000)};
                       // Nearly a window later what was stamped by a clock that is behind may have left.
                       if (rough.behind != Duration{0} && steps() % 3 == 0) {
                         step = requests.window.duration() - 10ms;
                       }
                       now.fetch_add(step.count());
                       see();
                     }};
  see();
  {
    std::vector<std::jthread> all;
    for (int thread = 0; thread < threads; ++thread) {
      all.emplace_back([&, thread] {
        SplitMix64 random{static_cast<std::uint64_t>(thread) + 1};
        for (int r = 0; r < rounds; ++r) {
          const Instant at{Duration{now.load()}};
          for (int i = 0; i < (rough.behind == Duration{0} ? 60 : 240); ++i) {
            Context ctx;
            ctx.cost.tokens = static_cast<std::int64_t>(random() % 40);
            ctx.deadline = at + 1ns;
            typename Policy::Scope scope;
            const Duration behind{
                static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rough.behind.count() + 1))};
            const Instant told = at - behind;
            const Admission answer = limiter.admit(scope, ctx, told);
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
              (void)limiter.settle(scope, ctx, &error, told);
              used = {.requests = 0};
            } else {
              if (way == 2) {
                used.tokens =
                    static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(used.tokens + 1));
                ctx.usage = {used.tokens, 0};
              }
              if (way == 3 && rough.overdrafts) {
                used.tokens += static_cast<std::int64_t>(random() % 40);
                ctx.usage = {used.tokens, 0};
              }
              if (rough.reports && random() % 8 == 0) {
                ctx.hints.requests.limit = 200 + static_cast<std::int64_t>(random() % 101);
                ctx.hints.tokens.limit = 4'000 + static_cast<std::int64_t>(random() % 2'001);
              }
              (void)limiter.settle(scope, ctx, nullptr, told);
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

template <class Algorithm>
void check_rough(std::int64_t percent) {
  for (const bool others : {false, true}) {
    Limiter<Algorithm> limiter{LimiterSettings{.quotas = {requests, tokens}}};
    const auto passed = race(limiter, 60, others, {.behind = 50ms, .overdrafts = others, .reports = others});
    CHECK(passed.size() > 300);
    CHECK(fullest(passed, requests) <= requests.limit * percent / 100);
    if (!others) CHECK(fullest(passed, tokens) <= tokens.limit * percent / 100);
  }
}

}  // namespace

TEST_CASE("clocks that are behind, overdrafts and other limits give threads nothing beyond a quota") {
  check_rough<SlidingWindow>(100);
  check_rough<SlidingCounter<10>>(100);
  check_rough<TokenBucket<>>(200);
  check_rough<FixedWindow>(200);
}

TEST_CASE("what a token bucket is given back while others take from it is never poured in twice") {
  using Meter = TokenBucket<>::Meter;
  const Instant start{1h};
  for (int round = 0; round < support::effort(2'000); ++round) {
    Meter meter;
    meter.start(Quota{Unit::requests, 1'000, 1'000s}, 1'000);  // one a second
    Ticket large[4];
    Ticket behind;
    Ticket small[200];
    for (Ticket& ticket : large) REQUIRE(meter.take(ticket, 100, start));
    REQUIRE(meter.take(behind, 1, start));
    std::atomic<int> ready{0};
    std::atomic<int> taken{0};
    {
      std::jthread taker{[&] {
        ready = 1;
        for (Ticket& ticket : small) {
          if (meter.take(ticket, 1, start)) taken.fetch_add(1);
        }
      }};
      while (ready == 0) {
      }
      for (int i = 0; i < 4; ++i) {
        while (taken < 30 * i) {
        }
        meter.correct(large[i], 100, 0, start);
      }
    }
    REQUIRE(taken == 200);
    REQUIRE(meter.used(start) == 201);
    // At this instant all of it has flown in again: nothing of it is left to give back.
    const Instant full = meter.resets(start);
    Ticket ticket;
    REQUIRE(meter.take(ticket, 500, full));
    for (const Ticket old : small) meter.correct(old, 1, 0, full);
    REQUIRE(meter.used(full) == 500);
  }
}

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
