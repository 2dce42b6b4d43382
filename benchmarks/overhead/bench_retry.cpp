// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// Nanoseconds per decision of a retry policy: the first of a new policy, and later ones.
#include <aramid/policies/backoff.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace aramid;
using namespace std::chrono_literals;

template <class Policy>
void first_decision(benchmark::State& state) {
  Context ctx;
  Error error;
  error.fault = Fault::unavailable;
  for (auto _ : state) {
    Policy policy;
    typename Policy::Scope scope;
    benchmark::DoNotOptimize(policy.settle(scope, ctx, &error, Instant{1h}));
  }
}

template <class Curve>
void hundredth_delay(benchmark::State& state) {
  unsigned retry = 100;
  for (auto _ : state) {
    benchmark::DoNotOptimize(retry);
    benchmark::DoNotOptimize(detail::curve_delay<Curve>({forever, 1ms, 60s}, retry));
  }
}

BENCHMARK(first_decision<Backoff<Exponential, NoJitter>>)
    ->Name("retry: first delay of a new policy, NoJitter");
BENCHMARK(first_decision<Backoff<Exponential, Jitter>>)->Name("retry: first delay of a new policy, Jitter");
BENCHMARK(first_decision<Backoff<Exponential, FullJitter>>)
    ->Name("retry: first delay of a new policy, FullJitter");
BENCHMARK(first_decision<Backoff<Exponential, Spread<25>>>)
    ->Name("retry: first delay of a new policy, Spread<25>");
BENCHMARK(first_decision<Backoff<Exponential, DecorrelatedJitter>>)
    ->Name("retry: first delay of a new policy, DecorrelatedJitter");
BENCHMARK(hundredth_delay<Exponential>)->Name("retry: hundredth delay, Exponential");
BENCHMARK(hundredth_delay<ExponentialBy<3, 2>>)->Name("retry: hundredth delay, ExponentialBy<3, 2>");
BENCHMARK(hundredth_delay<Fibonacci>)->Name("retry: hundredth delay, Fibonacci");

}  // namespace
