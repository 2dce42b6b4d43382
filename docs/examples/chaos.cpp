// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chaos.cpp: what a stack does with faults made on purpose, in virtual time. Needs no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Well {
  Outcome<int> operator()(const int& request, Context&) const { return request; }
};

// [stack]
using Tested = Resilient<Well, Retry<3, Backoff<Exponential, Jitter>>, Breaker<5, 60s, 3>, Timeout<10s>,
                         Chaos<Fault::unavailable, 100, 7>,  // one attempt in ten fails; 7 is the seed
                         ChaosDelay<2s, 100, 8>>;            // one in ten begins 2 s late
// [/stack]

}  // namespace

int main() {
  testing::ManualClock clock;
  Tested client;
  int answered = 0;
  for (int i = 0; i < 1000; ++i) {
    Context ctx = clock.context();
    answered += client(i, ctx) ? 1 : 0;
    clock.advance(1s);
  }
  std::cout << answered << " of 1000 calls answered\n";
  return answered > 900 ? 0 : 1;
}
