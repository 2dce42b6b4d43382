// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What a Failover costs over the candidate that answers, with policies in the candidate and without, by routing.
#include "subjects.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace subjects;

struct ByValue {
  int operator()(const Request& request) const noexcept { return request.value; }
};

template <class Client>
void call(benchmark::State& state) {
  static Client client;
  int i = 0;
  for (auto _ : state) {
    Context ctx;
    benchmark::DoNotOptimize(client(Request{++i & 0xFF}, ctx));
  }
}

template <class Routing>
using Three = Failover<Routing, Named<"a", Stack, Price<1>>, Named<"b", Stack, Price<2>>, Named<"c", Stack>>;

BENCHMARK(call<Stack>)->Name("failover: a stack alone");
BENCHMARK(call<Failover<Priority, Named<"a", Stack>>>)->Name("failover: one healthy provider");
BENCHMARK(call<Three<Priority>>)->Name("failover: Priority of three");
BENCHMARK(call<Three<RoundRobin>>)->Name("failover: RoundRobin of three");
BENCHMARK(call<Three<Weighted<3, 1, 1>>>)->Name("failover: Weighted<3, 1, 1>");
BENCHMARK(call<Three<Cheapest>>)->Name("failover: Cheapest of three");
BENCHMARK(call<Three<LeastBusy>>)->Name("failover: LeastBusy of three");
BENCHMARK(call<Three<SuccessRate>>)->Name("failover: SuccessRate of three");
BENCHMARK(call<Three<LeastLatency>>)->Name("failover: LeastLatency of three");
BENCHMARK(call<Three<Sticky<ByValue>>>)->Name("failover: Sticky of three");
BENCHMARK(call<Three<OutlierEjection<Priority>>>)->Name("failover: OutlierEjection of three");

}  // namespace
