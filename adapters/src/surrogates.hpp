// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// Lone halves of UTF-16 surrogate pairs in JSON text.
//
// A server that counts characters as JavaScript does may cut a stream inside an emoji: one event's string ends with
// "\ud83c", and a later one's begins with "\udf89". JSON allows it (RFC 8259, section 8.2), but neither half is a
// character in UTF-8, and our parser refuses both.
#pragma once

#include <aramid/config.hpp>

#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

namespace detail {

/// One for each stream; its events in their order.
class SurrogateJoiner {
 public:
  /// The same JSON text without lone halves. One that ends a string waits for the next string that begins with its
  /// other half, and is lost if none does; any other becomes U+FFFD. What it returns is valid until the next call,
  /// and as long as `json`. Cost: without escapes a search for a backslash.
  [[nodiscard]] std::string_view join(std::string_view json);

 private:
  std::string waiting_;  // as it was escaped
  std::string joined_;
};

}  // namespace detail

ARAMID_END
