// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>     // errno
#include <stdexcept>  // runtime_error
#include <utility>    // exchange, move

namespace chat {

Input::Input(std::stop_token stop) : stop_{std::move(stop)} {
  if (::pipe2(wake_, O_CLOEXEC) != 0) throw std::runtime_error{"no more file descriptors for a pipe"};
}

Input::~Input() {
  ::close(wake_[0]);
  ::close(wake_[1]);
}

bool Input::fill() {
  const std::stop_callback on_stop{stop_, [this] { (void)!::write(wake_[1], "", 1); }};
  pollfd waits[] = {{STDIN_FILENO, POLLIN, 0}, {wake_[0], POLLIN, 0}};
  while (::poll(waits, 2, -1) < 0) {
    if (errno != EINTR) return false;
  }
  if (stop_.stop_requested()) return false;
  char bytes[4096];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (count <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::optional<std::string> Input::line() {
  std::size_t end = 0;
  while ((end = buffer_.find('\n')) == std::string::npos) {
    if (!fill()) {
      if (buffer_.empty() || stop_.stop_requested()) return std::nullopt;
      return std::exchange(buffer_, {});
    }
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

std::string Input::rest() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

}  // namespace chat
