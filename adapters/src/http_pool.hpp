// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The connections of one Http: at most so many, each lent to one call at a time.
#pragma once

#include "http_connection.hpp"

#include <condition_variable>  // condition_variable_any
#include <memory>              // unique_ptr
#include <vector>              // vector

ARAMID_BEGIN

namespace detail {

class Pool {
 public:
  Pool(const HttpSettings& settings, const Url& url) : settings_{settings}, url_{url} {}

  /// A connection of one's own until it is dropped; it then goes back if it is still open.
  class Lease {
   public:
    Lease() = default;
    Lease(Pool& pool, std::unique_ptr<Connection> connection) noexcept
        : pool_{&pool}, connection_{std::move(connection)} {}
    Lease(Lease&& other) noexcept : pool_{other.pool_}, connection_{std::move(other.connection_)} {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_) pool_->give_back(std::move(connection_));
    }

    [[nodiscard]] explicit operator bool() const noexcept { return connection_ != nullptr; }
    Connection& operator*() const noexcept { return *connection_; }
    Connection* operator->() const noexcept { return connection_.get(); }

   private:
    Pool* pool_ = nullptr;
    std::unique_ptr<Connection> connection_;
  };

  /// Waits while all are lent; empty at `until` or when `stop` is requested.
  [[nodiscard]] Lease take(Steady::time_point until, const std::stop_token& stop);

 private:
  void give_back(std::unique_ptr<Connection> connection) noexcept;

  const HttpSettings& settings_;
  const Url& url_;
  std::mutex mutex_;
  std::condition_variable_any free_;
  std::vector<std::unique_ptr<Connection>> idle_;  // the one used last is at the end
  std::size_t lent_ = 0;
};

}  // namespace detail

ARAMID_END
