// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The client of the README, built and described; it calls nobody.

#include <aramid/adapters/openai.hpp>
#include <aramid/aramid.hpp>
#include <chrono>
#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

using Client = Resilient<OpenAi, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>,
                         Limiter<SlidingWindow, RPM<50>, TPM<10'000>>, Timeout<30s>>;

int main() { std::cout << describe<Client>() << '\n'; }
