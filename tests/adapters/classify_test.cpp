// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/classify.hpp>
#include <aramid/adapters/http_hints.hpp>

#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};

struct Row {
  int status;
  const char* body;
  Fault fault;
};

}  // namespace

TEST_CASE("a status alone gives the fault of its row", "[adapters][classify]") {
  const std::pair<int, Fault> rows[] = {{301, Fault::not_found},         {400, Fault::invalid_request},
                                        {401, Fault::unauthorized},      {402, Fault::quota_exhausted},
                                        {403, Fault::unauthorized},      {404, Fault::not_found},
                                        {405, Fault::invalid_request},   {408, Fault::unavailable},
                                        {409, Fault::conflict},          {410, Fault::not_found},
                                        {413, Fault::request_too_large}, {415, Fault::invalid_request},
                                        {422, Fault::invalid_request},   {424, Fault::unavailable},
                                        {429, Fault::rate_limited},      {498, Fault::overloaded},
                                        {499, Fault::unavailable},       {500, Fault::unavailable},
                                        {502, Fault::unavailable},       {503, Fault::overloaded},
                                        {504, Fault::unavailable},       {520, Fault::unavailable},
                                        {526, Fault::unavailable},       {529, Fault::overloaded},
                                        {199, Fault::unknown},           {700, Fault::unknown}};
  for (const auto& [status, fault] : rows) {
    INFO(status);
    CHECK(status_fault(status) == fault);
    if (status < 300 || status > 599) continue;
    for (const char* body :
         {"", "<html><head><title>Bad day</title></head></html>", "{\"error\":", "null", "[]", "{}", "17"}) {
      INFO(body);
      const Error error = classify(status, {}, body, now);
      CHECK(error.fault == fault);
      CHECK(error.status == status);
    }
  }
}

TEST_CASE("a code in the body counts more than the status", "[adapters][classify]") {
  const Row rows[] = {
      {429, R"({"error":{"message":"You ran out","type":"insufficient_quota","code":"insufficient_quota"}})",
       Fault::quota_exhausted},
      {429, R"({"error":{"message":"You ran out","type":"insufficient_quota"}})", Fault::quota_exhausted},
      {429, R"({"error":{"message":"x","code":"project_spend_limit_exceeded"}})", Fault::quota_exhausted},
      {429, R"({"error":{"message":"x","type":"tokens","code":"rate_limit_exceeded"}})", Fault::rate_limited},
      {429, R"({"error":{"message":"x","code":"slow_down"}})", Fault::overloaded},
      {502, R"({"error":{"message":"x","code":"rate_limit_exceeded"}})", Fault::rate_limited},
      {400, R"({"error":{"message":"x","type":"invalid_request_error","code":"context_length_exceeded"}})",
       Fault::context_length},
      {400, R"({"error":{"message":"x","type":"invalid_request_error","param":null}})",
       Fault::invalid_request},
      {401, R"({"error":{"message":"x","type":"invalid_request_error","code":null}})", Fault::unauthorized},
      {404, R"({"error":{"message":"x","type":"invalid_request_error","code":"model_not_found"}})",
       Fault::not_found},
      {400, R"({"error":{"message":"x","code":"content_filter"}})", Fault::content_filtered},
      {400, R"({"error":{"message":"x","code":"content_policy_violation"}})", Fault::content_filtered},
      {500, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
       Fault::overloaded},
      {500, R"({"type":"error","error":{"type":"api_error","message":"x"}})", Fault::unavailable},
      {400,
       R"({"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT",)"
       R"("details":[{"@type":"e","reason":"API_KEY_INVALID"}]}})",
       Fault::unauthorized},
      {503,
       R"({"error":{"code":503,"message":"x","status":"UNAVAILABLE",)"
       R"("details":[{"reason":"MODEL_CAPACITY_EXHAUSTED"}]}})",
       Fault::overloaded},
      {424, R"({"error":"x","error_type":"overloaded"})", Fault::overloaded},
      {422, R"({"error":"x","error_type":"validation"})", Fault::invalid_request},
      {403, R"({"error":{"message":"x","code":"unsupported_country_region_territory"}})",
       Fault::unauthorized},
      {413, R"({"error":{"type":"request_too_large","message":"x"}})", Fault::request_too_large},
  };
  for (const Row& row : rows) {
    INFO(row.status << ' ' << row.body);
    CHECK(classify(row.status, {}, row.body, now).fault == row.fault);
  }
}

TEST_CASE("a few fixed phrases count where providers send no code", "[adapters][classify]") {
  const Row rows[] = {
      {400,
       R"({"type":"error","error":{"type":"invalid_request_error",)"
       R"("message":"prompt is too long: 9 tokens > 8 maximum"}})",
       Fault::context_length},
      {400,
       R"({"type":"error","error":{"type":"invalid_request_error",)"
       R"("message":"Your credit balance is too low to go on."}})",
       Fault::quota_exhausted},
      {402, R"({"error":"You have exceeded your monthly included credits."})", Fault::quota_exhausted},
      {503, R"({"error":"Model a/b is currently loading"})", Fault::loading},
      {503, R"({"error":"Model a/b is currently loading","estimated_time":20.5})", Fault::loading},
      {503, R"({"error":"server busy, please try again"})", Fault::overloaded},
      // The caller's own words, repeated by the server, are no verdict on the server.
      {400, R"({"error":"the text 'server busy, model is loading' is not valid"})", Fault::invalid_request},
      {500, R"({"error":"cannot parse 'prompt is too long'"})", Fault::unavailable},
      {404, R"({"error":"model 'x' not found"})", Fault::not_found},
      {500, R"({"error":"model needs more memory"})", Fault::unavailable},
  };
  for (const Row& row : rows) {
    INFO(row.status << ' ' << row.body);
    CHECK(classify(row.status, {}, row.body, now).fault == row.fault);
  }
}

TEST_CASE("an error inside a stream is classified without a status of its own", "[adapters][classify]") {
  const std::tuple<const char*, Fault, int> rows[] = {
      {R"({"error":{"message":"x","type":"server_error","code":null}})", Fault::unavailable, 0},
      {R"({"error":{"message":"x","type":"InternalServerError","code":500}})", Fault::unavailable, 500},
      {R"({"object":"error","message":"x","type":"BadRequestError","code":400})", Fault::invalid_request,
       400},
      {R"({"error":{"code":502,"message":"x","metadata":{"error_type":"provider_unavailable"}}})",
       Fault::unavailable, 502},
      {R"({"error":{"code":"429","message":"x"}})", Fault::rate_limited, 429},
      {R"({"type":"error","error":{"type":"overloaded_error","message":"x"}})", Fault::overloaded, 0},
      {R"({"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota","message":"x"}})",
       Fault::quota_exhausted, 0},
      {R"({"error":"something odd"})", Fault::unknown, 0},
      {R"({"error":{"message":"x","type":"invalid_request_error"}})", Fault::invalid_request, 0},
  };
  for (const auto& [body, fault, status] : rows) {
    INFO(body);
    const Error error = classify(200, {}, body, now);
    CHECK(error.fault == fault);
    CHECK(error.status == status);
  }
}

TEST_CASE("a request larger than its limit is told from a limit that is used up", "[adapters][classify]") {
  const auto fault = [](const char* message) {
    const std::string body = R"({"error":{"message":")" + std::string{message} +
                             R"(","type":"tokens","code":"rate_limit_exceeded"}})";
    return classify(429, {}, body, now).fault;
  };
  CHECK(fault("Request too large on tokens per min (TPM): Limit 30000, Requested 31538.") ==
        Fault::request_too_large);
  CHECK(fault("Limit 30,000, Requested ~31,538. Please try again in 50.6s.") == Fault::request_too_large);
  CHECK(fault("Rate limit reached: Limit 30000, Used 14567, Requested 24754. Try again in 18s.") ==
        Fault::rate_limited);
  CHECK_FALSE(
      classify(413, {},
               R"({"error":{"message":"TPM: Limit 6000, Requested 12328","code":"rate_limit_exceeded"}})",
               now)
          .retry_after.has_value());
  CHECK(classify(413, {},
                 R"({"error":{"message":"TPM: Limit 6000, Requested 12328","code":"rate_limit_exceeded"}})",
                 now)
            .fault == Fault::request_too_large);
}

TEST_CASE("a quota per day is not worth waiting for", "[adapters][classify]") {
  const char* const per_day =
      R"([{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED",
    "details":[{"reason":"RATE_LIMIT_EXCEEDED","metadata":{"quota_limit":"RequestsPerDayPerUser"}}]}}])";
  const char* const per_minute =
      R"({"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED",
    "details":[{"violations":[{"quotaId":"RequestsPerMinutePerUser"}]},{"retryDelay":"56.5s"}]}})";
  CHECK(classify(429, {}, per_day, now).fault == Fault::quota_exhausted);
  const Error minute = classify(429, {}, per_minute, now);
  CHECK(minute.fault == Fault::rate_limited);
  CHECK(minute.retry_after == 56500ms);
  const Error tpd =
      classify(429, {},
               R"({"error":{"message":"on tokens per day (TPD): Limit 500, Used 490, Requested 20. )"
               R"(Please try again in 9m38.016s.","code":"rate_limit_exceeded"}})",
               now);
  CHECK(tpd.fault == Fault::quota_exhausted);
  CHECK(tpd.retry_after == 578016ms);
  CHECK(classify(429, {{"x-ratelimit-remaining-requests-day", "0"}}, "{}", now).fault ==
        Fault::quota_exhausted);
}

TEST_CASE("a hint is taken from the first place that has one", "[adapters][classify]") {
  const char* const body = R"({"error":{"message":"Please try again in 7s.","code":"rate_limit_exceeded"}})";
  const HttpHeaders resets{{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "3s"}};
  CHECK(classify(429, {{"Retry-After", "2"}}, body, now).retry_after == 2s);
  CHECK(classify(429, {{"Retry-After", "nan"}}, body, now).retry_after == 7s);
  CHECK(classify(429, resets, body, now).retry_after == 7s);
  CHECK(classify(429, resets, "{}", now).retry_after == 3s);
  CHECK(classify(500, resets, "{}", now).retry_after == std::nullopt);
  CHECK(classify(503, {}, R"({"error":"Model x is currently loading","estimated_time":20.0})", now)
            .retry_after == 20s);
  CHECK(classify(503, {}, R"({"error":"Model x is currently loading","estimated_time":579.3})", now)
            .retry_after == 60s);
  CHECK(classify(503, {}, R"({"error":"x","estimated_time":-3})", now).retry_after == std::nullopt);
  const auto epoch =
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() + 90);
  const Error usage =
      classify(429, {}, R"({"error":{"type":"usage_limit_reached","resets_at":)" + epoch + "}}", now);
  CHECK(usage.fault == Fault::quota_exhausted);
  CHECK(usage.retry_after == 90s);
}

TEST_CASE("no place of a body can name a hint that is negative, infinite or no number",
          "[adapters][classify]") {
  for (const std::string value : {"-1", "-1e300", "1e999", "-1e999", "NaN", "\"nan\"", "\"inf\"", "\"-inf\"",
                                  "\"-5\"", "\"1e999\"", "null", "true", "[]", "{}"}) {
    for (const char* field : {"retry_after", "estimated_time", "resets_at"}) {
      const std::string body = R"({"error":{"message":"m",")" + std::string{field} + "\":" + value + "}}";
      INFO(body);
      CHECK(classify(503, {}, body, now).retry_after == std::nullopt);
    }
  }
  for (const char* text : {"-3s", "nan", "infs", "1e999s", "NaNs", ""}) {
    for (const char* field : {R"("retryDelay":")", R"("metadata":{"quotaResetDelay":")"}) {
      const std::string end = std::string{field}.find('{') == std::string::npos ? "\"}]}}" : "\"}}]}}";
      const std::string body = R"({"error":{"message":"m","details":[{)" + std::string{field} + text + end;
      INFO(body);
      CHECK(classify(503, {}, body, now).retry_after == std::nullopt);
    }
    const std::string sentence = R"({"error":{"message":"Please try again in )" + std::string{text} + ".\"}}";
    INFO(sentence);
    CHECK(classify(503, {}, sentence, now).retry_after == std::nullopt);
  }
}

TEST_CASE("a hint in a body that no Duration could hold is cut at the longest hint", "[adapters][classify]") {
  for (const char* field :
       {R"("retry_after":1e300)", R"("resets_at":1e300)", R"("retry_after":"99999999999999999999")",
        R"("details":[{"retryDelay":"99999999999999999999s"}])"}) {
    const std::string body = R"({"error":{"message":"m",)" + std::string{field} + "}}";
    INFO(body);
    CHECK(classify(503, {}, body, now).retry_after == longest_hint);
  }
  CHECK(classify(503, {}, R"({"error":{"message":"try again in 99999999999999999999 seconds"}})", now)
            .retry_after == longest_hint);
}

TEST_CASE("bodies wrapped in arrays or in text are unwrapped", "[adapters][classify]") {
  const Error error = classify(
      400, {},
      R"([{"error":{"message":"{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"deep\"}}"}}])",
      now);
  CHECK(error.fault == Fault::context_length);
  CHECK(error.message == "deep");
}

TEST_CASE("a server's wish about retrying moves only what it may move", "[adapters][classify]") {
  const HttpHeaders no{{"x-should-retry", "false"}};
  const HttpHeaders yes{{"x-should-retry", "true"}};
  CHECK(classify(503, no, "", now).fault == Fault::unknown);
  CHECK(classify(429, no, "", now).fault == Fault::quota_exhausted);
  CHECK(classify(402, yes, "", now).fault == Fault::quota_exhausted);
  CHECK(classify(400, yes, "", now).fault == Fault::invalid_request);
  CHECK(classify(200, yes, R"({"error":"odd"})", now).fault == Fault::unavailable);
}

TEST_CASE("a message is one line of bounded length", "[adapters][classify]") {
  CHECK(classify(500, {}, R"({"error":{"message":"a\r\nb\tc"}})", now).message == "a b c");
  CHECK(classify(502, {}, "<!DOCTYPE html><html><title> 502: Bad gateway </title>", now).message ==
        "502: Bad gateway");
  CHECK(classify(502, {}, "<html><body>x", now).message == "(an HTML page)");
  std::string endless;
  for (int i = 0; i < 4000; ++i) endless += "\xE4\xBA\x9A";
  const std::string message = classify(500, {}, endless, now).message;
  CHECK(message.size() <= 2048);
  CHECK(message.ends_with("\xE4\xBA\x9A..."));
}

TEST_CASE("a body nested without end is read without recursion", "[adapters][classify]") {
  for (const char* open : {"[", "{\"error\":", "{\"a\":[", "[{\"error\":"}) {
    std::string body;
    while (body.size() < 2'000'000) body += open;
    const Error error = classify(500, {}, body, now);
    CHECK(error.fault == Fault::unavailable);
  }
}
