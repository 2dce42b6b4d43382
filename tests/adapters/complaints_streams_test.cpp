// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What users of other clients complain about: text that comes twice or is lost, streams that hang, and connections
// that a cancel leaves open. Each case names the reports it comes from.

#include <aramid/adapters/openai.hpp>
#include <aramid/aramid.hpp>

#include "chunks.hpp"
#include "loopback.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <chrono>
#include <future>

using namespace aramid;
using namespace std::chrono_literals;
using support::chunk;
using support::Ear;
using support::Loopback;
using support::Peer;
using support::says;
using support::stream_head;

namespace {

using Patient = Resilient<OpenAi, Retry<3, Delays<1ms, 1ms, 1ms>>>;
using Pair = Failover<Priority, Named<"ill", Patient>, Named<"well", Patient>>;

OpenAi make(const Loopback& server, Duration idle = 5s, std::size_t connections = 8) {
  OpenAiSettings settings;
  settings.model = "m";
  settings.base_url = server.url();
  settings.api_key = Secret::none();
  settings.first_byte_timeout = idle;
  settings.idle_timeout = idle;
  settings.max_connections = connections;
  return OpenAi{settings};
}

const std::string end{support::last_chunk};
const std::string because = stream_head() + chunk(support::role_only) + chunk(says("Be")) +
                            chunk(says("cause.")) + chunk(support::stops) + chunk(support::is_done) + end;

// Says the first answer to the first request, the last one for ever, each on a connection of its own.
struct Server {
  std::atomic<int> requests{0};
  std::vector<std::string> answers;
  Loopback loopback{[this](Peer& peer, int) {
    if (peer.request().empty()) return;
    const auto number = static_cast<std::size_t>(requests++);
    peer.say(answers[std::min(number, answers.size() - 1)]);
  }};

  explicit Server(std::vector<std::string> said) : answers{std::move(said)} {}
};

std::string in_band(const std::string& error) { return chunk(support::sse(error)); }
const std::string overloaded =
    in_band(R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})");

}  // namespace

// NuGuard#455, aden-hive#5923, livekit/agents-js#2477, ai-retry#51: after a part of the answer the retry said it
// again.
TEST_CASE("complaint 12: text that has been heard is not said again", "[adapters][complaints]") {
  Server ill{{stream_head() + chunk(says("Be"))}};
  Server well{{because}};
  Pair chat{make(ill.loopback), make(well.loopback)};
  Ear listener;
  const auto answer = chat(listener.request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::interrupted);
  CHECK(listener.text == "Be");
  CHECK(listener.partial.completion.text == "Be");
  CHECK(ill.requests == 1);
  CHECK(well.requests == 0);
}

// anomalyco/opencode#39968: of 23 bare ends of stream 7 were taken for whole answers and 16 cut tool calls
// repaired.
TEST_CASE("complaint 13: an answer or a tool call that is cut off is never taken for a whole one",
          "[adapters][complaints]") {
  for (const std::string& cut :
       {chunk(says("Be")) + end, chunk(says("Be")) + chunk(support::is_done) + end, chunk(says("Be")),
        chunk(support::names_tool) + chunk(support::calls_tool) + end}) {
    INFO(cut);
    Server server{{stream_head() + cut}};
    Patient chat{make(server.loopback)};
    Ear listener;
    const auto answer = chat(listener.request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::interrupted);
    CHECK(listener.has_partial());
    CHECK(server.requests == 1);
  }
  Server server{{stream_head() + chunk(support::role_only) + end, because}};
  Patient chat{make(server.loopback)};
  Ear listener;
  REQUIRE(chat(listener.request));
  CHECK(listener.text == "Because.");
}

// OmniRoute#8210, local-operator#223, langchain-ai/langchainjs#11579, rocketmq-dashboard#2178, houston#1211: the
// error in the stream was overlooked, and the answer an empty success.
TEST_CASE("complaint 14: an error in a stream is no empty answer, whatever follows it",
          "[adapters][complaints]") {
  for (const char* error :
       {R"({"error":{"message":"m","type":"server_error"}})", R"({"error":"m"})",
        R"({"object":"error","message":"m","code":500})",
        R"({"id":"g","choices":[],"error":{"code":502,"message":"m"}})",
        R"({"id":"g","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]})"}) {
    INFO(error);
    Server server{
        {stream_head() + chunk(support::role_only) + in_band(error) + chunk(support::is_done) + end}};
    Patient chat{make(server.loopback)};
    Ear listener;
    const auto answer = chat(listener.request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault != Fault::malformed);
    CHECK(listener.text.empty());
  }
}

// clicky#132, agent-os#2137, anthropics/anthropic-sdk-python#1258, UKGovernmentBEIS/inspect_ai#1831, #1885: an
// overload in the middle has status 200, so rules by status miss it.
TEST_CASE("complaint 15: an overload inside a stream is told by its type, not by the status 200",
          "[adapters][complaints]") {
  Server early{{stream_head() + chunk("event: error\n") + overloaded + end,
                stream_head() + chunk(support::role_only) + overloaded, because}};
  Patient chat{make(early.loopback)};
  Ear listener;
  Context ctx;
  REQUIRE(chat(listener.request, ctx));
  CHECK(early.requests == 3);
  CHECK(listener.text == "Because.");
  Server late{{stream_head() + chunk(says("Be")) + overloaded + end}};
  Patient other{make(late.loopback)};
  Ear heard;
  const auto answer = other(heard.request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::interrupted);
  CHECK(heard.partial.cause == Fault::overloaded);
  CHECK(late.requests == 1);
}

// vercel/ai#18667, maximhq/bifrost#5395, #2917: an error in the first event was neither retried nor failed over.
TEST_CASE("complaint 16: an error in the first event of a stream is retried, then failed over",
          "[adapters][complaints]") {
  Server ill{{stream_head() + in_band(R"({"error":{"message":"m","type":"server_error"}})") + end}};
  Server well{{because}};
  Pair chat{make(ill.loopback), make(well.loopback)};
  Ear listener;
  Context ctx;
  ctx.max_attempts = 3;
  REQUIRE(chat(listener.request, ctx));
  CHECK(ill.requests == 2);
  CHECK(well.requests == 1);
  CHECK(listener.text == "Because.");
}

// openai/codex#3229, #3267, #23807: a pooled connection that had gone silent was used again and again. #658: a
// limit on the whole call ended healthy streams.
TEST_CASE("complaint 17: a retry leaves the silent connection, and a long healthy stream is left alone",
          "[adapters][complaints]") {
  SECTION("a connection that has gone silent") {
    const Loopback server{[](Peer& peer, int number) {
      peer.request();
      peer.say(because);
      if (peer.request().empty()) return;
      if (number == 0) return peer.wait_for_close();
      peer.say(because);
    }};
    Patient chat{make(server, 300ms)};
    Ear first;
    Ear second;
    REQUIRE(chat(first.request));
    Context ctx;
    REQUIRE(chat(second.request, ctx));
    CHECK(second.text == "Because.");
    CHECK(ctx.attempt() == 2);
    CHECK(server.connections() == 2);
  }
  SECTION("a stream that is longer than any of its silences may be") {
    const Loopback server{[](Peer& peer, int) {
      peer.request();
      peer.say(stream_head());
      peer.drip(chunk(says("a")), 120);
      peer.say(chunk(support::stops) + end);
    }};
    Patient chat{make(server, 400ms)};
    Ear listener;
    REQUIRE(chat(listener.request));
    CHECK(listener.text == std::string(120, 'a'));
  }
}

// BerriAI/litellm#29767: comments kept a dead stream alive. maximhq/bifrost#6472, #7034: a slow drip never ended,
// and no limit held before the headers.
TEST_CASE("complaint 18: comments, silence before the headers and an endless drip all end",
          "[adapters][complaints]") {
  const auto begun = std::chrono::steady_clock::now();
  Server well{{because}};
  SECTION("comments") {
    const Loopback ill{[](Peer& peer, int) {
      peer.request();
      peer.say(stream_head());
      peer.drip(chunk(": keep-alive\n\n"));
    }};
    Failover<Priority, Named<"ill", OpenAi>, Named<"well", OpenAi>> chat{make(ill, 100ms),
                                                                         make(well.loopback)};
    Ear listener;
    REQUIRE(chat(listener.request));
    CHECK(listener.text == "Because.");
  }
  SECTION("no headers") {
    const Loopback ill{[](Peer& peer, int) {
      peer.request();
      peer.wait_for_close();
    }};
    Failover<Priority, Named<"ill", OpenAi>, Named<"well", OpenAi>> chat{make(ill, 100ms),
                                                                         make(well.loopback)};
    Ear listener;
    REQUIRE(chat(listener.request));
  }
  SECTION("a letter at a time, for ever") {
    const Loopback ill{[](Peer& peer, int) {
      peer.request();
      peer.say(stream_head());
      peer.drip(chunk(says("a")));
    }};
    Resilient<OpenAi, Timeout<200ms>> chat{make(ill, 10s)};
    Ear listener;
    const auto answer = chat(listener.request);
    REQUIRE_FALSE(answer);
    CHECK(listener.partial.cause == Fault::timed_out);
    CHECK_FALSE(listener.text.empty());
  }
  CHECK(std::chrono::steady_clock::now() - begun < 5s);
}

// docker/docker-agent#2349, openai/openai-go#227: a comment line went to the JSON parser.
TEST_CASE("complaint 19: comments may stand anywhere between the events", "[adapters][complaints]") {
  const std::string comment = ": OPENROUTER PROCESSING\n\n";
  Server server{{stream_head() + chunk(comment + comment) + chunk(comment + says("Be")) +
                 chunk(":\n" + says("cause.") + comment) +
                 chunk(support::stops + comment + support::is_done) + end}};
  Patient chat{make(server.loopback)};
  Ear listener;
  REQUIRE(chat(listener.request));
  CHECK(listener.text == "Because.");
  CHECK(server.requests == 1);
}

// BerriAI/litellm#9178, #30244, #13774, #21213, #31499: the upstream connection stayed open, and the pool ran dry.
TEST_CASE("complaint 20: a cancel closes the connection at once, and the next call finds one",
          "[adapters][complaints]") {
  std::promise<void> closed;
  const Loopback server{[&](Peer& peer, int number) {
    peer.request();
    if (number > 0) {
      peer.say(because);
      return;
    }
    peer.say(stream_head() + chunk(says("Be")));
    peer.wait_for_close();
    closed.set_value();
  }};
  Patient chat{make(server, 30s, 1)};
  std::stop_source source;
  Ear listener;
  ChatRequest request = listener.request;
  request.on_text = [&](std::string_view) { source.request_stop(); };
  Context ctx;
  ctx.stop = source.get_token();
  const auto answer = chat(request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::cancelled);
  REQUIRE(closed.get_future().wait_for(5s) == std::future_status::ready);
  Ear next;
  Context again;
  again.deadline = again.now() + 5s;
  REQUIRE(chat(next.request, again));
  CHECK(next.text == "Because.");
}

// Houston HOU-930, houston#1211: the finish reason "error" was not known, and taken for a content filter's.
TEST_CASE("complaint 24: a finish reason that is an error is one, a filter is none, and a new word is kept",
          "[adapters][complaints]") {
  const auto finishing = [](const std::string& reason) {
    return stream_head() + chunk(says("Be")) + chunk(support::delta("{}", '"' + reason + '"')) +
           chunk(support::is_done) + end;
  };
  Server broken{{finishing("error")}};
  Server filtered{{finishing("content_filter")}};
  Server unknown{{finishing("a_new_word")}};
  Ear first;
  const auto error = Patient{make(broken.loopback)}(first.request);
  REQUIRE_FALSE(error);
  CHECK(error.error().fault == Fault::interrupted);
  CHECK(first.partial.cause == Fault::unavailable);
  Ear second;
  const auto filter = Patient{make(filtered.loopback)}(second.request);
  REQUIRE(filter);
  CHECK(filter->finish_reason == FinishReason::content_filter);
  Ear third;
  const auto other = Patient{make(unknown.loopback)}(third.request);
  REQUIRE(other);
  CHECK(other->finish_reason == FinishReason::other);
  CHECK(other->finish_reason_text == "a_new_word");
}
