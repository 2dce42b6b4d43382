// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The quotas that header fields of many servers describe, one by one.
#pragma once

#include <aramid/adapters/http_headers.hpp>
#include <aramid/adapters/http_time.hpp>
#include <aramid/context.hpp>

#include <array>        // array
#include <cstdint>      // uint8_t
#include <optional>     // optional
#include <string_view>  // string_view

ARAMID_BEGIN

namespace detail {

/// How long until `at`, by the server's own clock if it told it, so that the two clocks need not agree.
[[nodiscard]] Duration time_until(WallTime at, const HttpHeaders& headers, WallTime now) noexcept;

/// A time in any of the forms that servers use, as the delay until then: a duration, seconds, a point in time as
/// epoch seconds or milliseconds, an HTTP date, RFC 3339. What has passed is zero.
[[nodiscard]] std::optional<Duration> parse_reset(std::string_view text, const HttpHeaders& headers,
                                                  WallTime now) noexcept;

/// Where a quota stands among a RateHints, or none of them.
enum class Quota : std::uint8_t {
  requests,
  tokens,
  input_tokens,
  output_tokens,
  requests_day,
  tokens_day,
  longer,  ///< of a month, or a window of usage
};

struct QuotaReport {
  Quota quota = Quota::requests;
  QuotaHint hint{};

  [[nodiscard]] bool used_up() const noexcept { return hint.remaining == 0; }
  /// No wait that a call could make brings it back: a quota of a day or longer that is used up, or one of nothing.
  [[nodiscard]] bool gone() const noexcept {
    return used_up() && (hint.limit == 0 || quota >= Quota::requests_day);
  }
};

/// Every quota that is reported, the most telling first where several fields speak of the same one.
struct QuotaReports {
  std::array<QuotaReport, 32> items{};
  std::size_t count = 0;

  void add(Quota quota, const QuotaHint& hint) noexcept {
    const bool reported = hint.limit >= 0 || hint.remaining >= 0 || hint.reset >= Duration::zero();
    if (reported && count < items.size()) items[count++] = {quota, hint};
  }
  [[nodiscard]] const QuotaReport* begin() const noexcept { return items.data(); }
  [[nodiscard]] const QuotaReport* end() const noexcept { return items.data() + count; }
};

[[nodiscard]] QuotaReports read_quotas(const HttpHeaders& headers, WallTime now) noexcept;

/// The fields of the IETF drafts: `RateLimit` with `RateLimit-Policy`.
void read_ietf_quotas(QuotaReports& reports, const HttpHeaders& headers) noexcept;

}  // namespace detail

ARAMID_END
