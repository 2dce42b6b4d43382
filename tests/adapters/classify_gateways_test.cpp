// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What everybody else's words stand for, and those of gateways.

#include "error_bodies.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using support::check;
using support::epoch_after;
using support::none;
using support::now;
using support::openai;
using support::Row;

TEST_CASE(
    "OpenRouter's errors get their faults, and the words of the provider behind it where they tell more",
    "[adapters][classify]") {
  const auto error = [](const std::string& code, const std::string& message,
                        const std::string& metadata = "{}") {
    return R"({"error":{"code":)" + code + R"(,"message":")" + message + R"(","metadata":)" + metadata + "}}";
  };
  const std::string spent =
      R"({"headers":{"X-RateLimit-Limit":"50","X-RateLimit-Remaining":"0","X-RateLimit-Reset":")" +
      epoch_after(33) + R"(500"}})";
  const Row rows[] = {
      {"credits", 402, error("402", "This request requires more credits, or fewer max_tokens."),
       Fault::quota_exhausted},
      {"a limit on spending at once",
       402,
       error("402", "x"),
       Fault::rate_limited,
       8s,
       {{"Retry-After", "8"}}},
      {"moderation", 403, error("403", "x", R"({"reasons":["violence"],"flagged_input":"..."})"),
       Fault::content_filtered},
      {"timeout", 408, error("408", "x"), Fault::unavailable},
      {"per minute", 429, error("429", "Rate limit exceeded: limit_rpm/a/b", spent), Fault::rate_limited,
       33500ms},
      {"per day", 429, error("429", "Rate limit exceeded: free-models-per-day", spent),
       Fault::quota_exhausted, 33500ms},
      {"per day", 429, error("429", "Rate limit exceeded: limit_rpd/a/b"), Fault::quota_exhausted},
      {"per day", 429, error("429", "x", R"({"limit_source":"openrouter_free_tier_daily"})"),
       Fault::quota_exhausted},
      {"pool", 429,
       error("429", "Provider returned error",
             R"({"raw":"a/b is temporarily rate-limited upstream.","retry_after_seconds":1})"),
       Fault::rate_limited, 1s},
      // Its own account is not ours.
      {"pool", 429,
       error("429", "Provider returned error",
             R"({"raw":"{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"m\"}}"})"),
       Fault::rate_limited},
      {"behind it", 400,
       error("400", "Provider returned error",
             R"({"raw":"prompt is too long: 250000 tokens > 200000 maximum"})"),
       Fault::context_length},
      {"behind it", 400,
       error("400", "Provider returned error",
             R"({"raw":"{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"m\"}}"})"),
       Fault::context_length},
      {"down", 502, error("502", "x", R"({"error_type":"provider_unavailable"})"), Fault::unavailable},
      {"nobody", 503, error("503", "No available model provider"), Fault::overloaded},
      {"overload", 502, error("502", "x", R"({"error_type":"provider_overloaded"})"), Fault::overloaded},
      {"code as text", 200, error("\"429\"", "x"), Fault::rate_limited},
  };
  for (const Row& row : rows) check(row);
  CHECK(classify(429, {}, error("429", "Provider returned error", R"({"raw":"the cause"})"), now).message ==
        "the cause");
}

TEST_CASE("everybody else's errors get their faults", "[adapters][classify]") {
  const Row rows[] = {
      {"Ollama: model", 404, R"({"error":"model 'x' not found"})", Fault::not_found},
      {"Ollama: queue", 503,
       R"({"error":"server busy, please try again.  maximum pending requests exceeded"})", Fault::overloaded},
      {"Ollama: memory", 500, R"({"error":"model requires more system memory than is available"})",
       Fault::unavailable},
      {"Hugging Face: loading", 503, R"({"error":"Model a/b is currently loading","estimated_time":44.49})",
       Fault::loading, 44490ms},
      {"Hugging Face: loading", 503, R"({"error":"Model a/b is currently loading","estimated_time":579.34})",
       Fault::loading, 60s},
      {"Hugging Face: credits", 402, R"({"error":"You have exceeded your monthly included credits"})",
       Fault::quota_exhausted},
      {"TGI: validation", 422, R"({"error":"Input validation error","error_type":"validation"})",
       Fault::invalid_request},
      {"TGI: length", 422,
       R"({"error":"Input validation error: `inputs` must have less than 1024 tokens. Given: 2000",)"
       R"("error_type":"validation"})",
       Fault::context_length},
      {"TGI: generation", 424, R"({"error":"Request failed during generation","error_type":"generation"})",
       Fault::unavailable},
      {"TGI: overload", 429, R"({"error":"Model is overloaded","error_type":"overloaded"})",
       Fault::overloaded},
      {"TGI: a list of complaints", 422,
       R"({"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]})", Fault::invalid_request},
      {"SambaNova: length", 400, openai("x", "invalid_request_error", "context_length_exceeded"),
       Fault::context_length},
      {"SambaNova: a value", 400, openai("x", "invalid_request_error", "decimal_above_max_value"),
       Fault::invalid_request},
      {"SambaNova: timeout", 408, openai("x", "timeout"), Fault::unavailable},
      {"SambaNova: gone", 410, openai("x", "invalid_request_error", "model_removed"), Fault::not_found},
      {"SambaNova: maintenance", 503, openai("x", "server_error"), Fault::overloaded},
      {"SambaNova: queue", 504, openai("x", "server_error"), Fault::unavailable},
      {"Groq: larger than the limit", 413,
       openai("(TPM): Limit 6000, Requested 12328, please reduce", "tokens", "rate_limit_exceeded"),
       Fault::request_too_large},
      // With a delay, though waiting can never help.
      {"Groq: larger than the limit", 429,
       openai("Limit 6000, Used 0, Requested ~12328. Please try again in 50.597142857s.", "tokens",
              "rate_limit_exceeded"),
       Fault::request_too_large},
      {"Groq: rate", 429,
       openai("Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s.", "tokens",
              "rate_limit_exceeded"),
       Fault::rate_limited, 4770ms},
      {"Groq: day", 429,
       openai("on tokens per day (TPD): Limit 100000, Used 99000, Requested 2000. Please try again in "
              "9m38.016s.",
              "tokens", "rate_limit_exceeded"),
       Fault::quota_exhausted, 578016ms},
      {"Groq: flex", 498, openai("x", "flex", "capacity_exceeded"), Fault::overloaded},
      {"Together: spend", 402, openai("x", "y"), Fault::quota_exhausted},
      {"Together: length", 403,
       openai("Input token count + `max_tokens` must be less than the context_length of the model", "y"),
       Fault::context_length},
      {"Together: your limit",
       429,
       openai("x", "y"),
       Fault::rate_limited,
       3s,
       {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "3"}}},
      {"Together: their capacity", 503, openai("x", "y"), Fault::overloaded},
      {"Mistral: capacity", 429,
       R"({"object":"error","message":"x","type":"service_tier_capacity_exceeded","code":"3505"})",
       Fault::overloaded},
      {"Mistral: rate", 429, R"({"message":"Rate limit exceeded","code":"1300"})", Fault::rate_limited},
      {"Mistral: no allowance",
       429,
       R"({"type":"rate_limited","message":"x"})",
       Fault::quota_exhausted,
       none,
       {{"x-ratelimit-limit-req-minute", "0"}, {"x-ratelimit-remaining-req-minute", "0"}}},
      {"Mistral: validation", 422,
       R"({"object":"error","message":{"detail":[{"loc":["body"],"msg":"Field required"}]},"code":null})",
       Fault::invalid_request},
      {"DeepSeek", 402, openai("Insufficient Balance", "unknown_error", "invalid_request_error"),
       Fault::quota_exhausted},
      {"xAI", 429,
       R"({"code":"Some resource has been exhausted","error":"Tokens per Minute (actual/limit): 9/8"})",
       Fault::rate_limited},
      {"xAI: credits", 403, R"({"code":"x","error":"Your team doesn't have any credits yet."})",
       Fault::quota_exhausted},
      {"xAI: length", 400,
       R"({"code":"x","error":"This model's maximum prompt length is 8 but it contains 9."})",
       Fault::context_length},
      {"vLLM: length", 400,
       R"({"object":"error","message":"This model's maximum context length is 8 tokens","type":"BadRequestError",)"
       R"("code":400})",
       Fault::context_length},
      {"llama.cpp: length", 400,
       R"({"error":{"code":400,"message":"the request exceeds the available context size",)"
       R"("type":"exceed_context_size_error"}})",
       Fault::context_length},
      {"llama.cpp: loading", 503,
       R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})", Fault::overloaded},
      {"RFC 9457", 429,
       R"({"type":"https://example.com/probs","title":"Too many","detail":"try again in 2 seconds","status":429})",
       Fault::rate_limited, 2s},
      {"a gateway", 520, "<html><title>520: Web server is returning an unknown error</title></html>",
       Fault::unavailable},
      {"plain words", 429, "Too many requests, retry in 4s.", Fault::rate_limited, 4s},
  };
  for (const Row& row : rows) check(row);
}
