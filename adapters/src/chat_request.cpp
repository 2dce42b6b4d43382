// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "chat_request.hpp"

#include "request_parts.hpp"

ARAMID_BEGIN

namespace detail {

namespace {

Written<Json> encode_content(const Message& message) {
  if (message.images.empty()) {
    const bool only_calls = message.content.empty() && !message.tool_calls.empty();
    return only_calls ? Json{} : Json(message.content);
  }
  Json parts = Json::array();
  for (const Image& given : message.images) {
    const Written<Image> image = check_image(given);
    if (!image) return Problem{image.error()};
    parts.push_back({{"type", "image_url"}, {"image_url", {{"url", url_of(*image)}}}});
  }
  if (!message.content.empty()) parts.push_back({{"type", "text"}, {"text", message.content}});
  return parts;
}

Written<Json> encode_message(const Message& message, const OpenAiQuirks& quirks) {
  Written<Json> content = encode_content(message);
  if (!content) return content;
  Json json{{"role", role_name(message.role)}, {"content", std::move(*content)}};
  if (quirks.names_messages && !message.name.empty()) json["name"] = message.name;
  if (!message.tool_call_id.empty()) json["tool_call_id"] = message.tool_call_id;
  for (const ToolCall& call : message.tool_calls) {
    json["tool_calls"].push_back({{"id", call.id},
                                  {"type", "function"},
                                  {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  }
  return json;
}

Written<Json> encode_tools(const std::vector<Tool>& tools) {
  Json list = Json::array();
  for (const Tool& tool : tools) {
    Written<Json> parameters = parameters_of(tool);
    if (!parameters) return parameters;
    Json function{{"name", tool.name}};
    if (!tool.description.empty()) function["description"] = tool.description;
    if (!parameters->is_null()) function["parameters"] = std::move(*parameters);
    list.push_back({{"type", "function"}, {"function", std::move(function)}});
  }
  return list;
}

}  // namespace

std::expected<std::string, std::string> encode(const ChatRequest& request, const std::string& default_model,
                                               bool stream, const OpenAiQuirks& quirks) {
  const ChatOptions& options = request.options;
  const Written<std::string> model = check_request(request, default_model);
  if (!model) return Problem{model.error()};

  Json body{{"model", *model}};
  Json& messages = body["messages"] = Json::array();
  for (const Message& message : request.messages) {
    Written<Json> json = encode_message(message, quirks);
    if (!json) return Problem{std::move(json.error())};
    messages.push_back(std::move(*json));
  }
  if (options.max_tokens) body["max_tokens"] = *options.max_tokens;
  if (options.temperature) body["temperature"] = *options.temperature;
  if (options.top_p) body["top_p"] = *options.top_p;
  if (options.seed) body[quirks.seed] = *options.seed;
  if (!options.stop.empty()) body["stop"] = options.stop;
  if (!options.tools.empty()) {
    auto tools = encode_tools(options.tools);
    if (!tools) return Problem{std::move(tools.error())};
    body["tools"] = std::move(*tools);
  }
  if (const std::string& choice = options.tool_choice; !choice.empty()) {
    const bool word = choice == "auto" || choice == "none" || choice == "required";
    body["tool_choice"] = word ? Json(choice) : Json{{"type", "function"}, {"function", {{"name", choice}}}};
  }
  if (!options.response_format_json.empty()) {
    auto format = parse_object(options.response_format_json, "response_format_json");
    if (!format) return Problem{std::move(format.error())};
    body["response_format"] = std::move(*format);
  }
  if (stream && quirks.asks_for_usage) body["stream_options"] = {{"include_usage", true}};
  if (const Written<void> merged = merge_extra(body, options); !merged) return Problem{merged.error()};
  body["stream"] = stream;
  return print_json(body);
}

}  // namespace detail

ARAMID_END
