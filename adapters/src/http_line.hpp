// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The socket under one connection, as another thread may use it: to cut it, and to see what came in.
//
// cpp-httplib's own `stop()` waits for a mutex that is held during connect and handshake, and it closes the
// descriptor at times of its own. So the line keeps a duplicate of the descriptor: shutting that down ends
// the socket at once in any phase, and no other file can have taken its number.
// Thread-safety: all members.
#pragma once

#include <aramid/config.hpp>

#include <cstdint>   // uint64_t
#include <mutex>     // mutex
#include <optional>  // optional

ARAMID_BEGIN

namespace detail {

/// Who ended a transfer from our side, and why.
enum class Cut : std::uint8_t {
  none,
  deadline,  ///< the call's own time is over
  stop,      ///< the caller asked
  silence,   ///< the server has been quiet for too long
  connect,   ///< the call's limit on connecting is reached
  phase,     ///< another limit of the call's on a phase is reached
  flood,     ///< bytes that are neither headers nor body, without end
  enough,    ///< the answer is complete but the server does not end it
};

class Line {
 public:
  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() { drop(); }

  /// A new call begins on this line.
  void begin() noexcept;
  /// cpp-httplib has a new socket, not yet connected.
  void opened(int descriptor) noexcept;
  /// cpp-httplib has closed its socket.
  void drop() noexcept;

  /// Ends the socket, now or as soon as there is one. The first reason stays.
  void cut(Cut why) noexcept;
  /// Again, for a socket that was not yet connected when it was cut.
  void cut_again() noexcept;
  [[nodiscard]] Cut why() const noexcept;

  /// Whether this call opened a socket.
  [[nodiscard]] bool fresh() const noexcept;
  /// The TLS handshake on this socket is done.
  void handshaken() noexcept;
  /// Whether the socket is connected, and handshaken where there is a handshake.
  [[nodiscard]] bool connected(bool with_handshake) const noexcept;
  /// Bytes that came in during this call, TLS and all; nothing where the system does not tell.
  [[nodiscard]] std::optional<std::uint64_t> received() const noexcept;
  /// Waits until `enough` bytes, or the end, have come in; then looks at up to `size` of them without taking
  /// them. Nothing if the line was cut or broke. Plain sockets only.
  [[nodiscard]] std::optional<std::size_t> peek(char* into, std::size_t size, int enough) const noexcept;
  /// Takes bytes that `peek` has shown, so that nobody else sees them.
  void take(std::size_t size) noexcept;

 private:
  [[nodiscard]] std::optional<std::uint64_t> total() const noexcept;

  mutable std::mutex mutex_;
  int descriptor_ = -1;
  std::uint64_t before_ = 0;  // bytes that came in during earlier calls
  Cut why_ = Cut::none;
  bool fresh_ = false;
  bool handshaken_ = false;
};

}  // namespace detail

ARAMID_END
