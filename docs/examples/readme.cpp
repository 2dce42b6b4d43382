// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The example of README.md, word for word; .ci/lint compares them.
#include <aramid/adapters/openai.hpp>
#include <aramid/aramid.hpp>
#include <cstdio>

using namespace aramid;
using namespace std::chrono_literals;

using Client = Resilient<OpenAi, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>,
                         Limiter<SlidingWindow, RPM<50>, TPM<10'000>>, Timeout<30s>>;

int main() {
  Client client{OpenAi{{.model = "gpt-4o-mini"}}};  // the key comes from OPENAI_API_KEY
  const auto answer = client(ChatRequest{"Say hello in five words."});
  std::puts(answer ? answer->text.c_str() : answer.error().message.c_str());
}
