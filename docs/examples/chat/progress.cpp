// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "progress.hpp"

#include "terminal.hpp"

namespace chat {

std::string Progress::line(std::uint64_t answered, std::uint64_t failed) const {
  constexpr std::uint64_t width = 30;
  const std::uint64_t ended = answered + failed;
  const std::uint64_t full = ended * width / total_;
  std::string bar;
  for (std::uint64_t i = 0; i < width; ++i) bar += i < full ? "#" : ".";
  const std::chrono::duration<double> took = Clock::now() - started_;
  return fmt::format("{:<10} [{}] {:>4}/{}  {} answered, {} failed  {:.1f} s", label_, bar, ended, total_,
                     answered, failed, took.count());
}

void Progress::update(std::uint64_t answered, std::uint64_t failed) {
  if (stdout_is_terminal()) {
    show("\r" + line(answered, failed) + "\x1b[K");
  } else if (answered + failed >= next_line_) {
    show(line(answered, failed) + "\n");
    next_line_ = answered + failed + (total_ + 4) / 5;
  }
}

void Progress::finish(std::uint64_t answered, std::uint64_t failed) {
  next_line_ = 0;
  update(answered, failed);
  if (stdout_is_terminal()) show("\n");
}

}  // namespace chat
