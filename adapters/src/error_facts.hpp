// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What an error body says, whatever shape it has.
#pragma once

#include <aramid/adapters/http_time.hpp>

#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

ARAMID_BEGIN

namespace detail {

struct ErrorFacts {
  bool is_json = false;
  std::vector<std::string>
      codes;       ///< every code, type, status and reason that is named, the most telling first
  int number = 0;  ///< a code that is an HTTP status
  std::string message;
  std::vector<std::string> quotas;  ///< names of the quotas that were passed
  std::optional<Duration> delay;    ///< when to come back, if the body says so in a field of its own
  std::optional<Duration> loading;  ///< how long the model still needs to load
};

[[nodiscard]] ErrorFacts read_error(std::string_view body, WallTime now);

}  // namespace detail

ARAMID_END
