// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Threads on one retry policy that expects room: the average stays among what was measured.

#include <aramid/aramid.hpp>

#include <atomic>

#include "crew.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

TEST_CASE("an expectation that several threads teach stays between their shortest and longest success") {
  constexpr int threads = 4;
  constexpr Instant start{1h};
  Retry<3, Backoff<Exponential, Jitter>, ByRuling, ExpectRoom> policy;
  std::atomic<int> wrong{0};
  together(threads, [&](int thread) {
    for (int i = 0; i < 2000; ++i) {
      Context ctx;
      decltype(policy)::Scope scope;
      (void)policy.admit(scope, ctx, start);
      (void)policy.settle(scope, ctx, nullptr, start + (thread + 1) * 1s);
      const Duration expected = policy.expected();
      if (expected < 1s || expected > threads * 1s) wrong.fetch_add(1);
    }
  });
  CHECK(wrong == 0);
  CHECK(policy.expected() >= 1s);
}
