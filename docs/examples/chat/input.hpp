// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/input.hpp: reading stdin without being stuck in it.
#pragma once

#include <optional>    // optional
#include <stop_token>  // stop_token
#include <string>      // string

namespace chat {

/// Reads lines from stdin; a stop request ends the wait for one.
class Input {
 public:
  explicit Input(std::stop_token stop);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  /// The next line without its end; nothing at the end of the input or after a stop request.
  [[nodiscard]] std::optional<std::string> line();
  /// Everything up to the end of the input.
  [[nodiscard]] std::string rest();

 private:
  /// Waits for more; false if there is none.
  bool fill();

  std::stop_token stop_;
  int wake_[2] = {-1, -1};  // a pipe: a stop request writes into it what poll() sees
  std::string buffer_;
};

}  // namespace chat
