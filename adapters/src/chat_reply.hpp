// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// A completion out of what the readers of the wire formats tell. Sans-I/O.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/error.hpp>

#include "parse.hpp"

#include <optional>  // optional
#include <string>    // string
#include <vector>    // vector

ARAMID_BEGIN

namespace detail {

/// What one answer has come to. Whatever numbers and texts a server sends may be given to it.
class ChatReply {
 public:
  /// Told about the first choice's text, and about other output as empty text: something that the caller will
  /// see has come.
  using Output = std::function<void(std::string_view text)>;

  /// One choice, begun by the first mention of it.
  struct Part {
    Choice choice;
    std::vector<std::pair<std::int64_t, ToolCall>> calls;  // by place, in the order they began
    bool finished = false;
    bool first = false;  // index 0
  };

  explicit ChatReply(Output output) : output_{std::move(output)} {}

  /// Before each event.
  void begin_event() noexcept { thought_ = false; }

  /// The choice with this index, valid until the next call of `choice`.
  [[nodiscard]] Part& choice(std::int64_t index = 0);
  void add_text(Part& part, std::string_view text);
  void add_refusal(Part& part, std::string_view text);
  /// A piece of the tool call at this place: id and name count when they come first, arguments are put together.
  void add_call(Part& part, std::int64_t place, std::string_view id, std::string_view name,
                std::string_view arguments);
  /// The choice is whole, and why; `word` is the provider's own.
  void finish(Part& part, FinishReason reason, std::string_view word);
  /// The event shows work that is not output, such as the model's reasoning.
  void think() noexcept;

  /// The first that is not empty counts.
  void set_model(std::string_view model) { set_once(model_, model); }
  void set_id(std::string_view id) { set_once(id_, id); }
  /// The last of each number counts.
  void set_input_tokens(std::optional<std::int64_t> count) noexcept { set(usage_.input_tokens, count); }
  void set_output_tokens(std::optional<std::int64_t> count) noexcept { set(usage_.output_tokens, count); }
  void set_cached_tokens(std::optional<std::int64_t> count) noexcept { set(cached_tokens_, count); }
  /// What the answer held besides; the last value of each key counts, and null is none.
  void set_extra(const std::string& key, const Json& value) {
    if (!value.is_null()) extra_[key] = value;
  }

  /// A choice has begun.
  [[nodiscard]] bool has_choices() const noexcept { return !parts_.empty(); }
  /// Every choice that began is whole.
  [[nodiscard]] bool finished() const noexcept;
  /// Output has begun.
  [[nodiscard]] bool has_output() const noexcept { return has_output_; }
  /// Lets output begin without any.
  void begin_output() { output({}); }
  [[nodiscard]] bool thought() const noexcept { return thought_; }
  /// Signs of work so far: pieces of output, names of tool calls, and events that showed a thought.
  [[nodiscard]] std::uint64_t progress() const noexcept { return progress_; }
  [[nodiscard]] const Usage& usage() const noexcept { return usage_; }
  [[nodiscard]] Completion take();

 private:
  void output(std::string_view text) {
    has_output_ = true;
    ++progress_;
    if (output_) output_(text);
  }
  static void set(std::int64_t& number, std::optional<std::int64_t> count) noexcept {
    if (count) number = *count;
  }
  static void set_once(std::string& text, std::string_view value) {
    if (text.empty()) text = value;
  }

  Output output_;
  std::uint64_t progress_ = 0;
  std::vector<std::pair<std::int64_t, Part>> parts_;  // by index, in the order they began
  Usage usage_;
  std::int64_t cached_tokens_ = -1;
  std::string model_;
  std::string id_;
  Json extra_ = Json::object();
  bool has_output_ = false;
  bool thought_ = false;
};

}  // namespace detail

ARAMID_END
