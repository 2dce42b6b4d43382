// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_line.hpp"

#include <fcntl.h>       // fcntl
#include <netinet/in.h>  // IPPROTO_TCP
#include <poll.h>        // poll
#include <sys/socket.h>  // shutdown, setsockopt
#include <unistd.h>      // close

#include <algorithm>  // min

#if defined(__linux__)
#include <linux/tcp.h>  // tcp_info
#else
#include <netinet/tcp.h>  // TCP_NODELAY
#endif

ARAMID_BEGIN

namespace detail {

void Line::begin() noexcept {
  const std::lock_guard lock{mutex_};
  why_ = Cut::none;
  fresh_ = false;
  before_ = total().value_or(0);
}

void Line::opened(int descriptor) noexcept {
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#if defined(SO_NOSIGPIPE)
  ::setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
#if defined(__linux__)
  // A model may think for minutes without a byte: probes tell a silent peer from a dead one.
  const int idle = 60;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &idle, sizeof idle);
#endif
  // cpp-httplib does not ask for this, and a child process must not keep our connections open.
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  const std::lock_guard lock{mutex_};
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  before_ = 0;
  fresh_ = true;
  handshaken_ = false;
  if (why_ != Cut::none && descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

void Line::drop() noexcept {
  const std::lock_guard lock{mutex_};
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void Line::cut(Cut why) noexcept {
  const std::lock_guard lock{mutex_};
  if (why_ == Cut::none) why_ = why;
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

void Line::cut_again() noexcept {
  const std::lock_guard lock{mutex_};
  if (why_ != Cut::none && descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

Cut Line::why() const noexcept {
  const std::lock_guard lock{mutex_};
  return why_;
}

bool Line::fresh() const noexcept {
  const std::lock_guard lock{mutex_};
  return fresh_;
}

void Line::handshaken() noexcept {
  const std::lock_guard lock{mutex_};
  handshaken_ = true;
}

bool Line::connected(bool with_handshake) const noexcept {
  const std::lock_guard lock{mutex_};
  if (descriptor_ < 0) return false;
  ::sockaddr_storage peer{};
  ::socklen_t size = sizeof peer;
  const bool has_peer = ::getpeername(descriptor_, reinterpret_cast<::sockaddr*>(&peer), &size) == 0;
  return has_peer && (handshaken_ || !with_handshake);
}

std::optional<std::uint64_t> Line::received() const noexcept {
  const std::lock_guard lock{mutex_};
  const auto all = total();
  if (!all) return std::nullopt;
  return *all > before_ ? *all - before_ : 0;
}

std::optional<std::uint64_t> Line::total() const noexcept {
#if defined(__linux__)
  if (descriptor_ < 0) return std::nullopt;
  ::tcp_info info{};
  ::socklen_t size = sizeof info;
  if (::getsockopt(descriptor_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
  if (size < offsetof(::tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received) return std::nullopt;
  return info.tcpi_bytes_received;
#else
  return std::nullopt;
#endif
}

std::optional<std::size_t> Line::peek(char* into, std::size_t size, int enough) const noexcept {
  int descriptor = -1;
  {
    const std::lock_guard lock{mutex_};
    descriptor = descriptor_;
  }
  if (descriptor < 0) return std::nullopt;
  // Only the calling thread drops or replaces the descriptor; a cut from elsewhere ends this wait.
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVLOWAT, &enough, sizeof enough);
  ::pollfd ready{.fd = descriptor, .events = POLLIN, .revents = 0};
  bool cut = false;
  while (!cut && ::poll(&ready, 1, 100) <= 0) cut = why() != Cut::none;
  const int one = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
  if (cut) return std::nullopt;
  const ::ssize_t count = ::recv(descriptor, into, size, MSG_PEEK | MSG_DONTWAIT);
  if (count < 0) return std::nullopt;
  return static_cast<std::size_t>(count);
}

void Line::take(std::size_t size) noexcept {
  const std::lock_guard lock{mutex_};
  char bytes[1024];
  while (size > 0 && descriptor_ >= 0) {
    const ::ssize_t count = ::recv(descriptor_, bytes, std::min(size, sizeof bytes), MSG_DONTWAIT);
    if (count <= 0) return;
    size -= static_cast<std::size_t>(count);
  }
}

}  // namespace detail

ARAMID_END
