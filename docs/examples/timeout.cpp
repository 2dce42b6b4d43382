// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/timeout.cpp: whose time was over, in virtual time. Needs no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <chrono>
#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// [provider]
// Answers after five seconds, and gives up at the deadline.
struct Slow {
  Outcome<int> operator()(int request, Context& ctx) const {
    const Instant done = ctx.now() + 5s;
    ctx.wait(done < ctx.deadline ? done : ctx.deadline);
    if (ctx.stop.stop_requested()) return fail(Fault::cancelled);
    if (ctx.now() < done) return fail(Fault::timed_out);
    return request;
  }
};

// [/provider]
// The fault of a call with this much time.
template <class Client>
Fault ask(Client& client, testing::ManualClock& clock, Duration time) {
  Context ctx = clock.context();
  ctx.deadline = clock.now() + time;
  const auto answer = client(1, ctx);
  const Fault fault = answer ? Fault::unknown : answer.error().fault;
  std::cout << (answer ? "an answer" : to_string(fault)) << '\n';
  return fault;
}

}  // namespace

int main() {
  testing::ManualClock clock;
  // [client]
  // A minute in all, two seconds for each of up to three attempts.
  using Client = Resilient<Slow, Timeout<60s>, Retry<2, Backoff<Constant, NoJitter, 100ms>>, Timeout<2s>>;
  static_assert(worst_case<Client>() == 60s);
  // [/client]
  Client client;
  return ask(client, clock, 1h) == Fault::timed_out && ask(client, clock, 1s) == Fault::deadline_exceeded ? 0
                                                                                                          : 1;
}
