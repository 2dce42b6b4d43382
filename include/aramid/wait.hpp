// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/wait.hpp: the blocking driver's wait, the one place of the library where a thread sleeps.
#pragma once

#include <aramid/clock.hpp>

#include <chrono>              // steady_clock
#include <condition_variable>  // condition_variable
#include <mutex>               // mutex, unique_lock
#include <stop_token>          // stop_callback

ARAMID_BEGIN

namespace detail {

class BlockingSleeper final : public Waker::Sleeper {
 public:
  void notify() noexcept override {
    const std::lock_guard lock{mutex_};
    notified_ = true;
    ready_.notify_one();
  }

  void sleep_until(Instant until) noexcept {
    std::unique_lock lock{mutex_};
    const auto notified = [this] { return notified_; };
    if (until == Instant::max()) {
      ready_.wait(lock, notified);
    } else {
      using Clock = std::chrono::steady_clock;
      ready_.wait_until(lock, Clock::time_point{until.time_since_epoch()}, notified);
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  bool notified_ = false;
};

/// Blocks the thread until `until` on SteadyClock, a wake, or a stop request.
ARAMID_COLD inline void blocking_wait(Instant until, Waker& waker, const std::stop_token& stop) noexcept {
  BlockingSleeper sleeper;
  if (!waker.park(sleeper)) return;
  {
    const std::stop_callback on_stop{stop, [&waker]() noexcept { waker.wake(); }};
    sleeper.sleep_until(until);
  }
  waker.unpark();
}

}  // namespace detail

ARAMID_END
