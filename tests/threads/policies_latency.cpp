// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Threads on one estimator of latencies: no sample is lost, and what is read is always an answer.

#include <aramid/aramid.hpp>

#include <atomic>

#include "crew.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr Instant start{24h};

}  // namespace

TEST_CASE("no sample is lost while generations turn", "[threads]") {
  constexpr int calls = 40'000;
  RecentLatency latency{{.quantile = percent(50), .window = 1s, .warm_up = 1}};
  std::atomic<std::int64_t> time{0};
  latency.record(1ms, start);
  together(3, [&](int) {
    // Together they go through no more than one window's end, so that nothing is old enough to be forgotten.
    for (int i = 0; i < calls; ++i) latency.record(1ms, start + Duration{time.fetch_add(8'000)});
  });
  const Instant end = start + Duration{time.load()};
  latency.record_at_once(1ms, end);
  CHECK(end - start < Duration{1s});
  CHECK(latency.samples(end) == 3 * calls + 2);
}

TEST_CASE("readers always see an answer that was one", "[threads]") {
  RecentLatency latency{{.quantile = percent(90), .window = 1s, .warm_up = 10}};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::atomic<std::int64_t> time{0};
  for (int i = 0; i < 10; ++i) latency.record(2ms, start);
  together(3, [&](int thread) {
    if (thread == 2) {
      while (!over.load()) {
        const auto answer = latency.quantile(start + Duration{time.load()});
        if (answer && (*answer < Duration{1ms} || *answer > Duration{4ms} * 17 / 16 + 1024ns)) ++wrong;
      }
      return;
    }
    SplitMix64 draw{static_cast<std::uint64_t>(thread) + 1};
    for (int i = 0; i < 100'000; ++i) {
      const Duration took{static_cast<std::int64_t>(1'000'000 + draw() % 3'000'001)};
      latency.record(took, start + Duration{time.fetch_add(200'000)});  // 40 windows in all
    }
    over = true;
  });
  CHECK(wrong == 0);
}

TEST_CASE("an adaptive timeout serves calls of several threads", "[threads]") {
  AdaptiveTimeout<99, 300, 1s, 60s, 10s, 20> policy;
  std::atomic<int> wrong{0};
  std::atomic<std::int64_t> time{0};
  together(3, [&](int thread) {
    SplitMix64 draw{static_cast<std::uint64_t>(thread) + 1};
    for (int i = 0; i < 30'000; ++i) {
      Context ctx;
      decltype(policy)::Scope scope;
      const Instant begin = start + Duration{time.fetch_add(1'000'000)};
      (void)policy.admit(scope, ctx, begin);
      CallAccess::begin_attempt(ctx);
      if (ctx.deadline < begin + 1s || ctx.deadline > begin + 60s) ++wrong;
      Error late;
      late.fault = Fault::timed_out;
      const bool fails = draw() % 50 == 0;
      (void)policy.settle(scope, ctx, fails ? &late : nullptr, fails ? ctx.deadline : begin + 2s);
      if (ctx.deadline != Instant::max()) ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(policy.now(start + Duration{time.load()}).samples > 0);
}
