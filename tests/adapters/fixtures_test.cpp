// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Recorded provider streams, where there are any: the directory in ARAMID_FIXTURES with its expected.json.

#include "anthropic_wire.hpp"
#include "gemini_wire.hpp"
#include "ollama_wire.hpp"
#include "openai_responses_wire.hpp"
#include "parse.hpp"
#include "wire_answers.hpp"

#include <aramid/adapters/classify.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace aramid;
using detail::Json;

namespace {

std::string fixture(const std::string& name) {
  const char* folder = std::getenv("ARAMID_FIXTURES");
  if (folder == nullptr) return {};
  const std::ifstream file{std::filesystem::path{folder} / name, std::ios::binary};
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

// What a format's part of expected.json means.
struct Expected {
  std::vector<Choice> choices{};  // by `text`, `refusal`, `tool_calls` and `finish_reason_text`
  Usage usage{};
  bool complete = false;
  std::optional<Fault> fault{};  // of the error that stands in the stream
  std::string message{};
};

std::string text_at(const Json& json, const char* key) { return std::string{detail::text_of(json, key)}; }
std::int64_t count_at(const Json& json, const char* key) {
  return detail::count_of(detail::member(json, key)).value_or(-1);
}

Expected of_chat_completions(const Json& json) {
  const Json& parts = json["choices_or_error"];
  Expected expected{.usage = {.input_tokens = count_at(json["usage"], "prompt_tokens"),
                              .output_tokens = count_at(json["usage"], "completion_tokens")},
                    .complete = !parts.contains("error")};
  if (!expected.complete) {
    expected.fault = Fault::unavailable;
    expected.message = text_at(parts["error"], "message");
  }
  for (const auto& [index, part] : parts.items()) {
    if (index == "error") continue;
    Choice& choice =
        expected.choices.emplace_back(Choice{.text = text_at(part, "text"),
                                             .refusal = text_at(part, "refusal"),
                                             .finish_reason_text = text_at(part, "finish_reason")});
    for (const Json& tool : part["tools"])
      choice.tool_calls.push_back({text_at(tool, "id"), text_at(tool, "name"), text_at(tool, "arguments")});
    if (choice.finish_reason_text.empty()) expected.complete = false;
  }
  return expected;
}

Expected of_anthropic(const Json& json) {
  Expected expected{.choices = {{.finish_reason_text = text_at(json, "stop_reason")}},
                    .usage = {.input_tokens = count_at(json, "input_tokens"),
                              .output_tokens = count_at(json, "output_tokens")},
                    .complete = json["message_stop_seen"] == true};
  if (text_at(json, "error_type") == "overloaded_error") expected.fault = Fault::overloaded;
  Choice& choice = expected.choices.front();
  for (const Json& block : json["blocks"]) {
    choice.text += text_at(block, "text");
    if (block["type"] == "tool_use")
      choice.tool_calls.push_back(
          {text_at(block, "id"), text_at(block, "name"), text_at(block, "partial_json")});
    // Our refusal is the provider's explanation, which is not in the table.
    if (expected.choices.front().finish_reason_text == "refusal")
      choice.refusal = "This request was refused due to policy.";
  }
  return expected;
}

Expected of_gemini(const Json& json) {
  Expected expected{
      .choices = {{.text = text_at(json, "text"), .finish_reason_text = text_at(json, "finish_reason")}},
      .usage = {.input_tokens = count_at(json["usage"], "promptTokenCount")}};
  const std::int64_t shown = count_at(json["usage"], "candidatesTokenCount");
  if (shown >= 0) expected.usage.output_tokens = shown + count_at(json["usage"], "thoughtsTokenCount");
  if (text_at(json, "block_reason").empty()) {
    expected.complete = !expected.choices.front().finish_reason_text.empty();
  } else {
    expected.fault = Fault::content_filtered;
    expected.message = "the provider blocked the prompt: " + text_at(json, "block_reason");
  }
  return expected;
}

Expected of_ollama(const Json& json) {
  return {.choices = {{.text = text_at(json, "text"), .finish_reason_text = text_at(json, "done_reason")}},
          .usage = {.input_tokens = count_at(json, "prompt_tokens"),
                    .output_tokens = count_at(json, "output_tokens")},
          .complete = json["done"] == true};
}

// One for each wire format. Its expectations are those that have this key.
struct Format {
  const char* key;
  support::Wire wire;
  Expected (*read)(const Json& json);
  int streams;  // at least so many must be there
};

std::vector<Format> formats() {
  return {{"choices_or_error", detail::OpenAiWire::shared(), of_chat_completions, 10},
          {"stop_reason", std::make_shared<detail::AnthropicWire>(4096), of_anthropic, 5},
          {"block_reason", std::make_shared<detail::GeminiWire>(), of_gemini, 2},
          {"done", std::make_shared<detail::OllamaWire>(), of_ollama, 1}};
}

void compare(const Choice& choice, const Choice& expected) {
  CHECK(choice.text == expected.text);
  CHECK(choice.refusal == expected.refusal);
  CHECK(choice.finish_reason_text == expected.finish_reason_text);
  REQUIRE(choice.tool_calls.size() == expected.tool_calls.size());
  for (std::size_t i = 0; i < choice.tool_calls.size(); ++i) {
    CHECK(choice.tool_calls[i].id == expected.tool_calls[i].id);
    CHECK(choice.tool_calls[i].name == expected.tool_calls[i].name);
    CHECK(choice.tool_calls[i].arguments == expected.tool_calls[i].arguments);
  }
}

void compare(const support::Answered& answer, const Expected& expected) {
  REQUIRE(answer.error.has_value() != expected.complete);
  if (expected.usage.known()) {
    CHECK(answer.completion.usage.input_tokens == expected.usage.input_tokens);
    CHECK(answer.completion.usage.output_tokens == expected.usage.output_tokens);
  }
  CHECK(answer.completion.text == expected.choices.front().text);
  CHECK(answer.heard == answer.completion.text);
  if (expected.fault) CHECK(answer.error->fault == *expected.fault);
  if (!expected.message.empty()) CHECK(answer.error->message == expected.message);
  if (!expected.complete) return;
  compare(answer.completion, expected.choices.front());
  REQUIRE(answer.completion.further.size() + 1 == expected.choices.size());
  for (std::size_t i = 1; i < expected.choices.size(); ++i)
    compare(answer.completion.further[i - 1], expected.choices[i]);
}

}  // namespace

TEST_CASE("recorded chat streams give the expected answers, wherever they are split",
          "[adapters][fixtures]") {
  const std::string expectations = fixture("expected.json");
  if (expectations.empty()) {
    SUCCEED("no fixtures here");
    return;
  }
  const Json all = Json::parse(expectations);
  for (const Format& format : formats()) {
    int streams = 0;
    for (const auto& [name, json] : all.items()) {
      if (!json.contains(format.key)) continue;
      INFO(name);
      const std::string text = fixture(name);
      REQUIRE_FALSE(text.empty());
      const Expected expected = format.read(json);
      support::at_every_split(format.wire, text,
                              [&](const support::Answered& answer) { compare(answer, expected); });
      ++streams;
    }
    INFO(format.key);
    CHECK(streams >= format.streams);
  }
}

TEST_CASE("recorded answers of Ollama's are read, streamed or not", "[adapters][fixtures]") {
  const std::tuple<const char*, const char*, const char*, std::int64_t> rows[] = {
      {"ollama/chat_nonstream.json", "Hello! How are you today?", "", 324},
      {"ollama/chat_structured_done_reason.json", R"({"age": 22, "available": false})", "stop", 46}};
  for (const auto& row : rows) {
    const std::string body = fixture(std::get<0>(row));
    if (body.empty()) continue;
    INFO(std::get<0>(row));
    support::at_every_split(std::make_shared<detail::OllamaWire>(), body,
                            [&](const support::Answered& answer) {
                              REQUIRE_FALSE(answer.error);
                              CHECK(answer.completion.text == std::get<1>(row));
                              CHECK(answer.completion.finish_reason_text == std::get<2>(row));
                              CHECK(answer.completion.usage.total() == std::get<3>(row));
                            });
  }
}

TEST_CASE("recorded responses that failed inside a success have said nothing", "[adapters][fixtures]") {
  const support::Wire wire = std::make_shared<detail::OpenAiResponsesWire>();
  for (const auto& [name, fault] :
       {std::pair{"openai/responses_insufficient_quota_inside_200.sse", Fault::quota_exhausted},
        std::pair{"openai/responses_failed_request_too_large.sse", Fault::request_too_large}}) {
    INFO(name);
    const std::string text = fixture(name);
    if (text.empty()) continue;
    const Fault expected = fault;
    support::at_every_split(wire, text, [&](const support::Answered& answer) {
      REQUIRE(answer.error);
      CHECK(answer.error->fault == expected);
      CHECK(answer.signs == 0);
    });
  }
}

TEST_CASE("recorded error bodies get their faults", "[adapters][fixtures]") {
  using namespace std::chrono_literals;
  const std::tuple<const char*, int, Fault, std::optional<Duration>> rows[] = {
      {"anthropic/error_400_prompt_too_long.json", 400, Fault::context_length, {}},
      {"anthropic/error_429_input_tokens.json", 429, Fault::rate_limited, {}},
      {"anthropic/error_500_api_error.json", 500, Fault::unavailable, {}},
      {"anthropic/error_529_overloaded.json", 529, Fault::overloaded, {}},
      {"gemini/error_400_api_key_invalid.json", 400, Fault::unauthorized, {}},
      {"gemini/error_429_daily_array_wrapped.json", 429, Fault::quota_exhausted, {}},
      {"gemini/error_429_no_details.json", 429, Fault::rate_limited, {}},
      {"gemini/error_429_per_minute.json", 429, Fault::rate_limited, 56s},
      {"gemini/error_503_capacity_with_retryinfo.json", 503, Fault::overloaded, 9s},
      {"groq/error_413_request_too_large.json", 413, Fault::request_too_large, {}},
      {"groq/error_429_tpm.json", 429, Fault::rate_limited, 4770ms},
      {"huggingface/error_402_credits.json", 402, Fault::quota_exhausted, {}},
      {"huggingface/error_503_loading.json", 503, Fault::loading, 20s},
      {"ollama/error_404_model_missing.json", 404, Fault::not_found, {}},
      {"ollama/error_500_memory.json", 500, Fault::unavailable, {}},
      {"ollama/error_503_queue_full.json", 503, Fault::overloaded, {}},
      {"openai/error_400_context_length.json", 400, Fault::context_length, {}},
      {"openai/error_429_insufficient_quota.json", 429, Fault::quota_exhausted, {}},
      {"openai/error_429_rate_limit_tpm.json", 429, Fault::rate_limited, 18642ms},
      {"openrouter/error_body.json", 402, Fault::quota_exhausted, {}},
      {"sambanova/error_shape.json", 400, Fault::context_length, {}},
  };
  for (const auto& [name, status, fault, delay] : rows) {
    INFO(name);
    const std::string body = fixture(name);
    if (body.empty()) continue;
    const Error error = classify(status, {}, body, WallTime{});
    CHECK(error.fault == fault);
    CHECK(error.retry_after == delay);
  }
}

TEST_CASE("recorded delays in sentences are read", "[adapters][fixtures]") {
  for (const char* name : {"openai/duration_values.tsv", "openai/try_again_messages.tsv"}) {
    std::istringstream lines{fixture(name)};
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line.front() == '#') continue;
      const std::size_t tab = line.find('\t');
      if (tab == std::string::npos) continue;
      INFO(line);
      const std::string text = line.substr(0, tab);
      const auto delay = text.find(' ') == std::string::npos ? parse_duration(text) : find_delay(text);
      REQUIRE(delay.has_value());
      const double seconds = std::chrono::duration<double>(*delay).count();
      CHECK(seconds == Approx(std::stod(line.substr(tab + 1))));
    }
  }
}
