// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/sse.hpp>

#include "support/catch.hpp"

#include <vector>

using namespace aramid;

namespace {

struct Decoded {
  std::vector<std::string> data;
  std::vector<std::string> names;
  bool failed = false;
};

void drain(SseDecoder& decoder, Decoded& decoded) {
  for (SseEvent event; decoder.next(event);) {
    decoded.data.push_back(event.data);
    decoded.names.push_back(event.event);
  }
}

Decoded decode(std::string_view text, std::size_t split, bool flush = true) {
  SseDecoder decoder;
  Decoded decoded;
  decoder.feed(text.substr(0, split));
  drain(decoder, decoded);
  decoder.feed(text.substr(split));
  drain(decoder, decoded);
  if (SseEvent event; flush && decoder.finish(event)) {
    decoded.data.push_back(event.data);
    decoded.names.push_back(event.event);
  }
  decoded.failed = decoder.failed();
  return decoded;
}

void check_every_split(std::string_view text, const std::vector<std::string>& expected) {
  for (std::size_t split = 0; split <= text.size(); ++split) {
    INFO("split at " << split);
    const Decoded decoded = decode(text, split);
    REQUIRE(decoded.data == expected);
    REQUIRE_FALSE(decoded.failed);
  }
}

}  // namespace

TEST_CASE("an event stream decodes the same wherever its bytes are split", "[adapters][sse]") {
  const char* const ends[] = {"\n", "\r", "\r\n"};
  for (const char* end : ends) {
    std::string text = "\xEF\xBB\xBF";
    for (const char* line : {"data: one", "", ": a comment", "event:named", "data:two", "data: lines", "", "",
                             "data", "", "data: \xE4\xBA\x9A \xE2\x80\xA8 \xC2\x85", ""}) {
      text += std::string{line} + end;
    }
    check_every_split(text, {"one", "two\nlines", "", "\xE4\xBA\x9A \xE2\x80\xA8 \xC2\x85"});
  }
}

TEST_CASE("JSON that stands between events without a field name is data", "[adapters][sse]") {
  const char* const ends[] = {"\n", "\r", "\r\n"};
  for (const char* end : ends) {
    std::string text;
    for (const char* line :
         {"data: one", "", "{", "  \"error\": {", ": a comment", "data: 2}", "}", "", "[1]", "", "data: two",
          "{not data}", "", " {neither}", "", "event: named", "{}"}) {
      text += std::string{line} + end;
    }
    check_every_split(text, {"one", "{\n  \"error\": {\ndata: 2}\n}", "[1]", "two", "{}"});
  }
  SseDecoder decoder{SseLimits{.line = 10, .event = 15}};
  decoder.feed("{\"a\":1,\n\"b\":2,\n\"c\":3}\n\n");
  SseEvent event;
  CHECK_FALSE(decoder.next(event));
  CHECK(decoder.failed());
}

TEST_CASE("line ends of several kinds may be mixed", "[adapters][sse]") {
  check_every_split("data: a\r\ndata: b\rdata: c\n\r\ndata: d\n\n", {"a\nb\nc", "d"});
  check_every_split("data: a\r\r\n\ndata: b\r\n\r\n", {"a", "b"});
}

TEST_CASE("a byte order mark stands only at the beginning and may be all there is on its line",
          "[adapters][sse]") {
  check_every_split("\xEF\xBB\xBF\n\ndata: a\n\n", {"a"});
  CHECK(decode("data: a\n\n\xEF\xBB\xBF"
               "data: b\n\n",
               0)
            .data == std::vector<std::string>{"a"});
}

TEST_CASE("only one space after the colon is dropped", "[adapters][sse]") {
  check_every_split("data:  a\n\ndata:b\n\n", {" a", "b"});
}

TEST_CASE("events carry their name and the last id, and a name without data is dropped", "[adapters][sse]") {
  SseDecoder decoder;
  decoder.feed("event: ping\n\nid: 7\nevent: delta\ndata: x\nretry: 10\nunknown: y\n\ndata: z\n\n");
  SseEvent event;
  REQUIRE(decoder.next(event));
  CHECK(event.event == "delta");
  CHECK(event.id == "7");
  REQUIRE(decoder.next(event));
  CHECK(event.event.empty());
  CHECK(event.id == "7");
  CHECK_FALSE(decoder.next(event));
}

TEST_CASE("the last event is had at the end even if its blank line never came", "[adapters][sse]") {
  for (const char* text : {"data: a\n\ndata: last", "data: a\n\ndata: last\n", "data: a\n\ndata: last\r"}) {
    check_every_split(text, {"a", "last"});
    CHECK(decode(text, 3, false).data == std::vector<std::string>{"a"});
  }
}

TEST_CASE("bytes may come one at a time", "[adapters][sse]") {
  SseDecoder decoder;
  Decoded decoded;
  for (const char c : std::string_view{"\xEF\xBB\xBF"
                                       "data: a\r\n\r\n:x\r\ndata: b\r\n\r\n"}) {
    decoder.feed({&c, 1});
    drain(decoder, decoded);
  }
  CHECK(decoded.data == std::vector<std::string>{"a", "b"});
}

TEST_CASE("an endless line or event fails with a sentence instead of taking all memory", "[adapters][sse]") {
  SECTION("a line without its end") {
    SseDecoder decoder{{.line = 100, .event = 1000}};
    SseEvent event;
    decoder.feed(std::string(60, 'x'));
    CHECK_FALSE(decoder.next(event));
    CHECK_FALSE(decoder.failed());
    decoder.feed(std::string(60, 'x'));
    CHECK_FALSE(decoder.next(event));
    REQUIRE(decoder.failed());
    CHECK_THAT(decoder.problem(), support::contains("100"));
  }
  SECTION("an event of many lines") {
    SseDecoder decoder{{.line = 100, .event = 300}};
    SseEvent event;
    for (int i = 0; i < 10; ++i) decoder.feed("data: " + std::string(50, 'x') + "\n");
    CHECK_FALSE(decoder.next(event));
    CHECK(decoder.failed());
    CHECK_FALSE(decoder.finish(event));
  }
}
