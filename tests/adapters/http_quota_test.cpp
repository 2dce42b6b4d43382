// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Limits and delays as each provider writes them into its headers.

#include <aramid/adapters/classify.hpp>
#include <aramid/adapters/http_hints.hpp>

#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + 12h;
constexpr std::int64_t epoch =
    std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();

std::string after(std::int64_t seconds) { return std::to_string(epoch + seconds); }

void check(const QuotaHint& hint, std::int64_t limit, std::int64_t remaining, Duration reset = Duration{-1}) {
  CHECK(hint.limit == limit);
  CHECK(hint.remaining == remaining);
  CHECK(hint.reset == reset);
}

// The fields of a recorded answer, where there are any.
HttpHeaders recorded(const std::string& name) {
  HttpHeaders headers;
  const char* folder = std::getenv("ARAMID_FIXTURES");
  std::ifstream file{std::filesystem::path{folder == nullptr ? "" : folder} / name};
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos) headers.add(line.substr(0, colon), line.substr(colon + 1));
  }
  return headers;
}

}  // namespace

TEST_CASE("a reset is read in every form that a server may write it", "[adapters][hints]") {
  const auto reset = [](const std::string& text) {
    return rate_hints({{"x-ratelimit-reset-tokens", text}}, now).tokens.reset;
  };
  CHECK(reset("6m0s") == 6min);
  CHECK(reset("12ms") == 12ms);
  CHECK(reset("2m59.56s") == 179560ms);
  CHECK(reset("1d2h") == 26h);
  CHECK(reset("59") == 59s);
  CHECK(reset("33011.382867") == 33011382867us);
  CHECK(reset("0") == 0s);
  CHECK(reset("2026-03-01T12:00:30Z") == 30s);
  CHECK(reset("Sun, 01 Mar 2026 12:00:30 GMT") == 30s);
  CHECK(reset(after(90)) == 90s);
  CHECK(reset(after(90) + ".75") == 90s);
  CHECK(reset(after(90) + "000") == 90s);
  CHECK(reset(after(-90)) == 0s);
  CHECK(reset("2026-03-01T11:00:00Z") == 0s);
  for (const char* text : {"-1", "", "soon", ".5", "1.2.3", "12:30"}) {
    INFO(text);
    CHECK(reset(text) < Duration::zero());
  }
}

TEST_CASE("Retry-After may be a duration or a point in time, and Azure has a field of its own",
          "[adapters][hints]") {
  CHECK(retry_after({{"Retry-After", "30s"}}, now) == 30s);
  CHECK(retry_after({{"Retry-After", after(45)}}, now) == 45s);
  CHECK(retry_after({{"Retry-After", after(45) + "000"}}, now) == 45s);
  CHECK(retry_after({{"Retry-After", "198300"}}, now) == 198300s);
  CHECK(retry_after({{"x-ms-retry-after-ms", "1500"}, {"Retry-After", "2"}}, now) == 1500ms);
  CHECK(retry_after({{"retry-after-ms", "250"}, {"x-ms-retry-after-ms", "1500"}}, now) == 250ms);
}

TEST_CASE("Azure's -1 is no quota, and what is overdrawn is used up", "[adapters][hints]") {
  const auto tokens = [](const char* limit, const char* remaining, const char* reset) {
    HttpHeaders headers{{"x-ratelimit-remaining-tokens", remaining}, {"x-ratelimit-reset-tokens", reset}};
    if (*limit != '\0') headers.add("x-ratelimit-limit-tokens", limit);
    return rate_hints(headers, now).tokens;
  };
  check(tokens("-1", "-1", "0"), -1, -1, 0s);
  check(tokens("", "-1", "0"), -1, -1, 0s);
  check(tokens("", "-1", "59"), -1, 0, 59s);
  check(tokens("10000", "-1", "59"), 10000, 0, 59s);
  check(tokens("", "-27689", "64"), -1, 0, 64s);
  CHECK(exhausted_reset({{"x-ratelimit-remaining-tokens", "-27689"}, {"x-ratelimit-reset-tokens", "64"}},
                        now) == 64s);
}

TEST_CASE("quotas per minute, per day and per month are told apart", "[adapters][hints]") {
  SECTION("Cerebras") {
    const HttpHeaders headers{
        {"x-ratelimit-limit-requests-day", "14400"},   {"x-ratelimit-limit-tokens-minute", "60000"},
        {"x-ratelimit-remaining-requests-day", "0"},   {"x-ratelimit-remaining-tokens-minute", "55000"},
        {"x-ratelimit-reset-requests-day", "33011.5"}, {"x-ratelimit-reset-tokens-minute", "11.5"}};
    check(rate_hints(headers, now).requests_day, 14400, 0, 33011500ms);
    check(rate_hints(headers, now).tokens, 60000, 55000, 11500ms);
    CHECK(daily_quota_gone(headers));
    CHECK(exhausted_reset(headers, now) == 33011500ms);
  }
  SECTION("SambaNova") {
    const HttpHeaders headers{
        {"x-ratelimit-limit-requests", "20"},           {"x-ratelimit-remaining-requests", "0"},
        {"x-ratelimit-reset-requests", after(40)},      {"x-ratelimit-limit-requests-day", "1500"},
        {"x-ratelimit-remaining-requests-day", "1497"}, {"x-ratelimit-reset-requests-day", "4h17m"}};
    check(rate_hints(headers, now).requests, 20, 0, 40s);
    check(rate_hints(headers, now).requests_day, 1500, 1497, 4h + 17min);
    CHECK_FALSE(daily_quota_gone(headers));
    CHECK(exhausted_reset(headers, now) == 40s);
  }
  SECTION("Mistral") {
    const HttpHeaders headers{{"x-ratelimit-limit-req-minute", "60"},
                              {"x-ratelimit-remaining-req-minute", "59"},
                              {"x-ratelimit-limit-tokens-minute", "50000"},
                              {"x-ratelimit-remaining-tokens-minute", "47196"}};
    check(rate_hints(headers, now).requests, 60, 59);
    check(rate_hints(headers, now).tokens, 50000, 47196);
    CHECK_FALSE(daily_quota_gone(headers));
    CHECK(daily_quota_gone({{"x-ratelimit-remaining-tokens-month", "0"}}));
    // A key that may make no request at all.
    CHECK(
        daily_quota_gone({{"x-ratelimit-limit-req-minute", "0"}, {"x-ratelimit-remaining-req-minute", "0"}}));
    CHECK_FALSE(
        daily_quota_gone({{"x-ratelimit-limit-req-minute", "9"}, {"x-ratelimit-remaining-req-minute", "0"}}));
  }
}

TEST_CASE("prompt and answer have quotas of their own at some providers", "[adapters][hints]") {
  const RateHints fireworks = rate_hints({{"x-ratelimit-limit-tokens-prompt", "7200000"},
                                          {"x-ratelimit-remaining-tokens-prompt", "7193993"},
                                          {"x-ratelimit-limit-tokens-generated", "72000"},
                                          {"x-ratelimit-remaining-tokens-generated", "0"}},
                                         now);
  check(fireworks.input_tokens, 7200000, 7193993);
  check(fireworks.output_tokens, 72000, 0);
  const HttpHeaders anthropic{{"anthropic-ratelimit-output-tokens-limit", "16000"},
                              {"anthropic-ratelimit-output-tokens-remaining", "0"},
                              {"anthropic-ratelimit-output-tokens-reset", "2026-03-01T12:00:07Z"},
                              {"anthropic-ratelimit-requests-remaining", "49"},
                              {"anthropic-ratelimit-requests-reset", "2026-03-01T12:01:00Z"}};
  check(rate_hints(anthropic, now).output_tokens, 16000, 0, 7s);
  CHECK(exhausted_reset(anthropic, now) == 7s);
}

TEST_CASE("Together has one reset for its requests and its tokens", "[adapters][hints]") {
  const HttpHeaders headers{{"x-ratelimit-limit", "10"},
                            {"x-ratelimit-remaining", "9"},
                            {"x-ratelimit-reset", "3"},
                            {"x-tokenlimit-limit", "3000"},
                            {"x-tokenlimit-remaining", "0"}};
  check(rate_hints(headers, now).requests, 10, 9, 3s);
  check(rate_hints(headers, now).tokens, 3000, 0, 3s);
  CHECK(exhausted_reset(headers, now) == 3s);
  CHECK(rate_hints({{"x-ratelimit-reset", "3"}}, now).tokens.reset < 0s);
}

TEST_CASE("OpenRouter's reset is in epoch milliseconds", "[adapters][hints]") {
  const HttpHeaders headers{
      {"X-RateLimit-Limit", "20"}, {"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", after(33) + "500"}};
  check(rate_hints(headers, now).requests, 20, 0, 33500ms);
  CHECK(exhausted_reset(headers, now) == 33500ms);
}

TEST_CASE("of several fields about one quota the one that leaves least counts", "[adapters][hints]") {
  const HttpHeaders headers{{"x-ratelimit-limit-requests", "500"},
                            {"x-ratelimit-remaining-requests", "400"},
                            {"ratelimit-limit", "10"},
                            {"ratelimit-remaining", "2"},
                            {"ratelimit-reset", "5"}};
  check(rate_hints(headers, now).requests, 10, 2, 5s);
}

TEST_CASE("the IETF's rate limit fields are read as the draft has them", "[adapters][hints]") {
  const auto hints = [](const char* state, const char* policy = "") {
    HttpHeaders headers{{"RateLimit", state}};
    if (*policy != '\0') headers.add("RateLimit-Policy", policy);
    return rate_hints(headers, now);
  };
  check(hints("\"default\";r=50;t=30", "\"default\";q=100;w=60").requests, 100, 50, 30s);
  check(hints("default; r=50; t=30", "default;q=100").requests, 100, 50, 30s);
  check(hints("\"a\";t=0;r=0;pk=:YWJj:;x", "\"b\";q=7;qu=\"requests\"").requests, 7, 0, 0s);
  check(hints("", "\"default\";q=100;w=60").requests, 100, -1);
  SECTION("several policies: each has its own kind, and the least counts") {
    const RateHints all =
        hints("\"burst\";r=4;t=1, \"day\";r=900;t=3600 ,\"tok\";r=0;t=20,\"size\";r=1",
              "\"size\";q=9;qu=\"content-bytes\",\"day\";q=1000;w=86400, \"burst\";q=10;w=1, "
              "\"tok\";q=5000;w=60;qu=\"tokens\"");
    check(all.requests, 10, 4, 1s);
    check(all.requests_day, 1000, 900, 3600s);
    check(all.tokens, 5000, 0, 20s);
    check(hints("\"a\";r=50;t=30, \"b\";r=2;t=60", "\"a\";q=100, \"b\";q=5").requests, 5, 2, 60s);
  }
  SECTION("the dictionary of the seventh draft, and the three fields before it") {
    check(hints("limit=100, remaining=50, reset=30").requests, 100, 50, 30s);
    const HttpHeaders fields{
        {"RateLimit-Limit", "100, 100;w=60"}, {"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "30"}};
    check(rate_hints(fields, now).requests, 100, 0, 30s);
  }
  SECTION("a malformed field counts as absent, as a whole") {
    for (const char* field : {"\"default;r=50", "\"a\";r=50,", "\"a\";r=50 \"b\";r=2", "\"a\";R=50",
                              "\"a\";r=50;=3", "\"a\"=3;r=50", "r=50;t=30", "limit=100, remaining",
                              "limit=1,", ";r=50", "\"a\";r=", "\"a\\", "(\"a\";r=50)"}) {
      INFO(field);
      CHECK(hints(field).requests.remaining == -1);
      CHECK(hints(field).requests.limit == -1);
    }
    check(hints("\"a\";r=many;t=-3", "\"a\";q=1.5").requests, -1, -1);
  }
  SECTION("used up") {
    CHECK(exhausted_reset({{"RateLimit", "\"a\";r=0;t=3, \"b\";r=0;t=9, \"c\";r=1;t=99"}}, now) == 9s);
    CHECK(daily_quota_gone({{"RateLimit", "\"a\";r=0;t=3"}, {"RateLimit-Policy", "\"a\";q=9;w=86400"}}));
    CHECK_FALSE(daily_quota_gone({{"RateLimit", "\"a\";r=0;t=3"}, {"RateLimit-Policy", "\"a\";q=9;w=60"}}));
  }
}

TEST_CASE("a plan's usage windows are used up when they say so, and the last to open counts",
          "[adapters][hints]") {
  SECTION("Anthropic") {
    HttpHeaders headers{{"anthropic-ratelimit-unified-status", "rejected"},
                        {"anthropic-ratelimit-unified-reset", after(180)},
                        {"anthropic-ratelimit-unified-5h-status", "rejected"},
                        {"anthropic-ratelimit-unified-5h-reset", after(180)},
                        {"anthropic-ratelimit-unified-7d-status", "rejected"},
                        {"anthropic-ratelimit-unified-7d-reset", after(7200)},
                        {"anthropic-ratelimit-unified-7d_opus-status", "allowed_warning"},
                        {"anthropic-ratelimit-unified-7d_opus-reset", after(90000)},
                        {"anthropic-ratelimit-unified-overage-status", "rejected"},
                        {"anthropic-ratelimit-unified-overage-reset", after(99999)}};
    CHECK(exhausted_reset(headers, now) == 7200s);
    CHECK(daily_quota_gone(headers));
    const Error error =
        classify(429, headers, R"({"type":"error","error":{"type":"rate_limit_error"}})", now);
    CHECK(error.fault == Fault::quota_exhausted);
    CHECK(error.retry_after == 7200s);
    // Short of 429 they change no quota's numbers.
    CHECK(rate_hints(headers, now).requests.remaining == -1);
  }
  SECTION("Anthropic, while the account may draw on something else") {
    const HttpHeaders headers{{"anthropic-ratelimit-unified-status", "allowed"},
                              {"anthropic-ratelimit-unified-5h-status", "rejected"},
                              {"anthropic-ratelimit-unified-5h-reset", after(180)}};
    CHECK_FALSE(exhausted_reset(headers, now));
    CHECK_FALSE(daily_quota_gone(headers));
  }
  SECTION("OpenAI") {
    const auto window = [](const char* primary, const char* secondary) {
      return HttpHeaders{{"x-codex-primary-used-percent", primary},
                         {"x-codex-primary-window-minutes", "300"},
                         {"x-codex-primary-reset-at", after(600)},
                         {"x-codex-secondary-used-percent", secondary},
                         {"x-codex-secondary-reset-after-seconds", "86400"}};
    };
    CHECK_FALSE(exhausted_reset(window("99.9", "12.5"), now));
    CHECK(exhausted_reset(window("100", "12.5"), now) == 600s);
    CHECK(exhausted_reset(window("100.0", "104"), now) == 86400s);
    CHECK(daily_quota_gone(window("100", "0")));
    CHECK_FALSE(daily_quota_gone(window("nan", "")));
  }
}

TEST_CASE("recorded headers give their limits", "[adapters][hints][fixtures]") {
  const HttpHeaders openai = recorded("openai/headers_200.txt");
  if (openai.empty()) {
    SUCCEED("no fixtures here");
    return;
  }
  check(rate_hints(openai, now).requests, 5000, 4999, 12ms);
  check(rate_hints(openai, now).tokens, 160000, 159976, 9ms);
  const WallTime then = std::chrono::sys_days{std::chrono::year{2025} / 8 / 21} + 12h + 40min;
  const RateHints anthropic = rate_hints(recorded("anthropic/headers_200.txt"), then);
  check(anthropic.requests, 1000, 999, 59s);
  check(anthropic.tokens, 96000, 96000, 59s);
  check(anthropic.input_tokens, 80000, 80000, 59s);
  check(anthropic.output_tokens, 16000, 16000, 59s);
  const HttpHeaders groq = recorded("groq/headers_429.txt");
  check(rate_hints(groq, now).requests, 14400, 14370, 179560ms);
  check(rate_hints(groq, now).tokens, 18000, 17997, 7660ms);
  CHECK(retry_after(groq, now) == 2s);
  CHECK_FALSE(exhausted_reset(groq, now));
  check(rate_hints(recorded("ietf/headers_draft10.txt"), now).requests, 100, 50, 30s);
  CHECK_FALSE(exhausted_reset(recorded("codex/headers_usage_snapshot.txt"), now));
}
