// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What a breaker costs around a call that succeeds, and what its refusal costs; `now` is given. The yardsticks: one
// fetch_add, one reading of the steady clock, and a breaker of the kind people write, with a mutex, a deque of
// outcomes and std::function.

#include "subjects.hpp"

#include <benchmark/benchmark.h>

#include <deque>
#include <functional>
#include <mutex>

namespace {

using namespace subjects;

constexpr Instant begin{1h};
// Time goes on by as much as a quick call takes, so that windows roll over as they do in life.
constexpr Duration per_call = 1us;

void one_fetch_add(benchmark::State& state) {
  static std::atomic<std::uint64_t> count{0};
  for (auto _ : state) benchmark::DoNotOptimize(count.fetch_add(1, std::memory_order_relaxed));
}

void one_clock_reading(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(SteadyClock::now());
}

template <class B>
void admit_and_settle(benchmark::State& state, B& breaker) {
  Context ctx;
  Instant now = begin;
  for (auto _ : state) {
    now += per_call;
    typename B::Scope scope;
    const Admission answer = breaker.admit(scope, ctx, now);
    benchmark::DoNotOptimize(answer);
    if (answer.kind == Admission::Kind::proceed) {
      benchmark::DoNotOptimize(breaker.settle(scope, ctx, nullptr, now));
    }
  }
}

template <class B>
void successful(benchmark::State& state) {
  static B breaker;
  admit_and_settle(state, breaker);
}

void successful_at_run_time(benchmark::State& state) {
  static Breaker<> breaker{BreakerSettings{.failures = 0, .failure_rate = FailureRate{}}};
  admit_and_settle(state, breaker);
}

template <class B>
void refused(benchmark::State& state) {
  static B breaker;
  breaker.open_for(24h, begin);
  Context ctx;
  for (auto _ : state) {
    typename B::Scope scope;
    benchmark::DoNotOptimize(breaker.admit(scope, ctx, begin));
  }
}

/// A breaker as people write it.
class Handmade {
 public:
  explicit Handmade(std::function<bool(const Error&)> counts) : counts_{std::move(counts)} {}

  Outcome<int> call(const std::function<Outcome<int>()>& operation, Instant now) {
    {
      const std::lock_guard lock{mutex_};
      if (now < open_until_) return fail(Fault::circuit_open);
    }
    Outcome<int> outcome = operation();
    const std::lock_guard lock{mutex_};
    const bool failure = !outcome && counts_(outcome.error());
    outcomes_.push_back({now, failure});
    failures_ += failure ? 1 : 0;
    while (!outcomes_.empty() && now - outcomes_.front().at > 10s) {
      failures_ -= outcomes_.front().failure ? 1 : 0;
      outcomes_.pop_front();
    }
    if (failure && outcomes_.size() >= 20 && failures_ * 2 >= outcomes_.size()) open_until_ = now + 60s;
    return outcome;
  }
  void open(Instant until) { open_until_ = until; }

 private:
  struct Ended {
    Instant at;
    bool failure;
  };
  std::function<bool(const Error&)> counts_;
  std::mutex mutex_;
  std::deque<Ended> outcomes_;
  std::size_t failures_ = 0;
  Instant open_until_{};
};

void handmade(benchmark::State& state, Duration step, Instant open_until) {
  Handmade breaker{[](const Error& error) { return error.fault != Fault::invalid_request; }};
  breaker.open(open_until);
  Instant now = begin;
  int i = 0;
  for (auto _ : state) {
    now += step;
    benchmark::DoNotOptimize(breaker.call([&i]() -> Outcome<int> { return ++i; }, now));
  }
}

using Rate = Breaker<FailureRate{}, 60s, 3>;
using Count = Breaker<FailureCount{.failures = 5, .of = 20}, 60s, 3>;
using Slow = Breaker<SlowRate{}, 60s, 3>;

BENCHMARK(one_fetch_add)->Name("breaker: one fetch_add");
BENCHMARK(one_clock_reading)->Name("breaker: one reading of the steady clock");
BENCHMARK(successful<Breaker<5, 60s, 3>>)->Name("breaker: Breaker<5, 60s, 3>, a success");
BENCHMARK(successful<Breaker<>>)->Name("breaker: Breaker<>, a success");
BENCHMARK(successful<Rate>)->Name("breaker: Breaker<FailureRate{}>, a success");
BENCHMARK(successful_at_run_time)->Name("breaker: Breaker<> with a FailureRate, a success");
BENCHMARK(successful<Count>)->Name("breaker: Breaker<FailureCount{}>, a success");
BENCHMARK(successful<Slow>)->Name("breaker: Breaker<SlowRate{}>, a success");
// Every 10 us a call, or its deque would hold ten million outcomes.
BENCHMARK_CAPTURE(handmade, success, 10us, Instant{})
    ->Name("breaker: by hand (mutex, deque, function), a success");
BENCHMARK(refused<Breaker<5, 60s, 3>>)->Name("breaker: Breaker<5, 60s, 3>, a refusal");
BENCHMARK(refused<Rate>)->Name("breaker: Breaker<FailureRate{}>, a refusal");
BENCHMARK_CAPTURE(handmade, refusal, 0us, Instant::max())
    ->Name("breaker: by hand (mutex, deque, function), a refusal");

}  // namespace
