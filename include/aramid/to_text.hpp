// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/to_text.hpp: durations as people write them.
#pragma once

#include <aramid/duration.hpp>

#include <string>  // string, to_string

ARAMID_BEGIN

/// A duration in the largest unit that divides it: "30 s", "500 ms".
[[nodiscard]] inline std::string to_text(Duration d) {
  struct Unit {
    std::int64_t ns;
    const char* name;
  };
  constexpr Unit units[] = {{3'600'000'000'000, " h"}, {60'000'000'000, " min"}, {1'000'000'000, " s"},
                            {1'000'000, " ms"},        {1'000, " us"},           {1, " ns"}};
  if (d == Duration::zero()) return "0 s";
  for (const Unit& unit : units) {
    if (d.count() % unit.ns == 0) return std::to_string(d.count() / unit.ns) + unit.name;
  }
  return {};
}

ARAMID_END
