// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/sse.hpp: server-sent events out of bytes. Sans-I/O.
//
//   SseDecoder decoder;
//   decoder.feed(bytes);
//   for (SseEvent event; decoder.next(event);) handle(event.data);
//   if (decoder.failed()) ...
//   // after the last byte:
//   if (SseEvent event; decoder.finish(event)) handle(event.data);   // its blank line never came
//
// Bytes may be split anywhere. Lines end with CR, LF or CRLF and nothing else. Comments are skipped.
// Lines that follow a blank one and begin with '{' or '[' are the data of an event too, up to the next blank line:
// servers send an error so in the middle of a stream. The format has no use for such lines.
// Cost: each byte is copied twice. Thread-safety: one thread at a time.
// Source: the event stream format of the WHATWG HTML standard, but an unfinished last event can be had.
#pragma once

#include <aramid/config.hpp>

#include <cstddef>      // size_t
#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

/// In bytes.
struct SseLimits {
  std::size_t line = std::size_t{1} << 20;
  std::size_t event = std::size_t{4} << 20;
};

struct SseEvent {
  std::string event;  ///< "" means "message"
  std::string data;   ///< several data lines are joined by LF
  std::string id;     ///< the last id seen
};

class SseDecoder {
 public:
  explicit SseDecoder(SseLimits limits = {}) noexcept : limits_{limits} {}

  void feed(std::string_view bytes);
  /// The next whole event; false if more bytes are needed or the decoder failed.
  [[nodiscard]] bool next(SseEvent& event);
  /// At the end of the stream: the event whose blank line never came. Whether its data is whole is the
  /// caller's business.
  [[nodiscard]] bool finish(SseEvent& event);

  /// True when a limit was passed; it takes no more bytes.
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// Which limit, as a sentence; empty if none.
  [[nodiscard]] std::string problem() const;

 private:
  [[nodiscard]] bool read_line(std::string_view& line);
  void take_line(std::string_view line);
  void add_data(std::string_view value);
  [[nodiscard]] bool dispatch(SseEvent& event);

  SseLimits limits_;
  std::string buffer_;
  std::size_t at_ = 0;       // bytes of buffer_ already used
  std::size_t scanned_ = 0;  // bytes of buffer_ known to hold no line end
  std::string event_;
  std::string data_;
  std::string id_;
  bool has_data_ = false;
  bool bare_ = false;  // the data has no field names
  bool first_line_ = true;
  bool skip_lf_ = false;  // the last line ended with CR, and LF may follow
  bool failed_ = false;
};

ARAMID_END
