// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "parse.hpp"

#include <charconv>  // from_chars
#include <cmath>     // isfinite

ARAMID_BEGIN

namespace detail {

namespace {

bool too_deep(std::string_view text) noexcept {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > deepest_json) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

// `text` without the commas that nothing follows, and with spaces for no-break spaces, outside of strings.
std::string repaired(std::string_view text) {
  constexpr std::string_view no_break_space = "\xC2\xA0";
  std::string json;
  json.reserve(text.size());
  bool in_string = false;
  std::size_t comma = std::string::npos;  // where in `json` one stands with only spaces after it
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      in_string = c != '"';
      json += c;
      if (c == '\\' && i + 1 < text.size()) json += text[++i];
      continue;
    }
    if (text.substr(i).starts_with(no_break_space)) {
      ++i;
      json += ' ';
      continue;
    }
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (comma != std::string::npos && (c == ',' || c == '}' || c == ']')) json[comma] = ' ';
    if (!space) comma = c == ',' ? json.size() : std::string::npos;
    in_string = c == '"';
    json += c;
  }
  return json;
}

const Json& null_json() {
  static const Json null;
  return null;
}

}  // namespace

Json parse_json(std::string_view text) {
  if (too_deep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text.begin(), text.end(), nullptr, false);
}

Json parse_json_like(std::string_view text) {
  Json json = parse_json(text);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  const bool structured = begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
  return json.is_discarded() && structured ? parse_json(repaired(text)) : json;
}

const Json& member(const Json& json, const char* key) {
  if (!json.is_object()) return null_json();
  const auto found = json.find(key);
  return found != json.end() ? *found : null_json();
}

const Json& element(const Json& json, std::size_t index) {
  return json.is_array() && index < json.size() ? json[index] : null_json();
}

std::string_view text_of(const Json& json) {
  const auto* text = json.get_ptr<const std::string*>();
  return text != nullptr ? std::string_view{*text} : std::string_view{};
}

std::string_view text_of(const Json& json, const char* key) { return text_of(member(json, key)); }

std::optional<std::int64_t> count_of(const Json& json) {
  if (!json.is_number()) return std::nullopt;
  if (json.is_number_unsigned()) {
    const auto value = json.get<std::uint64_t>();
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(value);
  }
  if (json.is_number_integer()) {
    const auto value = json.get<std::int64_t>();
    return value >= 0 ? std::optional{value} : std::nullopt;
  }
  const auto value = json.get<double>();
  constexpr double largest = 9e15;
  if (!std::isfinite(value) || value < 0 || value > largest || value != std::floor(value))
    return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<double> number_of(const Json& json) {
  double value = 0;
  if (json.is_number()) {
    value = json.get<double>();
  } else {
    const std::string_view text = text_of(json);
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  }
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

std::string print_json(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace detail

ARAMID_END
