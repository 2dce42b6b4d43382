// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Resilient: the blocking driver around the machine, on a manual clock.

#include "support/catch.hpp"
#include "support/spy.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <memory>
#include <stdexcept>

using namespace aramid;
using namespace std::chrono_literals;
using support::journal;
using support::read_journal;
using support::Spy;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Steady = Backoff<Constant, NoJitter, 1s, 10s>;

// A policy that lets one call after the other through and queues the rest, and that asks for no time.
struct Gate {
  static constexpr Name name = "Gate";
  static constexpr bool reads_time = false;
  struct Scope {};
  bool open = false;
  Admission admit(Scope&, Context&, Instant) noexcept {
    return open ? Admission::proceed() : Admission::wait_for_wake(Reason::probes_out);
  }
  Verdict settle(Scope&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
  void release(Scope&, Context&) noexcept {}
};

// Wakes the call's waker although nobody is queued, as a queue may that let the call go just before.
struct Waking {
  struct Scope {};
  Admission admit(Scope&, Context&, Instant) noexcept { return Admission::proceed(); }
  Verdict settle(Scope&, Context& ctx, const Error*, Instant) noexcept {
    ctx.waker().wake();
    return Verdict::done();
  }
  void release(Scope&, Context&) noexcept {}
};

// A driver whose waits end early when the call was woken, as the blocking one's do.
struct WokenDriver final : Driver, Waker::Sleeper {
  Instant time{1s};
  int early = 0;
  Instant now() noexcept override { return time; }
  void wait(Instant until, Waker& waker, const std::stop_token&) noexcept override {
    if (!waker.park(*this)) {
      ++early;
      return;
    }
    time = until;
    waker.unpark();
  }
  std::uint64_t random() noexcept override { return 0; }
  void notify() noexcept override {}
};

}  // namespace

TEST_CASE("a client hands the provider's value through", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  Resilient<Scripted<int>, Spy<'a'>> client{Scripted<int>{{7}}};
  const Outcome<int> answer = client(0, ctx);
  REQUIRE(answer.has_value());
  CHECK(*answer == 7);
}

TEST_CASE("a client without policies is a call of its provider", "[client]") {
  Resilient client{[](const int& n, Context&) -> Outcome<int> { return n + 1; }};
  CHECK(client(1).value() == 2);
  Context ctx;
  CHECK(client(2, ctx).value() == 3);
  CHECK(ctx.attempt() == 0);
}

TEST_CASE("a lambda is a provider as it stands", "[client]") {
  int calls = 0;
  auto f = [&](const std::string& text, Context&) -> Outcome<std::size_t> {
    if (++calls < 3) return fail(Fault::unavailable, 503);
    return text.size();
  };
  ManualClock clock;
  Context ctx = clock.context();
  Resilient<decltype(f), Retry<3, Steady>> client{f};
  CHECK(client(std::string{"four"}, ctx).value() == 4);
  CHECK(calls == 3);
}

TEST_CASE("a value that can only be moved comes through a stack", "[client]") {
  auto f = [tries = 0](const int& n, Context&) mutable -> Outcome<std::unique_ptr<int>> {
    if (++tries == 1) return fail(Fault::unavailable);
    return std::make_unique<int>(n);
  };
  ManualClock clock;
  Context ctx = clock.context();
  Resilient<decltype(f), Steady, Timeout<60s>> client{f};
  CHECK(*client(5, ctx).value() == 5);
}

TEST_CASE("an outcome of nothing comes through a stack", "[client]") {
  auto f = [tries = 0](const int&, Context&) mutable -> Outcome<void> {
    if (++tries == 1) return fail(Fault::unavailable);
    return {};
  };
  ManualClock clock;
  Context ctx = clock.context();
  Resilient<decltype(f), Steady> client{f};
  CHECK(client(0, ctx).has_value());
}

TEST_CASE("a client waits for a retry on the call's own time line", "[client]") {
  ManualClock clock;
  const Instant began = clock.now();
  Context ctx = clock.context();
  Resilient<Scripted<int>, Steady> client{
      Scripted<int>{{fail(Fault::unavailable)}, {fail(Fault::unavailable)}, {1}}};
  CHECK(client(0, ctx).value() == 1);
  CHECK(clock.now() - began == 2s);
  CHECK(ctx.attempt() == 3);
}

TEST_CASE("an exception of the provider releases every level once and passes through", "[client]") {
  journal().clear();
  auto f = [](const int&, Context&) -> Outcome<int> { throw std::runtime_error{"boom"}; };
  Resilient<decltype(f), Spy<'a'>, Spy<'b'>, Spy<'c'>> client{f};
  CHECK_THROWS_AS(client(0), std::runtime_error);
  CHECK(read_journal() == "+a +b +c ~c ~b ~a");
  CHECK(client.policy<0>().live + client.policy<1>().live + client.policy<2>().live == 0);
}

TEST_CASE("an exception in a retry releases every level once", "[client]") {
  journal().clear();
  auto f = [tries = 0](const int&, Context&) mutable -> Outcome<int> {
    if (++tries == 1) return fail(Fault::unavailable);
    throw 3;
  };
  ManualClock clock;
  Context ctx = clock.context();
  Resilient<decltype(f), Spy<'a'>, Steady, Spy<'c'>> client{f};
  CHECK_THROWS_AS(client(0, ctx), int);
  CHECK(read_journal() == "+a +c -c +c ~c ~a");
  CHECK(client.policy<0>().live + client.policy<2>().live == 0);
}

TEST_CASE("an exception passes through nested clients and releases all of them", "[client]") {
  journal().clear();
  auto f = [](const int&, Context&) -> Outcome<int> { throw 3; };
  Resilient<Resilient<decltype(f), Spy<'i'>>, Spy<'o'>> client{f};
  CHECK_THROWS_AS(client(0), int);
  CHECK(read_journal() == "+o +i ~i ~o");
}

TEST_CASE("a call that was cancelled before it began asks nobody", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  std::stop_source source;
  source.request_stop();
  ctx.stop = source.get_token();
  const Scripted<int> script{{7}};
  Resilient<Scripted<int>, Steady, Timeout<30s>> client{script};
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().fault == Fault::cancelled);
  CHECK(script.calls() == 0);
}

TEST_CASE("a call whose deadline is over asks nobody", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  ctx.deadline = clock.now();
  const Scripted<int> script{{7}};
  Resilient<Scripted<int>, Steady> client{script};
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().fault == Fault::deadline_exceeded);
  CHECK(script.calls() == 0);
}

TEST_CASE("a success that comes after a stop request is still a success", "[client]") {
  std::stop_source source;
  auto f = [&](const int&, Context&) -> Outcome<int> {
    source.request_stop();
    return 5;
  };
  Context ctx;
  ctx.stop = source.get_token();
  Resilient<decltype(f), Steady> client{f};
  CHECK(client(0, ctx).value() == 5);
}

TEST_CASE("a provider that never answers is ended by the deadline", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  ctx.deadline = clock.now() + 90s;
  Scripted<int> script{{.outcome = 1, .hangs = true}};
  Resilient<Scripted<int>, Deliberate<Retry<forever, Steady>>, Timeout<30s>> client{script};
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().fault == Fault::deadline_exceeded);
  CHECK(clock.now() <= ctx.deadline);
  CHECK(script.calls() == 3);
}

TEST_CASE("output that reached the caller is never replayed", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  Scripted<int> script{{.outcome = fail(Fault::connection_lost), .commits = true}};
  Resilient<Scripted<int>, Steady> client{script};
  const auto answer = client(0, ctx);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().fault == Fault::interrupted);
  CHECK(answer.error().policy == "Backoff");
  CHECK(script.calls() == 1);
}

TEST_CASE("output that a nested client committed is not replayed by the outer one", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  Scripted<int> script{{.outcome = fail(Fault::connection_lost), .commits = true}};
  Resilient<Resilient<Scripted<int>, Timeout<30s>>, Steady> client{script};
  CHECK(client(0, ctx).error().fault == Fault::interrupted);
  CHECK(script.calls() == 1);
}

TEST_CASE("the ceiling on attempts is the stack's own unless the call names one", "[client]") {
  ManualClock clock;
  Scripted<int> script{{fail(Fault::unavailable)}};
  Resilient<Scripted<int>, Retry<5, Steady>> client{script};
  CHECK(client.attempts_allowed() == 6);
  SECTION("its own") {
    Context ctx = clock.context();
    CHECK(client(0, ctx).error().reason == Reason::retries_exhausted);
    CHECK(script.calls() == 6);
  }
  SECTION("lower") {
    Context ctx = clock.context();
    ctx.max_attempts = 2;
    const Error error = client(0, ctx).error();
    CHECK(error.reason == Reason::attempt_ceiling);
    CHECK(error.policy == "Retry");
    CHECK(script.calls() == 2);
  }
  SECTION("higher changes nothing") {
    Context ctx = clock.context();
    ctx.max_attempts = 100;
    CHECK_FALSE(client(0, ctx).has_value());
    CHECK(script.calls() == 6);
  }
}

TEST_CASE("retries of a nested client count against the outer ceiling, once each", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  Scripted<int> script{{fail(Fault::unavailable)}};
  Resilient<Resilient<Scripted<int>, Retry<2, Steady>>, Timeout<5min>> client{script};
  CHECK(client.attempts_allowed() == 3);
  const Error error = client(0, ctx).error();
  CHECK(script.calls() == 3);
  CHECK(ctx.attempt() == 3);
  CHECK(error.history.total() == 3);
}

TEST_CASE("a policy that reads no time is still cut off at the deadline", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  ctx.deadline = clock.now() + 5s;
  Resilient<Scripted<int>, Gate> client{Scripted<int>{{1}}};
  const Error error = client(0, ctx).error();
  CHECK(error.fault == Fault::deadline_exceeded);
  CHECK(error.policy == "Gate");
  CHECK(error.reason == Reason::probes_out);
}

TEST_CASE("a wake left over from an earlier wait does not shorten the delay before a retry", "[client]") {
  WokenDriver driver;
  Context ctx{driver};
  Scripted<int> script{{fail(Fault::unavailable)}, {1}};
  Resilient<Scripted<int>, Steady, Waking> client{script};
  const Instant began = driver.time;
  CHECK(client(0, ctx).value() == 1);
  CHECK(driver.early == 1);
  CHECK(driver.time - began == 1s);
}
