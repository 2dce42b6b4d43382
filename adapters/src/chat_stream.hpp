// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include <aramid/adapters/http.hpp>

#include "chat_reply.hpp"

ARAMID_BEGIN

namespace detail {

/// The body of a 2xx answer, event stream or one JSON document, whichever it turns out to be. Sans-I/O.
class ChatStream {
 public:
  ChatStream(ChatReply::Output output, std::size_t max_body)
      : reply_{std::move(output)}, max_body_{max_body} {}

  /// Takes a piece of the body, split anywhere. After `abort` there is an error.
  [[nodiscard]] Flow feed(std::string_view bytes);
  /// At the end of the body: nothing if the answer is complete, else what is wrong with it.
  [[nodiscard]] std::optional<Error> finish();

  /// What was wrong so far.
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
  /// The answer is complete, whatever happens to the connection now.
  [[nodiscard]] bool complete() const noexcept {
    return !error_ && kind_ == Kind::events && reply_.finished();
  }
  /// Whether it has turned out to be a stream of events, or one document. Neither before its first character.
  [[nodiscard]] bool is_events() const noexcept { return kind_ == Kind::events; }
  [[nodiscard]] bool is_document() const noexcept { return kind_ == Kind::document; }
  /// Events so far that were more than comments.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  [[nodiscard]] ChatReply& reply() noexcept { return reply_; }

 private:
  enum class Kind : std::uint8_t { unknown, events, document };

  void take_event(const SseEvent& event);
  void take_document();
  void hold_back(std::size_t bytes);
  void refuse(Fault fault, std::string message);
  [[nodiscard]] Flow flow() const noexcept;

  ChatReply reply_;
  SseDecoder decoder_;
  std::string document_;
  std::optional<Error> error_;
  std::size_t max_body_;
  std::size_t taken_ = 0;
  std::uint64_t events_ = 0;
  std::size_t held_events_ = 0;
  std::size_t held_bytes_ = 0;
  Kind kind_ = Kind::unknown;
  bool whole_ = false;  // the finish reason came: junk after it spoils nothing
  bool done_ = false;   // [DONE] came, or what cannot belong to the answer any more
};

}  // namespace detail

ARAMID_END
