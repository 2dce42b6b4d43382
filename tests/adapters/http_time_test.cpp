// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http_hints.hpp>
#include <aramid/adapters/http_time.hpp>

#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr WallTime at(std::chrono::year_month_day date, Duration time) {
  return std::chrono::sys_days{date} + time;
}

constexpr WallTime now = at(std::chrono::year{2026} / 3 / 1, 12h);

}  // namespace

TEST_CASE("durations are read in every form that servers use", "[adapters][time]") {
  CHECK(parse_duration("6m0s") == 6min);
  CHECK(parse_duration("1s") == 1s);
  CHECK(parse_duration("12ms") == 12ms);
  CHECK(parse_duration("2m59.56s") == 179560ms);
  CHECK(parse_duration("1h2m3.5s") == 3723500ms);
  CHECK(parse_duration("5m30ms") == 300030ms);
  CHECK(parse_duration("250us") == 250us);
  CHECK(parse_duration("250\xC2\xB5s") == 250us);
  CHECK(parse_duration("7ns") == 7ns);
  CHECK(parse_duration(" 7.66 ") == 7660ms);
  CHECK(parse_duration("0") == 0s);
}

TEST_CASE("what is not a duration is nothing", "[adapters][time]") {
  for (const char* text : {"", " ", "-1", "-1s", "nan", "inf", "NaN", "1x", "1.5.2s", "s", "1 s", "1s 2",
                           "0x10", "1e9999", "+1", "1,5", "1e3"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("a duration too long to be meant is cut at the longest hint", "[adapters][time]") {
  CHECK(parse_duration("99999999999999999999h") == longest_hint);
  CHECK(parse_duration("100000h100000h") == longest_hint);
  CHECK(parse_decimal("99999999999999999999999", 1s) == longest_hint);
  CHECK_FALSE(parse_decimal("nan", 1s).has_value());
  CHECK_FALSE(parse_decimal("inf", 1s).has_value());
}

TEST_CASE("the three forms of an HTTP date mean the same", "[adapters][time]") {
  constexpr WallTime expected = at(std::chrono::year{1994} / 11 / 6, 8h + 49min + 37s);
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == expected);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == expected);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == expected);
  for (const char* text :
       {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 9999 08:49:37 GMT", "GMT", ", GMT", "1994"}) {
    INFO(text);
    CHECK_FALSE(parse_http_date(text).has_value());
  }
}

TEST_CASE("RFC 3339 times are read with fraction and offset", "[adapters][time]") {
  CHECK(parse_rfc3339("2026-03-01T12:00:00Z") == now);
  CHECK(parse_rfc3339("2026-03-01t12:00:00.25z") == now + 250ms);
  CHECK(parse_rfc3339("2026-03-01T13:30:00+01:30") == now);
  CHECK(parse_rfc3339("2026-03-01T11:00:00-01:00") == now);
  for (const char* text :
       {"", "2026-03-01", "2026-03-01T12:00:00", "2026-13-01T12:00:00Z", "2026-03-01T12:00:00.Z"}) {
    INFO(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}

TEST_CASE("the delay in a sentence is found", "[adapters][time]") {
  CHECK(find_delay("Slow down. Please try again in 6ms. Thanks.") == 6ms);
  CHECK(find_delay("Please try again in 9m38.016s.") == 578016ms);
  CHECK(find_delay("please RETRY in 56.5s.") == 56500ms);
  CHECK(find_delay("Try again in 20 seconds") == 20s);
  CHECK(find_delay("try again in 1 minute, or pay") == 1min);
  CHECK(find_delay("Please retry after 30.") == 30s);
  CHECK(find_delay("you can retry in a while; try again in 3s") == 3s);
  CHECK(find_delay("Your quota will reset after 42h1m20s.") == 42h + 1min + 20s);
  CHECK(find_delay("The limit resets in 2 hours and 5 minutes.") == 125min);
  CHECK(find_delay("Please wait about 20 Secs.") == 20s);
  CHECK(find_delay("Retry after 1 minute, 30 requests are left") == 1min);
  CHECK(find_delay("Retry in 1 min 30 sec, 90 sec at most") == 90s);
  CHECK(find_delay("try again in ~1d 2h") == 26h);
  CHECK(find_delay("RETRY IN 500MS") == 500ms);
  for (const char* text : {"", "try again later", "try again in five seconds", "try again in 2 requests",
                           "in 5s", "try again in -5s", "try again in "}) {
    INFO(text);
    CHECK_FALSE(find_delay(text).has_value());
  }
}

TEST_CASE("Retry-After is read as milliseconds, seconds or a date", "[adapters][hints]") {
  CHECK(retry_after({{"Retry-After", "2"}}, now) == 2s);
  CHECK(retry_after({{"retry-after", "1.5"}}, now) == 1500ms);
  CHECK(retry_after({{"retry-after", "0"}}, now) == 0s);
  CHECK(retry_after({{"Retry-After-Ms", "250"}, {"Retry-After", "1"}}, now) == 250ms);
  CHECK(retry_after({{"Retry-After-Ms", "junk"}, {"Retry-After", "1"}}, now) == 1s);
  CHECK(retry_after({{"Retry-After", "Sun, 01 Mar 2026 12:00:20 GMT"}}, now) == 20s);
  CHECK(retry_after({{"Retry-After", "Sun, 01 Mar 2026 11:00:00 GMT"}}, now) == 0s);
  CHECK(retry_after({{"Retry-After", "99999999999999999999"}}, now) == longest_hint);
  for (const char* text : {"", "-1", "nan", "inf", "-inf", "1e999", "soon", "1s later"}) {
    INFO(text);
    CHECK_FALSE(retry_after({{"Retry-After", text}}, now).has_value());
  }
}

TEST_CASE("a Retry-After date is compared with the server's own clock", "[adapters][hints]") {
  const HttpHeaders headers{{"Date", "Sun, 01 Mar 2020 00:00:00 GMT"},
                            {"Retry-After", "Sun, 01 Mar 2020 00:00:05 GMT"}};
  CHECK(retry_after(headers, now) == 5s);
}

TEST_CASE("dates at the ends of what can be told become the longest hint or none", "[adapters][hints]") {
  const HttpHeaders centuries{{"Date", "Thu, 01 Jan 1700 00:00:00 GMT"},
                              {"Retry-After", "Tue, 01 Jan 2250 00:00:00 GMT"}};
  CHECK(retry_after(centuries, now) == longest_hint);
  const HttpHeaders backwards{{"Date", "Tue, 01 Jan 2250 00:00:00 GMT"},
                              {"Retry-After", "Thu, 01 Jan 1700 00:00:00 GMT"}};
  CHECK(retry_after(backwards, now) == 0s);
  const auto reset = [](const char* text) {
    return rate_hints({{"x-ratelimit-limit", "1"}, {"x-ratelimit-reset", text}}, now).requests.reset;
  };
  for (const char* text : {"8999999999999", "8999999999", "1.0e9", "999999999"}) {
    INFO(text);
    CHECK(reset(text) <= longest_hint);
    CHECK(reset(text) >= Duration{-1});
  }
  CHECK(reset("8999999999999") == longest_hint);
  for (const char* text : {"9000000000000", "9500000000000", "9223372036854775807", "92233720368547758080",
                           "-5", "nan", "inf", "1e999"}) {
    INFO(text);
    CHECK(reset(text) < Duration::zero());
  }
}

TEST_CASE("rate-limit headers of every family become hints", "[adapters][hints]") {
  SECTION("Go-style durations") {
    const RateHints hints = rate_hints({{"x-ratelimit-limit-requests", "5000"},
                                        {"x-ratelimit-remaining-requests", "4999"},
                                        {"x-ratelimit-reset-requests", "12ms"},
                                        {"x-ratelimit-limit-tokens", "160000"},
                                        {"x-ratelimit-remaining-tokens", "159976"},
                                        {"x-ratelimit-reset-tokens", "6m0s"}},
                                       now);
    CHECK(hints.requests.limit == 5000);
    CHECK(hints.requests.remaining == 4999);
    CHECK(hints.requests.reset == 12ms);
    CHECK(hints.tokens.limit == 160000);
    CHECK(hints.tokens.remaining == 159976);
    CHECK(hints.tokens.reset == 6min);
  }
  SECTION("plain seconds, some below zero") {
    const RateHints hints =
        rate_hints({{"x-ratelimit-reset-requests", "30"}, {"x-ratelimit-reset-tokens", "-1"}}, now);
    CHECK(hints.requests.reset == 30s);
    CHECK(hints.tokens.reset < 0s);
  }
  SECTION("calendar times") {
    const RateHints hints = rate_hints({{"anthropic-ratelimit-requests-limit", "1000"},
                                        {"anthropic-ratelimit-requests-remaining", "999"},
                                        {"anthropic-ratelimit-requests-reset", "2026-03-01T12:00:40Z"},
                                        {"anthropic-ratelimit-tokens-remaining", "96000"},
                                        {"anthropic-ratelimit-input-tokens-limit", "80000"},
                                        {"anthropic-ratelimit-input-tokens-remaining", "0"},
                                        {"anthropic-ratelimit-output-tokens-remaining", "16000"}},
                                       now);
    CHECK(hints.input_tokens.limit == 80000);
    CHECK(hints.input_tokens.remaining == 0);
    CHECK(hints.output_tokens.remaining == 16000);
    CHECK(hints.requests.limit == 1000);
    CHECK(hints.requests.reset == 40s);
    CHECK(hints.tokens.remaining == 96000);
  }
  SECTION("quotas per minute beside quotas per day") {
    const RateHints hints = rate_hints({{"x-ratelimit-limit-requests-day", "9"},
                                        {"x-ratelimit-limit-tokens-minute", "60000"},
                                        {"x-ratelimit-reset-tokens-minute", "11.5"}},
                                       now);
    CHECK(hints.requests.limit == -1);
    CHECK(hints.requests_day.limit == 9);
    CHECK(hints.tokens_day.limit == -1);
    CHECK(hints.tokens.limit == 60000);
    CHECK(hints.tokens.reset == 11500ms);
  }
  SECTION("epoch seconds and milliseconds") {
    const auto epoch = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count() + 7;
    CHECK(rate_hints({{"X-RateLimit-Reset", std::to_string(epoch)}}, now).requests.reset == 7s);
    CHECK(rate_hints({{"X-RateLimit-Reset", std::to_string(epoch * 1000)}}, now).requests.reset == 7s);
    CHECK(rate_hints({{"X-RateLimit-Reset", "9223372036854775807"}}, now).requests.reset < 0s);
  }
  SECTION("the IETF drafts") {
    const RateHints hints = rate_hints(
        {{"RateLimit-Policy", "\"default\";q=100;w=60"}, {"RateLimit", "\"default\";r=50;t=30"}}, now);
    CHECK(hints.requests.limit == 100);
    CHECK(hints.requests.remaining == 50);
    CHECK(hints.requests.reset == 30s);
    CHECK(rate_hints({{"RateLimit-Limit", "100, 100;w=60"}}, now).requests.limit == 100);
    CHECK(rate_hints({{"RateLimit", "r=50;t=30"}}, now).requests.remaining == -1);
  }
  SECTION("nothing, and nonsense") {
    const RateHints hints =
        rate_hints({{"x-ratelimit-limit-requests", "many"}, {"x-ratelimit-reset-requests", "soon"}}, now);
    CHECK(hints.requests.limit == -1);
    CHECK(hints.requests.reset < 0s);
    CHECK(hints.tokens.remaining == -1);
  }
}

TEST_CASE("only the reset of a quota that is used up counts as a delay", "[adapters][hints]") {
  const HttpHeaders headers{{"x-ratelimit-remaining-requests", "10"},
                            {"x-ratelimit-reset-requests", "60s"},
                            {"x-ratelimit-remaining-tokens", "0"},
                            {"x-ratelimit-reset-tokens", "5s"}};
  CHECK(exhausted_reset(headers, now) == 5s);
  CHECK_FALSE(
      exhausted_reset({{"x-ratelimit-remaining-requests", "1"}, {"x-ratelimit-reset-requests", "1s"}}, now));
  CHECK_FALSE(daily_quota_gone(headers));
  CHECK(daily_quota_gone({{"x-ratelimit-remaining-requests-day", "0"}}));
}

TEST_CASE("hints that are not reported leave earlier ones alone", "[adapters][hints]") {
  RateHints hints;
  hints.requests.limit = 7;
  merge_hints(hints, rate_hints({{"x-ratelimit-remaining-requests", "3"}}, now));
  CHECK(hints.requests.limit == 7);
  CHECK(hints.requests.remaining == 3);
}
