// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What is the same for all wire formats: how a body becomes events, and what a request may hold.

#include "chat_request.hpp"
#include "parse.hpp"
#include "wire_answers.hpp"

using namespace aramid;
using detail::Framing;
using detail::Json;
using support::Answered;
using support::answered;

namespace {

// Says what stands in "say", ends well with "end" and badly with "fail".
class Echo final : public detail::ChatReader {
 public:
  Outcome<detail::Taken> take_event(const Json& event, detail::ChatReply& reply) override {
    if (event.contains("ping")) return detail::Taken::ping;
    if (event.contains("fail")) return fail(Fault::overloaded, 0, "busy");
    reply.add_text(reply.choice(), detail::text_of(event, "say"));
    if (!event.contains("end")) return detail::Taken::event;
    reply.finish(reply.choice(), FinishReason::stop, "end");
    return event["end"] == "last" ? detail::Taken::last : detail::Taken::event;
  }
  Outcome<void> take_whole(const Json& answer, detail::ChatReply& reply) override {
    if (answer.contains("fail")) return fail(Fault::overloaded, 0, "busy");
    if (answer.contains("say")) (void)take_event(answer, reply);
    return {};
  }
};

class EchoWire final : public detail::ChatWire {
 public:
  explicit EchoWire(Framing framing) : framing_{framing} {}
  detail::Written<detail::WireRequest> encode(const ChatRequest&, const std::string&, bool) const override {
    return detail::Problem{"none"};
  }
  std::unique_ptr<detail::ChatReader> reader() const override { return std::make_unique<Echo>(); }
  Framing framing() const noexcept override { return framing_; }

 private:
  Framing framing_;
};

support::Wire wire(Framing framing) { return std::make_shared<EchoWire>(framing); }

// The same events in each way to send them.
struct Way {
  Framing framing;
  std::string before, between, after;
  [[nodiscard]] std::string operator()(std::initializer_list<std::string> events) const {
    std::string bytes = before;
    for (const std::string& event : events) bytes += (bytes == before ? "" : between) + event;
    return bytes + after;
  }
};
const Way ways[] = {{Framing::document, "data: ", "\n\ndata: ", "\n\n"},
                    {Framing::lines, "data: ", "\n\ndata: ", "\n\n"},
                    {Framing::array, ": hello\r\ndata: ", "\r\n\r\ndata: ", ""},
                    {Framing::lines, "", "\n", "\n"},
                    {Framing::lines, "\n ", "\r\n", ""},
                    {Framing::array, "[", ",\r\n", "]"},
                    {Framing::array, " [\n", ",", "\n]\n"}};

}  // namespace

TEST_CASE("events, lines and arrays are read alike wherever they are split", "[adapters][chat]") {
  for (const Way& way : ways) {
    const std::string bytes =
        way({R"({"say":"Hal"})", R"({"ping":1})", R"({"say":"lo ]}, \u4e9a"})", R"({"end":1})"});
    INFO(bytes);
    support::at_every_split(wire(way.framing), bytes, [](const Answered& answer) {
      INFO((answer.error ? answer.error->message : ""));
      REQUIRE_FALSE(answer.error);
      CHECK(answer.heard == "Hallo ]}, \xE4\xBA\x9A");
      CHECK(answer.signs == 2);
      CHECK(answer.completion.finish_reason_text == "end");
    });
    CHECK(answered(wire(way.framing), bytes + " ").flow != Flow::abort);
    CHECK(answered(wire(way.framing), way({R"({"say":"x"})", R"({"end":"last"})"})).heard == "x");
  }
}

TEST_CASE("a reader's error, an error event and a broken stream end each way of sending",
          "[adapters][chat]") {
  for (const Way& way : ways) {
    INFO(way({"EVENT"}));
    const auto fault = [&](std::initializer_list<std::string> events, std::size_t lacking = 0) {
      const std::string bytes = way(events);
      return answered(wire(way.framing), std::string_view{bytes}.substr(0, bytes.size() - lacking))
          .error.value()
          .fault;
    };
    CHECK(fault({R"({"say":"x"})", R"({"fail":1})"}) == Fault::overloaded);
    CHECK(fault({R"({"end":1})", R"({"fail":1})"}) == Fault::overloaded);
    CHECK(fault({R"({"say":"x"})", R"({"error":"server busy"})"}) == Fault::overloaded);
    CHECK(fault({R"({"end":1})", R"({"error":{"code":429,"message":"slow"}})"}) == Fault::rate_limited);
    CHECK(fault({"{half}", R"({"say":"x"})"}) == Fault::malformed);
    CHECK(fault({R"({"say":"x"})", R"({"say":"y"})"}) == Fault::connection_lost);
    CHECK(fault({R"({"say":"x"})", R"({"end":1})"}, way.after.size() + 1) == Fault::connection_lost);
  }
}

TEST_CASE("nothing that follows the end of an answer spoils it", "[adapters][chat]") {
  for (const Way& way : ways) {
    const std::string bytes = way({R"({"say":"x"})", R"({"end":1})", "}junk{", R"({"say":"y"})"});
    INFO(bytes);
    const Answered answer = answered(wire(way.framing), bytes);
    CHECK_FALSE(answer.error);
    CHECK(answer.heard == "x");
    const Answered last = answered(wire(way.framing), way({R"({"end":"last"})", R"({"say":"y"})"}));
    CHECK_FALSE(last.error);
    CHECK(last.flow == Flow::enough);
    CHECK(last.heard.empty());
  }
}

TEST_CASE("one document is one answer or one error in every format", "[adapters][chat]") {
  for (const Framing framing : {Framing::document, Framing::lines, Framing::array}) {
    support::at_every_split(wire(framing), R"({"say":"x","end":1})", [](const Answered& answer) {
      REQUIRE_FALSE(answer.error);
      CHECK(answer.completion.text == "x");
    });
    const auto fault = [&](std::string_view body) {
      return answered(wire(framing), body).error.value().fault;
    };
    CHECK(fault(R"({"fail":1})") == Fault::overloaded);
    CHECK(fault(R"({"error":{"code":429,"message":"slow"}})") == Fault::rate_limited);
    CHECK(fault(R"([{"error":{"code":429,"message":"slow"}}])") == Fault::rate_limited);
    CHECK(fault("<html>") == Fault::malformed);
    CHECK(fault("") == Fault::malformed);
    CHECK(fault(" \n") == Fault::malformed);
  }
  CHECK(answered(wire(Framing::document), "{}").error.value().fault == Fault::malformed);
}

TEST_CASE("more calls and choices than make sense share a place", "[adapters][chat]") {
  detail::ChatReply reply{{}};
  for (const std::int64_t index :
       {std::int64_t{-3}, std::int64_t{200}, std::numeric_limits<std::int64_t>::max()}) {
    reply.add_call(reply.choice(index), index, "id", "f", "x");
    reply.finish(reply.choice(index), FinishReason::stop, "stop");
  }
  const Completion completion = reply.take();
  CHECK(completion.tool_calls.size() == 1);
  REQUIRE(completion.further.size() == 1);
  REQUIRE(completion.further[0].tool_calls.size() == 1);
  CHECK(completion.further[0].tool_calls[0].arguments == "xx");
}

TEST_CASE("OpenAI's messages have images before their text", "[adapters][chat]") {
  ChatRequest request;
  request.messages = {{.content = "Which?",
                       .images = {{.url = "https://example.org/cat.jpg"},
                                  {.base64 = "aGk=", .media_type = "image/png"},
                                  {.url = "DATA:image/gif;base64,R0lG"}}}};
  const Json sent = Json::parse(*detail::encode(request, "m", false))["messages"][0]["content"];
  CHECK(sent == Json::parse(R"([{"type":"image_url","image_url":{"url":"https://example.org/cat.jpg"}},
    {"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}},
    {"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lG"}},{"type":"text","text":"Which?"}])"));
  request.messages[0].content.clear();
  CHECK(Json::parse(*detail::encode(request, "m", false))["messages"][0]["content"].size() == 3);
  request.messages[0].images[0] = {};
  CHECK_THAT(detail::encode(request, "m", false).error(), support::contains("url or base64"));

  const std::int64_t with = estimate_tokens(request);
  request.messages[0].images.pop_back();
  CHECK(with - estimate_tokens(request) == 1600);
}

TEST_CASE("OpenAI's count of cached tokens is told apart", "[adapters][chat]") {
  for (const char* usage : {R"({"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":4}})",
                            R"({"prompt_tokens":9,"prompt_cache_hit_tokens":4})"}) {
    const std::string body = R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":)" +
                             std::string{usage} + "}";
    const Completion completion = answered(detail::OpenAiWire::shared(), body).completion;
    CHECK(completion.usage.input_tokens == 9);
    CHECK(completion.cached_tokens == 4);
  }
}
