// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What users of other clients complain about: limiters that leak, overshoot or believe in the nominal window, and
// breakers that open for the wrong reason or never close. Each case names the reports it comes from.

#include <aramid/adapters/estimated.hpp>
#include <aramid/aramid.hpp>

#include "error_bodies.hpp"
#include "support/catch.hpp"
#include "vendor.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using support::anthropic;
using support::google;
using support::openai;
using support::Said;
using support::Vendor;
using testing::ManualClock;

namespace {

using Limited = Resilient<Vendor, Limiter<SlidingWindow, TPM<1000>>>;
using Guarded = Resilient<Vendor, Breaker<3, 60s, 1>>;

const Said fine{200, "Because."};
const Said broken{500, openai("The server had an error", "server_error")};
const Said mistaken{400, openai("'n' must be > 0", "invalid_request_error")};

template <class Chat>
Outcome<Completion> ask(Chat& chat, ManualClock& clock, std::int64_t tokens = 0, Duration time = 1s) {
  Context ctx{clock};
  ctx.deadline = clock.now() + time;
  ctx.cost.tokens = tokens;
  return chat(ChatRequest{"Why?"}, ctx);
}

// The fault of the call, nothing if it succeeded.
template <class Chat>
std::optional<Fault> fault_of(Chat& chat, ManualClock& clock, std::int64_t tokens = 0) {
  const Outcome<Completion> outcome = ask(chat, clock, tokens);
  return outcome ? std::nullopt : std::optional{outcome.error().fault};
}

void open_up(Guarded& chat, ManualClock& clock) {
  for (int i = 0; i < 3; ++i) (void)ask(chat, clock);
  REQUIRE(breaker(chat).state(clock.now()) == BreakerState::open);
}

}  // namespace

// BerriAI/litellm#27001, #29193, #18728, #18730, koassistant#106.
TEST_CASE("complaint 21: reservations do not leak, overshoot, or count what the provider does not",
          "[adapters][complaints]") {
  ManualClock clock;
  SECTION("a refused request gives its tokens back") {
    const Vendor vendor{clock, {mistaken}};
    Limited chat{vendor};
    for (int i = 0; i < 10; ++i) CHECK(fault_of(chat, clock, 900) == Fault::invalid_request);
    CHECK(vendor.calls() == 10);
  }
  SECTION("a call without a cost is not held for one that it never had") {
    const Vendor vendor{clock, {fine}};
    Limited chat{vendor};
    for (int i = 0; i < 10; ++i) CHECK_FALSE(fault_of(chat, clock));
  }
  SECTION("what the provider does not count, such as a cached prompt, is given back") {
    Said cached = fine;
    cached.usage = {.input_tokens = 10, .output_tokens = 5};
    const Vendor vendor{clock, {cached}};
    Limited chat{vendor};
    for (int i = 0; i < 8; ++i) CHECK_FALSE(fault_of(chat, clock, 880));
    CHECK(limiter(chat).usage(clock.now())[0].used == 8 * 15);
  }
  SECTION("calls at the same time cannot pass together") {
    Limited* chat_at = nullptr;
    std::optional<Fault> second;
    Said meeting = fine;
    meeting.meanwhile = [&](Context&) { second = fault_of(*chat_at, clock, 600); };
    const Vendor vendor{clock, {meeting, fine}};
    Limited chat{vendor};
    chat_at = &chat;
    CHECK_FALSE(fault_of(chat, clock, 600));
    CHECK(second == Fault::throttled);
    CHECK(vendor.calls() == 1);
  }
  SECTION("the answer's max_tokens counts") {
    ChatRequest request{"Why?"};
    request.options.max_tokens = 4000;
    CHECK(estimate_tokens(request) > 4000);
  }
}

// google-gemini/gemini-cli#8431: the provider's minute was not over after seven.
TEST_CASE("complaint 22: the server's delay counts, not the nominal window", "[adapters][complaints]") {
  ManualClock clock;
  const Vendor vendor{clock, {{429, google(429, "RESOURCE_EXHAUSTED", "Please retry in 420s.")}, fine}};
  Resilient<Vendor, Limiter<SlidingWindow, RPM<100>>> chat{vendor};
  CHECK(fault_of(chat, clock) == Fault::rate_limited);
  for (const Duration later : {61s, 200s, 158s}) {
    clock.advance(later);
    const auto refused = ask(chat, clock);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().fault == Fault::throttled);
    CHECK(refused.error().reason == Reason::frozen);
  }
  CHECK(vendor.calls() == 1);
  clock.advance(1s);
  CHECK_FALSE(fault_of(chat, clock));
}

// sgl-project/sglang#25811, vllm-project/router#60, lightseekorg/smg#2565, coder/aibridge#276.
TEST_CASE("complaint 23: mistakes of the caller and rate limits are no evidence about a provider",
          "[adapters][complaints]") {
  ManualClock clock;
  SECTION("they do not open a breaker") {
    const Said no_evidence[] = {mistaken,
                                {429, openai("x", "tokens", "rate_limit_exceeded")},
                                {401, openai("x", "y", "invalid_api_key")},
                                {429, openai("x", "y", "insufficient_quota")},
                                {400, anthropic("invalid_request_error", "prompt is too long")},
                                {404, openai("x", "y", "model_not_found")}};
    for (const Said& said : no_evidence) {
      INFO(said.body);
      Guarded chat{Vendor{clock, {said}}};
      for (int i = 0; i < 20; ++i) (void)ask(chat, clock);
      CHECK(breaker(chat).state(clock.now()) == BreakerState::closed);
    }
  }
  SECTION("they do not close one") {
    const Vendor vendor{clock, {broken, broken, broken, mistaken, fine}};
    Guarded chat{vendor};
    open_up(chat, clock);
    clock.advance(60s);
    CHECK(fault_of(chat, clock) == Fault::invalid_request);
    CHECK(breaker(chat).state(clock.now()) == BreakerState::half_open);
    CHECK_FALSE(fault_of(chat, clock));
    CHECK(breaker(chat).state(clock.now()) == BreakerState::closed);
  }
}

// bytedance/deer-flow#3991: a probe that ended in a quota or a wrong key kept its place, and every later call was
// refused for ever. #5602: a call from before the outage closed or reopened the breaker. #2095,
// vellum-ai/vellum-assistant#8108: after the cool-down everybody passed at once. RightNow-AI/librefang#6305:
// nothing was wired up at all.
TEST_CASE("complaint 23: probes give their places back, and only probes decide", "[adapters][complaints]") {
  ManualClock clock;
  Guarded* chat_at = nullptr;
  SECTION("a probe that proves nothing gives its place back") {
    const Said probes[] = {{429, openai("x", "y", "insufficient_quota")},
                           {401, openai("x", "y", "invalid_api_key")}};
    for (const Said& probe : probes) {
      const Vendor vendor{clock, {broken, broken, broken, probe, fine}};
      Guarded chat{vendor};
      open_up(chat, clock);
      clock.advance(60s);
      CHECK(fault_of(chat, clock) != Fault::circuit_open);
      CHECK_FALSE(fault_of(chat, clock));
      CHECK(vendor.calls() == 5);
    }
  }
  SECTION("a success and a failure from before the outage change nothing") {
    for (const Said& late : {fine, broken}) {
      Said slow = late;
      BreakerState state = BreakerState::closed;
      slow.meanwhile = [&](Context&) {
        open_up(*chat_at, clock);
        clock.advance(60s);
        state = breaker(*chat_at).state(clock.now());
      };
      const Vendor vendor{clock, {slow, broken, broken, broken, fine}};
      Guarded chat{vendor};
      chat_at = &chat;
      (void)ask(chat, clock, 0, 10min);
      CHECK(state == BreakerState::half_open);
      CHECK(breaker(chat).state(clock.now()) == BreakerState::half_open);
      CHECK_FALSE(fault_of(chat, clock));
      CHECK(breaker(chat).state(clock.now()) == BreakerState::closed);
    }
  }
  SECTION("while a probe is out nobody else passes, and while it is open nobody at all") {
    int refused = 0;
    Said probe = fine;
    probe.meanwhile = [&](Context&) {
      for (int i = 0; i < 10; ++i) refused += fault_of(*chat_at, clock) == Fault::circuit_open ? 1 : 0;
    };
    const Vendor vendor{clock, {broken, broken, broken, probe, fine}};
    Guarded chat{vendor};
    chat_at = &chat;
    open_up(chat, clock);
    CHECK(vendor.calls() == 3);
    for (int i = 0; i < 10; ++i) CHECK(fault_of(chat, clock) == Fault::circuit_open);
    CHECK(vendor.calls() == 3);
    clock.advance(60s);
    CHECK_FALSE(fault_of(chat, clock));
    CHECK(refused == 10);
    CHECK(vendor.calls() == 4);
    CHECK(breaker(chat).state(clock.now()) == BreakerState::closed);
  }
}
