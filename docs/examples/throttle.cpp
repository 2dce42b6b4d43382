// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/throttle.cpp: most calls are not sent to a provider that turns most of them away. Needs no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// Has capacity for one call in ten that are wanted.
struct Crowded {
  int* asked;
  Outcome<int> operator()(const int& n, Context&) {
    ++*asked;
    return n % 10 == 0 ? Outcome<int>{n} : fail(Fault::overloaded, 503);
  }
};

// [stack]
using Client = Resilient<Crowded, Throttle<2, 120s, MaxRejection<90>, MinimumRate<1>>, Timeout<10s>>;
// [/stack]

}  // namespace

int main() {
  testing::ManualClock clock;
  int asked = 0;
  Client client{args(Crowded{&asked})};
  for (int i = 0; i < 10'000; ++i) {
    Context ctx = clock.context();
    (void)client(i, ctx);
    clock.advance(10ms);
  }
  // [counts]
  const ThrottleCounts counts = throttle(client).counts(clock.now());
  const unsigned percent = throttle(client).rejection(clock.now()).percent();
  // [/counts]
  std::cout << "of 10000 calls " << asked << " were sent; " << counts.accepts << " of " << counts.requests
            << " accepted; " << percent << " % are refused now\n";
  return asked < 3'000 && percent > 70 ? 0 : 1;
}
