// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The ready-made client, call by call, in virtual time.

#include <aramid/adapters/llm_client.hpp>

#include "llm_world.hpp"
#include "scripted_chat.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using support::always;
using support::broken;
using support::error_of;
using support::ScriptedChat;
using support::Silent;
using support::whole;
using support::Word;
using support::World;

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

  // As a provider it leaves the caller's context as it was.
  limited.settings.max_attempts = 3;
  Context ctx = limited.clock.context();
  CHECK_FALSE(limited.client()(ChatRequest{"?"}, ctx));
  CHECK(ctx.deadline == Instant::max());
  CHECK(ctx.max_attempts == 0);
  CHECK(ctx.route.order.empty());
}

TEST_CASE("a stream may go on for longer than the timeout, as long as it gets on", "[adapters][llm]") {
  struct Slow {
    Duration pause;
    Outcome<Completion> operator()(const ChatRequest& request, Context& ctx) const {
      PhaseTimer timer{ctx, ctx.now()};
      Completion answer;
      for (int i = 0; i < 4; ++i) {
        const Instant at = ctx.now() + pause;
        const Instant limit = smaller(at, timer.due().at);
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
  w.settings.requests_per_minute = 2;
  w.settings.max_retries = 1;
  w.settings.max_attempts = 4;
  w.settings.provider_priority = {"sambanova"};
  w.providers.add("hf", Word{"hf", {error_of(Fault::loading)}}).add("sambanova", Silent{});
  CHECK(w.client().generate("my secret prompt"));
  CHECK(lines ==
        std::vector<std::string>{
            "debug: Attempting provider: sambanova",
            "warning: Timeout after 30.0s (attempt 1/2)",
            "warning: Circuit breaker closed -> open for 60.0s, provider: sambanova",
            "info: Retrying in 1.1s...",
            "warning: Refused by Breaker: circuit_open (open), 1 against a limit of 1, provider: sambanova",
            "warning: Failing over from sambanova: circuit_open",
            "debug: Attempting provider: hf",
            "warning: Failed, loading, after 0ms (attempt 1/2)",
            "info: Retrying in 1.2s...",
            "info: Succeeded after 1 retries",
        });
  lines.clear();
  CHECK(w.client().generate("another", {.provider = "hf", .enable_failover = false}));
  CHECK(lines == std::vector<std::string>{"info: Held back by Limiter for 58.8s (over_quota)",
                                          "debug: Attempting provider: hf", "debug: Succeeded in 0ms"});
}
