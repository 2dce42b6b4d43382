// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Two attempts at one stream: the first that has something to say speaks, and the other one is never heard.

#include <aramid/aramid.hpp>
#include <aramid/hedge.hpp>

#include <aramid/adapters/openai.hpp>
#include <aramid/adapters/restart.hpp>

#include "chunks.hpp"
#include "loopback.hpp"
#include "support/catch.hpp"

#include <future>

using namespace aramid;
using namespace std::chrono_literals;
using support::chunk;
using support::Ear;
using support::Loopback;
using support::Peer;
using support::stream_head;

namespace {

OpenAi make(const std::string& url) {
  return OpenAi{{.model = "m", .base_url = url, .api_key = Secret::none()}};
}

const std::string rest = chunk(support::says("cause.")) + chunk(support::stops) + chunk(support::is_done) +
                         std::string{support::last_chunk};

struct NotYours final : CommitGate {
  [[nodiscard]] bool claim(unsigned) noexcept override { return false; }
};

}  // namespace

TEST_CASE("of two attempts at one stream the first with something to say is heard, and nothing of the other",
          "[adapters][hedge]") {
  std::promise<void> both_asked;
  std::promise<void> heard;
  std::promise<void> loser_gone;
  const auto is_heard = heard.get_future().share();
  const auto is_gone = loser_gone.get_future().share();
  const auto are_asked = both_asked.get_future().share();
  const Loopback server{[&](Peer& peer, int number) {
    peer.request();
    if (number == 0) {
      // Begun, but with nothing to hear; it speaks when the other one has been heard.
      peer.say(stream_head() + chunk(support::role_only));
      is_heard.wait();
      peer.say(chunk(support::says("Late")));
      peer.wait_for_close();
      loser_gone.set_value();
    } else {
      both_asked.set_value();
      peer.say(stream_head() + chunk(support::role_only) + chunk(support::says("Be")));
      is_gone.wait();
      peer.say(rest);
    }
  }};
  Hedge<OpenAi, After<0s>> chat{make(server.url())};
  Ear listener;
  listener.request.on_text = [&](std::string_view piece) {
    if (listener.text.empty()) heard.set_value();
    listener.text += piece;
  };
  Context ctx;
  const auto answer = chat(listener.request, ctx);
  are_asked.wait();
  REQUIRE(answer);
  CHECK(answer->text == "Because.");
  CHECK(listener.text == "Because.");
  CHECK_FALSE(listener.has_partial());
  CHECK(ctx.committed());
  CHECK(chat.totals().launched == 1);
}

TEST_CASE("a hedged stream that broke off after its first output is interrupted, with what had arrived",
          "[adapters][hedge]") {
  const Loopback server{[&](Peer& peer, int number) {
    peer.request();
    if (number == 0) peer.say(stream_head() + chunk(support::says("Be")));
    if (number > 0) peer.wait_for_close();
  }};
  Hedge<OpenAi, After<60s>> chat{make(server.url())};
  Ear listener;
  CHECK(chat(listener.request).error().fault == Fault::interrupted);
  CHECK(listener.text == "Be");
  CHECK(listener.partial.completion.text == "Be");
}

TEST_CASE("a hedged stream can be restarted, outside the hedge and inside", "[adapters][hedge]") {
  const auto handler = [](Peer& peer, int number) {
    peer.request();
    peer.say(stream_head() + chunk(support::says("Be")) + (number == 0 ? std::string{} : rest));
  };
  const Loopback server{handler};
  const Loopback another{handler};
  Ear listener;
  Restart<Hedge<OpenAi, After<60s>>> outside{args(make(server.url()))};
  REQUIRE(outside(listener.restartable().request));
  CHECK(listener.text == "Because.");
  CHECK(listener.restarts == 1);

  listener.text.clear();
  Hedge<Restart<OpenAi>, After<60s>> inside{args(make(another.url()))};
  REQUIRE(inside(listener.request));
  CHECK(listener.text == "Because.");
  CHECK(listener.restarts == 2);
}

TEST_CASE("a stream that has lost to a rival hands nothing out and ends as cancelled", "[adapters][hedge]") {
  const std::string answers[] = {
      stream_head() + chunk(support::says("Be")) + rest,
      stream_head() + chunk(support::names_tool + support::calls_tool + support::stops) +
          chunk(support::is_done) + std::string{support::last_chunk},
      support::response(200, R"({"choices":[{"message":{"content":"Because."},"finish_reason":"stop"}]})")};
  for (const std::string& bytes : answers) {
    INFO(bytes);
    const Loopback server{[&](Peer& peer, int) {
      peer.request();
      peer.say(bytes);
    }};
    NotYours gate;
    Context ctx;
    CallAccess::set_gate(ctx, gate, 0);
    Ear listener;
    const auto answer = make(server.url())(listener.request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::cancelled);
    CHECK_THAT(answer.error().message, support::contains("another attempt"));
    CHECK(listener.pieces == 0);
    CHECK_FALSE(listener.has_partial());
    CHECK_FALSE(ctx.committed());
  }
}
