// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "chat_reply.hpp"

#include <algorithm>  // sort

ARAMID_BEGIN

namespace detail {

namespace {

// More choices or calls than this are nonsense; they share the last place.
constexpr std::int64_t most_places = 128;

FinishReason finish_reason(std::string_view word) noexcept {
  if (word == "stop" || word == "eos" || word == "eos_token" || word == "stop_sequence")
    return FinishReason::stop;
  if (word == "length" || word == "max_tokens") return FinishReason::length;
  if (word == "tool_calls" || word == "function_call") return FinishReason::tool_calls;
  if (word == "content_filter") return FinishReason::content_filter;
  return FinishReason::other;
}

template <class T>
T& at_index(std::vector<std::pair<std::int64_t, T>>& list, std::int64_t index) {
  for (auto& [key, value] : list) {
    if (key == index) return value;
  }
  return list.emplace_back(index, T{}).second;
}

std::int64_t index_of(const Json& json, std::int64_t otherwise) {
  return std::min(count_of(member(json, "index")).value_or(otherwise), most_places - 1);
}

// Some servers send a tool's arguments as an object instead of text.
std::string arguments_of(const Json& arguments) {
  if (arguments.is_string()) return std::string{text_of(arguments)};
  return arguments.is_object() ? print_json(arguments) : std::string{};
}

bool is_first(const std::pair<std::int64_t, ToolCall>& a,
              const std::pair<std::int64_t, ToolCall>& b) noexcept {
  return a.first < b.first;
}

}  // namespace

ChatReply::Part& ChatReply::part(const Json& choice) {
  const std::int64_t index = index_of(choice, 0);
  Part& found = at_index(parts_, index);
  found.first = index == 0;
  return found;
}

void ChatReply::take_text(Part& part, const Json& message) {
  if (const std::string_view refusal = text_of(message, "refusal"); !refusal.empty()) {
    output({});
    part.choice.refusal += refusal;
  }
  const auto take = [&](std::string_view text) {
    if (text.empty()) return;
    output(part.first ? text : std::string_view{});
    part.choice.text += text;
  };
  const Json& content = member(message, "content");
  take(text_of(content));
  // Some servers send the content as a list of parts.
  for (std::size_t i = 0; content.is_array() && i < content.size(); ++i) take(text_of(content[i], "text"));
}

void ChatReply::take_calls(Part& part, const Json& message) {
  const Json& calls = member(message, "tool_calls");
  for (std::size_t i = 0; calls.is_array() && i < calls.size(); ++i) {
    const Json& fragment = calls[i];
    const Json& function = member(fragment, "function");
    // Without an index a fragment with an id begins a call, and one without continues the last.
    const auto last = static_cast<std::int64_t>(part.calls.size());
    const bool begins = !text_of(fragment, "id").empty() || last == 0;
    ToolCall& call = at_index(part.calls, index_of(fragment, begins ? last : last - 1));
    std::string arguments = arguments_of(member(function, "arguments"));
    if (!arguments.empty()) {
      output({});
    } else if (begins) {
      ++progress_;
    }
    if (call.id.empty()) call.id = text_of(fragment, "id");
    if (call.name.empty()) call.name = text_of(function, "name");
    call.arguments += arguments;
  }
}

void ChatReply::take_finish(Part& part, const Json& choice) {
  const std::string_view word = text_of(choice, "finish_reason");
  if (word.empty()) return;
  part.finished = true;
  part.choice.finish_reason = finish_reason(word);
  part.choice.finish_reason_text = word;
}

void ChatReply::take_frame(const Json& answer) {
  if (!answer.is_object()) return;
  if (model_.empty()) model_ = text_of(answer, "model");
  if (id_.empty()) id_ = text_of(answer, "id");
  for (const Json* usage : {&member(answer, "usage"), &member(member(answer, "x_groq"), "usage")}) {
    if (const auto count = count_of(member(*usage, "prompt_tokens"))) usage_.input_tokens = *count;
    if (const auto count = count_of(member(*usage, "completion_tokens"))) usage_.output_tokens = *count;
  }
  for (const auto& [key, value] : answer.items()) {
    const bool known =
        key == "choices" || key == "model" || key == "id" || key == "object" || key == "obfuscation";
    if (!known && !value.is_null()) extra_[key] = value;
  }
}

void ChatReply::take_whole(const Json& answer) {
  take_frame(answer);
  const Json& choices = member(answer, "choices");
  for (std::size_t i = 0; choices.is_array() && i < choices.size(); ++i) {
    Part& slot = part(choices[i]);
    const Json& message = member(choices[i], "message");
    take_text(slot, message);
    take_calls(slot, message);
    take_finish(slot, choices[i]);
    // A whole answer is whole, with or without a word for it.
    slot.finished = slot.finished || message.is_object();
  }
}

// Whatever else a delta holds that is not empty. Servers do not agree on a name for reasoning.
void ChatReply::note_thought(const Json& delta) {
  if (!delta.is_object()) return;
  for (const auto& [key, value] : delta.items()) {
    const bool known =
        key == "role" || key == "refusal" || key == "tool_calls" || (key == "content" && !value.is_array());
    const bool says = value.is_string() ? !text_of(value).empty() : value.is_structured() && !value.empty();
    thought_ = thought_ || (says && !known);
  }
}

void ChatReply::take_chunk(const Json& chunk) {
  thought_ = false;
  take_frame(chunk);
  const Json& choices = member(chunk, "choices");
  for (std::size_t i = 0; choices.is_array() && i < choices.size(); ++i) {
    Part& slot = part(choices[i]);
    const Json& delta = member(choices[i], "delta");
    take_text(slot, delta);
    take_calls(slot, delta);
    take_finish(slot, choices[i]);
    note_thought(delta);
  }
  if (thought_) ++progress_;
}

bool ChatReply::finished() const noexcept {
  for (const auto& [index, part] : parts_) {
    if (!part.finished) return false;
  }
  return !parts_.empty();
}

bool ChatReply::failed() const noexcept {
  for (const auto& [index, part] : parts_) {
    if (part.choice.finish_reason_text == "error") return true;
  }
  return false;
}

Completion ChatReply::take() {
  Completion completion;
  std::sort(parts_.begin(), parts_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  bool first = true;
  for (auto& [index, part] : parts_) {
    std::sort(part.calls.begin(), part.calls.end(), is_first);
    for (auto& [place, call] : part.calls) part.choice.tool_calls.push_back(std::move(call));
    if (first) {
      static_cast<Choice&>(completion) = std::move(part.choice);
    } else {
      completion.further.push_back(std::move(part.choice));
    }
    first = false;
  }
  completion.model = std::move(model_);
  completion.id = std::move(id_);
  completion.usage = usage_;
  completion.extra_json = print_json(extra_);
  return completion;
}

}  // namespace detail

ARAMID_END
