// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace support {

namespace {

int make_listener(int& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool works = listener >= 0 && ::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!works) throw std::runtime_error{"no socket on 127.0.0.1"};
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

Peer::~Peer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string Peer::request() {
  char buffer[4096];
  for (;;) {
    const std::size_t head = pending_.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t field = pending_.find("Content-Length: ");
      const std::size_t body =
          field < head ? static_cast<std::size_t>(std::atoll(pending_.c_str() + field + 16)) : 0;
      const std::size_t size = head + 4 + body;
      if (pending_.size() >= size) {
        std::string request = pending_.substr(0, size);
        pending_.erase(0, size);
        return request;
      }
    }
    const ssize_t count = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    pending_.append(buffer, static_cast<std::size_t>(count));
  }
}

void Peer::take_some() {
  char buffer[4096];
  (void)::recv(descriptor_, buffer, sizeof buffer, 0);
}

bool Peer::say(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void Peer::serve(std::string_view answer) {
  while (!request().empty() && say(answer)) {
  }
}

void Peer::wait_for_close() {
  char buffer[4096];
  while (::recv(descriptor_, buffer, sizeof buffer, 0) > 0) {
  }
}

void Peer::drip(std::string_view bytes, int times) {
  ::pollfd other{.fd = descriptor_, .events = POLLIN, .revents = 0};
  for (; times != 0 && say(bytes); --times) {
    if (::poll(&other, 1, 5) > 0) return;
  }
}

void Peer::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  // The descriptor itself stays taken until the server is over, so that nobody shuts down a stranger's.
  const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::dup2(other, descriptor_);
  ::close(other);
}

void Peer::shut_down() noexcept { ::shutdown(descriptor_, SHUT_RDWR); }

Loopback::Loopback(Handler handler) : handler_{std::move(handler)} {
  listener_ = make_listener(port_);
  ::listen(listener_, 64);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

void Loopback::accept_all() {
  while (!over_) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const std::lock_guard lock{mutex_};
    Peer& peer = peers_.emplace_back(descriptor);
    if (over_) return;
    const int number = accepted_.fetch_add(1);
    threads_.emplace_back([this, &peer, number] {
      handler_(peer, number);
      peer.shut_down();
    });
  }
}

Loopback::~Loopback() {
  over_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (Peer& peer : peers_) peer.shut_down();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

int closed_port() {
  int port = 0;
  ::close(make_listener(port));
  return port;
}

FullPort::FullPort() {
  descriptors_.push_back(make_listener(port_));
  ::listen(descriptors_.front(), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<in_port_t>(port_));
  for (int i = 0; i < 4; ++i) {
    descriptors_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ::connect(descriptors_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
}

FullPort::~FullPort() {
  for (const int descriptor : descriptors_) ::close(descriptor);
}

std::string response(int status, std::string_view body, std::string_view more_headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Status\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string{more_headers} + "\r\n" + std::string{body};
}

std::string stream_head(std::string_view content_type) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string{content_type} +
         "\r\nTransfer-Encoding: chunked\r\n\r\n";
}

std::string chunk(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (std::size_t rest = bytes.size(); rest > 0; rest /= 16) size.insert(size.begin(), digits[rest % 16]);
  return size + "\r\n" + std::string{bytes} + "\r\n";
}

}  // namespace support
