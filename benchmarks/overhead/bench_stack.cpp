// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// Nanoseconds per successful call: the provider alone, the hand-fused loop, and the same as a stack of policies.
#include "subjects.hpp"

#include <benchmark/benchmark.h>

namespace {

template <class Client>
void successful_call(benchmark::State& state) {
  static Client client;
  int i = 0;
  for (auto _ : state) {
    subjects::Context ctx;
    benchmark::DoNotOptimize(client(subjects::Request{++i & 0xFF}, ctx));
  }
}

void two_clock_readings(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(subjects::SteadyClock::now());
    benchmark::DoNotOptimize(subjects::SteadyClock::now());
  }
}

BENCHMARK(two_clock_readings);
BENCHMARK(successful_call<subjects::Provider>)->Name("provider called directly");
BENCHMARK(successful_call<subjects::Plain>)->Name("Resilient<P> without policies");
BENCHMARK(successful_call<subjects::Fused>)->Name("hand-fused loop");
BENCHMARK(successful_call<subjects::Stack>)->Name("the same as a stack of policies");

}  // namespace
