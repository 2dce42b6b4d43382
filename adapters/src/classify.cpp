// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/classify.hpp>

#include <aramid/adapters/http_hints.hpp>

#include "error_facts.hpp"
#include "http_text.hpp"

#include <algorithm>  // min
#include <array>      // array

ARAMID_BEGIN

namespace {

using detail::icontains;

// A model that is being loaded may take minutes, but it is worth asking again sooner than that.
constexpr Duration longest_loading_wait = std::chrono::seconds{60};

struct Code {
  std::string_view text;
  Fault fault;
};

// Codes that say what happened whatever the status is. Compared without regard to case. Those of a quota count
// before all others: they come beside codes that would have it wait.
constexpr std::array codes{
    Code{"insufficient_quota", Fault::quota_exhausted},
    Code{"credit_balance_exhausted", Fault::quota_exhausted},
    Code{"organization_spend_limit_exceeded", Fault::quota_exhausted},
    Code{"project_spend_limit_exceeded", Fault::quota_exhausted},
    Code{"organization_usage_limit_exceeded", Fault::quota_exhausted},
    Code{"usage_limit_reached", Fault::quota_exhausted},
    Code{"usage_not_included", Fault::quota_exhausted},
    Code{"billing_hard_limit_reached", Fault::quota_exhausted},
    Code{"billing_not_active", Fault::quota_exhausted},
    Code{"billing_error", Fault::quota_exhausted},
    Code{"insufficient_credits", Fault::quota_exhausted},
    Code{"insufficient_balance", Fault::quota_exhausted},
    Code{"payment_required", Fault::quota_exhausted},
    Code{"quota_exhausted", Fault::quota_exhausted},
    Code{"insufficient_credit", Fault::quota_exhausted},
    Code{"openrouter_free_tier_daily", Fault::quota_exhausted},
    Code{"INSUFFICIENT_G1_CREDITS_BALANCE", Fault::quota_exhausted},
    Code{"MODEL_CAPACITY_EXHAUSTED", Fault::overloaded},
    Code{"MODEL_CAPACITY_EXCEEDED", Fault::overloaded},
    Code{"overloaded_error", Fault::overloaded},
    Code{"overloaded", Fault::overloaded},
    Code{"server_is_overloaded", Fault::overloaded},
    Code{"engine_overloaded", Fault::overloaded},
    Code{"slow_down", Fault::overloaded},
    Code{"capacity_exceeded", Fault::overloaded},
    Code{"service_tier_capacity_exceeded", Fault::overloaded},
    Code{"provider_overloaded", Fault::overloaded},
    Code{"provider_unavailable", Fault::unavailable},
    Code{"context_length_exceeded", Fault::context_length},
    Code{"context_window_exceeded", Fault::context_length},
    Code{"model_context_window_exceeded", Fault::context_length},
    Code{"exceed_context_size_error", Fault::context_length},
    Code{"content_filter", Fault::content_filtered},
    Code{"image_content_policy_violation", Fault::content_filtered},
    Code{"content_policy_violation", Fault::content_filtered},
    Code{"ResponsibleAIPolicyViolation", Fault::content_filtered},
    Code{"invalid_prompt", Fault::content_filtered},
    Code{"cyber_policy", Fault::content_filtered},
    Code{"API_KEY_INVALID", Fault::unauthorized},
    Code{"invalid_api_key", Fault::unauthorized},
    Code{"incorrect_api_key", Fault::unauthorized},
    Code{"authentication_error", Fault::unauthorized},
    Code{"permission_error", Fault::unauthorized},
    Code{"permission_denied", Fault::unauthorized},
    Code{"unauthenticated", Fault::unauthorized},
    Code{"account_deactivated", Fault::unauthorized},
    Code{"access_terminated", Fault::unauthorized},
    Code{"unsupported_country_region_territory", Fault::unauthorized},
    // Google's word for a region or an account without billing, under status 400.
    Code{"FAILED_PRECONDITION", Fault::unauthorized},
    Code{"model_not_found", Fault::not_found},
    Code{"model_not_available", Fault::not_found},
    Code{"model_decommissioned", Fault::not_found},
    Code{"not_found_error", Fault::not_found},
    Code{"DeploymentNotFound", Fault::not_found},
    Code{"request_too_large", Fault::request_too_large},
    Code{"model_loading", Fault::loading},
    Code{"rate_limit_exceeded", Fault::rate_limited},
    Code{"rate_limit_error", Fault::rate_limited},
    Code{"rateLimitExceeded", Fault::rate_limited},
    Code{"rate_limited", Fault::rate_limited},
    Code{"too_many_requests", Fault::rate_limited},
    Code{"TooManyRequests", Fault::rate_limited},
    Code{"RESOURCE_EXHAUSTED", Fault::rate_limited},
};

// Codes that only repeat a status. They count inside a stream, where there is no other status.
constexpr std::array weak_codes{
    Code{"server_error", Fault::unavailable},
    Code{"api_error", Fault::unavailable},
    Code{"internal_error", Fault::unavailable},
    Code{"internal_server_error", Fault::unavailable},
    Code{"InternalServerError", Fault::unavailable},
    Code{"internal", Fault::unavailable},
    Code{"timeout_error", Fault::unavailable},
    Code{"timeout", Fault::unavailable},
    Code{"deadline_exceeded", Fault::unavailable},
    Code{"service_unavailable", Fault::overloaded},
    Code{"unavailable", Fault::overloaded},
    Code{"generation", Fault::unavailable},
    Code{"incomplete_generation", Fault::unavailable},
    Code{"cancelled", Fault::unavailable},
    Code{"not_found", Fault::not_found},
    Code{"tokens", Fault::rate_limited},
    Code{"requests", Fault::rate_limited},
    Code{"validation", Fault::invalid_request},
    Code{"invalid_request_error", Fault::invalid_request},
    Code{"invalid_argument", Fault::invalid_request},
    Code{"vector_store_timeout", Fault::unavailable},
    Code{"invalid_image", Fault::invalid_request},
    Code{"invalid_image_format", Fault::invalid_request},
    Code{"invalid_base64_image", Fault::invalid_request},
    Code{"invalid_image_url", Fault::invalid_request},
    Code{"invalid_image_mode", Fault::invalid_request},
    Code{"image_too_large", Fault::invalid_request},
    Code{"image_too_small", Fault::invalid_request},
    Code{"image_parse_error", Fault::invalid_request},
    Code{"image_file_too_large", Fault::invalid_request},
    Code{"image_file_not_found", Fault::invalid_request},
    Code{"empty_image_file", Fault::invalid_request},
    Code{"unsupported_image_media_type", Fault::invalid_request},
    Code{"failed_to_download_image", Fault::invalid_request},
    Code{"BadRequestError", Fault::invalid_request},
    Code{"NotFoundError", Fault::not_found},
    Code{"AuthenticationError", Fault::unauthorized},
};

// Which statuses a phrase may override: a caller's own text can stand in the message of any 400.
enum class Where : unsigned char { refusals, troubles, anywhere };

struct Phrase {
  std::string_view text;
  Where where;
  Fault fault;
};

constexpr std::array phrases{
    Phrase{"credit balance is too low", Where::refusals, Fault::quota_exhausted},
    Phrase{"monthly included credits", Where::refusals, Fault::quota_exhausted},
    Phrase{"insufficient credits", Where::refusals, Fault::quota_exhausted},
    Phrase{"spend limit", Where::refusals, Fault::quota_exhausted},
    Phrase{"specified api usage limits", Where::refusals, Fault::quota_exhausted},
    Phrase{"have any credits", Where::refusals, Fault::quota_exhausted},
    Phrase{"maximum context length", Where::refusals, Fault::context_length},
    Phrase{"maximum prompt length", Where::refusals, Fault::context_length},
    Phrase{"model context length", Where::refusals, Fault::context_length},
    Phrase{"context_length of the model", Where::refusals, Fault::context_length},
    Phrase{"available context size", Where::refusals, Fault::context_length},
    Phrase{"prompt is too long", Where::refusals, Fault::context_length},
    Phrase{"input is too long", Where::refusals, Fault::context_length},
    Phrase{"exceeds the context window", Where::refusals, Fault::context_length},
    Phrase{"exceeds the maximum number of tokens", Where::refusals, Fault::context_length},
    Phrase{"exceed context limit", Where::refusals, Fault::context_length},
    Phrase{"max_new_tokens", Where::refusals, Fault::context_length},
    Phrase{"`inputs` must have less than", Where::refusals, Fault::context_length},
    Phrase{"api key not valid", Where::refusals, Fault::unauthorized},
    Phrase{"incorrect api key", Where::refusals, Fault::unauthorized},
    Phrase{"user location is not supported", Where::refusals, Fault::unauthorized},
    Phrase{"content management policy", Where::refusals, Fault::content_filtered},
    Phrase{"flagged by moderation", Where::refusals, Fault::content_filtered},
    Phrase{"is currently loading", Where::troubles, Fault::loading},
    Phrase{"model is loading", Where::troubles, Fault::loading},
    Phrase{"while running the model", Where::troubles, Fault::unavailable},
    Phrase{"server busy", Where::troubles, Fault::overloaded},
    Phrase{"no capacity available", Where::troubles, Fault::overloaded},
    Phrase{"llama runner process", Where::troubles, Fault::unavailable},
    Phrase{"requires more system memory", Where::troubles, Fault::unavailable},
};

template <std::size_t N>
const Code* find_code(const std::array<Code, N>& table, const std::vector<std::string>& named) noexcept {
  const Code* first = nullptr;
  for (const std::string& name : named) {
    for (const Code& code : table) {
      if (!detail::iequals(code.text, name)) continue;
      if (code.fault == Fault::quota_exhausted) return &code;
      if (first == nullptr) first = &code;
    }
  }
  return first;
}

bool applies(Where where, int status) noexcept {
  const bool in_band = status < 400;
  const bool refusal = status >= 400 && status < 500;
  switch (where) {
    case Where::refusals:
      return in_band || refusal;
    case Where::troubles:
      return in_band || status >= 500;
    default:
      return true;
  }
}

// The number after `word`, such as the 30000 of "Limit 30,000" or the 31538 of "Requested ~31538".
std::optional<std::int64_t> number_after(std::string_view message, std::string_view word) noexcept {
  for (std::size_t at = detail::ifind(message, word); at != std::string_view::npos;
       at = detail::ifind(message, word, at + 1)) {
    std::string_view rest = message.substr(at + word.size());
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == ':' || rest.front() == '~'))
      rest.remove_prefix(1);
    std::int64_t value = 0;
    bool any = false;
    for (const char c : rest) {
      if (c == ',' && any) continue;
      if (!detail::is_digit(c) || value > 1'000'000'000'000'000) break;
      value = value * 10 + (c - '0');
      any = true;
    }
    if (any) return value;
  }
  return std::nullopt;
}

bool larger_than_limit(std::string_view message) noexcept {
  const auto limit = number_after(message, "limit");
  const auto requested = number_after(message, "requested");
  return limit && requested && *requested > *limit;
}

// Gone until tomorrow or later, or for good.
bool long_gone(const detail::ErrorFacts& facts) noexcept {
  for (const std::string& quota : facts.quotas) {
    if (icontains(quota, "perday") || icontains(quota, "daily")) return true;
  }
  for (const std::string_view phrase : {"per day", "per-day", "(TPD)", "(RPD)", "limit_rpd", "daily",
                                        "per week", "weekly", "per month", "monthly"}) {
    if (icontains(facts.message, phrase)) return true;
  }
  constexpr std::string_view nothing = "limit: 0";
  for (std::size_t at = detail::ifind(facts.message, nothing); at != std::string_view::npos;
       at = detail::ifind(facts.message, nothing, at + 1)) {
    const std::size_t end = at + nothing.size();
    if (end == facts.message.size() || !detail::is_digit(facts.message[end])) return true;
  }
  return number_after(facts.message, "limit") == 0;
}

// What the answer's status would be if the server that knows had sent it: gateways put their own over it.
int telling_status(int status, int named) noexcept {
  if (status < 300) return named;
  const bool gateway = status >= 500 && named >= 400 && named < 500;
  const bool plain = status == 400 && (named == 429 || named >= 500);
  return gateway || plain ? named : status;
}

Fault choose(int status, const detail::ErrorFacts& facts, const HttpHeaders& headers) noexcept {
  Fault fault = Fault::unknown;
  const int effective = telling_status(status, facts.number);
  if (const Code* code = find_code(codes, facts.codes)) {
    fault = code->fault;
  } else {
    for (const Phrase& phrase : phrases) {
      if (fault == Fault::unknown && facts.is_json && applies(phrase.where, effective) &&
          icontains(facts.message, phrase.text)) {
        fault = phrase.fault;
      }
    }
  }
  if (fault == Fault::unknown && facts.loading && effective != 429) fault = Fault::loading;
  const Code* weak = effective == 0 ? find_code(weak_codes, facts.codes) : nullptr;
  if (fault == Fault::unknown && weak != nullptr) fault = weak->fault;
  if (fault == Fault::unknown) {
    // OpenRouter: with a time to come back, 402 is a limit on what is spent at once.
    const bool waits = effective == 402 && headers.has("retry-after");
    fault = waits ? Fault::rate_limited : status_fault(effective);
  }
  if (fault == Fault::rate_limited || effective == 413) {
    if (larger_than_limit(facts.message)) return Fault::request_too_large;
  }
  if (fault == Fault::rate_limited && (long_gone(facts) || daily_quota_gone(headers)))
    return Fault::quota_exhausted;
  return fault;
}

// The server knows better than its status whether asking again helps; it does not overrule a quota.
Fault heed_should_retry(Fault fault, const HttpHeaders& headers) noexcept {
  const auto wish = headers.find("x-should-retry");
  if (!wish) return fault;
  if (detail::iequals(*wish, "true")) return fault == Fault::unknown ? Fault::unavailable : fault;
  if (!detail::iequals(*wish, "false")) return fault;
  switch (fault) {
    case Fault::rate_limited:
      return Fault::quota_exhausted;
    case Fault::overloaded:
    case Fault::loading:
    case Fault::unavailable:
    case Fault::conflict:
      return Fault::unknown;
    default:
      return fault;
  }
}

}  // namespace

Error classify(int status, const HttpHeaders& headers, std::string_view body, WallTime now) {
  const detail::ErrorFacts facts = detail::read_error(body, now);
  Error error;
  error.fault = heed_should_retry(choose(status, facts, headers), headers);
  error.status = status >= 300 ? status : facts.number;
  error.message = detail::shorten(facts.message);

  // A larger request than the limit never gets through, however long it waits.
  if (error.fault == Fault::request_too_large) return error;
  error.retry_after = retry_after(headers, now);
  if (!error.retry_after) error.retry_after = facts.delay;
  if (!error.retry_after && facts.loading) error.retry_after = std::min(*facts.loading, longest_loading_wait);
  const bool page = facts.message.starts_with('<');
  if (!error.retry_after && !page) error.retry_after = find_delay(facts.message);
  const bool limited = error.fault == Fault::rate_limited || error.fault == Fault::quota_exhausted;
  if (!error.retry_after && limited) error.retry_after = exhausted_reset(headers, now);
  return error;
}

ARAMID_END
