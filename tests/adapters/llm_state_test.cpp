// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What the ready-made client tells of itself, and its settings.

#include <aramid/adapters/llm_client.hpp>
#include <aramid/adapters/openai.hpp>

#include "llm_world.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <stdexcept>

using namespace aramid;
using namespace std::chrono_literals;
using support::always;
using support::error_of;
using support::Word;
using support::World;

TEST_CASE("each provider has a breaker of its own, which can be seen and reset", "[adapters][llm]") {
  World w;
  w.settings.max_retries = 0;
  w.settings.failure_threshold = 2;
  const Word bad{"", always(Fault::unavailable)};
  w.providers.add("bad", bad).add("good", Word{"good"});
  LlmClient& client = w.client();
  client.set_provider_priority({"bad", "good"});
  for (int i = 0; i < 3; ++i) CHECK(client.generate("?")->text == "good");
  CHECK(bad.calls() == 2);
  CHECK(client.metrics().circuit_breaker.state == "open");
  CHECK(client.metrics().circuit_breaker.failures == 2);
  CHECK(client.metrics().circuit_breaker_blocks == 1);
  CHECK(client.circuit_breaker("bad")->state == BreakerState::open);
  CHECK(client.circuit_breaker("good")->state == BreakerState::closed);
  CHECK(to_text(*client.circuit_breaker("bad"), client.now()) ==
        "open for another 1 min: 2 failures in a row, limit 2");
  CHECK_FALSE(client.circuit_breaker("telepathy"));

  const auto seen = client.available_providers();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].name == "bad");
  CHECK_FALSE(seen[0].available);
  CHECK(seen[0].why == "Breaker: open");
  CHECK(seen[0].wait == 60s);
  CHECK(seen[1].available);

  CHECK_FALSE(client.reset_circuit_breaker("telepathy"));
  CHECK(client.reset_circuit_breaker("bad"));
  CHECK(client.metrics().circuit_breaker.state == "closed");
  CHECK(client.generate("?"));
  CHECK(bad.calls() == 3);

  World off;
  off.settings.enable_circuit_breaker = false;
  off.settings.max_retries = 9;
  off.settings.max_delay = 1s;
  const Word worse{"", always(Fault::unavailable)};
  off.providers.add("bad", worse);
  CHECK_FALSE(off.client().generate("?"));
  CHECK(worse.calls() == 10);
}

TEST_CASE("each provider has a limiter of its own, which can be asked beforehand", "[adapters][llm]") {
  World w;
  w.settings.requests_per_minute = 3;
  w.settings.tokens_per_minute = 1'000;
  w.settings.estimate_tokens = [](const ChatRequest&) { return 100; };
  w.providers.add("only", Word{"yes"});
  LlmClient& client = w.client();
  const auto [at_once, no_wait] = client.rate_limiter().can_proceed(500);
  CHECK(at_once);
  CHECK(no_wait == 0s);
  CHECK_FALSE(client.rate_limiter().can_proceed(1'001).can_proceed);  // nor ever
  CHECK(client.generate("?"));
  w.clock.advance(10s);
  CHECK(client.generate("?"));
  CHECK(client.generate("?"));
  CHECK(client.metrics().rate_limiter.requests_last_minute == 3);
  CHECK(client.metrics().rate_limiter.tokens_last_minute == 150);  // as reported, not as estimated
  CHECK(client.rate_limiter("only").used().requests_last_minute == 3);
  CHECK(client.metrics().rate_limiter.quota_left == 0.0);
  CHECK_FALSE(client.rate_limiter("only").can_proceed().can_proceed);
  CHECK(client.rate_limiter("telepathy").can_proceed().wait == Duration::max());
  const auto [can_proceed, wait] = client.rate_limiter().can_proceed(500);
  CHECK_FALSE(can_proceed);
  CHECK(wait == 50s);
  const Instant began = w.clock.now();
  CHECK(client.generate("?"));
  CHECK(w.clock.now() - began == 50s);
  CHECK(client.metrics().rate_limited == 1);

  World off;
  off.settings.enable_rate_limiting = false;
  off.settings.requests_per_minute = 1;
  off.providers.add("only", Word{"yes"});
  for (int i = 0; i < 5; ++i) CHECK(off.client().generate("?"));
  CHECK(off.client().rate_limiter().can_proceed(1'000'000).can_proceed);
}

TEST_CASE("metrics have the keys of the reference client, as numbers", "[adapters][llm]") {
  for (const bool enabled : {true, false}) {
    World w;
    w.settings.enable_telemetry = enabled;
    w.settings.max_retries = 1;
    w.providers.add("a", Word{"a", {error_of(Fault::unavailable), error_of(Fault::invalid_request)}});
    CHECK(w.client().generate("?").error().fault == Fault::invalid_request);
    CHECK(w.client().generate("?"));
    const Metrics m = w.client().metrics();
    CHECK(m.total_requests == (enabled ? 2 : 0));
    CHECK(m.success_rate == (enabled ? 0.5 : 1.0));
    CHECK(m.total_tokens == (enabled ? 50 : 0));
    CHECK(m.retries == (enabled ? 1 : 0));
    CHECK(m.providers.size() == (enabled ? 1 : 0));
    CHECK((m.avg_latency_ms > 500) == enabled);
  }
}

TEST_CASE("providers that cannot be used are left out, and it is said why", "[adapters][llm]") {
  ::unsetenv("SAMBANOVA_API_KEY");
  ::unsetenv("HF_TOKEN");
  LlmClient usual;
  const auto all = usual.available_providers();
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "ollama");
  CHECK(all[0].available);
  CHECK(all[1].name == "sambanova");
  CHECK_FALSE(all[1].available);
  CHECK_THAT(all[1].why, support::contains("SAMBANOVA_API_KEY"));
  CHECK_THAT(all[2].why, support::contains("HF_TOKEN"));
  CHECK_THAT(usual.describe(), support::contains("ollama"));
  const auto named = usual.generate("?", {.provider = "hf"});
  CHECK_THAT(named.error().message, support::contains("HF_TOKEN"));

  LlmProviders none;
  none.add("hf", HuggingFace{{.model = "m"}});
  LlmClient empty{{}, std::move(none)};
  CHECK(empty.generate("?").error().fault == Fault::unauthorized);
  CHECK_THAT(empty.generate("?").error().message, support::contains("no provider is available: hf ("));
  CHECK_THAT(empty.generate("?", {.provider = "x"}).error().message,
             support::contains("no provider is avail"));
  CHECK(empty.metrics().total_requests == 0);
  CHECK(empty.available_providers().size() == 1);
}

TEST_CASE("wrong settings and names are refused with a sentence", "[adapters][llm]") {
  const auto sentence = [](const LlmClientSettings& settings) -> std::string {
    try {
      LlmProviders providers;
      providers.add("a", Word{"a"});
      LlmClient client{settings, std::move(providers)};
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return {};
  };
  CHECK(sentence({}).empty());
  CHECK(sentence({.base_delay = 2s, .max_delay = 1s}) ==
        "aramid: LlmClientSettings::max_delay is 1 s, allowed is from base_delay, which is 2 s");
  CHECK(sentence({.base_delay = 0s}) == "aramid: LlmClientSettings::base_delay is 0 s, allowed is above 0");
  CHECK(sentence({.timeout = 0s}) == "aramid: LlmClientSettings::timeout is 0 s, allowed is above 0");
  CHECK(sentence({.failure_threshold = 0}) ==
        "aramid: LlmClientSettings::failure_threshold is 0, allowed is 1 to 65535");
  CHECK(sentence({.requests_per_minute = -1}) ==
        "aramid: LlmClientSettings::requests_per_minute is -1, allowed is 0 or more");
  CHECK(sentence({.provider_priority = {"b"}}) ==
        "aramid: a name in provider_priority is b, allowed is the name of a provider of this client: a");
  LlmProviders providers;
  providers.add("a", Word{"a"});
  CHECK_THROWS_AS(providers.add("a", Word{"a"}), std::invalid_argument);
  CHECK_THROWS_AS(providers.add("auto", Word{"a"}), std::invalid_argument);
}
