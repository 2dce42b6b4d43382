// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What admission costs, `now` given: admit and settle of one call, beside one fetch_add and the bulkhead of a
// mutex, a condition variable and a counter that people write today.
#include <aramid/aramid.hpp>

#include <benchmark/benchmark.h>

#include <condition_variable>
#include <mutex>

namespace {

using namespace aramid;
using namespace std::chrono_literals;

template <class Policy>
void admit_and_settle(benchmark::State& state) {
  static Policy policy;
  Context ctx;
  Instant now{1h};
  for (auto _ : state) {
    now += 1us;
    typename Policy::Scope scope;
    const Admission answer = policy.admit(scope, ctx, now);
    benchmark::DoNotOptimize(answer.kind);
    if (answer.kind == Admission::Kind::proceed) (void)policy.settle(scope, ctx, nullptr, now);
  }
}

// A bulkhead that is full, and a throttle that sheds.
void full_bulkhead(benchmark::State& state) {
  static Bulkhead<1> policy;
  Context holder, ctx;
  Bulkhead<1>::Scope held;
  (void)policy.admit(held, holder, Instant{});
  for (auto _ : state) {
    Bulkhead<1>::Scope scope;
    benchmark::DoNotOptimize(policy.admit(scope, ctx, Instant{}).kind);
  }
  policy.release(held, holder);
}

class MutexBulkhead {
 public:
  void enter() {
    std::unique_lock lock{mutex_};
    free_.wait(lock, [this] { return running_ < 10; });
    ++running_;
  }
  void leave() {
    {
      const std::lock_guard lock{mutex_};
      --running_;
    }
    free_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  int running_ = 0;
};

void mutex_bulkhead(benchmark::State& state) {
  static MutexBulkhead bulkhead;
  for (auto _ : state) {
    bulkhead.enter();
    benchmark::ClobberMemory();
    bulkhead.leave();
  }
}

void one_fetch_add(benchmark::State& state) {
  static std::atomic<std::uint64_t> word{0};
  for (auto _ : state) benchmark::DoNotOptimize(word.fetch_add(1, std::memory_order_relaxed));
}

BENCHMARK(one_fetch_add)->Name("admission: one fetch_add");
BENCHMARK(one_fetch_add)->Name("admission: one fetch_add")->Threads(2);
BENCHMARK(mutex_bulkhead)->Name("admission: bulkhead of a mutex and a condition variable");
BENCHMARK(mutex_bulkhead)->Name("admission: bulkhead of a mutex and a condition variable")->Threads(2);
BENCHMARK(admit_and_settle<Bulkhead<10>>)->Name("admission: Bulkhead<10>");
BENCHMARK(admit_and_settle<Bulkhead<10>>)->Name("admission: Bulkhead<10>")->Threads(2);
BENCHMARK(full_bulkhead)->Name("admission: a full Bulkhead refuses");
BENCHMARK(admit_and_settle<AdaptiveBulkhead<Gradient2, 1, 200>>)
    ->Name("admission: AdaptiveBulkhead<Gradient2>");
BENCHMARK(admit_and_settle<AdaptiveBulkhead<Vegas, 1, 200>>)->Name("admission: AdaptiveBulkhead<Vegas>");
BENCHMARK(admit_and_settle<AdaptiveBulkhead<Aimd, 1, 200>>)->Name("admission: AdaptiveBulkhead<Aimd>");
BENCHMARK(admit_and_settle<RampUp<1us, 10>>)->Name("admission: RampUp, the ramp over");
BENCHMARK(admit_and_settle<Throttle<2, 120s>>)->Name("admission: Throttle, nothing refused");
BENCHMARK(admit_and_settle<AdaptiveRate<>>)->Name("admission: AdaptiveRate, not pacing");

}  // namespace
