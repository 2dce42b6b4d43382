// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include <aramid/adapters/chat.hpp>

#include <expected>  // expected
#include <string>    // string

ARAMID_BEGIN

namespace detail {

/// Where servers of OpenAI's language differ in what they take.
struct OpenAiQuirks {
  const char* seed = "seed";
  bool asks_for_usage = true;  // false: a stream's usage comes unasked, and the question is refused
  bool names_messages = true;
};

/// The body of an OpenAI chat completion request, or a sentence that says what is wrong with `request`.
[[nodiscard]] std::expected<std::string, std::string> encode(const ChatRequest& request,
                                                             const std::string& model, bool stream,
                                                             const OpenAiQuirks& quirks = {});

}  // namespace detail

ARAMID_END
