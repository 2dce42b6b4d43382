// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A sink of the caller's gets no byte twice: the call is committed before the first one.

#include <aramid/aramid.hpp>

#include <aramid/adapters/http.hpp>

#include "loopback.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using support::chunk;
using support::Loopback;
using support::Peer;
using support::response;
using support::stream_head;

namespace {

using Client = Resilient<Http, Retry<2, Backoff<Exponential, Jitter, 1ms, 2ms>>>;

const std::string broken = stream_head() + chunk("one") + chunk("two");
const std::string whole = broken + std::string{support::last_chunk};

// Says the n-th answer to the n-th connection, and the last one to all others.
Loopback::Handler in_turn(std::vector<std::string> answers) {
  return [answers = std::move(answers)](Peer& peer, int number) {
    peer.request();
    peer.say(answers[std::min(static_cast<std::size_t>(number), answers.size() - 1)]);
  };
}

struct Sink {
  std::string bytes;
  HttpRequest request;
  Sink() {
    request.on_data = [this](const HttpResponse&, std::string_view more) {
      bytes += more;
      return Flow::more;
    };
  }
};

struct NotYours final : CommitGate {
  [[nodiscard]] bool claim(unsigned) noexcept override { return false; }
};

}  // namespace

TEST_CASE("a body that breaks off after its first byte is not asked for again", "[adapters][http]") {
  const Loopback server{in_turn({broken, whole})};
  Client client{Http{{.base_url = server.url()}}};
  Sink sink;
  Context ctx;
  const auto answer = client(sink.request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::interrupted);
  CHECK(ctx.committed());
  CHECK(ctx.attempt() == 1);
  CHECK(sink.bytes == "onetwo");
}

TEST_CASE("an answer that breaks off before the first byte of its body is asked for again",
          "[adapters][http]") {
  const Loopback server{in_turn({stream_head(), response(503, "busy"), whole})};
  Client client{Http{{.base_url = server.url()}}};
  Sink sink;
  Context ctx;
  REQUIRE(client(sink.request, ctx));
  CHECK(ctx.attempt() == 3);
  CHECK(sink.bytes == "onetwo");
}

TEST_CASE("an error's body commits nothing", "[adapters][http]") {
  const Loopback server{in_turn({response(503, "busy")})};
  Sink sink;
  Context ctx;
  CHECK(Http{{.base_url = server.url()}}(sink.request, ctx).error().fault == Fault::overloaded);
  CHECK_FALSE(ctx.committed());
}

TEST_CASE("a body that nobody hears piece by piece commits nothing", "[adapters][http]") {
  const Loopback server{in_turn({broken, whole})};
  Client client{Http{{.base_url = server.url()}}};
  Context ctx;
  const auto answer = client(HttpRequest{}, ctx);
  REQUIRE(answer);
  CHECK(answer->body == "onetwo");
  CHECK_FALSE(ctx.committed());
}

TEST_CASE("a body that breaks off in a sink is interrupted without a stack too", "[adapters][http]") {
  const Loopback server{in_turn({broken})};
  Sink sink;
  Context ctx;
  CHECK(Http{{.base_url = server.url()}}(sink.request, ctx).error().fault == Fault::interrupted);
}

TEST_CASE("a sink that hands nothing out can leave the call uncommitted", "[adapters][http]") {
  const Loopback server{in_turn({broken, whole})};
  Client client{Http{{.base_url = server.url()}}};
  Sink sink;
  sink.request.commits = false;
  Context ctx;
  REQUIRE(client(sink.request, ctx));
  CHECK_FALSE(ctx.committed());
  CHECK(ctx.attempt() == 2);
  CHECK(sink.bytes == "onetwoonetwo");
}

TEST_CASE("a sink whose call has lost to a rival gets nothing", "[adapters][http]") {
  const Loopback server{in_turn({whole})};
  NotYours gate;
  Context ctx;
  CallAccess::set_gate(ctx, gate, 0);
  Sink sink;
  const auto answer = Http{{.base_url = server.url()}}(sink.request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::cancelled);
  CHECK(sink.bytes.empty());
  CHECK_FALSE(ctx.committed());
}
