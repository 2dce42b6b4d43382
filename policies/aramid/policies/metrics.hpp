// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/metrics.hpp: a client's numbers as one reflected struct.
//
//   Metrics now = metrics(client);
//   std::string text = to_json(now);             // <aramid/adapters/json.hpp>
//
// The structs are reflected by Boost.Hana in <aramid/policies/metrics_reflection.hpp>: their members are listed
// there once, and printed as JSON, table or anything else. Numbers are
// numbers: `success_rate` is a fraction from 0 to 1, latency is in milliseconds. Of several breakers the worst
// state is shown and the failures are added up; of several limiters the counts are added up.
// Cost: reads every counter once. Thread-safety: any thread, while calls run.
#pragma once

#include <aramid/policies/breaker.hpp>
#include <aramid/policies/limiter.hpp>
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

/// The numbers of `client` at `now`, nested clients included. Without Telemetry its counts are 0, without
/// calls the success rate is 1.
template <class Client>
[[nodiscard]] Metrics metrics(Client& client, Instant now = SteadyClock::now()) {
  Metrics all;
  Totals totals;
  const auto add_telemetry = [&](auto& telemetry) {
    const Totals one = telemetry.totals();
    totals.calls += one.calls;
    totals.successes += one.successes;
    totals.latency += one.latency;
    totals.tokens += one.tokens;
    totals.retries += one.retries;
    totals.rate_limited += one.rate_limited;
    totals.circuit_breaker_blocks += one.circuit_breaker_blocks;
    for (std::size_t i = 0; i < telemetry.providers(); ++i) all.providers.add(telemetry.provider(i));
  };
  visit_outermost<TelemetryTag>(client, add_telemetry);  // it has heard what those inside it heard
  all.total_requests = totals.calls;
  all.success_rate =
      totals.calls == 0 ? 1.0 : static_cast<double>(totals.successes) / static_cast<double>(totals.calls);
  all.avg_latency_ms = totals.calls == 0 ? 0.0
                                         : static_cast<double>(totals.latency.count()) / 1e6 /
                                               static_cast<double>(totals.calls);
  all.total_tokens = totals.tokens;
  all.retries = totals.retries;
  all.rate_limited = totals.rate_limited;
  all.circuit_breaker_blocks = totals.circuit_breaker_blocks;

  BreakerState worst = BreakerState::closed;
  const auto add_breaker = [&](const auto& breaker) {
    const BreakerState state = breaker.state(now);
    if (severity(state) > severity(worst)) worst = state;
    all.circuit_breaker.failures += breaker.failures(now);
  };
  visit_in<BreakerTag>(client, add_breaker);
  all.circuit_breaker.state = to_string(worst);

  const auto add_limiter = [&](const auto& limiter) {
    all.rate_limiter.requests_last_minute += limiter.used(Unit::requests, now);
    all.rate_limiter.tokens_last_minute += limiter.used(Unit::tokens, now);
  };
  visit_in<LimiterTag>(client, add_limiter);
  return all;
}

ARAMID_END
