// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a hedged attempt has from its call, although it runs on another thread and may outlive it.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/hedge.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <latch>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;
using Script = testing::Scripted<int>;

namespace {

struct Down {
  std::atomic<int>* asked;
  Outcome<int> operator()(const int&, Context&) const {
    ++*asked;
    return fail(Fault::unavailable);
  }
};

/// The first attempt is held until the test opens; the others answer at once.
struct Held {
  std::latch* begun;
  std::latch* open;
  std::atomic<int>* asked;
  Outcome<int> operator()(const int&, Context&) const {
    const int number = asked->fetch_add(1);
    if (number != 0) {
      begun->wait();
      return number;
    }
    begun->count_down();
    open->wait();
    return fail(Fault::cancelled);
  }
};

constexpr Span never{Duration::max()};

}  // namespace

TEST_CASE("a loser that begins when the caller has gone reads the names of the route all the same",
          "[hedge]") {
  const auto answers = [](const int&, Context&) -> Outcome<int> { return 1; };
  using P = std::remove_const_t<decltype(answers)>;
  struct Late {
    Failover<Priority, Named<"a", P>, Named<"b", P>> inner;
    std::latch both{2};
    std::latch caller_has_gone{1};
    std::atomic<int> asked{0};
    std::atomic<Fault> fault{Fault::unknown};

    explicit Late(P p) : inner{p, p} {}
    Outcome<int> operator()(const int& request, Context& ctx) {
      const bool first = asked++ == 0;
      both.arrive_and_wait();
      if (!first) return inner(request, ctx);
      caller_has_gone.wait();
      const Outcome<int> answer = inner(request, ctx);
      if (!answer) fault = answer.error().fault;
      return answer;
    }
  };
  auto client = std::make_unique<Hedge<Late, After<0s>>>(args(answers));
  std::string text = "b";
  std::string_view names[] = {text};
  Context ctx;
  ctx.route.order = names;
  CHECK((*client)(0, ctx));
  CHECK(ctx.provider() == "b");
  text[0] = '?';
  client->client().caller_has_gone.count_down();
  while (client->losers() != 0) std::this_thread::yield();
  // Told to stop, so it asks nobody; with names that nobody has it would be an invalid request.
  CHECK(client->client().fault == Fault::cancelled);
}

TEST_CASE("attempts of hedges keep to the ceiling of the combinator around them", "[hedge]") {
  std::atomic<int> asked{0};
  ManualClock clock;  // outlives the client: a loser may still be on it
  Failover<Priority, Named<"a", Hedge<Down, After<0s>>>, Named<"b", Hedge<Down, After<0s>>>> client{
      Down{&asked}, Down{&asked}};
  const auto call = [&](unsigned most) {
    asked = 0;
    Context ctx = clock.context();
    ctx.max_attempts = most;
    CHECK_FALSE(client(0, ctx));
    CHECK(ctx.attempt() == static_cast<unsigned>(asked));
    return asked.load();
  };
  CHECK(call(0) == static_cast<int>(client.attempts_allowed()));
  CHECK(call(2) == 2);  // one at each: a provider that has not been asked keeps an attempt
  CHECK(call(3) == 3);
  CHECK(call(4) == 4);
  CHECK(call(9) == 4);
}

TEST_CASE("attempts of a hedge in one round are those that the next round has not", "[hedge]") {
  std::atomic<int> asked{0};
  ManualClock clock;
  Resilient<Hedge<Down, After<0s>>, Retry<3, Backoff<Constant, NoJitter, 1s, 9s>>> client{args(Down{&asked})};
  Context ctx = clock.context();
  ctx.max_attempts = 3;
  CHECK_FALSE(client(0, ctx));
  CHECK(asked == 3);
  CHECK(ctx.attempt() == 3);
}

TEST_CASE("what the first attempt leaves of the ceiling goes to the next, and each has its retries",
          "[hedge]") {
  using Client = Resilient<Script, Retry<3, Backoff<Constant, NoJitter, 1s, 9s>>>;
  const auto calls = [](unsigned most) {
    ManualClock clock;
    Script script{{fail(Fault::unavailable)}};
    Hedge<Client, After<never>> client{script};
    Context ctx = clock.context();
    ctx.max_attempts = most;
    CHECK_FALSE(client(0, ctx));
    CHECK(ctx.attempt() == script.calls());
    return script.calls();
  };
  CHECK(calls(0) == 8);
  CHECK(calls(5) == 5);
  CHECK(calls(2) == 2);
}

TEST_CASE("retries without end have no ceiling to share", "[hedge]") {
  ManualClock clock;
  Script script{{fail(Fault::unavailable)}};
  using Client = Resilient<Script, Timeout<60s>, Retry<forever, Backoff<Constant, NoJitter, 1s, 9s>>>;
  Hedge<Client, After<2s>> client{script};
  Context ctx = clock.context();
  ctx.deadline = clock.now() + 10500ms;
  CHECK_FALSE(client(0, ctx));
  CHECK(script.calls() == 11 + 9);  // the first at 0 to 10 s, the other one at 2 to 10 s
}

TEST_CASE("a plain provider that asks a client of its own has that client's retries in each attempt",
          "[hedge]") {
  ManualClock clock;
  Script script{{fail(Fault::unavailable)}};
  Resilient<Script, Retry<3, Backoff<Constant, NoJitter, 1s, 9s>>> own{script};
  auto provider = [&](const int& request, Context& ctx) { return own(request, ctx); };
  Hedge<decltype(provider), After<never>> client{provider};
  Context ctx = clock.context();
  CHECK_FALSE(client(0, ctx));
  CHECK(script.calls() == 8);
}

TEST_CASE("an attempt that lost counts as one of the call's", "[hedge]") {
  ManualClock clock;
  testing::Act<int> slow{1, 60s};
  Hedge<Script, After<2s>> client{Script{slow, {2, 1s}}};
  Context ctx = clock.context();
  CHECK(client(0, ctx).value() == 2);
  CHECK(ctx.attempt() == 2);
}

TEST_CASE("a hedged candidate that would hold the call back gives way to the next one", "[hedge]") {
  ManualClock clock;
  Script a{{1}};
  Script b{{2}};
  using Limited = Resilient<Script, Limiter<SlidingWindow, RPM<1>>>;
  Failover<Priority, Named<"a", Hedge<Limited, After<never>>>, Named<"b", Script>> client{args(a), b};
  Context first = clock.context();
  CHECK(client(0, first).value() == 1);
  const Instant then = clock.now();
  Context second = clock.context();
  CHECK(client(0, second).value() == 2);
  CHECK(clock.now() == then);
}

TEST_CASE("a Failover inside a Hedge knows of providers outside", "[hedge]") {
  ManualClock clock;
  Script a{{1}};
  Script b{{2}};
  using Limited = Resilient<Script, Limiter<SlidingWindow, RPM<1>>>;
  using Inner = Failover<Priority, Named<"a1", Limited>, Named<"a2", Limited>>;
  Failover<Priority, Named<"a", Hedge<Inner, After<never>>>, Named<"b", Script>> client{args(args(a, a)), b};
  for (int i = 0; i < 2; ++i) {
    Context ctx = clock.context();
    CHECK(client(0, ctx).value() == 1);
  }
  const Instant then = clock.now();
  Context third = clock.context();
  CHECK(client(0, third).value() == 2);
  CHECK(clock.now() == then);
}

TEST_CASE("a hedged attempt has the call's priority and its provider's name", "[hedge]") {
  std::atomic<int> priority{0};
  std::atomic<bool> named{true};
  auto provider = [&](const int&, Context& ctx) -> Outcome<int> {
    priority = ctx.priority;
    if (!(ctx.provider() == "a")) named = false;
    return fail(Fault::unavailable);
  };
  Failover<Priority, Named<"a", Hedge<decltype(provider), After<0s>>>> client{provider};
  Context ctx;
  ctx.priority = 7;
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer);
  CHECK(priority == 7);
  CHECK(named);
  CHECK(ctx.provider() == "a");
  CHECK(answer.error().provider == "a");
}

TEST_CASE("a bulkhead around a Hedge has its permit back when the last attempt has ended", "[hedge]") {
  std::latch begun{1};
  std::latch open{1};
  std::atomic<int> asked{0};
  Resilient<Hedge<Held, After<0s>>, Bulkhead<1>> client{Held{&begun, &open, &asked}};
  CHECK(client(0).value() == 1);
  CHECK(bulkhead(client).in_flight() == 1);
  CHECK(bulkhead(client).orphans() == 1);
  CHECK(client(0).error().fault == Fault::saturated);
  open.count_down();
  while (bulkhead(client).in_flight() != 0) std::this_thread::yield();
  CHECK(bulkhead(client).orphans() == 0);
  CHECK(client(0));
}

TEST_CASE("a call that leaves no attempt behind leaves no orphan", "[hedge]") {
  auto answers = [](const int&, Context&) -> Outcome<int> { return 1; };
  Resilient<Hedge<decltype(answers), After<never>>, Bulkhead<1>> client{answers};
  int in_flight = 0;
  for (int i = 0; i < 1000; ++i) {
    CHECK(client(0));
    in_flight += static_cast<int>(bulkhead(client).in_flight());
  }
  CHECK(in_flight == 0);
}

TEST_CASE("a client with a bulkhead may end while a loser of its Hedge runs", "[hedge]") {
  std::latch begun{1};
  std::latch open{1};
  std::atomic<int> asked{0};
  std::jthread opens;
  {
    Resilient<Hedge<Held, After<0s>>, Bulkhead<1>> client{Held{&begun, &open, &asked}};
    CHECK(client(0).value() == 1);
    opens = std::jthread{[&] { open.count_down(); }};
  }
  CHECK(asked == 2);
}

TEST_CASE("work that a hedged attempt leaves behind keeps the permits of the bulkheads around", "[hedge]") {
  std::mutex mutex;
  std::vector<Permit> kept;
  auto provider = [&](const int&, Context& ctx) -> Outcome<int> {
    const std::lock_guard lock{mutex};
    ctx.permits.keep_all([&](Permit&& permit) { kept.push_back(std::move(permit)); });
    return 1;
  };
  using Inner = Resilient<Hedge<decltype(provider), After<never>>, Bulkhead<2>>;
  Resilient<Inner, Bulkhead<3>> client{args(provider)};
  CHECK(client(0));
  CHECK(kept.size() == 2);
  CHECK(client.policy<0>().in_flight() == 1);
  CHECK(client.provider().policy<0>().in_flight() == 1);
  kept.clear();
  CHECK(client.policy<0>().in_flight() == 0);
  CHECK(client.provider().policy<0>().in_flight() == 0);
}
