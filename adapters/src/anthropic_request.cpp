// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "anthropic_wire.hpp"
#include "http_text.hpp"

ARAMID_BEGIN

namespace detail {

namespace {

bool is_system(const Message& message) noexcept {
  return message.role == Role::system || message.role == Role::developer;
}

Json text_block(std::string_view text) { return {{"type", "text"}, {"text", text}}; }

Written<Json> image_block(const Image& given) {
  const Written<Image> image = check_image(given);
  if (!image) return Problem{image.error()};
  Json source = image->url.empty()
                    ? Json{{"type", "base64"}, {"media_type", image->media_type}, {"data", image->base64}}
                    : Json{{"type", "url"}, {"url", image->url}};
  return Json{{"type", "image"}, {"source", std::move(source)}};
}

// Images and text. A block of blanks would be refused, so there is none.
Written<Json> content_blocks(const Message& message) {
  Json blocks = Json::array();
  for (const Image& image : message.images) {
    Written<Json> block = image_block(image);
    if (!block) return block;
    blocks.push_back(std::move(*block));
  }
  if (!trim(message.content).empty()) blocks.push_back(text_block(message.content));
  return blocks;
}

Written<Json> tool_result(const Message& message, Json content) {
  if (message.tool_call_id.empty()) return Problem{"a message with the role tool has no tool_call_id"};
  Json block{{"type", "tool_result"}, {"tool_use_id", message.tool_call_id}};
  if (!content.empty()) block["content"] = std::move(content);
  return Json::array({std::move(block)});
}

// Thoughts are wanted back before the rest, or their signatures are refused. Another provider's answer has none.
Written<Json> kept_blocks(const Message& message) {
  Json blocks = Json::array();
  if (message.extra_json.empty() || message.role != Role::assistant) return blocks;
  const Written<Json> extra = parse_object(message.extra_json, "the extra_json of a message");
  if (!extra) return Problem{extra.error()};
  const Json& content = member(*extra, "content");
  for (std::size_t i = 0; content.is_array() && i < content.size(); ++i) {
    if (!text_of(content[i], "type").empty()) blocks.push_back(content[i]);
  }
  return blocks;
}

Written<Json> blocks_of(const Message& message) {
  Written<Json> content = content_blocks(message);
  if (!content) return content;
  if (message.role == Role::tool) return tool_result(message, std::move(*content));
  Written<Json> blocks = kept_blocks(message);
  if (!blocks) return blocks;
  for (Json& block : *content) blocks->push_back(std::move(block));
  for (const ToolCall& call : message.tool_calls) {
    Written<Json> input = arguments_of(call);
    if (!input) return input;
    blocks->push_back(
        {{"type", "tool_use"}, {"id", call.id}, {"name", call.name}, {"input", std::move(*input)}});
  }
  return blocks;
}

// All answers to the tool calls of one message must stand in one message, so neighbours are put together.
Written<Json> encode_messages(const ChatRequest& request) {
  Json messages = Json::array();
  for (const Message& message : request.messages) {
    if (is_system(message)) continue;
    Written<Json> blocks = blocks_of(message);
    if (!blocks) return blocks;
    if (blocks->empty()) continue;
    const char* role = message.role == Role::assistant ? "assistant" : "user";
    if (messages.empty() || messages.back()["role"] != role) {
      messages.push_back({{"role", role}, {"content", std::move(*blocks)}});
    } else {
      for (Json& block : *blocks) messages.back()["content"].push_back(std::move(block));
    }
  }
  if (messages.empty()) return Problem{"the request has no messages with content besides the system prompt"};

  // An answer to go on from must not end in blanks.
  Json& last = messages.back()["content"].back();
  if (messages.back()["role"] == "assistant" && text_of(last, "type") == "text") {
    std::string text{text_of(last, "text")};
    while (!text.empty() && is_space(text.back())) text.pop_back();
    if (text.empty()) {
      Json& content = messages.back()["content"];
      content.erase(content.size() - 1);
      if (content.empty()) messages.erase(messages.size() - 1);
    } else {
      last["text"] = std::move(text);
    }
  }
  if (messages.empty()) return Problem{"the request has no messages with content besides the system prompt"};
  return messages;
}

// One text as a text, several as blocks; null if there is none.
Written<Json> encode_system(const ChatRequest& request) {
  Json blocks = Json::array();
  for (const Message& message : request.messages) {
    if (!is_system(message)) continue;
    if (!message.images.empty()) return Problem{"a system message cannot have images here"};
    if (!trim(message.content).empty()) blocks.push_back(text_block(message.content));
  }
  if (blocks.empty()) return Json{};
  return blocks.size() == 1 ? blocks[0]["text"] : blocks;
}

Written<Json> encode_tools(const std::vector<Tool>& tools) {
  Json list = Json::array();
  for (const Tool& tool : tools) {
    Written<Json> parameters = parameters_of(tool);
    if (!parameters) return parameters;
    if (parameters->is_null()) *parameters = {{"type", "object"}};
    Json json{{"name", tool.name}, {"input_schema", std::move(*parameters)}};
    if (!tool.description.empty()) json["description"] = tool.description;
    list.push_back(std::move(json));
  }
  return list;
}

Json encode_tool_choice(const std::string& choice) {
  if (choice == "auto" || choice == "none") return {{"type", choice}};
  if (choice == "required") return {{"type", "any"}};
  return {{"type", "tool"}, {"name", choice}};
}

}  // namespace

Written<WireRequest> AnthropicWire::encode(const ChatRequest& request, const std::string& default_model,
                                           bool stream) const {
  const ChatOptions& options = request.options;
  const Written<std::string> model = check_request(request, default_model);
  if (!model) return Problem{model.error()};
  Written<Json> system = encode_system(request);
  if (!system) return Problem{std::move(system.error())};
  Written<Json> messages = encode_messages(request);
  if (!messages) return Problem{std::move(messages.error())};

  Json body{{"model", *model},
            {"max_tokens", options.max_tokens.value_or(default_max_tokens_)},
            {"messages", std::move(*messages)}};
  if (!system->is_null()) body["system"] = std::move(*system);
  if (options.temperature) body["temperature"] = *options.temperature;
  if (options.top_p) body["top_p"] = *options.top_p;
  if (!options.stop.empty()) body["stop_sequences"] = options.stop;
  if (!options.tools.empty()) {
    Written<Json> tools = encode_tools(options.tools);
    if (!tools) return Problem{std::move(tools.error())};
    body["tools"] = std::move(*tools);
  }
  if (!options.tool_choice.empty()) body["tool_choice"] = encode_tool_choice(options.tool_choice);
  Written<ResponseFormat> format = response_format_of(options);
  if (!format) return Problem{std::move(format.error())};
  if (format->json && format->schema.is_null())
    return Problem{"Anthropic gives JSON only by a json_schema in response_format_json"};
  if (format->json) {
    body["output_config"]["format"] = {{"type", "json_schema"}, {"schema", std::move(format->schema)}};
  }
  if (const Written<void> merged = merge_extra(body, options); !merged) return Problem{merged.error()};
  body["stream"] = stream;
  return WireRequest{.path = "/v1/messages", .body = print_json(body)};
}

}  // namespace detail

ARAMID_END
