// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/http_hints.hpp: what response headers say about limits and delays. No I/O, no clock.
#pragma once

#include <aramid/adapters/http_headers.hpp>
#include <aramid/adapters/http_time.hpp>
#include <aramid/context.hpp>
#include <aramid/error.hpp>

ARAMID_BEGIN

/// `retry-after-ms`, else Azure's `x-ms-retry-after-ms`, else `retry-after` as seconds or as a date. A date is
/// compared with the `date` header if there is one, so that the two clocks need not agree, else with `now`. A date
/// in the past is zero.
[[nodiscard]] std::optional<Duration> retry_after(const HttpHeaders& headers, WallTime now) noexcept;

/// The reset of a quota that the headers report as used up, the latest if there are several: each holds for itself.
/// Besides what `rate_hints` reads, the usage windows of Anthropic's and OpenAI's plans count here.
[[nodiscard]] std::optional<Duration> exhausted_reset(const HttpHeaders& headers, WallTime now) noexcept;

/// True when a quota per day, per month or of a usage window is reported as used up, or any quota as zero.
[[nodiscard]] bool daily_quota_gone(const HttpHeaders& headers) noexcept;

/// Limits of requests and tokens: the `x-ratelimit-*` family, `anthropic-ratelimit-*` with its input and output
/// tokens, and the IETF drafts' `ratelimit`; quotas per day apart. Of several fields that speak of the same one,
/// that which leaves least. What is missing or cannot be read stays -1; a quota that is overdrawn is 0.
[[nodiscard]] RateHints rate_hints(const HttpHeaders& headers, WallTime now) noexcept;

/// Writes what is known of `from` over `into`.
void merge_hints(RateHints& into, const RateHints& from) noexcept;

/// The error for a status other than 2xx, by status alone; `body` gives the message.
[[nodiscard]] Error http_error(int status, const HttpHeaders& headers, std::string_view body, WallTime now);

/// The fault that a status stands for when nothing else is known.
[[nodiscard]] Fault status_fault(int status) noexcept;

ARAMID_END
