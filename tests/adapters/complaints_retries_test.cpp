// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What users of other clients complain about: attempts that multiply, delays that are not kept or kept for ever,
// and requests sent again that cannot succeed. Each case names the reports it comes from.

#include <aramid/aramid.hpp>

#include "error_bodies.hpp"
#include "support/catch.hpp"
#include "vendor.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using support::anthropic;
using support::comes_back;
using support::google;
using support::openai;
using support::Said;
using support::Vendor;
using testing::ManualClock;

namespace {

using Client = Resilient<Vendor, Backoff<Exponential, Jitter>>;
using Pair = Failover<Priority, Named<"a", Client>, Named<"b", Client>>;

const Said busy{503, anthropic("overloaded_error", "Overloaded")};
const Said broken{500, openai("The server had an error", "server_error")};
const Said fine{200, "Because."};

Said limited(const std::string& text, HttpHeaders headers = {}) {
  return {429, openai(text, "tokens", "rate_limit_exceeded"), std::move(headers)};
}

struct Asked {
  Outcome<Completion> outcome;
  Duration took;
};

template <class Chat>
Asked ask(Chat& chat, ManualClock& clock, Duration time = 1h) {
  Context ctx{clock};
  const Instant begun = clock.now();
  ctx.deadline = begun + time;
  Outcome<Completion> outcome = chat(ChatRequest{"Why?"}, ctx);
  return {std::move(outcome), clock.now() - begun};
}

}  // namespace

// BerriAI/litellm#19985, #34129, #25285: each fallback began the whole round of retries again.
TEST_CASE("complaint 1: a call over several providers has one ceiling on its attempts",
          "[adapters][complaints]") {
  ManualClock clock;
  const Vendor a{clock, {broken}};
  const Vendor b{clock, {broken}};
  Pair chat{a, b};
  const Asked asked = ask(chat, clock);
  REQUIRE_FALSE(asked.outcome);
  CHECK(a.calls() + b.calls() == 5);  // four as each alone, and one for the second provider
  Context ctx{clock};
  ctx.max_attempts = 2;
  REQUIRE_FALSE(chat(ChatRequest{"Why?"}, ctx));
  CHECK(a.calls() + b.calls() == 7);
}

// HKUDS/nanobot#2760: three retries of the SDK within four of the agent were twelve requests.
// tests/compile_fail holds that two retries in one stack do not compile.
TEST_CASE("complaint 2: four attempts are four requests", "[adapters][complaints]") {
  ManualClock clock;
  const Vendor vendor{clock, {broken}};
  Client chat{vendor};
  const Asked asked = ask(chat, clock);
  REQUIRE_FALSE(asked.outcome);
  CHECK(vendor.calls() == 4);
  CHECK(max_attempts<Client>() == 4);
}

// BerriAI/litellm#34399: with several deployments the retry came at once, though all shared one quota.
TEST_CASE("complaint 3: when the other deployment is limited too, the retry waits for the hint",
          "[adapters][complaints]") {
  ManualClock clock;
  const Vendor vendor{clock,
                      {limited("Please try again in 20s."), limited("Please try again in 19s."), fine}};
  Pair chat{vendor, vendor};
  const Asked asked = ask(chat, clock);
  REQUIRE(asked.outcome);
  CHECK(vendor.calls() == 3);
  CHECK(vendor.asked_after(1) == 0s);
  CHECK(vendor.asked_after(2) >= 19s);
}

// maximhq/bifrost#7035: retries went on after the client had left, ten where two were allowed.
TEST_CASE("complaint 4: no retry begins after the caller has left", "[adapters][complaints]") {
  ManualClock clock;
  std::stop_source source;
  Said leaving = broken;
  leaving.meanwhile = [&](Context&) { source.request_stop(); };
  const Vendor vendor{clock, {broken, leaving}};
  Pair chat{vendor, vendor};
  Context ctx{clock};
  ctx.stop = source.get_token();
  const auto outcome = chat(ChatRequest{"Why?"}, ctx);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().fault == Fault::cancelled);
  CHECK(vendor.calls() == 2);
}

// openai/codex#3764: five retries were gone in 3.3 s while the text said 17 s, because the code was another one.
TEST_CASE("complaint 5: the delay in the text is waited for, under whatever code it comes",
          "[adapters][complaints]") {
  const std::string text = "Rate limit reached. Please try again in 17s.";
  for (const Said& said :
       {Said{429, openai(text, "requests", "tokens_per_min")}, Said{429, openai(text, "x")},
        Said{429, R"({"message":")" + text + "\"}"}, Said{429, text},
        Said{200, R"({"type":"error","code":"rate_limit_exceeded","message":")" + text + "\"}"}}) {
    INFO(said.body);
    ManualClock clock;
    const Vendor vendor{clock, {said, fine}};
    Client chat{vendor};
    REQUIRE(ask(chat, clock).outcome);
    CHECK(vendor.calls() == 2);
    CHECK(vendor.asked_after(1) >= 17s);
    CHECK(vendor.asked_after(1) <= 17s * 6 / 5);
  }
}

// BerriAI/litellm#20722, #7669, #27823: the first answer's delay was kept, and the later ones' ignored.
TEST_CASE("complaint 6: each answer's own Retry-After counts, and the last one comes back in the error",
          "[adapters][complaints]") {
  ManualClock clock;
  const Vendor vendor{clock,
                      {limited("x", {{"Retry-After", "2"}}), limited("x", {{"Retry-After", "25"}}),
                       limited("x", {{"Retry-After", "9"}}), limited("x", {{"Retry-After", "31"}})}};
  Client chat{vendor};
  const Asked asked = ask(chat, clock);
  REQUIRE_FALSE(asked.outcome);
  REQUIRE(vendor.calls() == 4);
  CHECK(vendor.asked_after(1) >= 2s);
  CHECK(vendor.asked_after(1) <= 4s);
  CHECK(vendor.asked_after(2) - vendor.asked_after(1) >= 25s);
  CHECK(vendor.asked_after(3) - vendor.asked_after(2) >= 9s);
  CHECK(vendor.asked_after(3) - vendor.asked_after(2) < 25s);
  CHECK(asked.outcome.error().retry_after == 31s);
}

// openai/openai-node#1840, earendil-works/pi#3671, #4991, #6912, openai/openai-python#3555: hours of sleep, or a
// retry far too early.
TEST_CASE("complaint 7: a delay of hours is neither slept on nor undercut, but returned",
          "[adapters][complaints]") {
  for (const char* seconds : {"61", "198300", "277403", "99999999999999999999"}) {
    INFO(seconds);
    ManualClock clock;
    const Vendor vendor{clock, {limited("x", {{"Retry-After", seconds}})}};
    Client chat{vendor};
    const Asked asked = ask(chat, clock, 24h * 365);
    REQUIRE_FALSE(asked.outcome);
    CHECK(asked.took == 0s);
    CHECK(vendor.calls() == 1);
    CHECK(asked.outcome.error().reason == Reason::hint_too_long);
    CHECK(asked.outcome.error().retry_after > 60s);
  }
}

// google-gemini/gemini-cli#11624: a delay of zero was taken for none. #10925: three minutes of retries on a daily
// quota.
TEST_CASE("complaint 8: a delay of zero is a delay, and a daily quota is not waited for",
          "[adapters][complaints]") {
  ManualClock clock;
  SECTION("zero") {
    const Error error = classify(
        429, {}, google(429, "RESOURCE_EXHAUSTED", "Please retry in 9s.", comes_back("0s")), WallTime{});
    CHECK(error.retry_after == 0s);
    const HttpHeaders header{{"Retry-After", "0"}};
    CHECK(classify(429, header, openai("try again in 9s", "x"), WallTime{}).retry_after == 0s);
  }
  SECTION("a day") {
    const std::string per_day = R"({"violations":[{"quotaId":"GenerateRequestsPerDayPerProject"}]})";
    const Vendor vendor{clock,
                        {{429, google(429, "RESOURCE_EXHAUSTED", "x", comes_back("34s") + "," + per_day)}}};
    Client chat{vendor};
    const Asked asked = ask(chat, clock);
    REQUIRE_FALSE(asked.outcome);
    CHECK(asked.outcome.error().fault == Fault::quota_exhausted);
    CHECK(vendor.calls() == 1);
    CHECK(asked.took == 0s);
  }
}

// vercel/ai#21345, langchain-ai/langchainjs#1929, Gitlawb/openclaude#249: insufficient_quota was retried.
TEST_CASE("complaint 9: an empty account is not asked again, and the next provider is",
          "[adapters][complaints]") {
  for (const Said& said :
       {Said{429, openai("You exceeded your current quota", "insufficient_quota", "insufficient_quota")},
        Said{400, anthropic("invalid_request_error", "Your credit balance is too low")},
        Said{402, R"({"error":"You have exceeded your monthly included credits"})"},
        Said{429, openai("x", "y", "project_spend_limit_exceeded"), {{"x-should-retry", "true"}}},
        Said{200, support::failed("insufficient_quota", "x")}}) {
    INFO(said.body);
    ManualClock clock;
    const Vendor a{clock, {said}};
    const Vendor b{clock, {fine}};
    Pair chat{a, b};
    const Asked asked = ask(chat, clock);
    REQUIRE(asked.outcome);
    CHECK(a.calls() == 1);
    CHECK(b.calls() == 1);
    CHECK(asked.took == 0s);
  }
}

// dcdpr/jp#978: "prompt is too long" inside a stream was dropped, the stream taken for truncated, and 1.28 million
// tokens sent again and again.
TEST_CASE("complaint 10: a prompt that is too long is sent once, however that is said",
          "[adapters][complaints]") {
  for (const Said& said :
       {Said{200,
             R"({"id":"gen","error":{"code":400,"message":"prompt is too long: 9 tokens > 8 maximum"}})"},
        Said{400, anthropic("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")},
        Said{400, R"({"error":{"code":400,"message":"Provider returned error",)"
                  R"("metadata":{"raw":"prompt is too long: 9 tokens > 8 maximum"}}})"},
        Said{200, support::failed("context_length_exceeded", "x")}}) {
    INFO(said.body);
    ManualClock clock;
    const Vendor vendor{clock, {said}};
    Client chat{vendor};
    const Asked asked = ask(chat, clock);
    REQUIRE_FALSE(asked.outcome);
    CHECK(asked.outcome.error().fault == Fault::context_length);
    CHECK(vendor.calls() == 1);
  }
}

// frdel/agent-zero#711, TheR1D/shell_gpt#653, DrShushen/climb#13: a request above the whole minute's limit failed
// for ever.
TEST_CASE("complaint 11: a request larger than the limit is not waited for, before it is sent or after",
          "[adapters][complaints]") {
  ManualClock clock;
  SECTION("the server says so, even with a delay") {
    const Vendor a{clock, {limited("Limit 30000, Requested 31538. Please try again in 3s.")}};
    const Vendor b{clock, {fine}};
    Pair chat{a, b};
    const Asked asked = ask(chat, clock);
    REQUIRE(asked.outcome);
    CHECK(asked.took == 0s);
    CHECK(a.calls() == 1);
  }
  SECTION("our own limiter knows") {
    const Vendor vendor{clock, {fine}};
    Resilient<Vendor, Backoff<Exponential, Jitter>, Limiter<SlidingWindow, TPM<1000>>> chat{vendor};
    Context ctx{clock};
    ctx.cost.tokens = 1001;
    const auto outcome = chat(ChatRequest{"Why?"}, ctx);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().reason == Reason::cost_over_quota);
    CHECK(vendor.calls() == 0);
    CHECK(clock.waits() == 0);
  }
}

// google-gemini/gemini-cli#4646: a rate limit came as a 502, was taken for an outage and asked again too soon.
TEST_CASE("complaint 25: a rate limit that a gateway passes on as 502 is waited for",
          "[adapters][complaints]") {
  for (const Said& said :
       {Said{502, google(429, "RESOURCE_EXHAUSTED", "x", comes_back("17s"))},
        Said{502, R"({"error":{"code":429,"message":"Please try again in 17s."}})"},
        Said{500, R"({"error":{"message":")" + std::string{R"({\"error\":{\"code\":429,)"} +
                      R"(\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"Please retry in 17s.\"}})" +
                      R"("}})"}}) {
    INFO(said.body);
    ManualClock clock;
    const Vendor vendor{clock, {said, fine}};
    Client chat{vendor};
    REQUIRE(ask(chat, clock).outcome);
    CHECK(vendor.asked_after(1) >= 17s);
    Resilient<Vendor, Breaker<1, 60s, 1>> guarded{Vendor{clock, {said}}};
    const Asked asked = ask(guarded, clock);
    REQUIRE_FALSE(asked.outcome);
    CHECK(asked.outcome.error().fault == Fault::rate_limited);
    CHECK(breaker(guarded).state(clock.now()) == BreakerState::closed);
  }
}
