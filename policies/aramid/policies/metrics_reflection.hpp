// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/metrics_reflection.hpp: the members of the metrics structs, for generic printers.
//
//   boost::hana::for_each(metrics, [](auto&& member) { ... boost::hana::first(member) ... });
//
// The order is the order in which printers show them. Apart from <aramid/policies/metrics.hpp> because Hana's
// macros take 0.1 s of compile time, a fifth of what <aramid/aramid.hpp> takes in all.
#pragma once

#include <aramid/policies/metrics.hpp>

#include <boost/hana/adapt_struct.hpp>  // BOOST_HANA_ADAPT_STRUCT

BOOST_HANA_ADAPT_STRUCT(aramid::LatencyMetrics, count, sum, p50, p90, p95, p99, p999);
BOOST_HANA_ADAPT_STRUCT(aramid::ProviderMetrics, success, failure, latency_ms, time_to_first_output_ms,
                        output_tokens_per_second, faults);
BOOST_HANA_ADAPT_STRUCT(aramid::PolicyMetrics, rejected, waits, waited_ms, wait_p95_ms);
BOOST_HANA_ADAPT_STRUCT(aramid::BreakerMetrics, state, failures, trips, recoveries);
BOOST_HANA_ADAPT_STRUCT(aramid::LimiterMetrics, requests_last_minute, tokens_last_minute, quota_left,
                        waiting);
BOOST_HANA_ADAPT_STRUCT(aramid::Metrics, total_requests, success_rate, avg_latency_ms, total_tokens, retries,
                        rate_limited, circuit_breaker_blocks, providers, circuit_breaker, rate_limiter,
                        attempts, retry_amplification, failovers, hedges, fallbacks, latency_ms,
                        failed_latency_ms, faults, policies);
