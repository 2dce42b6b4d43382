// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_text.hpp"
#include "openai_responses_wire.hpp"

ARAMID_BEGIN

namespace detail {

namespace {

bool instructs(const Message& message) noexcept {
  return (message.role == Role::system || message.role == Role::developer) && message.images.empty();
}

// A text by itself, or images and a text.
Written<Json> encode_content(const Message& message) {
  if (message.images.empty()) return Json(message.content);
  Json parts = Json::array();
  for (const Image& given : message.images) {
    const Written<Image> image = check_image(given);
    if (!image) return Problem{image.error()};
    parts.push_back({{"type", "input_image"}, {"image_url", url_of(*image)}, {"detail", "auto"}});
  }
  if (!message.content.empty()) parts.push_back({{"type", "input_text"}, {"text", message.content}});
  return parts;
}

// Reasoning is taken back only where it is whole: by its id it is found only as long as the provider stores it.
Written<void> add_reasoning(Json& input, const Message& message) {
  if (message.extra_json.empty() || message.role != Role::assistant) return {};
  const Written<Json> extra = parse_object(message.extra_json, "the extra_json of a message");
  if (!extra) return Problem{extra.error()};
  const Json& output = member(*extra, "output");
  for (std::size_t i = 0; output.is_array() && i < output.size(); ++i) {
    if (text_of(output[i], "type") != "reasoning" || text_of(output[i], "encrypted_content").empty())
      continue;
    Json item = output[i];
    item.erase("id");
    item.erase("status");
    input.push_back(std::move(item));
  }
  return {};
}

Written<void> add_items(Json& input, const Message& message) {
  if (message.role == Role::assistant && !message.images.empty())
    return Problem{"an assistant's message cannot have images here"};
  Written<Json> content = encode_content(message);
  if (!content) return Problem{std::move(content.error())};
  if (message.role == Role::tool) {
    if (message.tool_call_id.empty()) return Problem{"a message with the role tool has no tool_call_id"};
    input.push_back({{"type", "function_call_output"},
                     {"call_id", message.tool_call_id},
                     {"output", std::move(*content)}});
    return {};
  }
  if (Written<void> added = add_reasoning(input, message); !added) return added;
  const bool only_calls = message.content.empty() && !message.tool_calls.empty();
  if (!only_calls) {
    input.push_back(
        {{"type", "message"}, {"role", role_name(message.role)}, {"content", std::move(*content)}});
  }
  for (const ToolCall& call : message.tool_calls) {
    const bool none = trim(call.arguments).empty();
    input.push_back({{"type", "function_call"},
                     {"call_id", call.id},
                     {"name", call.name},
                     {"arguments", none ? std::string{"{}"} : call.arguments}});
  }
  return {};
}

// What stands at the beginning are the instructions, unless there is nothing else to answer to.
Written<void> encode_messages(Json& body, const std::vector<Message>& messages) {
  std::size_t leading = 0;
  while (leading < messages.size() && instructs(messages[leading])) ++leading;
  if (leading == messages.size()) leading = 0;
  std::string instructions;
  for (std::size_t i = 0; i < leading; ++i) {
    if (!instructions.empty() && !messages[i].content.empty()) instructions += "\n\n";
    instructions += messages[i].content;
  }
  if (!instructions.empty()) body["instructions"] = std::move(instructions);
  Json& input = body["input"] = Json::array();
  for (std::size_t i = leading; i < messages.size(); ++i) {
    if (Written<void> added = add_items(input, messages[i]); !added) return added;
  }
  return {};
}

Written<Json> encode_tools(const std::vector<Tool>& tools) {
  Json list = Json::array();
  for (const Tool& tool : tools) {
    Written<Json> parameters = parameters_of(tool);
    if (!parameters) return parameters;
    if (parameters->is_null()) *parameters = {{"type", "object"}, {"properties", Json::object()}};
    // Strict is the default here, and would refuse schemas that chat completions take.
    Json json{
        {"type", "function"}, {"name", tool.name}, {"parameters", std::move(*parameters)}, {"strict", false}};
    if (!tool.description.empty()) json["description"] = tool.description;
    list.push_back(std::move(json));
  }
  return list;
}

// The schema's name and settings stand beside its type here, and a name there must be.
Written<Json> encode_format(const ChatOptions& options) {
  Written<ResponseFormat> format = response_format_of(options);
  if (!format) return Problem{std::move(format.error())};
  if (!format->json) return Json{{"type", "text"}};
  if (format->schema.is_null()) return Json{{"type", "json_object"}};
  const Json given = parse_json(options.response_format_json);
  const Json& nested = member(given, "json_schema");
  const Json& from = nested.is_object() ? nested : given;
  Json json{{"type", "json_schema"}, {"name", "answer"}, {"schema", std::move(format->schema)}};
  for (const char* key : {"name", "description", "strict"}) {
    if (const Json& value = member(from, key); !value.is_null()) json[key] = value;
  }
  return json;
}

}  // namespace

Written<WireRequest> OpenAiResponsesWire::encode(const ChatRequest& request, const std::string& default_model,
                                                 bool stream) const {
  const ChatOptions& options = request.options;
  const Written<std::string> model = check_request(request, default_model);
  if (!model) return Problem{model.error()};
  if (!options.stop.empty()) return Problem{"OpenAI's Responses take no stop sequences: leave stop empty"};

  Json body{{"model", *model}};
  if (Written<void> messages = encode_messages(body, request.messages); !messages)
    return Problem{std::move(messages.error())};
  if (options.max_tokens) body["max_output_tokens"] = *options.max_tokens;
  if (options.temperature) body["temperature"] = *options.temperature;
  if (options.top_p) body["top_p"] = *options.top_p;
  if (!options.tools.empty()) {
    Written<Json> tools = encode_tools(options.tools);
    if (!tools) return Problem{std::move(tools.error())};
    body["tools"] = std::move(*tools);
  }
  if (const std::string& choice = options.tool_choice; !choice.empty()) {
    const bool word = choice == "auto" || choice == "none" || choice == "required";
    body["tool_choice"] = word ? Json(choice) : Json{{"type", "function"}, {"name", choice}};
  }
  if (!options.response_format_json.empty()) {
    Written<Json> format = encode_format(options);
    if (!format) return Problem{std::move(format.error())};
    body["text"]["format"] = std::move(*format);
  }
  if (const Written<void> merged = merge_extra(body, options); !merged) return Problem{merged.error()};
  body["stream"] = stream;
  if (!stream && member(body, "background") == true)
    return Problem{"a response in the background must be streamed: set stream or on_text"};
  return WireRequest{.path = "/responses", .body = print_json(body)};
}

}  // namespace detail

ARAMID_END
