// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/http.hpp: any HTTP or HTTPS request as a provider.
//
// Use it for every service that is asked over HTTP; <aramid/adapters/openai.hpp> is built on it. Not for
// redirects (they come back as an error), WebSockets, or downloads that do not fit in memory without a sink.
//
//   using Client = Resilient<Http, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>>;
//   Client client{Http{{.base_url = "https://example.org/api"}}};
//   auto answer = client(HttpRequest{.path = "/rows?limit=10"});
//   if (answer) use(answer->body);
//
// Time: `ctx.deadline` bounds name lookup, connect, TLS, headers and body together. A stop request ends the
// call in any of these phases, at most 0.1 s later. With a Context on a virtual time line the time left is
// taken from that time line once, at the beginning, and then runs in real time: sockets know no other.
// It keeps to `ctx.phases` (PhaseTimeout): connect is name lookup, TCP and TLS; output is the body, not headers,
// and with a sink what the sink does not call `no_output`. The settings' own limits hold besides; the shorter one
// is reached first. Waiting for a free connection belongs to no phase.
// Thread-safety: one Http serves many threads. Each connection serves one call at a time; calls beyond
// `max_connections` wait for a free one. Copies share the connections.
// Cost: a thread for all Http objects together while any exists and has made a call.
// Answers that only announce another one (102, 103) are passed over; over TLS, or if the request has no body, they
// are Fault::malformed.
// Works over cpp-httplib on POSIX systems; SIGPIPE never reaches the process.
#pragma once

#include <aramid/adapters/http_headers.hpp>
#include <aramid/context.hpp>
#include <aramid/error.hpp>

#include <cstddef>      // size_t
#include <functional>   // function
#include <memory>       // shared_ptr
#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

/// What a sink says after each piece of the body.
enum class Flow : std::uint8_t {
  more,       ///< go on
  no_output,  ///< go on, but this was nothing that the caller will see: a comment, a ping, an empty chunk
  ending,     ///< the answer is complete but for what may follow it: go on, but for 2 seconds at most
  enough,     ///< the answer is complete: end soon, and well; the sink is not called again
  abort,      ///< close the connection now; the call ends with Fault::cancelled
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;  ///< empty if a sink took it
};

struct HttpRequest {
  /// Called on the calling thread with each piece of a 2xx body as it arrives; `head` has status and headers.
  /// If it throws, the call ends with Fault::cancelled and the exception's text. The call is committed before the
  /// first piece: nothing is retried from then on, so the sink gets no byte twice, and a failure is `interrupted`.
  using Sink = std::function<Flow(const HttpResponse& head, std::string_view bytes)>;

  std::string method = "GET";
  std::string path = "/";  ///< after the path of `base_url`; begins with "/", escaped by the caller
  HttpHeaders headers{};
  std::string body{};
  Sink on_data{};  ///< empty: the body is collected
  /// False: the sink hands nothing out, or calls `ctx.commit()` itself before it does. It may see the beginning of
  /// several attempts.
  bool commits = true;
  bool accept_any_status = false;  ///< true: an answer other than 2xx is a response, not an error
  Duration first_byte_timeout{0};  ///< 0: as the settings say
};

struct HttpSettings {
  std::string base_url;                                    ///< "http[s]://host[:port][/path]"
  Duration connect_timeout = std::chrono::seconds{5};      ///< for each address tried, > 0
  Duration first_byte_timeout = std::chrono::seconds{90};  ///< from the beginning to the headers, > 0
  Duration idle_timeout = std::chrono::seconds{120};       ///< between two pieces of the body, > 0
  Duration keep_alive = std::chrono::seconds{30};          ///< an idle connection is not used after this
  std::size_t max_connections = 8;                         ///< >= 1
  std::size_t max_body = std::size_t{32} << 20;            ///< bytes collected at most, more is an error
  bool verify_tls = true;                                  ///< false: accept any certificate
  std::string ca_file{};                                   ///< PEM; empty: the system's
  HttpHeaders headers{};                                   ///< sent with every request that has not its own
};

class Http {
 public:
  static constexpr Name name = "http";

  /// Fault::invalid_request with a sentence if the settings cannot work. Opens no connection.
  [[nodiscard]] static Outcome<Http> make(const HttpSettings& settings);
  /// The same, but throws std::invalid_argument.
  explicit Http(const HttpSettings& settings);

  /// Asks once. A status other than 2xx is an Error unless the request accepts it: `status`, `retry_after`
  /// and the shortened body are in it. Rate-limit headers go to `ctx.hints`. Throws nothing.
  [[nodiscard]] Outcome<HttpResponse> operator()(const HttpRequest& request, Context& ctx) const;

 private:
  struct Impl;
  explicit Http(std::shared_ptr<Impl> impl) noexcept : impl_{std::move(impl)} {}

  std::shared_ptr<Impl> impl_;  // empty only after being moved from
};

ARAMID_END
