// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http.hpp>

#include "loopback.hpp"
#include "support/catch.hpp"

#include <stdexcept>

using namespace aramid;
using namespace std::chrono_literals;
using support::Loopback;
using support::Peer;
using support::response;

namespace {

Http make(const std::string& url) { return Http{{.base_url = url}}; }

}  // namespace

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
  const Loopback server{[](Peer& peer, int) { peer.serve(response(503, "busy")); }};
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
      peer.serve(support::stream_head() + support::chunk("all") + std::string{support::last_chunk});
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
  const Loopback server{[](Peer& peer, int) { peer.serve(response(200, "body")); }};
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
  const Loopback server{[](Peer& peer, int) { peer.serve(response(200, std::string(5000, 'x'))); }};
  Context ctx;
  const auto answer = Http{{.base_url = server.url(), .max_body = 4000}}({}, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::malformed);
  CHECK_THAT(answer.error().message, support::contains("4000"));
}
