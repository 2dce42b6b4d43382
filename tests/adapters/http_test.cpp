// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http.hpp>
#include <aramid/testing.hpp>

#include "loopback.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <future>
#include <thread>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;
using support::Loopback;
using support::Peer;
using support::response;

namespace {

// Long enough that only a hang reaches it, short enough that a hang is seen.
constexpr auto far_too_long = 20s;

Http make(const std::string& url) { return Http{{.base_url = url}}; }

void serve_forever(Peer& peer, std::string_view answer) {
  while (!peer.request().empty()) {
    if (!peer.say(answer)) return;
  }
}

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

TEST_CASE("one connection serves call after call", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) { serve_forever(peer, response(200, "ok")); }};
  const Http http = make(server.url());
  for (int i = 0; i < 5; ++i) {
    Context ctx;
    REQUIRE(http({}, ctx).value().body == "ok");
    REQUIRE(http({.method = "POST", .body = "x"}, ctx).value().body == "ok");
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("many threads share one object and no more connections than allowed", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) { serve_forever(peer, response(200, "ok")); }};
  const Http http{{.base_url = server.url(), .max_connections = 3}};
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) {
          Context ctx;
          const auto answer =
              http({.method = i % 2 == 0 ? "GET" : "POST", .body = i % 2 == 0 ? "" : "x"}, ctx);
          if (answer && answer->body == "ok") ++good;
        }
      });
    }
  }
  CHECK(good == 160);
  CHECK(server.connections() <= 3);
}

TEST_CASE("a call that finds all connections busy waits no longer than its deadline or its caller",
          "[adapters][http]") {
  std::promise<void> arrived;
  const Loopback server{[&](Peer& peer, int) {
    peer.request();
    arrived.set_value();
    peer.wait_for_close();
  }};
  const Http http{{.base_url = server.url(), .max_connections = 1}};
  std::stop_source stop;
  std::jthread holder{[&] {
    Context ctx;
    ctx.stop = stop.get_token();
    CHECK(http({}, ctx).error().fault == Fault::cancelled);
  }};
  arrived.get_future().wait();
  Context late;
  late.deadline = late.now() + 50ms;
  CHECK(http({}, late).error().fault == Fault::deadline_exceeded);
  std::stop_source other;
  std::jthread canceller{[&] { other.request_stop(); }};
  Context cancelled;
  cancelled.stop = other.get_token();
  CHECK(http({}, cancelled).error().fault == Fault::cancelled);
  stop.request_stop();
}

TEST_CASE("a pooled connection that the server closed costs no error", "[adapters][http]") {
  SECTION("closed in order") {
    const Loopback server{[](Peer& peer, int) {
      peer.request();
      peer.say(response(200, "ok"));
    }};
    const Http http = make(server.url());
    for (int i = 0; i < 4; ++i) {
      Context ctx;
      REQUIRE(http({.method = "POST", .body = "x"}, ctx).value().body == "ok");
    }
    CHECK(server.connections() == 4);
  }
  SECTION("reset when the next request comes") {
    const Loopback server{[](Peer& peer, int number) {
      peer.request();
      peer.say(response(200, "ok"));
      if (number > 0) return serve_forever(peer, response(200, "ok"));
      peer.request();
      peer.reset();
    }};
    const Http http = make(server.url());
    Context ctx;
    REQUIRE(http({.method = "POST", .body = "x"}, ctx));
    REQUIRE(http({.method = "POST", .body = "x"}, ctx));
    CHECK(server.connections() == 2);
  }
  SECTION("but a fresh one that breaks is an error") {
    const Loopback server{[](Peer& peer, int) {
      peer.request();
      peer.reset();
    }};
    Context ctx;
    const auto answer = make(server.url())({}, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::connection_lost);
    CHECK(server.connections() == 1);
  }
}

TEST_CASE("a status other than 2xx is an error with the server's words", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) {
    serve_forever(peer, response(429, "slow down", "Retry-After: 3\r\nx-ratelimit-limit-requests: 50\r\n"));
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
  const Loopback server{[](Peer& peer, int) {
    serve_forever(peer, response(400, "bad key sk-very-secret in 'my private text'"));
  }};
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
    serve_forever(peer, response(302, "", "Location: http://127.0.0.1:1/else?key=abc\r\n"));
  }};
  Context ctx;
  const auto answer = make(server.url())({}, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::not_found);
  CHECK_THAT(answer.error().message, support::contains("/else"));
  CHECK(answer.error().message.find("abc") == std::string::npos);
  CHECK(server.connections() == 1);
}

TEST_CASE("a sink gets the body piece by piece and the head with it", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int number) {
    while (!peer.request().empty()) {
      if (number > 0) return;
      peer.say(support::stream_head() + support::chunk("one") + support::chunk("two") +
               std::string{support::last_chunk});
    }
  }};
  const Http http = make(server.url());
  for (int i = 0; i < 2; ++i) {
    Context ctx;
    std::string body;
    int status = 0;
    const auto answer = http({.method = "POST",
                              .body = "x",
                              .on_data =
                                  [&](const HttpResponse& head, std::string_view bytes) {
                                    status = head.status;
                                    body += bytes;
                                    return Flow::more;
                                  }},
                             ctx);
    REQUIRE(answer);
    CHECK(status == 200);
    CHECK(body == "onetwo");
    CHECK(answer->body.empty());
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("an error body is collected, not given to the sink", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) { serve_forever(peer, response(503, "busy")); }};
  Context ctx;
  bool called = false;
  const auto answer = make(server.url())({.on_data =
                                              [&](const HttpResponse&, std::string_view) {
                                                called = true;
                                                return Flow::more;
                                              }},
                                         ctx);
  CHECK_FALSE(called);
  CHECK(answer.error().message == "busy");
}

TEST_CASE("a sink that has enough ends the call well, and keeps the connection if it can",
          "[adapters][http]") {
  const auto enough = [](const HttpResponse&, std::string_view) { return Flow::enough; };
  SECTION("the server ends soon") {
    const Loopback server{[](Peer& peer, int) {
      serve_forever(peer, support::stream_head() + support::chunk("all") + std::string{support::last_chunk});
    }};
    const Http http = make(server.url());
    Context ctx;
    REQUIRE(http({.on_data = enough}, ctx));
    REQUIRE(http({.on_data = enough}, ctx));
    CHECK(server.connections() == 1);
  }
  SECTION("the server never ends") {
    const Loopback server{[](Peer& peer, int) {
      peer.request();
      peer.say(support::stream_head() + support::chunk("all"));
      peer.wait_for_close();
    }};
    Context ctx;
    REQUIRE(make(server.url())({.on_data = enough}, ctx));
  }
  SECTION("the server goes on and on") {
    const Loopback server{[](Peer& peer, int) {
      peer.request();
      peer.say(support::stream_head());
      while (peer.say(support::chunk(std::string(1000, 'x')))) {
      }
    }};
    Context ctx;
    REQUIRE(make(server.url())({.on_data = enough}, ctx));
  }
}

TEST_CASE("a sink that aborts or throws ends the call as cancelled", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) { serve_forever(peer, response(200, "body")); }};
  const Http http = make(server.url());
  Context ctx;
  CHECK(http({.on_data = [](const HttpResponse&, std::string_view) { return Flow::abort; }}, ctx)
            .error()
            .fault == Fault::cancelled);
  const auto thrown =
      http({.on_data = [](const HttpResponse&, std::string_view) -> Flow { throw std::runtime_error{"oh"}; }},
           ctx);
  CHECK(thrown.error().fault == Fault::cancelled);
  CHECK_THAT(thrown.error().message, support::contains("oh"));
  CHECK(http({}, ctx));
}

TEST_CASE("a body larger than allowed is refused", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) { serve_forever(peer, response(200, std::string(5000, 'x'))); }};
  Context ctx;
  const auto answer = Http{{.base_url = server.url(), .max_body = 4000}}({}, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::malformed);
  CHECK_THAT(answer.error().message, support::contains("4000"));
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
  const Loopback server{[](Peer& peer, int) { serve_forever(peer, response(200, "ok")); }};
  Context ctx;
  CHECK(make("http://localhost:" + std::to_string(server.port()))({}, ctx).value().body == "ok");
}

TEST_CASE("nothing is sent after the deadline or a stop request", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) { serve_forever(peer, response(200, "ok")); }};
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

namespace {

// A server that misbehaves after a request; it calls `stuck` when it has come that far.
struct SlowServer {
  const char* what;
  void (*handle)(Peer& peer, const std::function<void()>& stuck);
};

const SlowServer slow_servers[] = {
    {"never answers",
     [](Peer& peer, const auto& stuck) {
       peer.request();
       stuck();
       peer.wait_for_close();
     }},
    {"stops after the head",
     [](Peer& peer, const auto& stuck) {
       peer.request();
       peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
       stuck();
       peer.wait_for_close();
     }},
    {"drips its head",
     [](Peer& peer, const auto& stuck) {
       peer.request();
       peer.say("HTTP/1.1 200 OK\r\n");
       stuck();
       peer.drip("X-Drip: 1\r\n");
     }},
    {"drips its body",
     [](Peer& peer, const auto& stuck) {
       peer.request();
       peer.say(support::stream_head());
       stuck();
       peer.drip(support::chunk("x"));
     }},
    {"never takes the request",
     [](Peer& peer, const auto& stuck) {
       stuck();
       peer.wait_for_close();
     }},
};

Loopback::Handler without_notice(const SlowServer& server) {
  return [handle = server.handle](Peer& peer, int) { handle(peer, [] {}); };
}

// Asks until `reached` is kept, then requests the stop.
Outcome<HttpResponse> ask_and_stop(const Http& http, const HttpRequest& request, std::future<void> reached) {
  std::stop_source stop;
  Context ctx;
  ctx.stop = stop.get_token();
  const std::jthread caller{[&] {
    reached.wait();
    stop.request_stop();
  }};
  return http(request, ctx);
}

}  // namespace

TEST_CASE("the deadline ends a call in every phase", "[adapters][http]") {
  for (const SlowServer& slow : slow_servers) {
    INFO(slow.what);
    const Loopback server{without_notice(slow)};
    const Http http = make(server.url());
    for (const char* body : {"", "x"}) {
      Context ctx;
      ctx.deadline = ctx.now() + 80ms;
      const auto begin = std::chrono::steady_clock::now();
      const auto answer = http({.method = "POST", .body = body}, ctx);
      CHECK(std::chrono::steady_clock::now() - begin < far_too_long);
      REQUIRE_FALSE(answer);
      CHECK(answer.error().fault == Fault::timed_out);
      CHECK_THAT(answer.error().message, support::contains("deadline"));
    }
  }
}

TEST_CASE("a stop request ends a call in every phase", "[adapters][http]") {
  for (const SlowServer& slow : slow_servers) {
    INFO(slow.what);
    for (const char* body : {"", "x"}) {
      std::promise<void> stuck;
      const Loopback server{[&](Peer& peer, int) { slow.handle(peer, [&] { stuck.set_value(); }); }};
      const auto begin = std::chrono::steady_clock::now();
      const auto answer =
          ask_and_stop(make(server.url()), {.method = "POST", .body = body}, stuck.get_future());
      CHECK(std::chrono::steady_clock::now() - begin < far_too_long);
      REQUIRE_FALSE(answer);
      CHECK(answer.error().fault == Fault::cancelled);
    }
  }
}

TEST_CASE("a connect without an answer ends at its timeout, at the deadline or with a stop request",
          "[adapters][http]") {
  const support::FullPort nobody;
  Context ctx;
  const auto slow = Http{{.base_url = nobody.url(), .connect_timeout = 60ms}}({}, ctx);
  REQUIRE_FALSE(slow);
  CHECK(slow.error().fault == Fault::connection_failed);

  Context late;
  late.deadline = late.now() + 60ms;
  const auto timed = make(nobody.url())({}, late);
  REQUIRE_FALSE(timed);
  CHECK(timed.error().fault == Fault::timed_out);

  std::promise<void> at_once;
  at_once.set_value();
  const auto stopped = ask_and_stop(make(nobody.url()), {}, at_once.get_future());
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().fault == Fault::cancelled);
}

TEST_CASE("a server that is silent for too long is a timeout without any deadline", "[adapters][http]") {
  const Loopback silent{without_notice(slow_servers[0])};
  Context ctx;
  const auto first = Http{{.base_url = silent.url(), .first_byte_timeout = 60ms}}({}, ctx);
  CHECK(first.error().fault == Fault::timed_out);
  CHECK_THAT(first.error().message, support::contains("60 ms"));
  const Loopback halting{without_notice(slow_servers[1])};
  const auto idle = Http{{.base_url = halting.url(), .idle_timeout = 60ms}}({}, ctx);
  CHECK(idle.error().fault == Fault::timed_out);
  CHECK_THAT(idle.error().message, support::contains("60 ms"));
}

TEST_CASE("on a virtual time line the time left runs in real time", "[adapters][http]") {
  testing::ManualClock clock;
  const Loopback server{without_notice(slow_servers[0])};
  Context ctx{clock.context()};
  ctx.deadline = ctx.now() + 50ms;
  CHECK(make(server.url())({}, ctx).error().fault == Fault::timed_out);
}

TEST_CASE("what is no HTTP is malformed", "[adapters][http]") {
  const std::string rows[] = {"SSH-2.0-server\r\n", "garbage", std::string(100'000, 'a'),
                              "HTTP/1.1 200 " + std::string(300'000, 'a') + "\r\n"};
  for (const std::string& bytes : rows) {
    const Loopback server{[&](Peer& peer, int) {
      peer.request();
      peer.say(bytes);
      peer.wait_for_close();
    }};
    Context ctx;
    const auto answer = make(server.url())({.method = "POST", .body = "x"}, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::malformed);
    CHECK_THAT(answer.error().message, support::contains("HTTP"));
  }
}

TEST_CASE("a connection that breaks before the answer is whole is lost", "[adapters][http]") {
  const char* const rows[] = {"", "HTTP/1.1 200 OK\r\nContent-Le",
                              "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"};
  for (const char* bytes : rows) {
    INFO(bytes);
    const Loopback server{[&](Peer& peer, int) {
      peer.request();
      peer.say(bytes);
    }};
    for (const char* body : {"", "x"}) {
      Context ctx;
      const auto answer = make(server.url())({.method = "POST", .body = body}, ctx);
      REQUIRE_FALSE(answer);
      CHECK(answer.error().fault == Fault::connection_lost);
    }
  }
}

TEST_CASE("an error status counts even if its body breaks off", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\nRetry-After: 4\r\n\r\nhal");
  }};
  Context ctx;
  const auto answer = make(server.url())({}, ctx);
  CHECK(answer.error().fault == Fault::overloaded);
  CHECK(answer.error().retry_after == 4s);
}

TEST_CASE("an endless header ends the call before it takes all memory", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nX-Long: ");
    const std::string piece(100'000, 'a');
    while (peer.say(piece)) {
    }
  }};
  Context ctx;
  const auto answer = make(server.url())({}, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::malformed);
}
