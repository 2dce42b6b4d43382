// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/own_llm_client.cpp: LlmClient used as it is, and one like it made of types. Needs no network.
//
// run

#include <aramid/adapters/chat_timeout.hpp>
#include <aramid/adapters/llm_client.hpp>
#include <aramid/adapters/openai.hpp>
#include <aramid/adapters/restart.hpp>
#include <aramid/aramid.hpp>

#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// [providers]
LlmProviders from_configuration(const std::string& url) {
  LlmProviders providers;
  providers.add("openai", OpenAi{{.model = "gpt-4o-mini"}});  // left out unless OPENAI_API_KEY is set
  providers.add("local", OpenAi{{.model = "m", .base_url = url, .api_key = Secret::none()}},
                {.context_window = 8'000});
  providers.add("own", [](const ChatRequest& request, Context&) -> Outcome<Completion> {
    Completion answer;
    answer.text = "You said: " + request.messages.back().content;
    return answer;
  });
  return providers;
}
// [/providers]

// [types]
template <class Provider>
using Guarded = Resilient<Provider, Retry<3>, Breaker<5, 60s, 3>,
                          Limiter<SlidingWindow, RPM<50>, TPM<10'000>, MaxWait<60s>>, ChatTimeout>;

using Own = Resilient<Failover<OutlierEjection<SuccessRate>,  //
                               Named<"sambanova", Guarded<SambaNova>>, Named<"ollama", Guarded<Ollama>>>,
                      Telemetry, RetryBudget<20, 10s, 10>>;
static_assert(max_attempts<Own>() == 5);
// [/types]

}  // namespace

int main() {
  // Nobody listens there; the last one answers.
  LlmClient client{{.max_retries = 0}, from_configuration("http://127.0.0.1:1/v1")};
  // [once]
  ChatRequest request{"Why is the sky blue?"};
  request.options.max_tokens = 200;
  const auto answer = client.generate(request, {.deadline = SteadyClock::now() + 20s, .priority = 1});
  if (answer) std::cout << answer->text << '\n';
  // [/once]
  for (const LlmAvailability& one : client.available_providers()) {
    std::cout << one.name << ": " << (one.available ? "available" : one.why) << '\n';
  }
  std::cout << client.describe() << describe<Own>();

  // [restart]
  Restart<LlmClient> again{args(LlmClientSettings{}, LlmProviders::from_environment())};
  // [/restart]
  return answer ? 0 : 1;
}
