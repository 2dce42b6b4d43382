// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What answers when a client fails, and when nothing may.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/fallback.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using support::contains;
using testing::Act;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Script = Scripted<int>;
using WithValue = Fallback<Script, int>;

struct Hears : Listener {
  int fell_back = 0;
  Fault fault = Fault::unknown;
  Hears() : Listener{mask_of(EventKind::fell_back), &hear} {}
  static void hear(Listener& self, const Event& event) noexcept {
    ++static_cast<Hears&>(self).fell_back;
    static_cast<Hears&>(self).fault = event.fault;
  }
};

}  // namespace

TEST_CASE("a value answers for a client that failed, and an event tells of it", "[fallback]") {
  WithValue chat{Script{{fail(Fault::overloaded)}, {1}}, 7};
  Context ctx;
  Hears hears;
  ctx.listeners.link(hears);
  CHECK(chat(0, ctx).value() == 7);
  CHECK(hears.fell_back == 1);
  CHECK(hears.fault == Fault::overloaded);
  CHECK(chat(0).value() == 1);
}

TEST_CASE("a function answers from the request and the error", "[fallback]") {
  const auto answer = [](const int& request, const Error& error) {
    return request + static_cast<int>(error.status);
  };
  Fallback<Script, decltype(answer)> chat{Script{{fail(Fault::unavailable, 503)}}, answer};
  CHECK(chat(1000).value() == 1503);
  const auto refuse = [](const Error& error) -> Outcome<int> { return std::unexpected{error}; };
  Fallback<Script, decltype(refuse)> strict{Script{{fail(Fault::unavailable, 503)}}, refuse};
  CHECK(strict(0).error().status == 503);
}

TEST_CASE("another provider answers, and its attempts count", "[fallback]") {
  const Script other{{fail(Fault::unavailable)}, {2}};
  Fallback<Script, Script> chat{Script{{fail(Fault::overloaded)}}, other};
  Context ctx;
  const Error both = chat(0, ctx).error();
  CHECK(both.history.total() == 2);
  CHECK(ctx.attempt() == 2);
  CHECK(chat(0).value() == 2);
  CHECK(chat.attempts_allowed() == 2);
}

TEST_CASE("if both fail the caller gets the error that tells more", "[fallback]") {
  Fallback<Script, Script> chat{Script{{fail(Fault::unauthorized)}}, Script{{fail(Fault::unavailable)}}};
  CHECK(chat(0).error().fault == Fault::unauthorized);
}

TEST_CASE("a cancel is never masked", "[fallback]") {
  WithValue chat{Script{{fail(Fault::cancelled)}}, 7};
  CHECK(chat(0).error().fault == Fault::cancelled);
  std::stop_source source;
  auto stopping = [&](const int&, Context&) -> Outcome<int> {
    source.request_stop();
    return fail(Fault::unavailable);
  };
  Fallback<decltype(stopping), int> other{stopping, 7};
  Context ctx;
  ctx.stop = source.get_token();
  CHECK_FALSE(other(0, ctx));
}

TEST_CASE("output that has begun is not replaced", "[fallback]") {
  Act<int> breaks_off{fail(Fault::connection_lost)};
  breaks_off.commits = true;
  WithValue chat{Script{breaks_off}, 7};
  CHECK(chat(0).error().fault == Fault::interrupted);
}

TEST_CASE("the caller's own mistakes are returned, unless a predicate wants them", "[fallback]") {
  WithValue chat{Script{{fail(Fault::invalid_request)}}, 7};
  CHECK(chat(0).error().fault == Fault::invalid_request);
  struct Always {
    bool operator()(const Error&) const noexcept { return true; }
  };
  Fallback<Script, int, Always> lenient{Script{{fail(Fault::invalid_request)}}, 7};
  CHECK(lenient(0).value() == 7);
}

TEST_CASE("after the call's deadline nobody is waiting; after a limit inside somebody is", "[fallback]") {
  Act<int> hangs{1};
  hangs.hangs = true;
  ManualClock clock;
  Context late = clock.context();
  late.deadline = clock.now() + 1s;
  WithValue chat{Script{hangs}, 7};
  CHECK_FALSE(chat(0, late));
  Context ctx = clock.context();
  Fallback<Resilient<Script, Timeout<1s>>, int> bounded{Script{hangs}, 7};
  CHECK(bounded(0, ctx).value() == 7);
}

TEST_CASE("a provider to fall back on is not asked beyond the ceiling on attempts", "[fallback]") {
  const Script other{{2}};
  Fallback<Script, Script> chat{Script{{fail(Fault::overloaded)}}, other};
  Context ctx;
  ctx.max_attempts = 1;
  CHECK(chat(0, ctx).error().fault == Fault::overloaded);
  CHECK(other.calls() == 0);
}

TEST_CASE("a Fallback is a client: accessors, description and limits see through it", "[fallback]") {
  using Inner = Resilient<Script, Breaker<5, 60s, 3>, Timeout<9s>>;
  Fallback<Inner, int> chat{Script{{1}}, 7};
  CHECK(breaker(chat).failures() == 0);
  CHECK_THAT((describe<Fallback<Inner, Inner>>()),
             contains("Fallback\n  Breaker") && contains("else\n  Breaker"));
  STATIC_REQUIRE(worst_case<Fallback<Inner, int>>() == 9s);
  STATIC_REQUIRE(worst_case<Fallback<Inner, Inner>>() == 18s);
  STATIC_REQUIRE(max_attempts<Fallback<Inner, Inner>>() == 2);
  Resilient<Fallback<Inner, int>, Telemetry> outer{args(Script{{fail(Fault::unavailable)}}, 7)};
  CHECK(outer(0).value() == 7);
}
