// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include <aramid/config.hpp>

#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

namespace detail {

[[nodiscard]] inline std::string_view without_slashes(std::string_view url) noexcept {
  while (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

/// The URL without the slashes at its end, and without `suffix` there: the part of a path that some write into the
/// base URL and some do not.
[[nodiscard]] inline std::string without_suffix(std::string_view url, std::string_view suffix) {
  url = without_slashes(url);
  if (url.ends_with(suffix)) url.remove_suffix(suffix.size());
  return std::string{without_slashes(url)};
}

/// As one part of a path or of a query.
[[nodiscard]] inline std::string percent_encode(std::string_view text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace detail

ARAMID_END
