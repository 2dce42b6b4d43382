// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Gemini's generateContent without a network: what is written.

#include "gemini_wire.hpp"
#include "parse.hpp"
#include "support/catch.hpp"
#include "tool_calls.hpp"

using namespace aramid;
using detail::Json;

namespace {

detail::WireRequest sent(const ChatRequest& request, bool stream = false) {
  const auto written = detail::GeminiWire{}.encode(request, "m", stream);
  INFO((written ? "" : written.error()));
  REQUIRE(written);
  return *written;
}
Json body(const ChatRequest& request) { return Json::parse(sent(request).body); }

std::string problem(const ChatRequest& request) {
  const auto written = detail::GeminiWire{}.encode(request, "m", false);
  return written ? std::string{} : written.error();
}

ChatRequest with(Message message) {
  ChatRequest request;
  request.messages = {std::move(message)};
  return request;
}

}  // namespace

TEST_CASE("Gemini is sent what was set and nothing else", "[adapters][gemini]") {
  CHECK(sent("Hi").path == "/models/m:generateContent");
  CHECK(sent("Hi", true).path == "/models/m:streamGenerateContent?alt=sse");
  CHECK(body("Hi") == Json::parse(R"({"contents":[{"role":"user","parts":[{"text":"Hi"}]}]})"));

  ChatRequest request;
  request.messages = {
      {.role = Role::system, .content = "Be brief."},
      {.content = "What is this?",
       .images = {{.base64 = "aGk=", .media_type = "image/png"},
                  {.url = "https://example.org/cat.jpg", .media_type = "image/jpeg"},
                  {.url = "data:image/gif;base64,R0lG"}}},
      {.content = "Quick."},
      {.role = Role::assistant,
       .content = "Let me add.",
       .tool_calls = {{"f-1", "add", R"({"x":1})", "c2ln"}, {detail::make_call_id(), "now", ""}}},
      {.role = Role::tool, .content = R"({"sum":4})", .tool_call_id = "f-1"},
      {.role = Role::tool, .content = "[12]", .images = {{.url = "gs://clock"}}},
      {.content = "And now?"},
      {.role = Role::developer, .content = "In English."},
      {.role = Role::assistant, .content = "It is"}};
  request.messages[5].tool_call_id = request.messages[3].tool_calls[1].id;
  request.options = {
      .model = "tunedModels/mine",
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
      .extra_json = R"({"generationConfig":{"topP":null,"thinkingConfig":{"thinkingBudget":0}}})"};
  CHECK(sent(request, true).path == "/tunedModels/mine:streamGenerateContent?alt=sse");
  CHECK(body(request) == Json::parse(R"({
    "systemInstruction":{"parts":[{"text":"Be brief."},{"text":"In English."}]},
    "contents":[
      {"role":"user","parts":[
        {"inlineData":{"mimeType":"image/png","data":"aGk="}},
        {"fileData":{"mimeType":"image/jpeg","fileUri":"https://example.org/cat.jpg"}},
        {"inlineData":{"mimeType":"image/gif","data":"R0lG"}},
        {"text":"What is this?"},{"text":"Quick."}]},
      {"role":"model","parts":[{"text":"Let me add."},
        {"functionCall":{"id":"f-1","name":"add","args":{"x":1}},"thoughtSignature":"c2ln"},
        {"functionCall":{"name":"now","args":{}}}]},
      {"role":"user","parts":[
        {"functionResponse":{"id":"f-1","name":"add","response":{"sum":4}}},
        {"functionResponse":{"name":"now","response":{"output":"[12]"}}},
        {"fileData":{"fileUri":"gs://clock"}}]},
      {"role":"user","parts":[{"text":"And now?"}]},
      {"role":"model","parts":[{"text":"It is"}]}],
    "generationConfig":{"maxOutputTokens":9,"temperature":0.5,"seed":3,"stopSequences":["END"],
      "responseMimeType":"application/json","responseJsonSchema":{"type":"object"},
      "thinkingConfig":{"thinkingBudget":0}},
    "tools":[{"functionDeclarations":[
      {"name":"add","description":"adds","parametersJsonSchema":{"type":"object","x":1}},{"name":"now"}]}],
    "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["add"]}}})"));
}

TEST_CASE("Gemini's choices of tools and formats", "[adapters][gemini]") {
  for (const auto& [choice, mode] :
       {std::pair{"auto", "AUTO"}, std::pair{"none", "NONE"}, std::pair{"required", "ANY"}}) {
    ChatRequest request{"Hi"};
    request.options.tool_choice = choice;
    CHECK(body(request)["toolConfig"]["functionCallingConfig"] == Json({{"mode", mode}}));
  }
  ChatRequest request{"Hi"};
  request.options.response_format_json = R"({"type":"json_object"})";
  CHECK(body(request)["generationConfig"] == Json::parse(R"({"responseMimeType":"application/json"})"));
  request.options.response_format_json = R"({"type":"text"})";
  CHECK_FALSE(body(request).contains("generationConfig"));
  request.options.model = "models/gemini-2.5-flash@001";
  CHECK(sent(request).path == "/models/gemini-2.5-flash@001:generateContent");
}

TEST_CASE("a tool's answer finds its function by the last call with its id", "[adapters][gemini]") {
  ChatRequest request;
  request.messages = {{.content = "Hi"},
                      {.role = Role::assistant, .tool_calls = {{"a", "old", "{}"}}},
                      {.role = Role::tool, .content = "1", .tool_call_id = "a"},
                      {.role = Role::assistant, .tool_calls = {{"a", "new", "{}"}}},
                      {.role = Role::tool, .content = "2", .tool_call_id = "a"},
                      {.role = Role::tool, .content = "3", .name = "mine", .tool_call_id = "a"},
                      {.role = Role::assistant, .tool_calls = {{"a", "later", "{}"}}}};
  const Json contents = body(request)["contents"];
  const auto name = [&](std::size_t content, std::size_t part) {
    return contents[content]["parts"][part]["functionResponse"]["name"];
  };
  CHECK(name(2, 0) == "old");
  CHECK(name(4, 0) == "new");
  CHECK(name(4, 1) == "mine");
}

TEST_CASE("a request that Gemini cannot be sent says why", "[adapters][gemini]") {
  CHECK_THAT(problem(ChatRequest{}), support::contains("no messages"));
  CHECK_THAT(problem(with({.role = Role::system, .content = "Be brief."})),
             support::contains("besides the system prompt"));
  CHECK_THAT(problem(with({.role = Role::tool, .content = "4", .tool_call_id = "a"})),
             support::contains("name of its function"));
  CHECK_THAT(problem(with({.role = Role::assistant, .tool_calls = {{"a", "add", "{\"x"}}})),
             support::contains("tool call 'add' is not a JSON object"));
  CHECK_THAT(problem(with({.role = Role::system, .images = {{.url = "x"}}})), support::contains("system"));
  CHECK_THAT(problem(with({.images = {{.base64 = "aGk="}}})), support::contains("media_type"));
  for (const char* model : {"m?alt=json", "a/../b", "/m", "m:countTokens", "m m", "m%2e"}) {
    ChatRequest request{"Hi"};
    request.options.model = model;
    CHECK_THAT(problem(request), support::contains("letters, digits"));
  }
}
