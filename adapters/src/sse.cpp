// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/sse.hpp>

#include <utility>  // move

ARAMID_BEGIN

void SseDecoder::feed(std::string_view bytes) {
  if (failed_) return;
  if (at_ > 0) {
    buffer_.erase(0, at_);
    scanned_ -= at_;
    at_ = 0;
  }
  buffer_ += bytes;
}

// The next line that has its end. After a CR the line is over at once; an LF may or may not follow.
bool SseDecoder::read_line(std::string_view& line) {
  if (skip_lf_ && at_ < buffer_.size()) {
    if (buffer_[at_] == '\n') {
      ++at_;
      scanned_ = at_;
    }
    skip_lf_ = false;
  }
  const std::size_t end = buffer_.find_first_of("\r\n", scanned_);
  const std::size_t length = (end == std::string::npos ? buffer_.size() : end) - at_;
  if (length > limits_.line) {
    failed_ = true;
    return false;
  }
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    return false;
  }
  line = std::string_view{buffer_}.substr(at_, length);
  skip_lf_ = buffer_[end] == '\r';
  at_ = end + 1;
  scanned_ = at_;
  return true;
}

void SseDecoder::add_data(std::string_view value) {
  if (data_.size() + value.size() + 1 > limits_.event) {
    failed_ = true;
    return;
  }
  if (has_data_) data_ += '\n';
  data_ += value;
  has_data_ = true;
}

void SseDecoder::take_line(std::string_view line) {
  if (first_line_) {
    first_line_ = false;
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  }
  if (line.starts_with(':')) return;
  bare_ = bare_ || (!has_data_ && (line.starts_with('{') || line.starts_with('[')));
  if (bare_) return add_data(line);
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    add_data(value);
  } else if (field == "event") {
    event_ = value;
  } else if (field == "id" && value.find('\0') == std::string_view::npos) {
    id_ = value;
  }
}

bool SseDecoder::dispatch(SseEvent& event) {
  if (!has_data_) {
    event_.clear();
    return false;
  }
  event.event = std::exchange(event_, {});
  event.data = std::exchange(data_, {});
  event.id = id_;
  has_data_ = false;
  bare_ = false;
  return true;
}

bool SseDecoder::next(SseEvent& event) {
  std::string_view line;
  while (!failed_ && read_line(line)) {
    if (line.empty() || (first_line_ && line == "\xEF\xBB\xBF")) {
      first_line_ = false;
      if (dispatch(event)) return true;
    } else {
      take_line(line);
    }
  }
  return false;
}

bool SseDecoder::finish(SseEvent& event) {
  if (next(event)) return true;
  if (failed_) return false;
  if (at_ < buffer_.size()) {
    take_line(std::string_view{buffer_}.substr(at_));
    at_ = buffer_.size();
    scanned_ = at_;
  }
  return !failed_ && dispatch(event);
}

std::string SseDecoder::problem() const {
  if (!failed_) return {};
  return "a line of the event stream is longer than " + std::to_string(limits_.line) +
         " bytes, or an event larger than " + std::to_string(limits_.event);
}

ARAMID_END
