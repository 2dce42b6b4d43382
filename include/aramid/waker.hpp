// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/waker.hpp: how a policy ends another call's wait early.
//
// A policy that queues callers keeps the address of each call's Waker (`ctx.waker()`) while the call waits,
// and calls `wake()` when it is worth asking again. The policy must forget the Waker when the call's scope
// is settled or released. A wake that comes before the wait is not lost.
// Cost: no allocation; nothing but initialising a few words for a call that never waits.
// Thread-safety: `wake()` from any thread.
#pragma once

#include <aramid/config.hpp>

#include <mutex>  // mutex, lock_guard

ARAMID_BEGIN

class Waker {
 public:
  /// Whoever waits: a driver's own object, alive from `park` to `unpark`.
  class Sleeper {
   public:
    virtual void notify() noexcept = 0;

   protected:
    ~Sleeper() = default;
  };

  Waker() noexcept = default;
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  void wake() noexcept {
    const std::lock_guard lock{mutex_};
    woken_ = true;
    if (sleeper_ != nullptr) sleeper_->notify();
  }

  /// For drivers. After this a wake reaches `sleeper`; false if one came already, and nothing is parked.
  [[nodiscard]] bool park(Sleeper& sleeper) noexcept {
    const std::lock_guard lock{mutex_};
    if (woken_) {
      woken_ = false;
      return false;
    }
    sleeper_ = &sleeper;
    return true;
  }

  /// For drivers. After this no wake touches the sleeper; true if one came.
  bool unpark() noexcept {
    const std::lock_guard lock{mutex_};
    sleeper_ = nullptr;
    const bool woken = woken_;
    woken_ = false;
    return woken;
  }

 private:
  std::mutex mutex_;
  Sleeper* sleeper_ = nullptr;
  bool woken_ = false;
};

ARAMID_END
