// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// One cpp-httplib client, which serves one request at a time, with the line under it.
#pragma once

#include <aramid/adapters/http.hpp>

#include "http_url.hpp"
#include "http_watchdog.hpp"

#include <memory>  // unique_ptr
#include <string>  // string

namespace httplib {
class ClientImpl;
}

ARAMID_BEGIN

namespace detail {

/// What one exchange came to.
struct Exchange {
  enum class End : std::uint8_t {
    complete,       ///< the response is whole, or as whole as it needs to be
    cut,            ///< ended from here: `Line::why()`
    aborted,        ///< the sink said so, or threw
    too_large,      ///< the body is larger than allowed
    not_http,       ///< what came is no HTTP
    not_connected,  ///< nothing was sent
    not_trusted,    ///< the server's certificate
    lost,           ///< broke off
  };
  End end = End::lost;
  bool head_seen = false;  ///< `response` has status and headers
  bool nothing_came = true;
  HttpResponse response;
  std::string problem;  ///< a phrase, where `end` alone does not say it
};

/// What one call may take: the settings' own limits, and those on the phases.
struct Limits {
  Watch& watch;
  PhaseTimer timer;  ///< on `now()`; the deadline is the watch's affair
  Steady::time_point first_byte_by;
  Phase due = Phase::none;  ///< whose limit comes next

  /// A timer of phases may run on any line; here it is the one of the sockets.
  [[nodiscard]] static Instant now() noexcept { return Instant{Steady::now().time_since_epoch()}; }
  [[nodiscard]] Steady::time_point phase_due() const noexcept {
    return Steady::time_point{timer.due().at.time_since_epoch()};
  }
  /// Watches for `own`, the settings' limit on `phase`, or for what is due before it.
  void limit(Steady::time_point own, Phase phase) noexcept {
    const bool earlier = phase_due() < own;
    due = earlier ? timer.due().phase : phase;
    watch.limit(earlier ? phase_due() : own, earlier ? Cut::phase : Cut::silence);
  }
};

class Connection {
 public:
  Connection(const HttpSettings& settings, const Url& url);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Whether it tells its line when a TLS handshake is done.
  [[nodiscard]] bool notices_handshakes() const noexcept { return notices_handshakes_; }
  /// False if the TLS library refuses the settings.
  [[nodiscard]] bool usable() const;
  /// Whether a connection from an earlier call is open.
  [[nodiscard]] bool open() const;
  void close();

  /// Asks once. `address` is where to connect if no connection is open. The limits' watch must be on this
  /// line. Of `ctx` only the commit is used.
  [[nodiscard]] Exchange exchange(const HttpRequest& request, const std::string& address,
                                  Duration connect_timeout, Limits& limits, Context& ctx);

  [[nodiscard]] Line& line() noexcept { return line_; }

  Steady::time_point idle_since{};

 private:
  struct Transfer;

  void set_backstop(const HttpRequest& request);

  const HttpSettings& settings_;
  const Url& url_;
  Line line_;
  std::unique_ptr<httplib::ClientImpl> client_;
  bool notices_handshakes_ = false;
};

}  // namespace detail

ARAMID_END
