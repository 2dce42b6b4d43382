// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Ollama's own chat without a network: what is read, wherever it is split, and what is written.

#include "chunks.hpp"
#include "ollama_host.hpp"
#include "ollama_wire.hpp"
#include "parse.hpp"
#include "tool_calls.hpp"
#include "wire_answers.hpp"

#include <aramid/adapters/ollama.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using detail::Json;
using support::Answered;
using support::answered;

namespace {

support::Wire wire() { return std::make_shared<detail::OllamaWire>(); }

std::string line(const std::string& members) {
  return R"({"model":"llama-x","created_at":"2026-01-02T03:04:05.678Z",)" + members + "}\n";
}
std::string message(const std::string& members) {
  return line(R"("message":{"role":"assistant",)" + members + R"(},"done":false)");
}
std::string says(const std::string& text) { return message(R"("content":")" + text + '"'); }
std::string ends(const std::string& reason, const std::string& more = "") {
  return line((reason.empty() ? "" : R"("done_reason":")" + reason + R"(",)") + R"("done":true)" + more);
}
const std::string counts = R"(,"total_duration":4883583458,"prompt_eval_count":26,"eval_count":12)";

Json written(const ChatRequest& request, bool stream = false) {
  const auto sent = detail::OllamaWire{}.encode(request, "m", stream);
  INFO((sent ? "" : sent.error()));
  REQUIRE(sent);
  CHECK(sent->path == "/api/chat");
  return Json::parse(sent->body);
}
std::string problem(const ChatRequest& request) {
  const auto sent = detail::OllamaWire{}.encode(request, "m", false);
  return sent ? std::string{} : sent.error();
}

}  // namespace

TEST_CASE("lines are put together, the last of them with a message or without", "[adapters][ollama]") {
  const std::string begun = says("Hal") + says("lo \\u4e9a");
  const std::string over = ends("stop", counts);
  for (const std::string& bytes :
       {begun + over, begun + ends("stop", counts + R"(,"message":{"role":"assistant","content":""})"),
        begun + over.substr(0, over.size() - 1)}) {
    support::at_every_split(wire(), bytes, [](const Answered& answer) {
      REQUIRE_FALSE(answer.error);
      CHECK(answer.completion.text == "Hallo \xE4\xBA\x9A");
      CHECK(answer.heard == answer.completion.text);
      CHECK(answer.signs == 2);
      CHECK(answer.completion.finish_reason == FinishReason::stop);
      CHECK(answer.completion.finish_reason_text == "stop");
      CHECK(answer.completion.model == "llama-x");
      CHECK(answer.completion.usage.input_tokens == 26);
      CHECK(answer.completion.usage.output_tokens == 12);
      const Json extra = Json::parse(answer.completion.extra_json);
      CHECK(extra["total_duration"] == 4883583458);
      CHECK(extra.size() == 2);
    });
  }
  CHECK(answered(wire(), begun + over).flow == Flow::ending);
}

TEST_CASE("Ollama's calls come whole, and its thoughts are progress and no output", "[adapters][ollama]") {
  const std::string bytes =
      message(R"("content":"","thinking":"Let me ")") + message(R"("content":"","thinking":"see.")") +
      message(R"("content":"","tool_calls":[{"function":{"name":"add","arguments":{"x":[1]}}},)"
              R"({"id":"c-2","function":{"index":1,"name":"now","arguments":{}}}])") +
      message(R"("content":"","tool_calls":[{"function":{"name":"put","arguments":"{\"y\": 2}"}}])");
  for (const char* reason : {"stop", ""}) {
    support::at_every_split(wire(), bytes + ends(reason), [](const Answered& answer) {
      REQUIRE_FALSE(answer.error);
      CHECK(answer.signs == 3);
      CHECK(answer.progress == 5);
      CHECK(answer.heard.empty());
      CHECK(answer.completion.finish_reason == FinishReason::tool_calls);
      const std::vector<ToolCall>& made = answer.completion.tool_calls;
      REQUIRE(made.size() == 3);
      CHECK(made[0].arguments == R"({"x":[1]})");
      CHECK(made[1].id == "c-2");
      CHECK(made[1].arguments == "{}");
      CHECK(made[2].arguments == R"({"y": 2})");
      CHECK_FALSE(made[0].id.empty());
      CHECK(made[0].id != made[2].id);
      CHECK(Json::parse(answer.completion.extra_json)["thinking"] == "Let me see.");
    });
  }
  CHECK(answered(wire(), bytes + ends("length")).completion.finish_reason == FinishReason::length);
  const std::string thought = message(R"("content":"","thinking":"Hm")");
  CHECK(answered(wire(), support::times(1000, thought)).signs == 0);
}

TEST_CASE("each of Ollama's reasons to be done has its meaning", "[adapters][ollama]") {
  const std::pair<const char*, FinishReason> rows[] = {
      {"stop", FinishReason::stop},    {"length", FinishReason::length},   {"load", FinishReason::other},
      {"unload", FinishReason::other}, {"brand_new", FinishReason::other}, {"", FinishReason::other}};
  for (const auto& [word, reason] : rows) {
    for (const std::string& before : {std::string{}, says("Hi")}) {
      const Answered answer = answered(wire(), before + ends(word));
      REQUIRE_FALSE(answer.error);
      CHECK(answer.completion.finish_reason_text == word);
      CHECK(answer.completion.finish_reason == reason);
      CHECK_FALSE(answer.completion.usage.known());
    }
  }
  const Usage cached = answered(wire(), ends("stop", R"(,"eval_count":5)")).completion.usage;
  CHECK(cached.input_tokens == -1);
  CHECK(cached.output_tokens == 5);
}

TEST_CASE("an answer of Ollama's that is not streamed may have one line or many", "[adapters][ollama]") {
  const std::string body =
      R"({"model":"llama-x","message":{"role":"assistant","content":"Hi","thinking":"Hm"},)"
      R"("done_reason":"stop","done":true,"prompt_eval_count":26,"eval_count":12})";
  for (const std::string& bytes : {body, body + "\n", "\r\n" + Json::parse(body).dump(2) + "\n"}) {
    INFO(bytes);
    support::at_every_split(wire(), bytes, [](const Answered& answer) {
      REQUIRE_FALSE(answer.error);
      CHECK(answer.completion.text == "Hi");
      CHECK(answer.completion.finish_reason == FinishReason::stop);
      CHECK(answer.completion.usage.total() == 38);
      CHECK(answer.completion.extra_json == R"({"thinking":"Hm"})");
    });
  }
}

TEST_CASE("a line that is an error ends the stream, and so does its end too early", "[adapters][ollama]") {
  const std::pair<const char*, Fault> rows[] = {
      {"server busy, please try again.  maximum pending requests exceeded", Fault::overloaded},
      {"an error was encountered while running the model: unexpected EOF", Fault::unavailable}};
  for (const auto& [text, fault] : rows) {
    const Fault expected = fault;
    for (const std::string& before : {std::string{}, says("Hi"), says("Hi") + ends("stop")}) {
      const std::string error = R"({"error":")" + std::string{text} + "\"}";
      support::at_every_split(wire(), before + error,
                              [&](const Answered& answer) { CHECK(answer.error.value().fault == expected); });
    }
    CHECK(answered(wire(), "{\n  \"error\": \"" + std::string{text} + "\"\n}\n").error.value().fault ==
          fault);
  }
  const auto fault = [](const std::string& bytes) { return answered(wire(), bytes).error.value().fault; };
  const std::string hi = says("Hi");
  CHECK(fault(hi) == Fault::connection_lost);
  CHECK(fault(hi.substr(0, hi.size() - 1)) == Fault::connection_lost);
  CHECK(fault(hi + hi.substr(0, 40)) == Fault::connection_lost);
  CHECK(fault(hi.substr(0, 40)) == Fault::malformed);
  CHECK(fault(Json::parse(hi).dump(2)) == Fault::malformed);
  CHECK(fault(hi + "half}\n") == Fault::malformed);
  CHECK(fault("Ollama is running") == Fault::malformed);
}

TEST_CASE("odd lines of Ollama's are read without a guess", "[adapters][ollama]") {
  std::string bytes;
  for (const char* odd :
       {"{}", R"({"message":7,"done":"yes"})", R"({"message":{"content":7,"tool_calls":7},"done":0})",
        R"({"message":{"tool_calls":[7,{},{"function":"f"}],"thinking":[]}})", R"({"prompt_eval_count":-1})"})
    bytes += std::string{odd} + '\n';
  const Answered answer = answered(wire(), bytes + "7\n[]\n" + says("Hi") + ends("stop"));
  REQUIRE_FALSE(answer.error);
  CHECK(answer.completion.text == "Hi");
  CHECK(answer.completion.tool_calls.empty());
  CHECK_FALSE(answer.completion.usage.known());
}

TEST_CASE("Ollama is sent what was set, and always whether to stream", "[adapters][ollama]") {
  CHECK(written("Hi") ==
        Json::parse(R"({"model":"m","stream":false,"messages":[{"role":"user","content":"Hi"}]})"));

  ChatRequest request;
  request.messages = {
      {.role = Role::developer, .content = "Be brief."},
      {.content = "What?",
       .images = {{.base64 = "aGk=", .media_type = "image/png"}, {.url = "data:image/gif;base64,R0lG"}}},
      {.role = Role::assistant,
       .tool_calls = {{"c-1", "add", R"({"x":1})"}, {detail::make_call_id(), "now", ""}}},
      {.role = Role::tool, .content = "4", .tool_call_id = "c-1"},
      {.role = Role::tool, .content = "12"}};
  request.messages[4].tool_call_id = request.messages[2].tool_calls[1].id;
  request.options = {
      .model = "other",
      .max_tokens = 9,
      .temperature = 0.5,
      .top_p = 0.25,
      .seed = 3,
      .stop = {"END"},
      .tools = {{.name = "add", .description = "adds", .parameters_json = R"({"type":"object","x":1})"},
                {.name = "now"}},
      .tool_choice = "auto",
      .response_format_json = R"({"type":"json_schema","schema":{"type":"object"}})",
      .extra_json = R"({"keep_alive":"10m","options":{"num_ctx":8192,"top_p":null},"stream":false})"};
  CHECK(written(request, true) == Json::parse(R"({"model":"other","stream":true,"keep_alive":"10m",
    "format":{"type":"object"},
    "options":{"num_predict":9,"temperature":0.5,"seed":3,"stop":["END"],"num_ctx":8192},
    "messages":[{"role":"system","content":"Be brief."},
      {"role":"user","content":"What?","images":["aGk=","R0lG"]},
      {"role":"assistant","content":"","tool_calls":[
        {"id":"c-1","function":{"name":"add","arguments":{"x":1}}},{"function":{"name":"now","arguments":{}}}]},
      {"role":"tool","content":"4","tool_name":"add","tool_call_id":"c-1"},
      {"role":"tool","content":"12","tool_name":"now"}],
    "tools":[
      {"type":"function","function":{"name":"add","description":"adds","parameters":{"type":"object","x":1}}},
      {"type":"function","function":{"name":"now","parameters":{"type":"object","properties":{}}}}]})"));

  request.options = {.tools = {{.name = "now"}},
                     .tool_choice = "none",
                     .response_format_json = R"({"type":"json_object"})",
                     .extra_json = R"({"messages":[]})"};
  CHECK(written(request) == Json::parse(R"({"model":"m","stream":false,"messages":[],"format":"json"})"));
}

TEST_CASE("a request that Ollama cannot be sent says why", "[adapters][ollama]") {
  ChatRequest request{"Hi"};
  for (const char* choice : {"required", "add"}) {
    request.options.tool_choice = choice;
    CHECK_THAT(problem(request), support::contains("auto or none"));
  }
  request = "Hi";
  request.messages[0].images = {{.url = "https://example.org/cat.jpg"}};
  CHECK_THAT(problem(request), support::contains("as base64"));
  request = "Hi";
  request.messages[0].tool_calls = {{"a", "add", "[1]"}};
  CHECK_THAT(problem(request), support::contains("'add' is not a JSON object"));
  CHECK_THAT(problem(ChatRequest{}), support::contains("no messages"));
}

TEST_CASE("Ollama's settings may have the address of either API, and wait for a model to load",
          "[adapters][ollama]") {
  for (const char* url : {"http://box:1", "http://box:1/", "http://box:1/api", "http://box:1/v1/"})
    CHECK(detail::ollama_settings({.base_url = url}).base_url == "http://box:1");
  CHECK(detail::ollama_settings({.base_url = "http://box/v1/x"}).base_url == "http://box/v1/x");
  CHECK(detail::ollama_settings({}).first_byte_timeout == Ollama::load_timeout);
  CHECK(detail::ollama_settings({.first_byte_timeout = 7s}).first_byte_timeout == 7s);
}
