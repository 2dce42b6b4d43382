// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/quick_start.cpp: a provider that fails twice, and a client that does not mind. Needs no network.
//
// run

#include <aramid/aramid.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace aramid;
using namespace std::chrono_literals;

int main() {
  // Any callable is a provider: it takes the request and the call's Context, and returns an Outcome.
  auto flaky = [asked = 0](const std::string& name, Context&) mutable -> Outcome<std::string> {
    if (++asked <= 2) return fail(Fault::overloaded, 503, "come back later");
    return "Hello, " + name + ", at the third attempt.";
  };
  Resilient<decltype(flaky), Telemetry, Retry<3, Backoff<Exponential, Jitter, 10ms, 1s>>, Breaker<5, 60s, 3>,
            Timeout<30s>>
      client{flaky};

  const Outcome<std::string> answer = client(std::string{"world"});
  std::cout << (answer ? *answer : answer.error().message) << '\n'
            << "retries: " << telemetry(client).totals().retries << '\n';
  return answer ? 0 : 1;
}
