// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/table.hpp: two clients side by side.
#pragma once

#include "bulk.hpp"
#include "fleet_stats.hpp"

#include <string>  // string

namespace chat {

/// One client's run: what its callers saw, and what the servers counted meanwhile.
struct Run {
  BulkResult result;
  FleetStats servers;
};

[[nodiscard]] std::string table_of(const Run& bare, const Run& resilient);

}  // namespace chat
