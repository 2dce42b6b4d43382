// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What a pre-emptive timeout costs a call that does not run into it, beside one uncontended lock and unlock. A
// second thread is alive from the start, because libstdc++ and glibc take short cuts in a process that has only
// one.
#include <aramid/preempt.hpp>

#include <benchmark/benchmark.h>

#include <latch>
#include <mutex>
#include <thread>

namespace {

using namespace aramid;
using namespace std::chrono_literals;

void park_a_thread() {
  static std::latch never{1};
  static const bool parked = [] {
    std::thread{[] { never.wait(); }}.detach();
    return true;
  }();
  benchmark::DoNotOptimize(parked);
}

struct Silent final : TimerThread::Timer {
  void expired() noexcept override {}
};

[[gnu::noinline]] Outcome<int> answer(int request, Context& ctx) {
  if (ctx.stop.stop_requested()) return fail(Fault::cancelled);
  return request + 1;
}
struct Quick {
  Outcome<int> operator()(const int& request, Context& ctx) const { return answer(request, ctx); }
};

void lock_and_unlock(benchmark::State& state) {
  park_a_thread();
  static std::mutex mutex;
  for (auto _ : state) {
    mutex.lock();
    benchmark::ClobberMemory();
    mutex.unlock();
  }
}

void arm_and_disarm(benchmark::State& state) {
  park_a_thread();
  TimerThread& timers = TimerThread::shared();
  Instant at = SteadyClock::now() + Duration{30s};
  for (auto _ : state) {
    Silent timer;
    benchmark::DoNotOptimize(timers.arm(timer, at));
    benchmark::DoNotOptimize(timers.disarm(timer));
    at += 100ns;
  }
}

// The same beside timers of other calls.
void arm_and_disarm_among_many(benchmark::State& state) {
  TimerThread& timers = TimerThread::shared();
  const Instant later = SteadyClock::now() + Duration{1h};
  static Silent others[1000];
  for (Silent& other : others) benchmark::DoNotOptimize(timers.arm(other, later));
  arm_and_disarm(state);
  for (Silent& other : others) timers.disarm(other);
}

template <class Provider>
void call_with_deadline(benchmark::State& state) {
  park_a_thread();
  static Provider provider;
  const Instant deadline = SteadyClock::now() + Duration{1h};
  int i = 0;
  for (auto _ : state) {
    Context ctx;
    ctx.deadline = deadline;
    benchmark::DoNotOptimize(provider(++i & 0xFF, ctx));
  }
}

BENCHMARK(lock_and_unlock)->Name("timer: lock and unlock of a mutex");
BENCHMARK(arm_and_disarm)->Name("timer: arm and disarm");
BENCHMARK(arm_and_disarm_among_many)->Name("timer: arm and disarm beside 1000 others");
BENCHMARK(call_with_deadline<Quick>)->Name("timer: call with a deadline");
BENCHMARK(call_with_deadline<Preempt<Quick>>)->Name("timer: the same through Preempt");

}  // namespace
