// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/fleet_stats.hpp: what the fleet's servers counted themselves.
#pragma once

#include "fleet_process.hpp"

#include <cstdint>  // int64_t

namespace chat {

struct FleetStats {
  std::int64_t received = 0;
  std::int64_t rate_limited = 0;

  friend FleetStats operator-(const FleetStats& a, const FleetStats& b) noexcept {
    return {a.received - b.received, a.rate_limited - b.rate_limited};
  }
};

/// The sum over all three. Throws std::runtime_error if one does not answer.
[[nodiscard]] FleetStats read_stats(const FleetProcess::Ports& ports);

}  // namespace chat
