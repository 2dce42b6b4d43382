// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/metrics_values.hpp: the numbers that <aramid/policies/metrics.hpp> gathers.
//
// The structs are reflected by Boost.Hana in <aramid/policies/metrics_reflection.hpp>: their members are listed
// there once, and printed as JSON, table or anything else. Numbers are numbers: `success_rate` is a fraction from 0
// to 1, latency is in milliseconds.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/fault.hpp>
#include <aramid/policies/name_table.hpp>
#include <aramid/policies/named_list.hpp>

#include <string_view>  // string_view

ARAMID_BEGIN

/// Durations in milliseconds, 0 where nothing was recorded.
struct LatencyMetrics {
  std::uint64_t count = 0;
  double sum = 0.0;
  double p50 = 0.0;
  double p90 = 0.0;
  double p95 = 0.0;
  double p99 = 0.0;
  double p999 = 0.0;

  static constexpr std::size_t buckets = 16;
  static constexpr Duration bounds[buckets] = {
      Duration{1'000'000},      Duration{5'000'000},      Duration{10'000'000},
      Duration{25'000'000},     Duration{50'000'000},     Duration{100'000'000},
      Duration{250'000'000},    Duration{500'000'000},    Duration{1'000'000'000},
      Duration{2'500'000'000},  Duration{5'000'000'000},  Duration{10'000'000'000},
      Duration{30'000'000'000}, Duration{60'000'000'000}, Duration{120'000'000'000},
      Duration{300'000'000'000}};
  std::uint64_t up_to[buckets]{};  ///< how many took at most `bounds[i]`, to within 1.6 %
};

struct FaultMetrics {
  Name name;
  std::uint64_t count = 0;
};
using FaultList = NamedList<FaultMetrics, fault_count>;

struct ProviderMetrics {
  Name name;
  std::uint64_t success = 0;
  std::uint64_t failure = 0;
  LatencyMetrics latency_ms;               ///< of calls it answered, from the caller's point of view
  LatencyMetrics time_to_first_output_ms;  ///< of streams
  double output_tokens_per_second = 0.0;   ///< of streams, after the first output; the median
  FaultList faults;                        ///< of attempts it failed
};

/// Up to as many as Telemetry tells apart, "other" included.
using ProviderList = NamedList<ProviderMetrics, most_named_providers + 1>;

struct PolicyMetrics {
  Name name;
  std::uint64_t rejected = 0;
  std::uint64_t waits = 0;
  double waited_ms = 0.0;  ///< all waits together
  double wait_p95_ms = 0.0;
};
using PolicyList = NamedList<PolicyMetrics, most_named_policies + 1>;

struct BreakerMetrics {
  std::string_view state;
  std::uint64_t failures = 0;
  std::uint64_t trips = 0;
  std::uint64_t recoveries = 0;
};

struct LimiterMetrics {
  std::int64_t requests_last_minute = 0;
  std::int64_t tokens_last_minute = 0;
  double quota_left = 1.0;  ///< of the fullest quota, 0 to 1
  std::uint64_t waiting = 0;
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
  std::uint64_t attempts = 0;
  double retry_amplification = 1.0;  ///< attempts a call
  std::uint64_t failovers = 0;
  std::uint64_t hedges = 0;
  std::uint64_t fallbacks = 0;
  LatencyMetrics latency_ms;         ///< of successful calls
  LatencyMetrics failed_latency_ms;  ///< of calls that ended with an error
  FaultList faults;                  ///< that calls ended with
  PolicyList policies;               ///< that refused a call or held one back
};

ARAMID_END
