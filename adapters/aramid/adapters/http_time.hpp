// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/http_time.hpp: the many ways servers write a time. Pure functions, no clock.
//
// All of them answer "nothing" for what they cannot read, and durations are cut at `longest_hint`.
#pragma once

#include <aramid/duration.hpp>

#include <chrono>       // sys_time
#include <optional>     // optional
#include <string_view>  // string_view

ARAMID_BEGIN

/// A point in calendar time, as HTTP dates mean it.
using WallTime = std::chrono::sys_time<Duration>;

/// No server's wish is longer than this.
inline constexpr Duration longest_hint = std::chrono::hours{24 * 30};

/// "6m0s", "1h2m3.5s", "12ms", "7.66s", or a bare number of seconds. Units d, h, m, s, ms, us, ns. Not negative.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text) noexcept;

/// A decimal number of `unit`s, such as "1.5". Not negative, not NaN, not infinite.
[[nodiscard]] std::optional<Duration> parse_decimal(std::string_view text, Duration unit) noexcept;

/// The three forms of RFC 9110: "Sun, 06 Nov 1994 08:49:37 GMT" and the two obsolete ones.
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text) noexcept;

/// RFC 3339: "2025-08-21T12:40:59Z", with an optional fraction and offset.
[[nodiscard]] std::optional<WallTime> parse_rfc3339(std::string_view text) noexcept;

/// The delay in a sentence: "... try again in 9m38.016s.", "... retry after 20 seconds", "... reset after 1 hour
/// and 5 minutes."
[[nodiscard]] std::optional<Duration> find_delay(std::string_view sentence) noexcept;

ARAMID_END
