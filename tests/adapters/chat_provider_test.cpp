// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What goes over the wire besides the body, for the providers that are not OpenAI's, and what is common to all.

#include <aramid/aramid.hpp>

#include <aramid/adapters/anthropic.hpp>
#include <aramid/adapters/openai.hpp>

#include "canned_server.hpp"
#include "chunks.hpp"
#include "environment.hpp"
#include "loopback.hpp"
#include "parse.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using detail::Json;
using support::chunk;
using support::Loopback;
using support::Peer;
using support::response;
using support::Server;
using support::stream_head;

namespace {

static_assert(ProviderOf<Resilient<Anthropic, Backoff<Exponential, Jitter>>, ChatRequest>);
static_assert(ProviderOf<Resilient<ChatProvider>, ChatRequest>);

ProviderSettings settings(const Server& server, const std::string& path = "") {
  return {.model = "m", .base_url = server.url() + path, .api_key = Secret{"sk-test-key"}};
}

const std::string claude =
    R"({"id":"msg_1","type":"message","model":"m-1","content":[{"type":"text","text":"Because."}],)"
    R"("stop_reason":"end_turn","usage":{"input_tokens":4,"output_tokens":6}})";
const std::string gpt =
    R"({"id":"c","choices":[{"index":0,"message":{"content":"Because."},"finish_reason":"stop"}]})";

std::string said(const std::string& words) {
  return support::sse(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
                      words + R"("}})");
}
const std::string over = support::sse(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},)"
                                      R"("usage":{"input_tokens":4,"output_tokens":6}})") +
                         support::sse(R"({"type":"message_stop"})");

std::string head_with(const std::string& field) {
  std::string head = stream_head();
  return head.insert(head.size() - 2, field + "\r\n");
}

}  // namespace

TEST_CASE("Anthropic is asked with its own headers and path", "[adapters][anthropic]") {
  for (const char* path : {"", "/", "/v1", "/v1/"}) {
    Server server{
        response(200, claude, "request-id: req_1\r\nanthropic-ratelimit-requests-remaining: 9\r\n")};
    const Anthropic provider{settings(server, path)};
    Context ctx;
    const auto answer = provider("Why?", ctx);
    REQUIRE(answer);
    CHECK(answer->text == "Because.");
    CHECK(answer->request_id == "req_1");
    CHECK(ctx.usage.total() == 10);
    CHECK(ctx.hints.requests.remaining == 9);
    const std::string seen = server.request();
    CHECK(seen.starts_with("POST /v1/messages HTTP/1.1\r\n"));
    CHECK_THAT(seen, support::contains("x-api-key: sk-test-key\r\n"));
    CHECK_THAT(seen, support::contains("anthropic-version: 2023-06-01\r\n"));
    CHECK_THAT(seen, support::contains("Accept: application/json\r\n"));
    CHECK(seen.find("Authorization") == std::string::npos);
    const Json body = Json::parse(server.body());
    CHECK(body["max_tokens"] == Anthropic::default_max_tokens);
    CHECK(body["stream"] == false);
  }
}

TEST_CASE("a header of the settings takes the place of one that the format has", "[adapters][anthropic]") {
  Server server{response(200, claude)};
  ProviderSettings changed = settings(server);
  changed.headers = {{"Anthropic-Version", "2099-01-01"}, {"anthropic-beta", "b"}};
  Context ctx;
  REQUIRE(Anthropic{changed}("Why?", ctx));
  const std::string seen = server.request();
  CHECK_THAT(seen, support::contains("Anthropic-Version: 2099-01-01\r\n"));
  CHECK_THAT(seen, support::contains("anthropic-beta: b\r\n"));
  CHECK(seen.find("2023-06-01") == std::string::npos);
}

TEST_CASE("Anthropic's stream is heard piece by piece", "[adapters][anthropic]") {
  Server server{head_with("request-id: req_2") + chunk(said("Be")) + chunk(said("cause.") + over) +
                std::string{support::last_chunk}};
  support::Ear ear;
  Context ctx;
  const auto answer = Anthropic{settings(server)}(ear.request, ctx);
  REQUIRE(answer);
  CHECK(ear.text == "Because.");
  CHECK(ear.pieces == 2);
  CHECK(answer->request_id == "req_2");
  CHECK_FALSE(ear.has_partial());
  CHECK_THAT(server.request(), support::contains("Accept: text/event-stream\r\n"));
  CHECK_THAT(server.request(), support::contains(R"("stream":true)"));
}

TEST_CASE("Anthropic's errors say what and when, name the request and hide the key",
          "[adapters][anthropic]") {
  Server server{
      response(429,
               R"({"type":"error","error":{"type":"rate_limit_error",)"
               R"("message":"sk-test-key: Why is the sky blue? is too much"},"request_id":"req_3"})",
               "request-id: req_3\r\nretry-after: 7\r\n")};
  Context ctx;
  const auto answer = Anthropic{settings(server)}("Why is the sky blue?", ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::rate_limited);
  CHECK(answer.error().status == 429);
  CHECK(answer.error().retry_after == 7s);
  CHECK(answer.error().message == "[redacted]: [redacted] is too much (request id req_3)");
}

TEST_CASE("a stream of Anthropic's that breaks off leaves what had arrived", "[adapters][anthropic]") {
  const std::string error =
      support::sse(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");
  SECTION("after text") {
    Server server{head_with("request-id: req_4") + chunk(said("Be")) + chunk(error)};
    support::Ear ear;
    Context ctx;
    const auto answer = Anthropic{settings(server)}(ear.request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::interrupted);
    CHECK(answer.error().message == "Overloaded (request id req_4)");
    CHECK(ear.partial.cause == Fault::overloaded);
    CHECK(ear.partial.completion.text == "Be");
    CHECK(ear.partial.completion.request_id == "req_4");
  }
  SECTION("before it") {
    Server server{stream_head() + chunk(error)};
    support::Ear ear;
    Context ctx;
    const auto answer = Anthropic{settings(server)}(ear.request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::overloaded);
    CHECK_FALSE(ctx.committed());
    CHECK_FALSE(ear.has_partial());
  }
}

TEST_CASE("a stream of pings is not an answer, however long it goes on", "[adapters][anthropic]") {
  const Loopback server{[](Peer& peer, int) {
    peer.request();
    peer.say(stream_head() + chunk(support::sse(R"({"type":"message_start"})")));
    peer.drip(chunk(support::sse(R"({"type":"ping"})")));
  }};
  const Anthropic provider{
      {.model = "m", .base_url = server.url(), .api_key = Secret::none(), .idle_timeout = 60ms}};
  support::Ear ear;
  Context ctx;
  CHECK(provider(ear.request, ctx).error().fault == Fault::timed_out);
}

TEST_CASE("the id of a request is taken from the header that has one", "[adapters][openai]") {
  const std::pair<std::string, std::string> rows[] = {{"X-Request-ID: abc\r\n", "abc"},
                                                      {"x-request-id: \r\napim-request-id: def\r\n", "def"},
                                                      {"x-request-id: two words\r\n", ""},
                                                      {"x-request-id: " + std::string(129, 'x') + "\r\n", ""},
                                                      {"", ""}};
  for (const auto& [fields, id] : rows) {
    INFO(fields);
    Context ctx;
    Server good{response(200, gpt, fields)};
    CHECK(OpenAi{settings(good)}("Why?", ctx).value().request_id == id);
    Server bad{response(500, R"({"error":{"message":"boom"}})", fields)};
    CHECK(OpenAi{settings(bad)}("Why?", ctx).error().message ==
          (id.empty() ? "boom" : "boom (request id " + id + ")"));
  }
}

TEST_CASE("an image that a server repeats is cut out of its error", "[adapters][openai]") {
  const std::string picture(100, 'Q');
  Server server{response(400, R"({"error":{"message":"bad image )" + picture + R"("}})")};
  ChatRequest request{"Which?"};
  request.messages[0].images = {{.base64 = picture, .media_type = "image/png"}};
  Context ctx;
  CHECK(OpenAi{settings(server)}(request, ctx).error().message == "bad image [redacted]");
}

TEST_CASE("every chat provider is kept and called as a ChatProvider", "[adapters][anthropic]") {
  Server first{response(200, claude)};
  Server second{response(200, gpt)};
  const ChatProvider providers[] = {Anthropic{settings(first)}, OpenAi{settings(second)}};
  for (const ChatProvider& provider : providers) {
    Context ctx;
    CHECK(provider.ready());
    CHECK(provider("Why?", ctx).value().text == "Because.");
  }
  CHECK(providers[0].name() == "anthropic");
  CHECK(providers[1].name() == "openai");
}

TEST_CASE("Anthropic's key comes from its variable, and goes only to its own address",
          "[adapters][anthropic]") {
  {
    const support::Environment none{"ANTHROPIC_API_KEY", nullptr};
    CHECK_THAT(Anthropic{}.ready().error().message, support::contains("ANTHROPIC_API_KEY"));
  }
  const support::Environment key{"ANTHROPIC_API_KEY", "sk-from-environment"};
  CHECK(Anthropic{}.ready());
  CHECK(Anthropic{{.base_url = "https://api.anthropic.com/v1/"}}.ready());
  Server server{response(200, claude)};
  Context ctx;
  REQUIRE(Anthropic{{.model = "m", .base_url = server.url()}}("Why?", ctx));
  CHECK(server.request().find("sk-from-environment") == std::string::npos);
}
