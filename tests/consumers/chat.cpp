// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The client of the README, linked in full. Its address is no URL, so it says so and calls nobody.

#include <aramid/adapters/openai.hpp>
#include <aramid/aramid.hpp>
#include <chrono>
#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

using Client = Resilient<OpenAi, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>,
                         Limiter<SlidingWindow, RPM<50>, TPM<10'000>>, Timeout<30s>>;

int main() {
  Client client{OpenAi{OpenAiSettings{.model = "any", .base_url = "not a url"}}};
  Outcome<Completion> answer = client(ChatRequest{"Good morning."});
  if (answer) return 1;
  std::cout << answer.error().message << '\n';
  return answer.error().fault == Fault::invalid_request ? 0 : 1;
}
