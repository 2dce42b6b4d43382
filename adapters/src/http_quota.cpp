// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_quota.hpp"

#include "http_text.hpp"

#include <algorithm>  // min, max

ARAMID_BEGIN

namespace detail {

namespace {

// Some servers list several policies: "100, 100;w=60". The first number is the one in force.
std::optional<std::int64_t> first_number(const HttpHeaders& headers, std::string_view name) noexcept {
  const auto text = headers.find(name);
  if (!text) return std::nullopt;
  const std::string_view number = trim(*text);
  return to_integer(number.substr(0, number.find_first_of(",; ")));
}

Duration reset_of(const HttpHeaders& headers, std::string_view name, WallTime now) noexcept {
  const auto text = headers.find(name);
  if (!text) return Duration{-1};
  return parse_reset(*text, headers, now).value_or(Duration{-1});
}

struct QuotaFields {
  Quota quota;
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
  std::string_view shared_reset{};  // read if the quota has no reset of its own
};

constexpr std::array quota_fields{
    // OpenAI and those who follow it, Azure, Groq, SambaNova
    QuotaFields{Quota::requests, "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
                "x-ratelimit-reset-requests"},
    QuotaFields{Quota::tokens, "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
                "x-ratelimit-reset-tokens"},
    // Cerebras, SambaNova
    QuotaFields{Quota::requests, "x-ratelimit-limit-requests-minute", "x-ratelimit-remaining-requests-minute",
                "x-ratelimit-reset-requests-minute"},
    QuotaFields{Quota::tokens, "x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-tokens-minute",
                "x-ratelimit-reset-tokens-minute"},
    QuotaFields{Quota::requests_day, "x-ratelimit-limit-requests-day", "x-ratelimit-remaining-requests-day",
                "x-ratelimit-reset-requests-day"},
    QuotaFields{Quota::tokens_day, "x-ratelimit-limit-tokens-day", "x-ratelimit-remaining-tokens-day",
                "x-ratelimit-reset-tokens-day"},
    // Mistral, which has tokens per minute as above
    QuotaFields{Quota::requests, "x-ratelimit-limit-req-minute", "x-ratelimit-remaining-req-minute",
                "x-ratelimit-reset-req-minute"},
    QuotaFields{Quota::longer, "x-ratelimit-limit-tokens-month", "x-ratelimit-remaining-tokens-month",
                "x-ratelimit-reset-tokens-month"},
    // Anthropic
    QuotaFields{Quota::requests, "anthropic-ratelimit-requests-limit",
                "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"},
    QuotaFields{Quota::tokens, "anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
                "anthropic-ratelimit-tokens-reset"},
    QuotaFields{Quota::input_tokens, "anthropic-ratelimit-input-tokens-limit",
                "anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
    QuotaFields{Quota::output_tokens, "anthropic-ratelimit-output-tokens-limit",
                "anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
    // Fireworks
    QuotaFields{Quota::input_tokens, "x-ratelimit-limit-tokens-prompt", "x-ratelimit-remaining-tokens-prompt",
                "x-ratelimit-reset-tokens-prompt"},
    QuotaFields{Quota::output_tokens, "x-ratelimit-limit-tokens-generated",
                "x-ratelimit-remaining-tokens-generated", "x-ratelimit-reset-tokens-generated"},
    // Together, OpenRouter, and many gateways
    QuotaFields{Quota::requests, "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
    QuotaFields{Quota::tokens, "x-tokenlimit-limit", "x-tokenlimit-remaining", "x-tokenlimit-reset",
                "x-ratelimit-reset"},
    // The IETF's drafts up to the sixth
    QuotaFields{Quota::requests, "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"},
};

QuotaHint read(const HttpHeaders& headers, const QuotaFields& fields, WallTime now) noexcept {
  const auto limit = first_number(headers, fields.limit);
  const auto remaining = first_number(headers, fields.remaining);
  QuotaHint hint{.reset = reset_of(headers, fields.reset, now)};
  if (hint.reset < Duration::zero() && (limit || remaining))
    hint.reset = reset_of(headers, fields.shared_reset, now);
  if (limit && *limit >= 0) hint.limit = *limit;
  if (!remaining) return hint;
  // Azure's -1 means "not known" beside a limit that is not known either; beside one that is, or below -1, it is
  // a quota that is overdrawn.
  const bool overdrawn = *remaining < -1 || (*remaining == -1 && limit.value_or(-1) > 0) ||
                         (*remaining == -1 && !limit && hint.reset > Duration::zero());
  if (*remaining >= 0 || overdrawn) hint.remaining = std::max<std::int64_t>(*remaining, 0);
  return hint;
}

// Anthropic's subscriptions: a window of hours or days says how it stands, as "allowed" or "rejected".
void read_unified(QuotaReports& reports, const HttpHeaders& headers, WallTime now) noexcept {
  constexpr std::string_view prefix = "anthropic-ratelimit-unified-";
  constexpr std::string_view suffix = "status";
  const auto verdict = headers.find("anthropic-ratelimit-unified-status");
  // A window that is used up stops nothing while the account may draw on something else.
  if (verdict && !iequals(trim(*verdict), "rejected")) return;
  for (const auto& [name, value] : headers) {
    const std::string_view field = name;
    if (!istarts_with(field, prefix) || field.size() < prefix.size() + suffix.size()) continue;
    if (!iequals(field.substr(field.size() - suffix.size()), suffix)) continue;
    if (!iequals(trim(value), "rejected")) continue;
    const std::string_view window = field.substr(prefix.size(), field.size() - prefix.size() - suffix.size());
    if (istarts_with(window, "overage") || istarts_with(window, "fallback")) continue;
    std::array<char, 96> reset{};
    const std::size_t stem = field.size() - suffix.size();
    constexpr std::string_view end = "reset";
    if (stem + end.size() > reset.size()) continue;
    field.copy(reset.data(), stem);
    end.copy(reset.data() + stem, end.size());
    reports.add(Quota::longer,
                {.remaining = 0, .reset = reset_of(headers, {reset.data(), stem + end.size()}, now)});
  }
}

// The windows of a ChatGPT plan say how many per cent are used.
void read_codex(QuotaReports& reports, const HttpHeaders& headers, WallTime now) noexcept {
  struct Fields {
    std::string_view used;
    std::string_view reset_at;
    std::string_view reset_after;
  };
  constexpr std::array windows{
      Fields{"x-codex-primary-used-percent", "x-codex-primary-reset-at",
             "x-codex-primary-reset-after-seconds"},
      Fields{"x-codex-secondary-used-percent", "x-codex-secondary-reset-at",
             "x-codex-secondary-reset-after-seconds"},
  };
  for (const Fields& window : windows) {
    const auto used = headers.find(window.used);
    // A percentage is read as so many microseconds: the same digits, and no second reader of decimals.
    const auto percent = used ? parse_decimal(*used, std::chrono::microseconds{1}) : std::nullopt;
    if (!percent || *percent < std::chrono::microseconds{100}) continue;
    Duration reset = reset_of(headers, window.reset_at, now);
    if (reset < Duration::zero()) reset = reset_of(headers, window.reset_after, now);
    reports.add(Quota::longer, {.remaining = 0, .reset = reset});
  }
}

}  // namespace

Duration time_until(WallTime at, const HttpHeaders& headers, WallTime now) noexcept {
  if (const auto date = headers.find("date")) now = parse_http_date(*date).value_or(now);
  // Both may come from a server, and be centuries apart.
  return std::min(elapsed(Instant{now.time_since_epoch()}, Instant{at.time_since_epoch()}), longest_hint);
}

std::optional<Duration> parse_reset(std::string_view text, const HttpHeaders& headers,
                                    WallTime now) noexcept {
  text = trim(text);
  const std::string_view whole = text.substr(0, text.find('.'));
  if (text.find_first_not_of("0123456789.") == std::string_view::npos && !whole.empty()) {
    // No length of time has so many seconds: it is a point in time, or nothing at all.
    constexpr std::int64_t epoch_seconds = 1'000'000'000;
    constexpr std::int64_t latest_seconds = 9'000'000'000;  // more do not fit the nanoseconds of a WallTime
    constexpr std::int64_t epoch_milliseconds = 100'000'000'000;
    constexpr std::int64_t latest_milliseconds = 1000 * latest_seconds;
    const auto number = to_integer(whole);
    if (!number || *number >= latest_milliseconds) return std::nullopt;
    if (*number >= epoch_milliseconds)
      return time_until(WallTime{} + std::chrono::milliseconds{*number}, headers, now);
    if (*number > latest_seconds) return std::nullopt;
    if (*number >= epoch_seconds) return time_until(WallTime{} + std::chrono::seconds{*number}, headers, now);
  }
  if (const auto duration = parse_duration(text)) return duration;
  if (const auto time = parse_rfc3339(text)) return time_until(*time, headers, now);
  if (const auto time = parse_http_date(text)) return time_until(*time, headers, now);
  return std::nullopt;
}

QuotaReports read_quotas(const HttpHeaders& headers, WallTime now) noexcept {
  QuotaReports reports;
  for (const QuotaFields& fields : quota_fields) reports.add(fields.quota, read(headers, fields, now));
  read_ietf_quotas(reports, headers);
  read_unified(reports, headers, now);
  read_codex(reports, headers, now);
  return reports;
}

}  // namespace detail

ARAMID_END
