// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/migrating.cpp: each thing that the Python client does, with LlmClient. Its providers are made up
// and its clock is a manual one, so it needs no network and no time.
//
// run

#include <aramid/adapters/llm_client.hpp>

#include <aramid/adapters/json.hpp>
#include <aramid/testing.hpp>

#include <cstdio>
#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

testing::ManualClock virtual_time;

/// Says its name, after `failures` failures.
auto scripted(std::string text, int failures, Fault fault) {
  return [text, fault, left = std::make_shared<int>(failures)](const ChatRequest& request,
                                                               Context& ctx) -> Outcome<Completion> {
    if (*left > 0) {
      --*left;
      return fail(fault, 500);
    }
    Completion answer;
    answer.text = text;
    answer.usage = ctx.usage = {.input_tokens = 12, .output_tokens = 1};
    if (request.on_text && ctx.commit()) request.on_text(text);
    return answer;
  };
}

LlmProviders made_up(int failures = 0, Fault fault = Fault::rate_limited) {
  LlmProviders providers;
  providers.add("sambanova", scripted("sambanova", failures, fault));
  providers.add("hf", scripted("hf", 0, fault));
  providers.add("ollama", scripted("ollama", 0, fault));
  return providers;
}

LlmClientSettings in_virtual_time(LlmClientSettings settings) {
  settings.driver = &virtual_time;
  return settings;
}

void create() {
  // [create]
  LlmClientSettings settings{.max_retries = 3,
                             .base_delay = 1s,
                             .max_delay = 60s,
                             .timeout = 30s,
                             .enable_circuit_breaker = true,
                             .enable_rate_limiting = true,
                             .enable_telemetry = true};
  LlmClient client{settings};  // sambanova, hf and ollama, with keys from the environment
  // [/create]
}

void stream(LlmClient& client) {
  // [stream]
  const auto print = [](std::string_view piece) { std::cout << piece << std::flush; };
  const auto answer =
      client.stream_chat("Explain coroutines", print, {.provider = "auto", .enable_failover = true});
  if (!answer) std::cerr << answer.error().message << '\n';
  // [/stream]

  // [pull]
  LlmStream stream = client.stream("Explain coroutines", {.provider = "auto"});
  for (const std::string& piece : stream) std::cout << piece << std::flush;
  if (const Error* error = stream.error()) std::cerr << error->message << '\n';
  // [/pull]
}

void retries() {
  LlmClient client{in_virtual_time({.max_retries = 5}), made_up(3)};
  // [generate]
  const auto response = client.generate("Explain quantum computing");  // waits and asks again by itself
  if (response) std::cout << response->text << '\n';
  // [/generate]
}

void breaker_is_open(LlmClient& client) {
  // [open]
  const auto response = client.generate("prompt");
  if (!response && response.error().fault == Fault::circuit_open) {
    std::cout << "all providers rest; again in " << to_text(response.error().retry_after.value_or(60s))
              << '\n';
  }
  // [/open]
}

void configure_breaker() {
  // [breaker]
  LlmClientSettings settings{
      .failure_threshold = 5, .recovery_timeout = 60s, .half_open_max_calls = 3};  // for each provider
  // [/breaker]
  LlmClient client{in_virtual_time(settings), made_up()};
}

void rate_limits(LlmClient& client, const std::vector<std::string>& prompts) {
  // [limits]
  for (const std::string& prompt : prompts) {
    const auto response = client.generate(prompt);  // waits for its turn when a limit is reached
    if (!response) break;
  }
  const Metrics metrics = client.metrics();
  std::cout << metrics.rate_limiter.requests_last_minute << " requests, "
            << metrics.rate_limiter.tokens_last_minute << " tokens in the last minute\n";
  // [/limits]
}

void priority(LlmClient& client) {
  // [priority]
  client.set_provider_priority({"hf", "ollama", "sambanova"});  // or LlmClientSettings::provider_priority
  // [/priority]
}

void show_metrics(LlmClient& client) {
  // [metrics]
  std::cout << to_json(client.metrics()) << '\n';
  // [/metrics]
}

// [monitor]
/// What a dashboard would complain about.
std::vector<std::string> complaints(LlmClient& client) {
  std::vector<std::string> all;
  const Metrics metrics = client.metrics();
  if (metrics.success_rate < 0.9) all.push_back("low success rate: " + std::to_string(metrics.success_rate));
  for (const LlmAvailability& one : client.available_providers()) {
    if (!one.available) all.push_back(one.name + ": " + one.why);
    const auto breaker = client.circuit_breaker(one.name);
    if (breaker && breaker->state != BreakerState::closed)
      all.push_back(one.name + ": " + to_text(*breaker, client.now()));
    if (client.rate_limiter(one.name).used().requests_last_minute > 45)  // 90 % of 50
      all.push_back(one.name + ": close to its rate limit");
  }
  return all;
}
// [/monitor]

void tunings() {
  // [tunings]
  const LlmClientSettings high_throughput{
      .max_retries = 5, .base_delay = 500ms, .max_delay = 30s, .timeout = 60s};
  const LlmClientSettings interactive{.max_retries = 2,
                                      .max_delay = 10s,
                                      .timeout = 15s,
                                      .enable_circuit_breaker = false,
                                      .enable_telemetry = false};
  const LlmClientSettings batch{.max_retries = 10, .base_delay = 2s, .max_delay = 120s, .timeout = 300s};
  // [/tunings]
  for (const LlmClientSettings& one : {high_throughput, interactive, batch}) {
    LlmClient client{in_virtual_time(one), made_up()};
  }
}

void by_hand(LlmClient& client) {
  // [by_hand]
  const auto breaker = client.circuit_breaker("sambanova");
  if (breaker) std::cout << to_string(breaker->state) << ", " << breaker->numbers.measured << " failures\n";
  client.reset_circuit_breaker("sambanova");  // or all of them: reset_circuit_breaker()
  // [/by_hand]
}

void choose(LlmClient& client) {
  // [choose]
  for (const LlmAvailability& one : client.available_providers()) {
    std::cout << one.name << (one.available ? "" : ": " + one.why) << '\n';
  }
  const auto review =
      client.generate("Review this function: ...", {.provider = "sambanova", .enable_failover = false});
  // [/choose]
  if (!review) std::cout << review.error().message << '\n';
}

void check_first(LlmClient& client) {
  // [check_first]
  const auto [can_proceed, wait_time] = client.rate_limiter().can_proceed(500);
  if (!can_proceed) std::cout << "rate limited, wait " << to_text(wait_time) << '\n';
  const auto response = client.generate("prompt");  // would wait by itself
  // [/check_first]
  if (!response) std::cout << response.error().message << '\n';
}

void debug_log() {
  LlmClientSettings settings = in_virtual_time({});
  // [log]
  settings.log = [](LogLevel level, std::string_view line) {
    std::cerr << to_string(level) << ": " << line << '\n';  // called from every thread that makes a call
  };
  // [/log]
  LlmClient client{settings, made_up(1)};
  if (!client.generate("prompt", {.provider = "sambanova", .enable_failover = false}))
    std::cerr << "failed\n";
}

void simulate() {
  // [simulate]
  testing::ManualClock clock;
  LlmProviders providers;
  providers.add("hf", [](const ChatRequest&, Context&) -> Outcome<Completion> {
    return fail(Fault::unavailable, 500, "server error");
  });
  LlmClient client{{.driver = &clock}, std::move(providers)};
  const auto answer = client.generate("test");  // all its retries, and no time passes
  if (!answer) std::cout << "handled: " << answer.error().message << '\n';
  // [/simulate]
}

}  // namespace

int main() {
  create();
  LlmClient client{in_virtual_time({}), made_up(100, Fault::unavailable)};
  stream(client);
  retries();
  breaker_is_open(client);
  configure_breaker();
  rate_limits(client, {"one", "two"});
  priority(client);
  show_metrics(client);
  for (const std::string& line : complaints(client)) std::cout << line << '\n';
  tunings();
  by_hand(client);
  choose(client);
  check_first(client);
  debug_log();
  simulate();
  return client.generate("still there?") ? 0 : 1;
}
