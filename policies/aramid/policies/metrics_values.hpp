// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/metrics_values.hpp: the numbers that <aramid/policies/metrics.hpp> gathers.
//
// The structs are reflected by Boost.Hana in <aramid/policies/metrics_reflection.hpp>: their members are listed
// there once, and printed as JSON, table or anything else. Numbers are numbers: `success_rate` is a fraction from 0
// to 1, latency is in milliseconds.
#pragma once

#include <aramid/policies/telemetry.hpp>

#include <string_view>  // string_view

ARAMID_BEGIN

struct ProviderMetrics {
  Name name;
  std::uint64_t success = 0;
  std::uint64_t failure = 0;
};

/// Up to as many as Telemetry tells apart, "other" included. A std::vector here would cost every user 0.05 s of
/// compile time.
class ProviderList {
 public:
  static constexpr std::size_t capacity = Telemetry::max_providers + 1;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] const ProviderMetrics* begin() const noexcept { return &items_[0]; }
  [[nodiscard]] const ProviderMetrics* end() const noexcept { return begin() + size_; }
  [[nodiscard]] const ProviderMetrics& operator[](std::size_t i) const noexcept { return items_[i]; }

  /// Adds a provider's counts, to those under the same name if there are any. Past the capacity the last one
  /// takes them.
  void add(const ProviderTotals& totals) noexcept {
    std::size_t i = 0;
    while (i < size_ && !(items_[i].name == totals.name)) ++i;
    if (i == size_ && size_ < capacity) items_[size_++].name = totals.name;
    ProviderMetrics& item = items_[i < capacity ? i : capacity - 1];
    item.success += totals.success;
    item.failure += totals.failure;
  }

 private:
  ProviderMetrics items_[capacity]{};
  std::size_t size_ = 0;
};

struct BreakerMetrics {
  std::string_view state;
  std::uint64_t failures = 0;
};

struct LimiterMetrics {
  std::int64_t requests_last_minute = 0;
  std::int64_t tokens_last_minute = 0;
};

struct Metrics {
  std::uint64_t total_requests = 0;
  double success_rate = 1.0;    ///< 0 to 1
  double avg_latency_ms = 0.0;  ///< waits included
  std::uint64_t total_tokens = 0;
  std::uint64_t retries = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t circuit_breaker_blocks = 0;
  ProviderList providers;
  BreakerMetrics circuit_breaker;
  LimiterMetrics rate_limiter;
};

ARAMID_END
