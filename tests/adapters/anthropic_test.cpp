// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Anthropic's Messages without a network: what is read, wherever it is split.

#include "anthropic_wire.hpp"
#include "chunks.hpp"
#include "parse.hpp"
#include "wire_answers.hpp"

using namespace aramid;
using detail::Json;
using support::Answered;
using support::answered;

namespace {

support::Wire wire() { return std::make_shared<detail::AnthropicWire>(99); }

std::string event(const std::string& type, const std::string& more = "") {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + (more.empty() ? "" : ',' + more) + "}\n\n";
}
std::string start(const std::string& usage = R"({"input_tokens":7,"output_tokens":1})") {
  return event("message_start", R"("message":{"id":"msg_1","type":"message","role":"assistant","content":[],)"
                                R"("model":"claude-x","stop_reason":null,"stop_sequence":null,"usage":)" +
                                    usage + "}");
}
std::string block(int index, const std::string& json) {
  return event("content_block_start", R"("index":)" + std::to_string(index) + R"(,"content_block":)" + json);
}
std::string piece(int index, const std::string& json) {
  return event("content_block_delta", R"("index":)" + std::to_string(index) + R"(,"delta":)" + json);
}
std::string text(int index, const std::string& words) {
  return piece(index, R"({"type":"text_delta","text":")" + words + R"("})");
}
std::string partial(int index, const std::string& json) {
  return piece(index, R"({"type":"input_json_delta","partial_json":)" + Json(json).dump() + "}");
}
std::string ends(int index) { return event("content_block_stop", R"("index":)" + std::to_string(index)); }
std::string stops(const std::string& reason, const std::string& usage = R"({"output_tokens":5})") {
  return event("message_delta", R"("delta":{"stop_reason":")" + reason + R"("},"usage":)" + usage);
}

const std::string text_block = block(0, R"({"type":"text","text":""})");
const std::string tool_block = block(1, R"({"type":"tool_use","id":"toolu_1","name":"add","input":{}})");
const std::string ping = event("ping");
const std::string over = event("message_stop");

}  // namespace

TEST_CASE("a streamed text is put together, and its usage is the last word", "[adapters][anthropic]") {
  const std::string whole = start(R"({"input_tokens":7,"cache_creation_input_tokens":20,)"
                                  R"("cache_read_input_tokens":300,"output_tokens":1})") +
                            text_block + ping + text(0, "Hal") + ping + text(0, "lo \\u4e9a") + ends(0) +
                            event("some_news", R"("x":1)") +
                            stops("end_turn", R"({"input_tokens":0,"output_tokens":5})") + over;
  for (const std::string& bytes : {whole, whole.substr(0, whole.size() - 2), whole + "data: [DONE]\n\n"}) {
    support::at_every_split(wire(), bytes, [](const Answered& answer) {
      REQUIRE_FALSE(answer.error);
      CHECK(answer.completion.text == "Hallo \xE4\xBA\x9A");
      CHECK(answer.heard == answer.completion.text);
      CHECK(answer.signs == 2);
      CHECK(answer.completion.finish_reason == FinishReason::stop);
      CHECK(answer.completion.finish_reason_text == "end_turn");
      CHECK(answer.completion.id == "msg_1");
      CHECK(answer.completion.model == "claude-x");
      CHECK(answer.completion.usage.input_tokens == 327);
      CHECK(answer.completion.cached_tokens == 300);
      CHECK(answer.completion.usage.output_tokens == 5);
      CHECK(Json::parse(answer.completion.extra_json)["usage"]["cache_creation_input_tokens"] == 20);
    });
  }
  CHECK(answered(wire(), whole).flow == Flow::enough);
}

TEST_CASE("streamed tool calls come whole, with or without pieces and ends", "[adapters][anthropic]") {
  const std::string bytes = start() + text_block + text(0, "So.") + ends(0) + tool_block + partial(1, "") +
                            partial(1, "{\"x\": ") + partial(1, "[1]}") + ends(1) +
                            block(2, R"({"type":"tool_use","id":"toolu_2","name":"now","input":{}})") +
                            partial(2, "") +
                            block(3, R"({"type":"tool_use","id":"toolu_3","name":"put","input":{"y":2}})") +
                            ends(3) + stops("tool_use") + over;
  support::at_every_split(wire(), bytes, [](const Answered& answer) {
    REQUIRE_FALSE(answer.error);
    CHECK(answer.heard == "So.");
    CHECK(answer.completion.finish_reason == FinishReason::tool_calls);
    REQUIRE(answer.completion.tool_calls.size() == 3);
    CHECK(answer.completion.tool_calls[0].id == "toolu_1");
    CHECK(answer.completion.tool_calls[0].name == "add");
    CHECK(answer.completion.tool_calls[0].arguments == R"({"x": [1]})");
    CHECK(answer.completion.tool_calls[1].name == "now");
    CHECK(answer.completion.tool_calls[1].arguments == "{}");
    CHECK(answer.completion.tool_calls[2].arguments == R"({"y":2})");
  });
}

TEST_CASE("arguments that max_tokens cut off are kept as they are", "[adapters][anthropic]") {
  const std::string bytes = start() + tool_block + partial(1, R"({"path": "a b)") +
                            block(2, R"({"type":"tool_use","id":"t2","name":"now","input":{}})") +
                            stops("max_tokens") + over;
  support::at_every_split(wire(), bytes, [](const Answered& answer) {
    REQUIRE_FALSE(answer.error);
    CHECK(answer.completion.finish_reason == FinishReason::length);
    REQUIRE(answer.completion.tool_calls.size() == 2);
    CHECK(answer.completion.tool_calls[0].arguments == R"({"path": "a b)");
    CHECK(answer.completion.tool_calls[1].arguments.empty());
  });
}

TEST_CASE("thoughts and the provider's own tools are progress, kept aside, and no output",
          "[adapters][anthropic]") {
  const std::string quiet =
      start() + block(0, R"({"type":"thinking","thinking":"","signature":""})") +
      piece(0, R"({"type":"thinking_delta","thinking":"Let me "})") +
      piece(0, R"({"type":"thinking_delta","thinking":"see."})") +
      piece(0, R"({"type":"signature_delta","signature":"c2ln"})") + ends(0) +
      block(1, R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}})") +
      partial(1, R"({"query")") + partial(1, ":1}") + ends(1) + stops("end_turn");
  support::at_every_split(wire(), quiet + over, [](const Answered& answer) {
    REQUIRE_FALSE(answer.error);
    CHECK(answer.signs == 0);
    CHECK(answer.progress == 7);
    CHECK(answer.completion.text.empty());
    CHECK(answer.completion.tool_calls.empty());
    const Json kept = Json::parse(answer.completion.extra_json)["content"];
    REQUIRE(kept.size() == 2);
    CHECK(kept[0] == Json::parse(R"({"type":"thinking","thinking":"Let me see.","signature":"c2ln"})"));
    CHECK(kept[1]["name"] == "web_search");
    CHECK(kept[1]["input"] == Json{{"query", 1}});
  });
  // Neither they nor pings ever make a call look as if it had begun.
  const std::string thought = piece(0, R"({"type":"thinking_delta","thinking":"Hm"})");
  CHECK(answered(wire(), start() + support::times(1000, thought + ping)).signs == 0);
  CHECK(answered(wire(), start() + support::times(most_held_events, event("some_news"))).signs == 1);
}

TEST_CASE("each stop reason has its meaning, and unknown ones stay as they are", "[adapters][anthropic]") {
  const std::pair<const char*, FinishReason> rows[] = {
      {"end_turn", FinishReason::stop},       {"stop_sequence", FinishReason::stop},
      {"max_tokens", FinishReason::length},   {"model_context_window_exceeded", FinishReason::length},
      {"tool_use", FinishReason::tool_calls}, {"refusal", FinishReason::content_filter},
      {"pause_turn", FinishReason::other},    {"brand_new", FinishReason::other}};
  for (const auto& [word, reason] : rows) {
    const Completion completion = answered(wire(), start() + text_block + stops(word) + over).completion;
    CHECK(completion.finish_reason_text == word);
    CHECK(completion.finish_reason == reason);
  }
  const std::string why = R"("delta":{"stop_reason":"refusal","stop_details":{"explanation":"Not this."}})";
  const Answered refused = answered(wire(), start() + event("message_delta", why) + over);
  CHECK(refused.completion.refusal == "Not this.");
  CHECK(refused.signs == 1);
}

TEST_CASE("an error inside a stream has its fault, first or last", "[adapters][anthropic]") {
  const std::pair<const char*, Fault> rows[] = {{"overloaded_error", Fault::overloaded},
                                                {"rate_limit_error", Fault::rate_limited},
                                                {"api_error", Fault::unavailable},
                                                {"invalid_request_error", Fault::invalid_request}};
  for (const auto& [type, fault] : rows) {
    const std::string error =
        event("error", R"("error":{"details":null,"type":")" + std::string{type} + R"(","message":"Sorry"})");
    for (const std::string& before :
         {std::string{}, start() + ping, start() + text_block + text(0, "Hi"), start() + stops("end_turn")}) {
      INFO(before << error);
      const Fault expected = fault;
      support::at_every_split(wire(), before + error, [&](const Answered& answer) {
        REQUIRE(answer.error);
        CHECK(answer.error->fault == expected);
        CHECK(answer.error->message == "Sorry");
        CHECK(answer.completion.finish_reason_text.empty());
      });
    }
  }
}

TEST_CASE("a stream is complete only with a stop reason and message_stop", "[adapters][anthropic]") {
  const auto fault = [](const std::string& bytes) { return answered(wire(), bytes).error.value().fault; };
  CHECK(fault(start() + text_block + text(0, "Hi")) == Fault::connection_lost);
  CHECK(fault(start() + text_block + text(0, "Hi") + stops("end_turn")) == Fault::connection_lost);
  CHECK(fault(start() + text_block + text(0, "Hi") + over) == Fault::malformed);
  CHECK(fault(start() + stops("end_turn") + "event: message_stop\ndata: {\"type\":\"mess") ==
        Fault::connection_lost);
  CHECK(fault(start() + "data: {half\n\n") == Fault::malformed);
  CHECK(fault(ping) == Fault::malformed);
  CHECK_FALSE(answered(wire(), start() + stops("end_turn") + over).error);
}

TEST_CASE("odd events are read without a guess", "[adapters][anthropic]") {
  std::string bytes = start(R"({"input_tokens":-4,"output_tokens":"many"})");
  for (const char* odd :
       {"7", "[]", "{}", R"({"type":"content_block_start"})", R"({"type":"content_block_delta"})",
        R"({"type":"content_block_stop","index":77})", R"({"type":"message_start","message":[]})",
        R"({"type":"content_block_delta","index":-1,"delta":{"type":"text_delta","text":7}})",
        R"({"type":"content_block_delta","index":9,"delta":{"type":"input_json_delta"}})",
        R"({"type":"content_block_start","index":99999999999,"content_block":3})",
        R"({"type":"content_block_delta","index":99999999999,"delta":{"thinking":"x"}})",
        R"({"type":"message_delta","delta":null,"usage":[]})"})
    bytes += support::sse(odd);
  const Answered answer = answered(wire(), bytes + text(5, "Hi") + stops("end_turn", "null") + over);
  REQUIRE_FALSE(answer.error);
  CHECK(answer.completion.text == "Hi");
  CHECK(answer.completion.tool_calls.empty());
  CHECK_FALSE(answer.completion.usage.known());
}

TEST_CASE("an answer that is not streamed is read the same", "[adapters][anthropic]") {
  const std::string body = R"({"id":"msg_2","type":"message","role":"assistant","model":"claude-x","content":[
    {"type":"thinking","thinking":"Hm","signature":"c2ln"},{"type":"text","text":"One "},
    {"type":"text","text":"two."},{"type":"tool_use","id":"t","name":"add","input":{"x":1}}],
    "stop_reason":"tool_use","stop_sequence":null,
    "usage":{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5,"service_tier":"standard"}})";
  support::at_every_split(wire(), body, [](const Answered& answer) {
    REQUIRE_FALSE(answer.error);
    CHECK(answer.completion.text == "One two.");
    CHECK(answer.heard == "One two.");
    CHECK(answer.completion.id == "msg_2");
    CHECK(answer.completion.finish_reason == FinishReason::tool_calls);
    REQUIRE(answer.completion.tool_calls.size() == 1);
    CHECK(answer.completion.tool_calls[0].arguments == R"({"x":1})");
    CHECK(answer.completion.usage.total() == 12);
    const Json extra = Json::parse(answer.completion.extra_json);
    CHECK(extra["usage"]["service_tier"] == "standard");
    CHECK(extra["content"][0]["thinking"] == "Hm");
    CHECK(extra.size() == 2);
  });
  CHECK_FALSE(answered(wire(), R"({"type":"message","content":[]})").error);
  for (const char* none : {"{}", "[]", R"({"content":"text"})", R"({"type":"message","content":)"})
    CHECK(answered(wire(), none).error.value().fault == Fault::malformed);
  CHECK(answered(wire(), R"({"type":"error","error":{"type":"overloaded_error","message":"x"}})")
            .error.value()
            .fault == Fault::overloaded);
}
