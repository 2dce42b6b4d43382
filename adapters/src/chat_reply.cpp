// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "chat_reply.hpp"

#include <algorithm>  // clamp, sort

ARAMID_BEGIN

namespace detail {

namespace {

// More choices or calls than this are nonsense; they share the last place.
constexpr std::int64_t most_places = 128;

template <class T>
T& at_index(std::vector<std::pair<std::int64_t, T>>& list, std::int64_t index) {
  for (auto& [key, value] : list) {
    if (key == index) return value;
  }
  return list.emplace_back(index, T{}).second;
}

std::int64_t place_of(std::int64_t index) noexcept {
  return std::clamp<std::int64_t>(index, 0, most_places - 1);
}

}  // namespace

ChatReply::Part& ChatReply::choice(std::int64_t index) {
  index = place_of(index);
  Part& found = at_index(parts_, index);
  found.first = index == 0;
  return found;
}

void ChatReply::add_text(Part& part, std::string_view text) {
  if (text.empty()) return;
  output(part.first ? text : std::string_view{});
  part.choice.text += text;
}

void ChatReply::add_refusal(Part& part, std::string_view text) {
  if (text.empty()) return;
  output({});
  part.choice.refusal += text;
}

void ChatReply::add_call(Part& part, std::int64_t place, std::string_view id, std::string_view name,
                         std::string_view arguments) {
  const std::size_t before = part.calls.size();
  ToolCall& call = at_index(part.calls, place_of(place));
  if (!arguments.empty()) {
    output({});
  } else if (part.calls.size() > before) {
    ++progress_;
  }
  set_once(call.id, id);
  set_once(call.name, name);
  call.arguments += arguments;
}

void ChatReply::finish(Part& part, FinishReason reason, std::string_view word) {
  part.finished = true;
  part.choice.finish_reason = reason;
  part.choice.finish_reason_text = word;
}

void ChatReply::think() noexcept {
  if (!thought_) ++progress_;
  thought_ = true;
}

bool ChatReply::finished() const noexcept {
  for (const auto& [index, part] : parts_) {
    if (!part.finished) return false;
  }
  return !parts_.empty();
}

Completion ChatReply::take() {
  const auto by_index = [](const auto& a, const auto& b) { return a.first < b.first; };
  Completion completion;
  std::sort(parts_.begin(), parts_.end(), by_index);
  bool first = true;
  for (auto& [index, part] : parts_) {
    std::sort(part.calls.begin(), part.calls.end(), by_index);
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
  completion.cached_tokens = cached_tokens_;
  completion.extra_json = print_json(extra_);
  return completion;
}

}  // namespace detail

ARAMID_END
