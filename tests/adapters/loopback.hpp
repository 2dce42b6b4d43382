// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A server on 127.0.0.1 that says what a test tells it to, byte for byte, and nothing of HTTP by itself.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace support {

/// One connection, seen from the server. Every wait ends when the other side or the server goes away.
class Peer {
 public:
  explicit Peer(int descriptor) noexcept : descriptor_{descriptor} {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  /// The next request, headers and body; empty if the other side has closed.
  std::string request();
  /// Takes some bytes of a request and forgets them.
  void take_some();
  /// False once the other side has closed.
  bool say(std::string_view bytes);
  /// Says `answer` to each request until the other side closes.
  void serve(std::string_view answer);
  /// Waits until the other side closes.
  void wait_for_close();
  /// Says `bytes` again and again, every 5 ms, until the other side closes or it has said them so many times.
  void drip(std::string_view bytes, int times = -1);
  /// Closes so that the other side gets a reset instead of an end.
  void reset();
  void shut_down() noexcept;

 private:
  std::string pending_;
  int descriptor_;
};

class Loopback {
 public:
  /// Called in a thread of its own for each connection; `number` counts them from 0.
  using Handler = std::function<void(Peer& peer, int number)>;

  explicit Loopback(Handler handler);
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  ~Loopback();

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int connections() const noexcept { return accepted_.load(); }

 private:
  void accept_all();

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> accepted_{0};
  std::atomic<bool> over_{false};
  std::mutex mutex_;
  std::list<Peer> peers_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

/// A port on 127.0.0.1 that nobody listens on.
int closed_port();

/// A port on 127.0.0.1 where a connect gets no answer, because the queue of the listener is full.
class FullPort {
 public:
  FullPort();
  FullPort(const FullPort&) = delete;
  FullPort& operator=(const FullPort&) = delete;
  ~FullPort();

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  std::vector<int> descriptors_;
  int port_ = 0;
};

/// A response with a Content-Length.
std::string response(int status, std::string_view body, std::string_view more_headers = {});
/// The head of a chunked event stream, one of its chunks, and its end.
std::string stream_head(std::string_view content_type = "text/event-stream");
std::string chunk(std::string_view bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace support
