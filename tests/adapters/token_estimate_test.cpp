// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How many tokens a request may come to, before anybody has counted.

#include <aramid/adapters/estimated.hpp>
#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include "parse.hpp"
#include "scripted_chat.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

using namespace aramid;
using namespace std::chrono_literals;
using detail::Json;
using support::ScriptedChat;
using support::whole;

namespace {

constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();

// Pseudo-random bytes, the same on every machine.
std::string noise(std::size_t size, std::uint32_t seed) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) {
    seed = seed * 1664525 + 1013904223;
    bytes += static_cast<char>(seed >> 24);
  }
  return bytes;
}

std::string times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("text of every script is estimated at what today's tokenizers need, or more",
          "[adapters][estimate]") {
  struct Row {
    const char* text;
    std::int64_t needed;  // the most that o200k, Llama 3, Gemma 3 or Qwen 3 make of it
  };
  const Row rows[] = {
      {"Why is the sky blue?", 6},
      {"Donaudampfschifffahrtsgesellschaft", 13},
      {"Où est la gare, s'il vous plaît ?", 13},
      {"Почему небо голубое?", 11},
      {"Γιατί ο ουρανός είναι μπλε;", 24},
      {"لماذا السماء زرقاء؟", 8},
      {"מדוע השמיים כחולים?", 18},
      {"आसमान नीला क्यों है?", 19},
      {"ทำไมท้องฟ้าถึงเป็นสีฟ้า", 13},
      {"为什么天空是蓝色的？", 7},
      {"空はなぜ青いのですか。", 10},
      {"하늘은 왜 파란가요?", 10},
      {"რატომ არის ცა ლურჯი?", 36},
      {"🎉🚀👍🏽", 12},
      {"0123456789", 10},
      {"if (!items.empty()) { return items[0]; }", 13},
      {"{\"city\":\"Paris\",\"days\":3}", 9},
      {"x = [i ** 2 for i in range(10)]", 15},
      {"THE QUICK BROWN FOX", 5},
      {"getUserByIdOrThrow", 6},
      {"3f786850e387550fdab836ed7e6dc881de23001b", 35},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    // A word or two may be an exception of a vocabulary's; a message's own 8 tokens are there for that.
    CHECK(estimate_text(row.text) + 2 >= row.needed);
    CHECK(estimate_text(row.text) <= 2 * row.needed);
  }
}

TEST_CASE("words are cheaper than the letters of a key, and a blank between words is free",
          "[adapters][estimate]") {
  CHECK(estimate_text("") == 0);
  CHECK(estimate_text("a") == 1);
  CHECK(estimate_text(times(100, "word ")) < estimate_text(times(100, "w9k2 ")));
  CHECK(estimate_text(times(100, "word ")) - estimate_text(times(100, "word")) <= 100);
  CHECK(estimate_text(std::string(30, ' ')) == 1);
  CHECK(estimate_text(std::string(3200, ' ')) == 101);
  CHECK(estimate_text("==========") < estimate_text("=,;:!?()[]"));
}

TEST_CASE("a text is never estimated at more tokens than it has bytes, whatever they are",
          "[adapters][estimate]") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const std::string bytes = noise(seed, seed);
    INFO(seed);
    CHECK(estimate_text(bytes) >= 1);
    CHECK(estimate_text(bytes) <= static_cast<std::int64_t>(bytes.size()));
  }
  for (const char* broken : {"\x80", "\xC3", "\xE4\xBA", "\xF0\x9F\x98", "\xC0\x80", "\xED\xA0\x80",
                             "\xF4\x90\x80\x80", "\xFF\xFE",
                             "\xE4"
                             "a",
                             "\xF8\x88\x80\x80\x80"}) {
    CHECK(estimate_text(broken) == static_cast<std::int64_t>(std::string{broken}.size()));
  }
}

TEST_CASE("every part of a request counts", "[adapters][estimate]") {
  const std::int64_t bare = estimate_cost(ChatRequest{"x"}).input_tokens;
  const std::string text = times(100, "word ");
  const std::int64_t tokens = estimate_text(text);
  const auto with = [&](auto&& change) {
    ChatRequest request{"x"};
    change(request);
    return estimate_cost(request).input_tokens - bare;
  };
  CHECK(with([&](ChatRequest& r) { r.messages[0].content = text; }) == tokens - 1);
  CHECK(with([&](ChatRequest& r) { r.messages[0].name = text; }) == tokens);
  CHECK(with([&](ChatRequest& r) { r.messages[0].tool_call_id = text; }) == tokens);
  CHECK(with([&](ChatRequest& r) { r.messages.push_back({.content = text}); }) == tokens + 8);
  CHECK(with([&](ChatRequest& r) {
          r.messages[0].tool_calls = {{.id = text, .name = text, .arguments = text}};
        }) == 3 * tokens + 8);
  CHECK(with([&](ChatRequest& r) { r.options.response_format_json = text; }) == tokens);
  CHECK(with([&](ChatRequest& r) {
          r.options.tools = {{.name = text, .description = text, .parameters_json = text}, {.name = "x"}};
        }) == 3 * tokens + 1 + 2 * 8 + 350);
}

TEST_CASE("the answer counts at what it may have, and no sum overflows", "[adapters][estimate]") {
  ChatRequest request{"x"};
  CHECK(estimate_cost(request).output_tokens == 512);
  CHECK(estimate_tokens(request) == estimate_cost(request).input_tokens + 512);
  request.options.max_tokens = 50;
  CHECK(estimate_cost(request).output_tokens == 50);
  request.options.max_tokens = -50;
  CHECK(estimate_cost(request).output_tokens == 0);
  request.options.max_tokens = endless;
  CHECK(estimate_tokens(request) == endless);
}

TEST_CASE("tokens may be counted by a function of one's own", "[adapters][estimate]") {
  ChatRequest request{"one two three"};
  request.options.tools = {{.name = "f"}};
  TokenEstimate how{.text = [](std::string_view text) { return static_cast<std::int64_t>(text.size()); },
                    .per_message = 3,
                    .with_tools = 100,
                    .unset_output = 7};
  CHECK(estimate_cost(request, how).input_tokens == 13 + 1 + 2 * 3 + 100);
  CHECK(estimate_cost(request, how).output_tokens == 7);
  how.text = [](std::string_view) { return endless; };
  CHECK(estimate_cost(request, how).tokens == endless);
  how.text = [](std::string_view) { return std::int64_t{-5}; };
  CHECK(estimate_cost(request, how).input_tokens == 2 * 3 + 100);
  how.text = {};
  CHECK(estimate_cost(request, how).input_tokens ==
        estimate_text("one two three") + estimate_text("f") + 106);
}

TEST_CASE("an Estimated client gives each call its cost, and leaves one that has it alone",
          "[adapters][estimate]") {
  Cost seen;
  const auto listens = [&seen] {
    return support::Answer{.pieces = {"ok"}, .first = [&seen](Context& ctx) { seen = ctx.cost; }};
  };
  ChatRequest request{"Why is the sky blue?"};
  request.options.max_tokens = 20;
  SECTION("by itself") {
    Estimated<ScriptedChat> chat{ScriptedChat{{listens()}}};
    Context ctx;
    ctx.cost.requests = 3;
    REQUIRE(chat(request, ctx));
    CHECK(seen.requests == 3);
    CHECK(seen.tokens == estimate_tokens(request));
    CHECK(seen.input_tokens == estimate_cost(request).input_tokens);
    CHECK(seen.output_tokens == 20);
    CHECK(ctx.cost.tokens == 0);
    CHECK(ctx.cost.input_tokens == -1);
    ctx.cost.tokens = 5;
    REQUIRE(chat(request, ctx));
    CHECK(seen.tokens == 5);
    CHECK(seen.input_tokens == -1);
  }
  SECTION("in front of a limiter, counted another way") {
    using Client = Resilient<ScriptedChat, Limiter<SlidingWindow, TPM<100>>>;
    Estimated<Client> chat{
        ScriptedChat{{listens()}},
        {.text = [](std::string_view) { return 90; }, .per_message = 0, .unset_output = 0}};
    request.options.max_tokens.reset();
    REQUIRE(chat(request));
    CHECK(seen.tokens == 90);
    testing::ManualClock clock;
    Context ctx{clock};
    ctx.deadline = ctx.now() + 1s;
    const auto second = chat(request, ctx);
    REQUIRE_FALSE(second);
    CHECK(second.error().fault == Fault::throttled);
    CHECK(describe<Estimated<Client>>().find("Estimated") != std::string::npos);
  }
  SECTION("what the counter throws is the caller's error") {
    const ScriptedChat provider{{listens()}};
    Estimated<ScriptedChat> chat{provider, {.text = [](std::string_view) -> std::int64_t {
                                   throw std::runtime_error{"no vocabulary"};
                                 }}};
    const auto outcome = chat(request);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().fault == Fault::invalid_request);
    CHECK(outcome.error().message == "TokenEstimate::text threw: no vocabulary");
    CHECK(provider.calls() == 0);
  }
}

TEST_CASE("recorded answers are not estimated below the tokens that were counted for them",
          "[adapters][estimate][fixtures]") {
  const char* folder = std::getenv("ARAMID_FIXTURES");
  if (folder == nullptr) {
    SUCCEED("no fixtures here");
    return;
  }
  const std::ifstream file{std::filesystem::path{folder} / "expected.json"};
  std::ostringstream text;
  text << file.rdbuf();
  const Json all = Json::parse(text.str());
  int answers = 0;
  const auto check = [&](const std::string& name, ChatRequest said, std::int64_t counted) {
    INFO(name << ": " << counted << " counted, " << estimate_cost(said).input_tokens << " estimated");
    CHECK(estimate_cost(said).input_tokens >= counted);
    ++answers;
  };
  for (const auto& [name, expected] : all.items()) {
    ChatRequest said;
    if (expected.contains("blocks") && expected["message_stop_seen"] == true) {
      said.messages.emplace_back();
      for (const Json& block : expected["blocks"]) {
        said.messages[0].content += block["text"].get<std::string>();
        if (block["type"] == "tool_use") {
          said.messages.push_back(
              {.tool_calls = {
                   {.id = block["id"], .name = block["name"], .arguments = block["partial_json"]}}});
        }
      }
      check(name, said, expected["output_tokens"]);
    } else if (name.starts_with("openai/") && expected["usage"].is_object()) {
      for (const auto& [index, choice] : expected["choices_or_error"].items()) {
        said.messages.push_back(
            {.content = choice["text"].get<std::string>() + choice["refusal"].get<std::string>()});
        for (const Json& tool : choice["tools"]) {
          said.messages.push_back(
              {.tool_calls = {{.id = tool["id"], .name = tool["name"], .arguments = tool["arguments"]}}});
        }
      }
      check(name, said, expected["usage"]["completion_tokens"]);
    } else if (name == "gemini/stream_text_crlf.sse") {
      check(name, expected["text"].get<std::string>(), expected["usage"]["candidatesTokenCount"]);
    }
  }
  CHECK(answers >= 10);
}
