// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "surrogates.hpp"

#include <charconv>  // from_chars
#include <utility>   // exchange

ARAMID_BEGIN

namespace detail {

namespace {

constexpr std::size_t escape_size = 6;  // \u and four digits

enum class Half : unsigned char { none, first, second };

Half half_at(std::string_view json, std::size_t at) noexcept {
  if (at > json.size() || json.size() - at < escape_size || json[at] != '\\' || json[at + 1] != 'u')
    return Half::none;
  unsigned unit = 0;
  const char* const end = json.data() + at + escape_size;
  if (std::from_chars(json.data() + at + 2, end, unit, 16).ptr != end) return Half::none;
  if (unit < 0xD800 || unit > 0xDFFF) return Half::none;
  return unit < 0xDC00 ? Half::first : Half::second;
}

// A quote that is escaped begins nothing.
bool begins_string(std::string_view json, std::size_t at) noexcept {
  return at > 0 && json[at - 1] == '"' && (at < 2 || json[at - 2] != '\\');
}

}  // namespace

std::string_view SurrogateJoiner::join(std::string_view json) {
  joined_.clear();
  std::size_t done = 0;
  // Every backslash begins an escape.
  for (std::size_t i = json.find('\\'); i != std::string_view::npos; i = json.find('\\', i)) {
    const Half half = half_at(json, i);
    const std::size_t next = i + escape_size;
    if (half == Half::none) {
      i += 2;
    } else if (half == Half::first && half_at(json, next) == Half::second) {
      i = next + escape_size;
    } else {
      joined_ += json.substr(done, i - done);
      if (half == Half::first && next < json.size() && json[next] == '"') {
        waiting_ = json.substr(i, escape_size);
      } else if (half == Half::second && !waiting_.empty() && begins_string(json, i)) {
        joined_ += std::exchange(waiting_, {});
        joined_ += json.substr(i, escape_size);
      } else {
        joined_ += "\\ufffd";
      }
      i = done = next;
    }
  }
  if (done == 0) return json;
  joined_ += json.substr(done);
  return joined_;
}

}  // namespace detail

ARAMID_END
