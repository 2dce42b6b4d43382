// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "error_facts.hpp"

#include <aramid/adapters/http_hints.hpp>

#include "http_quota.hpp"
#include "http_text.hpp"
#include "parse.hpp"

#include <algorithm>  // clamp, min

ARAMID_BEGIN

namespace detail {

namespace {

constexpr int deepest_wrapping = 10;
constexpr std::size_t longest_message = std::size_t{16} << 10;

std::optional<Duration> seconds(const Json& json, double unit = 1) {
  const auto value = number_of(json);
  if (!value) return parse_duration(text_of(json));
  if (*value < 0) return std::nullopt;
  const double longest = static_cast<double>(longest_hint.count()) / 1e9;
  return Duration{static_cast<Duration::rep>(std::min(*value * unit, longest) * 1e9)};
}

// Epoch seconds.
std::optional<Duration> until_epoch(const Json& json, WallTime now) {
  const double epoch = number_of(json).value_or(0);
  if (epoch <= 1e9) return std::nullopt;
  const double left = epoch - static_cast<double>(now.time_since_epoch().count()) / 1e9;
  const double longest = static_cast<double>(longest_hint.count()) / 1e9;
  return Duration{static_cast<Duration::rep>(std::clamp(left, 0.0, longest) * 1e9)};
}

void add_code(ErrorFacts& facts, std::string_view code) {
  if (!code.empty()) facts.codes.emplace_back(code);
}

void set_delay(ErrorFacts& facts, std::optional<Duration> delay) {
  if (delay && !facts.delay) facts.delay = delay;
}

void read_code(ErrorFacts& facts, const Json& code) {
  add_code(facts, text_of(code));
  std::optional<std::int64_t> number = count_of(code);
  if (!number) number = to_integer(text_of(code));
  if (facts.number == 0 && number && *number >= 400 && *number <= 599)
    facts.number = static_cast<int>(*number);
}

void read_delays(ErrorFacts& facts, const Json& json, WallTime now) {
  for (const char* key : {"retry_after", "retry_after_seconds", "retryAfter", "resets_in_seconds"})
    set_delay(facts, seconds(member(json, key)));
  set_delay(facts, seconds(member(json, "retry_after_ms"), 1e-3));
  set_delay(facts, until_epoch(member(json, "resets_at"), now));
  if (const auto wait = seconds(member(json, "estimated_time"))) facts.loading = wait;
}

// The typed details of Google's errors.
void read_detail(ErrorFacts& facts, const Json& detail, WallTime now) {
  add_code(facts, text_of(detail, "reason"));
  // RetryInfo says it more exactly than anything before it.
  if (const auto delay = parse_duration(text_of(detail, "retryDelay"))) facts.delay = delay;
  const Json& metadata = member(detail, "metadata");
  set_delay(facts, parse_duration(text_of(metadata, "quotaResetDelay")));
  if (const auto at = parse_rfc3339(text_of(metadata, "quotaResetTimeStamp")))
    set_delay(facts, time_until(*at, {}, now));
  for (const char* key : {"quota_limit", "quotaId"}) {
    if (const auto quota = text_of(metadata, key); !quota.empty()) facts.quotas.emplace_back(quota);
  }
  const Json& violations = member(detail, "violations");
  for (std::size_t i = 0; i < violations.size() && violations.is_array(); ++i) {
    if (const auto quota = text_of(violations[i], "quotaId"); !quota.empty())
      facts.quotas.emplace_back(quota);
  }
}

// The headers of the answer that a gateway had from somebody else, as it puts them into its own.
void read_headers(ErrorFacts& facts, const Json& json, WallTime now) {
  if (!json.is_object()) return;
  HttpHeaders headers;
  for (const auto& [name, value] : json.items())
    headers.add(name, value.is_string() ? std::string{text_of(value)} : print_json(value));
  set_delay(facts, retry_after(headers, now));
  set_delay(facts, exhausted_reset(headers, now));
  if (daily_quota_gone(headers)) facts.quotas.emplace_back("daily");
}

void read_any(ErrorFacts& facts, const Json& json, WallTime now, int depth);

// What OpenRouter and those like it say about the provider behind them.
void read_metadata(ErrorFacts& facts, const Json& metadata, WallTime now, int depth) {
  add_code(facts, text_of(metadata, "error_type"));
  add_code(facts, text_of(metadata, "limit_source"));
  if (member(metadata, "flagged_input").is_string() || member(metadata, "reasons").is_array())
    add_code(facts, "content_filter");
  read_delays(facts, metadata, now);
  read_headers(facts, member(metadata, "headers"), now);
  const std::string_view raw = text_of(metadata, "raw");
  if (raw.empty() || !iequals(trim(facts.message), "provider returned error")) return;
  // Its words say more than the gateway's. Its codes count only where the request is at fault: an account that is
  // used up there is the gateway's own.
  ErrorFacts behind;
  const Json json = parse_json_like(raw);
  if (!json.is_discarded()) read_any(behind, json, now, depth + 1);
  facts.message = behind.message.empty() ? std::string{raw} : behind.message;
  const bool at_fault = facts.number >= 400 && facts.number < 500 && facts.number != 402 &&
                        facts.number != 408 && facts.number != 429;
  if (at_fault) facts.codes.insert(facts.codes.end(), behind.codes.begin(), behind.codes.end());
  set_delay(facts, behind.delay);
}

void read_message(ErrorFacts& facts, const Json& message) {
  if (facts.message.empty()) facts.message = text_of(message);
}

void read_object(ErrorFacts& facts, const Json& error, WallTime now, int depth) {
  // The more exact codes first: a reason beside a status, a code beside a type.
  const Json& details = member(error, "details");
  for (std::size_t i = 0; details.is_array() && i < details.size(); ++i) read_detail(facts, details[i], now);
  for (const char* key :
       {"code", "error_type", "type", "status", "reason", "statusCode", "status_code", "http_status_code"})
    read_code(facts, member(error, key));
  read_code(facts, member(member(error, "innererror"), "code"));
  for (const char* key : {"message", "msg", "detail", "title", "error_description"})
    read_message(facts, member(error, key));
  read_delays(facts, error, now);
  const Json& errors = member(error, "errors");
  for (std::size_t i = 0; errors.is_array() && i < errors.size(); ++i) {
    read_detail(facts, errors[i], now);
    read_message(facts, member(errors[i], "message"));
  }
  read_metadata(facts, member(error, "metadata"), now, depth);
}

void read_any(ErrorFacts& facts, const Json& json, WallTime now, int depth) {
  if (depth > deepest_wrapping) return;
  if (json.is_array()) {
    read_any(facts, element(json, 0), now, depth + 1);
    return;
  }
  if (json.is_string()) {
    read_message(facts, json);
  } else if (json.is_object()) {
    // Where the error proper may be: on its own, in a Response, in a validator's list of complaints.
    for (const char* key : {"error", "response", "detail", "message"}) {
      const Json& inner = member(json, key);
      if (inner.is_structured()) read_any(facts, inner, now, depth + 1);
    }
    read_message(facts, member(json, "error"));
    read_object(facts, json, now, depth);
  }
  // Providers behind providers: a message that is itself an error in JSON.
  const std::string_view text = trim(facts.message);
  if (!text.starts_with('{') && !text.starts_with('[')) return;
  const Json wrapped = parse_json_like(text);
  if (wrapped.is_discarded()) return;
  facts.message.clear();
  read_any(facts, wrapped, now, depth + 1);
}

}  // namespace

ErrorFacts read_error(std::string_view body, WallTime now) {
  ErrorFacts facts;
  const Json json = parse_json_like(body);
  if (!json.is_discarded() && (json.is_structured() || json.is_string())) {
    facts.is_json = true;
    read_any(facts, json, now, 0);
  }
  if (facts.message.empty()) facts.message = body.substr(0, longest_message);
  // It is searched for many phrases.
  if (facts.message.size() > longest_message) facts.message.resize(longest_message);
  return facts;
}

}  // namespace detail

ARAMID_END
