// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/metrics.hpp: a client's numbers as one reflected struct.
//
//   Metrics now = metrics(client);
//   std::string text = to_json(now);             // <aramid/adapters/json.hpp>
//
// The structs are in <aramid/policies/metrics_values.hpp>. Of several breakers the worst state is shown and the
// failures are added up; of several limiters the counts are added up. Of several Telemetry side by side the counts
// are added up, and percentiles are those of all calls together.
// Cost: reads every counter once. Thread-safety: any thread, while calls run.
#pragma once

#include <aramid/policies/breaker.hpp>
#include <aramid/policies/limiter.hpp>
#include <aramid/policies/metrics_values.hpp>
#include <aramid/policies/telemetry.hpp>

ARAMID_BEGIN

namespace detail {

[[nodiscard]] constexpr double in_ms(Duration time) noexcept {
  return static_cast<double>(time.count()) / 1e6;
}

[[nodiscard]] inline LatencyMetrics percentiles(const Histogram& histogram) noexcept {
  LatencyMetrics metrics{.count = histogram.count(),
                         .sum = in_ms(histogram.sum()),
                         .p50 = in_ms(histogram.quantile(percent(50))),
                         .p90 = in_ms(histogram.quantile(percent(90))),
                         .p95 = in_ms(histogram.quantile(percent(95))),
                         .p99 = in_ms(histogram.quantile(percent(99))),
                         .p999 = in_ms(histogram.quantile(per_mille(999)))};
  for (std::size_t i = 0; i < LatencyMetrics::buckets; ++i)
    metrics.up_to[i] = histogram.count_up_to(LatencyMetrics::bounds[i]);
  return metrics;
}

inline void add_faults(FaultList& list, Fault fault, std::uint64_t count) noexcept {
  if (count != 0) list.at(Name{to_string(fault).data()}).count += count;
}

/// Adds up what several Telemetry saw.
class TelemetrySum {
 public:
  explicit TelemetrySum(Metrics& all) noexcept : all_{all} {}

  void add(const Telemetry& telemetry) noexcept {
    const Totals one = telemetry.totals();
    all_.total_requests += one.calls;
    successes_ += one.successes;
    latency_ = saturating_add(latency_, one.latency);
    all_.total_tokens += one.tokens;
    all_.retries += one.retries;
    all_.rate_limited += one.rate_limited;
    all_.circuit_breaker_blocks += one.circuit_breaker_blocks;
    all_.attempts += one.attempts;
    all_.failovers += one.failovers;
    all_.hedges += one.hedges;
    all_.fallbacks += one.fallbacks;
    all_.circuit_breaker.trips += one.breaker_trips;
    all_.circuit_breaker.recoveries += one.breaker_recoveries;
    for (std::size_t i = 0; i < fault_count; ++i) {
      add_faults(all_.faults, static_cast<Fault>(i), telemetry.ended_with(static_cast<Fault>(i)));
    }
    for (std::size_t i = 0; i < telemetry.providers(); ++i) add_provider(telemetry, i);
    for (std::size_t i = 0; i < telemetry.policies(); ++i) {
      const PolicyTotals totals = telemetry.policy(i);
      PolicyMetrics& policy = all_.policies.at(totals.name);
      policy.rejected += totals.rejected;
      policy.waits += totals.waits;
      policy.waited_ms += in_ms(totals.waited);
    }
  }

  /// `each(visit)` shows all Telemetry to `visit` again: percentiles are those of merged histograms.
  template <class Each>
  void finish(const Each& each) noexcept {
    const auto merged = [&each](const auto& read) {
      Histogram sum;
      each([&](const Telemetry& telemetry) { read(telemetry, sum); });
      return sum;
    };
    const auto calls = static_cast<double>(all_.total_requests);
    if (all_.total_requests != 0) {
      all_.success_rate = static_cast<double>(successes_) / calls;
      all_.avg_latency_ms = in_ms(latency_) / calls;
      all_.retry_amplification = static_cast<double>(all_.attempts) / calls;
    }
    all_.latency_ms = percentiles(merged([](const Telemetry& t, Histogram& sum) { sum.merge(t.latency()); }));
    all_.failed_latency_ms =
        percentiles(merged([](const Telemetry& t, Histogram& sum) { sum.merge(t.failed_latency()); }));
    for (std::size_t i = 0; i < all_.providers.size(); ++i) finish_provider(merged, all_.providers[i].name);
    for (std::size_t i = 0; i < all_.policies.size(); ++i) {
      PolicyMetrics& policy = all_.policies.at(all_.policies[i].name);
      policy.wait_p95_ms = in_ms(merged([&policy](const Telemetry& t, Histogram& sum) {
                                   for (std::size_t j = 0; j < t.policies(); ++j) {
                                     if (t.policy(j).name == policy.name) sum.merge(t.waits(j));
                                   }
                                 }).quantile(percent(95)));
    }
  }

 private:
  void add_provider(const Telemetry& telemetry, std::size_t i) noexcept {
    const ProviderTotals totals = telemetry.provider(i);
    ProviderMetrics& provider = all_.providers.at(totals.name);
    provider.success += totals.success;
    provider.failure += totals.failure;
    for (std::size_t fault = 0; fault < fault_count; ++fault) {
      add_faults(provider.faults, static_cast<Fault>(fault),
                 telemetry.failures(i, static_cast<Fault>(fault)));
    }
  }
  template <class Merged>
  void finish_provider(const Merged& merged, Name name) noexcept {
    const auto of_provider = [&](Histogram (Telemetry::*read)(std::size_t) const noexcept) {
      return merged([name, read](const Telemetry& t, Histogram& sum) {
        for (std::size_t j = 0; j < t.providers(); ++j) {
          if (t.provider_name(j) == name) sum.merge((t.*read)(j));
        }
      });
    };
    ProviderMetrics& provider = all_.providers.at(name);
    provider.latency_ms = percentiles(of_provider(&Telemetry::latency));
    provider.time_to_first_output_ms = percentiles(of_provider(&Telemetry::time_to_first_output));
    const Duration token = of_provider(&Telemetry::time_per_output_token).quantile(percent(50));
    provider.output_tokens_per_second = token > Duration::zero() ? 1e3 / in_ms(token) : 0.0;
  }

  Metrics& all_;
  std::uint64_t successes_ = 0;
  Duration latency_{0};
};

}  // namespace detail

/// The numbers of `client` at `now`, nested clients included. Without Telemetry its counts are 0, without
/// calls the success rate is 1.
template <class Client>
[[nodiscard]] Metrics metrics(Client& client, Instant now = SteadyClock::now()) {
  Metrics all;
  // The outermost has heard what those inside it heard.
  detail::TelemetrySum sum{all};
  const auto add_telemetry = [&](const auto& telemetry) { sum.add(telemetry); };
  visit_outermost<TelemetryTag>(client, add_telemetry);
  sum.finish([&client](const auto& visit) { visit_outermost<TelemetryTag>(client, visit); });

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
    all.rate_limiter.quota_left =
        smaller(all.rate_limiter.quota_left, static_cast<double>(limiter.headroom(now)) / 1000);
    all.rate_limiter.waiting += limiter.waiting();
  };
  visit_in<LimiterTag>(client, add_limiter);
  return all;
}

ARAMID_END
