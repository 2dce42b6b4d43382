// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "request_parts.hpp"

#include "http_text.hpp"

#include <cmath>  // isfinite

ARAMID_BEGIN

namespace detail {

const char* role_name(Role role) noexcept {
  switch (role) {
    case Role::system:
      return "system";
    case Role::developer:
      return "developer";
    case Role::assistant:
      return "assistant";
    case Role::tool:
      return "tool";
    case Role::user:
      break;
  }
  return "user";
}

Written<std::string> check_request(const ChatRequest& request, const std::string& model) {
  const ChatOptions& options = request.options;
  const std::string& chosen = options.model.empty() ? model : options.model;
  if (chosen.empty())
    return Problem{"no model was chosen: set the model of the request's options or of the settings"};
  if (request.messages.empty()) return Problem{"the request has no messages"};
  for (const auto& [value, what] :
       {std::pair{options.temperature, "temperature"}, std::pair{options.top_p, "top_p"}}) {
    if (value && (!std::isfinite(*value) || *value < 0))
      return Problem{std::string{what} + " must be a number >= 0"};
  }
  if (options.max_tokens && *options.max_tokens < 1) return Problem{"max_tokens must be at least 1"};
  return chosen;
}

Written<Json> parse_object(const std::string& text, const std::string& what) {
  Json json = parse_json(text);
  if (!json.is_object()) return Problem{what + " is not a JSON object"};
  return json;
}

Written<Json> parameters_of(const Tool& tool) {
  if (tool.name.empty()) return Problem{"a tool has no name"};
  if (tool.parameters_json.empty()) return Json{};
  return parse_object(tool.parameters_json, "parameters_json of the tool '" + tool.name + "'");
}

Written<Json> arguments_of(const ToolCall& call) {
  if (trim(call.arguments).empty()) return Json::object();
  return parse_object(call.arguments, "the arguments of the tool call '" + call.name + "'");
}

Written<ResponseFormat> response_format_of(const ChatOptions& options) {
  if (options.response_format_json.empty()) return ResponseFormat{};
  const Written<Json> format = parse_object(options.response_format_json, "response_format_json");
  if (!format) return Problem{format.error()};
  const std::string_view type = text_of(*format, "type");
  if (type == "text") return ResponseFormat{};
  if (type == "json_object") return ResponseFormat{.json = true};
  if (type != "json_schema")
    return Problem{"the type in response_format_json must be text, json_object or json_schema"};
  const Json& named = member(member(*format, "json_schema"), "schema");
  const Json& schema = named.is_null() ? member(*format, "schema") : named;
  if (!schema.is_object())
    return Problem{"response_format_json has no schema: {\"json_schema\": {\"schema\": ...}}"};
  return ResponseFormat{.json = true, .schema = schema};
}

Written<void> merge_extra(Json& body, const ChatOptions& options) {
  if (options.extra_json.empty()) return {};
  const Written<Json> extra = parse_object(options.extra_json, "extra_json");
  if (!extra) return Problem{extra.error()};
  body.merge_patch(*extra);
  return {};
}

Written<Image> check_image(const Image& image) {
  if (image.url.empty() == image.base64.empty())
    return Problem{"an image must have either url or base64, and not both"};
  if (image.url.empty()) {
    if (image.media_type.empty()) return Problem{"an image as base64 needs its media_type, as \"image/png\""};
    return image;
  }
  const std::string_view url = image.url;
  if (!istarts_with(url, "data:")) return image;
  constexpr std::string_view mark = ";base64,";
  const std::size_t at = ifind(url, mark);
  const std::size_t type = std::string_view{"data:"}.size();
  if (at == std::string_view::npos || at == type || url.size() == at + mark.size())
    return Problem{"a data URL of an image must be \"data:MEDIA-TYPE;base64,...\""};
  return Image{.base64 = std::string{url.substr(at + mark.size())},
               .media_type = std::string{url.substr(type, at - type)}};
}

std::string url_of(const Image& image) {
  return image.url.empty() ? "data:" + image.media_type + ";base64," + image.base64 : image.url;
}

}  // namespace detail

ARAMID_END
