// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
#pragma once

#include "loopback.hpp"

#include <mutex>
#include <string>
#include <utility>

namespace support {

/// Says the same to every connection, and keeps the last request.
class Server {
 public:
  explicit Server(std::string says) : answer_{std::move(says)} {}

  [[nodiscard]] std::string url() const { return loopback_.url(); }
  [[nodiscard]] int port() const { return loopback_.port(); }
  [[nodiscard]] std::string request() {
    const std::lock_guard lock{mutex_};
    return seen_;
  }
  [[nodiscard]] std::string body() {
    const std::string seen = request();
    return seen.substr(seen.find("\r\n\r\n") + 4);
  }

 private:
  std::string answer_;
  std::mutex mutex_;
  std::string seen_;
  Loopback loopback_{[this](Peer& peer, int) {
    std::string request = peer.request();
    {
      const std::lock_guard lock{mutex_};
      seen_ = std::move(request);
    }
    peer.say(answer_);
  }};
};

}  // namespace support
