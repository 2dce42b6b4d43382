// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// JSON from outside: nothing here throws on what a server may send.
#pragma once

#include <aramid/config.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>      // int64_t
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

namespace detail {

using Json = nlohmann::json;

/// Deeper nesting than this is refused: copying and printing a document recurse once for each level.
inline constexpr int deepest_json = 512;

/// The document, or one for which `is_discarded()` is true.
[[nodiscard]] Json parse_json(std::string_view text);

/// The same of text that means to be JSON: commas too many and no-break spaces between its values are forgiven,
/// which Google's gateways leave in an error that they put into another.
[[nodiscard]] Json parse_json_like(std::string_view text);

/// The member, null if there is none or `json` is no object. The reference lives as long as `json`.
[[nodiscard]] const Json& member(const Json& json, const char* key);

/// The element, null if there is none or `json` is no array.
[[nodiscard]] const Json& element(const Json& json, std::size_t index);

/// The text of a string, "" for everything else.
[[nodiscard]] std::string_view text_of(const Json& json);
[[nodiscard]] std::string_view text_of(const Json& json, const char* key);

/// A number that is whole and >= 0.
[[nodiscard]] std::optional<std::int64_t> count_of(const Json& json);

/// A number, or a string that is one.
[[nodiscard]] std::optional<double> number_of(const Json& json);

/// As text; bytes that are not UTF-8 become replacement characters.
[[nodiscard]] std::string print_json(const Json& json);

}  // namespace detail

ARAMID_END
