// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Gemini's generateContent without a network: what is read, wherever it is split.

#include "chunks.hpp"
#include "gemini_wire.hpp"
#include "parse.hpp"
#include "wire_answers.hpp"

using namespace aramid;
using detail::Json;
using support::Answered;
using support::answered;

namespace {

support::Wire wire() { return std::make_shared<detail::GeminiWire>(); }

// One object of an answer: parts of the first candidate, what else it has, and what stands beside the candidates.
std::string object(const std::string& parts, const std::string& more = "", const std::string& besides = "") {
  return R"({"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"},"index":0)" +
         (more.empty() ? "" : ',' + more) + "}]" + (besides.empty() ? "" : ',' + besides) + "}";
}
std::string text(const std::string& words) { return R"({"text":")" + words + R"("})"; }
std::string ends(const std::string& word) { return R"("finishReason":")" + word + '"'; }

// The same objects as events, whose lines end in CR and LF, and as the array that they are without `alt=sse`.
std::string events(const std::vector<std::string>& objects) {
  std::string bytes;
  for (const std::string& one : objects) bytes += "data: " + one + "\r\n\r\n";
  return bytes;
}
std::string array(const std::vector<std::string>& objects) {
  std::string bytes;
  for (const std::string& one : objects) bytes += (bytes.empty() ? "[" : ",\r\n") + one;
  return bytes + "\n]\n";
}

const std::string overloaded = R"({
  "error": {
    "code": 503,
    "message": "The model is overloaded.",
    "status": "UNAVAILABLE"
  }
}
)";

}  // namespace

TEST_CASE("a text comes in pieces, and the last word on its usage counts", "[adapters][gemini]") {
  const auto usage = [](const std::string& counts) { return R"("usageMetadata":{)" + counts + "}"; };
  const std::string frame = R"("modelVersion":"gemini-x","responseId":"r-1",)";
  const std::vector<std::string> objects{
      object(text("Hal"), "",
             frame + usage(R"("promptTokenCount":9,"thoughtsTokenCount":100,"candidatesTokenCount":1)")),
      object(text("lo \\u4e9a"), R"("avgLogprobs":-0.5)",
             frame + usage(R"("promptTokenCount":9,"thoughtsTokenCount":100,"candidatesTokenCount":5,)"
                           R"("cachedContentTokenCount":4)")),
      object(R"({"text":"","thoughtSignature":"c2ln"})", ends("STOP"),
             frame + usage(R"("promptTokenCount":9,"toolUsePromptTokenCount":2,"candidatesTokenCount":6)"))};
  for (const std::string& bytes : {events(objects), events(objects) + "data: [DONE]\n\n", array(objects)}) {
    INFO(bytes);
    support::at_every_split(wire(), bytes, [](const Answered& answer) {
      REQUIRE_FALSE(answer.error);
      CHECK(answer.completion.text == "Hallo \xE4\xBA\x9A");
      CHECK(answer.heard == answer.completion.text);
      CHECK(answer.signs == 2);
      CHECK(answer.completion.finish_reason == FinishReason::stop);
      CHECK(answer.completion.finish_reason_text == "STOP");
      CHECK(answer.completion.id == "r-1");
      CHECK(answer.completion.model == "gemini-x");
      CHECK(answer.completion.usage.input_tokens == 11);
      CHECK(answer.completion.usage.output_tokens == 106);
      CHECK(answer.completion.cached_tokens == 4);
      const Json extra = Json::parse(answer.completion.extra_json);
      CHECK(extra["usageMetadata"]["candidatesTokenCount"] == 6);
      CHECK(extra["avgLogprobs"] == -0.5);
      CHECK(extra["parts"] == Json::parse(R"([{"thoughtSignature":"c2ln"}])"));
      CHECK(extra.size() == 3);
    });
  }
}

TEST_CASE("calls come whole, and those without an id get one", "[adapters][gemini]") {
  const std::string calls =
      R"({"functionCall":{"name":"add","args":{"x":[1,"ä"]}},"thoughtSignature":"c2ln"},)"
      R"({"functionCall":{"id":"f-2","name":"now"}},{"functionCall":{"name":"now","args":{}}})";
  const std::vector<std::string> objects{object(text("So.")), object(calls), object("", ends("STOP"))};
  for (const std::string& bytes : {events(objects), array(objects)}) {
    support::at_every_split(wire(), bytes, [](const Answered& answer) {
      REQUIRE_FALSE(answer.error);
      CHECK(answer.heard == "So.");
      CHECK(answer.signs == 4);
      CHECK(answer.completion.finish_reason == FinishReason::tool_calls);
      CHECK(answer.completion.finish_reason_text == "STOP");
      const std::vector<ToolCall>& made = answer.completion.tool_calls;
      REQUIRE(made.size() == 3);
      CHECK(made[0].name == "add");
      CHECK(made[0].arguments == "{\"x\":[1,\"\xC3\xA4\"]}");
      CHECK(made[0].signature == "c2ln");
      CHECK(made[1].id == "f-2");
      CHECK(made[1].arguments == "{}");
      CHECK(made[1].signature.empty());
      CHECK_FALSE(made[0].id.empty());
      CHECK(made[0].id != made[2].id);
    });
  }
  // What was cut off calls for nothing.
  CHECK(answered(wire(), events({object(calls, ends("MAX_TOKENS"))})).completion.finish_reason ==
        FinishReason::length);
}

TEST_CASE("Gemini's thoughts and its own tools are progress, kept aside, and no output",
          "[adapters][gemini]") {
  const std::string bytes =
      events({object(R"({"text":"Let me ","thought":true})"), object(R"({"text":"see.","thought":true})"),
              object(R"({"executableCode":{"code":"1+1"}})"), object("", ends("STOP"))});
  support::at_every_split(wire(), bytes, [](const Answered& answer) {
    REQUIRE_FALSE(answer.error);
    CHECK(answer.signs == 0);
    CHECK(answer.progress == 3);
    CHECK(answer.completion.text.empty());
    CHECK(Json::parse(answer.completion.extra_json)["parts"] ==
          Json::parse(R"([{"text":"Let me see.","thought":true},{"executableCode":{"code":"1+1"}}])"));
  });
  const std::string thought = events({object(R"({"text":"Hm","thought":true})")});
  CHECK(answered(wire(), support::times(1000, thought)).signs == 0);
  CHECK(answered(wire(), support::times(most_held_events + 1, events({object("")}))).signs == 1);
}

TEST_CASE("each of Gemini's finish reasons has its meaning, and unknown ones stay as they are",
          "[adapters][gemini]") {
  const std::pair<const char*, FinishReason> rows[] = {{"STOP", FinishReason::stop},
                                                       {"MAX_TOKENS", FinishReason::length},
                                                       {"SAFETY", FinishReason::content_filter},
                                                       {"RECITATION", FinishReason::content_filter},
                                                       {"BLOCKLIST", FinishReason::content_filter},
                                                       {"PROHIBITED_CONTENT", FinishReason::content_filter},
                                                       {"SPII", FinishReason::content_filter},
                                                       {"IMAGE_SAFETY", FinishReason::content_filter},
                                                       {"LANGUAGE", FinishReason::other},
                                                       {"OTHER", FinishReason::other},
                                                       {"MALFORMED_FUNCTION_CALL", FinishReason::other},
                                                       {"BRAND_NEW", FinishReason::other}};
  for (const auto& [word, reason] : rows) {
    for (const std::string& bytes :
         {events({object(text("Hi"), ends(word))}), object(text("Hi"), ends(word))}) {
      const Answered answer = answered(wire(), bytes);
      REQUIRE_FALSE(answer.error);
      CHECK(answer.completion.finish_reason_text == word);
      CHECK(answer.completion.finish_reason == reason);
    }
  }
  CHECK(answered(wire(), events({object(text("Hi"), ends("FINISH_REASON_UNSPECIFIED"))})).error);
  // A content with no parts is an answer too.
  const Answered empty =
      answered(wire(), R"({"candidates":[{"finishReason":"SAFETY","finishMessage":"No."}]})");
  CHECK_FALSE(empty.error);
  CHECK(Json::parse(empty.completion.extra_json)["finishMessage"] == "No.");
}

TEST_CASE("a prompt that was blocked is an error, and an answer that was blocked ends so",
          "[adapters][gemini]") {
  const std::string feedback =
      R"("promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"Not this."},)"
      R"("usageMetadata":{"promptTokenCount":9,"totalTokenCount":9})";
  for (const std::string& bytes :
       {events({"{" + feedback + "}"}), "{" + feedback + "}", "[{" + feedback + ",\"candidates\":[]}]"}) {
    support::at_every_split(wire(), bytes, [](const Answered& answer) {
      REQUIRE(answer.error);
      CHECK(answer.error->fault == Fault::content_filtered);
      CHECK(answer.error->message == "the provider blocked the prompt: SAFETY: Not this.");
      CHECK(answer.completion.usage.input_tokens == 9);
    });
  }
  const Answered later = answered(wire(), events({object(text("Hi")), "{" + feedback + "}"}));
  CHECK_FALSE(later.error);
  CHECK(later.completion.finish_reason == FinishReason::content_filter);
  CHECK(later.completion.finish_reason_text == "SAFETY");
}

TEST_CASE("an error inside Gemini's stream has its fault, framed as an event or not", "[adapters][gemini]") {
  const std::string one_line =
      R"({"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}})";
  for (const std::string& before :
       {std::string{}, events({object(text("Hi"))}), events({object(text("Hi"), ends("STOP"))})}) {
    for (const std::string& error : {overloaded, one_line, one_line + "\r\n\r\n", events({one_line})}) {
      INFO(before << error);
      support::at_every_split(wire(), before + error, [](const Answered& answer) {
        REQUIRE(answer.error);
        CHECK(answer.error->fault == Fault::overloaded);
        CHECK(answer.error->status == 503);
        CHECK(answer.error->message == "The model is overloaded.");
      });
    }
  }
  for (const std::string& bytes : {"[" + overloaded + "]", array({object(text("Hi")), overloaded})}) {
    support::at_every_split(wire(), bytes, [](const Answered& answer) {
      CHECK(answer.error.value().fault == Fault::overloaded);
    });
  }
  const std::string limited =
      R"([{"error":{"code":429,"message":"{\"error\":{\"code\":429,\"message\":\"Slow down\",\"status\":)"
      R"(\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",)"
      R"(\"retryDelay\":\"34.5s\"}]}}"}}])";
  const Error error = answered(wire(), limited).error.value();
  CHECK(error.fault == Fault::rate_limited);
  CHECK(error.message == "Slow down");
  CHECK(error.retry_after == std::chrono::milliseconds{34500});
}

TEST_CASE("Gemini's stream is complete only with a finish reason for each candidate", "[adapters][gemini]") {
  const auto fault = [](const std::string& bytes) { return answered(wire(), bytes).error.value().fault; };
  CHECK(fault(events({object(text("Hi"))})) == Fault::connection_lost);
  CHECK(fault(events({object(text("Hi"))}) + "data: {\"candidates\":[{\"finishRe") == Fault::connection_lost);
  CHECK(fault(events({object(text("Hi")), R"({"candidates":[{"index":1,"finishReason":"STOP"}]})"})) ==
        Fault::connection_lost);
  CHECK(fault(events({"{}"})) == Fault::connection_lost);
  CHECK(fault(array({object(text("Hi"))})) == Fault::connection_lost);
  CHECK(fault("[" + object(text("Hi"), ends("STOP")).substr(0, 60)) == Fault::malformed);
  CHECK(fault("{}") == Fault::malformed);
  CHECK(fault(R"({"candidates":[]})") == Fault::malformed);
}

TEST_CASE("several candidates are told apart, with or without their index", "[adapters][gemini]") {
  const std::string body = R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},)"
                           R"({"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}]})";
  for (const std::string& bytes : {body, events({body})}) {
    const Answered answer = answered(wire(), bytes);
    REQUIRE_FALSE(answer.error);
    CHECK(answer.heard == "a");
    REQUIRE(answer.completion.further.size() == 1);
    CHECK(answer.completion.further[0].text == "b");
    CHECK(answer.completion.further[0].finish_reason == FinishReason::length);
  }
}

TEST_CASE("odd objects of Gemini's are read without a guess", "[adapters][gemini]") {
  std::vector<std::string> objects;
  for (const char* odd :
       {"7", "[]", "{}", R"({"candidates":7})", R"({"candidates":[7,null]})", R"({"usageMetadata":[]})",
        R"({"usageMetadata":{"promptTokenCount":-4,"candidatesTokenCount":"many"}})",
        R"({"candidates":[{"content":[],"finishReason":7,"index":-1}]})",
        R"({"candidates":[{"content":{"parts":[7,null,{"text":7},{"functionCall":"f"}]}}]})",
        R"({"promptFeedback":{"blockReason":"BLOCK_REASON_UNSPECIFIED"}})", R"({"promptFeedback":"x"})"})
    objects.emplace_back(odd);
  objects.push_back(object(text("Hi"), ends("STOP")));
  const Answered answer = answered(wire(), events(objects));
  REQUIRE_FALSE(answer.error);
  CHECK(answer.completion.text == "Hi");
  CHECK(answer.completion.tool_calls.empty());
  CHECK_FALSE(answer.completion.usage.known());
}
