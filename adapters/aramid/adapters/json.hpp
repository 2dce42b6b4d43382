// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/json.hpp: a client's numbers as JSON.
//
//   std::string text = to_json(metrics(client));
//
// The keys are the members of `Metrics` in their order; `providers` is an object by provider name. Numbers are
// numbers: `success_rate` from 0 to 1, `avg_latency_ms` in milliseconds. Link aramid::metrics.
#pragma once

#include <aramid/policies/metrics.hpp>

#include <string>  // string

ARAMID_BEGIN

/// `indent`: spaces a level, -1 = one line. Never throws but for memory; text that is not UTF-8 is replaced.
[[nodiscard]] std::string to_json(const Metrics& metrics, int indent = 2);

ARAMID_END
