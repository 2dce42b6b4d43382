// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Streams of JSON documents, one a line or as one array.

#include <aramid/adapters/json_array.hpp>
#include <aramid/adapters/ndjson.hpp>

#include "support/catch.hpp"

#include <vector>

using namespace aramid;

namespace {

struct Decoded {
  std::vector<std::string> documents;
  std::string problem;

  bool operator==(const Decoded&) const = default;
};

template <class Decoder>
void drain(Decoder& decoder, Decoded& decoded) {
  for (std::string document; decoder.next(document);) decoded.documents.push_back(document);
}

template <class Decoder>
Decoded end(Decoder& decoder, Decoded decoded) {
  for (std::string document; decoder.finish(document);) decoded.documents.push_back(document);
  decoded.problem = decoder.problem();
  CHECK(decoder.failed() == !decoded.problem.empty());
  return decoded;
}

template <class Decoder, class Limits>
Decoded decode(std::string_view text, std::size_t split, Limits limits) {
  Decoder decoder{limits};
  Decoded decoded;
  decoder.feed(text.substr(0, split));
  drain(decoder, decoded);
  decoder.feed(text.substr(split));
  drain(decoder, decoded);
  return end(decoder, std::move(decoded));
}

template <class Decoder, class Limits>
Decoded decode_by_byte(std::string_view text, Limits limits) {
  Decoder decoder{limits};
  Decoded decoded;
  for (const char& c : text) {
    decoder.feed({&c, 1});
    drain(decoder, decoded);
  }
  return end(decoder, std::move(decoded));
}

// Two pieces cut anywhere, single bytes, and all at once without asking in between.
template <class Decoder, class Limits>
void check_splits(std::string_view text, const Decoded& expected, Limits limits) {
  INFO(text);
  for (std::size_t split = 0; split <= text.size(); ++split) {
    INFO("split at " << split);
    REQUIRE(decode<Decoder>(text, split, limits) == expected);
  }
  REQUIRE(decode_by_byte<Decoder>(text, limits) == expected);
  Decoder decoder{limits};
  decoder.feed(text.substr(0, text.size() / 2));
  decoder.feed(text.substr(text.size() / 2));
  REQUIRE(end(decoder, {}) == expected);
}

using Documents = std::vector<std::string>;

void check_lines(std::string_view text, const Documents& expected, const char* problem = "",
                 NdjsonLimits limits = {}) {
  check_splits<NdjsonDecoder>(text, {expected, problem}, limits);
}

void check_array(std::string_view text, const Documents& expected, const char* problem = "",
                 JsonArrayLimits limits = {}) {
  check_splits<JsonArrayDecoder>(text, {expected, problem}, limits);
}

}  // namespace

TEST_CASE("lines of JSON decode the same wherever their bytes are split", "[adapters][ndjson]") {
  const Documents three{R"({"message":{"content":"Hé"},"done":false})", R"({"a":"x\ny"})",
                        R"({"done":true})"};
  for (const char* line_end : {"\n", "\r\n"}) {
    std::string text;
    for (const std::string& document : three) text += document + line_end;
    check_lines(text, three);
    check_lines("\xEF\xBB\xBF" + text, three);
  }
  check_lines("{}\r\n[1]\n\"x\"\r\n", {"{}", "[1]", "\"x\""});
}

TEST_CASE("the last line of JSON may lack its end", "[adapters][ndjson]") {
  check_lines("{\"a\":1}\n{\"done\":true}", {"{\"a\":1}", "{\"done\":true}"});
  check_lines("{\"a\":1}\n{\"done\":true}\r", {"{\"a\":1}", "{\"done\":true}"});
  check_lines("{\"a\":1}\n{\"do", {"{\"a\":1}", "{\"do"});
  NdjsonDecoder decoder;
  std::string document;
  decoder.feed("{}");
  CHECK_FALSE(decoder.next(document));
  CHECK(decoder.finish(document));
  CHECK_FALSE(decoder.finish(document));
}

TEST_CASE("blank lines between lines of JSON are skipped", "[adapters][ndjson]") {
  check_lines("", {});
  check_lines("\xEF\xBB\xBF", {});
  check_lines("\n\r\n \t\r\n{}\n\n\n{}\n  ", {"{}", "{}"});
}

TEST_CASE("only LF ends a line of JSON, and a byte order mark stands only at the beginning",
          "[adapters][ndjson]") {
  check_lines("{\"a\":\"\xE2\x80\xA8\xC2\x85\"}\r{}\n", {"{\"a\":\"\xE2\x80\xA8\xC2\x85\"}\r{}"});
  check_lines("{}\n\xEF\xBB\xBF{}\n", {"{}", "\xEF\xBB\xBF{}"});
}

TEST_CASE("a line of JSON may be as long as the limit and no longer", "[adapters][ndjson]") {
  const std::string problem = "a line of the stream is longer than 10 bytes";
  for (const char* line_end : {"", "\n", "\r\n"}) {
    check_lines("{}\n\"12345678\"" + std::string{line_end}, {"{}", "\"12345678\""}, "", {.line = 10});
    check_lines("{}\n\"123456789\"" + std::string{line_end}, {"{}"}, problem.c_str(), {.line = 10});
  }
  check_lines("\xEF\xBB\xBF\"12345678\"\r\n", {"\"12345678\""}, "", {.line = 10});
  NdjsonDecoder decoder{{.line = 10}};
  std::string document;
  decoder.feed("{\"a\":\"never ends");
  CHECK_FALSE(decoder.next(document));
  REQUIRE(decoder.failed());
  decoder.feed("\"}\n{}\n");
  CHECK_FALSE(decoder.next(document));
  CHECK_FALSE(decoder.finish(document));
}

TEST_CASE("the objects of a JSON array decode the same wherever their bytes are split",
          "[adapters][json_array]") {
  const Documents three{R"({"candidates":[{"content":{"parts":[{"text":"Hé, \"]}\\"}]}}]})",
                        "{\n  \"usage\": {\"n\": [1, [2, {}]]}\r\n}", R"({"a":"[{\\\"","b":"\u005d"})"};
  check_array("[" + three[0] + "\n,\r\n" + three[1] + "," + three[2] + "]", three);
  check_array("\xEF\xBB\xBF \t[\r\n" + three[0] + ",\n" + three[1] + "\n,\n" + three[2] + "\n]\r\n", three);
  check_array("[]", {});
  check_array("[{}]", {"{}"});
  check_array("[{},{},{}]", {"{}", "{}", "{}"});
}

TEST_CASE("an object is handed out as soon as its last byte has come", "[adapters][json_array]") {
  JsonArrayDecoder decoder;
  std::string document;
  decoder.feed("[{\"a\":1");
  CHECK_FALSE(decoder.next(document));
  decoder.feed("}");
  REQUIRE(decoder.next(document));
  CHECK(document == "{\"a\":1}");
  CHECK_FALSE(decoder.next(document));
  CHECK_FALSE(decoder.failed());
}

TEST_CASE("an object in place of the array is handed out", "[adapters][json_array]") {
  const std::string error = R"({"error":{"code":400,"message":"not [this]","status":"INVALID_ARGUMENT"}})";
  check_array(error, {error});
  check_array(" \n" + error + "\n", {error});
  check_array(error + error, {error}, "something follows the end of the JSON array");
}

TEST_CASE("what is no array of objects fails with a sentence after the objects before it",
          "[adapters][json_array]") {
  for (const char* text : {"<html>", "data: {}\n\n", "17", "]", " \xEF\xBB\xBF[]"}) {
    check_array(text, {}, "the stream is neither a JSON array nor an object");
  }
  for (const char* text : {"[{},7", "[{},\"{}\"]", "[{},[{}]]", "[{},]", "[{},,{}]"})
    check_array(text, {"{}"}, "an element of the JSON array is not an object");
  check_array("[{}{}]", {"{}"}, "something other than a comma stands between two elements of the JSON array");
  for (const char* text : {"[{}]]", "[{}],", "[{}] x", "[{}]\n[{}]"})
    check_array(text, {"{}"}, "something follows the end of the JSON array");
}

TEST_CASE("a JSON array that is cut off fails at the end and gives no part of an object",
          "[adapters][json_array]") {
  const std::string text = R"([{"a":"}"},{"b":[]}])";
  for (std::size_t size = 0; size < text.size(); ++size) {
    Documents whole;
    if (size >= 10) whole.emplace_back(R"({"a":"}"})");
    if (size >= 19) whole.emplace_back(R"({"b":[]})");
    check_array(text.substr(0, size), whole, "the JSON array was cut off");
  }
  check_array("\xEF\xBB", {}, "the JSON array was cut off");
}

TEST_CASE("an object of a JSON array may be as large as the limit and no larger", "[adapters][json_array]") {
  const char* const problem = "an element of the JSON array is larger than 10 bytes";
  check_array(R"([{"a":1234},{"b":1234}])", {R"({"a":1234})", R"({"b":1234})"}, "", {.document = 10});
  check_array(R"([{"a":1234},{"b":12345}])", {R"({"a":1234})"}, problem, {.document = 10});
  JsonArrayDecoder decoder{{.document = 10}};
  std::string document;
  decoder.feed("[" + std::string(1000, ' ') + "{\"a\":\"never ends");
  CHECK_FALSE(decoder.next(document));
  REQUIRE(decoder.failed());
  decoder.feed("\"},{}]");
  CHECK_FALSE(decoder.next(document));
  CHECK_FALSE(decoder.finish(document));
}
