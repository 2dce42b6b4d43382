// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// One thread that ends transfers whose time is over. cpp-httplib's timeouts are per read, so a server that
// drips a byte now and then would never be ended by them.
#pragma once

#include "http_line.hpp"

#include <algorithm>           // min
#include <atomic>              // atomic
#include <chrono>              // steady_clock
#include <condition_variable>  // condition_variable_any
#include <memory>              // shared_ptr
#include <stop_token>          // stop_token
#include <thread>              // jthread
#include <vector>              // vector

ARAMID_BEGIN

namespace detail {

using Steady = std::chrono::steady_clock;

/// One transfer under watch. The calling thread moves its limits; the watchdog cuts the line when one passes.
class Watch {
 public:
  Watch(Line& line, Steady::time_point deadline) noexcept : line_{line}, deadline_{deadline} {}

  /// From now on `why` is the reason to cut at `at`, unless the deadline comes first.
  void limit(Steady::time_point at, Cut why) noexcept {
    why_.store(why, std::memory_order_relaxed);
    limit_.store(at, std::memory_order_release);
  }
  /// Cuts at `at` unless there is a connection by then, handshake included if there is one.
  void connect_by(Steady::time_point at, bool with_handshake) noexcept {
    with_handshake_.store(with_handshake, std::memory_order_relaxed);
    connect_by_.store(at, std::memory_order_release);
  }
  /// Bytes of the body that were used. What comes in beyond them without end is a flood.
  void account(std::uint64_t bytes) noexcept { used_.fetch_add(bytes, std::memory_order_relaxed); }

  /// Cuts the line if it is time. Returns when to look again at the latest.
  Steady::time_point check(Steady::time_point now) noexcept;
  [[nodiscard]] Steady::time_point due() const noexcept {
    return std::min(
        {deadline_, limit_.load(std::memory_order_acquire), connect_by_.load(std::memory_order_acquire)});
  }

 private:
  Line& line_;
  Steady::time_point deadline_;
  std::atomic<Steady::time_point> limit_{Steady::time_point::max()};
  std::atomic<Cut> why_{Cut::silence};
  std::atomic<Steady::time_point> connect_by_{Steady::time_point::max()};
  std::atomic<bool> with_handshake_{false};
  std::atomic<std::uint64_t> used_{0};
};

class Watchdog {
 public:
  /// The one of this process; its thread lives as long as somebody holds it.
  static std::shared_ptr<Watchdog> shared();

  Watchdog();

  /// Between these two the watch is looked at from the watchdog's thread.
  void add(Watch& watch);
  void remove(Watch& watch) noexcept;

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Watch*> watches_;
  Steady::time_point next_look_ = Steady::time_point::max();
  bool look_now_ = false;
  std::jthread thread_;  // last: joined before the rest goes
};

}  // namespace detail

ARAMID_END
