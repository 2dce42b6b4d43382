// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Continue: the rest of an answer that broke off, asked for from where it stopped.

#include <aramid/adapters/continue.hpp>
#include <aramid/adapters/openai.hpp>
#include <aramid/adapters/restart.hpp>
#include <aramid/aramid.hpp>

#include "chunks.hpp"
#include "loopback.hpp"
#include "parse.hpp"
#include "scripted_chat.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using support::Answer;
using support::broken;
using support::chunk;
using support::Ear;
using support::Loopback;
using support::Peer;
using support::ScriptedChat;
using support::stream_head;
using support::whole;

namespace {

using Pair = Failover<Priority, Named<"a", ScriptedChat>, Named<"b", ScriptedChat>>;

}  // namespace

TEST_CASE("the next provider goes on from the text so far, and the seam is marked", "[adapters][continue]") {
  const ScriptedChat a{{broken({"Be", "cau"})}};
  const ScriptedChat b{{whole({"se", "."})}};
  Continue<Pair> chat{args(a, b)};
  Ear listener;
  Context ctx;
  const auto answer = chat(listener.restartable().request, ctx);
  REQUIRE(answer);
  CHECK(listener.text == "Because.");
  CHECK(listener.restarts == 0);
  CHECK(answer->text == "Because.");
  CHECK(answer->seams == std::vector<std::size_t>{5});
  CHECK(answer->finish_reason == FinishReason::stop);
  CHECK_FALSE(listener.has_partial());
  CHECK(ctx.provider() == "b");
  REQUIRE(b.calls() == 1);
  const std::vector<Message>& asked = b.requests()[0].messages;
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].content == "Why?");
  CHECK(asked[1].role == Role::assistant);
  CHECK(asked[1].content == "Becau");
}

TEST_CASE("an answer without a seam has none", "[adapters][continue]") {
  Continue<ScriptedChat> chat{ScriptedChat{{whole({"Because."})}}};
  Ear listener;
  CHECK(chat(listener.request).value().seams.empty());
  CHECK(chat("Why?").value().text == "Because.");
}

TEST_CASE("an answer may be gone on from more than once, each time from all of the text",
          "[adapters][continue]") {
  const ScriptedChat a{{broken({"Be"}), broken({"cau"}), whole({"se."})}};
  Continue<ScriptedChat, 2> chat{a};
  Ear listener;
  const auto answer = chat(listener.request);
  REQUIRE(answer);
  CHECK(answer->text == "Because.");
  CHECK(answer->seams == std::vector<std::size_t>{2, 5});
  CHECK(a.requests()[2].messages.back().content == "Becau");
}

TEST_CASE("what the caller began itself is gone on from in the same message", "[adapters][continue]") {
  const ScriptedChat a{{broken({"cau"}), whole({"se."})}};
  Continue<ScriptedChat> chat{a};
  Ear listener;
  listener.request.messages.push_back({.role = Role::assistant, .content = "Be"});
  CHECK(chat(listener.request).value().text == "cause.");
  REQUIRE(a.requests()[1].messages.size() == 2);
  CHECK(a.requests()[1].messages[1].content == "Becau");
}

TEST_CASE("a server that takes a text as complete is asked in words", "[adapters][continue]") {
  const ScriptedChat a{{broken({"Be"}), whole({"cause."})}};
  Continue<ScriptedChat, 1, AskToGoOn> chat{a};
  Ear listener;
  CHECK(chat(listener.request).value().text == "Because.");
  REQUIRE(a.requests()[1].messages.size() == 3);
  CHECK(a.requests()[1].messages[1].content == "Be");
  CHECK(a.requests()[1].messages[2].role == Role::user);
}

TEST_CASE("the rest gets what is left of max_tokens", "[adapters][continue]") {
  const std::pair<Usage, std::int64_t> rows[] = {
      {{}, 100 - 10}, {{.output_tokens = 30}, 70}, {{.output_tokens = 500}, 1}};
  for (const auto& [usage, left] : rows) {
    Answer first = broken({std::string(40, 'x')});
    first.usage = usage;
    const ScriptedChat a{{first, whole({"."})}};
    Continue<ScriptedChat> chat{a};
    Ear listener;
    listener.request.options.max_tokens = 100;
    REQUIRE(chat(listener.request));
    CHECK(a.requests()[1].options.max_tokens == left);
  }
}

TEST_CASE("the tokens of all parts are counted as far as they are known", "[adapters][continue]") {
  Answer first = broken({"Be"});
  first.usage = {.input_tokens = 4, .output_tokens = 1};
  Answer second = whole({"cause."});
  second.usage = {.input_tokens = 5, .output_tokens = 2};
  Continue<ScriptedChat> chat{ScriptedChat{{first, second}}};
  Ear listener;
  Context ctx;
  CHECK(chat(listener.request, ctx).value().usage.total() == 12);
  CHECK(ctx.usage.input_tokens == 9);
}

TEST_CASE("when the rest does not come, the caller gets all that was heard", "[adapters][continue]") {
  Ear listener;
  Context ctx;
  SECTION("it breaks off as well") {
    Continue<ScriptedChat> chat{
        ScriptedChat{{broken({"Be"}), broken({"cau"}, Fault::timed_out), whole({"!"})}}};
    CHECK(chat(listener.request, ctx).error().fault == Fault::interrupted);
    CHECK(listener.partial.completion.text == "Becau");
    CHECK(listener.partial.completion.seams == std::vector<std::size_t>{2});
    CHECK(listener.partial.cause == Fault::timed_out);
  }
  SECTION("it never begins") {
    const ScriptedChat a{{broken({"Be"}), broken({}, Fault::invalid_request), whole({"!"})}};
    Continue<ScriptedChat, 3> chat{a};
    const auto answer = chat(listener.request, ctx);
    CHECK(answer.error().fault == Fault::interrupted);
    CHECK(answer.error().history.size() == 2);
    CHECK(a.calls() == 2);
    CHECK(listener.partial.completion.text == "Be");
    CHECK(listener.partial.cause == Fault::connection_lost);
  }
  SECTION("the caller gives up") {
    Continue<ScriptedChat, 3> chat{
        ScriptedChat{{broken({"Be"}), broken({"cau"}, Fault::cancelled), whole({"!"})}}};
    CHECK(chat(listener.request, ctx).error().fault == Fault::cancelled);
    CHECK(listener.partial.completion.text == "Becau");
  }
  CHECK(listener.text == listener.partial.completion.text);
  CHECK(ctx.committed());
}

TEST_CASE("only text is gone on from", "[adapters][continue]") {
  const Choice rows[] = {{.refusal = "No"}, {.tool_calls = {{.name = "f", .arguments = "{"}}}};
  for (const Choice& more : rows) {
    Answer first = broken({"Be"});
    first.more = more;
    const ScriptedChat a{{first, whole({"cause."})}};
    Continue<ScriptedChat> chat{a};
    Ear listener;
    CHECK(chat(listener.request).error().fault == Fault::interrupted);
    CHECK(a.calls() == 1);
    CHECK(listener.partial.completion.text == "Be");
  }
}

TEST_CASE("a failure before any output, a cancel and a used-up ceiling are not gone on from",
          "[adapters][continue]") {
  Ear listener;
  for (const Answer& first : {broken({}, Fault::unavailable), broken({"Be"}, Fault::cancelled)}) {
    const ScriptedChat a{{first, whole({"cause."})}};
    Continue<ScriptedChat> chat{a};
    CHECK(chat(listener.request).error().fault == *first.breaks);
    CHECK(a.calls() == 1);
  }
  const ScriptedChat a{{broken({"Be"}), whole({"cause."})}};
  Continue<ScriptedChat> chat{a};
  Context ctx;
  ctx.max_attempts = 1;
  CHECK(chat(listener.request, ctx).error().fault == Fault::interrupted);
  CHECK(a.calls() == 1);
}

TEST_CASE("a Restart inside a Continue never voids what was heard before the seam", "[adapters][continue]") {
  const ScriptedChat a{{broken({"Oh"}), broken({"Be"}), broken({"cau"}), whole({"!"})}};
  Continue<Restart<ScriptedChat>> chat{args(a)};
  Ear listener;
  Context ctx;
  ctx.max_attempts = 10;
  CHECK(chat(listener.restartable().request, ctx).error().fault == Fault::interrupted);
  CHECK(a.calls() == 3);
  CHECK(listener.restarts == 1);
  CHECK(listener.text == "Becau");
  CHECK(listener.partial.completion.text == "Becau");
}

TEST_CASE("a Restart around a Continue begins the whole answer again", "[adapters][continue]") {
  const ScriptedChat a{{broken({"Oh"}), broken({" no"}), whole({"Because."})}};
  Restart<Continue<ScriptedChat>> chat{args(a)};
  Ear listener;
  const auto answer = chat(listener.restartable().request);
  REQUIRE(answer);
  CHECK(listener.restarts == 1);
  CHECK(listener.text == "Because.");
  CHECK(answer->seams.empty());
  CHECK(a.requests()[2].messages.size() == 1);
}

TEST_CASE("over a network the next server goes on from the text of the first", "[adapters][continue]") {
  const Loopback first{[](Peer& peer, int) {
    peer.request();
    peer.say(stream_head() + chunk(support::role_only) + chunk(support::says("Be")));
  }};
  std::string asked;
  const Loopback second{[&](Peer& peer, int) {
    asked = peer.request();
    peer.say(stream_head() + chunk(support::role_only) + chunk(support::says("cause.")) +
             chunk(support::stops) + chunk(support::is_done) + std::string{support::last_chunk});
  }};
  const auto make = [](const std::string& url) {
    return OpenAi{{.model = "m", .base_url = url, .api_key = Secret::none()}};
  };
  using Patient = Resilient<OpenAi, Retry<1, Backoff<Exponential, Jitter, 1ms, 2ms>>>;
  Continue<Failover<Priority, Named<"one", Patient>, Named<"two", Patient>>> chat{
      args(make(first.url()), make(second.url()))};
  Ear listener;
  const auto answer = chat(listener.request);
  REQUIRE(answer);
  CHECK(listener.text == "Because.");
  CHECK(answer->seams == std::vector<std::size_t>{2});
  CHECK(first.connections() == 1);
  const detail::Json body = detail::Json::parse(asked.substr(asked.find("\r\n\r\n") + 4));
  CHECK(body["messages"][1] == detail::Json::parse(R"({"role":"assistant","content":"Be"})"));
}
