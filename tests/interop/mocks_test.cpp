// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Mock servers of OpenAI's API that others wrote; what they are asked to answer is in mocks.mjs.

#include <aramid/adapters/openai.hpp>

#include "support/catch.hpp"
#include "world.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using interop::Heard;
using interop::problem;
using interop::world;

namespace {

OpenAi aimock() {
  return OpenAi{
      {.model = "gpt-4o-mini", .base_url = world("INTEROP_AIMOCK") + "/v1", .api_key = Secret{"sk-any"}}};
}

OpenAi mock_api(const char* key = "the-key") {
  return OpenAi{{.model = "gpt-4", .base_url = world("INTEROP_MOCK_API") + "/v1", .api_key = Secret{key}}};
}

struct Asked : Heard {
  explicit Asked(const char* prompt) : Heard{""} { request.messages.front().content = prompt; }
};

ChatRequest unheard(const char* prompt) {
  ChatRequest request{prompt};
  request.options.tools = {
      {.name = "weather", .description = "The weather.", .parameters_json = R"({"type":"object"})"},
      {.name = "clock"}};
  return request;
}

}  // namespace

TEST_CASE("aimock's answers, streams and tool calls are read whole", "[interop][mocks]") {
  const OpenAi client = aimock();
  Context ctx;
  const auto plain = client(unheard("text"), ctx);
  INFO(problem(plain));
  REQUIRE(plain);
  CHECK(plain->text == interop::whole_text());
  CHECK(plain->finish_reason == FinishReason::stop);
  CHECK(ctx.usage.known());

  Asked heard{"text"};
  Context stream;
  const auto streamed = client(heard.request, stream);
  INFO(problem(streamed));
  REQUIRE(streamed);
  CHECK(heard.pieces > 1);
  CHECK(heard.text == interop::whole_text());
  CHECK(streamed->finish_reason == FinishReason::stop);
  CHECK(stream.usage.known());

  for (const bool stream_it : {false, true}) {
    ChatRequest request = unheard("weather");
    request.stream = stream_it;
    const auto called = client(request, ctx);
    INFO(problem(called));
    REQUIRE(called);
    interop::check_calls(*called);
    CHECK(called->finish_reason == FinishReason::tool_calls);

    // What the tools found goes back.
    request.messages.push_back({.role = Role::assistant, .tool_calls = called->tool_calls});
    request.messages.push_back({.role = Role::tool, .content = "sunny", .tool_call_id = "call_a"});
    request.messages.push_back({.role = Role::tool, .content = "12:00", .tool_call_id = "call_b"});
    const auto answer = client(request, ctx);
    INFO(problem(answer));
    REQUIRE(answer);
    CHECK(answer->text == "It is noon, and sunny.");
  }

  Asked thinker{"think"};
  REQUIRE(client(thinker.request, ctx));
  CHECK(thinker.text == "So.");
}

TEST_CASE("aimock's errors and faults are typed", "[interop][mocks]") {
  const OpenAi client = aimock();
  const auto error_of = [&](const char* prompt) {
    Asked heard{prompt};
    Context ctx;
    const auto answer = client(heard.request, ctx);
    REQUIRE_FALSE(answer);
    UNSCOPED_INFO(prompt << ", " << problem(answer));
    return answer.error();
  };
  const Error limited = error_of("limited");
  CHECK(limited.fault == Fault::rate_limited);
  CHECK(limited.status == 429);
  CHECK(limited.retry_after == 3s);
  CHECK(error_of("overloaded").fault == Fault::overloaded);
  CHECK(error_of("broke").fault == Fault::quota_exhausted);
  CHECK(error_of("nobody expects this").fault == Fault::overloaded);
  CHECK(error_of("garbage").fault == Fault::malformed);
  CHECK(error_of("gone").fault == Fault::connection_lost);

  Asked cut{"cut"};
  Context ctx;
  const auto answer = client(cut.request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::interrupted);
  CHECK_FALSE(cut.text.empty());
  CHECK(interop::whole_text().starts_with(cut.text));
  CHECK(cut.partial.completion.text == cut.text);
}

TEST_CASE("openai-mock-api calls its streams plain text and numbers no tool call, and is read all the same",
          "[interop][mocks]") {
  const OpenAi client = mock_api();
  Context plain_ctx;
  const auto plain = client(unheard("text"), plain_ctx);
  INFO(problem(plain));
  REQUIRE(plain);
  CHECK(plain->text == "Один 字 🎉 and more.");
  CHECK(plain_ctx.usage.known());

  Asked heard{"text"};
  Context stream_ctx;
  const auto streamed = client(heard.request, stream_ctx);
  INFO(problem(streamed));
  REQUIRE(streamed);
  CHECK(heard.text == "Один 字 🎉 and more.");
  CHECK(heard.pieces == 5);

  for (const bool stream_it : {false, true}) {
    ChatRequest request = unheard("weather");
    request.stream = stream_it;
    Context ctx;
    const auto called = client(request, ctx);
    INFO(problem(called));
    REQUIRE(called);
    interop::check_calls(*called);
  }

  Context refused_ctx;
  const auto refused = mock_api("another-key")("text", refused_ctx);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::unauthorized);
  Context unknown_ctx;
  const auto unknown = client("nobody expects this", unknown_ctx);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().fault == Fault::invalid_request);
}
