// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/ndjson.hpp: JSON documents out of bytes, one a line. Sans-I/O.
//
//   NdjsonDecoder decoder;
//   decoder.feed(bytes);
//   for (std::string document; decoder.next(document);) handle(document);
//   if (decoder.failed()) ...
//   // after the last byte:
//   if (std::string document; decoder.finish(document)) handle(document);   // its line end never came
//
// Bytes may be split anywhere. Lines end with LF or CRLF and nothing else; blank ones are skipped. A line is not
// looked into: that it is JSON is for its reader to find out.
// Cost: each byte is copied twice. Thread-safety: one thread at a time.
// Source: the NDJSON format as Ollama streams it, but the last line may lack its end.
#pragma once

#include <aramid/config.hpp>

#include <cstddef>      // size_t
#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

/// In bytes.
struct NdjsonLimits {
  std::size_t line = std::size_t{4} << 20;
};

class NdjsonDecoder {
 public:
  explicit NdjsonDecoder(NdjsonLimits limits = {}) noexcept : limits_{limits} {}

  void feed(std::string_view bytes);
  /// The next whole line; false if more bytes are needed or the decoder failed.
  [[nodiscard]] bool next(std::string& document);
  /// At the end of the stream: the line whose end never came. Whether it is whole is the caller's business.
  [[nodiscard]] bool finish(std::string& document);

  /// True when the limit was passed; it takes no more bytes.
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// Which limit, as a sentence; empty if none.
  [[nodiscard]] std::string problem() const;

 private:
  [[nodiscard]] bool take_line(std::size_t end, std::string& document);

  NdjsonLimits limits_;
  std::string buffer_;
  std::size_t at_ = 0;       // bytes of buffer_ already used
  std::size_t scanned_ = 0;  // bytes of buffer_ known to hold no line end
  bool first_line_ = true;
  bool failed_ = false;
};

ARAMID_END
