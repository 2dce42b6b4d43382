// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The ready-made client, feature by feature, with scripted providers and in virtual time.

#include <aramid/adapters/llm_client.hpp>
#include <aramid/adapters/openai.hpp>
#include <aramid/testing.hpp>

#include "scripted_chat.hpp"
#include "support/catch.hpp"

#include <cstdlib>

using namespace aramid;
using namespace std::chrono_literals;
using support::broken;
using support::ScriptedChat;
using support::whole;

namespace {

/// A provider that answers with its word, or fails with the faults in turn and then answers.
class Word {
 public:
  explicit Word(std::string text, std::vector<Error> failures = {})
      : state_{std::make_shared<State>(State{std::move(text), std::move(failures)})} {}

  Outcome<Completion> operator()(const ChatRequest&, Context& ctx) const {
    const std::size_t number = state_->calls++;
    if (number < state_->failures.size()) return std::unexpected{state_->failures[number]};
    Completion answer;
    answer.text = state_->text;
    answer.usage = ctx.usage = {.input_tokens = 30, .output_tokens = 20};
    return answer;
  }
  [[nodiscard]] std::size_t calls() const { return state_->calls; }

 private:
  struct State {
    std::string text;
    std::vector<Error> failures;
    std::size_t calls = 0;
  };
  std::shared_ptr<State> state_;
};

Error error_of(Fault fault, std::optional<Duration> retry_after = {}) {
  Error error;
  error.fault = fault;
  error.status = 500;
  error.retry_after = retry_after;
  return error;
}
std::vector<Error> always(Fault fault) { return std::vector<Error>(100, error_of(fault)); }

struct Silent {
  Outcome<Completion> operator()(const ChatRequest&, Context& ctx) const {
    while (ctx.now() < ctx.deadline && !ctx.stop.stop_requested()) ctx.wait(ctx.deadline);
    return fail(ctx.stop.stop_requested() ? Fault::cancelled : Fault::timed_out);
  }
};

/// A client of one or two providers, on a clock of its own.
struct World {
  testing::ManualClock clock;
  LlmClientSettings settings;
  LlmProviders providers;
  std::optional<LlmClient> made;

  LlmClient& client() {
    if (!made) {
      settings.driver = &clock;
      made.emplace(settings, std::move(providers));
    }
    return *made;
  }
};

}  // namespace

TEST_CASE("generate retries with the delays of the settings: 1 s doubling, 10 to 30 % more",
          "[adapters][llm]") {
  World w;
  const Word word{"yes", std::vector<Error>(3, error_of(Fault::rate_limited))};
  w.providers.add("sambanova", word);
  const Instant began = w.clock.now();
  const auto answer = w.client().generate("Explain");
  REQUIRE(answer);
  CHECK(answer->text == "yes");
  CHECK(word.calls() == 4);
  CHECK(w.clock.now() - began >= 7700ms);
  CHECK(w.clock.now() - began <= 9100ms);
}

TEST_CASE("an attempt that hangs is timed out after 30 s, a whole call at its deadline", "[adapters][llm]") {
  World w;
  w.settings.max_retries = 1;
  w.providers.add("hangs", Silent{});
  const Instant began = w.clock.now();
  CHECK(w.client().generate("?").error().fault == Fault::timed_out);
  CHECK(w.clock.now() - began >= 61'100ms);
  CHECK(w.clock.now() - began <= 61'300ms);

  const Instant deadline = w.clock.now() + 10s;
  CHECK(w.client().generate("?", {.deadline = deadline}).error().fault == Fault::deadline_exceeded);
  CHECK(w.clock.now() == deadline);

  World limited;
  limited.settings.call_timeout = 45s;
  limited.providers.add("hangs", Silent{});
  const Instant start = limited.clock.now();
  CHECK_FALSE(limited.client().generate("?"));
  CHECK(limited.clock.now() - start == 45s);
}

TEST_CASE("a stream may go on for longer than the timeout, as long as it gets on", "[adapters][llm]") {
  struct Slow {
    Duration pause;
    Outcome<Completion> operator()(const ChatRequest& request, Context& ctx) const {
      PhaseTimer timer{ctx, ctx.now()};
      Completion answer;
      for (int i = 0; i < 4; ++i) {
        const Instant at = ctx.now() + pause;
        const Instant limit = smaller(at, timer.next());
        while (ctx.now() < limit) ctx.wait(limit);
        if (limit < at) return timed_out(timer.passed(ctx.now()));
        timer.output(ctx.now());
        ctx.commit();
        request.on_text("x");
        answer.text += "x";
      }
      return answer;
    }
  };
  World w;
  w.providers.add("slow", Slow{20s});
  w.providers.add("slower", Slow{31s});
  std::string heard;
  const auto hear = [&](std::string_view piece) { heard += piece; };
  CHECK(w.client().stream_chat("?", hear, {.provider = "slow", .enable_failover = false}));
  CHECK(heard == "xxxx");
  heard.clear();
  const auto cut = w.client().stream_chat("?", hear, {.provider = "slower", .enable_failover = false});
  CHECK(cut.error().fault == Fault::timed_out);
  CHECK(heard.empty());
}

TEST_CASE("auto asks in order, fails over, and then begins with whoever answers", "[adapters][llm]") {
  World w;
  const Word bad{"", always(Fault::unavailable)};
  const Word good{"hf"};
  w.providers.add("sambanova", bad).add("hf", good);
  CHECK(w.client().generate("?")->text == "hf");
  CHECK(bad.calls() == 4);
  CHECK(w.client().generate("?")->text == "hf");
  CHECK(bad.calls() == 4);

  SECTION("a priority is kept to whatever has happened, and the others follow") {
    w.client().set_provider_priority({"sambanova"});
    CHECK(w.client().generate("?")->text == "hf");
    CHECK(bad.calls() > 4);
    w.client().set_provider_priority({});
    const std::size_t before = bad.calls();
    CHECK(w.client().generate("?"));
    CHECK(bad.calls() == before);
  }
  SECTION("a provider that is named is asked first, with failover and without") {
    CHECK(w.client().generate("?", {.provider = "sambanova"})->text == "hf");
    const std::size_t before = bad.calls();
    CHECK(before > 4);
    w.client().reset_circuit_breaker();
    const auto alone = w.client().generate("?", {.provider = "sambanova", .enable_failover = false});
    CHECK(alone.error().fault == Fault::unavailable);
    CHECK(bad.calls() == before + 4);
  }
  SECTION("one that there is not is a sentence") {
    const auto answer = w.client().generate("?", {.provider = "openai"});
    CHECK(answer.error().fault == Fault::invalid_request);
    CHECK(answer.error().message == "there is no provider 'openai'; there are: sambanova, hf");
  }
}

TEST_CASE("a call makes the retries of one provider and one attempt at each further one, or max_attempts",
          "[adapters][llm]") {
  for (const unsigned most : {0U, 8U}) {
    World w;
    w.settings.max_attempts = most;
    const Word a{"", always(Fault::unavailable)};
    const Word b{"", always(Fault::unavailable)};
    w.providers.add("a", a).add("b", b);
    const auto answer = w.client().generate("?");
    CHECK(answer.error().history.total() == (most == 0 ? 5 : 8));
    CHECK(a.calls() == 4);
    CHECK(b.calls() == (most == 0 ? 1 : 4));
  }
}

TEST_CASE("once text has been heard nothing is repeated", "[adapters][llm]") {
  World w;
  const ScriptedChat breaks{{broken({"Be"})}};
  const ScriptedChat other{{whole({"Because"})}};
  w.providers.add("a", breaks).add("b", other);
  std::string heard;
  const auto answer = w.client().stream_chat("?", [&](std::string_view piece) { heard += piece; });
  CHECK(answer.error().fault == Fault::interrupted);
  CHECK(heard == "Be");
  CHECK(breaks.calls() == 1);
  CHECK(other.calls() == 0);
}

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
  CHECK(client.circuit_breaker("bad")->state(client.now()) == BreakerState::open);
  CHECK(client.circuit_breaker("good")->state(client.now()) == BreakerState::closed);
  CHECK(client.circuit_breaker("telepathy") == nullptr);

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
  CHECK(client.rate_limiter("only")->used(Unit::requests, client.now()) == 3);
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
  CHECK(off.client().rate_limiter("only") == nullptr);
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

TEST_CASE("no exception of a provider leaves a call", "[adapters][llm]") {
  World w;
  w.providers.add("throws", [](const ChatRequest&, Context&) -> Outcome<Completion> {
    throw std::runtime_error{"out of paper"};
  });
  const auto answer = w.client().generate("?");
  CHECK(answer.error().fault == Fault::unknown);
  CHECK(answer.error().message == "out of paper");
}

TEST_CASE("the log has the lines of the reference client, and no prompt", "[adapters][llm]") {
  World w;
  std::vector<std::string> lines;
  w.settings.log = [&](LogLevel level, std::string_view line) {
    lines.push_back(std::string{to_string(level)} + ": " + std::string{line});
  };
  w.settings.failure_threshold = 1;
  w.settings.requests_per_minute = 1;
  w.settings.max_retries = 1;
  w.providers.add("sambanova", Silent{}).add("hf", Word{"hf", {error_of(Fault::loading)}});
  w.client().set_provider_priority({"sambanova"});
  CHECK(w.client().generate("my secret prompt"));
  CHECK(lines == std::vector<std::string>{
                     "debug: Attempting provider: sambanova",
                     "warning: Timeout after 30.0s (attempt 1/2)",
                     "warning: Circuit breaker closed -> open for 60.0s, provider: sambanova",
                     "info: Retrying in 1.2s...",
                     "warning: Refused by Breaker: circuit_open (open), provider: sambanova",
                     "warning: Failing over from sambanova: circuit_open",
                     "debug: Attempting provider: hf",
                     "warning: Failed, loading, after 0ms (attempt 1/2)",
                     "info: Retrying in 1.3s...",
                     "info: Held back by Limiter for 58.7s (over_quota)",
                     "info: Succeeded after 1 retries",
                 });
}
