// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "gemini_wire.hpp"
#include "http_text.hpp"
#include "tool_calls.hpp"

#include <algorithm>  // all_of

ARAMID_BEGIN

namespace detail {

namespace {

bool is_system(const Message& message) noexcept {
  return message.role == Role::system || message.role == Role::developer;
}

Written<Json> image_part(const Image& given) {
  const Written<Image> image = check_image(given);
  if (!image) return Problem{image.error()};
  if (image->url.empty())
    return Json{{"inlineData", {{"mimeType", image->media_type}, {"data", image->base64}}}};
  Json file{{"fileUri", image->url}};
  if (!image->media_type.empty()) file["mimeType"] = image->media_type;
  return Json{{"fileData", std::move(file)}};
}

// An id that Gemini did not give is none that it knows.
void add_id(Json& json, const std::string& id) {
  if (!id.empty() && !is_made_call_id(id)) json["id"] = id;
}

Json call_part(const ToolCall& call, Json arguments) {
  Json json{{"name", call.name}, {"args", std::move(arguments)}};
  add_id(json, call.id);
  Json part{{"functionCall", std::move(json)}};
  if (!call.signature.empty()) part["thoughtSignature"] = call.signature;
  return part;
}

// What a tool answers must be an object: a text that is none goes into one.
Written<Json> response_part(const ChatRequest& request, const Message& message) {
  const std::string name = function_of(request, message);
  if (name.empty()) {
    return Problem{
        "a message with the role tool has neither the name of its function nor the tool_call_id of a call "
        "before it"};
  }
  Json response = parse_json(message.content);
  if (!response.is_object()) response = {{"output", message.content}};
  Json json{{"name", name}, {"response", std::move(response)}};
  add_id(json, message.tool_call_id);
  return Json{{"functionResponse", std::move(json)}};
}

Written<Json> parts_of(const ChatRequest& request, const Message& message) {
  Json parts = Json::array();
  if (message.role == Role::tool) {
    Written<Json> part = response_part(request, message);
    if (!part) return part;
    parts.push_back(std::move(*part));
  }
  for (const Image& image : message.images) {
    Written<Json> part = image_part(image);
    if (!part) return part;
    parts.push_back(std::move(*part));
  }
  if (message.role != Role::tool && !message.content.empty()) parts.push_back({{"text", message.content}});
  for (const ToolCall& call : message.tool_calls) {
    Written<Json> arguments = arguments_of(call);
    if (!arguments) return arguments;
    parts.push_back(call_part(call, std::move(*arguments)));
  }
  return parts;
}

// All answers to the calls of one message must stand in one content, and nothing else beside them.
Written<Json> encode_contents(const ChatRequest& request) {
  Json contents = Json::array();
  Role last = Role::system;
  for (const Message& message : request.messages) {
    if (is_system(message)) continue;
    Written<Json> parts = parts_of(request, message);
    if (!parts) return parts;
    if (parts->empty()) continue;
    if (message.role != last)
      contents.push_back(
          {{"role", message.role == Role::assistant ? "model" : "user"}, {"parts", Json::array()}});
    last = message.role;
    for (Json& part : *parts) contents.back()["parts"].push_back(std::move(part));
  }
  if (contents.empty()) return Problem{"the request has no messages with content besides the system prompt"};
  return contents;
}

Written<Json> encode_system(const ChatRequest& request) {
  Json parts = Json::array();
  for (const Message& message : request.messages) {
    if (!is_system(message)) continue;
    if (!message.images.empty()) return Problem{"a system message cannot have images here"};
    if (!trim(message.content).empty()) parts.push_back({{"text", message.content}});
  }
  return parts;
}

Written<Json> encode_tools(const std::vector<Tool>& tools) {
  Json list = Json::array();
  for (const Tool& tool : tools) {
    Written<Json> parameters = parameters_of(tool);
    if (!parameters) return parameters;
    Json json{{"name", tool.name}};
    if (!tool.description.empty()) json["description"] = tool.description;
    if (!parameters->is_null()) json["parametersJsonSchema"] = std::move(*parameters);
    list.push_back(std::move(json));
  }
  return Json::array({{{"functionDeclarations", std::move(list)}}});
}

Json encode_tool_choice(const std::string& choice) {
  Json config{{"mode", "ANY"}};
  if (choice == "auto") {
    config["mode"] = "AUTO";
  } else if (choice == "none") {
    config["mode"] = "NONE";
  } else if (choice != "required") {
    config["allowedFunctionNames"] = Json::array({choice});
  }
  return {{"functionCallingConfig", std::move(config)}};
}

Written<Json> encode_config(const ChatOptions& options) {
  Json config = Json::object();
  if (options.max_tokens) config["maxOutputTokens"] = *options.max_tokens;
  if (options.temperature) config["temperature"] = *options.temperature;
  if (options.top_p) config["topP"] = *options.top_p;
  if (options.seed) config["seed"] = *options.seed;
  if (!options.stop.empty()) config["stopSequences"] = options.stop;
  Written<ResponseFormat> format = response_format_of(options);
  if (!format) return Problem{std::move(format.error())};
  if (format->json) config["responseMimeType"] = "application/json";
  if (!format->schema.is_null()) config["responseJsonSchema"] = std::move(format->schema);
  return config;
}

// The model is a part of the address.
Written<std::string> path_of(const std::string& model) {
  const bool good = std::all_of(model.begin(), model.end(), [](char c) {
    const char small = lower(c);
    return (small >= 'a' && small <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/' ||
           c == '@';
  });
  if (!good || model.starts_with('/') || model.find("..") != std::string::npos)
    return Problem{"a model of Gemini's is named by letters, digits and any of - _ . @ and /"};
  return (model.find('/') == std::string::npos ? "/models/" : "/") + model;
}

}  // namespace

Written<WireRequest> GeminiWire::encode(const ChatRequest& request, const std::string& default_model,
                                        bool stream) const {
  const ChatOptions& options = request.options;
  const Written<std::string> model = check_request(request, default_model);
  if (!model) return Problem{model.error()};
  const Written<std::string> path = path_of(*model);
  if (!path) return Problem{path.error()};
  Written<Json> system = encode_system(request);
  if (!system) return Problem{std::move(system.error())};
  Written<Json> contents = encode_contents(request);
  if (!contents) return Problem{std::move(contents.error())};
  Written<Json> config = encode_config(options);
  if (!config) return Problem{std::move(config.error())};

  Json body{{"contents", std::move(*contents)}};
  if (!system->empty()) body["systemInstruction"] = {{"parts", std::move(*system)}};
  if (!config->empty()) body["generationConfig"] = std::move(*config);
  if (!options.tools.empty()) {
    Written<Json> tools = encode_tools(options.tools);
    if (!tools) return Problem{std::move(tools.error())};
    body["tools"] = std::move(*tools);
  }
  if (!options.tool_choice.empty()) body["toolConfig"] = encode_tool_choice(options.tool_choice);
  if (const Written<void> merged = merge_extra(body, options); !merged) return Problem{merged.error()};
  return WireRequest{.path = *path + (stream ? ":streamGenerateContent?alt=sse" : ":generateContent"),
                     .body = print_json(body)};
}

}  // namespace detail

ARAMID_END
