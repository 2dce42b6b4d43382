// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Core and policies only: no adapter, no exception, no RTTI needed.

#include <aramid/aramid.hpp>
#include <chrono>
#include <cstdio>

using namespace aramid;
using namespace std::chrono_literals;

int main() {
  auto twice = [](int const& request, Context&) -> Outcome<int> { return 2 * request; };
  using Client = Resilient<decltype(twice), Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>,
                           Limiter<SlidingWindow, RPM<50>, TPM<10'000>>, Timeout<30s>>;
  Client client{twice};
  Outcome<int> answer = client(21);
  if (!answer) {
    std::fputs("the call failed\n", stderr);
    return 1;
  }
  return *answer == 42 ? 0 : 1;
}
