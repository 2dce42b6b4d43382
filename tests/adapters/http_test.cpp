// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http.hpp>

#include "loopback.hpp"
#include "support/catch.hpp"

#include <netdb.h>

#include <stdexcept>

using namespace aramid;
using namespace std::chrono_literals;
using support::Loopback;
using support::Peer;
using support::response;

namespace {

Http make(const std::string& url) { return Http{{.base_url = url}}; }

}  // namespace

TEST_CASE("a request arrives as it was made and its response comes back", "[adapters][http]") {
  std::string seen;
  const Loopback server{[&](Peer& peer, int) {
    seen = peer.request();
    peer.say(response(201, "{\"a\":1}", "X-Thing: yes\r\nx-ratelimit-remaining-requests: 7\r\n"));
  }};
  const Http http{
      {.base_url = server.url() + "/base/", .headers = {{"X-Default", "d"}, {"X-Both", "settings"}}}};
  Context ctx;
  const auto answer = http(
      {.method = "POST", .path = "/a%20b?q=1+2,3", .headers = {{"x-both", "request"}}, .body = "hello"}, ctx);
  REQUIRE(answer);
  CHECK(answer->status == 201);
  CHECK(answer->body == "{\"a\":1}");
  CHECK(answer->headers.find("x-thing") == "yes");
  CHECK_FALSE(answer->headers.has("absent"));
  CHECK(ctx.hints.requests.remaining == 7);
  CHECK_FALSE(ctx.committed());
  CHECK(seen.starts_with("POST /base/a%20b?q=1+2,3 HTTP/1.1\r\n"));
  CHECK_THAT(seen, support::contains("X-Default: d\r\n"));
  CHECK_THAT(seen, support::contains("x-both: request\r\n"));
  CHECK(seen.find("settings") == std::string::npos);
  CHECK_THAT(seen, support::contains("Host: 127.0.0.1:" + std::to_string(server.port())));
  CHECK(seen.ends_with("\r\n\r\nhello"));
}

TEST_CASE("a status other than 2xx is an error with the server's words", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) {
    peer.serve(response(429, "slow down", "Retry-After: 3\r\nx-ratelimit-limit-requests: 50\r\n"));
  }};
  const Http http = make(server.url());
  Context ctx;
  const auto refused = http({}, ctx);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().fault == Fault::rate_limited);
  CHECK(refused.error().status == 429);
  CHECK(refused.error().retry_after == 3s);
  CHECK(refused.error().message == "slow down");
  CHECK(ctx.hints.requests.limit == 50);
  const auto accepted = http({.accept_any_status = true}, ctx);
  REQUIRE(accepted);
  CHECK(accepted->status == 429);
  CHECK(accepted->body == "slow down");
}

TEST_CASE("what a server repeats of the request is cut out of the message", "[adapters][http]") {
  const Loopback server{
      [](Peer& peer, int) { peer.serve(response(400, "bad key sk-very-secret in 'my private text'")); }};
  const Http http = make(server.url());
  Context ctx;
  const auto refused = http(
      {.method = "POST", .headers = {{"Authorization", "Bearer sk-very-secret"}}, .body = "my private text"},
      ctx);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "bad key [redacted] in '[redacted]'");
}

TEST_CASE("an answer without a body has its status and headers", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 204 No Content\r\nX-Thing: yes\r\n\r\n");
    peer.request();
    peer.say("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n");
  }};
  const Http http = make(server.url());
  Context ctx;
  const auto answer = http({.method = "DELETE"}, ctx);
  REQUIRE(answer);
  CHECK(answer->status == 204);
  CHECK(answer->headers.find("x-thing") == "yes");
  CHECK(http({.method = "HEAD"}, ctx).error().fault == Fault::not_found);
}

TEST_CASE("redirects are not followed", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) {
    peer.serve(response(302, "", "Location: http://127.0.0.1:1/else?key=abc\r\n"));
  }};
  Context ctx;
  const auto answer = make(server.url())({}, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::not_found);
  CHECK_THAT(answer.error().message, support::contains("/else"));
  CHECK(answer.error().message.find("abc") == std::string::npos);
  CHECK(server.connections() == 1);
}

TEST_CASE("bad settings give one sentence and no object", "[adapters][http]") {
  const std::pair<const char*, const char*> rows[] = {{"", "empty"},
                                                      {"example.org", "no scheme"},
                                                      {"ftp://example.org", "neither http nor https"},
                                                      {"http://", "no host"},
                                                      {"http://:80", "no host"},
                                                      {"http://host:0", "port"},
                                                      {"http://host:65536", "port"},
                                                      {"http://host:", "port"},
                                                      {"http://host:80x", "port"},
                                                      {"http://ho st", "character"},
                                                      {"http://[::1", "]"},
                                                      {"http://[::1]80", ":port"},
                                                      {"http://user:hunter2@host", "user name"},
                                                      {"http://host/a?b", "?"},
                                                      {"http://host/a b", "space"}};
  for (const auto& [url, word] : rows) {
    INFO(url);
    const auto http = Http::make({.base_url = url});
    REQUIRE_FALSE(http);
    CHECK(http.error().fault == Fault::invalid_request);
    CHECK_THAT(http.error().message, support::contains(word));
    CHECK(http.error().message.find("hunter2") == std::string::npos);
  }
  CHECK_FALSE(Http::make({.base_url = "http://h", .max_connections = 0}));
  CHECK_FALSE(Http::make({.base_url = "http://h", .headers = {{"a b", ""}}}));
  CHECK_THROWS_AS(Http{{.base_url = "nonsense"}}, std::invalid_argument);
  CHECK(Http::make({.base_url = "HTTP://[::1]:8080/x/"}));
}

TEST_CASE("a request that would break out of its line is refused", "[adapters][http]") {
  const Http http = make("http://127.0.0.1:" + std::to_string(support::closed_port()));
  const HttpRequest rows[] = {{.method = "GET\r\nX: y"},
                              {.method = ""},
                              {.path = "no-slash"},
                              {.path = "/a b"},
                              {.path = "/a\r\nX: y"},
                              {.headers = {{"X\r\n", "y"}}},
                              {.headers = {{"X", "secret\r\nY: z"}}}};
  for (const HttpRequest& request : rows) {
    Context ctx;
    const auto answer = http(request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::invalid_request);
    CHECK(answer.error().message.find("secret") == std::string::npos);
  }
}

TEST_CASE("a port where nobody listens is a failed connection", "[adapters][http]") {
  Context ctx;
  const auto answer = make("http://127.0.0.1:" + std::to_string(support::closed_port()))({}, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::connection_failed);
  CHECK_THAT(answer.error().message, support::contains("127.0.0.1"));
}

TEST_CASE("localhost is looked up", "[adapters][http]") {
  addrinfo* known = nullptr;
  if (::getaddrinfo("localhost", nullptr, nullptr, &known) != 0) {
    WARN("skipped: this machine has no localhost, as a bare container without /etc/hosts");
    return;
  }
  ::freeaddrinfo(known);
  const Loopback server{[](Peer& peer, int) { peer.serve(response(200, "ok")); }};
  Context ctx;
  CHECK(make("http://localhost:" + std::to_string(server.port()))({}, ctx).value().body == "ok");
}

TEST_CASE("nothing is sent after the deadline or a stop request", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) { peer.serve(response(200, "ok")); }};
  const Http http = make(server.url());
  Context late;
  late.deadline = late.now();
  CHECK(http({}, late).error().fault == Fault::deadline_exceeded);
  std::stop_source stop;
  stop.request_stop();
  Context stopped;
  stopped.stop = stop.get_token();
  CHECK(http({}, stopped).error().fault == Fault::cancelled);
  CHECK(server.connections() == 0);
}

TEST_CASE("an Http that was moved from says so", "[adapters][http]") {
  Http http = make("http://127.0.0.1:1");
  const Http moved = std::move(http);
  Context ctx;
  CHECK(http({}, ctx).error().fault == Fault::invalid_request);  // NOLINT(bugprone-use-after-move)
}
