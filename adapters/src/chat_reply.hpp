// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// A completion out of chunks, or out of one whole answer. Sans-I/O.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/adapters/sse.hpp>
#include <aramid/error.hpp>

#include "parse.hpp"

#include <optional>  // optional
#include <string>    // string
#include <vector>    // vector

ARAMID_BEGIN

namespace detail {

/// What one answer has come to.
class ChatReply {
 public:
  /// Told about the first choice's text, and about other output as empty text: something that the caller will
  /// see has come.
  using Output = std::function<void(std::string_view text)>;

  explicit ChatReply(Output output) : output_{std::move(output)} {}

  /// A whole answer.
  void take_whole(const Json& answer);
  /// One chunk of a stream.
  void take_chunk(const Json& chunk);

  /// Every choice that began has its finish reason.
  [[nodiscard]] bool finished() const noexcept;
  /// The provider's own word for a failure that it reports as a finish reason.
  [[nodiscard]] bool failed() const noexcept;
  /// Output has begun.
  [[nodiscard]] bool has_output() const noexcept { return has_output_; }
  /// Lets output begin without any.
  void begin_output() { output({}); }
  /// The last chunk showed work that is not output, such as the model's reasoning.
  [[nodiscard]] bool thought() const noexcept { return thought_; }
  /// Signs of work so far: pieces of output, names of tool calls, and chunks that showed a thought.
  [[nodiscard]] std::uint64_t progress() const noexcept { return progress_; }
  [[nodiscard]] const Usage& usage() const noexcept { return usage_; }
  [[nodiscard]] Completion take();

 private:
  struct Part {
    Choice choice;
    std::vector<std::pair<std::int64_t, ToolCall>> calls;  // by index, in the order they began
    bool finished = false;
    bool first = false;  // index 0
  };

  Part& part(const Json& choice);
  void take_text(Part& part, const Json& message);
  void take_calls(Part& part, const Json& message);
  void take_finish(Part& part, const Json& choice);
  void take_frame(const Json& answer);
  void note_thought(const Json& delta);
  void output(std::string_view text) {
    has_output_ = true;
    ++progress_;
    if (output_) output_(text);
  }

  Output output_;
  std::uint64_t progress_ = 0;
  std::vector<std::pair<std::int64_t, Part>> parts_;  // by index, in the order they began
  Usage usage_;
  std::string model_;
  std::string id_;
  Json extra_ = Json::object();
  bool has_output_ = false;
  bool thought_ = false;
};

}  // namespace detail

ARAMID_END
