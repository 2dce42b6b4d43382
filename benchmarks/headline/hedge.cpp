// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// A provider whose slowest answers are much slower than the usual one, with and without a hedge, in virtual time
// with the real client. Prints latencies and the extra calls; fails if the 99th percentile is not at least halved
// or more than 6 % of the calls are made twice.
#include <aramid/aramid.hpp>
#include <aramid/hedge.hpp>
#include <aramid/testing.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <vector>

namespace {

using namespace aramid;
using namespace std::chrono_literals;

constexpr int calls = 20'000;

/// 100 to 200 ms for 95 of 100 answers; for the others 0.2 s times a Pareto-distributed factor (shape 1), at most
/// 20 s.
struct HeavyTail {
  std::atomic<std::uint64_t>* seed;
  std::atomic<int>* asked;

  Outcome<int> operator()(const int& request, Context& ctx) const {
    asked->fetch_add(1, std::memory_order_relaxed);
    const std::uint64_t drawn = SplitMix64::mix(seed->fetch_add(0x9E3779B97F4A7C15U));
    const auto fine = static_cast<std::int64_t>(drawn % 1'000'000);  // of a million
    Duration takes = 100ms + 100ns * fine;
    if ((drawn >> 32U) % 100 < 5) takes = std::min<Duration>(20s, 200ms * 1'000'000 / (fine + 1));
    const Instant end = ctx.now() + takes;
    while (ctx.now() < end) {
      if (ctx.stop.stop_requested()) return fail(Fault::cancelled);
      ctx.wait(end);
    }
    return request;
  }
};

struct Result {
  double p50, p95, p99, p999, extra;
};

template <class Client>
Result run(const char* name, std::uint64_t first_seed) {
  testing::ManualClock clock;
  std::atomic<std::uint64_t> seed{first_seed};
  std::atomic<int> asked{0};
  std::vector<Duration> took;
  {
    Client client{HeavyTail{&seed, &asked}};
    for (int i = 0; i < calls; ++i) {
      Context ctx = clock.context();
      const Instant begin = clock.now();
      if (!client(i, ctx)) std::abort();
      took.push_back(clock.now() - begin);
    }
  }
  std::sort(took.begin(), took.end());
  const auto at = [&](double share) {
    return std::chrono::duration<double>{took[static_cast<std::size_t>(share * calls)]}.count();
  };
  const Result result{at(.50), at(.95), at(.99), at(.999), 100.0 * (asked - calls) / calls};
  std::printf("%-28s %8.3f %8.3f %8.3f %8.3f %9.2f %%\n", name, result.p50, result.p95, result.p99,
              result.p999, result.extra);
  return result;
}

}  // namespace

int main() {
  std::printf("%d calls                  p50 s    p95 s    p99 s  p99.9 s  extra calls\n", calls);
  const Result bare = run<Resilient<HeavyTail>>("one attempt", 1);
  run<Hedge<HeavyTail, After<500ms>>>("After<500ms>", 1);
  const Result hedged = run<Hedge<HeavyTail, AtPercentile<95>>>("AtPercentile<95>", 1);
  run<Hedge<HeavyTail, AtPercentile<90>>>("AtPercentile<90>", 1);
  std::printf(
      "p99 without / with a hedge at the 95th percentile: %.2f (at least 2), extra calls %.2f %% (at most "
      "6)\n",
      bare.p99 / hedged.p99, hedged.extra);
  return bare.p99 >= 2 * hedged.p99 && hedged.extra <= 6 ? 0 : 1;
}
