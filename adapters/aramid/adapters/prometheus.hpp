// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/prometheus.hpp: a client's numbers for Prometheus.
//
//   std::string page = to_prometheus(metrics(client), "chat");      // the text that a scraper reads
//
//   auto numbers = std::make_shared<PrometheusMetrics>("chat", [&] { return metrics(client); });
//   exposer.RegisterCollectable(numbers);                            // a program that has prometheus-cpp already
//
// Names begin with "aramid_", times are in seconds, counters end in "_total"; every series has the label `client`.
// docs/prometheus.md lists them. When not to use it: to keep history; Prometheus does.
// Cost: as metrics(client), and the text. Thread-safety: any thread, while calls run. Link aramid::prometheus.
#pragma once

#include <aramid/policies/metrics.hpp>

#include <functional>  // function
#include <string>      // string
#include <vector>      // vector

#include <prometheus/collectable.h>

ARAMID_BEGIN

/// The text exposition format, version 0.0.4 ("text/plain; version=0.0.4"). Throws nothing but for memory.
[[nodiscard]] std::string to_prometheus(const Metrics& metrics, const std::string& client);

/// The same for an Exposer or Registry of prometheus-cpp.
class PrometheusMetrics final : public prometheus::Collectable {
 public:
  /// `read` is called at each scrape, on the exposer's thread; what it looks at must outlive this.
  PrometheusMetrics(std::string client, std::function<Metrics()> read)
      : client_{std::move(client)}, read_{std::move(read)} {}

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  std::string client_;
  std::function<Metrics()> read_;
};

ARAMID_END
