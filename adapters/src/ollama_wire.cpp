// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "ollama_wire.hpp"
#include "tool_calls.hpp"

ARAMID_BEGIN

namespace detail {

namespace {

// Which tools to call is not among the server's reasons.
FinishReason finish_reason(std::string_view word, bool has_calls) noexcept {
  if (has_calls && (word == "stop" || word.empty())) return FinishReason::tool_calls;
  if (word == "stop") return FinishReason::stop;
  if (word == "length") return FinishReason::length;
  return FinishReason::other;
}

// A stream and a whole answer are made of the same objects.
class Reader final : public ChatReader {
 public:
  Outcome<Taken> take_event(const Json& event, ChatReply& reply) override {
    if (!event.is_object()) return Taken::event;
    ChatReply::Part& part = reply.choice();
    reply.set_model(text_of(event, "model"));
    reply.set_input_tokens(count_of(member(event, "prompt_eval_count")));
    reply.set_output_tokens(count_of(member(event, "eval_count")));
    for (const auto& [key, value] : event.items()) {
      const bool known = key == "model" || key == "message" || key == "done" || key == "done_reason" ||
                         key == "prompt_eval_count" || key == "eval_count";
      if (!known) reply.set_extra(key, value);
    }
    // The last one need not have a message.
    take_message(member(event, "message"), part, reply);
    if (member(event, "done") == true) {
      const std::string_view word = text_of(event, "done_reason");
      reply.finish(part, finish_reason(word, !part.calls.empty()), word);
      if (!thinking_.empty()) reply.set_extra("thinking", thinking_);
    }
    return Taken::event;
  }

  Outcome<void> take_whole(const Json& answer, ChatReply& reply) override {
    const Outcome<Taken> taken = take_event(answer, reply);
    if (!taken) return std::unexpected<Error>{taken.error()};
    return {};
  }

 private:
  void take_message(const Json& message, ChatReply::Part& part, ChatReply& reply) {
    if (const std::string_view thought = text_of(message, "thinking"); !thought.empty()) {
      reply.think();
      thinking_ += thought;
    }
    reply.add_text(part, text_of(message, "content"));
    const Json& calls = member(message, "tool_calls");
    for (std::size_t i = 0; calls.is_array() && i < calls.size(); ++i) take_call(calls[i], part, reply);
  }

  // A call comes whole, and each is told once.
  static void take_call(const Json& call, ChatReply::Part& part, ChatReply& reply) {
    const Json& function = member(call, "function");
    if (!function.is_object()) return;
    const Json& arguments = member(function, "arguments");
    std::string id{text_of(call, "id")};
    if (id.empty()) id = make_call_id();
    std::string text{text_of(arguments)};
    if (text.empty()) text = arguments.is_object() ? print_json(arguments) : "{}";
    reply.add_call(part, static_cast<std::int64_t>(part.calls.size()), id, text_of(function, "name"), text);
  }

  std::string thinking_;
};

}  // namespace

std::unique_ptr<ChatReader> OllamaWire::reader() const { return std::make_unique<Reader>(); }

}  // namespace detail

ARAMID_END
