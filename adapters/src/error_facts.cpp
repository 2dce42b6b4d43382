// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "error_facts.hpp"

#include "http_text.hpp"
#include "parse.hpp"

#include <algorithm>  // min

ARAMID_BEGIN

namespace detail {

namespace {

constexpr int deepest_wrapping = 10;

std::optional<Duration> seconds(const Json& json) {
  const auto value = number_of(json);
  if (!value || *value < 0) return std::nullopt;
  const double longest = static_cast<double>(longest_hint.count()) / 1e9;
  return Duration{static_cast<Duration::rep>(std::min(*value, longest) * 1e9)};
}

void add_code(ErrorFacts& facts, std::string_view code) {
  if (!code.empty()) facts.codes.emplace_back(code);
}

void read_code(ErrorFacts& facts, const Json& code) {
  add_code(facts, text_of(code));
  std::optional<std::int64_t> number = count_of(code);
  if (!number) number = to_integer(text_of(code));
  if (facts.number == 0 && number && *number >= 400 && *number <= 599)
    facts.number = static_cast<int>(*number);
}

// The typed details of Google's errors.
void read_detail(ErrorFacts& facts, const Json& detail) {
  add_code(facts, text_of(detail, "reason"));
  if (const auto delay = parse_duration(text_of(detail, "retryDelay"))) facts.delay = delay;
  const Json& metadata = member(detail, "metadata");
  if (const auto delay = parse_duration(text_of(metadata, "quotaResetDelay")); delay && !facts.delay) {
    facts.delay = delay;
  }
  for (const char* key : {"quota_limit", "quotaId"}) {
    if (const auto quota = text_of(metadata, key); !quota.empty()) facts.quotas.emplace_back(quota);
  }
  const Json& violations = member(detail, "violations");
  for (std::size_t i = 0; i < violations.size() && violations.is_array(); ++i) {
    if (const auto quota = text_of(violations[i], "quotaId"); !quota.empty())
      facts.quotas.emplace_back(quota);
  }
}

void read_object(ErrorFacts& facts, const Json& error, WallTime now) {
  read_code(facts, member(error, "code"));
  for (const char* key : {"error_type", "type", "status", "reason"}) read_code(facts, member(error, key));
  add_code(facts, text_of(member(error, "metadata"), "error_type"));
  for (const char* key : {"message", "msg", "detail", "title", "error_description"}) {
    if (facts.message.empty()) facts.message = text_of(error, key);
  }
  if (const auto wait = seconds(member(error, "estimated_time"))) facts.loading = wait;
  if (const auto delay = seconds(member(error, "retry_after")); delay && !facts.delay) facts.delay = delay;
  if (const auto at = seconds(member(error, "resets_at")); at && !facts.delay) {
    // Epoch seconds that lie beyond the longest hint were cut by `seconds`, so they are read again.
    const double epoch = number_of(member(error, "resets_at")).value_or(0);
    const double left = epoch - static_cast<double>(now.time_since_epoch().count()) / 1e9;
    const double longest = static_cast<double>(longest_hint.count()) / 1e9;
    if (epoch > 1e9) facts.delay = Duration{static_cast<Duration::rep>(std::clamp(left, 0.0, longest) * 1e9)};
  }
  for (const char* key : {"details", "errors"}) {
    const Json& details = member(error, key);
    for (std::size_t i = 0; details.is_array() && i < details.size(); ++i) read_detail(facts, details[i]);
  }
}

// Whether a message is itself an error in JSON: providers behind providers.
bool wraps_json(std::string_view message) noexcept {
  const std::string_view text = trim(message);
  return text.starts_with('{') || text.starts_with('[');
}

void read_any(ErrorFacts& facts, const Json& json, WallTime now, int depth) {
  if (depth > deepest_wrapping) return;
  if (json.is_array()) {
    read_any(facts, element(json, 0), now, depth + 1);
    return;
  }
  if (!json.is_object()) return;
  const Json& inner = member(json, "error");
  if (inner.is_object()) {
    read_any(facts, inner, now, depth + 1);
  } else if (inner.is_string()) {
    if (facts.message.empty()) facts.message = text_of(inner);
  }
  read_object(facts, json, now);
  if (wraps_json(facts.message)) {
    const Json wrapped = parse_json(facts.message);
    if (!wrapped.is_discarded()) {
      facts.message.clear();
      read_any(facts, wrapped, now, depth + 1);
    }
  }
}

}  // namespace

ErrorFacts read_error(std::string_view body, WallTime now) {
  ErrorFacts facts;
  const Json json = parse_json(body);
  if (!json.is_discarded() && json.is_structured()) {
    facts.is_json = true;
    read_any(facts, json, now, 0);
  }
  if (facts.message.empty()) facts.message = body;
  return facts;
}

}  // namespace detail

ARAMID_END
