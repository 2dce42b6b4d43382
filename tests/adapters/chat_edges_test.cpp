// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What servers do at the edges of their formats, and what must not be in a message.

#include "anthropic_wire.hpp"
#include "canned_server.hpp"
#include "llm_world.hpp"
#include "openai_wire.hpp"
#include "wire_answers.hpp"

#include <aramid/adapters/openai.hpp>

#include <string>

#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

std::string event(const std::string& json) { return "data: " + json + "\n\n"; }

}  // namespace

TEST_CASE("whole calls that a server sends with one index are calls of their own", "[adapters][chat]") {
  const auto call = [](const std::string& id, const std::string& city) {
    return R"({"index":0,"id":")" + id + R"(","function":{"name":"weather","arguments":"{\"city\":\")" +
           city + R"(\"}"}})";
  };
  const std::string body =
      event(R"({"choices":[{"index":0,"delta":{"tool_calls":[)" + call("a", "Rome") + "]}}]}") +
      event(R"({"choices":[{"index":0,"delta":{"tool_calls":[)" + call("b", "Oslo") + "," +
            call("c", "Bonn") + "]}}]}") +
      event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})") + "data: [DONE]\n\n";
  support::at_every_split(std::make_shared<detail::OpenAiWire>(), body, [](const support::Answered& answer) {
    REQUIRE_FALSE(answer.error);
    const auto& calls = answer.completion.tool_calls;
    REQUIRE(calls.size() == 3);
    CHECK(calls[0].id == "a");
    CHECK(calls[1].id == "b");
    CHECK(calls[1].arguments == R"({"city":"Oslo"})");
    CHECK(calls[2].arguments == R"({"city":"Bonn"})");
  });
}

TEST_CASE("an event without data is a heartbeat", "[adapters][chat]") {
  const std::string body = "event: ping\ndata:\n\n" +
                           event(R"({"choices":[{"index":0,"delta":{"content":"yes"}}]})") + "data:\n\n" +
                           event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
  support::at_every_split(std::make_shared<detail::OpenAiWire>(), body, [](const support::Answered& answer) {
    REQUIRE_FALSE(answer.error);
    CHECK(answer.completion.text == "yes");
  });
}

TEST_CASE("Anthropic's calls are told apart however many blocks come before them", "[adapters][anthropic]") {
  std::string body = event(R"({"type":"message_start","message":{"id":"m","usage":{"input_tokens":1}}})");
  for (const std::string index : {"200", "201"}) {
    body += event(R"({"type":"content_block_start","index":)" + index +
                  R"(,"content_block":{"type":"tool_use","id":"t)" + index + R"(","name":"f","input":{}}})");
    body += event(R"({"type":"content_block_delta","index":)" + index +
                  R"(,"delta":{"type":"input_json_delta","partial_json":"{\"n\":)" + index + R"(}"}})");
    body += event(R"({"type":"content_block_stop","index":)" + index + "}");
  }
  body +=
      event(R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":1}})") +
      event(R"({"type":"message_stop"})");
  const support::Answered answer = support::answered(std::make_shared<detail::AnthropicWire>(99), body);
  REQUIRE_FALSE(answer.error);
  REQUIRE(answer.completion.tool_calls.size() == 2);
  CHECK(answer.completion.tool_calls[0].arguments == R"({"n":200})");
  CHECK(answer.completion.tool_calls[1].id == "t201");
}

TEST_CASE("an answer to go on from that is nothing but blanks is not sent to Anthropic",
          "[adapters][anthropic]") {
  ChatRequest request{"Why?"};
  request.messages.push_back(
      {.role = Role::assistant, .extra_json = R"({"content":[{"type":"text","text":"  "}]})"});
  const auto written = detail::AnthropicWire{99}.encode(request, "claude", false);
  REQUIRE(written);
  CHECK(written->body.find("assistant") == std::string::npos);
}

TEST_CASE("a key in a header of the settings, and what options say, never come back in a message",
          "[adapters][chat]") {
  const std::string key = "ey-secret-token-of-an-identity";
  const std::string system = "You are the secret agent of a bank.";
  support::Server server{
      support::response(400, R"({"error":{"message":"bad token )" + key + " with '" + system + R"('"}})")};
  OpenAiSettings settings{.model = "m", .base_url = server.url(), .api_key = Secret::none()};
  settings.headers = {{"Authorization", "Bearer " + key}};
  ChatRequest request{"Why?"};
  request.options.extra_json = R"({"instructions":")" + system + R"("})";
  Context ctx;
  const auto answer = OpenAi{settings}(request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message.find("secret") == std::string::npos);
  CHECK_THAT(answer.error().message, support::contains("bad token [redacted]"));
}

TEST_CASE("LlmClient gives the context's cost back as it was", "[adapters][llm]") {
  support::World w;
  w.providers.add("there", support::Word{"yes"});
  LlmClient& client = w.client();
  Context ctx = w.clock.context();
  ctx.cost.requests = 3;
  REQUIRE(client(ChatRequest{"a rather long prompt"}, ctx));
  CHECK(ctx.cost.tokens == 0);
  CHECK(ctx.cost.requests == 3);
}
