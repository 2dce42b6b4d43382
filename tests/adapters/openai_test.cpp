// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/aramid.hpp>

#include <aramid/adapters/openai.hpp>

#include "loopback.hpp"
#include "parse.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>

using namespace aramid;
using namespace std::chrono_literals;
using detail::Json;
using support::chunk;
using support::Loopback;
using support::Peer;
using support::response;
using support::stream_head;

namespace {

// The client of the design card, as it stands.
using Card = Resilient<OpenAi, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>,
                       Limiter<SlidingWindow, RPM<50>, TPM<10'000>>>;
static_assert(ProviderOf<Card, ChatRequest>);
static_assert(ProviderOf<Resilient<SambaNova>, ChatRequest>);
static_assert(ProviderOf<Resilient<HuggingFace>, ChatRequest>);
static_assert(ProviderOf<Resilient<Ollama>, ChatRequest>);

OpenAi make(const std::string& url) {
  return OpenAi{{.model = "m", .base_url = url + "/v1", .api_key = Secret{"sk-test-key"}}};
}

std::string whole(const std::string& text) {
  return R"({"id":"c","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":")" + text +
         R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":6}})";
}

std::string piece(const std::string& text) {
  return chunk(R"(data: {"choices":[{"index":0,"delta":{"content":")" + text +
               R"("},"finish_reason":null}]})"
               "\n\n");
}
const std::string role =
    chunk(R"(data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})"
          "\n\n");
const std::string finish = chunk(R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
                                 "\n\n");
const std::string usage = chunk(R"(data: {"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":6}})"
                                "\n\n");
const std::string done = chunk("data: [DONE]\n\n");
const std::string end{support::last_chunk};

// Answers each request with the next of `answers`, the last one for ever; an empty answer closes instead.
Loopback::Handler answering(std::vector<std::string> answers) {
  auto next = std::make_shared<std::atomic<std::size_t>>(0);
  return [answers = std::move(answers), next](Peer& peer, int) {
    while (!peer.request().empty()) {
      const std::string& answer = answers[std::min(next->fetch_add(1), answers.size() - 1)];
      if (answer.empty() || !peer.say(answer)) return;
    }
  };
}

// Says one answer to each connection and closes it.
Loopback::Handler once(std::string answer) {
  return [answer = std::move(answer)](Peer& peer, int) {
    peer.request();
    peer.say(answer);
  };
}

struct Audience {
  std::string text;
  ChatRequest request{"Why?"};
  Audience() {
    request.on_text = [this](std::string_view more) { text += more; };
  }
};

}  // namespace

TEST_CASE("a chat is asked and answered", "[adapters][openai]") {
  std::string seen;
  const Loopback server{[&](Peer& peer, int) {
    seen = peer.request();
    peer.say(response(200, whole("Because."), "x-ratelimit-remaining-tokens: 9\r\n"));
  }};
  const OpenAi provider{{.model = "m",
                         .base_url = server.url() + "/v1",
                         .api_key = Secret{" sk-test-key\n"},
                         .headers = {{"X-Org", "o"}}}};
  Context ctx;
  const auto answer = provider("Why?", ctx);
  REQUIRE(answer);
  CHECK(answer->text == "Because.");
  CHECK(answer->model == "m-1");
  CHECK(answer->finish_reason == FinishReason::stop);
  CHECK(ctx.usage.input_tokens == 4);
  CHECK(ctx.usage.output_tokens == 6);
  CHECK(ctx.hints.tokens.remaining == 9);
  CHECK_FALSE(ctx.committed());
  CHECK(seen.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
  CHECK_THAT(seen, support::contains("Authorization: Bearer sk-test-key\r\n"));
  CHECK_THAT(seen, support::contains("X-Org: o\r\n"));
  CHECK(Json::parse(seen.substr(seen.find("\r\n\r\n") + 4))["stream"] == false);
}

TEST_CASE("a stream is heard piece by piece and its connection kept", "[adapters][openai]") {
  const Loopback server{
      answering({stream_head() + role + piece("Be") + piece("cause.") + finish + usage + done + end})};
  const OpenAi provider = make(server.url());
  for (int i = 0; i < 3; ++i) {
    Audience audience;
    Context ctx;
    const auto answer = provider(audience.request, ctx);
    REQUIRE(answer);
    CHECK(answer->text == "Because.");
    CHECK(audience.text == "Because.");
    CHECK(ctx.committed());
    CHECK(ctx.usage.total() == 10);
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a stream that nobody listens to is not committed", "[adapters][openai]") {
  const Loopback server{answering({stream_head() + piece("x") + finish + done + end})};
  ChatRequest request{"Why?"};
  request.stream = true;
  Context ctx;
  REQUIRE(make(server.url())(request, ctx));
  CHECK_FALSE(ctx.committed());
}

TEST_CASE("nothing is committed before there is something to see", "[adapters][openai]") {
  const std::pair<std::string, bool> rows[] = {
      {role, false},
      {role + chunk(": comment\n\n") + chunk("data: {}\n\n"), false},
      {role + piece("x"), true},
      {chunk(R"(data: {"choices":[{"index":0,"delta":{"refusal":"No"}}]})"
             "\n\n"),
       true},
      {chunk(
           R"(data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]})"
           "\n\n"),
       true}};
  for (const auto& [chunks, committed] : rows) {
    INFO(chunks);
    const Loopback server{once(stream_head() + chunks)};
    Audience audience;
    Context ctx;
    const auto answer = make(server.url())(audience.request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == (committed ? Fault::interrupted : Fault::connection_lost));
    CHECK(ctx.committed() == committed);
  }
}

TEST_CASE("a whole answer to a request for a stream is heard too", "[adapters][openai]") {
  const Loopback server{answering({response(200, whole("Because."))})};
  Audience audience;
  Context ctx;
  REQUIRE(make(server.url())(audience.request, ctx));
  CHECK(audience.text == "Because.");
  CHECK(ctx.committed());
}

TEST_CASE("a stream in answer to a plain request is read as well", "[adapters][openai]") {
  const Loopback server{
      answering({stream_head("application/json") + piece("Because.") + finish + done + end})};
  Context ctx;
  CHECK(make(server.url())("Why?", ctx).value().text == "Because.");
}

TEST_CASE("after the finish reason nothing that happens to the connection is a failure",
          "[adapters][openai]") {
  SECTION("it is closed in order") {
    const Loopback server{once(stream_head() + piece("x") + finish + end)};
    Context ctx;
    Audience audience;
    CHECK(make(server.url())(audience.request, ctx).value().text == "x");
    CHECK_FALSE(ctx.usage.known());
  }
  SECTION("it breaks") {
    const Loopback server{once(stream_head() + piece("x") + finish)};
    Context ctx;
    Audience audience;
    CHECK(make(server.url())(audience.request, ctx).value().text == "x");
  }
  SECTION("it stays open, without [DONE]") {
    const Loopback server{[](Peer& peer, int) {
      peer.request();
      peer.say(stream_head() + piece("x") + finish);
      peer.drip(chunk(": still here\n\n"));
    }};
    Context ctx;
    Audience audience;
    CHECK(make(server.url())(audience.request, ctx).value().text == "x");
  }
  SECTION("it stays open") {
    const Loopback server{[](Peer& peer, int) {
      peer.request();
      peer.say(stream_head() + piece("x") + finish + done);
      peer.wait_for_close();
    }};
    Context ctx;
    Audience audience;
    CHECK(make(server.url())(audience.request, ctx).value().text == "x");
  }
}

TEST_CASE("errors come out the same as a status, as a document and inside a stream", "[adapters][openai]") {
  const std::string body =
      R"({"error":{"message":"out of credit","type":"insufficient_quota","code":"insufficient_quota"}})";
  const std::string answers[] = {response(429, body), response(200, body),
                                 stream_head() + chunk("data: " + body + "\n\n") + end,
                                 stream_head() + role + chunk("data: " + body + "\n\n") + done + end,
                                 stream_head() + chunk(body + "\n") + end};
  for (const std::string& bytes : answers) {
    INFO(bytes);
    const Loopback server{once(bytes)};
    Audience audience;
    Context ctx;
    const auto answer = make(server.url())(audience.request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::quota_exhausted);
    CHECK(answer.error().message == "out of credit");
    CHECK_FALSE(ctx.committed());
  }
}

TEST_CASE("an answer that makes no sense is one clear error", "[adapters][openai]") {
  const std::pair<std::string, Fault> rows[] = {
      {response(200, ""), Fault::malformed},
      {response(200, "{\"choices\":[{\"mess"), Fault::malformed},
      {response(200, "\xFF\xFE\x01garbage"), Fault::malformed},
      {response(200, "<html><title>Login</title></html>"), Fault::malformed},
      {response(200, "[]"), Fault::malformed},
      {response(204, ""), Fault::malformed},
      {stream_head() + chunk("data: {\"choices\":[{\"del\n\n") + end, Fault::malformed},
      {stream_head() + chunk("data: \xFF\xFE\n\n") + end, Fault::malformed},
      {stream_head() + chunk(std::string(std::size_t{2} << 20, 'a')) + end, Fault::malformed},
      {stream_head() + chunk("data: " + std::string(100'000, '[') + "\n\n") + end, Fault::malformed},
      {stream_head() + end, Fault::malformed},
      {stream_head() + piece("x") + done + end, Fault::malformed},
      {stream_head() + piece("x"), Fault::connection_lost},
      {"garbage\r\n\r\n", Fault::malformed},
      {"", Fault::connection_lost},
  };
  for (const auto& [bytes, fault] : rows) {
    INFO(bytes.substr(0, 200));
    const Loopback server{once(bytes)};
    ChatRequest request{"Why?"};
    request.stream = true;
    Context ctx;
    const auto answer = make(server.url())(request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == fault);
    CHECK_FALSE(answer.error().message.empty());
  }
}

TEST_CASE("a stream of comments is not an answer, however long it goes on", "[adapters][openai]") {
  const Loopback server{[](Peer& peer, int) {
    peer.request();
    peer.say(stream_head() + role);
    peer.drip(chunk(": still here\n\n"));
  }};
  const OpenAi provider{
      {.model = "m", .base_url = server.url(), .api_key = Secret::none(), .idle_timeout = 60ms}};
  Audience audience;
  Context ctx;
  const auto answer = provider(audience.request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::timed_out);
}

TEST_CASE("an answer that is no stream takes its time as long as bytes keep coming", "[adapters][openai]") {
  const Loopback server{[](Peer& peer, int) {
    peer.request();
    peer.say(stream_head("application/json") + chunk("\n"));
    peer.drip(chunk("\n"), 120);
    peer.say(chunk(R"({"choices":[{"message":)"));
    peer.drip(chunk(" "), 120);
    peer.say(chunk(R"({"content":"late"},"finish_reason":"stop"}]})") + std::string{support::last_chunk});
  }};
  const OpenAi provider{
      {.model = "m", .base_url = server.url(), .api_key = Secret::none(), .idle_timeout = 500ms}};
  Context ctx;
  CHECK(provider("Why?", ctx).value().text == "late");
}

TEST_CASE("the deadline and a stop request end a stream", "[adapters][openai]") {
  const Loopback server{[](Peer& peer, int) {
    peer.request();
    peer.say(stream_head() + role);
    peer.drip(piece("x"));
  }};
  const OpenAi provider = make(server.url());
  Audience audience;
  Context late;
  late.deadline = late.now() + 80ms;
  CHECK(provider(audience.request, late).error().fault == Fault::interrupted);

  std::stop_source stop;
  ChatRequest request{"Why?"};
  request.on_text = [&](std::string_view) { stop.request_stop(); };
  Context ctx;
  ctx.stop = stop.get_token();
  CHECK(provider(request, ctx).error().fault == Fault::cancelled);
}

TEST_CASE("an exception from on_text ends the call and does not get out", "[adapters][openai]") {
  for (const std::string& bytes :
       {stream_head() + piece("x") + finish + done + end, response(200, whole("x"))}) {
    const Loopback server{answering({bytes})};
    ChatRequest request{"Why?"};
    request.on_text = [](std::string_view) { throw std::runtime_error{"paper jam"}; };
    Context ctx;
    const auto answer = make(server.url())(request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::cancelled);
    CHECK_THAT(answer.error().message, support::contains("paper jam"));
  }
}

TEST_CASE("keys and prompts are cut out of error messages", "[adapters][openai]") {
  const Loopback server{
      answering({response(401, R"({"error":{"message":"Bad key sk-test-key for 'my secret plan'"}})")})};
  Context ctx;
  const auto answer = make(server.url())("my secret plan", ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::unauthorized);
  CHECK(answer.error().message == "Bad key [redacted] for '[redacted]'");
}

TEST_CASE("a prompt is cut out however a server repeats it", "[adapters][openai]") {
  std::string prompt;
  for (int i = 0; i < 400; ++i) prompt += "line " + std::to_string(i) + " of my \xC3\xA9tude\n";
  const std::string messages[] = {prompt, "You sent: " + prompt, prompt.substr(300, 900),
                                  "page: \xC3\xA9" + prompt.substr(5000) + "end"};
  for (const std::string& message : messages) {
    const std::string body = Json{{"error", {{"message", message}}}}.dump();
    const Loopback server{answering({response(400, body)})};
    Context ctx;
    const auto answer = make(server.url())(ChatRequest{prompt}, ctx);
    REQUIRE_FALSE(answer);
    INFO(answer.error().message);
    CHECK(answer.error().message.find("of my") == std::string::npos);
    CHECK(answer.error().message.find("tude") == std::string::npos);
    CHECK_THAT(answer.error().message, support::contains("[redacted]"));
  }
}

TEST_CASE("a failure before any output is retried and one after it is interrupted", "[adapters][openai]") {
  using Client = Resilient<OpenAi, Retry<3, Backoff<Exponential, Jitter, 1ms, 2ms>>>;
  SECTION("before") {
    const std::string answers[] = {"", stream_head() + role, response(500, "{}"),
                                   stream_head() + piece("Because.") + finish + done};
    const Loopback server{[&](Peer& peer, int number) {
      peer.request();
      peer.say(answers[number]);
    }};
    Client client{make(server.url())};
    Audience audience;
    Context ctx;
    const auto answer = client(audience.request, ctx);
    INFO((answer ? "" : answer.error().message));
    REQUIRE(answer);
    CHECK(audience.text == "Because.");
    CHECK(ctx.attempt() == 4);
  }
  SECTION("after") {
    const Loopback server{once(stream_head() + piece("Be"))};
    Client client{make(server.url())};
    Audience audience;
    Context ctx;
    const auto answer = client(audience.request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::interrupted);
    CHECK(answer.error().provider == "openai");
    CHECK(ctx.attempt() == 1);
    CHECK(audience.text == "Be");
  }
}
