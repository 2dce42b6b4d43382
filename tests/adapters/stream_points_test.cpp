// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A stream that breaks off, at every point: before its first output nobody notices, after it the caller learns what
// had arrived.

#include <aramid/aramid.hpp>

#include <aramid/adapters/openai.hpp>

#include "chunks.hpp"
#include "loopback.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <stdexcept>

using namespace aramid;
using namespace std::chrono_literals;
using support::chunk;
using support::Ear;
using support::Loopback;
using support::Peer;
using support::stream_head;

namespace {

using Patient = Resilient<OpenAi, Retry<1, Backoff<Exponential, Jitter, 1ms, 2ms>>>;

OpenAi make(const std::string& url) {
  return OpenAi{{.model = "m", .base_url = url, .api_key = Secret::none(), .idle_timeout = 60ms}};
}

const std::string because = stream_head() + chunk(support::role_only) + chunk(support::says("Be")) +
                            chunk(support::says("cause.")) + chunk(support::stops) + chunk(support::is_done) +
                            std::string{support::last_chunk};

Loopback::Handler once(std::string answer) {
  return [answer = std::move(answer)](Peer& peer, int) {
    peer.request();
    peer.say(answer);
  };
}

const std::string usage = support::sse(R"({"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":6}})");

}  // namespace

TEST_CASE("a stream cut off at any byte is heard once, and is interrupted only if it was heard",
          "[adapters][stream]") {
  std::atomic<std::size_t> cut{0};
  std::atomic<bool> whole{false};
  const Loopback server{[&](Peer& peer, int) {
    peer.request();
    peer.say(whole.exchange(true) ? because : because.substr(0, cut.load()));
  }};
  enum class End { retried, interrupted, complete };
  End reached = End::retried;
  int counts[3] = {};
  for (; cut < because.size(); ++cut) {
    whole = false;
    Patient client{make(server.url())};
    Ear listener;
    Context ctx;
    const auto answer = client(listener.request, ctx);
    INFO("cut at " << cut.load());
    const End end = !answer ? End::interrupted : ctx.attempt() == 2 ? End::retried : End::complete;
    REQUIRE(end >= reached);
    reached = end;
    ++counts[static_cast<int>(end)];
    if (answer) {
      REQUIRE(listener.text == "Because.");
      REQUIRE(answer->text == listener.text);
      REQUIRE_FALSE(listener.has_partial());
    } else {
      REQUIRE(answer.error().fault == Fault::interrupted);
      REQUIRE(ctx.attempt() == 1);
      REQUIRE_FALSE(listener.text.empty());
      REQUIRE(listener.partial.completion.text == listener.text);
      REQUIRE(listener.partial.cause == Fault::connection_lost);
    }
  }
  for (const int count : counts) CHECK(count > 0);
}

TEST_CASE("before the first output every way to fail goes on to the next provider unseen",
          "[adapters][stream]") {
  const std::string beginnings[] = {"", support::role_only, support::times(64, support::role_only),
                                    support::reasons, support::names_tool};
  const std::pair<const char*, std::string> endings[] = {
      {"closed", ""},
      {"an error", chunk(support::sse(R"({"error":{"message":"overloaded","type":"overloaded_error"}})"))},
      {"no JSON", chunk(support::sse("{\"choices\":"))},
      {"a finish reason that is an error", chunk(support::delta("{}", R"("error")"))},
      {"[DONE] too early", chunk(support::is_done) + std::string{support::last_chunk}}};
  const Loopback well{once(because)};
  for (const std::string& beginning : beginnings) {
    for (const auto& [name, ending] : endings) {
      INFO(name << " after " << beginning.substr(0, 200));
      const Loopback ill{once(stream_head() + (beginning.empty() ? "" : chunk(beginning)) + ending)};
      Failover<Priority, Named<"ill", OpenAi>, Named<"well", OpenAi>> client{make(ill.url()),
                                                                             make(well.url())};
      Ear listener;
      Context ctx;
      REQUIRE(client(listener.request, ctx));
      CHECK(ctx.provider() == "well");
      CHECK(listener.text == "Because.");
      CHECK_FALSE(listener.has_partial());
    }
  }
}

TEST_CASE("a stream that says nothing for too long goes on to the next provider unseen",
          "[adapters][stream]") {
  const Loopback well{once(because)};
  const std::pair<const char*, std::string> rows[] = {{"silence", ""},
                                                      {"comments after a role", chunk(": here\n\n")},
                                                      {"only comments", chunk(": here\n\n")}};
  for (const auto& [name, drip] : rows) {
    INFO(name);
    const bool role = name != rows[2].first;
    const Loopback ill{[&](Peer& peer, int) {
      peer.request();
      peer.say(stream_head() + (role ? chunk(support::role_only) : ""));
      if (drip.empty()) peer.wait_for_close();
      peer.drip(drip);
    }};
    Failover<Priority, Named<"ill", OpenAi>, Named<"well", OpenAi>> client{make(ill.url()), make(well.url())};
    Ear listener;
    REQUIRE(client(listener.request));
    CHECK(listener.text == "Because.");
  }
}

TEST_CASE("past the limit of what is held back the call is committed", "[adapters][stream]") {
  const Loopback server{once(stream_head() + chunk(support::times(65, support::role_only)))};
  Patient client{make(server.url())};
  Ear listener;
  Context ctx;
  const auto answer = client(listener.request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::interrupted);
  CHECK(ctx.attempt() == 1);
  CHECK(listener.pieces == 0);
  CHECK(listener.has_partial());
  CHECK(listener.partial.completion.text.empty());
}

TEST_CASE("after the first output the caller gets what had arrived, and why it broke off",
          "[adapters][stream]") {
  const std::pair<std::string, Fault> rows[] = {
      {"", Fault::connection_lost},
      {chunk(support::sse(R"({"error":{"message":"overloaded","type":"overloaded_error"}})")),
       Fault::overloaded},
      {chunk(support::sse("{\"choices\":")), Fault::malformed},
      {chunk(support::delta("{}", R"("error")")), Fault::unavailable},
      {std::string{support::last_chunk}, Fault::connection_lost}};
  for (const auto& [ending, cause] : rows) {
    INFO(ending);
    const Loopback server{once(
        stream_head() +
        chunk(support::role_only + support::says("Be") + usage + support::names_tool + support::calls_tool) +
        ending)};
    Ear listener;
    Context ctx;
    const auto answer = make(server.url())(listener.request, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::interrupted);
    CHECK(listener.partial.cause == cause);
    const Completion& arrived = listener.partial.completion;
    CHECK(arrived.text == "Be");
    CHECK(arrived.usage.total() == 10);
    CHECK(ctx.usage.total() == 10);
    REQUIRE(arrived.tool_calls.size() == 1);
    CHECK(arrived.tool_calls[0].name == "f");
    CHECK(arrived.tool_calls[0].arguments == "{\"x\":");
    CHECK(arrived.finish_reason == FinishReason::other);
  }
}

TEST_CASE("after the finish reason junk does not spoil the answer", "[adapters][stream]") {
  const std::pair<const char*, std::string> endings[] = {
      {"no JSON", support::sse("oops")},
      {"an endless line", "data: " + std::string(std::size_t{5} << 20U, 'x')}};
  for (const auto& [name, ending] : endings) {
    INFO(name);
    const Loopback server{
        once(stream_head() + chunk(support::says("Because.") + support::stops) + chunk(ending))};
    Ear listener;
    Context ctx;
    const auto answer = make(server.url())(listener.request, ctx);
    REQUIRE(answer);
    CHECK(answer->text == "Because.");
    CHECK_FALSE(listener.has_partial());
  }
}

TEST_CASE("a stream that falls silent after its first output is interrupted by a timeout",
          "[adapters][stream]") {
  const Loopback server{[](Peer& peer, int) {
    peer.request();
    peer.say(stream_head() + chunk(support::says("Be")));
    peer.wait_for_close();
  }};
  Ear listener;
  Context ctx;
  CHECK(make(server.url())(listener.request, ctx).error().fault == Fault::interrupted);
  CHECK(listener.partial.cause == Fault::timed_out);
  CHECK(listener.partial.completion.text == "Be");
}

TEST_CASE("a caller that gives up after the first output finds what had arrived", "[adapters][stream]") {
  const Loopback server{[](Peer& peer, int) {
    peer.request();
    peer.say(stream_head() + chunk(support::says("Be")));
    peer.wait_for_close();
  }};
  Ear listener;
  std::stop_source stop;
  Context ctx;
  ctx.stop = stop.get_token();
  SECTION("by a stop request") {
    listener.request.on_text = [&](std::string_view) { stop.request_stop(); };
    CHECK(make(server.url())(listener.request, ctx).error().fault == Fault::cancelled);
  }
  SECTION("by an exception") {
    listener.request.on_text = [](std::string_view) { throw std::runtime_error{"enough"}; };
    CHECK(make(server.url())(listener.request, ctx).error().fault == Fault::cancelled);
  }
  CHECK(listener.partial.cause == Fault::cancelled);
  CHECK(listener.partial.completion.text == "Be");
}

TEST_CASE("nothing is put where what had arrived goes unless output had begun", "[adapters][stream]") {
  Context ctx;
  SECTION("a success") {
    const Loopback server{once(because)};
    Ear listener;
    CHECK(make(server.url())(listener.request, ctx));
    CHECK_FALSE(listener.has_partial());
  }
  SECTION("a failure before any output") {
    const Loopback server{once(stream_head() + chunk(support::role_only))};
    Ear listener;
    CHECK(make(server.url())(listener.request, ctx).error().fault == Fault::connection_lost);
    CHECK_FALSE(listener.has_partial());
  }
  SECTION("a stream that nobody hears") {
    const Loopback server{once(stream_head() + chunk(support::says("Be")))};
    Ear listener;
    listener.request.on_text = {};
    listener.request.stream = true;
    CHECK(make(server.url())(listener.request, ctx).error().fault == Fault::connection_lost);
    CHECK_FALSE(listener.has_partial());
  }
}
