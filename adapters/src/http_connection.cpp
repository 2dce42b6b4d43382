// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_connection.hpp"

#include "http_text.hpp"

#include <httplib.h>

#include <algorithm>  // min, max
#include <exception>  // exception
#include <map>        // map

ARAMID_BEGIN

namespace detail {

namespace {

// Of an answer that is an error, no more than this is kept.
constexpr std::size_t error_body_limit = std::size_t{256} << 10;
// After an answer that is complete, this much is read so that the connection can be kept.
constexpr std::size_t drain_limit = std::size_t{64} << 10;
constexpr Steady::duration drain_time = std::chrono::milliseconds{200};
// After an answer that is complete but for what follows it.
constexpr Steady::duration ending_time = std::chrono::seconds{2};
// A status line longer than this is none. cpp-httplib 0.11 would recurse once for each of its characters.
constexpr std::size_t status_line_limit = 8192;

// Announces another answer (RFC 9110, section 15.2), which a server may do unasked. Of these cpp-httplib knows only
// 100, and only without headers.
bool is_interim(int status) noexcept { return status >= 100 && status <= 199 && status != 101; }

// Of a status line "HTTP/1.1 103 Early Hints"; 0 if it has none.
int status_of(std::string_view line) noexcept {
  constexpr std::size_t at = 9;
  if (line.size() < at + 3 || line[at - 1] != ' ') return 0;
  return static_cast<int>(to_integer(line.substr(at, 3)).value_or(0));
}

// With the blank line that ends it; 0 if that is not here yet.
std::size_t head_size(std::string_view text) noexcept {
  constexpr std::string_view ends[] = {"\r\n\r\n", "\n\n"};
  std::size_t size = std::string_view::npos;
  for (const std::string_view end : ends) {
    const std::size_t found = text.find(end);
    if (found != std::string_view::npos) size = std::min(size, found + end.size());
  }
  return size == std::string_view::npos ? 0 : size;
}

std::unique_ptr<httplib::ClientImpl> make_client(const HttpSettings& settings, const Url& url) {
#if defined(CPPHTTPLIB_OPENSSL_SUPPORT)
  if (url.tls) {
    auto client = std::make_unique<httplib::SSLClient>(url.host, url.port);
    client->enable_server_certificate_verification(settings.verify_tls);
    if (!settings.ca_file.empty()) client->set_ca_cert_path(settings.ca_file);
    return client;
  }
#endif
  (void)settings;
  return std::make_unique<httplib::ClientImpl>(url.host, url.port);
}

// The path is escaped by the caller; encoding it again would change its meaning. Newer versions renamed this.
template <class Client>
void send_path_as_it_is(Client& client) {
  if constexpr (requires { client.set_path_encode(false); }) {
    client.set_path_encode(false);
  } else {
    client.set_url_encode(false);
  }
}

#if defined(CPPHTTPLIB_OPENSSL_SUPPORT)
template <class Client>
bool notice_handshakes_of(Client& client, Line& line) {
  if constexpr (requires(SSL_CTX* context) { context = client.ssl_context(); }) {
    SSL_CTX* const context = client.ssl_context();
    if (context == nullptr) return false;
    SSL_CTX_set_app_data(context, &line);
    SSL_CTX_set_info_callback(context, [](const SSL* ssl, int where, int) {
      if ((where & SSL_CB_HANDSHAKE_DONE) == 0) return;
      if (auto* const done = static_cast<Line*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl))))
        done->handshaken();
    });
    return true;
  }
  return false;
}
#endif

// So that the limit on connecting covers them. False if this version of cpp-httplib does not let us.
bool notice_handshakes(httplib::ClientImpl& client, Line& line) {
#if defined(CPPHTTPLIB_OPENSSL_SUPPORT)
  if (auto* const tls = dynamic_cast<httplib::SSLClient*>(&client)) return notice_handshakes_of(*tls, line);
#endif
  (void)client;
  (void)line;
  return false;
}

std::string certificate_problem(const httplib::ClientImpl& client) {
#if defined(CPPHTTPLIB_OPENSSL_SUPPORT)
  if (const auto* tls = dynamic_cast<const httplib::SSLClient*>(&client)) {
    switch (tls->get_openssl_verify_result()) {  // the X509_V_ERR_ numbers
      case 0:
        return "it is for another host";
      case 9:
        return "it is not valid yet";
      case 10:
        return "it has expired";
      case 18:
        return "it is self-signed";
      case 19:
      case 20:
      case 21:
        return "its issuer is not trusted";
      case 62:
        return "it is for another host";
      default:
        break;
    }
  }
#endif
  (void)client;
  return "it is not trusted";
}

}  // namespace

// What happens to the bytes of one exchange, on the calling thread.
struct Connection::Transfer {
  const HttpSettings& settings;
  const HttpRequest& request;
  Context& ctx;
  Limits& limits;
  Line& line;
  Exchange& result;
  bool streams = false;
  bool enough = false;
  bool ending = false;
  bool not_http = false;
  std::size_t drained = 0;
  Steady::time_point end_by{};

  bool head(const httplib::Response& response) {
    if (is_interim(response.status)) {
      result.end = Exchange::End::not_http;
      result.problem = "sends the interim status " + std::to_string(response.status) +
                       ", which is understood only without TLS and after a request with a body";
      return false;
    }
    result.head_seen = true;
    result.response.status = response.status;
    for (const auto& [field, value] : response.headers) result.response.headers.add(field, value);
    streams = request.on_data && response.status >= 200 && response.status < 300;
    limits.timer.received(Limits::now());
    limit_silence();
    return true;
  }

  bool body(std::string_view bytes) {
    limits.watch.account(bytes.size());
    if (enough) {
      drained += bytes.size();
      return drained <= drain_limit;
    }
    if (streams) return deliver(bytes);
    limits.timer.output(Limits::now());
    limit_silence();
    std::string& kept = result.response.body;
    if (result.response.status >= 300) {
      const std::size_t limit = request.accept_any_status ? settings.max_body : error_body_limit;
      kept += bytes.substr(0, limit - kept.size());
      enough = kept.size() >= limit;
      return true;
    }
    if (bytes.size() > settings.max_body - kept.size()) {
      result.end = Exchange::End::too_large;
      return false;
    }
    kept += bytes;
    return true;
  }

  bool deliver(std::string_view bytes) {
    if (bytes.empty()) return true;
    if (request.commits && !ctx.commit()) {
      result.end = Exchange::End::aborted;
      result.problem = "another attempt of this call has begun its output";
      return false;
    }
    // The sink's own time is not the server's silence.
    limits.watch.limit(Steady::time_point::max(), Cut::silence);
    Flow flow = Flow::abort;
    try {
      flow = request.on_data(result.response, bytes);
      result.problem = "the request's sink closed the connection";
    } catch (const std::exception& e) {
      result.problem = std::string{"the request's sink threw: "} + e.what();
    } catch (...) {
      result.problem = "the request's sink threw";
    }
    if (flow == Flow::abort) {
      result.end = Exchange::End::aborted;
      return false;
    }
    enough = flow == Flow::enough;
    const bool was_ending = ending;
    ending = flow == Flow::ending;
    if (enough) {
      limits.watch.limit(Steady::now() + drain_time, Cut::enough);
    } else if (ending) {
      if (!was_ending) end_by = Steady::now() + ending_time;
      limits.watch.limit(end_by, Cut::enough);
    } else {
      flow == Flow::no_output ? limits.timer.received(Limits::now()) : limits.timer.output(Limits::now());
      limit_silence();
    }
    return true;
  }

  void limit_silence() noexcept { limits.limit(after(settings.idle_timeout), Phase::silence); }
  [[nodiscard]] static Steady::time_point after(Duration d) noexcept {
    const Steady::time_point now = Steady::now();
    return d > Steady::time_point::max() - now ? Steady::time_point::max() : now + d;
  }

  // Before cpp-httplib reads the status line: is it one? Interim answers before it are taken away.
  bool looks_like_http() {
    char first[status_line_limit];
    constexpr std::string_view opening = "HTTP/1.";
    for (std::size_t seen = 0;;) {
      const auto count = line.peek(first, sizeof first, static_cast<int>(seen) + 1);
      if (!count || *count <= seen) return true;  // cut or closed: cpp-httplib will find out
      seen = *count;
      const std::string_view text{first, seen};
      const bool begins_well = text.substr(0, opening.size()) == opening.substr(0, seen);
      const bool has_end = text.find('\n') != std::string_view::npos;
      const bool interim = begins_well && has_end && is_interim(status_of(text));
      if (const std::size_t head = interim ? head_size(text) : 0; head > 0) {
        line.take(head);
        seen = 0;
        continue;
      }
      not_http = !begins_well || ((!has_end || interim) && seen == sizeof first);
      if (not_http || (has_end && !interim)) break;
    }
    return !not_http;
  }
};

Connection::Connection(const HttpSettings& settings, const Url& url)
    : settings_{settings}, url_{url}, client_{make_client(settings, url)} {
  client_->set_keep_alive(true);
  client_->set_follow_location(false);
  client_->set_tcp_nodelay(true);
  client_->set_socket_options([this](auto descriptor) { line_.opened(static_cast<int>(descriptor)); });
  send_path_as_it_is(*client_);
  notices_handshakes_ = notice_handshakes(*client_, line_);
}

Connection::~Connection() = default;

// Per read, and there only so that a read ends at all: the watchdog comes first and knows why.
void Connection::set_backstop(const HttpRequest& request) {
  const Duration longest =
      std::max({settings_.first_byte_timeout, settings_.idle_timeout, request.first_byte_timeout});
  const auto backstop = std::min(longest, Duration{std::chrono::hours{24}}) + std::chrono::seconds{10};
  client_->set_read_timeout(std::chrono::duration_cast<std::chrono::microseconds>(backstop));
  client_->set_write_timeout(std::chrono::duration_cast<std::chrono::microseconds>(backstop));
}

bool Connection::usable() const { return client_->is_valid(); }

bool Connection::open() const { return client_->is_socket_open() != 0; }

void Connection::close() {
  client_->stop();
  line_.drop();
}

Exchange Connection::exchange(const HttpRequest& request, const std::string& address,
                              Duration connect_timeout, Limits& limits, Context& ctx) {
  Exchange result;
  Transfer transfer{settings_, request, ctx, limits, line_, result};
  set_backstop(request);
  if (open()) limits.timer.connected(Limits::now());
  limits.limit(limits.first_byte_by, Phase::first_output);
  if (!address.empty()) client_->set_hostname_addr_map({{url_.host, address}});
  client_->set_connection_timeout(std::chrono::duration_cast<std::chrono::microseconds>(connect_timeout) +
                                  std::chrono::microseconds{1});

  httplib::Request message;
  message.method = request.method;
  message.path = url_.path + request.path;
  for (const auto& [field, value] : request.headers) message.headers.emplace(field, value);
  for (const auto& [field, value] : settings_.headers) {
    if (!request.headers.has(field)) message.headers.emplace(field, value);
  }
  if (!message.has_header("Host")) message.headers.emplace("Host", url_.authority());
  if (!message.has_header("Accept")) message.headers.emplace("Accept", "*/*");
  // Compression would hold back the pieces of a stream.
  if (!message.has_header("Accept-Encoding")) message.headers.emplace("Accept-Encoding", "identity");
  if (!message.has_header("User-Agent")) message.headers.emplace("User-Agent", "aramid");

  message.response_handler = [&](const httplib::Response& response) { return transfer.head(response); };
  message.content_receiver = [&](const char* data, std::size_t size, auto&&...) {
    return transfer.body({data, size});
  };
  if (!request.body.empty()) {
    // A provider rather than a body: when it returns, the request has been written and nothing has been read.
    message.content_length_ = request.body.size();
    message.content_provider_ = [&](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
      if (!limits.timer.is_connected()) {
        limits.timer.connected(Limits::now());
        limits.limit(limits.first_byte_by, Phase::first_output);
      }
      if (!sink.write(request.body.data() + offset, length)) return false;
      return url_.tls || offset + length < request.body.size() || transfer.looks_like_http();
    };
  }

  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  result.end = Exchange::End::complete;
  const bool whole = client_->send(message, response, error);
  // An answer that cannot have a body does not go through the handler.
  if (whole && !result.head_seen) transfer.head(response);
  // The end of a TCP stream counts as a byte. Over TLS a farewell counts as some, so the head has to do.
  result.nothing_came = !result.head_seen && (url_.tls || line_.received().value_or(0) <= 1);
  if (line_.why() != Cut::none || !whole) {
    client_->stop();
    line_.drop();
  } else if (!open()) {
    line_.drop();
  }
  if (whole) return result;

  using End = Exchange::End;
  if (result.end != End::complete) return result;  // too large or aborted
  if (transfer.enough || line_.why() == Cut::enough) return result;
  if (transfer.not_http) {
    result.end = End::not_http;
  } else if (line_.why() != Cut::none) {
    result.end = End::cut;
  } else if (error == httplib::Error::SSLServerVerification) {
    result.end = End::not_trusted;
    result.problem = certificate_problem(*client_);
  } else if (error == httplib::Error::SSLLoadingCerts) {
    result.end = End::not_connected;
    result.problem = "the file with trusted certificates cannot be read";
  } else if (error == httplib::Error::SSLConnection) {
    result.end = End::not_connected;
    result.problem = "the TLS handshake failed";
  } else if (error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout) {
    result.end = End::not_connected;
    result.problem = error == httplib::Error::Connection ? "refused or unreachable" : "no answer in time";
  } else {
    result.end = End::lost;
  }
  return result;
}

}  // namespace detail

ARAMID_END
