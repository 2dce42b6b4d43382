// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Errors without a status of their own, inside others, and under somebody else's status.

#include <aramid/adapters/sse.hpp>

#include "error_bodies.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

using namespace aramid;
using namespace std::chrono_literals;
using support::anthropic;
using support::comes_back;
using support::failed;
using support::google;
using support::now;
using support::openai;

TEST_CASE("an error inside a stream is told by its own words, whoever sends it", "[adapters][classify]") {
  struct InBand {
    std::string body;
    Fault fault;
    int status = 0;
    std::optional<Duration> delay{};
  };
  const InBand rows[] = {
      {openai("The server had an error", "server_error"), Fault::unavailable},
      {openai("Rate limit reached. Please try again in 1.5s.", "tokens", "rate_limit_exceeded"),
       Fault::rate_limited, 0, 1500ms},
      {openai("x", "requests"), Fault::rate_limited},
      // Responses, nested, flat, and in the last event.
      {R"({"type":"error","sequence_number":2,"error":{"type":"insufficient_quota","code":"insufficient_quota",)"
       R"("message":"x","param":null}})",
       Fault::quota_exhausted},
      {R"({"type":"error","code":"rate_limit_exceeded","message":"Please try again in 11s.","param":null})",
       Fault::rate_limited, 0, 11s},
      {R"({"type":"error","code":"server_error","message":"x","param":null})", Fault::unavailable},
      {failed("insufficient_quota", "x"), Fault::quota_exhausted},
      {failed("rate_limit_exceeded", "on tokens per min (TPM): Limit 30000, Requested 35364."),
       Fault::request_too_large},
      {failed("rate_limit_exceeded", "Limit 30000, Used 29000, Requested 3536. Please try again in 17s."),
       Fault::rate_limited, 0, 17s},
      {failed("context_length_exceeded", "x"), Fault::context_length},
      {failed("server_is_overloaded", "x"), Fault::overloaded},
      {failed("slow_down", "x"), Fault::overloaded},
      {failed("usage_not_included", "x"), Fault::quota_exhausted},
      {failed("cyber_policy", "x"), Fault::content_filtered},
      {failed("invalid_prompt", "x"), Fault::content_filtered},
      {failed("invalid_image_url", "x"), Fault::invalid_request},
      {failed("image_content_policy_violation", "x"), Fault::content_filtered},
      {failed("server_error", "x"), Fault::unavailable},
      {failed("a_new_word", "x"), Fault::unknown},
      {anthropic("overloaded_error", "Overloaded"), Fault::overloaded},
      {R"({"type":"error","error":{"details":null,"type":"overloaded_error","message":"Overloaded"}})",
       Fault::overloaded},
      {anthropic("rate_limit_error", "x"), Fault::rate_limited},
      {anthropic("api_error", "x"), Fault::unavailable},
      {anthropic("timeout_error", "x"), Fault::unavailable},
      {anthropic("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"), Fault::context_length},
      {google(503, "UNAVAILABLE", "x"), Fault::overloaded, 503},
      {google(429, "RESOURCE_EXHAUSTED", "x", comes_back("7s")), Fault::rate_limited, 429, 7s},
      {"[" + google(500, "INTERNAL", "x") + "]", Fault::unavailable, 500},
      {R"({"error":"an error was encountered: llama runner process has terminated"})", Fault::unavailable},
      {R"({"error":"something odd"})", Fault::unknown},
      {R"({"error":"Request failed during generation","error_type":"generation"})", Fault::unavailable},
      {R"({"error":"Incomplete","error_type":"incomplete_generation"})", Fault::unavailable},
      {R"({"error":"Model is overloaded","error_type":"overloaded"})", Fault::overloaded},
      {R"({"error":"Input validation error","error_type":"validation"})", Fault::invalid_request},
      {R"({"error":{"message":"Internal server error","type":"InternalServerError","code":500}})",
       Fault::unavailable, 500},
      {R"({"object":"error","message":"maximum context length is 8","type":"BadRequestError","code":400})",
       Fault::context_length, 400},
      {R"({"id":"gen","error":{"code":400,"message":"prompt is too long"},"choices":[{"finish_reason":"error"}]})",
       Fault::context_length, 400},
      {R"({"error":{"code":502,"message":"x","metadata":{"error_type":"provider_unavailable"}},"choices":[]})",
       Fault::unavailable, 502},
  };
  for (const InBand& row : rows) {
    INFO(row.body);
    const Error error = classify(200, {}, row.body, now);
    CHECK(error.fault == row.fault);
    CHECK(error.status == row.status);
    CHECK(error.retry_after == row.delay);
  }
}

TEST_CASE("an error is found however it is wrapped", "[adapters][classify]") {
  const auto quote = [](const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    return quoted + '"';
  };
  const std::string inner = google(429, "RESOURCE_EXHAUSTED", "the words", comes_back("7s"));
  std::string deep = inner;
  for (int i = 0; i < 4; ++i) deep = R"({"error":{"code":429,"message":)" + quote(deep) + "}}";
  const std::string endless = std::string(12, '[') + inner + std::string(12, ']');
  std::string no_breaks = inner;
  no_breaks.replace(no_breaks.find(":{"), 2, ":\xC2\xA0{\xC2\xA0");
  for (const std::string& body :
       {inner, "[" + inner + "]", "[[" + inner + "]]", quote(inner), R"({"error":)" + quote(inner) + "}",
        R"({"message":)" + quote(inner) + "}", R"({"detail":)" + inner + "}", R"({"error":)" + inner + "}",
        deep, no_breaks, R"({"error":{"message":)" + quote(no_breaks) + "}}",
        std::string{R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED",,"message":"the words",)"
                    R"("details":[{"retryDelay":"7s",},],},},])"}}) {
    INFO(body);
    const Error error = classify(429, {}, body, now);
    CHECK(error.fault == Fault::rate_limited);
    CHECK(error.retry_after == 7s);
    CHECK(error.message == "the words");
  }
  // Deeper than anybody wraps, it is still no crash and no guess.
  CHECK(classify(503, {}, endless, now).fault == Fault::overloaded);
  // Cut off, the status remains.
  CHECK(classify(429, {}, inner.substr(0, 40), now).fault == Fault::rate_limited);
}

TEST_CASE("a gateway's status does not hide what the provider behind it said", "[adapters][classify]") {
  CHECK(classify(502, {}, R"({"error":{"code":429,"message":"x"}})", now).fault == Fault::rate_limited);
  CHECK(classify(500, {}, R"({"error":{"code":401,"message":"x"}})", now).fault == Fault::unauthorized);
  CHECK(classify(400, {}, R"({"error":{"code":503,"message":"x"}})", now).fault == Fault::overloaded);
  CHECK(classify(400, {}, R"({"error":{"code":429,"message":"x"}})", now).fault == Fault::rate_limited);
  CHECK(classify(502, {}, R"({"error":{"code":429,"message":"x"}})", now).status == 502);
  // Two of a kind: the one that was received.
  CHECK(classify(503, {}, R"({"error":{"code":500,"message":"x"}})", now).fault == Fault::overloaded);
  CHECK(classify(401, {}, R"({"error":{"code":500,"message":"x"}})", now).fault == Fault::unauthorized);
  CHECK(classify(429, {}, R"({"error":{"code":400,"message":"x"}})", now).fault == Fault::rate_limited);
}

TEST_CASE("the server's wish about retrying keeps to what is known already", "[adapters][classify]") {
  const HttpHeaders no{{"x-should-retry", "false"}};
  const HttpHeaders yes{{"X-Should-Retry", "true"}};
  CHECK(classify(529, no, anthropic("overloaded_error", "x"), now).fault == Fault::unknown);
  CHECK(classify(500, no, "", now).fault == Fault::unknown);
  CHECK(classify(409, no, "", now).fault == Fault::unknown);
  CHECK(classify(429, yes, openai("x", "y", "insufficient_quota"), now).fault == Fault::quota_exhausted);
  CHECK(classify(401, yes, "", now).fault == Fault::unauthorized);
  CHECK(classify(503, yes, "", now).fault == Fault::overloaded);
  CHECK(classify(200, yes, failed("a_new_word", "x"), now).fault == Fault::unavailable);
}

TEST_CASE("words of megabytes are searched no further than an error keeps them", "[adapters][classify]") {
  const std::string body =
      R"({"error":{"message":")" + std::string(4'000'000, 'x') + R"( try again in 5s."}})";
  const Error error = classify(429, {}, body, now);
  CHECK(error.fault == Fault::rate_limited);
  CHECK_FALSE(error.retry_after);
  CHECK(error.message.size() <= 2048);
}

TEST_CASE("a body that is cut off or garbled at any byte is still told by its status",
          "[adapters][classify]") {
  const std::string whole = google(429, "RESOURCE_EXHAUSTED", "Please retry in 3s.", comes_back("7s"));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    INFO(i);
    const Error cut = classify(503, {}, whole.substr(0, i), now);
    CHECK(cut.fault == Fault::overloaded);
    CHECK((!cut.retry_after || *cut.retry_after == 3s));
    for (const char c : {'\0', '"', '{', '}', '\\', '9', '\xFF'}) {
      std::string garbled = whole;
      garbled[i] = c;
      const Error error = classify(429, {}, garbled, now);
      // One other letter may make a code of it that nobody knows, or a number that is a status.
      CHECK((error.fault == Fault::rate_limited || error.fault == Fault::quota_exhausted));
      CHECK((!error.retry_after || *error.retry_after <= longest_hint));
    }
  }
}

TEST_CASE("recorded errors inside streams get their faults", "[adapters][classify][fixtures]") {
  const char* folder = std::getenv("ARAMID_FIXTURES");
  if (folder == nullptr) {
    SUCCEED("no fixtures here");
    return;
  }
  const std::tuple<const char*, Fault, int> rows[] = {
      {"openai/responses_insufficient_quota_inside_200.sse", Fault::quota_exhausted, 2},
      {"openai/responses_failed_request_too_large.sse", Fault::request_too_large, 1},
      {"openai/chat_error_mid_stream.sse", Fault::unavailable, 1},
      {"vllm/error_mid_stream_then_done.sse", Fault::unavailable, 1},
      {"openrouter/error_mid_stream.sse", Fault::unavailable, 1},
      {"anthropic/overloaded_mid_stream.sse", Fault::overloaded, 1},
  };
  for (const auto& [name, fault, errors] : rows) {
    INFO(name);
    std::ifstream file{std::filesystem::path{folder} / name, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    SseDecoder decoder;
    decoder.feed(text.str());
    int seen = 0;
    for (SseEvent event; decoder.next(event) || decoder.finish(event);) {
      const bool error = event.data.find(R"("error":{)") != std::string::npos;
      if (!error) continue;
      ++seen;
      CHECK(classify(200, {}, event.data, now).fault == fault);
    }
    CHECK(seen == errors);
  }
}
