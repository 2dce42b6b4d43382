// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// OpenAI's Responses without a network: what is read, wherever it is split.

#include "chunks.hpp"
#include "openai_responses_wire.hpp"
#include "parse.hpp"
#include "wire_answers.hpp"

using namespace aramid;
using detail::Json;
using support::Answered;
using support::answered;

namespace {

support::Wire wire() { return std::make_shared<detail::OpenAiResponsesWire>(); }

std::string event(const std::string& type, const std::string& more = "") {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + (more.empty() ? "" : ',' + more) + "}\n\n";
}
// An event about a response with this status.
std::string about(const std::string& type, const std::string& status, const std::string& more = "") {
  return event("response." + type,
               R"("response":{"id":"resp_1","object":"response","model":"gpt-x","status":")" + status +
                   R"(","instructions":"Be brief.","error":null)" + (more.empty() ? "" : ',' + more) + "}");
}
std::string item(const std::string& verb, int index, const std::string& json) {
  return event("response.output_item." + verb,
               R"("output_index":)" + std::to_string(index) + R"(,"item":)" + json);
}
// An event about the item with this index.
std::string on(int index, const std::string& type, const std::string& more = "") {
  return event("response." + type, R"("output_index":)" + std::to_string(index) + R"(,"item_id":"i)" +
                                       std::to_string(index) + "\"" + (more.empty() ? "" : ',' + more));
}
std::string text(int index, const std::string& words) {
  return on(index, "output_text.delta", R"("content_index":0,"obfuscation":"x9","delta":")" + words + "\"");
}
std::string arguments(int index, const std::string& json) {
  return on(index, "function_call_arguments.delta", R"("delta":)" + Json(json).dump());
}
std::string call(const std::string& id, const std::string& name, const std::string& json) {
  return R"({"type":"function_call","id":"fc_)" + id + R"(","call_id":")" + id + R"(","name":")" + name +
         R"(","arguments":)" + Json(json).dump() + "}";
}
std::string message(const std::string& words) {
  return R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":")" + words +
         R"(","annotations":[]}]})";
}

const std::string start = about("created", "in_progress") + about("in_progress", "in_progress");
const std::string begins_message = item("added", 0, R"({"type":"message","role":"assistant","content":[]})") +
                                   on(0, "content_part.added", R"("part":{"type":"output_text","text":""})");
const std::string thought = on(0, "reasoning_summary_text.delta", R"("summary_index":0,"delta":"Hm")");
const std::string keepalive = event("keepalive", R"("sequence_number":3)");
const std::string usage =
    R"("usage":{"input_tokens":327,"input_tokens_details":{"cached_tokens":300},"output_tokens":50,)"
    R"("output_tokens_details":{"reasoning_tokens":45},"total_tokens":377})";
std::string over(const std::string& output = "[]") {
  return about("completed", "completed", usage + R"(,"output":)" + output);
}

}  // namespace

TEST_CASE("a streamed response's text is heard once, however often it is repeated", "[adapters][responses]") {
  const std::string whole =
      start + begins_message + text(0, "Hal") + keepalive + text(0, "lo \\u4e9a") +
      on(0, "output_text.done", R"("text":"Hallo \u4e9a")") +
      on(0, "content_part.done", R"("part":{"type":"output_text","text":"Hallo \u4e9a"})") +
      item("done", 0, message("Hallo \\u4e9a")) + event("response.news", R"("x":1)") + event("codex.news") +
      over('[' + message("Hallo \\u4e9a") + ']');
  for (const std::string& bytes : {whole, whole.substr(0, whole.size() - 2), whole + "data: [DONE]\n\n"}) {
    support::at_every_split(wire(), bytes, [](const Answered& answer) {
      REQUIRE_FALSE(answer.error);
      CHECK(answer.completion.text == "Hallo \xE4\xBA\x9A");
      CHECK(answer.heard == answer.completion.text);
      CHECK(answer.signs == 2);
      CHECK(answer.progress == 2);
      CHECK(answer.completion.finish_reason == FinishReason::stop);
      CHECK(answer.completion.finish_reason_text == "completed");
      CHECK(answer.completion.id == "resp_1");
      CHECK(answer.completion.model == "gpt-x");
      CHECK(answer.completion.usage.input_tokens == 327);
      CHECK(answer.completion.usage.output_tokens == 50);
      CHECK(answer.completion.cached_tokens == 300);
      const Json extra = Json::parse(answer.completion.extra_json);
      CHECK(extra["usage"]["output_tokens_details"]["reasoning_tokens"] == 45);
      CHECK(extra.size() == 2);  // and the status, but nothing that repeats the request or the answer
    });
  }
  CHECK(answered(wire(), whole).flow == Flow::enough);
}

TEST_CASE("text that came in no piece is taken from what is whole", "[adapters][responses]") {
  const std::string cited =
      R"({"type":"message","content":[{"type":"output_text","text":"One ","annotations":[{"url":"u"}]},)"
      R"({"type":"output_text","text":"two."}]})";
  for (const std::string& bytes : {start + text(0, "") + item("done", 0, cited) + over(),
                                   start + item("done", 7, cited) + over('[' + cited + ']'),
                                   start + over('[' + cited + ']'), over('[' + cited + ']')}) {
    const Answered answer = answered(wire(), bytes);
    REQUIRE_FALSE(answer.error);
    CHECK(answer.heard == "One two.");
    CHECK(Json::parse(answer.completion.extra_json)["annotations"] == Json::parse(R"([{"url":"u"}])"));
  }
}

TEST_CASE("streamed function calls come whole, with or without pieces", "[adapters][responses]") {
  const std::string bytes =
      start + item("added", 0, R"({"type":"reasoning","id":"rs_1","summary":[]})") +
      item("done", 0, R"({"type":"reasoning","id":"rs_1","summary":[]})") +
      item("added", 1, call("a", "add", "")) + item("added", 2, call("b", "now", "")) +
      arguments(1, "{\"x\": ") + arguments(2, "{}") + arguments(1, "[1]}") +
      on(1, "function_call_arguments.done", R"("arguments":"{\"x\": [1]}")") +
      item("done", 1, call("a", "add", "{\"x\": [1]}")) + item("done", 2, call("b", "now", "{}")) +
      item("added", 3, call("c", "put", "")) +
      on(3, "function_call_arguments.done", R"("arguments":"{\"y\":2}")") +
      item("done", 4, call("d", "get", "{}")) +
      over('[' + call("a", "add", "{\"x\": [1]}") + ',' + call("e", "end", "{\"z\":3}") + ']');
  support::at_every_split(wire(), bytes, [](const Answered& answer) {
    REQUIRE_FALSE(answer.error);
    CHECK(answer.heard.empty());
    CHECK(answer.completion.finish_reason == FinishReason::tool_calls);
    REQUIRE(answer.completion.tool_calls.size() == 5);
    const std::tuple<const char*, const char*, const char*> rows[] = {{"a", "add", "{\"x\": [1]}"},
                                                                      {"b", "now", "{}"},
                                                                      {"c", "put", "{\"y\":2}"},
                                                                      {"d", "get", "{}"},
                                                                      {"e", "end", "{\"z\":3}"}};
    for (std::size_t i = 0; i < 5; ++i) {
      const ToolCall& made = answer.completion.tool_calls[i];
      CHECK(std::tuple{made.id, made.name, made.arguments} ==
            std::tuple<std::string, std::string, std::string>{rows[i]});
    }
    CHECK(Json::parse(answer.completion.extra_json)["output"][0]["id"] == "rs_1");
  });
}

TEST_CASE("reasoning and the provider's own tools are progress, kept aside, and no output",
          "[adapters][responses]") {
  const std::string search = R"({"type":"web_search_call","id":"ws_1","status":"completed"})";
  const std::string quiet = start + item("added", 0, R"({"type":"reasoning","summary":[]})") + thought +
                            thought + on(0, "reasoning_text.delta", R"("delta":"Hm")") +
                            item("done", 0, R"({"type":"reasoning"})") + item("added", 1, search) +
                            on(1, "web_search_call.searching") + item("done", 1, search);
  const std::string repeated = R"([{"type":"reasoning"},)" + search + ']';
  support::at_every_split(wire(), quiet + over(repeated), [&](const Answered& answer) {
    REQUIRE_FALSE(answer.error);
    CHECK(answer.signs == 0);
    CHECK(answer.progress == 8);
    CHECK(answer.completion.finish_reason == FinishReason::stop);
    CHECK(Json::parse(answer.completion.extra_json)["output"] == Json::parse(repeated));
  });
  // None of it makes a call look as if it had begun, and neither does what keeps the connection alive.
  CHECK(answered(wire(), start + support::times(1000, thought + keepalive + event("response.keep_alive")))
            .signs == 0);
  CHECK(answered(wire(), start + support::times(most_held_events - 2, event("response.news"))).signs == 0);
  CHECK(answered(wire(), start + support::times(most_held_events - 1, event("response.news"))).signs == 1);
}

TEST_CASE("how a response ended is told by its status and the reason it gives", "[adapters][responses]") {
  const auto incomplete = [](const char* reason) {
    return about("incomplete", "incomplete",
                 R"("incomplete_details":{"reason":)" + std::string{reason} + "}");
  };
  const std::tuple<std::string, FinishReason, const char*> rows[] = {
      {incomplete(R"("max_output_tokens")"), FinishReason::length, "max_output_tokens"},
      {incomplete(R"("content_filter")"), FinishReason::content_filter, "content_filter"},
      {incomplete(R"("brand_new")"), FinishReason::other, "brand_new"},
      {incomplete("null"), FinishReason::other, "incomplete"},
      {about("completed", "incomplete", R"("incomplete_details":{"reason":"max_output_tokens"})"),
       FinishReason::length, "max_output_tokens"},
      {event("response.completed"), FinishReason::stop, "completed"}};
  for (const auto& [end, reason, word] : rows) {
    const Answered answer = answered(wire(), start + begins_message + text(0, "Hi") + end);
    REQUIRE_FALSE(answer.error);
    CHECK(answer.completion.text == "Hi");
    CHECK(answer.completion.finish_reason == reason);
    CHECK(answer.completion.finish_reason_text == word);
  }
  const Answered cut = answered(wire(), start + item("added", 0, call("a", "add", "")) +
                                            arguments(0, "{\"x") + incomplete(R"("max_output_tokens")"));
  CHECK(cut.completion.finish_reason == FinishReason::length);
  CHECK(cut.completion.tool_calls.at(0).arguments == "{\"x");
  const Answered refused =
      answered(wire(), start + begins_message + on(0, "refusal.delta", R"("delta":"Not ")") +
                           on(0, "refusal.delta", R"("delta":"this.")") +
                           on(0, "refusal.done", R"("refusal":"Not this.")") + over());
  CHECK(refused.completion.refusal == "Not this.");
  CHECK(refused.signs == 2);
  CHECK(refused.completion.finish_reason == FinishReason::stop);
}

TEST_CASE("a response that failed has its fault in each of the shapes there are", "[adapters][responses]") {
  const std::tuple<const char*, const char*, Fault> rows[] = {
      {"insufficient_quota", "You are out of quota", Fault::quota_exhausted},
      {"rate_limit_exceeded", "Slow down. Please try again in 20s.", Fault::rate_limited},
      {"rate_limit_exceeded", "Request too large: Limit 30000, Requested 35364.", Fault::request_too_large},
      {"server_error", "Sorry", Fault::unavailable},
      {"context_length_exceeded", "Too long", Fault::context_length}};
  for (const auto& [code, words, fault] : rows) {
    const std::string said = R"("code":")" + std::string{code} + R"(","message":")" + words + "\"";
    const std::string flat = event("error", said + R"(,"param":null,"sequence_number":2)");
    const std::string nested =
        event("error", R"("error":{"type":")" + std::string{code} + "\"," + said + "}");
    const std::string failed =
        event("response.failed", R"("response":{"id":"resp_1","status":"failed","error":{)" + said + "}}");
    for (const std::string& error : {flat, nested, failed, nested + failed}) {
      for (const std::string& before : {std::string{}, start, start + begins_message + text(0, "Hi")}) {
        INFO(before << error);
        const Answered answer = answered(wire(), before + error);
        REQUIRE(answer.error);
        CHECK(answer.error->fault == fault);
        CHECK(answer.error->message == words);
        CHECK(answer.signs == (before.size() > start.size() ? 1 : 0));
        CHECK(answer.completion.finish_reason_text.empty());
      }
    }
    const Fault expected = fault;
    support::at_every_split(wire(), start + nested + failed, [&](const Answered& answer) {
      REQUIRE(answer.error);
      CHECK(answer.error->fault == expected);
      CHECK(answer.signs == 0);
    });
    CHECK(answered(wire(), R"({"id":"resp_1","status":"failed","output":[],"error":{)" + said + "}}")
              .error.value()
              .fault == fault);
  }
  CHECK(answered(wire(), start + about("failed", "failed")).error.value().fault == Fault::unavailable);
  CHECK(answered(wire(), start + about("completed", "failed")).error.value().fault == Fault::unavailable);
  CHECK(answered(wire(), start + about("cancelled", "cancelled")).error.value().fault == Fault::unavailable);
}

TEST_CASE("what repeats the request is not held against the stream, however long", "[adapters][responses]") {
  const auto echo = [](std::size_t length) {
    return R"("instructions":")" + std::string(length, 'x') + "\"";
  };
  const std::string prompt = echo(most_held_bytes / 2);
  const std::string begun = about("created", "queued", prompt) + about("queued", "queued", prompt) +
                            about("in_progress", "in_progress", prompt);
  const Answered quota =
      answered(wire(), begun + event("error", R"("code":"insufficient_quota","message":"x")"));
  CHECK(quota.signs == 0);
  CHECK(quota.error.value().fault == Fault::quota_exhausted);
  // Longer than a line of a stream may otherwise be.
  const std::string longest = echo(SseLimits{}.line);
  const Answered good = answered(wire(), start + text(0, "Hi") + about("completed", "completed", longest));
  REQUIRE_FALSE(good.error);
  CHECK(good.completion.extra_json.size() < 100);
}

TEST_CASE("a response is complete only with its last event", "[adapters][responses]") {
  const auto fault = [](const std::string& bytes) { return answered(wire(), bytes).error.value().fault; };
  CHECK(fault(start) == Fault::connection_lost);
  CHECK(fault(start + begins_message + text(0, "Hi")) == Fault::connection_lost);
  CHECK(fault(start + begins_message + text(0, "Hi") + item("done", 0, message("Hi"))) ==
        Fault::connection_lost);
  CHECK(fault(start + text(0, "Hi") + "event: response.completed\ndata: {\"type\":\"resp") ==
        Fault::connection_lost);
  CHECK(fault(start + text(0, "Hi") + "data: [DONE]\n\n") == Fault::malformed);
  CHECK(fault(start + "data: {half\n\n") == Fault::malformed);
  CHECK(fault(keepalive) == Fault::malformed);
}

TEST_CASE("odd events of a response are read without a guess", "[adapters][responses]") {
  std::string bytes = start;
  for (
      const char* odd :
      {"7", "[]", "{}", R"({"type":7})", R"({"type":"response."})",
       R"({"type":"response.output_item.added"})", R"({"type":"response.output_item.done","item":3})",
       R"({"type":"response.output_text.delta"})",
       R"({"type":"response.output_text.delta","output_index":-1,"delta":7})",
       R"({"type":"response.output_item.done","output_index":99999999999,"item":{"type":"message","content":4}})",
       R"({"type":"response.created","response":[]})", R"({"type":"response.in_progress"})"})
    bytes += support::sse(odd);
  for (int i = 0; i < 1000; ++i) bytes += item("added", i, call("c", "f", ""));
  const Answered answer = answered(
      wire(), bytes + text(2000, "Hi") + about("completed", "completed", R"("usage":[],"output":[7,{}])"));
  REQUIRE_FALSE(answer.error);
  CHECK(answer.completion.text == "Hi");
  CHECK(answer.completion.tool_calls.size() <= 128);
  CHECK_FALSE(answer.completion.usage.known());
}

TEST_CASE("a response that is not streamed is read the same", "[adapters][responses]") {
  const std::string body =
      R"({"id":"resp_2","object":"response","created_at":7,"status":"completed","error":null,"model":"gpt-x",
    "tools":[],"output":[{"type":"reasoning","summary":[]},)" +
      message("One ") + ',' + message("two.") + ',' + call("a", "add", "{\"x\":1}") + ',' +
      call("b", "now", "{}") + R"(],"parallel_tool_calls":true,)" + usage + "}";
  support::at_every_split(wire(), body, [](const Answered& answer) {
    REQUIRE_FALSE(answer.error);
    CHECK(answer.completion.text == "One two.");
    CHECK(answer.heard == "One two.");
    CHECK(answer.completion.id == "resp_2");
    CHECK(answer.completion.finish_reason == FinishReason::tool_calls);
    REQUIRE(answer.completion.tool_calls.size() == 2);
    CHECK(answer.completion.tool_calls[0].arguments == R"({"x":1})");
    CHECK(answer.completion.tool_calls[1].id == "b");
    CHECK(answer.completion.usage.total() == 377);
    CHECK(answer.completion.cached_tokens == 300);
    const Json extra = Json::parse(answer.completion.extra_json);
    CHECK(extra["created_at"] == 7);
    CHECK(extra["output"] == Json::parse(R"([{"type":"reasoning","summary":[]}])"));
    CHECK_FALSE(extra.contains("tools"));
  });
  const auto fault = [](const std::string& bytes) { return answered(wire(), bytes).error.value().fault; };
  CHECK(fault(R"({"status":"queued","output":[]})") == Fault::invalid_request);
  for (const char* none : {"{}", "[]", R"({"output":"text"})", R"({"status":"completed","output":)"})
    CHECK(fault(none) == Fault::malformed);
  const Answered cut = answered(
      wire(), R"({"status":"incomplete","output":[],"incomplete_details":{"reason":"max_output_tokens"}})");
  CHECK(cut.completion.finish_reason == FinishReason::length);
}
