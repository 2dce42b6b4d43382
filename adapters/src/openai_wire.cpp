// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "openai_wire.hpp"

#include <algorithm>  // max
#include <map>        // map

ARAMID_BEGIN

namespace detail {

namespace {

FinishReason finish_reason(std::string_view word) noexcept {
  if (word == "stop" || word == "eos" || word == "eos_token" || word == "stop_sequence")
    return FinishReason::stop;
  if (word == "length" || word == "max_tokens" || word == "model_length") return FinishReason::length;
  if (word == "tool_calls" || word == "function_call") return FinishReason::tool_calls;
  if (word == "content_filter") return FinishReason::content_filter;
  return FinishReason::other;
}

std::int64_t index_of(const Json& json, std::int64_t otherwise) {
  return count_of(member(json, "index")).value_or(otherwise);
}

// Some servers send a tool's arguments as an object instead of text.
std::string arguments_of(const Json& arguments) {
  if (arguments.is_string()) return std::string{text_of(arguments)};
  return arguments.is_object() ? print_json(arguments) : std::string{};
}

void take_text(const Json& message, ChatReply& reply, ChatReply::Part& part) {
  reply.add_refusal(part, text_of(message, "refusal"));
  const Json& content = member(message, "content");
  reply.add_text(part, text_of(content));
  // Some servers send the content as a list of parts.
  for (std::size_t i = 0; content.is_array() && i < content.size(); ++i)
    reply.add_text(part, text_of(content[i], "text"));
}

// Where each call of the answer goes, by its choice and its index. Some servers send several whole calls with one
// index: one with another id and a name begins a call of its own.
class CallPlaces {
 public:
  [[nodiscard]] std::int64_t of(std::int64_t choice, std::int64_t index, std::string_view id,
                                std::string_view name, const ChatReply::Part& part) {
    const auto [known, fresh] = places_.try_emplace({choice, index}, index);
    if (!id.empty() && !name.empty()) {
      for (const auto& [place, call] : part.calls) {
        if (place == known->second && !call.id.empty() && call.id != id) {
          known->second = behind(part);
          break;
        }
      }
    }
    return known->second;
  }

 private:
  static std::int64_t behind(const ChatReply::Part& part) noexcept {
    std::int64_t last = 0;
    for (const auto& [place, call] : part.calls) last = std::max(last, place);
    return last + 1;
  }

  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> places_;
};

void take_calls(const Json& message, ChatReply& reply, ChatReply::Part& part, std::int64_t choice,
                CallPlaces& places) {
  const Json& calls = member(message, "tool_calls");
  for (std::size_t i = 0; calls.is_array() && i < calls.size(); ++i) {
    const Json& fragment = calls[i];
    const Json& function = member(fragment, "function");
    // Without an index a fragment with an id begins a call, and one without continues the last.
    const auto last = static_cast<std::int64_t>(part.calls.size());
    const bool begins = !text_of(fragment, "id").empty() || last == 0;
    const std::string_view id = text_of(fragment, "id");
    const std::string_view name = text_of(function, "name");
    const std::int64_t index = index_of(fragment, begins ? last : last - 1);
    reply.add_call(part, places.of(choice, index, id, name, part), id, name,
                   arguments_of(member(function, "arguments")));
  }
}

void take_finish(const Json& choice, ChatReply& reply, ChatReply::Part& part) {
  const std::string_view word = text_of(choice, "finish_reason");
  if (!word.empty()) reply.finish(part, finish_reason(word), word);
}

void take_frame(const Json& answer, ChatReply& reply) {
  if (!answer.is_object()) return;
  reply.set_model(text_of(answer, "model"));
  reply.set_id(text_of(answer, "id"));
  for (const Json* usage : {&member(answer, "usage"), &member(member(answer, "x_groq"), "usage")}) {
    reply.set_input_tokens(count_of(member(*usage, "prompt_tokens")));
    reply.set_output_tokens(count_of(member(*usage, "completion_tokens")));
    reply.set_cached_tokens(count_of(member(*usage, "prompt_cache_hit_tokens")));
    reply.set_cached_tokens(count_of(member(member(*usage, "prompt_tokens_details"), "cached_tokens")));
  }
  for (const auto& [key, value] : answer.items()) {
    const bool known =
        key == "choices" || key == "model" || key == "id" || key == "object" || key == "obfuscation";
    if (!known) reply.set_extra(key, value);
  }
}

// Whatever else a delta holds that is not empty. Servers do not agree on a name for reasoning.
bool is_thought(const Json& delta) {
  if (!delta.is_object()) return false;
  for (const auto& [key, value] : delta.items()) {
    const bool known =
        key == "role" || key == "refusal" || key == "tool_calls" || (key == "content" && !value.is_array());
    const bool says = value.is_string() ? !text_of(value).empty() : value.is_structured() && !value.empty();
    if (says && !known) return true;
  }
  return false;
}

class Reader final : public ChatReader {
 public:
  Outcome<Taken> take_event(const Json& event, ChatReply& reply) override {
    take_frame(event, reply);
    const Json& choices = member(event, "choices");
    for (std::size_t i = 0; choices.is_array() && i < choices.size(); ++i) {
      const std::int64_t index = index_of(choices[i], 0);
      ChatReply::Part& part = reply.choice(index);
      const Json& delta = member(choices[i], "delta");
      take_text(delta, reply, part);
      take_calls(delta, reply, part, index, places_);
      take_finish(choices[i], reply, part);
      if (is_thought(delta)) reply.think();
      note_failure(part);
    }
    if (failure_) return std::unexpected<Error>{*failure_};
    return Taken::event;
  }

  Outcome<void> take_whole(const Json& answer, ChatReply& reply) override {
    take_frame(answer, reply);
    const Json& choices = member(answer, "choices");
    for (std::size_t i = 0; choices.is_array() && i < choices.size(); ++i) {
      const std::int64_t index = index_of(choices[i], 0);
      ChatReply::Part& part = reply.choice(index);
      const Json& message = member(choices[i], "message");
      take_text(message, reply, part);
      take_calls(message, reply, part, index, places_);
      // A whole answer is whole, with or without a word for it.
      if (message.is_object()) reply.finish(part, FinishReason::other, {});
      take_finish(choices[i], reply, part);
      note_failure(part);
    }
    if (failure_) return std::unexpected<Error>{*failure_};
    return {};
  }

 private:
  // Words for a failure that is reported as a finish reason; DeepSeek's for one of capacity.
  void note_failure(const ChatReply::Part& part) {
    const std::string& word = part.choice.finish_reason_text;
    const bool busy = word == "insufficient_system_resource";
    if (failure_ || (!busy && word != "error")) return;
    failure_.emplace();
    failure_->fault = busy ? Fault::overloaded : Fault::unavailable;
    failure_->message = "the provider ended the answer with the finish reason '" + word + '\'';
  }

  std::optional<Error> failure_;
  CallPlaces places_;
};

}  // namespace

Written<WireRequest> OpenAiWire::encode(const ChatRequest& request, const std::string& model,
                                        bool stream) const {
  auto body = detail::encode(request, model, stream, quirks_);
  if (!body) return Problem{std::move(body.error())};
  return WireRequest{.path = "/chat/completions", .body = std::move(*body)};
}

std::unique_ptr<ChatReader> OpenAiWire::reader() const { return std::make_unique<Reader>(); }

std::shared_ptr<const ChatWire> OpenAiWire::shared() {
  static const std::shared_ptr<const ChatWire> wire = std::make_shared<const OpenAiWire>();
  return wire;
}

}  // namespace detail

ARAMID_END
