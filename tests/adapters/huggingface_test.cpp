// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What Hugging Face's router and SambaNova send that OpenAI does not.

#include <aramid/adapters/openai.hpp>

#include "chunks.hpp"
#include "loopback.hpp"
#include "parse.hpp"
#include "wire_answers.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using detail::Json;
using support::Answered;
using support::answered;
using support::Loopback;
using support::Peer;
using support::response;
using support::sse;

namespace {

support::Wire wire() { return detail::OpenAiWire::shared(); }

// TGI's chunk without anything, which stands for an error that it does not tell.
const std::string no_choices =
    sse(R"({"object":"chat.completion.chunk","id":"","created":7,"model":"tgi","choices":[]})");
const std::string cut_short = sse(R"({"choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},)"
                                  R"("logprobs":null,"finish_reason":"eos_token"}]})");

// A whole conversation with a server that gives this answer.
template <class Provider>
struct Asked {
  std::string seen;
  Context ctx;
  Outcome<Completion> answer = fail(Fault::unknown);

  explicit Asked(const std::string& says, const std::string& model = "m", HttpHeaders headers = {}) {
    const Loopback server{[&](Peer& peer, int) {
      seen = peer.request();
      peer.say(says);
    }};
    answer = Provider{{.model = model,
                       .base_url = server.url() + "/v1",
                       .api_key = Secret{"hf_test"},
                       .headers = std::move(headers)}}("Why?", ctx);
  }
};

}  // namespace

TEST_CASE("a stream without usage or [DONE] is whole with its finish reason", "[adapters][huggingface]") {
  for (const std::string& bytes : {support::says("Hello ") + cut_short,
                                   support::role_only + support::says("Hello ") + cut_short + no_choices}) {
    support::at_every_split(wire(), bytes, [](const Answered& answer) {
      REQUIRE_FALSE(answer.error);
      CHECK(answer.heard == "Hello Hi");
      CHECK(answer.completion.finish_reason == FinishReason::stop);
      CHECK(answer.completion.finish_reason_text == "eos_token");
      CHECK_FALSE(answer.completion.usage.known());
    });
  }
}

TEST_CASE("a success without choices is no answer", "[adapters][huggingface]") {
  for (const auto& [bytes, fault] :
       {std::pair{no_choices, Fault::connection_lost},
        std::pair{no_choices + support::is_done, Fault::malformed},
        std::pair{support::role_only + no_choices + support::is_done, Fault::malformed},
        std::pair{support::is_done, Fault::malformed}, std::pair{std::string{}, Fault::malformed},
        std::pair{std::string{R"({"object":"chat.completion","choices":[]})"}, Fault::malformed}}) {
    INFO(bytes);
    const Fault expected = fault;
    support::at_every_split(wire(), bytes, [&](const Answered& answer) {
      REQUIRE(answer.error);
      CHECK(answer.error->fault == expected);
      CHECK(answer.signs == 0);
    });
  }
}

TEST_CASE("an error inside a stream is one in each of its shapes", "[adapters][huggingface]") {
  const std::tuple<const char*, Fault, const char*> rows[] = {
      {R"({"error":"Model is overloaded","error_type":"overloaded"})", Fault::overloaded,
       "Model is overloaded"},
      {R"({"error":"Request failed during generation: x","error_type":"generation"})", Fault::unavailable,
       "Request failed during generation: x"},
      {R"({"error":"Incomplete generation","error_type":"incomplete_generation"})", Fault::unavailable,
       "Incomplete generation"},
      {R"({"error":"Input validation error: x","error_type":"validation"})", Fault::invalid_request,
       "Input validation error: x"},
      {R"({"error":{"message":"`inputs` tokens + `max_new_tokens` must be <= 8192","http_status_code":422}})",
       Fault::context_length, "`inputs` tokens + `max_new_tokens` must be <= 8192"},
      {R"({"error":{"message":"You have exceeded your monthly included credits"}})", Fault::quota_exhausted,
       "You have exceeded your monthly included credits"}};
  for (const auto& [json, fault, words] : rows) {
    for (const std::string& before : {std::string{}, support::role_only, support::says("Hi")}) {
      INFO(before << json);
      const Fault expected = fault;
      const std::string message = words;
      support::at_every_split(wire(), before + sse(json) + support::is_done, [&](const Answered& answer) {
        REQUIRE(answer.error);
        CHECK(answer.error->fault == expected);
        CHECK(answer.error->message == message);
      });
    }
  }
}

TEST_CASE("a tool's arguments may come as an object", "[adapters][huggingface]") {
  const std::string call =
      R"({"choices":[{"index":0,"KIND":{"role":"assistant","tool_calls":[{"id":"0","type":"function",)"
      R"("function":{"name":"add","arguments":{"x":1}}}]},"finish_reason":"tool_calls"}]})";
  std::string streamed = call;
  std::string whole = call;
  for (const std::string& bytes : {sse(streamed.replace(streamed.find("KIND"), 4, "delta")),
                                   whole.replace(whole.find("KIND"), 4, "message")}) {
    const Answered answer = answered(wire(), bytes);
    REQUIRE_FALSE(answer.error);
    REQUIRE(answer.completion.tool_calls.size() == 1);
    CHECK(answer.completion.tool_calls[0].arguments == R"({"x":1})");
  }
}

TEST_CASE("Hugging Face is told which provider to use and whom to bill", "[adapters][huggingface]") {
  const Asked<HuggingFace> asked{
      response(200, R"({"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}]})"),
      "org/model:cheapest",
      {{"X-HF-Bill-To", "my-org"}}};
  REQUIRE(asked.answer);
  CHECK_FALSE(asked.answer->usage.known());
  CHECK(asked.seen.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
  CHECK_THAT(asked.seen, support::contains("X-HF-Bill-To: my-org\r\n"));
  CHECK_THAT(asked.seen, support::contains("Authorization: Bearer hf_test\r\n"));
  CHECK(Json::parse(asked.seen.substr(asked.seen.find("\r\n\r\n") + 4))["model"] == "org/model:cheapest");
}

TEST_CASE("Hugging Face's statuses have their faults, and loading its wait", "[adapters][huggingface]") {
  const std::tuple<int, const char*, Fault, std::optional<Duration>> rows[] = {
      {402,
       R"({"error":"You have exceeded your monthly included credits for Inference Providers."})",
       Fault::quota_exhausted,
       {}},
      {422, R"({"error":"Input validation error: x","error_type":"validation"})", Fault::invalid_request, {}},
      {422,
       R"({"error":"`inputs` tokens + `max_new_tokens` must be <= 4096","error_type":"validation"})",
       Fault::context_length,
       {}},
      {424,
       R"({"error":"Request failed during generation","error_type":"generation"})",
       Fault::unavailable,
       {}},
      {429, R"({"error":"Model is overloaded","error_type":"overloaded"})", Fault::overloaded, {}},
      {503, R"({"error":"Model a/b is currently loading","estimated_time":20.5})", Fault::loading, 20500ms},
      {503, R"({"error":"Model a/b is currently loading","estimated_time":579.3})", Fault::loading, 60s},
      {401, R"({"error":"Invalid username or password."})", Fault::unauthorized, {}},
      {404, "Not Found", Fault::not_found, {}}};
  for (const auto& [status, body, fault, delay] : rows) {
    INFO(body);
    const Asked<HuggingFace> asked{response(status, body)};
    REQUIRE_FALSE(asked.answer);
    CHECK(asked.answer.error().fault == fault);
    CHECK(asked.answer.error().status == status);
    CHECK(asked.answer.error().retry_after == delay);
  }
}

TEST_CASE("SambaNova says what is left for the minute and for the day", "[adapters][sambanova]") {
  const std::string quotas =
      "x-ratelimit-limit-requests: 60\r\nx-ratelimit-remaining-requests: 59\r\nx-ratelimit-reset-requests: "
      "30\r\n"
      "x-ratelimit-limit-requests-day: 12000\r\nx-ratelimit-remaining-requests-day: 7\r\n";
  const Asked<SambaNova> good{response(
      200,
      R"({"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":4,"completion_tokens":1,"time_to_first_token":0.1,"stop_reason":"stop"}})",
      quotas)};
  REQUIRE(good.answer);
  CHECK(good.ctx.usage.total() == 5);
  CHECK(good.ctx.hints.requests.remaining == 59);
  CHECK(good.ctx.hints.requests.reset == 30s);
  CHECK(good.ctx.hints.requests_day.limit == 12000);
  CHECK(good.ctx.hints.requests_day.remaining == 7);

  const auto error = [](const char* code) {
    return R"({"error":{"message":"No","type":"x","param":null,"code":)" + std::string{code} +
           R"(},"request_id":"0-0"})";
  };
  const std::string gone = "x-ratelimit-remaining-requests: 5\r\nx-ratelimit-remaining-requests-day: 0\r\n";
  const std::tuple<int, std::string, std::string, Fault> rows[] = {
      {400, error("\"context_length_exceeded\""), "", Fault::context_length},
      {400, error("\"invalid_type\""), "", Fault::invalid_request},
      {408, error("null"), "", Fault::unavailable},
      {410, error("null"), "", Fault::not_found},
      {429, error("null"), quotas, Fault::rate_limited},
      {429, error("null"), gone, Fault::quota_exhausted},
      {503, error("null"), "", Fault::overloaded},
      {504, error("null"), "", Fault::unavailable}};
  for (const auto& [status, body, headers, fault] : rows) {
    INFO(status << body << headers);
    const Asked<SambaNova> asked{response(status, body, headers)};
    CHECK(asked.answer.error().fault == fault);
    CHECK(asked.answer.error().message == "No");
  }
}
