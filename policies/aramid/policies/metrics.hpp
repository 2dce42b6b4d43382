// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/metrics.hpp: a client's numbers as one reflected struct.
//
//   Metrics now = metrics(client);
//   std::string text = to_json(now);             // <aramid/adapters/json.hpp>
//
// The structs are in <aramid/policies/metrics_values.hpp>. Of several breakers the worst
// state is shown and the failures are added up; of several limiters the counts are added up.
// Cost: reads every counter once. Thread-safety: any thread, while calls run.
#pragma once

#include <aramid/policies/breaker.hpp>
#include <aramid/policies/limiter.hpp>
#include <aramid/policies/metrics_values.hpp>
#include <aramid/policies/telemetry.hpp>

ARAMID_BEGIN

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
