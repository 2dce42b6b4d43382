// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What goes over the wire besides the body, for Gemini and Ollama.

#include <aramid/aramid.hpp>

#include <aramid/adapters/gemini.hpp>
#include <aramid/adapters/ollama.hpp>

#include "canned_server.hpp"
#include "chunks.hpp"
#include "environment.hpp"
#include "parse.hpp"
#include "support/catch.hpp"

#include <atomic>

using namespace aramid;
using namespace std::chrono_literals;
using detail::Json;
using support::chunk;
using support::Environment;
using support::Loopback;
using support::Peer;
using support::response;
using support::Server;
using support::stream_head;

namespace {

static_assert(ProviderOf<Resilient<Gemini, Backoff<Exponential, Jitter>>, ChatRequest>);
static_assert(ProviderOf<Resilient<Ollama, Backoff<Exponential, Jitter>>, ChatRequest>);

ProviderSettings settings(const Server& server, const std::string& path = "") {
  return {.model = "m", .base_url = server.url() + path, .api_key = Secret{"AIza-test-key"}};
}

std::string says(const std::string& words, const std::string& more = "") {
  return R"({"candidates":[{"content":{"parts":[{"text":")" + words + R"("}]},"index":0)" + more + "}]}";
}
const std::string stop = R"(,"finishReason":"STOP")";
const std::string whole =
    R"({"candidates":[{"content":{"parts":[{"text":"Because."}]},"finishReason":"STOP"}],)"
    R"("usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":6}})";

std::string line(const std::string& words) {
  return R"({"model":"m","message":{"role":"assistant","content":")" + words + R"("},"done":false})" + "\n";
}
const std::string done = R"({"model":"m","done_reason":"stop","done":true,"eval_count":6})"
                         "\n";
const std::string llama = R"({"message":{"content":"Because."},"done_reason":"stop","done":true,)"
                          R"("prompt_eval_count":4,"eval_count":6})";
const std::string ndjson = stream_head("application/x-ndjson");

}  // namespace

TEST_CASE("Gemini is asked at its path, with the key in its header only", "[adapters][gemini]") {
  for (const auto& [path, asked] :
       {std::pair{"", "/v1beta"}, std::pair{"/", "/v1beta"}, std::pair{"/v1beta/", "/v1beta"},
        std::pair{"/v1/p/google", "/v1/p/google"}}) {
    Server server{response(200, whole)};
    Context ctx;
    const auto answer = Gemini{settings(server, path)}("Why?", ctx);
    REQUIRE(answer);
    CHECK(answer->text == "Because.");
    CHECK(ctx.usage.total() == 10);
    const std::string seen = server.request();
    CHECK(seen.starts_with("POST " + std::string{asked} + "/models/m:generateContent HTTP/1.1\r\n"));
    CHECK_THAT(seen, support::contains("x-goog-api-key: AIza-test-key\r\n"));
    CHECK_THAT(seen, support::contains("Accept: application/json\r\n"));
    CHECK(seen.find("Authorization") == std::string::npos);
    CHECK(seen.find("AIza-test-key") == seen.rfind("AIza-test-key"));
    CHECK(Json::parse(server.body())["contents"][0]["parts"][0]["text"] == "Why?");
  }
}

TEST_CASE("Gemini's stream is heard piece by piece, as events or as an array", "[adapters][gemini]") {
  const std::string events = stream_head() + chunk("data: " + says("Be") + "\r\n\r\n") +
                             chunk("data: " + says("cause.", stop) + "\r\n\r\n") +
                             std::string{support::last_chunk};
  const std::string array = stream_head("application/json") + chunk("[" + says("Be")) +
                            chunk(",\r\n" + says("cause.", stop)) + chunk("\n]\n") +
                            std::string{support::last_chunk};
  for (const std::string& stream : {events, array}) {
    Server server{stream};
    support::Ear ear;
    Context ctx;
    REQUIRE(Gemini{settings(server)}(ear.request, ctx));
    CHECK(ear.text == "Because.");
    CHECK(ear.pieces == 2);
    CHECK_THAT(server.request(), support::contains("/models/m:streamGenerateContent?alt=sse HTTP/1.1\r\n"));
    CHECK_THAT(server.request(), support::contains("Accept: text/event-stream\r\n"));
  }
}

TEST_CASE("Gemini's errors say what and when, and hide the key", "[adapters][gemini]") {
  Server server{
      response(429, R"([{"error":{"code":429,"message":"AIza-test-key: Why is the sky blue? is too much",)"
                    R"("status":"RESOURCE_EXHAUSTED","details":[)"
                    R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}])")};
  Context ctx;
  const Error error = Gemini{settings(server)}("Why is the sky blue?", ctx).error();
  CHECK(error.fault == Fault::rate_limited);
  CHECK(error.status == 429);
  CHECK(error.retry_after == 7s);
  CHECK(error.message == "[redacted]: [redacted] is too much");
}

TEST_CASE("a stream of Gemini's that breaks off leaves what had arrived", "[adapters][gemini]") {
  const std::string error =
      "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"Overloaded\"\n  }\n}\n";
  Server late{stream_head() + chunk("data: " + says("Be") + "\r\n\r\n") + chunk(error) +
              std::string{support::last_chunk}};
  support::Ear ear;
  Context ctx;
  CHECK(Gemini{settings(late)}(ear.request, ctx).error().fault == Fault::interrupted);
  CHECK(ear.partial.cause == Fault::overloaded);
  CHECK(ear.partial.completion.text == "Be");

  Server blocked{stream_head() + chunk("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\r\n\r\n")};
  support::Ear deaf;
  Context untouched;
  CHECK(Gemini{settings(blocked)}(deaf.request, untouched).error().fault == Fault::content_filtered);
  CHECK_FALSE(untouched.committed());
}

TEST_CASE("Gemini's key comes from either of two variables, and goes only to its own address",
          "[adapters][gemini]") {
  const Environment no_gemini{"GEMINI_API_KEY", nullptr};
  const Environment no_google{"GOOGLE_API_KEY", nullptr};
  CHECK_THAT(Gemini{}.ready().error().message, support::contains("GEMINI_API_KEY"));
  CHECK(Gemini{}.name() == "gemini");
  for (const char* variable : {"GEMINI_API_KEY", "GOOGLE_API_KEY"}) {
    const Environment key{variable, "AIza-from-environment"};
    CHECK(Gemini{}.ready());
    for (const char* url :
         {"https://generativelanguage.googleapis.com/", "https://generativelanguage.googleapis.com/v1beta"})
      CHECK(Gemini{{.base_url = url}}.ready());
    Server server{response(200, whole)};
    Context ctx;
    REQUIRE(Gemini{{.model = "m", .base_url = server.url()}}("Why?", ctx));
    CHECK(server.request().find("AIza-from-environment") == std::string::npos);
  }
}

TEST_CASE("Ollama is found through OLLAMA_HOST, asked in its own language, and wants no key",
          "[adapters][ollama]") {
  Server server{response(200, llama)};
  const Environment host{"OLLAMA_HOST", ("127.0.0.1:" + std::to_string(server.port())).c_str()};
  Context ctx;
  const auto answer = Ollama{{.model = "llama"}}("Why?", ctx);
  REQUIRE(answer);
  CHECK(answer->text == "Because.");
  CHECK(ctx.usage.total() == 10);
  CHECK(server.request().starts_with("POST /api/chat HTTP/1.1\r\n"));
  CHECK(server.request().find("Authorization") == std::string::npos);
  CHECK(Json::parse(server.body())["stream"] == false);
  CHECK(Ollama{}.ready());
  CHECK(Ollama{}.name() == "ollama");

  Server cloud{response(200, llama)};
  REQUIRE(Ollama{settings(cloud, "/api")}("Why?", ctx));
  CHECK(cloud.request().starts_with("POST /api/chat HTTP/1.1\r\n"));
  CHECK_THAT(cloud.request(), support::contains("Authorization: Bearer AIza-test-key\r\n"));
}

TEST_CASE("Ollama's stream is heard line by line, and its errors have their faults", "[adapters][ollama]") {
  const std::string busy = R"({"error":"server busy, please try again.  maximum pending requests exceeded"})"
                           "\n";
  support::Ear ear;
  Context ctx;
  SECTION("whole") {
    Server server{ndjson + chunk(line("Be")) + chunk(line("cause.") + done) +
                  std::string{support::last_chunk}};
    const auto answer = Ollama{settings(server)}(ear.request, ctx);
    REQUIRE(answer);
    CHECK(ear.text == "Because.");
    CHECK(ear.pieces == 2);
    CHECK(answer->usage.input_tokens == -1);
    CHECK(answer->usage.output_tokens == 6);
    CHECK_THAT(server.request(), support::contains("Accept: application/x-ndjson\r\n"));
    CHECK(Json::parse(server.body())["stream"] == true);
  }
  SECTION("an error after text") {
    Server server{ndjson + chunk(line("Be")) + chunk(busy) + std::string{support::last_chunk}};
    CHECK(Ollama{settings(server)}(ear.request, ctx).error().fault == Fault::interrupted);
    CHECK(ear.partial.cause == Fault::overloaded);
    CHECK(ear.partial.completion.text == "Be");
  }
  SECTION("an error first") {
    Server server{ndjson + chunk(busy) + std::string{support::last_chunk}};
    CHECK(Ollama{settings(server)}(ear.request, ctx).error().fault == Fault::overloaded);
    CHECK_FALSE(ctx.committed());
  }
  SECTION("a status") {
    const std::tuple<int, const char*, Fault> rows[] = {
        {400, "\\\"m\\\" does not support tools", Fault::invalid_request},
        {401, "unauthorized", Fault::unauthorized},
        {404, "model 'm' not found", Fault::not_found},
        {429, "you have reached your limit", Fault::rate_limited},
        {500, "model requires more system memory (5.6 GiB) than is available (3.4 GiB)", Fault::unavailable},
        {502, "upstream", Fault::unavailable},
        {503, "server busy, please try again.", Fault::overloaded}};
    for (const auto& [status, text, fault] : rows) {
      INFO(status);
      Server server{response(status, R"({"error":")" + std::string{text} + "\"}")};
      const Error error = Ollama{settings(server)}("Why?", ctx).error();
      CHECK(error.fault == fault);
      CHECK(error.status == status);
    }
  }
}

TEST_CASE("a call of Ollama's that is stopped closes its connection, which stops the model",
          "[adapters][ollama]") {
  std::atomic<bool> closed{false};
  const Loopback server{[&](Peer& peer, int) {
    peer.request();
    peer.say(ndjson);
    peer.drip(chunk(line("Be")));
    closed = true;
    closed.notify_all();
  }};
  std::stop_source source;
  ChatRequest request{"Why?"};
  request.on_text = [&](std::string_view) { source.request_stop(); };
  Context ctx;
  ctx.stop = source.get_token();
  const Ollama provider{{.model = "m", .base_url = server.url()}};
  CHECK(provider(request, ctx).error().fault == Fault::cancelled);
  closed.wait(false);  // for ever, if the connection is kept
  CHECK(closed);
}
