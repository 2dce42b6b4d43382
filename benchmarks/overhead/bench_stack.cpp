// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// Nanoseconds per call: the provider alone, the hand-fused loop, the same as a stack of policies; and what failures
// and refusals take. stack.sh runs those whose names begin with "call: ".
#include "subjects.hpp"

#include <benchmark/benchmark.h>

namespace {

using subjects::Context;
using subjects::Request;

template <class Client>
void successful_call(benchmark::State& state) {
  static Client client;
  int i = 0;
  for (auto _ : state) {
    Context ctx;
    benchmark::DoNotOptimize(client(Request{++i & 0xFF}, ctx));
  }
}

// Negative requests fail.
template <class Client>
void failed_call(benchmark::State& state) {
  static Client client;
  for (auto _ : state) {
    Context ctx;
    benchmark::DoNotOptimize(client(Request{-1}, ctx));
  }
}

void refused_call(benchmark::State& state) {
  using namespace std::chrono_literals;
  static subjects::Resilient<subjects::Provider, subjects::Breaker<1, 24h, 1>> client;
  Context first;
  benchmark::DoNotOptimize(client(Request{-1}, first));
  for (auto _ : state) {
    Context ctx;
    benchmark::DoNotOptimize(client(Request{1}, ctx));
  }
}

void two_clock_readings(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(subjects::SteadyClock::now());
    benchmark::DoNotOptimize(subjects::SteadyClock::now());
  }
}

BENCHMARK(two_clock_readings)->Name("call: two clock readings alone");
BENCHMARK(successful_call<subjects::Provider>)->Name("call: provider called directly");
BENCHMARK(successful_call<subjects::Plain>)->Name("call: Resilient<P> without policies");
BENCHMARK(successful_call<subjects::Fused>)->Name("call: hand-fused loop");
BENCHMARK(successful_call<subjects::Stack>)->Name("call: the same as a stack of policies");
BENCHMARK(successful_call<subjects::StackAndLimiter>)->Name("call: the stack and a Limiter<SlidingWindow>");
BENCHMARK(failed_call<subjects::Provider>)->Name("call: provider fails, called directly");
BENCHMARK(failed_call<subjects::Timed>)->Name("call: provider fails, one policy, no retry");
BENCHMARK(refused_call)->Name("call: refused by an open breaker");

}  // namespace
