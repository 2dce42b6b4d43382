// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What differs from one provider's wire format to the next. Sans-I/O.
//
// A format is a ChatWire, which writes requests and is shared by all calls, and its ChatReader, which reads one
// answer. ChatStream cuts the body into events, sees errors, [DONE] and the size limits, and holds back; the reader
// only says what an event means, by telling a ChatReply.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/adapters/http_headers.hpp>
#include <aramid/adapters/sse.hpp>

#include "chat_reply.hpp"
#include "request_parts.hpp"

#include <memory>  // unique_ptr
#include <string>  // string

ARAMID_BEGIN

namespace detail {

/// What a body is that begins like JSON. Anything else is a stream of server-sent events, whatever was asked for.
enum class Framing : std::uint8_t {
  document,  ///< one answer, or one error
  lines,     ///< NDJSON
  array,     ///< '[' begins a stream, '{' a document
};

struct WireRequest {
  std::string path;  ///< after the base URL
  std::string body;
};

enum class Taken : std::uint8_t {
  event,  ///< it belongs to the answer, whether or not it says anything
  echo,   ///< it repeats the request: its size says nothing about how much is held back
  ping,   ///< it only keeps the connection alive, as a comment does
  last,   ///< nothing that belongs to the answer can follow
};

/// Reads one answer. An event or a document that has an `error` in it, or is of the type "error", never comes here.
class ChatReader {
 public:
  ChatReader() = default;
  ChatReader(const ChatReader&) = delete;
  ChatReader& operator=(const ChatReader&) = delete;
  virtual ~ChatReader() = default;

  /// One event of a stream; any JSON. Each choice is finished by `reply.finish` when its answer is whole, and not
  /// before. An Error ends the stream and counts even after that; `in_band_error` makes one.
  [[nodiscard]] virtual Outcome<Taken> take_event(const Json& event, ChatReply& reply) = 0;
  /// The one document of an answer that is not streamed; any JSON. If nothing was finished by it, it is no answer.
  [[nodiscard]] virtual Outcome<void> take_whole(const Json& answer, ChatReply& reply) = 0;
};

class ChatWire {
 public:
  ChatWire() = default;
  ChatWire(const ChatWire&) = delete;
  ChatWire& operator=(const ChatWire&) = delete;
  virtual ~ChatWire() = default;

  /// The request, or a sentence that says what is wrong with it. `model`: for requests that name none.
  [[nodiscard]] virtual Written<WireRequest> encode(const ChatRequest& request, const std::string& model,
                                                    bool stream) const = 0;
  [[nodiscard]] virtual std::unique_ptr<ChatReader> reader() const = 0;
  [[nodiscard]] virtual Framing framing() const noexcept { return Framing::document; }
  /// How large the lines and events of a stream may be.
  [[nodiscard]] virtual SseLimits limits() const noexcept { return {}; }
  /// What a stream is asked for as.
  [[nodiscard]] virtual const char* stream_type() const noexcept { return "text/event-stream"; }
  /// The header field that the key goes into.
  [[nodiscard]] virtual HttpHeaders::Field key_field(const std::string& key) const {
    return {"Authorization", "Bearer " + key};
  }
  /// Fields that every request has unless the settings have them.
  [[nodiscard]] virtual HttpHeaders fields() const { return {}; }
};

/// The Error that stands in an answer with a status of success.
[[nodiscard]] Error in_band_error(std::string_view json);

}  // namespace detail

ARAMID_END
