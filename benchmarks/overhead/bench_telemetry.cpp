// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What telemetry counts a successful call with; `now` is given. The yardsticks: one fetch_add, and the counter and
// histogram that people write, with atomics that all threads share.

#include "subjects.hpp"

#include <benchmark/benchmark.h>

#include <aramid/policies/histogram.hpp>

namespace {

using namespace subjects;

void one_fetch_add(benchmark::State& state) {
  static std::atomic<std::uint64_t> count{0};
  for (auto _ : state) benchmark::DoNotOptimize(count.fetch_add(1, std::memory_order_relaxed));
}

// Latencies as they vary in life: not always the same bucket.
Duration next(Duration took) { return Duration{(took.count() * 5 + 1'000'003) & 0xFFFFFF}; }

void shards(benchmark::State& state) {
  static aramid::detail::TelemetryShards shards;
  Duration took{1ms};
  for (auto _ : state) {
    took = next(took);
    shards.count(0, took, 0);
  }
}

void nothing(benchmark::State& state) {
  Duration took{1ms};
  for (auto _ : state) benchmark::DoNotOptimize(took = next(took));
}

void by_hand(benchmark::State& state) {
  static std::atomic<std::uint64_t> count{0}, sum{0}, buckets[aramid::detail::HistogramBuckets::count];
  Duration took{1ms};
  for (auto _ : state) {
    took = next(took);
    count.fetch_add(1, std::memory_order_relaxed);
    sum.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
    buckets[aramid::detail::HistogramBuckets::index(took)].fetch_add(1, std::memory_order_relaxed);
  }
}

void policy(benchmark::State& state) {
  static aramid::Telemetry telemetry;
  Context ctx;
  Instant now{1h};
  Duration took{1ms};
  for (auto _ : state) {
    took = next(took);
    aramid::Telemetry::Scope scope;
    benchmark::DoNotOptimize(telemetry.admit(scope, ctx, now));
    now += took;
    benchmark::DoNotOptimize(telemetry.settle(scope, ctx, nullptr, now));
  }
}

BENCHMARK(nothing)->Name("telemetry: the loop itself");
BENCHMARK(one_fetch_add)->Name("telemetry: one fetch_add");
BENCHMARK(shards)->Name("telemetry: counter and histogram");
BENCHMARK(shards)->Name("telemetry: counter and histogram")->Threads(2);
BENCHMARK(by_hand)->Name("telemetry: by hand (shared atomics)");
BENCHMARK(by_hand)->Name("telemetry: by hand (shared atomics)")->Threads(2);
BENCHMARK(policy)->Name("telemetry: admit and settle");
BENCHMARK(policy)->Name("telemetry: admit and settle")->Threads(2);

}  // namespace
