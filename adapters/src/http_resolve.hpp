// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// Names to addresses, with an end: the system's own look-up cannot be interrupted, so it runs beside the call
// and is left alone when the call's time is over.
#pragma once

#include "http_watchdog.hpp"

#include <string>  // string
#include <vector>  // vector

ARAMID_BEGIN

namespace detail {

struct Resolved {
  std::vector<std::string> addresses;  ///< numeric, in the order to try; at most four
  std::string problem;  ///< why there are none, empty if the time was over or the caller stopped
};

/// Returns early at `until` or when `stop` is requested. A numeric `host` is its own address.
[[nodiscard]] Resolved resolve(const std::string& host, Steady::time_point until,
                               const std::stop_token& stop);

}  // namespace detail

ARAMID_END
