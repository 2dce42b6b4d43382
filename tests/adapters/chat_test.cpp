// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/chat.hpp>

#include "chat_request.hpp"
#include "chat_stream.hpp"
#include "ollama_host.hpp"
#include "parse.hpp"
#include "support/catch.hpp"

using namespace aramid;
using detail::ChatStream;
using detail::Json;

namespace {

struct Heard {
  std::string text;
  int signs = 0;
};

ChatStream make_stream(Heard& heard) {
  return ChatStream{[&heard](std::string_view text) {
                      heard.text += text;
                      ++heard.signs;
                    },
                    std::size_t{1} << 20};
}

std::string event(const std::string& data) { return "data: " + data + "\n\n"; }

std::string piece(const std::string& delta, const std::string& finish = "null", int index = 0) {
  return event(R"({"id":"c1","model":"m1","choices":[{"index":)" + std::to_string(index) + R"(,"delta":)" +
               delta + R"(,"finish_reason":)" + finish + "}]}");
}

const std::string done = event("[DONE]");

}  // namespace

TEST_CASE("a request is written with what was set and nothing else", "[adapters][chat]") {
  const Json plain = Json::parse(*detail::encode("Hi", "m", false));
  CHECK(plain == Json::parse(R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":false})"));

  ChatRequest request;
  request.messages = {{.role = Role::system, .content = "Be brief."},
                      {.role = Role::assistant, .tool_calls = {{.id = "a", .name = "f", .arguments = "{}"}}},
                      {.role = Role::tool, .content = "4", .tool_call_id = "a"}};
  request.options = {
      .model = "other",
      .max_tokens = 9,
      .temperature = 0.5,
      .top_p = 0.25,
      .seed = -3,
      .stop = {"END"},
      .tools = {{.name = "f", .description = "adds", .parameters_json = R"({"type":"object"})"}},
      .tool_choice = "f",
      .response_format_json = R"({"type":"json_object"})",
      .extra_json = R"({"n":2,"top_p":null,"stream":false,"stream_options":null})"};
  const Json full = Json::parse(*detail::encode(request, "m", true));
  CHECK(full ==
        Json::parse(
            R"({"model":"other","max_tokens":9,"temperature":0.5,"seed":-3,"stop":["END"],"n":2,"stream":true,
    "messages":[{"role":"system","content":"Be brief."},
      {"role":"assistant","content":null,"tool_calls":[
        {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},
      {"role":"tool","content":"4","tool_call_id":"a"}],
    "tools":[{"type":"function","function":{"name":"f","description":"adds","parameters":{"type":"object"}}}],
    "tool_choice":{"type":"function","function":{"name":"f"}},"response_format":{"type":"json_object"}})"));
}

TEST_CASE("a stream is asked for its usage", "[adapters][chat]") {
  CHECK(Json::parse(*detail::encode("Hi", "m", true))["stream_options"]["include_usage"] == true);
}

TEST_CASE("a request that cannot be written says why", "[adapters][chat]") {
  const auto problem = [](const ChatRequest& request, const std::string& model = "m") {
    const auto body = detail::encode(request, model, false);
    return body ? std::string{} : body.error();
  };
  CHECK_THAT(problem("Hi", ""), support::contains("no model"));
  CHECK_THAT(problem(ChatRequest{}), support::contains("no messages"));
  ChatRequest request{"Hi"};
  request.options.tools = {{.name = "f", .parameters_json = "{"}};
  CHECK_THAT(problem(request), support::contains("'f'"));
  request.options.tools = {{.name = ""}};
  CHECK_THAT(problem(request), support::contains("no name"));
  request.options.tools.clear();
  request.options.extra_json = "[1]";
  CHECK_THAT(problem(request), support::contains("extra_json"));
  request.options.extra_json = std::string(100'000, '[');
  CHECK_THAT(problem(request), support::contains("extra_json"));
  request.options.extra_json.clear();
  request.options.temperature = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(problem(request), support::contains("temperature"));
}

TEST_CASE("a prompt that is not UTF-8 is sent with replacement characters", "[adapters][chat]") {
  const auto body = detail::encode("a\xFFz", "m", false);
  REQUIRE(body);
  CHECK(Json::parse(*body)["messages"][0]["content"] == "a\xEF\xBF\xBDz");
}

TEST_CASE("a stream split at any byte gives the same answer", "[adapters][chat]") {
  const std::string text = ": hello\r\n\r\n" + piece(R"({"role":"assistant","content":"","refusal":null})") +
                           piece(R"({"content":"Hal"})") + piece(R"({"content":"lo \u4e9a\ud83d\ude00"})") +
                           piece("{}", "\"stop\"") +
                           event(R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}})") +
                           done;
  for (std::size_t split = 0; split <= text.size(); ++split) {
    INFO("split at " << split);
    Heard heard;
    ChatStream stream = make_stream(heard);
    (void)stream.feed(std::string_view{text}.substr(0, split));
    const Flow flow = stream.feed(std::string_view{text}.substr(split));
    REQUIRE(flow == Flow::enough);
    REQUIRE_FALSE(stream.finish().has_value());
    const Completion completion = stream.reply().take();
    REQUIRE(completion.text == "Hallo \xE4\xBA\x9A\xF0\x9F\x98\x80");
    REQUIRE(completion.finish_reason == FinishReason::stop);
    REQUIRE(completion.usage.input_tokens == 3);
    REQUIRE(completion.usage.output_tokens == 2);
    REQUIRE(heard.text == completion.text);
    REQUIRE(heard.signs == 2);
  }
}

TEST_CASE("chunks that show nothing are no output", "[adapters][chat]") {
  Heard heard;
  ChatStream stream = make_stream(heard);
  (void)stream.feed(": comment\n\n" + piece(R"({"role":"assistant"})") +
                    piece(R"({"role":"assistant","content":""})") + piece(R"({"content":null})") +
                    event(R"({"choices":[]})") + event("{}"));
  CHECK(heard.signs == 0);
  (void)stream.feed(piece(R"({"refusal":"No"})"));
  CHECK(heard.signs == 1);
  CHECK(heard.text.empty());
  (void)stream.feed(piece(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]})"));
  CHECK(heard.signs == 1);
  (void)stream.feed(piece(R"({"tool_calls":[{"index":0,"function":{"arguments":"{"}}]})"));
  CHECK(heard.signs == 2);
}

TEST_CASE("tool calls are put together by index", "[adapters][chat]") {
  Heard heard;
  ChatStream stream = make_stream(heard);
  const std::string text =
      piece(
          R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]})") +
      piece(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})") +
      piece(R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"[]"}},)"
            R"({"index":0,"function":{"arguments":":1}"}}]})") +
      piece("{}", "\"tool_calls\"");
  CHECK(stream.feed(text) == Flow::ending);
  const Completion completion = stream.reply().take();
  REQUIRE(completion.tool_calls.size() == 2);
  CHECK(completion.tool_calls[0].name == "f");
  CHECK(completion.tool_calls[0].arguments == R"({"x":1})");
  CHECK(completion.tool_calls[1].id == "b");
  CHECK(completion.finish_reason == FinishReason::tool_calls);
}

TEST_CASE("choices that interleave are kept apart", "[adapters][chat]") {
  Heard heard;
  ChatStream stream = make_stream(heard);
  CHECK(stream.feed(piece(R"({"content":"b1"})", "null", 1) + piece(R"({"content":"a1"})") +
                    piece(R"({"content":"b2"})", "\"length\"", 1)) == Flow::more);
  CHECK(stream.feed(piece(R"({"content":"a2"})", "\"stop\"")) == Flow::ending);
  const Completion completion = stream.reply().take();
  CHECK(completion.text == "a1a2");
  REQUIRE(completion.further.size() == 1);
  CHECK(completion.further[0].text == "b1b2");
  CHECK(completion.further[0].finish_reason == FinishReason::length);
  CHECK(heard.text == "a1a2");
}

TEST_CASE("a stream is complete only with a finish reason", "[adapters][chat]") {
  const auto end = [](const std::string& text) {
    Heard heard;
    ChatStream stream = make_stream(heard);
    (void)stream.feed(text);
    return stream.finish();
  };
  CHECK_FALSE(end(piece(R"({"content":"x"})", "\"stop\"")).has_value());
  CHECK_FALSE(end(piece(R"({"content":"x"})") + piece("{}", "\"odd\"") + done).has_value());
  CHECK(end(piece(R"({"content":"x"})") + done)->fault == Fault::malformed);
  CHECK(end(piece(R"({"content":"x"})"))->fault == Fault::connection_lost);
  CHECK(end(done)->fault == Fault::malformed);
  CHECK(end("")->fault == Fault::malformed);
  CHECK(end(": nothing but comments\n\n")->fault == Fault::malformed);
  CHECK(end("garbage\n\nmore\n\n")->fault == Fault::malformed);
  CHECK(end("<html><title>Hi</title></html>")->fault == Fault::malformed);
  CHECK(end(event("{half"))->fault == Fault::malformed);
  CHECK(end(piece("{}", "\"error\""))->fault == Fault::unavailable);
}

TEST_CASE("the last event may lack its blank line but not its end", "[adapters][chat]") {
  const std::string whole = piece(R"({"content":"x"})") + piece("{}", "\"stop\"");
  Heard heard;
  ChatStream stream = make_stream(heard);
  (void)stream.feed(std::string_view{whole}.substr(0, whole.size() - 2));
  CHECK_FALSE(stream.finish().has_value());
  ChatStream cut = make_stream(heard);
  (void)cut.feed(std::string_view{whole}.substr(0, whole.size() - 5));
  CHECK(cut.finish()->fault == Fault::connection_lost);
}

TEST_CASE("an error inside a stream counts whatever follows it", "[adapters][chat]") {
  Heard heard;
  ChatStream stream = make_stream(heard);
  CHECK(stream.feed(piece(R"({"content":"x"})", "\"stop\"")) == Flow::ending);
  CHECK(stream.feed(event(R"({"error":{"message":"boom","type":"server_error"}})") + done) == Flow::abort);
  REQUIRE(stream.finish().has_value());
  CHECK(stream.finish()->fault == Fault::unavailable);
  CHECK(stream.finish()->message == "boom");
}

TEST_CASE("a whole answer is read with everything in it", "[adapters][chat]") {
  Heard heard;
  ChatStream stream = make_stream(heard);
  const std::string body =
      R"( {"id":"c9","object":"chat.completion","model":"m","system_fingerprint":"fp","choices":[
    {"index":0,"message":{"role":"assistant","content":"Hi",
      "tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],
    "usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}})";
  CHECK(stream.feed(body) == Flow::more);
  REQUIRE_FALSE(stream.finish().has_value());
  const Completion completion = stream.reply().take();
  CHECK(completion.text == "Hi");
  CHECK(completion.id == "c9");
  CHECK(completion.model == "m");
  CHECK(completion.tool_calls.size() == 1);
  CHECK(completion.usage.total() == 12);
  const Json extra = Json::parse(completion.extra_json);
  CHECK(extra["system_fingerprint"] == "fp");
  CHECK_FALSE(extra.contains("choices"));
}

TEST_CASE("odd but whole answers are read without a guess", "[adapters][chat]") {
  for (const char* body :
       {R"({"choices":[{"message":{"content":[{"type":"text","text":"Hi"}]},"finish_reason":"stop"}]})",
        R"({"choices":[{"index":-4,"message":{"content":"Hi","tool_calls":null}}],"usage":null})",
        R"({"choices":[{"index":99999999999,"message":{"content":"Hi","tool_calls":[7,{"function":3}]}}],)"
        R"("usage":{"prompt_tokens":-1}})"}) {
    INFO(body);
    Heard heard;
    ChatStream stream = make_stream(heard);
    (void)stream.feed(body);
    REQUIRE_FALSE(stream.finish().has_value());
    CHECK(stream.reply().take().text == "Hi");
  }
}

TEST_CASE("a whole answer that is none gives one clear error", "[adapters][chat]") {
  for (const char* body : {"{\"choices\":[{\"mess", "{}", "[]", R"({"choices":[]})", R"({"choices":{}})",
                           R"({"choices":[null]})"}) {
    INFO(body);
    Heard heard;
    ChatStream stream = make_stream(heard);
    (void)stream.feed(body);
    const auto error = stream.finish();
    REQUIRE(error.has_value());
    CHECK(error->fault == Fault::malformed);
    CHECK_FALSE(error->message.empty());
    CHECK(heard.signs == 0);
  }
}

TEST_CASE("an answer larger than allowed is refused", "[adapters][chat]") {
  ChatStream stream{{}, 100};
  CHECK(stream.feed(std::string(101, ' ')) == Flow::abort);
  CHECK(stream.finish()->fault == Fault::malformed);
  ChatStream lines{{}, std::size_t{8} << 20};
  CHECK(lines.feed("data: " + std::string(std::size_t{2} << 20, 'x')) == Flow::abort);
  CHECK(lines.finish()->fault == Fault::malformed);
}

TEST_CASE("an estimate is on the high side and never overflows", "[adapters][chat]") {
  ChatRequest request{std::string(300, 'x')};
  request.options.max_tokens = 50;
  CHECK(estimate_tokens(request) >= 150);
  CHECK(estimate_tokens(request) <= 250);
  CHECK(estimate_cost(request).output_tokens == 50);
  CHECK(estimate_cost(request).input_tokens == estimate_tokens(request) - 50);
  request.options.max_tokens.reset();
  CHECK(estimate_tokens(request) > 600);
  request.options.max_tokens = std::numeric_limits<std::int64_t>::max();
  CHECK(estimate_tokens(request) == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("OLLAMA_HOST may be a host, a port or a URL", "[adapters][chat]") {
  using detail::ollama_base_url;
  CHECK(ollama_base_url("") == "http://127.0.0.1:11434");
  CHECK(ollama_base_url("box") == "http://box:11434");
  CHECK(ollama_base_url("box:80") == "http://box:80");
  CHECK(ollama_base_url(":8000") == "http://127.0.0.1:8000");
  CHECK(ollama_base_url("0.0.0.0:8000") == "http://127.0.0.1:8000");
  CHECK(ollama_base_url("https://box") == "https://box:443");
  CHECK(ollama_base_url("http://box") == "http://box:80");
  CHECK(ollama_base_url("http://box:1/path/") == "http://box:1/path");
  CHECK(ollama_base_url("[::1]:99") == "http://[::1]:99");
  CHECK(ollama_base_url("::1") == "http://[::1]:11434");
  CHECK(ollama_base_url("[::]") == "http://[::1]:11434");
}
