// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "interrupt.hpp"

#include <pthread.h>

#include <cstdlib>  // _Exit

namespace chat {

Interrupt::Interrupt() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGUSR1);  // the destructor's
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  thread_ = std::thread{[this] { listen(); }};
}

Interrupt::~Interrupt() {
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

void Interrupt::listen() {
  for (int signal = 0; sigwait(&signals_, &signal) == 0 && signal != SIGUSR1;) {
    // Asked twice: something hangs, and the user is right.
    if (!source_.request_stop()) std::_Exit(130);
  }
}

}  // namespace chat
