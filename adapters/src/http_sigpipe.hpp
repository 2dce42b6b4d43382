// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include <aramid/config.hpp>

#include <csignal>  // sigset_t, pthread_sigmask
#include <ctime>    // timespec

ARAMID_BEGIN

namespace detail {

/// Keeps SIGPIPE from this thread while it lives. cpp-httplib and OpenSSL write to sockets that the other
/// side may have closed, without asking for the error instead of the signal.
class SigpipeGuard {
 public:
  SigpipeGuard() noexcept {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigset_t block;
    sigemptyset(&block);
    sigaddset(&block, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &block, &before_);
  }
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;
  ~SigpipeGuard() {
    if (!was_pending_) {
      sigset_t pending;
      sigemptyset(&pending);
      sigpending(&pending);
      if (sigismember(&pending, SIGPIPE) == 1) {
        sigset_t only;
        sigemptyset(&only);
        sigaddset(&only, SIGPIPE);
        int taken = 0;
        sigwait(&only, &taken);
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace detail

ARAMID_END
