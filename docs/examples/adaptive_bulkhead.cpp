// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/adaptive_bulkhead.cpp: a limit that is found, and the algorithm driven by hand. Needs no network.
//
// run

#include <aramid/aramid.hpp>

#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

// [stack]
using Client = Resilient<Provider, Retry<2, Backoff<Exponential, Jitter>>,
                         AdaptiveBulkhead<Gradient2, 1, 200, Queue<50>, MaxWait<1s>>, Timeout<10s>>;
// [/stack]

}  // namespace

int main() {
  Client client;
  std::cout << "begins with " << bulkhead(client).limit() << '\n';
  const bool answered = client(1).has_value();

  // [by_hand]
  Gradient2::Limit limit{LimitRange{.min = 1, .max = 200, .initial = 20}};
  for (int i = 0; i < 50; ++i) limit.update({.rtt = 100ms, .in_flight = limit.value()});
  const unsigned calm = limit.value();  // 59: latency is steady, so it grows
  for (int i = 0; i < 50; ++i) limit.update({.rtt = 400ms, .in_flight = limit.value()});
  const unsigned crowded = limit.value();  // latency is four times the usual: it shrinks
  // [/by_hand]
  std::cout << calm << ", then " << crowded << '\n';
  return answered && calm == 59 && crowded < calm ? 0 : 1;
}
