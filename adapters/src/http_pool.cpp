// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_pool.hpp"

ARAMID_BEGIN

namespace detail {

Pool::Lease Pool::take(Steady::time_point until, const std::stop_token& stop) {
  std::vector<std::unique_ptr<Connection>> stale;  // closed after the lock is gone
  std::unique_ptr<Connection> connection;
  std::unique_lock lock{mutex_};
  const auto one_free = [this] { return lent_ < settings_.max_connections; };
  if (until == Steady::time_point::max()) {
    free_.wait(lock, stop, one_free);
  } else {
    free_.wait_until(lock, stop, until, one_free);
  }
  if (!one_free()) return {};
  const Steady::time_point now = Steady::now();
  while (!idle_.empty() && !connection) {
    if (now - idle_.back()->idle_since < settings_.keep_alive) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    } else {
      stale.swap(idle_);  // the others have been idle for longer
    }
  }
  ++lent_;
  lock.unlock();
  if (connection) return Lease{*this, std::move(connection)};
  try {
    return Lease{*this, std::make_unique<Connection>(settings_, url_)};
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void Pool::give_back(std::unique_ptr<Connection> connection) noexcept {
  {
    const std::lock_guard lock{mutex_};
    --lent_;
    if (connection && connection->open()) {
      connection->idle_since = Steady::now();
      try {
        idle_.push_back(std::move(connection));
      } catch (...) {  // no memory for it: it is closed
      }
    }
  }
  free_.notify_one();
}

}  // namespace detail

ARAMID_END
