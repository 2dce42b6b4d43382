// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include <aramid/config.hpp>

#include <expected>     // expected
#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

namespace detail {

struct Url {
  bool tls = false;
  std::string host;  ///< without the brackets of an IPv6 address
  int port = 0;
  std::string path;  ///< "" or "/..." without a slash at the end

  /// For the Host header: brackets where needed, the port where it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
};

/// "http[s]://host[:port][/path]", or a sentence that says what is wrong with it.
[[nodiscard]] std::expected<Url, std::string> parse_url(std::string_view text);

}  // namespace detail

ARAMID_END
