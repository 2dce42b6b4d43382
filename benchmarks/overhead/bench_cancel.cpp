// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// How long after a stop request a call returns that waits for a retry an hour away. The thread's end is included.
#include <aramid/aramid.hpp>

#include <benchmark/benchmark.h>

#include <latch>
#include <thread>

namespace {

using namespace aramid;
using namespace std::chrono_literals;

struct Down {
  Outcome<int> operator()(const int&, Context&) const { return fail(Fault::unavailable); }
};

struct Scheduled : Listener {
  std::latch latch{1};
  Scheduled() : Listener{mask_of(EventKind::retry_scheduled), &hear} {}
  static void hear(Listener& self, const Event&) noexcept {
    static_cast<Scheduled&>(self).latch.count_down();
  }
};

void cancel(benchmark::State& state) {
  static Resilient<Down, Backoff<Constant, NoJitter, 1h, 2h>> client;
  for (auto _ : state) {
    std::stop_source source;
    Scheduled scheduled;
    std::thread caller{[&] {
      Context ctx;
      ctx.stop = source.get_token();
      ctx.listeners.link(scheduled);
      (void)client(0, ctx);
    }};
    scheduled.latch.wait();
    const auto requested = std::chrono::steady_clock::now();
    source.request_stop();
    caller.join();
    state.SetIterationTime(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - requested).count());
  }
}

BENCHMARK(cancel)->Name("cancel: a back-off of an hour")->UseManualTime()->Iterations(100);

}  // namespace
