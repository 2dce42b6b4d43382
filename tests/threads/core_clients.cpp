// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// One client, many threads: every policy at work while others read the numbers.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;

namespace {

constexpr int threads = 4;
constexpr int calls_each = 2500;

// Every fifth request fails for good, every seventh attempt passes on the second try.
struct Moody {
  static constexpr Name name = "moody";
  std::atomic<int>* attempts;
  Outcome<int> operator()(const int& n, Context& ctx) {
    ++*attempts;
    if (n % 5 == 0) return fail(Fault::invalid_request, 400);
    if (n % 7 == 0 && ctx.attempt() == 1) return fail(Fault::unavailable, 503);
    ctx.usage = {1, 1};
    return n;
  }
};
struct Quick {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

template <class Work>
void in_parallel(int count, Work work) {
  std::latch begin{count};
  std::vector<std::jthread> crew;
  for (int i = 0; i < count; ++i) {
    crew.emplace_back([&, i] {
      begin.arrive_and_wait();
      work(i);
    });
  }
}

}  // namespace

TEST_CASE("ten thousand quick calls from four threads all arrive", "[threads]") {
  Resilient<Quick, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>, Timeout<30s>> client;
  std::atomic<int> wrong{0};
  in_parallel(threads, [&](int) {
    for (int i = 0; i < calls_each; ++i) {
      const auto answer = client(i);
      if (!answer || *answer != i) ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(telemetry(client).totals().calls == threads * calls_each);
  CHECK(telemetry(client).totals().successes == threads * calls_each);
}

TEST_CASE("counts add up when threads share a client while another reads its numbers", "[threads]") {
  std::atomic<int> attempts{0};
  ManualClock clock;
  Resilient<Moody, Telemetry, Retry<2, Backoff<Constant, NoJitter, 1ms, 1s>>, Breaker<1000, 60s, 3>,
            Limiter<SlidingWindow, RPM<1'000'000>, TPM<1'000'000>>, Timeout<1h>>
      client{Moody{&attempts}};
  std::atomic<int> succeeded{0};
  std::atomic<int> working{threads};
  std::uint64_t read = 0;
  in_parallel(threads + 1, [&](int who) {
    if (who == threads) {
      while (working > 0) {
        const Metrics now = metrics(client, clock.now());
        if (now.success_rate < 0.0 || now.success_rate > 1.0) ++read;
        (void)limiter(client).can_proceed(1, clock.now());
      }
      return;
    }
    for (int i = 0; i < 1000; ++i) {
      Context ctx = clock.context();
      ctx.cost.tokens = 2;
      if (client(i, ctx)) ++succeeded;
    }
    --working;
  });
  const Totals totals = telemetry(client).totals();
  CHECK(totals.calls == threads * 1000);
  CHECK(totals.successes == static_cast<std::uint64_t>(succeeded.load()));
  CHECK(succeeded == threads * 800);
  CHECK(attempts == static_cast<int>(totals.calls + totals.retries));
  CHECK(read == 0);
  CHECK(breaker(client).state(clock.now()) == BreakerState::closed);
  CHECK(limiter(client).waiting() == 0);
}

TEST_CASE("a limiter's queue empties when every waiting call is cancelled at once", "[threads]") {
  Resilient<Quick, Limiter<SlidingWindow, RPM<1>>> client;
  CHECK(client(1).has_value());
  std::stop_source source;
  std::latch begin{threads + 1};
  std::atomic<int> cancelled{0};
  {
    std::vector<std::jthread> crew;
    for (int i = 0; i < threads; ++i) {
      crew.emplace_back([&] {
        Context ctx;
        ctx.stop = source.get_token();
        begin.arrive_and_wait();
        const auto answer = client(1, ctx);
        if (!answer && answer.error().fault == Fault::cancelled) ++cancelled;
      });
    }
    begin.arrive_and_wait();
    while (limiter(client).waiting() < threads) std::this_thread::yield();
    source.request_stop();
  }
  CHECK(cancelled == threads);
  CHECK(limiter(client).waiting() == 0);
}

TEST_CASE("a failover shared by threads asks the second candidate whenever the first is down", "[threads]") {
  auto down = [](const int&, Context&) -> Outcome<int> { return fail(Fault::unavailable); };
  using First = Resilient<decltype(down), Breaker<3, 1h, 1>>;
  Failover<Priority, Named<"down", First>, Named<"up", Quick>> chat{down, Quick{}};
  std::atomic<int> wrong{0};
  in_parallel(threads, [&](int) {
    for (int i = 0; i < 500; ++i) {
      if (chat(i).value_or(-1) != i) ++wrong;
    }
  });
  CHECK(wrong == 0);
  CHECK(breaker(chat).state() == BreakerState::open);
}

TEST_CASE("a manual clock is moved and read by many threads and never goes backward", "[threads]") {
  ManualClock clock;
  std::atomic<int> backward{0};
  in_parallel(threads, [&](int) {
    Instant last = clock.now();
    for (int i = 0; i < 1000; ++i) {
      clock.advance(1ms);
      const Instant now = clock.now();
      if (now < last) ++backward;
      last = now;
    }
  });
  CHECK(backward == 0);
}
