// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/prometheus.hpp>
#include <aramid/policies/metrics_reflection.hpp>

#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/plus.hpp>
#include <boost/hana/second.hpp>
#include <boost/hana/string.hpp>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <sstream>
#include <string_view>

ARAMID_BEGIN

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// How a member of the metrics is exposed.
struct Exposed {
  std::string_view path;  ///< its key, those of lists and structs before it
  const char* name;       ///< nullptr: not, because a query gets it from the others
  MetricType type;
  double scale;
  const char* help;
};

constexpr double one = 1.0;
constexpr double ms = 1e-3;  // seconds in it

constexpr Exposed table[] = {
    {"total_requests", "aramid_calls_total", MetricType::Counter, one, "Calls that have ended."},
    {"success_rate", "aramid_success_ratio", MetricType::Gauge, one,
     "Share of calls that succeeded, since the start."},
    {"avg_latency_ms", nullptr, MetricType::Gauge, ms, ""},
    {"total_tokens", "aramid_tokens_total", MetricType::Counter, one, "Tokens that providers reported."},
    {"retries", "aramid_retries_total", MetricType::Counter, one,
     "Attempts after the first at the same provider."},
    {"rate_limited", "aramid_rate_limited_total", MetricType::Counter, one,
     "Answers 429, and times the own limiter held a call back or refused it."},
    {"circuit_breaker_blocks", "aramid_breaker_blocks_total", MetricType::Counter, one,
     "Attempts that a breaker refused."},
    {"providers.success", "aramid_provider_calls_total", MetricType::Counter, one,
     "Calls that a provider answered."},
    {"providers.failure", nullptr, MetricType::Counter, one, ""},
    {"providers.latency_ms", "aramid_call_duration_seconds", MetricType::Histogram, ms,
     "How long calls took that a provider answered, waits and retries included."},
    {"providers.time_to_first_output_ms", "aramid_time_to_first_output_seconds", MetricType::Histogram, ms,
     "Of streams: from the beginning of the call to the first output."},
    {"providers.output_tokens_per_second", "aramid_output_tokens_per_second", MetricType::Gauge, one,
     "Of streams, after the first output; the median since the start."},
    {"providers.faults", "aramid_attempt_failures_total", MetricType::Counter, one,
     "Attempts that a provider failed, by fault."},
    {"circuit_breaker.state", "aramid_breaker_state", MetricType::Gauge, one,
     "1 for the worst state that a breaker of the client is in, 0 for the others."},
    {"circuit_breaker.failures", "aramid_breaker_failures", MetricType::Gauge, one,
     "Failures that the breakers count now."},
    {"circuit_breaker.trips", "aramid_breaker_trips_total", MetricType::Counter, one,
     "Moves of a breaker to open."},
    {"circuit_breaker.recoveries", "aramid_breaker_recoveries_total", MetricType::Counter, one,
     "Moves of a breaker to closed."},
    {"rate_limiter.requests_last_minute", "aramid_limiter_requests_last_minute", MetricType::Gauge, one,
     "Requests in the last minute, as the limiters count them."},
    {"rate_limiter.tokens_last_minute", "aramid_limiter_tokens_last_minute", MetricType::Gauge, one,
     "Tokens in the last minute, as the limiters count them."},
    {"rate_limiter.quota_left", "aramid_limiter_quota_left_ratio", MetricType::Gauge, one,
     "What the fullest quota has left, from 0 to 1."},
    {"rate_limiter.waiting", "aramid_limiter_waiting_calls", MetricType::Gauge, one,
     "Calls that wait for a quota."},
    {"attempts", "aramid_attempts_total", MetricType::Counter, one,
     "Attempts at all providers that have ended."},
    {"retry_amplification", nullptr, MetricType::Gauge, one, ""},
    {"failovers", "aramid_failovers_total", MetricType::Counter, one,
     "Times another provider was asked instead."},
    {"hedges", "aramid_hedges_total", MetricType::Counter, one, "Attempts beside one that was slow."},
    {"fallbacks", "aramid_fallbacks_total", MetricType::Counter, one, "Calls that a fallback answered."},
    {"latency_ms", nullptr, MetricType::Histogram, ms, ""},
    {"failed_latency_ms", "aramid_failed_call_duration_seconds", MetricType::Histogram, ms,
     "How long calls took that ended with an error."},
    {"faults", "aramid_call_failures_total", MetricType::Counter, one,
     "Calls that ended with an error, by fault."},
    {"policies.rejected", "aramid_policy_rejections_total", MetricType::Counter, one,
     "Calls that a policy refused."},
    {"policies.waits", "aramid_policy_waits_total", MetricType::Counter, one,
     "Times a policy held a call back."},
    {"policies.waited_ms", "aramid_policy_wait_seconds_total", MetricType::Counter, ms,
     "How long policies held calls back."},
    {"policies.wait_p95_ms", nullptr, MetricType::Gauge, ms, ""},
};

constexpr const Exposed* find(std::string_view path) {
  for (const Exposed& exposed : table) {
    if (exposed.path == path) return &exposed;
  }
  return nullptr;
}

using Labels = std::vector<ClientMetric::Label>;

Labels operator+(Labels labels, ClientMetric::Label one_more) {
  labels.push_back(std::move(one_more));
  return labels;
}

/// The series, by family, in the order of their first appearance.
class Families {
 public:
  ClientMetric& add(const Exposed& exposed, const Labels& labels) {
    ClientMetric& metric = family(exposed).metric.emplace_back();
    metric.label = labels;
    return metric;
  }
  void add(const Exposed& exposed, const Labels& labels, double value) {
    ClientMetric& metric = add(exposed, labels);
    (exposed.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value * exposed.scale;
  }
  [[nodiscard]] std::vector<MetricFamily> take() { return std::move(families_); }

 private:
  MetricFamily& family(const Exposed& exposed) {
    for (MetricFamily& family : families_) {
      if (family.name == exposed.name) return family;
    }
    return families_.emplace_back(MetricFamily{exposed.name, exposed.help, exposed.type, {}});
  }

  std::vector<MetricFamily> families_;
};

template <class Path, class Struct>
void add_members(Families& families, const Labels& labels, const Struct& value);

template <class Path, class Value>
void add_value(Families& families, const Labels& labels, const Value& value) {
  constexpr const Exposed* exposed = find(Path::c_str());
  static_assert(exposed != nullptr, "every member of Metrics has a line in the table above");
  if constexpr (exposed->name != nullptr) families.add(*exposed, labels, static_cast<double>(value));
}

template <class Path>
void add_value(Families& families, const Labels& labels, const LatencyMetrics& times) {
  constexpr const Exposed* exposed = find(Path::c_str());
  static_assert(exposed != nullptr, "every member of Metrics has a line in the table above");
  if constexpr (exposed->name != nullptr) {
    ClientMetric::Histogram& histogram = families.add(*exposed, labels).histogram;
    histogram.sample_count = times.count;
    histogram.sample_sum = times.sum * exposed->scale;
    for (std::size_t i = 0; i < LatencyMetrics::buckets; ++i) {
      histogram.bucket.push_back(
          {.cumulative_count = times.up_to[i],
           .upper_bound = static_cast<double>(LatencyMetrics::bounds[i].count()) / 1e9});
    }
    histogram.bucket.push_back(
        {.cumulative_count = times.count, .upper_bound = std::numeric_limits<double>::infinity()});
  }
}

template <class Path>
void add_value(Families& families, const Labels& labels, const FaultList& faults) {
  for (const FaultMetrics& fault : faults) {
    families.add(*find(Path::c_str()), labels + ClientMetric::Label{"fault", fault.name.c_str()},
                 static_cast<double>(fault.count));
  }
}

template <class Path>
void add_value(Families& families, const Labels& labels, std::string_view state) {
  for (int i = 0; i <= static_cast<int>(BreakerState::disabled); ++i) {
    const std::string_view each = to_string(static_cast<BreakerState>(i));
    families.add(*find(Path::c_str()), labels + ClientMetric::Label{"state", std::string{each}},
                 each == state ? 1.0 : 0.0);
  }
}

template <class Path, class Item, std::size_t Capacity>
void add_list(Families& families, const Labels& labels, const char* label,
              const NamedList<Item, Capacity>& list) {
  for (const Item& item : list)
    add_members<Path>(families, labels + ClientMetric::Label{label, item.name.c_str()}, item);
}
template <class Path>
void add_value(Families& families, const Labels& labels, const ProviderList& providers) {
  add_list<Path>(families, labels, "provider", providers);
}
template <class Path>
void add_value(Families& families, const Labels& labels, const PolicyList& policies) {
  add_list<Path>(families, labels, "policy", policies);
}
template <class Path>
void add_value(Families& families, const Labels& labels, const BreakerMetrics& breaker) {
  add_members<Path>(families, labels, breaker);
}
template <class Path>
void add_value(Families& families, const Labels& labels, const LimiterMetrics& limiter) {
  add_members<Path>(families, labels, limiter);
}

template <class Path, class Struct>
void add_members(Families& families, const Labels& labels, const Struct& value) {
  namespace hana = boost::hana;
  hana::for_each(value, [&](const auto& member) {
    using Key = std::remove_cvref_t<decltype(hana::first(member))>;
    if constexpr (std::same_as<Path, hana::string<>>) {
      add_value<Key>(families, labels, hana::second(member));
    } else {
      using Inner = decltype(hana::plus(hana::plus(Path{}, hana::string_c<'.'>), Key{}));
      add_value<Inner>(families, labels, hana::second(member));
    }
  });
}

std::vector<MetricFamily> families_of(const Metrics& metrics, const std::string& client) {
  Families families;
  add_members<boost::hana::string<>>(families, {{"client", client}}, metrics);
  return families.take();
}

}  // namespace

std::string to_prometheus(const Metrics& metrics, const std::string& client) {
  std::ostringstream text;
  prometheus::TextSerializer{}.Serialize(text, families_of(metrics, client));
  return text.str();
}

std::vector<MetricFamily> PrometheusMetrics::Collect() const { return families_of(read_(), client_); }

ARAMID_END
