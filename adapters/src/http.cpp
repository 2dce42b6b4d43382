// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http.hpp>

#include <aramid/adapters/http_hints.hpp>

#include "http_pool.hpp"
#include "http_resolve.hpp"
#include "http_sigpipe.hpp"
#include "http_text.hpp"

#include <httplib.h>  // the macros of its TLS support

#include <algorithm>  // min
#include <stdexcept>  // invalid_argument

ARAMID_BEGIN

namespace {

using detail::Connection;
using detail::Cut;
using detail::Exchange;
using detail::Steady;

WallTime wall_now() noexcept {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

bool is_token(std::string_view text) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  for (const char c : text) {
    const bool letter = detail::lower(c) >= 'a' && detail::lower(c) <= 'z';
    if (!letter && !detail::is_digit(c) && marks.find(c) == std::string_view::npos) return false;
  }
  return !text.empty();
}

// A sentence about the first field that would break out of its line. Values may be keys: not repeated.
std::string field_problem(const HttpHeaders& headers) {
  for (const auto& [field, value] : headers) {
    if (!is_token(field)) return "a header's name is empty or has a character that is not allowed in it";
    for (const char c : value) {
      const bool control = (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F;
      if (control) return "the value of the header '" + field + "' has a line break or a control character";
    }
  }
  return {};
}

std::string request_problem(const HttpRequest& request) {
  if (!is_token(request.method)) return "the method is empty or has a character that is not allowed in it";
  if (!request.path.starts_with('/')) return "the path does not begin with /";
  for (const char c : request.path) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F) {
      return "the path has a space, a control character or a byte above 126 that is not escaped";
    }
  }
  return field_problem(request.headers);
}

std::string settings_problem(const HttpSettings& settings) {
  if (settings.connect_timeout <= Duration::zero()) return "connect_timeout must be more than zero";
  if (settings.first_byte_timeout <= Duration::zero()) return "first_byte_timeout must be more than zero";
  if (settings.idle_timeout <= Duration::zero()) return "idle_timeout must be more than zero";
  if (settings.keep_alive < Duration::zero()) return "keep_alive must not be negative";
  if (settings.max_connections == 0) return "max_connections must be at least 1";
  if (settings.max_body == 0) return "max_body must be at least 1";
  return field_problem(settings.headers);
}

Steady::time_point from_now(Duration left) noexcept {
  const Steady::time_point now = Steady::now();
  return left > Steady::time_point::max() - now ? Steady::time_point::max() : now + left;
}

std::string seconds_text(Duration d) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

// A server may repeat what it was sent.
void redact_request(std::string& message, const HttpRequest& request, const HttpSettings& settings) {
  detail::redact_keys(message, request.headers);
  detail::redact_keys(message, settings.headers);
  detail::redact_overlap(message, request.body);
}

}  // namespace

struct Http::Impl {
  HttpSettings settings;
  detail::Url url;
  std::shared_ptr<detail::Watchdog> watchdog;
  std::once_flag watched;
  detail::Pool pool;

  Impl(const HttpSettings& from, detail::Url parsed)
      : settings{from}, url{std::move(parsed)}, pool{settings, url} {}

  [[nodiscard]] std::string place() const { return url.host + ':' + std::to_string(url.port); }

  Outcome<HttpResponse> call(const HttpRequest& request, Context& ctx) {
    if (std::string problem = request_problem(request); !problem.empty()) {
      return fail(Fault::invalid_request, 0, std::move(problem));
    }
    if (ctx.stop.stop_requested()) return cancelled();
    const Instant begin = ctx.now();
    if (begin >= ctx.deadline)
      return fail(Fault::deadline_exceeded, 0, "the deadline had passed before the request");
    const bool bounded = ctx.deadline != Instant::max();
    const Steady::time_point deadline =
        bounded ? from_now(elapsed(begin, ctx.deadline)) : Steady::time_point::max();

    const detail::SigpipeGuard no_sigpipe;
    const detail::Pool::Lease connection = pool.take(deadline, ctx.stop);
    if (!connection) {
      if (ctx.stop.stop_requested()) return cancelled();
      return fail(Fault::deadline_exceeded, 0, "no connection was free before the deadline");
    }
    if (!connection->usable()) {
      return fail(Fault::connection_failed, 0, "the TLS library refuses the settings for " + place());
    }

    std::call_once(watched, [this] { watchdog = detail::Watchdog::shared(); });
    detail::Line& line = connection->line();
    detail::Watch watch{line, deadline};
    // The watch sees a connection when there is one; the timer need not be told.
    PhaseLimits phases = ctx.phases != nullptr ? *ctx.phases : PhaseLimits{};
    phases.connect = Duration::max();
    detail::Limits limits{.watch = watch,
                          .timer = {phases, Instant::max(), detail::Limits::now()},
                          .first_byte_by = from_now(first_byte_timeout(request))};
    limits.limit(limits.first_byte_by, Phase::first_output);
    line.begin();
    const Watched on_watch{*watchdog, watch};
    const std::stop_callback on_stop{ctx.stop, [&line]() noexcept { line.cut(Cut::stop); }};

    const bool reused = connection->open();
    Exchange exchange = ask(request, *connection, limits, deadline, ctx);
    // That the server closed an idle connection says nothing about the server: once more, on a new one.
    const bool stale =
        reused && !line.fresh() && exchange.end == Exchange::End::lost && exchange.nothing_came;
    if (stale) exchange = ask(request, *connection, limits, deadline, ctx);
    Outcome<HttpResponse> outcome = conclude(request, std::move(exchange), line.why(), limits.due, ctx);
    // As a stack would do; without one nobody else says it.
    const bool broken = !outcome && request.on_data && request.commits && ctx.committed();
    if (broken && outcome.error().fault != Fault::cancelled) outcome.error().fault = Fault::interrupted;
    return outcome;
  }

 private:
  [[nodiscard]] Duration first_byte_timeout(const HttpRequest& request) const noexcept {
    return request.first_byte_timeout > Duration::zero() ? request.first_byte_timeout
                                                         : settings.first_byte_timeout;
  }

  struct Watched {
    detail::Watchdog& watchdog;
    detail::Watch& watch;
    Watched(detail::Watchdog& by, detail::Watch& what) : watchdog{by}, watch{what} { watchdog.add(watch); }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    ~Watched() { watchdog.remove(watch); }
  };

  static Outcome<HttpResponse> cancelled() {
    return fail(Fault::cancelled, 0, "the caller cancelled the request");
  }

  Exchange ask(const HttpRequest& request, Connection& connection, detail::Limits& limits,
               Steady::time_point deadline, Context& ctx) {
    if (connection.open()) return connection.exchange(request, {}, settings.connect_timeout, limits, ctx);
    const Steady::time_point connect_by =
        ctx.phases != nullptr ? from_now(ctx.phases->connect) : Steady::time_point::max();
    limits.watch.connect_by(connect_by, connection.notices_handshakes());
    const Steady::time_point give_up =
        std::min({deadline, from_now(settings.connect_timeout), connect_by, limits.phase_due()});
    const detail::Resolved resolved = detail::resolve(url.host, give_up, ctx.stop);
    if (resolved.addresses.empty() && resolved.problem.empty()) {
      const Steady::time_point now = Steady::now();
      if (ctx.stop.stop_requested()) connection.line().cut(Cut::stop);
      if (now >= deadline) connection.line().cut(Cut::deadline);
      if (now >= connect_by) connection.line().cut(Cut::connect);
      if (now >= limits.phase_due()) connection.line().cut(Cut::phase);
    }
    Exchange exchange;
    exchange.end = Exchange::End::not_connected;
    exchange.problem = resolved.problem.empty() ? "its name was not resolved in time"
                                                : "its name was not resolved: " + resolved.problem;
    for (const std::string& address : resolved.addresses) {
      exchange = connection.exchange(request, address, settings.connect_timeout, limits, ctx);
      const bool try_next =
          exchange.end == Exchange::End::not_connected && connection.line().why() == Cut::none;
      if (!try_next) break;
    }
    return exchange;
  }

  Outcome<HttpResponse> conclude(const HttpRequest& request, Exchange exchange, Cut why, Phase due,
                                 Context& ctx) const {
    if (exchange.head_seen) merge_hints(ctx.hints, rate_hints(exchange.response.headers, wall_now()));
    using End = Exchange::End;
    const bool ours =
        exchange.end == End::cut || exchange.end == End::not_connected || exchange.end == End::lost;
    if (ours && why == Cut::stop) return cancelled();
    if (ours && why == Cut::deadline) {
      return timed_out(Phase::total, std::string{"the deadline passed "} + phase(exchange));
    }
    if (ours && (why == Cut::connect || why == Cut::phase)) {
      const Phase phase = why == Cut::connect ? Phase::connect : due;
      return timed_out(phase, phase_message(phase));
    }
    if (exchange.end == End::aborted) return fail(Fault::cancelled, 0, std::move(exchange.problem));
    if (exchange.end == End::not_trusted) {
      return fail(Fault::connection_failed, 0,
                  "TLS: the certificate of " + place() + " is refused: " + exchange.problem);
    }
    const int status = exchange.response.status;
    const bool refused = exchange.head_seen && (status < 200 || status > 299) && !request.accept_any_status;
    if (refused) {
      Error error = http_error(status, exchange.response.headers, exchange.response.body, wall_now());
      redact_request(error.message, request, settings);
      return std::unexpected<Error>{std::move(error)};
    }
    switch (exchange.end) {
      case End::complete:
        return std::move(exchange.response);
      case End::too_large:
        return fail(Fault::malformed, status,
                    "the body is larger than " + std::to_string(settings.max_body) + " bytes");
      case End::not_http:
        return fail(
            Fault::malformed, 0,
            place() + " " + (exchange.problem.empty() ? "does not answer in HTTP" : exchange.problem));
      case End::not_connected:
        return fail(Fault::connection_failed, 0, "no connection to " + place() + ": " + exchange.problem);
      case End::cut:
        if (why == Cut::flood) return fail(Fault::malformed, status, "an endless line instead of an answer");
        return silent(exchange, request);
      default:
        break;
    }
    return fail(Fault::connection_lost, status, std::string{"the connection broke "} + phase(exchange));
  }

  // A limit of the settings' own.
  [[nodiscard]] Outcome<HttpResponse> silent(const Exchange& exchange, const HttpRequest& request) const {
    std::string message = exchange.head_seen
                              ? "the server sent nothing for " + seconds_text(settings.idle_timeout)
                              : "no answer within " + seconds_text(first_byte_timeout(request));
    auto failed = timed_out(exchange.head_seen ? Phase::silence : Phase::first_output, std::move(message));
    failed.error().status = exchange.response.status;
    return failed;
  }

  static const char* phase_message(Phase phase) noexcept {
    switch (phase) {
      case Phase::connect:
        return "no connection in time";
      case Phase::first_output:
        return "no output in time";
      case Phase::idle:
        return "no output for too long after some";
      default:
        return "not a byte for too long";
    }
  }

  static const char* phase(const Exchange& exchange) noexcept {
    if (exchange.head_seen) return "before the body was complete";
    return exchange.end == Exchange::End::not_connected ? "before there was a connection"
                                                        : "before the answer began";
  }
};

Outcome<Http> Http::make(const HttpSettings& settings) {
  auto url = detail::parse_url(settings.base_url);
  if (!url) return fail(Fault::invalid_request, 0, std::move(url.error()));
#if !defined(CPPHTTPLIB_OPENSSL_SUPPORT)
  if (url->tls)
    return fail(Fault::invalid_request, 0,
                "bad base URL: this cpp-httplib was built without TLS, so no https");
#endif
  if (std::string problem = settings_problem(settings); !problem.empty()) {
    return fail(Fault::invalid_request, 0, "bad HTTP settings: " + problem);
  }
  return Http{std::make_shared<Impl>(settings, std::move(*url))};
}

Http::Http(const HttpSettings& settings) {
  Outcome<Http> http = make(settings);
  if (!http) throw std::invalid_argument{http.error().message};
  impl_ = std::move(http->impl_);
}

Outcome<HttpResponse> Http::operator()(const HttpRequest& request, Context& ctx) const {
  if (!impl_) return fail(Fault::invalid_request, 0, "this Http has been moved from");
  try {
    return impl_->call(request, ctx);
  } catch (const std::exception& e) {
    return fail(Fault::unknown, 0, std::string{"the HTTP library failed: "} + e.what());
  } catch (...) {
    return fail(Fault::unknown, 0, "the HTTP library failed");
  }
}

ARAMID_END
