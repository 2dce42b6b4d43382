// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/json_array.hpp: the objects of a JSON array, each as soon as its last byte is there. Sans-I/O.
//
//   JsonArrayDecoder decoder;
//   decoder.feed(bytes);
//   for (std::string document; decoder.next(document);) handle(document);
//   if (decoder.failed()) ...
//   // after the last byte:
//   if (std::string document; decoder.finish(document)) handle(document);
//   if (decoder.failed()) ...                     // also when the array was cut off
//
// Bytes may be split anywhere. An object that stands where the array should is handed out too: servers send their
// errors so. Only strings and brackets are looked at: that a document is JSON is for its reader to find out.
// Cost: each byte is copied twice. Thread-safety: one thread at a time.
// Source: RFC 8259; Gemini streams so unless it is asked for events.
#pragma once

#include <aramid/config.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint8_t
#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

/// In bytes.
struct JsonArrayLimits {
  std::size_t document = std::size_t{4} << 20;  ///< one element of the array
};

class JsonArrayDecoder {
 public:
  explicit JsonArrayDecoder(JsonArrayLimits limits = {}) noexcept : limits_{limits} {}

  void feed(std::string_view bytes);
  /// The next whole object; false if more bytes are needed or the decoder failed.
  [[nodiscard]] bool next(std::string& document);
  /// At the end of the stream: as `next`, and it fails if the array has not ended. What there is of an object that
  /// was cut off is not handed out.
  [[nodiscard]] bool finish(std::string& document);

  /// True when a limit was passed, or the bytes are no array of objects; it takes no more bytes. Objects before
  /// that place have been handed out.
  [[nodiscard]] bool failed() const noexcept { return problem_ != Problem::none; }
  /// What is wrong, as a sentence; empty if nothing is.
  [[nodiscard]] std::string problem() const;

 private:
  // What may come next.
  enum class Place : std::uint8_t { start, first_element, element, inside, separator, end };
  enum class Problem : std::uint8_t { none, too_large, no_array, no_object, no_comma, trailing, cut_off };

  [[nodiscard]] bool between(char c);
  [[nodiscard]] bool inside(char c);

  JsonArrayLimits limits_;
  std::string buffer_;
  std::size_t begin_ = 0;    // where in buffer_ the document begins that is being read
  std::size_t scanned_ = 0;  // bytes of buffer_ already looked at
  std::size_t depth_ = 0;    // brackets open in it
  Place place_ = Place::start;
  Problem problem_ = Problem::none;
  bool begun_ = false;  // past the place where a byte order mark may stand
  bool bare_ = false;   // an object instead of the array
  bool in_string_ = false;
  bool escaped_ = false;
};

ARAMID_END
