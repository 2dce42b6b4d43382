// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Recorded provider streams, where there are any: the directory in ARAMID_FIXTURES with its expected.json.

#include "chat_stream.hpp"
#include "parse.hpp"
#include "support/catch.hpp"

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

void compare(const Choice& choice, const Json& expected) {
  CHECK(choice.text == expected["text"].get<std::string>());
  CHECK(choice.refusal == expected["refusal"].get<std::string>());
  const Json& reason = expected["finish_reason"];
  CHECK(choice.finish_reason_text == (reason.is_null() ? std::string{} : reason.get<std::string>()));
  REQUIRE(choice.tool_calls.size() == expected["tools"].size());
  for (std::size_t i = 0; i < choice.tool_calls.size(); ++i) {
    CHECK(choice.tool_calls[i].id == expected["tools"][i]["id"].get<std::string>());
    CHECK(choice.tool_calls[i].name == expected["tools"][i]["name"].get<std::string>());
    CHECK(choice.tool_calls[i].arguments == expected["tools"][i]["arguments"].get<std::string>());
  }
}

void compare_stream(const std::string& text, const Json& expected, std::size_t split) {
  detail::ChatStream stream{{}, std::size_t{32} << 20};
  (void)stream.feed(std::string_view{text}.substr(0, split));
  (void)stream.feed(std::string_view{text}.substr(split));
  const auto error = stream.finish();
  const Json& parts = expected["choices_or_error"];
  bool complete = !parts.contains("error");
  for (const auto& [key, part] : parts.items()) {
    if (key != "error" && (part["finish_reason"].is_null() || part["finish_reason"] == "error"))
      complete = false;
  }
  REQUIRE(error.has_value() != complete);
  const Usage usage = stream.reply().usage();
  if (expected["usage"].is_object()) {
    CHECK(usage.input_tokens == expected["usage"]["prompt_tokens"].get<std::int64_t>());
    CHECK(usage.output_tokens == expected["usage"]["completion_tokens"].get<std::int64_t>());
  }
  if (parts.contains("error")) {
    CHECK(error->message == parts["error"]["message"].get<std::string>());
    CHECK(error->fault == Fault::unavailable);
    return;
  }
  const Completion completion = stream.reply().take();
  compare(completion, parts["0"]);
  REQUIRE(completion.further.size() + 1 == parts.size());
  for (std::size_t i = 0; i < completion.further.size(); ++i)
    compare(completion.further[i], parts[std::to_string(i + 1)]);
}

}  // namespace

TEST_CASE("recorded chat streams give the expected answers, wherever they are split",
          "[adapters][fixtures]") {
  const std::string expectations = fixture("expected.json");
  if (expectations.empty()) {
    SUCCEED("no fixtures here");
    return;
  }
  int streams = 0;
  const Json all = Json::parse(expectations);
  for (const auto& [name, expected] : all.items()) {
    if (!expected.contains("choices_or_error")) continue;
    INFO(name);
    const std::string text = fixture(name);
    REQUIRE_FALSE(text.empty());
    const std::size_t step = text.size() > 4000 ? 97 : 7;
    for (std::size_t split = 0; split < text.size(); split += step) compare_stream(text, expected, split);
    ++streams;
  }
  CHECK(streams > 5);
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
