// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/adaptive_timeout.cpp: a limit that follows the provider, down and up again, in virtual time.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <chrono>
#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Provider {
  const Duration* takes;
  Outcome<int> operator()(int request, Context& ctx) const {
    const Instant done = ctx.now() + *takes;
    ctx.wait(done < ctx.deadline ? done : ctx.deadline);
    if (ctx.now() < done) return fail(Fault::timed_out);
    return request;
  }
};

// [client]
// Three times the 99th percentile of the last minutes, but at least 1 s and at most 60 s.
using Client = Resilient<Provider, AdaptiveTimeout<99, 300, 1s, 60s>>;
// [/client]

}  // namespace

int main() {
  testing::ManualClock clock;
  Duration takes = 2s;
  Client client{Provider{&takes}};
  const auto call = [&](int times) {
    int failures = 0;
    for (int i = 0; i < times; ++i) {
      Context ctx = clock.context();
      failures += client(i, ctx) ? 0 : 1;
    }
    // [limit]
    const AdaptiveLimit limit = adaptive_timeout(client).now(clock.now());
    std::cout << "limit " << to_text(limit.limit) << ", from " << limit.samples << " samples\n";
    // [/limit]
    return failures;
  };
  (void)call(19);  // warming up: the ceiling
  const bool warmed_up = call(1) == 0 && adaptive_timeout(client).now(clock.now()).limit < Duration{7s};
  takes = 20s;  // far above the limit
  const int failures = call(10);
  std::cout << failures << " calls of 10 were timed out before the limit had grown\n";
  return warmed_up && failures > 0 && failures < 5 ? 0 : 1;
}
