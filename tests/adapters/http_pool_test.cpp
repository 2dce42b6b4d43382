// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http.hpp>

#include "loopback.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;
using support::Loopback;
using support::Peer;
using support::response;

namespace {

Http make(const std::string& url) { return Http{{.base_url = url}}; }

}  // namespace

TEST_CASE("one connection serves call after call", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) { peer.serve(response(200, "ok")); }};
  const Http http = make(server.url());
  for (int i = 0; i < 5; ++i) {
    Context ctx;
    REQUIRE(http({}, ctx).value().body == "ok");
    REQUIRE(http({.method = "POST", .body = "x"}, ctx).value().body == "ok");
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("many threads share one object and no more connections than allowed", "[adapters][http]") {
  const Loopback server{[](Peer& peer, int) { peer.serve(response(200, "ok")); }};
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
      if (number > 0) return peer.serve(response(200, "ok"));
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
