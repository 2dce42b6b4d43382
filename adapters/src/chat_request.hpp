// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include <aramid/adapters/chat.hpp>

#include <expected>  // expected
#include <string>    // string

ARAMID_BEGIN

namespace detail {

/// The body of an OpenAI chat completion request, or a sentence that says what is wrong with `request`.
[[nodiscard]] std::expected<std::string, std::string> encode(const ChatRequest& request,
                                                             const std::string& model, bool stream);

}  // namespace detail

ARAMID_END
