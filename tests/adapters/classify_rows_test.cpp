// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What the vendors' own words stand for: the status and code table, a row a sample.

#include "error_bodies.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using support::anthropic;
using support::check;
using support::comes_back;
using support::epoch_after;
using support::google;
using support::openai;
using support::reason;
using support::Row;

TEST_CASE("OpenAI's and Azure's errors get their faults", "[adapters][classify]") {
  const Row rows[] = {
      {"a code before the status", 400, openai("too many", "x", "context_length_exceeded"),
       Fault::context_length},
      {"policy", 400, openai("no", "invalid_request_error", "content_policy_violation"),
       Fault::content_filtered},
      {"policy", 400, openai("no", "invalid_request_error", "invalid_prompt"), Fault::content_filtered},
      {"a mistake", 400, openai("'n' must be > 0", "invalid_request_error"), Fault::invalid_request},
      {"key", 401, openai("Incorrect API key provided", "invalid_request_error", "invalid_api_key"),
       Fault::unauthorized},
      {"member", 401, openai("You must be a member of an organization", "invalid_request_error"),
       Fault::unauthorized},
      {"country", 403, openai("x", "request_forbidden", "unsupported_country_region_territory"),
       Fault::unauthorized},
      {"model", 404, openai("The model `x` does not exist", "invalid_request_error", "model_not_found"),
       Fault::not_found},
      {"quota", 429, openai("You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
       Fault::quota_exhausted},
      {"credit", 429, openai("x", "y", "credit_balance_exhausted"), Fault::quota_exhausted},
      {"spend", 429, openai("x", "y", "organization_spend_limit_exceeded"), Fault::quota_exhausted},
      {"spend", 429, openai("x", "y", "project_spend_limit_exceeded"), Fault::quota_exhausted},
      {"usage", 429, openai("x", "y", "organization_usage_limit_exceeded"), Fault::quota_exhausted},
      // A quota counts before the limit that is named beside it.
      {"both", 429, openai("x", "insufficient_quota", "rate_limit_exceeded"), Fault::quota_exhausted},
      {"slow down", 429, openai("x", "y", "slow_down"), Fault::overloaded},
      {"slow down", 503, openai("x", "y", "slow_down"), Fault::overloaded},
      {"overload", 503, openai("x", "y", "server_is_overloaded"), Fault::overloaded},
      {"rate", 429, openai("Rate limit reached. Please try again in 6ms.", "requests", "rate_limit_exceeded"),
       Fault::rate_limited, 6ms},
      {"larger than the limit", 429,
       openai("Request too large: Limit 30000, Requested 31538.", "tokens", "rate_limit_exceeded"),
       Fault::request_too_large},
      {"used up for the day", 429,
       openai("on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.",
              "requests", "rate_limit_exceeded"),
       Fault::quota_exhausted, 432s},
      {"plan", 429,
       R"({"error":{"type":"usage_limit_reached","message":"x","plan_type":"plus","resets_at":)" +
           epoch_after(90) + R"(,"resets_in_seconds":91}})",
       Fault::quota_exhausted, 91s},
      {"plan", 429, R"({"error":{"type":"usage_limit_reached","resets_at":)" + epoch_after(90) + "}}",
       Fault::quota_exhausted, 90s},
      {"plan", 403, openai("x", "usage_not_included"), Fault::quota_exhausted},
      {"server", 500, openai("The server had an error", "server_error"), Fault::unavailable},
      {"Azure: filter", 400,
       R"({"error":{"code":"content_filter","status":400,"message":"x",)"
       R"("innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
       Fault::content_filtered},
      {"Azure: filter, older", 400,
       R"({"error":{"code":"BadRequest","message":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}}})",
       Fault::content_filtered},
      {"Azure: rate", 429,
       R"({"error":{"code":"429","message":"Call rate limit exceeded. Please retry after 26 seconds."}})",
       Fault::rate_limited, 26s},
      {"Azure: gateway", 429,
       R"({"statusCode":429,"message":"Rate limit is exceeded. Try again in 5 seconds."})",
       Fault::rate_limited, 5s},
      {"Azure: deployment", 404, R"({"error":{"code":"DeploymentNotFound","message":"x"}})",
       Fault::not_found},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("Anthropic's errors get their faults", "[adapters][classify]") {
  const Row rows[] = {
      {"a mistake", 400, anthropic("invalid_request_error", "max_tokens: field required"),
       Fault::invalid_request},
      {"length", 400,
       anthropic("invalid_request_error", "prompt is too long: 205000 tokens > 200000 maximum"),
       Fault::context_length},
      {"length", 400,
       anthropic("invalid_request_error", "input length and `max_tokens` exceed context limit: 9 + 9 > 10"),
       Fault::context_length},
      {"balance", 400,
       anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
       Fault::quota_exhausted},
      {"own limit", 400,
       anthropic("invalid_request_error", "You have reached your specified API usage limits."),
       Fault::quota_exhausted},
      {"key", 401, anthropic("authentication_error", "invalid x-api-key"), Fault::unauthorized},
      {"billing", 402, anthropic("billing_error", "x"), Fault::quota_exhausted},
      {"permission", 403, anthropic("permission_error", "x"), Fault::unauthorized},
      {"model", 404, anthropic("not_found_error", "model: x"), Fault::not_found},
      {"size", 413, anthropic("request_too_large", "Request exceeds the maximum size"),
       Fault::request_too_large},
      {"size, from the edge", 413, "<html><head><title>413 Request Entity Too Large</title></head></html>",
       Fault::request_too_large},
      {"rate",
       429,
       anthropic("rate_limit_error", "of 20,000 input tokens per minute."),
       Fault::rate_limited,
       17s,
       {{"retry-after", "17"}}},
      {"acceleration", 429, anthropic("rate_limit_error", "You are increasing your usage too fast"),
       Fault::rate_limited},
      {"spend", 429, anthropic("rate_limit_error", "You have hit your monthly spend limit"),
       Fault::quota_exhausted},
      {"server", 500, anthropic("api_error", "Internal server error"), Fault::unavailable},
      {"timeout", 504, anthropic("timeout_error", "x"), Fault::unavailable},
      {"overload", 529, anthropic("overloaded_error", "Overloaded"), Fault::overloaded},
  };
  for (const Row& row : rows) check(row);
}

TEST_CASE("Gemini's errors get their faults, the reason before the status and the day before the delay",
          "[adapters][classify]") {
  const std::string per_day =
      R"({"violations":[{"quotaMetric":"m","quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]})";
  const std::string per_minute = R"({"violations":[{"quotaId":"GenerateRequestsPerMinutePerProject"}]})";
  const Row rows[] = {
      {"a mistake", 400, google(400, "INVALID_ARGUMENT", "x"), Fault::invalid_request},
      {"key", 400, google(400, "INVALID_ARGUMENT", "API key not valid.", reason("API_KEY_INVALID")),
       Fault::unauthorized},
      {"key, no details", 400, google(400, "INVALID_ARGUMENT", "API key not valid."), Fault::unauthorized},
      {"region", 400, google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
       Fault::unauthorized},
      {"length", 400,
       google(400, "INVALID_ARGUMENT",
              "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576)."),
       Fault::context_length},
      {"permission", 403, google(403, "PERMISSION_DENIED", "x"), Fault::unauthorized},
      {"model", 404, google(404, "NOT_FOUND", "models/x is not found"), Fault::not_found},
      {"rate", 429, google(429, "RESOURCE_EXHAUSTED", "x"), Fault::rate_limited},
      {"rate", 429, google(429, "RESOURCE_EXHAUSTED", "x", per_minute + "," + comes_back("34.07s")),
       Fault::rate_limited, 34070ms},
      {"rate", 429, google(429, "RESOURCE_EXHAUSTED", "x", comes_back("900ms")), Fault::rate_limited, 900ms},
      {"rate", 429, google(429, "RESOURCE_EXHAUSTED", "limit: 2\\nPlease retry in 56.185908122s."),
       Fault::rate_limited, 56185908122ns},
      {"rate", 429,
       google(429, "RESOURCE_EXHAUSTED", "x",
              reason("RATE_LIMIT_EXCEEDED", R"({"quotaResetDelay":"373.8ms"})")),
       Fault::rate_limited, 373800us},
      {"rate", 429,
       google(429, "RESOURCE_EXHAUSTED", "x",
              reason("RATE_LIMIT_EXCEEDED", R"({"quotaResetTimeStamp":"2026-03-01T00:01:00Z"})")),
       Fault::rate_limited, 60s},
      {"day", 429, google(429, "RESOURCE_EXHAUSTED", "x", comes_back("34s") + "," + per_day),
       Fault::quota_exhausted, 34s},
      {"none at all", 429,
       google(429, "RESOURCE_EXHAUSTED", "limit: 20\\n* m, limit: 0\\nPlease retry in 3s."),
       Fault::quota_exhausted, 3s},
      {"spent", 429,
       google(429, "RESOURCE_EXHAUSTED", "Your quota will reset after 2h5m.", reason("QUOTA_EXHAUSTED")),
       Fault::quota_exhausted, 125min},
      {"spent", 429, google(429, "RESOURCE_EXHAUSTED", "x", reason("INSUFFICIENT_G1_CREDITS_BALANCE")),
       Fault::quota_exhausted},
      {"capacity", 429, google(429, "RESOURCE_EXHAUSTED", "x", reason("MODEL_CAPACITY_EXHAUSTED")),
       Fault::overloaded},
      {"capacity", 503,
       google(503, "UNAVAILABLE", "x", reason("MODEL_CAPACITY_EXHAUSTED") + "," + comes_back("9s")),
       Fault::overloaded, 9s},
      {"cancelled", 499, google(499, "CANCELLED", "x"), Fault::unavailable},
      {"server", 500, google(500, "INTERNAL", "x"), Fault::unavailable},
      {"overload", 503, google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
       Fault::overloaded},
      {"deadline", 504, google(504, "DEADLINE_EXCEEDED", "x"), Fault::unavailable},
  };
  for (const Row& row : rows) check(row);
}
