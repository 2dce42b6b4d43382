// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Answers that only announce another one: 100, 102, 103.

#include <aramid/adapters/http.hpp>

#include "loopback.hpp"
#include "support/catch.hpp"

using namespace aramid;
using support::Loopback;
using support::Peer;
using support::response;

namespace {

const HttpRequest post{.method = "POST", .body = "x"};
const std::string early = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";

}  // namespace

TEST_CASE("interim answers are passed over, however many come and however they are split",
          "[adapters][http]") {
  const std::string before =
      "HTTP/1.1 100 Continue\r\nDate: now\r\n\r\n" + early + "HTTP/1.1 102 Processing\n\n" + early;
  const std::string all = before + response(200, "Because.");
  std::size_t split = 0;
  const Loopback server{[&](Peer& peer, int) {
    while (!peer.request().empty()) {
      peer.say(all.substr(0, split));
      peer.say(all.substr(split));
    }
  }};
  const Http http{{.base_url = server.url()}};
  for (; split < all.size(); ++split) {
    Context ctx;
    const auto answer = http(post, ctx);
    INFO(split);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "Because.");
    CHECK_FALSE(answer->headers.has("Link"));
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("an interim answer that no other follows is none", "[adapters][http]") {
  struct Row {
    std::string bytes;
    const char* body;
    Fault fault;
    const char* says;
  };
  const Row rows[] = {
      {early, "x", Fault::connection_lost, "broke"},
      {"HTTP/1.1 103 Early Hints\r\nLink: ", "x", Fault::connection_lost, "broke"},
      {"HTTP/1.1 103 Early Hints\r\nLink: " + std::string(20'000, 'a'), "x", Fault::malformed, "HTTP"},
      {early + "garbage", "x", Fault::malformed, "HTTP"},
      // Not read without a body, but never taken for the answer.
      {early + response(200, "Because."), "", Fault::malformed, "interim status 103"},
  };
  for (const Row& row : rows) {
    INFO(row.bytes.substr(0, 100));
    const Loopback server{[&](Peer& peer, int) {
      peer.request();
      peer.say(row.bytes);
    }};
    Context ctx;
    const auto answer = Http{{.base_url = server.url()}}({.method = "POST", .body = row.body}, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == row.fault);
    CHECK_THAT(answer.error().message.c_str(), support::contains(row.says));
    CHECK_THAT(answer.error().message.c_str(), !support::contains("Because."));
  }
}
