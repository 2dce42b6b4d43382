// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Failovers inside clients, clients inside failovers, and the ceiling on attempts over all of them.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Script = Scripted<int>;
using Steady = Backoff<Constant, NoJitter, 1s, 10s>;
using Plain = Failover<Priority, Named<"a", Script>, Named<"b", Script>, Named<"c", Script>>;

struct Up {
  Outcome<int> operator()(const int&, Context&) { return 1; }
};
struct Down {
  Outcome<int> operator()(const int&, Context&) { return fail(Fault::unavailable); }
};
struct Counting {
  inline static int calls = 0;
  Outcome<int> operator()(const int&, Context&) {
    ++calls;
    return fail(Fault::unavailable);
  }
};

}  // namespace

TEST_CASE("a candidate that is a failover itself can be named in the route", "[failover]") {
  using Cloud = Failover<Priority, Named<"x", Down>, Named<"y", Up>>;
  Failover<Priority, Named<"local", Down>, Named<"cloud", Resilient<Cloud, Timeout<9s>>>> chat;
  Context ctx;
  ctx.route.only = "cloud";
  CHECK(chat(0, ctx).has_value());
  CHECK(ctx.provider() == "y");
}

TEST_CASE("the ceiling is the most attempts of any one candidate and one for each further one",
          "[failover]") {
  using Client = Resilient<Script, Retry<3, Steady>>;
  const Script a{{fail(Fault::unavailable)}};
  const Script b{{fail(Fault::unavailable)}};
  const Script c{{fail(Fault::unavailable)}};
  Failover<Priority, Client, Client, Client> chat{a, b, c};
  CHECK(chat.attempts_allowed() == 6);
  ManualClock clock;
  Context ctx = clock.context();
  const Error error = chat(0, ctx).error();
  CHECK(ctx.attempt() == 6);
  CHECK(a.calls() == 4);
  // A candidate that has not been asked keeps an attempt: a healthy one is not missed because of retries elsewhere.
  CHECK(b.calls() == 1);
  CHECK(c.calls() == 1);
  CHECK(error.history.total() == 6);
}

TEST_CASE("the caller's own ceiling holds over all candidates", "[failover]") {
  const Script a{{fail(Fault::unavailable)}};
  Plain chat{a, a, a};
  Context ctx;
  ctx.max_attempts = 2;
  CHECK_FALSE(chat(0, ctx).has_value());
  CHECK(a.calls() == 2);
}

TEST_CASE("failovers nest", "[failover]") {
  using Cloud = Failover<Priority, Named<"x", Down>, Named<"y", Down>>;
  Failover<Priority, Named<"cloud", Cloud>, Named<"local", Up>> chat;
  CHECK(chat.attempts_allowed() == 3);
  Context ctx;
  CHECK(chat(0, ctx).value() == 1);
  CHECK(ctx.provider() == "local");
  CHECK(ctx.attempt() == 3);
}

TEST_CASE("the history of a nested failover comes with the outer error", "[failover]") {
  using Cloud = Failover<Priority, Named<"x", Down>, Named<"y", Down>>;
  Failover<Priority, Named<"cloud", Cloud>, Named<"local", Down>> chat;
  const Error error = chat(0).error();
  REQUIRE(error.history.size() == 3);
  CHECK(error.history[0].provider == "x");
  CHECK(error.history[1].provider == "y");
  CHECK(error.history[2].provider == "local");
}

TEST_CASE("a breaker of one candidate is reached by its name", "[failover]") {
  using Client = Resilient<Script, Breaker<1, 10s, 1>>;
  Failover<Priority, Named<"a", Client>, Named<"b", Client>> chat{Script{{fail(Fault::unavailable)}},
                                                                  Script{{2}}};
  ManualClock clock;
  Context ctx = clock.context();
  CHECK(chat(0, ctx).value() == 2);
  CHECK(breaker(chat.get<"a">()).state(clock.now()) == BreakerState::open);
  CHECK(breaker(chat.get<"b">()).state(clock.now()) == BreakerState::closed);
  CHECK(chat.name_at(1) == "b");
}

TEST_CASE("a failover inside retries is retried as a whole", "[failover]") {
  using Both = Failover<Priority, Named<"a", Counting>, Named<"b", Counting>>;
  Resilient<Both, Retry<2, Steady>> chat;
  CHECK(chat.attempts_allowed() == 6);
  Counting::calls = 0;
  ManualClock clock;
  Context ctx = clock.context();
  const Error error = chat(0, ctx).error();
  CHECK(Counting::calls == 6);
  REQUIRE(error.history.size() == 6);
  CHECK(error.history[4].provider == "a");
  CHECK(error.history[5].provider == "b");
}

TEST_CASE("an exception of a candidate leaves the context as it was", "[failover]") {
  auto throwing = [](const int&, Context&) -> Outcome<int> { throw 3; };
  Failover<Priority, decltype(throwing), Script> chat{throwing, Script{{2}}};
  Context ctx;
  CHECK_THROWS_AS(chat(0, ctx), int);
  CHECK_FALSE(ctx.has_alternative());
}

TEST_CASE("a failover inside a client and inside another failover is built in place", "[failover]") {
  const Script a{{fail(Fault::unavailable)}};
  const Script b{{fail(Fault::unavailable)}};
  const Script c{{3}};
  using Cloud = Failover<Priority, Named<"a", Script>, Named<"b", Script>>;
  Resilient<Failover<Priority, Named<"cloud", Cloud>, Named<"c", Script>>, Telemetry> chat{
      args(args(a, b), c)};
  CHECK(chat(0).value() == 3);
  CHECK(telemetry(chat).totals().successes == 1);
}

TEST_CASE("a candidate takes settings at run time", "[failover]") {
  using Client = Resilient<Script, Breaker<>>;
  const Script down{{fail(Fault::unavailable)}};
  Failover<Priority, Named<"a", Client>, Named<"b", Script>> chat{args(down, BreakerSettings{.failures = 1}),
                                                                  Script{{2}}};
  CHECK(chat(0).value() == 2);
  CHECK(breaker(chat).state() == BreakerState::open);
}

TEST_CASE("a candidate's refusal names the policy and lists no attempt", "[failover]") {
  using Client = Resilient<Script, Breaker<1, 1h, 1>>;
  Failover<Priority, Named<"a", Client>> chat{Script{{fail(Fault::unavailable)}}};
  ManualClock clock;
  Context first = clock.context();
  CHECK(chat(0, first).error().provider == "a");
  Context second = clock.context();
  const Error refusal = chat(0, second).error();
  CHECK(refusal.fault == Fault::circuit_open);
  CHECK(refusal.policy == "Breaker");
  CHECK(refusal.history.empty());
}

TEST_CASE("a failover inside says that a candidate of its own was held back, and is gone back to",
          "[failover]") {
  using Limited = Resilient<Script, Limiter<SlidingWindow, RPM<1>>>;
  using Cloud = Failover<Priority, Named<"x", Down>, Named<"y", Limited>>;
  ManualClock clock;
  const Script y{{7}};
  const Script local{{fail(Fault::unauthorized)}};
  Failover<Priority, Named<"cloud", Cloud>, Named<"local", Script>> chat{args(Down{}, y), local};
  Context first = clock.context();
  REQUIRE(chat(0, first));
  const Instant begin = clock.now();
  Context ctx = clock.context();
  ctx.max_attempts = 9;
  CHECK(chat(0, ctx).value() == 7);
  CHECK(clock.now() == begin + 60s);
  CHECK(local.calls() == 1);
}

TEST_CASE("nobody waits inside a failover while a provider outside is ready", "[failover]") {
  using Patient = Resilient<Script, Steady>;
  auto limited = fail(Fault::rate_limited, 429);
  limited.error().retry_after = 5s;
  ManualClock clock;
  const Script x{{limited}};
  const Script local{{8}};
  using Cloud = Failover<Priority, Named<"x", Patient>, Named<"y", Patient>>;
  Failover<Priority, Named<"cloud", Cloud>, Named<"local", Script>> chat{args(x, x), local};
  const Instant begin = clock.now();
  Context ctx = clock.context();
  CHECK(chat(0, ctx).value() == 8);
  CHECK(clock.now() == begin);
}

TEST_CASE("a failover inside leaves an attempt for the provider outside", "[failover]") {
  using Cloud = Failover<Priority, Named<"x", Counting>, Named<"y", Counting>, Named<"z", Counting>>;
  Failover<Priority, Named<"cloud", Cloud>, Named<"local", Up>> chat;
  Context ctx;
  ctx.max_attempts = 3;
  CHECK(chat(0, ctx).value() == 1);
  CHECK(ctx.attempt() == 3);
}
