// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/interrupt.hpp: Ctrl-C as a std::stop_token.
#pragma once

#include <csignal>     // sigset_t
#include <stop_token>  // stop_source, stop_token
#include <thread>      // thread

namespace chat {

/// A thread of its own waits for SIGINT and SIGTERM, so there is no signal handler and nothing it may not do.
/// Make it before any other thread: threads inherit the mask that keeps these signals away from them.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }

 private:
  void listen();

  sigset_t signals_{};
  std::stop_source source_;
  std::thread thread_;
};

}  // namespace chat
