// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/progress.hpp: a progress bar; without a terminal, a line now and then.
#pragma once

#include <chrono>       // steady_clock
#include <cstdint>      // uint64_t
#include <string>       // string
#include <string_view>  // string_view

namespace chat {

class Progress {
 public:
  Progress(std::string_view label, std::uint64_t total) : label_{label}, total_{total} {}

  /// Call it often from one thread; it decides itself what to show.
  void update(std::uint64_t answered, std::uint64_t failed);
  /// Shows the last state and ends the line.
  void finish(std::uint64_t answered, std::uint64_t failed);

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::string line(std::uint64_t answered, std::uint64_t failed) const;

  std::string label_;
  std::uint64_t total_;
  std::uint64_t next_line_ = 0;  // how many chats must have ended before the next plain line
  Clock::time_point started_ = Clock::now();
};

}  // namespace chat
