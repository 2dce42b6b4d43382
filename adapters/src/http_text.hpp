// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// Small text helpers that do not care about locales.
#pragma once

#include <aramid/adapters/http_headers.hpp>
#include <aramid/config.hpp>

#include <charconv>     // from_chars
#include <cstddef>      // size_t
#include <cstdint>      // int64_t
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

namespace detail {

/// Bytes of a server's text that an error keeps.
inline constexpr std::size_t message_limit = 2048;

[[nodiscard]] constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

[[nodiscard]] constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

[[nodiscard]] constexpr bool istarts_with(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

/// Where `needle` begins at or after `from`, without regard to case; npos if nowhere.
[[nodiscard]] constexpr std::size_t ifind(std::string_view text, std::string_view needle,
                                          std::size_t from = 0) noexcept {
  for (std::size_t i = from; i + needle.size() <= text.size(); ++i) {
    if (iequals(text.substr(i, needle.size()), needle)) return i;
  }
  return std::string_view::npos;
}

[[nodiscard]] constexpr bool icontains(std::string_view text, std::string_view needle) noexcept {
  return ifind(text, needle) != std::string_view::npos;
}

[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// A whole number that fills `text`, nothing if it does not or does not fit.
[[nodiscard]] inline std::optional<std::int64_t> to_integer(std::string_view text) noexcept {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A server's text as one line of at most `message_limit` bytes, cut between UTF-8 characters.
/// Of an HTML page only the title is kept.
[[nodiscard]] std::string shorten(std::string_view text);

/// Replaces each occurrence of `secret`, if that is at least `shortest` bytes long.
void redact(std::string& text, std::string_view secret, std::size_t shortest = 4);

/// Replaces the values of the fields that carry keys, with and without their scheme, also where they are cut off.
void redact_keys(std::string& text, const HttpHeaders& headers);

/// Replaces all that `message`, a shortened text, has in common with `source` for 16 bytes or more, and `source`
/// itself if it is shorter. Cost: linear in `source`.
void redact_overlap(std::string& message, std::string_view source);

}  // namespace detail

ARAMID_END
