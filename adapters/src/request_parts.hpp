// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What writing a request comes to in every wire format.
#pragma once

#include <aramid/adapters/chat.hpp>

#include "parse.hpp"

#include <expected>  // expected
#include <string>    // string

ARAMID_BEGIN

namespace detail {

/// Something written, or a sentence that says why it cannot be.
template <class T>
using Written = std::expected<T, std::string>;
using Problem = std::unexpected<std::string>;

/// The model to ask, if all is well with what needs no format: a model, messages, numbers in their ranges.
[[nodiscard]] Written<std::string> check_request(const ChatRequest& request, const std::string& model);

/// OpenAI's word for it.
[[nodiscard]] const char* role_name(Role role) noexcept;

/// The text as a JSON object; `what` names it in the sentence if it is none.
[[nodiscard]] Written<Json> parse_object(const std::string& text, const std::string& what);

/// A tool's parameters, null if it has none; a sentence too if it has no name.
[[nodiscard]] Written<Json> parameters_of(const Tool& tool);

/// The arguments of a call that the model has made, an empty object if it has none. For formats that want them as
/// an object.
[[nodiscard]] Written<Json> arguments_of(const ToolCall& call);

/// What `response_format_json` asks for, which has OpenAI's shape, for formats with one of their own.
struct ResponseFormat {
  bool json = false;
  Json schema{};  // null: any JSON object
};
[[nodiscard]] Written<ResponseFormat> response_format_of(const ChatOptions& options);

/// Merges `extra_json` over `body`.
[[nodiscard]] Written<void> merge_extra(Json& body, const ChatOptions& options);

/// An image either by its address, or as base64 with its media type; data URLs are taken apart.
[[nodiscard]] Written<Image> check_image(const Image& image);
/// A checked image as one URL.
[[nodiscard]] std::string url_of(const Image& image);

}  // namespace detail

ARAMID_END
