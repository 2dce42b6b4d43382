// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "chat_request.hpp"

#include "parse.hpp"

#include <cmath>  // isfinite

ARAMID_BEGIN

namespace detail {

namespace {

using Problem = std::unexpected<std::string>;

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

Json encode_message(const Message& message) {
  Json json{{"role", role_name(message.role)}, {"content", message.content}};
  if (!message.name.empty()) json["name"] = message.name;
  if (!message.tool_call_id.empty()) json["tool_call_id"] = message.tool_call_id;
  for (const ToolCall& call : message.tool_calls) {
    json["tool_calls"].push_back({{"id", call.id},
                                  {"type", "function"},
                                  {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  }
  if (message.content.empty() && !message.tool_calls.empty()) json["content"] = nullptr;
  return json;
}

std::expected<Json, std::string> parse_object(const std::string& text, const std::string& what) {
  Json json = parse_json(text);
  if (!json.is_object()) return Problem{what + " is not a JSON object"};
  return json;
}

std::expected<Json, std::string> encode_tools(const std::vector<Tool>& tools) {
  Json list = Json::array();
  for (const Tool& tool : tools) {
    if (tool.name.empty()) return Problem{"a tool has no name"};
    Json function{{"name", tool.name}};
    if (!tool.description.empty()) function["description"] = tool.description;
    if (!tool.parameters_json.empty()) {
      auto parameters = parse_object(tool.parameters_json, "parameters_json of the tool '" + tool.name + "'");
      if (!parameters) return Problem{std::move(parameters.error())};
      function["parameters"] = std::move(*parameters);
    }
    list.push_back({{"type", "function"}, {"function", std::move(function)}});
  }
  return list;
}

}  // namespace

std::expected<std::string, std::string> encode(const ChatRequest& request, const std::string& default_model,
                                               bool stream) {
  const ChatOptions& options = request.options;
  const std::string& model = options.model.empty() ? default_model : options.model;
  if (model.empty())
    return Problem{"no model was chosen: set the model of the request's options or of the settings"};
  if (request.messages.empty()) return Problem{"the request has no messages"};
  for (const auto& [value, what] :
       {std::pair{options.temperature, "temperature"}, std::pair{options.top_p, "top_p"}}) {
    if (value && (!std::isfinite(*value) || *value < 0))
      return Problem{std::string{what} + " must be a number >= 0"};
  }
  if (options.max_tokens && *options.max_tokens < 1) return Problem{"max_tokens must be at least 1"};

  Json body{{"model", model}};
  Json& messages = body["messages"] = Json::array();
  for (const Message& message : request.messages) messages.push_back(encode_message(message));
  if (options.max_tokens) body["max_tokens"] = *options.max_tokens;
  if (options.temperature) body["temperature"] = *options.temperature;
  if (options.top_p) body["top_p"] = *options.top_p;
  if (options.seed) body["seed"] = *options.seed;
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
  if (stream) body["stream_options"] = {{"include_usage", true}};
  if (!options.extra_json.empty()) {
    const auto extra = parse_object(options.extra_json, "extra_json");
    if (!extra) return Problem{extra.error()};
    body.merge_patch(*extra);
  }
  body["stream"] = stream;
  return print_json(body);
}

}  // namespace detail

ARAMID_END
