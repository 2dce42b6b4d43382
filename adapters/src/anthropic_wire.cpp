// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "anthropic_wire.hpp"

#include <algorithm>  // max

ARAMID_BEGIN

namespace detail {

namespace {

// More blocks than this are nonsense; what is in the rest of them is dropped, but for text.
constexpr std::size_t most_blocks = 512;

FinishReason finish_reason(std::string_view word) noexcept {
  if (word == "end_turn" || word == "stop_sequence") return FinishReason::stop;
  if (word == "max_tokens" || word == "model_context_window_exceeded") return FinishReason::length;
  if (word == "tool_use") return FinishReason::tool_calls;
  if (word == "refusal") return FinishReason::content_filter;
  return FinishReason::other;
}

class Reader final : public ChatReader {
 public:
  Outcome<Taken> take_event(const Json& event, ChatReply& reply) override {
    const std::string_view type = text_of(event, "type");
    if (type == "ping") return Taken::ping;
    if (type == "message_start") {
      take_frame(member(event, "message"), reply);
    } else if (type == "content_block_start") {
      begin_block(index_of(event), member(event, "content_block"), reply);
    } else if (type == "content_block_delta") {
      take_delta(index_of(event), member(event, "delta"), reply);
    } else if (type == "content_block_stop") {
      if (Block* block = find(index_of(event))) end_block(*block, reply);
    } else if (type == "message_delta") {
      take_usage(member(event, "usage"), reply);
      take_stop(member(event, "delta"), reply);
    } else if (type == "message_stop") {
      end_answer(reply);
      return Taken::last;
    }
    return Taken::event;
  }

  Outcome<void> take_whole(const Json& answer, ChatReply& reply) override {
    const Json& content = member(answer, "content");
    if (!content.is_array()) return {};
    take_frame(answer, reply);
    for (std::size_t i = 0; i < content.size(); ++i) {
      const auto index = static_cast<std::int64_t>(i);
      begin_block(index, content[i], reply);
      if (Block* block = find(index)) end_block(*block, reply);
    }
    take_stop(answer, reply);
    // A whole answer is whole, with or without a word for it.
    reply.finish(reply.choice(), finish_reason(word_), word_);
    add_extra(reply);
    return {};
  }

 private:
  struct Block {
    std::int64_t index;
    Json json;  // as it began, with what was added since, except for text and a call's arguments
    bool is_call;
    std::int64_t place = 0;  // among the calls
    std::string input{};     // of a call that is not ours to make
    bool ended = false;
    bool has_arguments = false;
  };

  static std::int64_t index_of(const Json& event) { return count_of(member(event, "index")).value_or(0); }

  Block* find(std::int64_t index) noexcept {
    for (Block& block : blocks_) {
      if (block.index == index) return &block;
    }
    return nullptr;
  }

  void take_frame(const Json& message, ChatReply& reply) {
    reply.set_id(text_of(message, "id"));
    reply.set_model(text_of(message, "model"));
    take_usage(member(message, "usage"), reply);
    if (!message.is_object()) return;
    for (const auto& [key, value] : message.items()) {
      const bool known = key == "id" || key == "model" || key == "type" || key == "role" ||
                         key == "content" || key == "usage" || key == "stop_reason";
      if (!known) reply.set_extra(key, value);
    }
  }

  // What is said later is the sum so far. Input is counted in three parts; a server that repeats one of them as 0
  // does not know it.
  void take_usage(const Json& usage, ChatReply& reply) {
    if (!usage.is_object()) return;
    const auto rise = [&](const char* key, std::int64_t& number) {
      number = std::max(number, count_of(member(usage, key)).value_or(-1));
    };
    rise("input_tokens", uncached_);
    rise("cache_creation_input_tokens", written_);
    rise("cache_read_input_tokens", cached_);
    std::int64_t input = -1;
    for (const std::int64_t part : {uncached_, written_, cached_}) {
      if (part >= 0)
        input = saturating_add(Duration{std::max<std::int64_t>(input, 0)}, Duration{part}).count();
    }
    if (input >= 0) reply.set_input_tokens(input);
    if (cached_ >= 0) reply.set_cached_tokens(cached_);
    reply.set_output_tokens(count_of(member(usage, "output_tokens")));
    usage_.update(usage);
  }

  void begin_block(std::int64_t index, const Json& json, ChatReply& reply) {
    const std::string_view type = text_of(json, "type");
    const bool is_call = type == "tool_use";
    if (type == "text") reply.add_text(reply.choice(), text_of(json, "text"));
    if (blocks_.size() == most_blocks) return;
    blocks_.push_back({.index = index, .json = json, .is_call = is_call, .place = calls_});
    if (is_call) {
      reply.add_call(reply.choice(), calls_++, text_of(json, "id"), text_of(json, "name"), {});
    } else if (type != "text") {
      reply.think();
    }
  }

  void take_delta(std::int64_t index, const Json& delta, ChatReply& reply) {
    const std::string_view type = text_of(delta, "type");
    Block* block = find(index);
    if (type == "text_delta") return reply.add_text(reply.choice(), text_of(delta, "text"));
    if (type == "citations_delta") return;
    if (type == "input_json_delta" && block != nullptr && block->is_call) {
      const std::string_view piece = text_of(delta, "partial_json");
      block->has_arguments = block->has_arguments || !piece.empty();
      return reply.add_call(reply.choice(), block->place, {}, {}, piece);
    }
    reply.think();
    if (block == nullptr || !block->json.is_object()) return;
    block->input += text_of(delta, "partial_json");
    for (const char* key : {"thinking", "signature"}) {
      const std::string_view piece = text_of(delta, key);
      if (piece.empty()) continue;
      Json& so_far = block->json[key];
      if (!so_far.is_string()) so_far = "";
      so_far.get_ref<std::string&>() += piece;
    }
  }

  // The input stands in the block if no piece of it came, and is empty for a tool without parameters.
  static void end_block(Block& block, ChatReply& reply) {
    if (block.is_call && !block.ended && !block.has_arguments) {
      const Json& input = member(block.json, "input");
      reply.add_call(reply.choice(), block.place, {}, {}, input.is_object() ? print_json(input) : "{}");
    }
    block.ended = true;
  }

  void take_stop(const Json& delta, ChatReply& reply) {
    const std::string_view word = text_of(delta, "stop_reason");
    if (!word.empty()) word_ = word;
    reply.set_extra("stop_sequence", member(delta, "stop_sequence"));
    const Json& details = member(delta, "stop_details");
    reply.set_extra("stop_details", details);
    if (word == "refusal") reply.add_refusal(reply.choice(), text_of(details, "explanation"));
  }

  void end_answer(ChatReply& reply) {
    if (word_.empty()) return;
    const FinishReason reason = finish_reason(word_);
    // A block that never ended is whole unless the answer was cut off in it.
    for (Block& block : blocks_) {
      if (reason == FinishReason::tool_calls) end_block(block, reply);
    }
    reply.finish(reply.choice(), reason, word_);
    add_extra(reply);
  }

  // Of the blocks, those that are neither text nor a call to make: thoughts, what the provider's own tools did.
  void add_extra(ChatReply& reply) {
    Json kept = Json::array();
    for (Block& block : blocks_) {
      if (block.is_call || text_of(block.json, "type") == "text") continue;
      if (Json input = parse_json(block.input); input.is_object()) block.json["input"] = std::move(input);
      kept.push_back(std::move(block.json));
    }
    if (!kept.empty()) reply.set_extra("content", kept);
    if (!usage_.empty()) reply.set_extra("usage", usage_);
  }

  std::vector<Block> blocks_;
  std::int64_t calls_ = 0;
  std::string word_;
  Json usage_ = Json::object();
  std::int64_t uncached_ = -1;
  std::int64_t written_ = -1;
  std::int64_t cached_ = -1;
};

}  // namespace

std::unique_ptr<ChatReader> AnthropicWire::reader() const { return std::make_unique<Reader>(); }

}  // namespace detail

ARAMID_END
