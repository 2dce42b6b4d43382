// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http_hints.hpp>

#include "http_text.hpp"

#include <algorithm>  // max
#include <array>      // array

ARAMID_BEGIN

namespace {

using detail::to_integer;
using detail::trim;

Duration until(WallTime at, WallTime now) noexcept {
  // Both may come from a server, and be centuries apart.
  return std::min(elapsed(Instant{now.time_since_epoch()}, Instant{at.time_since_epoch()}), longest_hint);
}

// The server's own clock if it told it, so that the two clocks need not agree.
WallTime server_now(const HttpHeaders& headers, WallTime now) noexcept {
  if (const auto date = headers.find("date")) {
    if (const auto time = parse_http_date(*date)) return *time;
  }
  return now;
}

std::int64_t count(const HttpHeaders& headers, std::string_view name) noexcept {
  const auto text = headers.find(name);
  if (!text) return -1;
  // Some servers list several policies: "100, 100;w=60". The first number is the one in force.
  std::string_view number = trim(*text);
  number = number.substr(0, number.find_first_of(",; "));
  const auto value = to_integer(number);
  return value && *value >= 0 ? *value : -1;
}

// A reset is a duration, a number of seconds, a point in time as epoch seconds or milliseconds, or a date.
Duration reset(const HttpHeaders& headers, std::string_view name, WallTime now) noexcept {
  const auto text = headers.find(name);
  if (!text) return Duration{-1};
  // A bare number too long to be one is no length of time either.
  if (trim(*text).find_first_not_of("0123456789") == std::string_view::npos && !to_integer(trim(*text))) {
    return Duration{-1};
  }
  if (const auto number = to_integer(trim(*text))) {
    constexpr std::int64_t epoch_seconds = 1'000'000'000;
    constexpr std::int64_t epoch_milliseconds = 100'000'000'000;
    constexpr std::int64_t beyond = 9'000'000'000'000;  // more milliseconds do not fit a WallTime
    if (*number < 0 || *number >= beyond) return Duration{-1};
    if (*number >= epoch_milliseconds) {
      return until(WallTime{} + std::chrono::milliseconds{*number}, server_now(headers, now));
    }
    // Seconds up to 9223372036 fit the nanoseconds of a WallTime.
    if (*number > 9'000'000'000) return Duration{-1};
    if (*number >= epoch_seconds)
      return until(WallTime{} + std::chrono::seconds{*number}, server_now(headers, now));
  }
  if (const auto duration = parse_duration(*text)) return *duration;
  if (const auto time = parse_rfc3339(*text)) return until(*time, server_now(headers, now));
  return Duration{-1};
}

struct QuotaNames {
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
};

constexpr std::array request_names{
    QuotaNames{"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"},
    QuotaNames{"x-ratelimit-limit-requests-minute", "x-ratelimit-remaining-requests-minute",
               "x-ratelimit-reset-requests-minute"},
    QuotaNames{"anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
               "anthropic-ratelimit-requests-reset"},
    QuotaNames{"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
    QuotaNames{"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"},
};

constexpr std::array token_names{
    QuotaNames{"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
    QuotaNames{"x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-tokens-minute",
               "x-ratelimit-reset-tokens-minute"},
    QuotaNames{"anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
               "anthropic-ratelimit-tokens-reset"},
};

constexpr QuotaNames input_token_names{"anthropic-ratelimit-input-tokens-limit",
                                       "anthropic-ratelimit-input-tokens-remaining",
                                       "anthropic-ratelimit-input-tokens-reset"};
constexpr QuotaNames output_token_names{"anthropic-ratelimit-output-tokens-limit",
                                        "anthropic-ratelimit-output-tokens-remaining",
                                        "anthropic-ratelimit-output-tokens-reset"};

constexpr QuotaNames daily_request_names{
    "x-ratelimit-limit-requests-day", "x-ratelimit-remaining-requests-day", "x-ratelimit-reset-requests-day"};
constexpr QuotaNames daily_token_names{"x-ratelimit-limit-tokens-day", "x-ratelimit-remaining-tokens-day",
                                       "x-ratelimit-reset-tokens-day"};
constexpr std::array daily_names{daily_request_names, daily_token_names};

QuotaHint read(const HttpHeaders& headers, const QuotaNames& names, WallTime now) noexcept {
  return {.limit = count(headers, names.limit),
          .remaining = count(headers, names.remaining),
          .reset = reset(headers, names.reset, now)};
}

bool reported(const QuotaHint& hint) noexcept {
  return hint.limit >= 0 || hint.remaining >= 0 || hint.reset >= Duration::zero();
}

template <std::size_t N>
QuotaHint first_reported(const HttpHeaders& headers, const std::array<QuotaNames, N>& names,
                         WallTime now) noexcept {
  for (const QuotaNames& candidate : names) {
    const QuotaHint hint = read(headers, candidate, now);
    if (reported(hint)) return hint;
  }
  return {};
}

// A parameter of a structured field item: the 50 of `"default";r=50;t=30`.
std::int64_t parameter(std::string_view item, char key) noexcept {
  for (std::size_t at = item.find(';'); at != std::string_view::npos; at = item.find(';', at + 1)) {
    const std::string_view rest = trim(item.substr(at + 1));
    if (rest.size() < 2 || rest[0] != key || rest[1] != '=') continue;
    const std::string_view value = rest.substr(2);
    const auto number = to_integer(value.substr(0, value.find_first_of(";, ")));
    return number && *number >= 0 ? *number : -1;
  }
  return -1;
}

// The IETF draft's pair of fields. Of several policies the first counts; a malformed field is left out.
QuotaHint structured(const HttpHeaders& headers) noexcept {
  QuotaHint hint;
  const auto first_item = [&](std::string_view name) -> std::string_view {
    const std::string_view text = trim(headers.find(name).value_or(std::string_view{}));
    return text.starts_with('"') ? text.substr(0, text.find(',')) : std::string_view{};
  };
  const std::string_view state = first_item("ratelimit");
  const std::string_view policy = first_item("ratelimit-policy");
  hint.remaining = parameter(state, 'r');
  hint.limit = parameter(policy, 'q');
  if (const std::int64_t seconds = parameter(state, 't'); seconds >= 0) {
    hint.reset = std::min(saturating_mul(std::chrono::seconds{1}, seconds), longest_hint);
  }
  return hint;
}

void merge(QuotaHint& into, const QuotaHint& from) noexcept {
  if (from.limit >= 0) into.limit = from.limit;
  if (from.remaining >= 0) into.remaining = from.remaining;
  if (from.reset >= Duration::zero()) into.reset = from.reset;
}

}  // namespace

std::optional<Duration> retry_after(const HttpHeaders& headers, WallTime now) noexcept {
  if (const auto text = headers.find("retry-after-ms")) {
    if (const auto delay = parse_decimal(*text, std::chrono::milliseconds{1})) return delay;
  }
  if (const auto text = headers.find("retry-after")) {
    if (const auto delay = parse_decimal(*text, std::chrono::seconds{1})) return delay;
    if (const auto date = parse_http_date(*text)) return until(*date, server_now(headers, now));
  }
  return std::nullopt;
}

std::optional<Duration> exhausted_reset(const HttpHeaders& headers, WallTime now) noexcept {
  std::optional<Duration> latest;
  const auto look = [&](const QuotaHint& hint) {
    if (hint.remaining != 0 || hint.reset < Duration::zero()) return;
    latest = std::max(latest.value_or(Duration::zero()), hint.reset);
  };
  for (const QuotaNames& names : request_names) look(read(headers, names, now));
  for (const QuotaNames& names : token_names) look(read(headers, names, now));
  for (const QuotaNames& names : {input_token_names, output_token_names}) look(read(headers, names, now));
  for (const QuotaNames& names : daily_names) look(read(headers, names, now));
  look(structured(headers));
  return latest;
}

bool daily_quota_gone(const HttpHeaders& headers) noexcept {
  for (const QuotaNames& names : daily_names) {
    if (count(headers, names.remaining) == 0) return true;
  }
  return false;
}

RateHints rate_hints(const HttpHeaders& headers, WallTime now) noexcept {
  RateHints hints{.requests = first_reported(headers, request_names, now),
                  .tokens = first_reported(headers, token_names, now),
                  .input_tokens = read(headers, input_token_names, now),
                  .output_tokens = read(headers, output_token_names, now),
                  .requests_day = read(headers, daily_request_names, now),
                  .tokens_day = read(headers, daily_token_names, now)};
  if (!reported(hints.requests)) hints.requests = structured(headers);
  return hints;
}

void merge_hints(RateHints& into, const RateHints& from) noexcept {
  merge(into.requests, from.requests);
  merge(into.tokens, from.tokens);
  merge(into.input_tokens, from.input_tokens);
  merge(into.output_tokens, from.output_tokens);
  merge(into.requests_day, from.requests_day);
  merge(into.tokens_day, from.tokens_day);
}

Fault status_fault(int status) noexcept {
  switch (status) {
    case 401:
    case 403:
      return Fault::unauthorized;
    case 402:
      return Fault::quota_exhausted;
    case 404:
    case 410:
      return Fault::not_found;
    case 409:
      return Fault::conflict;
    case 413:
      return Fault::request_too_large;
    case 429:
      return Fault::rate_limited;
    case 408:
    case 424:
    case 425:
    case 499:
      return Fault::unavailable;
    case 498:
    case 503:
    case 529:
      return Fault::overloaded;
    default:
      break;
  }
  // A redirect that is not followed: nothing is here.
  if (status >= 300 && status < 400) return Fault::not_found;
  if (status >= 400 && status < 500) return Fault::invalid_request;
  if (status >= 500 && status < 600) return Fault::unavailable;
  return Fault::unknown;
}

Error http_error(int status, const HttpHeaders& headers, std::string_view body, WallTime now) {
  Error error;
  error.fault = status_fault(status);
  error.status = status;
  error.retry_after = retry_after(headers, now);
  if (error.fault == Fault::rate_limited) {
    if (daily_quota_gone(headers)) error.fault = Fault::quota_exhausted;
    if (!error.retry_after) error.retry_after = exhausted_reset(headers, now);
  }
  error.message = detail::shorten(body);
  if (status >= 300 && status < 400) {
    error.message = "the server redirects, and redirects are not followed";
    if (const auto target = headers.find("location")) {
      error.message += ": " + detail::shorten(target->substr(0, target->find('?')));
    }
  }
  return error;
}

ARAMID_END
