// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Mock servers that others wrote; what they are asked to answer is in mocks.mjs.

#include <aramid/adapters/anthropic.hpp>
#include <aramid/adapters/compatible.hpp>

#include "support/catch.hpp"
#include "world.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using interop::problem;
using interop::world;

namespace {

ProviderSettings at(const std::string& path, const char* model) {
  return {.model = model, .base_url = world("INTEROP_AIMOCK") + path, .api_key = Secret{"sk-any"}};
}

// One of each wire format.
std::vector<ChatProvider> clients() {
  return {OpenAi{at("/v1", "gpt-4o-mini")}, AzureOpenAi{at("", "my-deployment")},
          OpenRouter{at("/api/v1", "meta/llama")}, Anthropic{at("", "claude-sonnet")}};
}

struct Asked {
  std::string text{};
  int pieces = 0;
  Partial partial{};
  Context ctx{};
  ChatRequest request;

  Asked(const char* prompt, bool streams) : request{prompt} {
    request.options.tools = {
        {.name = "weather", .description = "The weather.", .parameters_json = R"({"type":"object"})"},
        {.name = "clock"}};
    request.partial = &partial;
    if (!streams) return;
    request.on_text = [this](std::string_view piece) {
      text += piece;
      ++pieces;
    };
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
};

Error error_of(const ChatProvider& client, const char* prompt) {
  Asked asked{prompt, true};
  const auto answer = client(asked.request, asked.ctx);
  REQUIRE_FALSE(answer);
  UNSCOPED_INFO(prompt << ", " << problem(answer));
  return answer.error();
}

}  // namespace

TEST_CASE("aimock's answers are read whole in every wire format, streamed or not", "[interop][aimock]") {
  for (const ChatProvider& client : clients()) {
    for (const bool streams : {false, true}) {
      INFO(client.name().view() << (streams ? ", streamed" : ""));
      Asked asked{"text", streams};
      const auto answer = client(asked.request, asked.ctx);
      INFO(problem(answer));
      REQUIRE(answer);
      CHECK(answer->text == interop::whole_text());
      CHECK(answer->finish_reason == FinishReason::stop);
      CHECK(asked.ctx.usage.known());
      CHECK(asked.text == (streams ? interop::whole_text() : std::string{}));
      CHECK((asked.pieces > 1) == streams);

      Asked thought{"think", streams};
      const auto concluded = client(thought.request, thought.ctx);
      INFO(problem(concluded));
      REQUIRE(concluded);
      CHECK(concluded->text == "So.");
    }
  }
}

TEST_CASE("aimock's tool calls are read whole in every wire format, and their results go back",
          "[interop][aimock]") {
  for (const ChatProvider& client : clients()) {
    for (const bool streams : {false, true}) {
      INFO(client.name().view() << (streams ? ", streamed" : ""));
      Asked asked{"weather", streams};
      const auto called = client(asked.request, asked.ctx);
      INFO(problem(called));
      REQUIRE(called);
      interop::check_calls(*called);
      CHECK(called->finish_reason == FinishReason::tool_calls);

      Asked found{"weather", streams};
      std::vector<Message>& messages = found.request.messages;
      messages.push_back({.role = Role::assistant, .tool_calls = called->tool_calls});
      messages.push_back({.role = Role::tool, .content = "sunny", .tool_call_id = "call_a"});
      messages.push_back({.role = Role::tool, .content = "12:00", .tool_call_id = "call_b"});
      const auto answer = client(found.request, found.ctx);
      INFO(problem(answer));
      REQUIRE(answer);
      CHECK(answer->text == "It is noon, and sunny.");
    }
  }
}

TEST_CASE("aimock's errors and faults are typed in every wire format", "[interop][aimock]") {
  for (const ChatProvider& client : clients()) {
    INFO(client.name().view());
    const Error limited = error_of(client, "limited");
    CHECK(limited.fault == Fault::rate_limited);
    CHECK(limited.status == 429);
    CHECK(limited.retry_after == 3s);
    CHECK(error_of(client, "overloaded").fault == Fault::overloaded);
    // OpenRouter has another status for that, and no word in its 429.
    if (client.name() != "openrouter") CHECK(error_of(client, "broke").fault == Fault::quota_exhausted);
    CHECK(error_of(client, "nobody expects this").fault == Fault::overloaded);  // its word for that: 503
    CHECK(error_of(client, "garbage").fault == Fault::malformed);
    CHECK(error_of(client, "gone").fault == Fault::connection_lost);

    Asked cut{"cut", true};
    const auto answer = client(cut.request, cut.ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::interrupted);
    CHECK_FALSE(cut.text.empty());
    CHECK(interop::whole_text().starts_with(cut.text));
    CHECK(cut.partial.completion.text == cut.text);
  }
}

TEST_CASE("openai-mock-api calls its streams plain text and numbers no tool call, and is read all the same",
          "[interop][mock_api]") {
  const auto with_key = [](const char* key) {
    return OpenAi{{.model = "gpt-4", .base_url = world("INTEROP_MOCK_API") + "/v1", .api_key = Secret{key}}};
  };
  const OpenAi client = with_key("the-key");
  for (const bool streams : {false, true}) {
    INFO(streams);
    Asked asked{"text", streams};
    const auto answer = client(asked.request, asked.ctx);
    INFO(problem(answer));
    REQUIRE(answer);
    CHECK(answer->text == "Один 字 🎉 and more.");
    CHECK(asked.pieces == (streams ? 5 : 0));
    CHECK(asked.ctx.usage.known() != streams);  // it tells none with a stream

    Asked calls{"weather", streams};
    const auto called = client(calls.request, calls.ctx);
    INFO(problem(called));
    REQUIRE(called);
    interop::check_calls(*called);
  }
  CHECK(error_of(with_key("another-key"), "text").fault == Fault::unauthorized);
  CHECK(error_of(client, "nobody expects this").fault == Fault::invalid_request);
}
