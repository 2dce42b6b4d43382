// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Telemetry that many threads write and read at once.

#include <aramid/aramid.hpp>

#include <atomic>
#include <thread>

#include "crew.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

/// Answers even requests and fails odd ones, except that each seventh throws.
struct Provider {
  Outcome<int> operator()(const int& n, Context& ctx) const {
    if (n % 7 == 0) throw n;
    ctx.usage = {.input_tokens = 2, .output_tokens = 1};
    if (n % 2 == 1) return fail(Fault::unavailable, 503);
    return n;
  }
};

}  // namespace

TEST_CASE("telemetry loses no call of any thread, and never shows more than there were") {
  // More than have a shard of their own.
  constexpr int threads = 70;
  constexpr int calls = support::effort(7'000);
  Resilient<Provider, Telemetry> client;
  std::atomic<bool> over{false};
  std::atomic<bool> too_many{false};
  {
    std::jthread reader{[&] {
      while (!over) {
        if (telemetry(client).totals().calls > std::uint64_t{threads} * calls) too_many = true;
        std::this_thread::yield();
      }
    }};
    together(threads, [&](int) {
      for (int i = 0; i < calls; ++i) {
        try {
          (void)client(i);
        } catch (int) {
        }
      }
    });
    over = true;
  }
  CHECK_FALSE(too_many);
  std::uint64_t even = 0, odd = 0, thrown = 0;
  for (int i = 0; i < calls; ++i) ++(i % 7 == 0 ? thrown : i % 2 == 1 ? odd : even);
  const Totals totals = telemetry(client).totals();
  CHECK(totals.successes == even * threads);
  CHECK(totals.dropped == thrown * threads);
  CHECK(telemetry(client).ended_with(Fault::unavailable) == odd * threads);
  CHECK(totals.calls == std::uint64_t{threads} * calls);
  CHECK(totals.tokens == 3 * totals.successes);
  CHECK(telemetry(client).latency().count() == totals.successes);
}

TEST_CASE("what a thread counted stays when it has ended, and another takes its place") {
  Resilient<Provider, Telemetry> client;
  for (int i = 0; i < 200; ++i) std::jthread{[&] { (void)client(2); }}.join();
  CHECK(telemetry(client).totals().calls == 200);
  CHECK(telemetry(client).latency().count() == 200);
}
