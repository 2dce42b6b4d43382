// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/ndjson.hpp>

ARAMID_BEGIN

void NdjsonDecoder::feed(std::string_view bytes) {
  if (failed_) return;
  if (at_ > 0) {
    buffer_.erase(0, at_);
    scanned_ -= at_;
    at_ = 0;
  }
  buffer_ += bytes;
}

// The line that ends at `end`; false if there is nothing on it or it is too long.
bool NdjsonDecoder::take_line(std::size_t end, std::string& document) {
  std::string_view line = std::string_view{buffer_}.substr(at_, end - at_);
  at_ = end;
  if (first_line_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  first_line_ = false;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > limits_.line) {
    failed_ = true;
    return false;
  }
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return false;
  document = line;
  return true;
}

bool NdjsonDecoder::next(std::string& document) {
  while (!failed_) {
    const std::size_t end = buffer_.find('\n', scanned_);
    if (end == std::string::npos) {
      scanned_ = buffer_.size();
      // What a line may hold besides its document: the byte order mark before it and the CR after it.
      constexpr std::size_t besides = 4;
      if (scanned_ - at_ > besides && scanned_ - at_ - besides > limits_.line) failed_ = true;
      return false;
    }
    const bool taken = take_line(end, document);
    at_ = end + 1;
    scanned_ = at_;
    if (taken) return true;
  }
  return false;
}

bool NdjsonDecoder::finish(std::string& document) {
  if (next(document)) return true;
  if (failed_ || at_ == buffer_.size()) return false;
  return take_line(buffer_.size(), document);
}

std::string NdjsonDecoder::problem() const {
  if (!failed_) return {};
  return "a line of the stream is longer than " + std::to_string(limits_.line) + " bytes";
}

ARAMID_END
