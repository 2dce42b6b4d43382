// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Adaptive bulkheads, throttles, ramps and adaptive rates under several threads: nothing is left over.

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <thread>

#include "crew.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Random {
  Crowd* crowd = nullptr;

  Outcome<int> operator()(const int& way, Context&) {
    const Crowd::Visit visit{*crowd};
    switch (way % 8) {
      case 0:
        return fail(Fault::unavailable, 503);
      case 1:
        return fail(Fault::invalid_request, 400);
      case 2:
        return fail(Fault::cancelled);
      case 3:
        throw 1;
      case 4:
        return way % 512 == 4 ? fail(Fault::rate_limited, 429) : Outcome<int>{way};
      default:
        return way;
    }
  }
};

template <class Client>
long run(Client& client, int threads, int calls, std::atomic<int>* odd = nullptr) {
  std::atomic<long> ended{0};
  together(threads, [&](int thread) {
    SplitMix64 draw{static_cast<std::uint64_t>(thread) + 1};
    for (int i = 0; i < calls; ++i) {
      Context ctx;
      std::stop_source source;
      const auto luck = draw() % 16;
      if (luck == 0) source.request_stop();
      if (luck < 2) ctx.stop = source.get_token();
      if (luck == 2) ctx.deadline = ctx.now() + 50us;
      try {
        (void)client(static_cast<int>(draw() & 0xFFFF), ctx);
      } catch (int) {
      }
      if (odd != nullptr && ctx.listeners.want(EventKind::breaker_moved)) odd->fetch_add(1);
      ended.fetch_add(1);
    }
  });
  return ended;
}

}  // namespace

TEMPLATE_TEST_CASE("an adaptive bulkhead moves its limit under load and holds nothing afterwards", "",
                   (AdaptiveBulkhead<Gradient2, 1, 8, Queue<4>>), (AdaptiveBulkhead<Vegas, 1, 8, Queue<4>>),
                   (AdaptiveBulkhead<Aimd, 1, 8, Queue<4>>)) {
  Crowd crowd;
  Resilient<Random, TestType> client{Random{&crowd}};
  CHECK(run(client, 4, 50'000) == 200'000);
  CHECK(crowd.most <= 8);
  CHECK(bulkhead(client).in_flight() == 0);
  CHECK(bulkhead(client).waiting() == 0);
  CHECK(bulkhead(client).limit() >= 1);
  CHECK(bulkhead(client).limit() <= 8);
}

TEST_CASE("a throttle counts every call of every thread") {
  Crowd crowd;
  Resilient<Random, Throttle<2, 1h, MaxRejection<50>>> client{Random{&crowd}};
  std::atomic<int> reads{0};
  std::atomic<bool> over{false};
  {
    std::jthread reader{[&] {
      while (!over) {
        const ThrottleCounts counts = throttle(client).counts();
        if (counts.accepts > counts.requests) reads = -1'000'000;
        ++reads;
        std::this_thread::yield();
      }
    }};
    CHECK(run(client, 4, 25'000) == 100'000);
    over = true;
  }
  CHECK(reads > 0);
  const ThrottleCounts counts = throttle(client).counts();
  CHECK(counts.accepts <= counts.requests);
  CHECK(counts.requests > 40'000);
}

TEST_CASE("a ramp and its breaker under several threads leave no listener behind") {
  Crowd crowd;
  std::atomic<int> odd{0};
  Resilient<Random, RampUp<1ms, 10>, Breaker<2, Duration{100'000}, 1>> client{Random{&crowd}};
  constexpr int calls = support::effort(50'000);
  CHECK(run(client, 4, calls, &odd) == 4 * calls);
  CHECK(odd == 0);
  CHECK(crowd.inside == 0);
}

TEST_CASE("an adaptive rate that falls and recovers under several threads leaves nobody waiting") {
  Crowd crowd;
  Resilient<Random, AdaptiveRate<>> client{
      Random{&crowd},
      AdaptiveRateSettings{
          .min_per_minute = 6'000'000, .calm = 20ms, .queue = {.length = 3, .max_wait = 5ms}}};
  CHECK(run(client, 4, 20'000) == 80'000);
  CHECK(adaptive_rate(client).waiting() == 0);
}
