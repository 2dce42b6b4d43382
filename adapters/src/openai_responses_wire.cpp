// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "openai_responses_wire.hpp"

ARAMID_BEGIN

namespace detail {

namespace {

// More items than this are nonsense; of the rest of them only pieces of text count.
constexpr std::size_t most_items = 512;

FinishReason incomplete_reason(std::string_view word) noexcept {
  if (word == "max_output_tokens" || word == "max_tokens" || word == "length") return FinishReason::length;
  return word == "content_filter" ? FinishReason::content_filter : FinishReason::other;
}

std::int64_t index_of(const Json& event) { return count_of(member(event, "output_index")).value_or(0); }

class Reader final : public ChatReader {
 public:
  Outcome<Taken> take_event(const Json& event, ChatReply& reply) override {
    std::string_view type = text_of(event, "type");
    if (type == "keepalive" || type == "response.keep_alive") return Taken::ping;
    constexpr std::string_view prefix = "response.";
    if (!type.starts_with(prefix)) return Taken::event;
    type.remove_prefix(prefix.size());

    const Json& response = member(event, "response");
    if (type == "created" || type == "queued" || type == "in_progress") {
      take_names(response, reply);
      return Taken::echo;
    }
    if (type == "completed" || type == "incomplete" || type == "failed" || type == "cancelled") {
      if (Outcome<void> ended = end_answer(response, type, reply); !ended)
        return std::unexpected<Error>{std::move(ended.error())};
      return Taken::last;
    }
    take_piece(type, event, reply);
    return Taken::event;
  }

  Outcome<void> take_whole(const Json& answer, ChatReply& reply) override {
    if (!member(answer, "output").is_array()) return {};
    const std::string_view status = text_of(answer, "status");
    if (status == "queued" || status == "in_progress")
      return fail(Fault::invalid_request, 0, "the response goes on in the background: ask for a stream");
    return end_answer(answer, "completed", reply);
  }

 private:
  struct Item {
    std::int64_t index;
    std::int64_t place = -1;  // of a function call among those of the answer
    bool said = false;        // its text came, or a piece of it
  };

  Item* item(std::int64_t index) {
    for (Item& known : items_) {
      if (known.index == index) return &known;
    }
    return items_.size() < most_items ? &items_.emplace_back(Item{.index = index}) : nullptr;
  }

  Item* call_item(std::int64_t index) {
    Item* found = item(index);
    if (found != nullptr && found->place < 0) found->place = places_++;
    return found;
  }

  void hear(std::int64_t index, std::string_view piece) {
    if (piece.empty()) return;
    said_ = true;
    if (Item* found = item(index)) found->said = true;
  }

  static void take_names(const Json& response, ChatReply& reply) {
    reply.set_id(text_of(response, "id"));
    reply.set_model(text_of(response, "model"));
  }

  void take_piece(std::string_view type, const Json& event, ChatReply& reply) {
    const std::int64_t index = index_of(event);
    const std::string_view piece = text_of(event, "delta");
    if (type == "output_text.delta") {
      hear(index, piece);
      reply.add_text(reply.choice(), piece);
    } else if (type == "refusal.delta") {
      hear(index, piece);
      reply.add_refusal(reply.choice(), piece);
    } else if (type == "function_call_arguments.delta") {
      if (const Item* call = call_item(index)) reply.add_call(reply.choice(), call->place, {}, {}, piece);
    } else if (type == "function_call_arguments.done") {
      if (const Item* call = call_item(index)) take_call(call->place, event, reply);
    } else if (type == "output_item.added") {
      begin_item(index, member(event, "item"), reply);
    } else if (type == "output_item.done") {
      end_item(index, member(event, "item"), reply);
    } else if (!text_of(event, "item_id").empty()) {
      // Whatever else is done to an item is work that is not shown, but for the text, which comes in pieces.
      const bool shown = type.starts_with("content_part.") || type.starts_with("output_text.") ||
                         type.starts_with("refusal.");
      if (!shown) reply.think();
    }
  }

  void begin_item(std::int64_t index, const Json& json, ChatReply& reply) {
    const std::string_view type = text_of(json, "type");
    if (type == "function_call") {
      if (const Item* call = call_item(index))
        reply.add_call(reply.choice(), call->place, text_of(json, "call_id"), text_of(json, "name"), {});
    } else if (json.is_object() && type != "message") {
      reply.think();
    }
  }

  // Whole as it is, an item only adds what did not come in pieces.
  void end_item(std::int64_t index, const Json& json, ChatReply& reply) {
    const std::string_view type = text_of(json, "type");
    Item* found = json.is_object() ? item(index) : nullptr;
    if (found == nullptr) return;
    if (type == "message") {
      if (!found->said) take_text(json, reply);
      found->said = said_ = true;
      take_annotations(json);
    } else if (type == "function_call") {
      take_call(call_item(index)->place, json, reply);
    } else {
      keep(json, reply);
    }
  }

  // The call's arguments stand in the item if no piece of them came.
  static void take_call(std::int64_t at, const Json& json, ChatReply& reply) {
    ChatReply::Part& part = reply.choice();
    bool has_arguments = false;
    for (const auto& [place, call] : part.calls)
      has_arguments = has_arguments || (place == at && !call.arguments.empty());
    reply.add_call(part, at, text_of(json, "call_id"), text_of(json, "name"),
                   has_arguments ? std::string_view{} : text_of(json, "arguments"));
  }

  static void take_text(const Json& message, ChatReply& reply) {
    const Json& content = member(message, "content");
    for (std::size_t i = 0; content.is_array() && i < content.size(); ++i) {
      reply.add_text(reply.choice(), text_of(content[i], "text"));
      reply.add_refusal(reply.choice(), text_of(content[i], "refusal"));
    }
  }

  void take_annotations(const Json& message) {
    const Json& content = member(message, "content");
    for (std::size_t i = 0; content.is_array() && i < content.size(); ++i) {
      const Json& list = member(content[i], "annotations");
      for (std::size_t j = 0; list.is_array() && j < list.size(); ++j) annotations_.push_back(list[j]);
    }
  }

  void keep(const Json& json, ChatReply& reply) {
    if (kept_.size() < most_items) kept_.push_back(json);
    reply.think();
  }

  Outcome<void> end_answer(const Json& response, std::string_view type, ChatReply& reply) {
    take_names(response, reply);
    take_usage(member(response, "usage"), reply);
    const std::string_view status = text_of(response, "status");
    const auto is = [&](std::string_view word) { return status == word || type == word; };
    if (is("failed") || is("cancelled")) return failure(response);

    take_output(member(response, "output"), reply);
    std::string_view word = "completed";
    FinishReason reason = reply.choice().calls.empty() ? FinishReason::stop : FinishReason::tool_calls;
    if (is("incomplete")) {
      word = text_of(member(response, "incomplete_details"), "reason");
      reason = incomplete_reason(word);
      if (word.empty()) word = "incomplete";
    }
    reply.finish(reply.choice(), reason, word);
    add_extra(response, reply);
    return {};
  }

  // The answer once more, or for the first time: of each kind of item only what nothing came of. Not by their
  // numbers, which some servers count otherwise here.
  void take_output(const Json& output, ChatReply& reply) {
    const bool kept = !kept_.empty();
    const bool annotated = !annotations_.empty();
    for (std::size_t i = 0; output.is_array() && i < output.size(); ++i) {
      const std::string_view type = text_of(output[i], "type");
      if (type == "message") {
        if (!said_) take_text(output[i], reply);
        if (!annotated) take_annotations(output[i]);
      } else if (type == "function_call") {
        take_call(place_of(text_of(output[i], "call_id"), reply), output[i], reply);
      } else if (!kept && output[i].is_object()) {
        keep(output[i], reply);
      }
    }
  }

  // Of the call with this id, or of a new one.
  std::int64_t place_of(std::string_view id, ChatReply& reply) {
    for (const auto& [place, call] : reply.choice().calls) {
      if (!id.empty() && call.id == id) return place;
    }
    return places_++;
  }

  static void take_usage(const Json& usage, ChatReply& reply) {
    reply.set_input_tokens(count_of(member(usage, "input_tokens")));
    reply.set_output_tokens(count_of(member(usage, "output_tokens")));
    reply.set_cached_tokens(count_of(member(member(usage, "input_tokens_details"), "cached_tokens")));
  }

  static std::unexpected<Error> failure(const Json& response) {
    const Json& error = member(response, "error");
    if (error.is_object() || error.is_string())
      return std::unexpected<Error>{in_band_error(print_json({{"error", error}}))};
    return fail(Fault::unavailable, 0, "the provider ended the response without an answer or a reason");
  }

  // Of what repeats the request only what is short.
  void add_extra(const Json& response, ChatReply& reply) {
    if (response.is_object()) {
      for (const auto& [key, value] : response.items()) {
        const bool known = key == "id" || key == "model" || key == "object" || key == "output" ||
                           key == "instructions" || key == "tools" || key == "text" || key == "prompt";
        if (!known) reply.set_extra(key, value);
      }
    }
    if (!kept_.empty()) reply.set_extra("output", kept_);
    if (!annotations_.empty()) reply.set_extra("annotations", annotations_);
  }

  std::vector<Item> items_;
  std::int64_t places_ = 0;
  bool said_ = false;  // of any item
  Json kept_ = Json::array();
  Json annotations_ = Json::array();
};

}  // namespace

std::unique_ptr<ChatReader> OpenAiResponsesWire::reader() const { return std::make_unique<Reader>(); }

}  // namespace detail

ARAMID_END
