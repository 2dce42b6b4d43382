// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http.hpp>
#include <aramid/testing.hpp>

#include "loopback.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <thread>

using namespace aramid;
using namespace std::chrono_literals;
using support::Loopback;
using support::Peer;

namespace {

// Long enough that only a hang reaches it, short enough that a hang is seen.
constexpr auto far_too_long = 20s;

Http make(const std::string& url) { return Http{{.base_url = url}}; }

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
