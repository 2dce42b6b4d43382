// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/ramp_up.cpp: traffic that returns by and by, and a rate that falls after 429. Needs no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

// [stack]
using Near = Resilient<Provider, RampUp<60s, 10>, Breaker<5, 60s, 3>, Timeout<10s>>;  // outside the breaker
using Far = Resilient<Provider, Breaker<5, 60s, 3>, Timeout<10s>>;
using Client = Failover<Priority, Named<"near", Near>, Named<"far", Far>>;  // takes what "near" does not yet
// [/stack]

// [rate]
using Paced = Resilient<Provider, Retry<2, Backoff<Exponential, Jitter>>,
                        AdaptiveRate<CubicRate, Queue<100>, MaxWait<10s>>, Timeout<10s>>;
// [/rate]

}  // namespace

int main() {
  testing::ManualClock clock;
  Client client;
  int near = 0;
  for (int i = 0; i < 1000; ++i) {
    Context ctx = clock.context();
    if (!client(i, ctx)) return 1;
    near += ctx.provider() == Name{"near"} ? 1 : 0;
    clock.advance(60ms);
  }
  std::cout << "in the first minute " << near << " of 1000 calls went to the near one\n";
  Paced paced;
  const bool answered = paced(1).has_value();
  return near > 450 && near < 650 && answered ? 0 : 1;
}
