// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/table.hpp>
#include <aramid/policies/metrics_reflection.hpp>

#include <fmt/format.h>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/second.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

ARAMID_BEGIN

namespace {

constexpr int label_width = 36;

// "avg_latency_ms" as people write it: "avg latency ms".
std::string label(std::string_view key) {
  std::string text{key};
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

void add_row(std::string& table, std::string_view name, std::string_view value) {
  fmt::format_to(std::back_inserter(table), "{:<{}}{:>14}\n", name, label_width, value);
}

std::string_view shown(Name name) { return name.empty() ? std::string_view{"(unnamed)"} : name.view(); }

std::string in_ms(const LatencyMetrics& times) {
  return fmt::format("{:.1f} / {:.1f} / {:.1f} ms", times.p50, times.p95, times.p99);
}

void add_member(std::string& table, std::string_view key, const LatencyMetrics& times) {
  if (times.count == 0) return;
  std::string name = label(key);
  if (name.ends_with(" ms")) name.resize(name.size() - 3);
  add_row(table, name + ": p50 / p95 / p99", in_ms(times));
}

void add_member(std::string& table, std::string_view key, const ProviderList& providers) {
  for (const ProviderMetrics& provider : providers) {
    std::string value = fmt::format("{} ok, {} failed", provider.success, provider.failure);
    if (provider.latency_ms.count != 0) value += ", " + in_ms(provider.latency_ms);
    add_row(table, fmt::format("{}: {}", label(key), shown(provider.name)), value);
  }
}

void add_member(std::string& table, std::string_view key, const FaultList& faults) {
  for (const FaultMetrics& fault : faults) {
    add_row(table, fmt::format("{}: {}", label(key), label(fault.name)), fmt::format("{}", fault.count));
  }
}

void add_member(std::string& table, std::string_view key, const PolicyList& policies) {
  for (const PolicyMetrics& policy : policies) {
    add_row(table, fmt::format("{}: {}", label(key), shown(policy.name)),
            fmt::format("{} refused, {} held back {:.1f} ms in all", policy.rejected, policy.waits,
                        policy.waited_ms));
  }
}

template <class Value>
void add_member(std::string& table, std::string_view key, const Value& value) {
  if constexpr (boost::hana::Struct<Value>::value) {
    boost::hana::for_each(value, [&](const auto& member) {
      const std::string name = fmt::format("{}: {}", label(key), boost::hana::first(member).c_str());
      add_member(table, name, boost::hana::second(member));
    });
  } else if constexpr (std::is_floating_point_v<Value>) {
    const bool fraction = key == "success_rate" || key.ends_with("quota_left");
    add_row(table, label(key),
            fraction ? fmt::format("{:.1f}%", 100.0 * value) : fmt::format("{:.1f}", value));
  } else {
    add_row(table, label(key), fmt::format("{}", value));
  }
}

}  // namespace

std::string to_table(const Metrics& metrics) {
  std::string table;
  boost::hana::for_each(metrics, [&table](const auto& member) {
    add_member(table, boost::hana::first(member).c_str(), boost::hana::second(member));
  });
  return table;
}

ARAMID_END
