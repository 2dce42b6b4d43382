// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/json_array.hpp>

ARAMID_BEGIN

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_json_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

void JsonArrayDecoder::feed(std::string_view bytes) {
  if (failed()) return;
  const std::size_t used = place_ == Place::inside ? begin_ : scanned_;
  buffer_.erase(0, used);
  scanned_ -= used;
  begin_ = 0;
  buffer_ += bytes;
}

// A byte outside of all documents; true if one begins with it.
bool JsonArrayDecoder::between(char c) {
  if (is_json_space(c)) return false;
  switch (place_) {
    case Place::start:
      bare_ = c == '{';
      if (c == '[') place_ = Place::first_element;
      if (!bare_ && c != '[') problem_ = Problem::no_array;
      return bare_;
    case Place::first_element:
    case Place::element:
      if (c == '{') return true;
      if (c == ']' && place_ == Place::first_element) {
        place_ = Place::end;
      } else {
        problem_ = Problem::no_object;
      }
      return false;
    case Place::separator:
      if (c != ',' && c != ']') problem_ = Problem::no_comma;
      place_ = c == ',' ? Place::element : Place::end;
      return false;
    default:
      problem_ = Problem::trailing;
      return false;
  }
}

// A byte of a document; true if it ends with it.
bool JsonArrayDecoder::inside(char c) {
  if (escaped_) {
    escaped_ = false;
  } else if (in_string_) {
    escaped_ = c == '\\';
    in_string_ = c != '"';
  } else if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if (c == '}' || c == ']') {
    return --depth_ == 0;
  }
  return false;
}

bool JsonArrayDecoder::next(std::string& document) {
  if (!begun_) {
    const std::string_view bytes = buffer_;
    // Not a byte of it may be judged before all three are here.
    if (bytes.size() < byte_order_mark.size() && byte_order_mark.starts_with(bytes)) return false;
    if (bytes.starts_with(byte_order_mark)) scanned_ = byte_order_mark.size();
    begun_ = true;
  }
  while (!failed() && scanned_ < buffer_.size()) {
    const char c = buffer_[scanned_];
    if (place_ != Place::inside) {
      if (between(c)) {
        place_ = Place::inside;
        begin_ = scanned_;
        depth_ = 1;
      }
      ++scanned_;
      continue;
    }
    ++scanned_;
    const bool over = inside(c);
    if (scanned_ - begin_ > limits_.document) {
      problem_ = Problem::too_large;
    } else if (over) {
      document.assign(buffer_, begin_, scanned_ - begin_);
      place_ = bare_ ? Place::end : Place::separator;
      return true;
    }
  }
  return false;
}

bool JsonArrayDecoder::finish(std::string& document) {
  if (next(document)) return true;
  if (!failed() && place_ != Place::end) problem_ = Problem::cut_off;
  return false;
}

std::string JsonArrayDecoder::problem() const {
  switch (problem_) {
    case Problem::too_large:
      return "an element of the JSON array is larger than " + std::to_string(limits_.document) + " bytes";
    case Problem::no_array:
      return "the stream is neither a JSON array nor an object";
    case Problem::no_object:
      return "an element of the JSON array is not an object";
    case Problem::no_comma:
      return "something other than a comma stands between two elements of the JSON array";
    case Problem::trailing:
      return "something follows the end of the JSON array";
    case Problem::cut_off:
      return "the JSON array was cut off";
    default:
      return {};
  }
}

ARAMID_END
