// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/chat.hpp>

#include <algorithm>  // max

ARAMID_BEGIN

namespace {

// Whoever counts may answer anything; sums saturate.
std::int64_t plus(std::int64_t sum, std::int64_t more) noexcept {
  return saturating_add(Duration{sum}, Duration{std::max<std::int64_t>(more, 0)}).count();
}

template <class Count>
Cost cost_of(const ChatRequest& request, const TokenEstimate& how, Count&& count) {
  const ChatOptions& options = request.options;
  std::int64_t prompt = 0;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) prompt = plus(prompt, count(text));
  };
  add(options.response_format_json);
  for (const Message& message : request.messages) {
    prompt = plus(prompt, how.per_message);
    for (std::size_t i = 0; i < message.images.size(); ++i) prompt = plus(prompt, how.per_image);
    for (const std::string* text : {&message.content, &message.name, &message.tool_call_id}) add(*text);
    for (const ToolCall& call : message.tool_calls) {
      prompt = plus(prompt, how.per_message);
      for (const std::string* text : {&call.id, &call.name, &call.arguments}) add(*text);
    }
  }
  if (!options.tools.empty()) prompt = plus(prompt, how.with_tools);
  for (const Tool& tool : options.tools) {
    prompt = plus(prompt, how.per_message);
    for (const std::string* text : {&tool.name, &tool.description, &tool.parameters_json}) add(*text);
  }
  const std::int64_t output = std::max<std::int64_t>(options.max_tokens.value_or(how.unset_output), 0);
  return {.tokens = plus(prompt, output), .input_tokens = prompt, .output_tokens = output};
}

}  // namespace

Cost estimate_cost(const ChatRequest& request) noexcept {
  return cost_of(request, TokenEstimate{}, estimate_text);
}

Cost estimate_cost(const ChatRequest& request, const TokenEstimate& how) {
  return how.text ? cost_of(request, how, how.text) : cost_of(request, how, estimate_text);
}

std::int64_t estimate_tokens(const ChatRequest& request) noexcept { return estimate_cost(request).tokens; }

ARAMID_END
