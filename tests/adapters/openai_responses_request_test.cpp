// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// OpenAI's Responses: what is written, and a call over the wire.

#include <aramid/adapters/openai_responses.hpp>

#include "chunks.hpp"
#include "loopback.hpp"
#include "openai_responses_wire.hpp"
#include "parse.hpp"
#include "support/catch.hpp"

using namespace aramid;
using detail::Json;

namespace {

Json written(const ChatRequest& request, bool stream = false) {
  const auto sent = detail::OpenAiResponsesWire{}.encode(request, "m", stream);
  INFO((sent ? "" : sent.error()));
  REQUIRE(sent);
  CHECK(sent->path == "/responses");
  return Json::parse(sent->body);
}

std::string problem(const ChatRequest& request) {
  const auto sent = detail::OpenAiResponsesWire{}.encode(request, "m", false);
  return sent ? std::string{} : sent.error();
}

ChatRequest with(Message message) {
  ChatRequest request;
  request.messages = {std::move(message)};
  return request;
}

}  // namespace

TEST_CASE("a response is asked for with what was set and nothing else", "[adapters][responses]") {
  CHECK(written("Hi") == Json::parse(R"({"model":"m","stream":false,
    "input":[{"type":"message","role":"user","content":"Hi"}]})"));

  ChatRequest request;
  request.messages = {
      {.role = Role::system, .content = "Be brief."},
      {.role = Role::developer, .content = "Be kind."},
      {.content = "What is this?",
       .name = "ann",
       .images = {{.base64 = "aGk=", .media_type = "image/png"}, {.url = "https://example.org/cat.jpg"}}},
      {.role = Role::assistant,
       .content = "Let me add.",
       .tool_calls = {{"a", "add", R"({"x":1})"}, {"b", "now", " "}}},
      {.role = Role::tool, .content = "4", .tool_call_id = "a"},
      {.role = Role::tool, .tool_call_id = "b", .images = {{.url = "http://example.org/clock.png"}}},
      {.role = Role::assistant, .tool_calls = {{"c", "now", "{}"}}},
      {.role = Role::developer, .content = "Now in German."}};
  request.options = {
      .model = "other",
      .max_tokens = 99,
      .temperature = 0.5,
      .top_p = 0.25,
      .seed = 3,
      .tools = {{.name = "add", .description = "adds", .parameters_json = R"({"type":"object","x":1})"},
                {.name = "now"}},
      .tool_choice = "add",
      .response_format_json =
          R"({"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}})",
      .extra_json = R"({"top_p":null,"reasoning":{"effort":"low"},"store":false,"text":{"verbosity":"low"},)"
                    R"("stream":false})"};
  CHECK(written(request, true) == Json::parse(R"({"model":"other","max_output_tokens":99,"temperature":0.5,
    "reasoning":{"effort":"low"},"store":false,"stream":true,"instructions":"Be brief.\n\nBe kind.",
    "input":[
      {"type":"message","role":"user","content":[
        {"type":"input_image","image_url":"data:image/png;base64,aGk=","detail":"auto"},
        {"type":"input_image","image_url":"https://example.org/cat.jpg","detail":"auto"},
        {"type":"input_text","text":"What is this?"}]},
      {"type":"message","role":"assistant","content":"Let me add."},
      {"type":"function_call","call_id":"a","name":"add","arguments":"{\"x\":1}"},
      {"type":"function_call","call_id":"b","name":"now","arguments":"{}"},
      {"type":"function_call_output","call_id":"a","output":"4"},
      {"type":"function_call_output","call_id":"b","output":[
        {"type":"input_image","image_url":"http://example.org/clock.png","detail":"auto"}]},
      {"type":"function_call","call_id":"c","name":"now","arguments":"{}"},
      {"type":"message","role":"developer","content":"Now in German."}],
    "tools":[{"type":"function","name":"add","description":"adds","strict":false,
              "parameters":{"type":"object","x":1}},
             {"type":"function","name":"now","strict":false,"parameters":{"type":"object","properties":{}}}],
    "tool_choice":{"type":"function","name":"add"},
    "text":{"verbosity":"low","format":{"type":"json_schema","name":"n","strict":true,
      "schema":{"type":"object"}}}})"));
}

TEST_CASE("instructions are what stands first, unless there is nothing else", "[adapters][responses]") {
  const Json alone = written(with({.role = Role::system, .content = "Say hello."}));
  CHECK_FALSE(alone.contains("instructions"));
  CHECK(alone["input"][0]["role"] == "system");
  ChatRequest request;
  request.messages = {{.role = Role::system, .content = "One."},
                      {.role = Role::system, .content = "See:", .images = {{.url = "http://example.org/x"}}},
                      {.content = "Hi"}};
  const Json body = written(request);
  CHECK(body["instructions"] == "One.");
  CHECK(body["input"].size() == 2);
}

TEST_CASE("reasoning goes back before what it led to, if it is whole", "[adapters][responses]") {
  ChatRequest request;
  request.messages = {
      {.content = "Add."},
      {.role = Role::assistant,
       .content = "So.",
       .tool_calls = {{"a", "add", "{}"}},
       .extra_json =
           R"({"output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"},)"
           R"({"type":"reasoning","id":"rs_2","summary":[]},{"type":"web_search_call","id":"ws"},7]})"},
      {.role = Role::tool, .content = "4", .tool_call_id = "a", .extra_json = "not looked at"}};
  const Json input = written(request)["input"];
  REQUIRE(input.size() == 5);
  CHECK(input[1] == Json::parse(R"({"type":"reasoning","summary":[],"encrypted_content":"gAAA"})"));
  CHECK(input[2]["content"] == "So.");
  request.messages[1].extra_json = R"({"content":[{"type":"thinking"}]})";
  CHECK(written(request)["input"].size() == 4);
  request.messages[1].extra_json = "{";
  CHECK_THAT(problem(request), support::contains("extra_json of a message"));
}

TEST_CASE("a tool choice and a format are written as Responses have them", "[adapters][responses]") {
  ChatRequest request{"Hi"};
  for (const char* choice : {"auto", "none", "required"}) {
    request.options.tool_choice = choice;
    CHECK(written(request)["tool_choice"] == choice);
  }
  const std::pair<const char*, const char*> rows[] = {
      {R"({"type":"text"})", R"({"type":"text"})"},
      {R"({"type":"json_object"})", R"({"type":"json_object"})"},
      {R"({"type":"json_schema","schema":{"type":"object"}})",
       R"({"type":"json_schema","name":"answer","schema":{"type":"object"}})"},
      {R"({"type":"json_schema","name":"n","description":"d","strict":false,"schema":{}})",
       R"({"type":"json_schema","name":"n","description":"d","strict":false,"schema":{}})"}};
  for (const auto& [given, expected] : rows) {
    request.options.response_format_json = given;
    CHECK(written(request)["text"] == Json{{"format", Json::parse(expected)}});
  }
}

TEST_CASE("a response that cannot be asked for says why", "[adapters][responses]") {
  CHECK_THAT(problem(ChatRequest{}), support::contains("no messages"));
  CHECK_THAT(problem(with({.role = Role::tool, .content = "4"})), support::contains("tool_call_id"));
  CHECK_THAT(problem(with({.role = Role::assistant, .images = {{.url = "x"}}})),
             support::contains("assistant"));
  CHECK_THAT(problem(with({.images = {{}}})), support::contains("either url or base64"));
  ChatRequest request{"Hi"};
  request.options.stop = {"END"};
  CHECK_THAT(problem(request), support::contains("stop"));
  request.options = {.tools = {{.name = ""}}};
  CHECK_THAT(problem(request), support::contains("no name"));
  request.options = {.response_format_json = R"({"type":"yaml"})"};
  CHECK_THAT(problem(request), support::contains("json_object"));
  request.options = {.extra_json = "[]"};
  CHECK_THAT(problem(request), support::contains("extra_json"));
  request.options = {.extra_json = R"({"background":true})"};
  CHECK_THAT(problem(request), support::contains("must be streamed"));
  CHECK(written(request, true)["background"] == true);
}

TEST_CASE("a quota that is found used up inside a stream is a failure that nobody has heard",
          "[adapters][responses]") {
  std::string seen;
  const std::string begun =
      support::sse(R"({"type":"response.created","response":{"id":"r","status":"in_progress"}})") +
      support::sse(R"({"type":"response.in_progress","response":{"id":"r","status":"in_progress"}})");
  const std::string gone = support::sse(
      R"({"type":"error","error":{"code":"insufficient_quota","message":"No more for sk-test-key"}})");
  const support::Loopback server{[&](support::Peer& peer, int) {
    seen = peer.request();
    peer.say(support::stream_head() + support::chunk(begun) + support::chunk(gone));
    peer.wait_for_close();
  }};
  const OpenAiResponses provider{
      {.model = "m", .base_url = server.url() + "/v1", .api_key = Secret{"sk-test-key"}}};
  support::Ear ear;
  Context ctx;
  const auto answer = provider(ear.request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::quota_exhausted);
  CHECK(answer.error().message.find("sk-test-key") == std::string::npos);
  CHECK_FALSE(ctx.committed());
  CHECK(ear.pieces == 0);
  CHECK_FALSE(ear.has_partial());
  CHECK(seen.starts_with("POST /v1/responses HTTP/1.1\r\n"));
  CHECK_THAT(seen, support::contains("Authorization: Bearer sk-test-key\r\n"));
  CHECK(provider.name() == "openai-responses");
}
