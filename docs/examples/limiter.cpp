// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/limiter.cpp: a limiter with a wrong idea of the server's limit, a burst of calls, and a server that
// knows better. Needs no network: the clock is a manual one.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <chrono>
#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// Allows 20 requests a minute, counts by the minute, and says so with each answer.
struct Server {
  testing::ManualClock* clock;
  Instant opened{};
  int used = 0;
  int refused = 0;

  Outcome<int> operator()(int question, Context& ctx) {
    const Instant now = clock->now();
    if (now >= opened + 60s) {
      opened = now;
      used = 0;
    }
    const Duration reset = opened + 60s - now;
    if (used == 20) {
      ++refused;
      auto error = fail(Fault::rate_limited, 429);
      error.error().retry_after = reset;
      return error;
    }
    ++used;
    ctx.hints.requests = {.limit = 20, .remaining = 20 - used, .reset = reset};
    ctx.usage = {100, 40};
    return question;
  }
};

// [stack]
using Client = Resilient<Server, Backoff<Exponential, Jitter>,
                         Limiter<SlidingWindow, RPM<50>, TPM<10'000>, Queue<64>, MaxWait<2min>>>;
// [/stack]

}  // namespace

int main() {
  testing::ManualClock clock;
  Client client{Server{.clock = &clock, .opened = clock.now()}};
  const Instant begin = clock.now();
  for (int i = 0; i < 45; ++i) {
    Context ctx = clock.context();
    // [cost]
    // Before the call: what it may take. Afterwards its usage takes the place of that.
    ctx.cost = {.tokens = 500, .input_tokens = 100, .output_tokens = 400};
    ctx.priority = 1;  // goes before those of 0
    auto answer = client(i, ctx);
    // [/cost]
    if (!answer) {
      std::cout << "call " << i << ": " << to_string(answer.error().reason) << '\n';
      return 1;
    }
  }
  const auto took = std::chrono::duration_cast<std::chrono::seconds>(clock.now() - begin);
  std::cout << "45 calls in " << took.count() << " s, " << client.provider().refused
            << " refused by the server\n";

  // [look]
  const Allowance allowance = limiter(client).can_proceed(500, clock.now());
  std::cout << (allowance.allowed ? "now" : "later") << '\n';
  for (const QuotaUsage& one : limiter(client).usage(clock.now())) {
    std::cout << one.used << " of " << one.quota.limit << ' ' << to_string(one.quota.unit) << ", "
              << one.remaining << " left\n";
  }
  // [/look]

  // [limits]
  limiter(client).set_limits({RPM<30>::value, Quota{Unit::tokens, 20'000, 60s}}, clock.now());
  // [/limits]
  return client.provider().refused == 0 && took == 120s ? 0 : 1;
}
