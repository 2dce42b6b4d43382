// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/chat.hpp>

#include <algorithm>  // max

ARAMID_BEGIN

Cost estimate_cost(const ChatRequest& request) noexcept {
  constexpr std::int64_t per_message = 8;
  constexpr std::int64_t unset_output = 512;
  constexpr std::size_t bytes_per_token = 3;
  constexpr std::int64_t per_image = 1600;  // what the larger ones come to: providers scale them down
  std::int64_t images = 0;
  std::size_t bytes = request.options.response_format_json.size();
  for (const Message& message : request.messages) {
    bytes += message.content.size() + message.name.size() + message.tool_call_id.size();
    images += static_cast<std::int64_t>(message.images.size());
    for (const ToolCall& call : message.tool_calls) {
      bytes += call.id.size() + call.name.size() + call.arguments.size();
    }
  }
  for (const Tool& tool : request.options.tools) {
    bytes += tool.name.size() + tool.description.size() + tool.parameters_json.size();
  }
  const auto input = static_cast<std::int64_t>((bytes + bytes_per_token - 1) / bytes_per_token);
  const auto messages = static_cast<std::int64_t>(request.messages.size() + request.options.tools.size());
  const std::int64_t output = std::max<std::int64_t>(request.options.max_tokens.value_or(unset_output), 0);
  const std::int64_t prompt = input + per_message * messages + per_image * images;
  return {.tokens = saturating_add(Duration{prompt}, Duration{output}).count(),
          .input_tokens = prompt,
          .output_tokens = output};
}

std::int64_t estimate_tokens(const ChatRequest& request) noexcept { return estimate_cost(request).tokens; }

ARAMID_END
