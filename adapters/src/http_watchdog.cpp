// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_watchdog.hpp"

#include <algorithm>  // min

ARAMID_BEGIN

namespace detail {

namespace {

// How much may lie in the kernel's buffers, or be framing, before it is a flood.
constexpr std::uint64_t flood = std::uint64_t{16} << 20;

constexpr Steady::duration first_look = std::chrono::milliseconds{10};
constexpr Steady::duration slowest_look = std::chrono::milliseconds{100};

}  // namespace

Steady::time_point Watch::check(Steady::time_point now) noexcept {
  if (now >= deadline_) {
    line_.cut(Cut::deadline);
  } else if (now >= limit_.load(std::memory_order_acquire)) {
    line_.cut(why_.load(std::memory_order_relaxed));
  } else if (now >= connect_by_.load(std::memory_order_acquire)) {
    connect_by_.store(Steady::time_point::max(), std::memory_order_release);
    if (!line_.connected(with_handshake_.load(std::memory_order_relaxed))) line_.cut(Cut::connect);
  } else if (const auto received = line_.received()) {
    if (*received > used_.load(std::memory_order_relaxed) + flood) line_.cut(Cut::flood);
  }
  if (line_.why() == Cut::none) return due();
  // A socket that was cut between its making and its connect would connect all the same.
  line_.cut_again();
  return Steady::time_point::max();
}

std::shared_ptr<Watchdog> Watchdog::shared() {
  static std::mutex mutex;
  static std::weak_ptr<Watchdog> current;
  const std::lock_guard lock{mutex};
  std::shared_ptr<Watchdog> watchdog = current.lock();
  if (!watchdog) {
    watchdog = std::make_shared<Watchdog>();
    current = watchdog;
  }
  return watchdog;
}

Watchdog::Watchdog() : thread_{[this](const std::stop_token& stop) { run(stop); }} {}

void Watchdog::add(Watch& watch) {
  const std::lock_guard lock{mutex_};
  watches_.push_back(&watch);
  if (watches_.size() > 1 && watch.due() >= next_look_) return;
  look_now_ = true;
  wake_.notify_one();
}

void Watchdog::remove(Watch& watch) noexcept {
  const std::lock_guard lock{mutex_};
  std::erase(watches_, &watch);
}

void Watchdog::run(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  Steady::duration pause = first_look;
  while (!stop.stop_requested()) {
    if (watches_.empty()) {
      next_look_ = Steady::time_point::max();
      wake_.wait(lock, stop, [this] { return !watches_.empty(); });
      pause = first_look;
      continue;
    }
    look_now_ = false;
    const Steady::time_point now = Steady::now();
    next_look_ = now + pause;
    for (Watch* watch : watches_) next_look_ = std::min(next_look_, watch->check(now));
    pause = std::min(pause * 2, slowest_look);
    if (wake_.wait_until(lock, stop, next_look_, [this] { return look_now_; })) pause = first_look;
  }
}

}  // namespace detail

ARAMID_END
