// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "ollama_wire.hpp"
#include "tool_calls.hpp"

ARAMID_BEGIN

namespace detail {

namespace {

Written<Json> encode_images(const Message& message) {
  Json list = Json::array();
  for (const Image& given : message.images) {
    Written<Image> image = check_image(given);
    if (!image) return Problem{std::move(image.error())};
    if (!image->url.empty()) return Problem{"Ollama fetches no images: give their bytes, as base64"};
    list.push_back(std::move(image->base64));
  }
  return list;
}

Written<Json> encode_message(const ChatRequest& request, const Message& message) {
  const Role role = message.role == Role::developer ? Role::system : message.role;
  Json json{{"role", role_name(role)}, {"content", message.content}};
  Written<Json> images = encode_images(message);
  if (!images) return images;
  if (!images->empty()) json["images"] = std::move(*images);
  for (const ToolCall& call : message.tool_calls) {
    Written<Json> arguments = arguments_of(call);
    if (!arguments) return arguments;
    Json& sent = json["tool_calls"].emplace_back(
        Json{{"function", {{"name", call.name}, {"arguments", std::move(*arguments)}}}});
    if (!call.id.empty() && !is_made_call_id(call.id)) sent["id"] = call.id;
  }
  if (message.role == Role::tool) {
    if (std::string name = function_of(request, message); !name.empty()) json["tool_name"] = std::move(name);
    if (!message.tool_call_id.empty() && !is_made_call_id(message.tool_call_id))
      json["tool_call_id"] = message.tool_call_id;
  }
  return json;
}

Written<Json> encode_tools(const std::vector<Tool>& tools) {
  Json list = Json::array();
  for (const Tool& tool : tools) {
    Written<Json> parameters = parameters_of(tool);
    if (!parameters) return parameters;
    if (parameters->is_null()) *parameters = {{"type", "object"}, {"properties", Json::object()}};
    Json function{{"name", tool.name}, {"parameters", std::move(*parameters)}};
    if (!tool.description.empty()) function["description"] = tool.description;
    list.push_back({{"type", "function"}, {"function", std::move(function)}});
  }
  return list;
}

Json encode_options(const ChatOptions& options) {
  Json json = Json::object();
  if (options.max_tokens) json["num_predict"] = *options.max_tokens;
  if (options.temperature) json["temperature"] = *options.temperature;
  if (options.top_p) json["top_p"] = *options.top_p;
  if (options.seed) json["seed"] = *options.seed;
  if (!options.stop.empty()) json["stop"] = options.stop;
  return json;
}

}  // namespace

Written<WireRequest> OllamaWire::encode(const ChatRequest& request, const std::string& default_model,
                                        bool stream) const {
  const ChatOptions& options = request.options;
  const Written<std::string> model = check_request(request, default_model);
  if (!model) return Problem{model.error()};

  Json body{{"model", *model}};
  Json& messages = body["messages"] = Json::array();
  for (const Message& message : request.messages) {
    Written<Json> json = encode_message(request, message);
    if (!json) return Problem{std::move(json.error())};
    messages.push_back(std::move(*json));
  }
  if (Json json = encode_options(options); !json.empty()) body["options"] = std::move(json);
  const std::string& choice = options.tool_choice;
  if (!choice.empty() && choice != "auto" && choice != "none")
    return Problem{"Ollama leaves the choice of a tool to the model: tool_choice must be auto or none"};
  if (!options.tools.empty()) {
    Written<Json> tools = encode_tools(options.tools);
    if (!tools) return Problem{std::move(tools.error())};
    if (choice != "none") body["tools"] = std::move(*tools);
  }
  Written<ResponseFormat> format = response_format_of(options);
  if (!format) return Problem{std::move(format.error())};
  if (format->json) body["format"] = format->schema.is_null() ? Json("json") : std::move(format->schema);
  if (const Written<void> merged = merge_extra(body, options); !merged) return Problem{merged.error()};
  // Left out, it would mean true.
  body["stream"] = stream;
  return WireRequest{.path = "/api/chat", .body = print_json(body)};
}

}  // namespace detail

ARAMID_END
