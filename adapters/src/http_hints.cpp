// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http_hints.hpp>

#include "http_quota.hpp"
#include "http_text.hpp"

#include <algorithm>  // max

ARAMID_BEGIN

namespace {

void merge(QuotaHint& into, const QuotaHint& from) noexcept {
  if (from.limit >= 0) into.limit = from.limit;
  if (from.remaining >= 0) into.remaining = from.remaining;
  if (from.reset >= Duration::zero()) into.reset = from.reset;
}

QuotaHint* slot(RateHints& hints, detail::Quota quota) noexcept {
  switch (quota) {
    case detail::Quota::requests:
      return &hints.requests;
    case detail::Quota::tokens:
      return &hints.tokens;
    case detail::Quota::input_tokens:
      return &hints.input_tokens;
    case detail::Quota::output_tokens:
      return &hints.output_tokens;
    case detail::Quota::requests_day:
      return &hints.requests_day;
    case detail::Quota::tokens_day:
      return &hints.tokens_day;
    default:
      return nullptr;
  }
}

// Of two reports of the same kind the one that leaves less, or the first.
bool leaves_less(const QuotaHint& a, const QuotaHint& b) noexcept {
  return a.remaining >= 0 && b.remaining >= 0 && a.remaining < b.remaining;
}

}  // namespace

std::optional<Duration> retry_after(const HttpHeaders& headers, WallTime now) noexcept {
  for (const std::string_view name : {"retry-after-ms", "x-ms-retry-after-ms"}) {
    const auto text = headers.find(name);
    if (!text) continue;
    if (const auto delay = parse_decimal(*text, std::chrono::milliseconds{1})) return delay;
  }
  const auto text = headers.find("retry-after");
  if (!text) return std::nullopt;
  const auto delay = detail::parse_reset(*text, headers, now);
  return delay ? delay : parse_decimal(*text, std::chrono::seconds{1});
}

std::optional<Duration> exhausted_reset(const HttpHeaders& headers, WallTime now) noexcept {
  std::optional<Duration> latest;
  for (const detail::QuotaReport& report : detail::read_quotas(headers, now)) {
    if (!report.used_up() || report.hint.reset < Duration::zero()) continue;
    latest = std::max(latest.value_or(Duration::zero()), report.hint.reset);
  }
  return latest;
}

bool daily_quota_gone(const HttpHeaders& headers) noexcept {
  for (const detail::QuotaReport& report : detail::read_quotas(headers, WallTime{})) {
    if (report.gone()) return true;
  }
  return false;
}

RateHints rate_hints(const HttpHeaders& headers, WallTime now) noexcept {
  RateHints hints;
  bool filled[static_cast<std::size_t>(detail::Quota::longer)] = {};
  for (const detail::QuotaReport& report : detail::read_quotas(headers, now)) {
    QuotaHint* hint = slot(hints, report.quota);
    if (hint == nullptr) continue;
    bool& before = filled[static_cast<std::size_t>(report.quota)];
    if (!before || leaves_less(report.hint, *hint)) *hint = report.hint;
    before = true;
  }
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
