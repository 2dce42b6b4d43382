// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include <aramid/adapters/http.hpp>
#include <aramid/adapters/json_array.hpp>
#include <aramid/adapters/ndjson.hpp>
#include <aramid/adapters/sse.hpp>

#include "chat_reply.hpp"
#include "openai_wire.hpp"
#include "surrogates.hpp"

#include <variant>  // variant

ARAMID_BEGIN

namespace detail {

/// The body of a 2xx answer, a stream of events or one JSON document, whichever it turns out to be. Sans-I/O.
class ChatStream {
 public:
  ChatStream(ChatReply::Output output, std::size_t max_body,
             const std::shared_ptr<const ChatWire>& wire = OpenAiWire::shared())
      : reader_{wire->reader()},
        reply_{std::move(output)},
        decoder_{SseDecoder{wire->limits()}},
        max_body_{max_body},
        framing_{wire->framing()} {}

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
  /// Events so far that were more than comments and pings.
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  [[nodiscard]] ChatReply& reply() noexcept { return reply_; }

 private:
  enum class Kind : std::uint8_t { unknown, events, document };

  [[nodiscard]] Kind begin(std::size_t fresh, bool over);
  void decode(std::string_view bytes);
  [[nodiscard]] bool next_event(SseEvent& event);
  [[nodiscard]] bool last_event(SseEvent& event);
  void take_event(const SseEvent& event);
  void take_document();
  void hold_back(std::size_t bytes);
  void refuse(Fault fault, std::string message);
  [[nodiscard]] Flow flow() const noexcept;

  std::unique_ptr<ChatReader> reader_;
  ChatReply reply_;
  std::variant<SseDecoder, NdjsonDecoder, JsonArrayDecoder> decoder_;
  SurrogateJoiner halves_;
  std::string document_;
  std::optional<Error> error_;
  std::size_t max_body_;
  std::size_t taken_ = 0;
  std::uint64_t events_ = 0;
  std::size_t held_events_ = 0;
  std::size_t held_bytes_ = 0;
  Framing framing_;
  Kind kind_ = Kind::unknown;
  bool whole_ = false;  // the finish reason came: junk after it spoils nothing
  bool done_ = false;   // [DONE] came, or what cannot belong to the answer any more
};

}  // namespace detail

ARAMID_END
