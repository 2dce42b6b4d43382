// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Restart: a stream that broke off begins again, and the listener is told to drop what it heard.

#include <aramid/adapters/restart.hpp>
#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include "chunks.hpp"
#include "scripted_chat.hpp"
#include "support/catch.hpp"

#include <stdexcept>

using namespace aramid;
using namespace std::chrono_literals;
using support::Answer;
using support::broken;
using support::Ear;
using support::ScriptedChat;
using support::whole;

namespace {

using Chain =
    Failover<Priority, Named<"a", ScriptedChat>, Named<"b", ScriptedChat>, Named<"c", ScriptedChat>>;

const Answer finished{.pieces = {"Be", "cause."}};

}  // namespace

TEST_CASE("an interrupted stream begins again at the next provider, and the text is dropped just then",
          "[adapters][restart]") {
  const ScriptedChat a{{broken({"Oh", " no"})}};
  const ScriptedChat b{{finished}};
  Restart<Chain> chat{args(a, b, b)};
  Ear listener;
  std::string dropped;
  listener.request.on_restart = [&] { dropped = std::exchange(listener.text, {}); };
  Context ctx;
  const auto answer = chat(listener.request, ctx);
  REQUIRE(answer);
  CHECK(dropped == "Oh no");
  CHECK(listener.text == "Because.");
  CHECK(answer->text == "Because.");
  CHECK(answer->seams.empty());
  CHECK(listener.partial.completion.text.empty());
  CHECK(a.calls() == 1);
  CHECK(ctx.provider() == "b");
  CHECK(ctx.attempt() == 2);
  CHECK(ctx.committed());
  CHECK(ctx.route.last.empty());
}

TEST_CASE("a restart at the same provider asks it again", "[adapters][restart]") {
  const ScriptedChat a{{broken({"Oh"}), finished}};
  const ScriptedChat b{{finished}};
  Restart<Chain, 1, SameProvider> chat{args(a, b, b)};
  Ear listener;
  REQUIRE(chat(listener.restartable().request));
  CHECK(a.calls() == 2);
  CHECK(b.calls() == 0);
}

TEST_CASE("the one that broke off is asked last, not only once more than the first choice",
          "[adapters][restart]") {
  const ScriptedChat a{{broken({}, Fault::unavailable)}};
  const ScriptedChat b{{broken({"Oh"}), finished}};
  const ScriptedChat c{{broken({}, Fault::unavailable)}};
  Restart<Chain> chat{args(a, b, c)};
  Ear listener;
  Context ctx;
  ctx.max_attempts = 10;
  REQUIRE(chat(listener.restartable().request, ctx));
  CHECK(a.calls() == 2);
  CHECK(c.calls() == 1);
  CHECK(b.calls() == 2);
}

TEST_CASE("a listener that cannot drop text is not restarted", "[adapters][restart]") {
  const ScriptedChat a{{broken({"Oh"}), finished}};
  Restart<ScriptedChat> chat{a};
  Ear listener;
  CHECK(chat(listener.request).error().fault == Fault::interrupted);
  CHECK(a.calls() == 1);
  CHECK(listener.text == "Oh");
}

TEST_CASE("a call is restarted as often as allowed and then ends as interrupted", "[adapters][restart]") {
  const ScriptedChat a{{broken({"Oh"}), broken({"Hm"}), broken({"Eh"}), finished}};
  Restart<ScriptedChat, 2> chat{a};
  Ear listener;
  Context ctx;
  const auto answer = chat(listener.restartable().request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::interrupted);
  CHECK(answer.error().history.size() == 3);
  CHECK(a.calls() == 3);
  CHECK(listener.restarts == 2);
  CHECK(listener.text == "Eh");
  CHECK(listener.partial.completion.text == "Eh");
}

TEST_CASE("when the new answer does not begin, the old text stands", "[adapters][restart]") {
  const ScriptedChat a{{broken({"Oh"}), broken({}, Fault::unauthorized), finished}};
  Restart<ScriptedChat, 3> chat{a};
  Ear listener;
  Context ctx;
  const auto answer = chat(listener.restartable().request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::interrupted);
  CHECK(answer.error().history.size() == 2);
  CHECK(a.calls() == 2);
  CHECK(listener.restarts == 0);
  CHECK(listener.text == "Oh");
  CHECK(listener.partial.completion.text == "Oh");
  CHECK(ctx.committed());
}

TEST_CASE("before the new output the client's retries are at work, and nothing outside repeats after it",
          "[adapters][restart]") {
  using Retries = Retry<3, Backoff<Exponential, Jitter, 1ms, 2ms>>;
  testing::ManualClock clock;
  const ScriptedChat a{
      {broken({"Oh"}), broken({}, Fault::unavailable), broken({}, Fault::unavailable), finished}};
  Restart<Resilient<ScriptedChat, Retries>> chat{a};
  Ear listener;
  Context ctx = clock.context();
  REQUIRE(chat(listener.restartable().request, ctx));
  CHECK(listener.text == "Because.");
  CHECK(ctx.attempt() == 4);

  const ScriptedChat b{{broken({"Oh"}), broken({}, Fault::unavailable), finished}};
  Resilient<Restart<ScriptedChat>, Retries> outside{args(b)};
  Context second = clock.context();
  CHECK(outside(listener.request, second).error().fault == Fault::interrupted);
  CHECK(b.calls() == 2);
}

TEST_CASE("a failure before any output is no restart's business", "[adapters][restart]") {
  for (const Fault fault : {Fault::unavailable, Fault::cancelled, Fault::invalid_request, Fault::timed_out}) {
    const ScriptedChat a{{broken({}, fault), finished}};
    Restart<ScriptedChat> chat{a};
    Ear listener;
    CHECK(chat(listener.restartable().request).error().fault == fault);
    CHECK(a.calls() == 1);
  }
}

TEST_CASE("a cancelled call is not restarted", "[adapters][restart]") {
  SECTION("by a fault") {
    const ScriptedChat a{{broken({"Oh"}, Fault::cancelled), finished}};
    Restart<ScriptedChat> chat{a};
    Ear listener;
    CHECK(chat(listener.restartable().request).error().fault == Fault::cancelled);
    CHECK(a.calls() == 1);
  }
  SECTION("by a stop request that came with the break") {
    const ScriptedChat a{{broken({"Oh"}), finished}};
    Restart<ScriptedChat> chat{a};
    Ear listener;
    std::stop_source stop;
    Context ctx;
    ctx.stop = stop.get_token();
    listener.restartable().request.on_text = [&](std::string_view) { stop.request_stop(); };
    CHECK(chat(listener.request, ctx).error().fault == Fault::interrupted);
    CHECK(a.calls() == 1);
  }
  SECTION("in the restart") {
    const ScriptedChat a{{broken({"Oh"}), broken({}, Fault::cancelled), finished}};
    Restart<ScriptedChat, 3> chat{a};
    Ear listener;
    CHECK(chat(listener.restartable().request).error().fault == Fault::cancelled);
    CHECK(a.calls() == 2);
  }
}

TEST_CASE("a call is not restarted past its deadline, nor over its attempts", "[adapters][restart]") {
  testing::ManualClock clock;
  Ear listener;
  SECTION("the deadline") {
    Answer late = broken({"Oh"});
    late.first = [&](Context& ctx) {
      while (ctx.now() < ctx.deadline) ctx.wait(ctx.deadline);
    };
    const ScriptedChat a{{late, finished}};
    Restart<ScriptedChat> chat{a};
    Context ctx = clock.context();
    ctx.deadline = ctx.now() + 1s;
    CHECK(chat(listener.restartable().request, ctx).error().fault == Fault::interrupted);
    CHECK(a.calls() == 1);
  }
  SECTION("the caller's ceiling") {
    const ScriptedChat a{{broken({"Oh"}), broken({"Hm"}), finished}};
    Restart<ScriptedChat, 8> chat{a};
    Context ctx = clock.context();
    ctx.max_attempts = 2;
    CHECK(chat(listener.restartable().request, ctx).error().fault == Fault::interrupted);
    CHECK(a.calls() == 2);
  }
  SECTION("its own ceiling is the client's and one for each restart") {
    using Stack = Restart<Chain, 2>;
    STATIC_REQUIRE(max_attempts<Stack>() == 5);
    Stack chat{args(ScriptedChat{}, ScriptedChat{}, ScriptedChat{})};
    CHECK(chat.attempts_allowed() == 5);
  }
}

TEST_CASE("a restart is paid for from the budgets outside", "[adapters][restart]") {
  struct Purse : Budget {
    int left = 1;
    Purse() : Budget{&answer} {}
    static bool answer(Budget& self, Ask ask, const Error* failure, Instant) noexcept {
      auto& purse = static_cast<Purse&>(self);
      if (ask == Ask::refund) return ++purse.left > 0;
      if (failure == nullptr || failure->fault != Fault::interrupted || purse.left == 0) return false;
      --purse.left;
      return true;
    }
  };
  const ScriptedChat a{{broken({"Oh"}), broken({"Hm"}), finished}};
  Restart<ScriptedChat, 8> chat{a};
  Ear listener;
  Context ctx;
  Purse purse;
  ctx.budgets.link(purse);
  CHECK(chat(listener.restartable().request, ctx).error().fault == Fault::interrupted);
  ctx.budgets.unlink(purse);
  CHECK(a.calls() == 2);
  CHECK(purse.left == 0);
}

TEST_CASE("output without text drops the old text as well", "[adapters][restart]") {
  const Choice calls{.tool_calls = {{.id = "1", .name = "f", .arguments = "{"}}};
  Ear listener;
  SECTION("an answer") {
    Restart<ScriptedChat> chat{ScriptedChat{{broken({"Oh"}), Answer{.more = calls}}}};
    CHECK(chat(listener.restartable().request).value().tool_calls.size() == 1);
  }
  SECTION("an answer that breaks off too") {
    Restart<ScriptedChat> chat{
        ScriptedChat{{broken({"Oh"}), Answer{.breaks = Fault::connection_lost, .more = calls}}}};
    CHECK(chat(listener.restartable().request).error().fault == Fault::interrupted);
    CHECK(listener.partial.completion.text.empty());
    CHECK(listener.partial.completion.tool_calls.size() == 1);
  }
  CHECK(listener.restarts == 1);
  CHECK(listener.text.empty());
}

TEST_CASE("an exception from on_restart ends the call and does not get out", "[adapters][restart]") {
  Ear listener;
  listener.request.on_restart = [] { throw std::runtime_error{"paper jam"}; };
  for (const Answer& second : {finished, Answer{.more = {.refusal = "No"}}}) {
    Restart<ScriptedChat> chat{ScriptedChat{{broken({"Oh"}), second}}};
    const auto answer = chat(listener.request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::cancelled);
    CHECK_THAT(answer.error().message, support::contains("paper jam"));
    CHECK(answer.error().history.size() >= 1);
  }
}

TEST_CASE("listeners hear of a restart, and of both outputs", "[adapters][restart]") {
  struct Log : aramid::Listener {
    std::vector<Event> events;
    Log() : aramid::Listener{mask_of(EventKind::resumed, EventKind::first_output), &hear} {}
    static void hear(aramid::Listener& self, const Event& event) noexcept {
      static_cast<Log&>(self).events.push_back(event);
    }
  } log;
  const ScriptedChat a{{broken({"Oh"})}};
  Restart<Chain> chat{args(a, ScriptedChat{{finished}}, ScriptedChat{})};
  Ear listener;
  Context ctx;
  ctx.listeners.link(log);
  REQUIRE(chat(listener.restartable().request, ctx));
  ctx.listeners.unlink(log);
  REQUIRE(log.events.size() == 3);
  CHECK(log.events[1].kind == EventKind::resumed);
  CHECK(log.events[1].provider == "a");
  CHECK(log.events[1].policy == "Restart");
  CHECK(log.events[2].provider == "b");
}

TEST_CASE("a Restart describes itself and shows the client's parts", "[adapters][restart]") {
  using Stack = Restart<Resilient<ScriptedChat, Breaker<5, 60s, 3>, Timeout<10s>>, 2>;
  CHECK_THAT(describe<Stack>(), support::contains("Restart: interrupted streams, 2 times at most"));
  STATIC_REQUIRE(worst_case<Stack>() == 30s);
  Stack chat{ScriptedChat{{finished}}};
  CHECK(breaker(chat).state() == BreakerState::closed);
}
