// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http.hpp>

#include "loopback.hpp"
#include "support/catch.hpp"

#include <string>

using namespace aramid;
using namespace std::chrono_literals;
using support::Loopback;
using support::Peer;

namespace {

Http make(const std::string& url) { return Http{{.base_url = url}}; }

}  // namespace

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

TEST_CASE("a status line that comes piece by piece is read, and an endless one refused", "[adapters][http]") {
  SECTION("piece by piece") {
    const Loopback server{[](Peer& peer, int) {
      peer.request();
      for (const char* piece : {"HT", "TP/1.1 2", "00 OK", "\r", "\nContent-Length: 2\r\n\r\nok"})
        peer.say(piece);
    }};
    Context ctx;
    CHECK(make(server.url())({.method = "POST", .body = "x"}, ctx).value().body == "ok");
  }
  SECTION("endless, and begun well") {
    const Loopback server{[](Peer& peer, int) {
      peer.request();
      peer.say("HTTP/1.1 200 ");
      const std::string piece(1000, 'a');
      while (peer.say(piece)) {
      }
    }};
    Context ctx;
    CHECK(make(server.url())({.method = "POST", .body = "x"}, ctx).error().fault == Fault::malformed);
  }
}

TEST_CASE("a server that goes away while it is written to does not end the process", "[adapters][http]") {
  const Loopback::Handler rows[] = {[](Peer& peer, int) { peer.reset(); },
                                    [](Peer& peer, int) {
                                      peer.take_some();
                                      peer.reset();
                                    }};
  for (const Loopback::Handler& handler : rows) {
    const Loopback server{handler};
    const Http http = make(server.url());
    for (int i = 0; i < 5; ++i) {
      Context ctx;
      const auto answer = http({.method = "POST", .body = std::string(std::size_t{8} << 20, 'x')}, ctx);
      REQUIRE_FALSE(answer);
      const Fault fault = answer.error().fault;
      CHECK((fault == Fault::connection_lost || fault == Fault::connection_failed));
    }
  }
}
