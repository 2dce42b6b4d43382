// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "gemini_wire.hpp"
#include "http_text.hpp"
#include "tool_calls.hpp"

#include <algorithm>  // max

ARAMID_BEGIN

namespace detail {

namespace {

// Of the parts that are neither text nor a call, no more than this are kept.
constexpr std::size_t most_parts = 512;

FinishReason finish_reason(std::string_view word, bool has_calls) noexcept {
  if (word == "STOP") return has_calls ? FinishReason::tool_calls : FinishReason::stop;
  if (word == "MAX_TOKENS") return FinishReason::length;
  for (const std::string_view blocked :
       {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"}) {
    if (word == blocked) return FinishReason::content_filter;
  }
  return FinishReason::other;
}

// An enumeration that was not set may be sent by its name.
std::string_view word_of(const Json& json, const char* key) {
  const std::string_view word = text_of(json, key);
  return word.ends_with("_UNSPECIFIED") ? std::string_view{} : word;
}

class Reader final : public ChatReader {
 public:
  Outcome<Taken> take_event(const Json& event, ChatReply& reply) override {
    take_frame(event, reply);
    const Json& candidates = member(event, "candidates");
    for (std::size_t i = 0; candidates.is_array() && i < candidates.size(); ++i) {
      if (candidates[i].is_object()) take_candidate(candidates[i], i, reply);
    }
    if (auto blocked = take_feedback(member(event, "promptFeedback"), reply); !blocked)
      return std::unexpected<Error>{std::move(blocked.error())};
    return Taken::event;
  }

  Outcome<void> take_whole(const Json& answer, ChatReply& reply) override {
    const Outcome<Taken> taken = take_event(answer, reply);
    if (!taken) return std::unexpected<Error>{taken.error()};
    // A whole answer is whole, with or without a word for it.
    const Json& candidates = member(answer, "candidates");
    for (std::size_t i = 0; candidates.is_array() && i < candidates.size(); ++i) {
      if (!candidates[i].is_object()) continue;
      ChatReply::Part& part = reply.choice(index_of(candidates[i], i));
      if (!part.finished) finish(part, {}, reply);
    }
    return {};
  }

 private:
  static std::int64_t index_of(const Json& candidate, std::size_t place) {
    return count_of(member(candidate, "index")).value_or(static_cast<std::int64_t>(place));
  }

  void take_frame(const Json& event, ChatReply& reply) {
    if (!event.is_object()) return;
    reply.set_id(text_of(event, "responseId"));
    reply.set_model(text_of(event, "modelVersion"));
    take_usage(member(event, "usageMetadata"), reply);
    for (const auto& [key, value] : event.items()) {
      const bool known = key == "candidates" || key == "responseId" || key == "modelVersion";
      if (!known) reply.set_extra(key, value);
    }
  }

  // Every event says what the answer has come to so far.
  void take_usage(const Json& usage, ChatReply& reply) {
    const auto hear = [&](const char* key, std::int64_t& number) {
      number = count_of(member(usage, key)).value_or(number);
    };
    const auto sum = [](std::int64_t a, std::int64_t b) -> std::optional<std::int64_t> {
      if (a < 0 && b < 0) return std::nullopt;
      return Usage{.input_tokens = a, .output_tokens = b}.total();
    };
    hear("promptTokenCount", prompt_);
    hear("toolUsePromptTokenCount", tool_use_);
    hear("candidatesTokenCount", candidates_);
    hear("thoughtsTokenCount", thoughts_);
    reply.set_input_tokens(sum(prompt_, tool_use_));
    reply.set_output_tokens(sum(candidates_, thoughts_));
    reply.set_cached_tokens(count_of(member(usage, "cachedContentTokenCount")));
  }

  void take_candidate(const Json& candidate, std::size_t place, ChatReply& reply) {
    ChatReply::Part& choice = reply.choice(index_of(candidate, place));
    const Json& parts = member(member(candidate, "content"), "parts");
    for (std::size_t i = 0; parts.is_array() && i < parts.size(); ++i) take_part(parts[i], choice, reply);
    for (const auto& [key, value] : candidate.items()) {
      const bool known = key == "content" || key == "finishReason" || key == "index";
      if (!known && choice.first) reply.set_extra(key, value);
    }
    const std::string_view word = word_of(candidate, "finishReason");
    if (!word.empty() || choice.finished) finish(choice, word, reply);
  }

  void take_part(const Json& part, ChatReply::Part& choice, ChatReply& reply) {
    if (!part.is_object()) return;
    const Json& call = member(part, "functionCall");
    const Json& text = member(part, "text");
    if (call.is_object()) {
      take_call(call, text_of(part, "thoughtSignature"), choice, reply);
    } else if (text.is_string() && member(part, "thought") != true) {
      reply.add_text(choice, text_of(text));
      if (!text_of(part, "thoughtSignature").empty())
        keep({{"thoughtSignature", part["thoughtSignature"]}}, choice);
    } else {
      reply.think();
      keep(part, choice);
    }
  }

  // A call comes whole.
  static void take_call(const Json& call, std::string_view signature, ChatReply::Part& choice,
                        ChatReply& reply) {
    const auto place = static_cast<std::int64_t>(choice.calls.size());
    const Json& arguments = member(call, "args");
    std::string id{text_of(call, "id")};
    if (id.empty()) id = make_call_id();
    reply.add_call(choice, place, id, text_of(call, "name"),
                   arguments.is_object() ? print_json(arguments) : "{}");
    choice.calls.back().second.signature = signature;
  }

  // The pieces of one thought are put together.
  void keep(const Json& part, const ChatReply::Part& choice) {
    if (!choice.first) return;
    const Json& text = member(part, "text");
    if (text.is_string() && !kept_.empty() && part.size() == 2 && member(kept_.back(), "thought") == true) {
      Json& so_far = kept_.back()["text"];
      if (!so_far.is_string()) so_far = "";
      so_far.get_ref<std::string&>() += text_of(text);
    } else if (kept_.size() < most_parts) {
      kept_.push_back(part);
    }
  }

  void finish(ChatReply::Part& choice, std::string_view word, ChatReply& reply) {
    if (!word.empty() || !choice.finished)
      reply.finish(choice, finish_reason(word, !choice.calls.empty()), word);
    if (choice.first && !kept_.empty()) reply.set_extra("parts", kept_);
  }

  // A prompt that was blocked has no candidates.
  Outcome<void> take_feedback(const Json& feedback, ChatReply& reply) {
    const std::string_view reason = word_of(feedback, "blockReason");
    if (reason.empty()) return {};
    if (reply.has_choices()) {
      ChatReply::Part& choice = reply.choice();
      if (!choice.finished) reply.finish(choice, FinishReason::content_filter, reason);
      return {};
    }
    std::string message = "the provider blocked the prompt: " + shorten(reason);
    if (const std::string_view why = text_of(feedback, "blockReasonMessage"); !why.empty())
      message += ": " + shorten(why);
    return fail(Fault::content_filtered, 0, std::move(message));
  }

  Json kept_ = Json::array();
  std::int64_t prompt_ = -1;
  std::int64_t tool_use_ = -1;
  std::int64_t candidates_ = -1;
  std::int64_t thoughts_ = -1;
};

}  // namespace

std::unique_ptr<ChatReader> GeminiWire::reader() const { return std::make_unique<Reader>(); }

}  // namespace detail

ARAMID_END
