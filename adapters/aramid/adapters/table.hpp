// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/table.hpp: a client's numbers for people.
//
//   fmt::print("{}", to_table(metrics(client)));
//
// One line a number, one line a provider; the success rate as a percentage. Link aramid::metrics.
#pragma once

#include <aramid/policies/metrics.hpp>

#include <string>  // string

ARAMID_BEGIN

[[nodiscard]] std::string to_table(const Metrics& metrics);

ARAMID_END
