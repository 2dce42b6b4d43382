// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Anthropic's Messages without a network: what is written.

#include "anthropic_wire.hpp"
#include "parse.hpp"
#include "support/catch.hpp"

using namespace aramid;
using detail::Json;

namespace {

Json written(const ChatRequest& request, bool stream = false) {
  const auto sent = detail::AnthropicWire{99}.encode(request, "m", stream);
  INFO((sent ? "" : sent.error()));
  REQUIRE(sent);
  CHECK(sent->path == "/v1/messages");
  return Json::parse(sent->body);
}

std::string problem(const ChatRequest& request) {
  const auto sent = detail::AnthropicWire{99}.encode(request, "m", false);
  return sent ? std::string{} : sent.error();
}

}  // namespace

TEST_CASE("a message is written with what was set and nothing else", "[adapters][anthropic]") {
  CHECK(written("Hi") == Json::parse(R"({"model":"m","max_tokens":99,"stream":false,
    "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]})"));

  ChatRequest request;
  request.messages = {
      {.role = Role::system, .content = "Be brief."},
      {.content = "What is this?",
       .images = {{.base64 = "aGk=", .media_type = "image/png"},
                  {.url = "https://example.org/cat.jpg"},
                  {.url = "data:image/gif;base64,R0lG"}}},
      {.role = Role::assistant,
       .content = "Let me add.",
       .tool_calls = {{"a", "add", R"({"x":1})"}, {"b", "now", ""}}},
      {.role = Role::tool, .content = "4", .tool_call_id = "a"},
      {.role = Role::tool, .tool_call_id = "b", .images = {{.url = "http://example.org/clock.png"}}},
      {.content = "And now?"},
      {.role = Role::assistant, .content = "It is \n"}};
  request.options = {
      .model = "other",
      .max_tokens = 9,
      .temperature = 0.5,
      .top_p = 0.25,
      .seed = 3,
      .stop = {"END"},
      .tools = {{.name = "add", .description = "adds", .parameters_json = R"({"type":"object","x":1})"},
                {.name = "now"}},
      .tool_choice = "add",
      .response_format_json =
          R"({"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}})",
      .extra_json = R"({"top_p":null,"top_k":5,"stream":false})"};
  CHECK(written(request, true) == Json::parse(R"({"model":"other","max_tokens":9,"temperature":0.5,"top_k":5,
    "stop_sequences":["END"],"stream":true,"system":"Be brief.",
    "messages":[
      {"role":"user","content":[
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}},
        {"type":"image","source":{"type":"url","url":"https://example.org/cat.jpg"}},
        {"type":"image","source":{"type":"base64","media_type":"image/gif","data":"R0lG"}},
        {"type":"text","text":"What is this?"}]},
      {"role":"assistant","content":[{"type":"text","text":"Let me add."},
        {"type":"tool_use","id":"a","name":"add","input":{"x":1}},
        {"type":"tool_use","id":"b","name":"now","input":{}}]},
      {"role":"user","content":[
        {"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"4"}]},
        {"type":"tool_result","tool_use_id":"b","content":[
          {"type":"image","source":{"type":"url","url":"http://example.org/clock.png"}}]},
        {"type":"text","text":"And now?"}]},
      {"role":"assistant","content":[{"type":"text","text":"It is"}]}],
    "tools":[{"name":"add","description":"adds","input_schema":{"type":"object","x":1}},
             {"name":"now","input_schema":{"type":"object"}}],
    "tool_choice":{"type":"tool","name":"add"},
    "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}})"));
}

TEST_CASE("several system prompts are blocks, and empty messages are left out", "[adapters][anthropic]") {
  ChatRequest request;
  request.messages = {{.role = Role::system, .content = "One."},
                      {.content = "Hi"},
                      {.role = Role::assistant, .content = " \n"},
                      {.role = Role::developer, .content = "Two."},
                      {.content = "Ho"}};
  const Json body = written(request);
  CHECK(body["system"] == Json::parse(R"([{"type":"text","text":"One."},{"type":"text","text":"Two."}])"));
  CHECK(body["messages"] == Json::parse(R"([{"role":"user","content":[
    {"type":"text","text":"Hi"},{"type":"text","text":"Ho"}]}])"));
  for (const auto& [choice, json] :
       {std::pair{"auto", R"({"type":"auto"})"}, std::pair{"none", R"({"type":"none"})"},
        std::pair{"required", R"({"type":"any"})"}}) {
    request.options.tool_choice = choice;
    CHECK(written(request)["tool_choice"] == Json::parse(json));
  }
}

TEST_CASE("a message that cannot be written says why", "[adapters][anthropic]") {
  CHECK_THAT(problem(ChatRequest{}), support::contains("no messages"));
  ChatRequest request;
  request.messages = {{.role = Role::system, .content = "Be brief."}};
  CHECK_THAT(problem(request), support::contains("besides the system prompt"));
  const auto with = [](Message message) {
    ChatRequest wrong;
    wrong.messages = {std::move(message)};
    return wrong;
  };
  CHECK_THAT(problem(with({.role = Role::tool, .content = "4"})), support::contains("tool_call_id"));
  CHECK_THAT(problem(with({.role = Role::assistant, .tool_calls = {{"a", "add", "{\"x"}}})),
             support::contains("tool call 'add' is not a JSON object"));
  CHECK_THAT(problem(with({.role = Role::system, .images = {{.url = "x"}}})), support::contains("system"));
  CHECK_THAT(problem(with({.images = {{}}})), support::contains("either url or base64"));
  CHECK_THAT(problem(with({.images = {{.url = "x", .base64 = "y"}}})), support::contains("not both"));
  CHECK_THAT(problem(with({.images = {{.base64 = "aGk="}}})), support::contains("media_type"));
  CHECK_THAT(problem(with({.images = {{.url = "data:image/png,raw"}}})), support::contains("data URL"));
  request = "Hi";
  request.options.response_format_json = R"({"type":"json_object"})";
  CHECK_THAT(problem(request), support::contains("json_schema"));
  request.options.response_format_json = R"({"type":"json_schema"})";
  CHECK_THAT(problem(request), support::contains("no schema"));
  request.options.response_format_json = R"({"type":"yaml"})";
  CHECK_THAT(problem(request), support::contains("json_object"));
  request.options.response_format_json = R"({"type":"text"})";
  CHECK(problem(request).empty());
}

TEST_CASE("thoughts go back before the text and the calls they led to", "[adapters][anthropic]") {
  ChatRequest request;
  request.messages = {
      {.content = "Add."},
      {.role = Role::assistant,
       .content = "So.",
       .tool_calls = {{"a", "add", "{}"}},
       .extra_json = R"({"usage":{},"content":[{"type":"thinking","thinking":"Hm","signature":"c2ln"},7]})"},
      {.role = Role::tool, .content = "4", .tool_call_id = "a", .extra_json = "not looked at"}};
  CHECK(written(request)["messages"][1]["content"] == Json::parse(R"([
    {"type":"thinking","thinking":"Hm","signature":"c2ln"},{"type":"text","text":"So."},
    {"type":"tool_use","id":"a","name":"add","input":{}}])"));
  request.messages[1].extra_json = R"({"system_fingerprint":"fp"})";
  CHECK(written(request)["messages"][1]["content"].size() == 2);
  request.messages[1].extra_json = "{";
  CHECK_THAT(problem(request), support::contains("extra_json of a message"));
}
