// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a wire format makes of an answer's bytes, without a network, wherever they are split.
#pragma once

#include "chat_stream.hpp"
#include "support/catch.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

struct Answered {
  aramid::Completion completion;
  std::optional<aramid::Error> error;
  std::string heard;
  int signs = 0;  // calls of the listener, with text or without
  std::uint64_t progress = 0;
  aramid::Flow flow = aramid::Flow::more;  // after the last byte
};

using Wire = std::shared_ptr<const aramid::detail::ChatWire>;

inline Answered answered(const Wire& wire, const std::vector<std::string_view>& pieces) {
  Answered answer;
  aramid::detail::ChatStream stream{[&answer](std::string_view text) {
                                      answer.heard += text;
                                      ++answer.signs;
                                    },
                                    std::size_t{32} << 20, wire};
  for (const std::string_view piece : pieces) {
    if (!piece.empty()) answer.flow = stream.feed(piece);
  }
  answer.error = stream.finish();
  answer.progress = stream.reply().progress();
  answer.completion = stream.reply().take();
  return answer;
}
inline Answered answered(const Wire& wire, std::string_view bytes) {
  return answered(wire, std::vector{bytes});
}

/// Pieces of this length, the first of them shorter.
inline std::vector<std::string_view> cut(std::string_view bytes, std::size_t first, std::size_t length) {
  std::vector<std::string_view> pieces{bytes.substr(0, first)};
  for (std::size_t at = first; at < bytes.size(); at += length) pieces.push_back(bytes.substr(at, length));
  return pieces;
}

/// `check(answer)` for the bytes in one piece, each byte by itself, and pieces that begin at every place there is.
template <class Check>
void at_every_split(const Wire& wire, std::string_view bytes, Check check) {
  check(answered(wire, bytes));
  check(answered(wire, cut(bytes, 0, 1)));
  constexpr std::size_t length = 61;
  for (std::size_t first = 0; first < length && first < bytes.size(); ++first) {
    INFO("split at " << first << ", then every " << length << " bytes");
    check(answered(wire, cut(bytes, first, length)));
  }
}

}  // namespace support
