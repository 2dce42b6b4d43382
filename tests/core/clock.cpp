// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Who reads the clock, and how often.

#include "support/catch.hpp"
#include "support/spy.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using support::Spy;
using testing::ManualClock;

namespace {

struct Quick {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};
struct Failing {
  Outcome<int> operator()(const int&, Context&) { return fail(Fault::invalid_request); }
};
using Timeless = Spy<'t', false, false>;
using All = Resilient<Quick, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>,
                      Limiter<SlidingWindow, RPM<50>, TPM<10'000>>, Timeout<30s>>;

template <class Client>
std::uint64_t readings_of_one_call() {
  ManualClock clock;
  Client client;
  Context ctx = clock.context();
  (void)client(1, ctx);
  return clock.readings();
}

}  // namespace

TEST_CASE("a call through every policy reads the clock twice", "[clock]") {
  CHECK(readings_of_one_call<All>() == 2);
}

TEST_CASE("a call through nested stacks reads the clock twice in all", "[clock]") {
  CHECK(readings_of_one_call<Resilient<All, Timeout<60s>>>() == 2);
  CHECK(readings_of_one_call<Resilient<Resilient<All, Timeout<60s>>, Timeout<70s>>>() == 2);
}

TEST_CASE("a call through a failover inside a stack reads the clock twice", "[clock]") {
  CHECK(readings_of_one_call<Resilient<Failover<Priority, All, Quick>, Timeout<60s>>>() == 2);
  CHECK(readings_of_one_call<Failover<Priority, All, Quick>>() == 2);
  CHECK(readings_of_one_call<Resilient<Failover<Priority, Quick>, Timeout<60s>>>() == 2);
}

TEST_CASE("a failed call reads the clock twice, too", "[clock]") {
  CHECK(readings_of_one_call<Resilient<Failing, Telemetry, Backoff<Exponential, Jitter>, Timeout<3s>>>() ==
        2);
  CHECK(readings_of_one_call<Resilient<Resilient<Failing, Timeout<3s>>, Telemetry>>() == 2);
}

TEST_CASE("a second candidate takes over the reading that the first one left", "[clock]") {
  struct Down {
    Outcome<int> operator()(const int&, Context&) { return fail(Fault::unauthorized); }
  };
  using Client =
      Resilient<Failover<Priority, Resilient<Down, Timeout<3s>>, Resilient<Quick, Timeout<4s>>>, Telemetry>;
  CHECK(readings_of_one_call<Client>() == 3);
}

TEST_CASE("a stack in which no policy reads time does not read the clock", "[clock]") {
  CHECK(readings_of_one_call<Resilient<Quick, Timeless>>() == 0);
  CHECK(readings_of_one_call<Resilient<Failing, Timeless>>() == 0);
  CHECK(readings_of_one_call<Resilient<Quick>>() == 0);
  CHECK(readings_of_one_call<Failover<Priority, Quick, Quick>>() == 0);
  CHECK(readings_of_one_call<Resilient<Resilient<Quick, Timeless>, Timeless>>() == 0);
}

TEST_CASE("a nested stack is told the instant at which the outer one was entered", "[clock]") {
  ManualClock clock;
  Context ctx = clock.context();
  auto slow = [](const int& n, Context& call) -> Outcome<int> {
    call.wait(call.now() + 7s);
    return n;
  };
  Resilient<Resilient<decltype(slow), Spy<'i'>>, Spy<'o'>> client{slow};
  const Instant began = clock.now();
  (void)client(1, ctx);
  const std::vector<Instant> both{began, began + 7s};
  CHECK(client.policy<0>().told == both);
  CHECK(client.provider().policy<0>().told == both);
}

TEST_CASE("a lambda that calls another client gets fresh readings before and after it", "[clock]") {
  ManualClock clock;
  Context ctx = clock.context();
  Resilient<Quick, Spy<'i'>> inner{Quick{}};
  auto slow = [&](const int& n, Context& call) -> Outcome<int> {
    call.wait(call.now() + 5s);
    auto answer = inner(n, call);
    call.wait(call.now() + 5s);
    return answer;
  };
  const Instant began = clock.now();
  SECTION("directly in a stack") {
    Resilient<decltype(slow), Spy<'o'>> client{slow};
    (void)client(1, ctx);
    CHECK(client.policy<0>().told == std::vector<Instant>{began, began + 10s});
  }
  SECTION("through a stack that reads no time") {
    Resilient<Resilient<decltype(slow), Timeless>, Spy<'o'>> client{slow};
    (void)client(1, ctx);
    CHECK(client.policy<0>().told == std::vector<Instant>{began, began + 10s});
  }
  SECTION("as a candidate of a failover") {
    Resilient<Failover<Priority, decltype(slow)>, Spy<'o'>> client{slow};
    (void)client(1, ctx);
    CHECK(client.policy<0>().told == std::vector<Instant>{began, began + 10s});
  }
  CHECK(inner.policy<0>().told == std::vector<Instant>{began + 5s, began + 5s});
}

TEST_CASE("a retry of a nested stack is told the time at which it begins", "[clock]") {
  ManualClock clock;
  Context ctx = clock.context();
  auto twice = [tries = 0](const int& n, Context&) mutable -> Outcome<int> {
    if (++tries == 1) return fail(Fault::unavailable);
    return n;
  };
  Resilient<Resilient<decltype(twice), Spy<'i'>>, Backoff<Constant, NoJitter, 3s, 3s>> client{twice};
  const Instant began = clock.now();
  CHECK(client(1, ctx).value() == 1);
  CHECK(client.provider().policy<0>().told == std::vector<Instant>{began, began, began + 3s, began + 3s});
}

TEST_CASE("a policy that repeats waits its delay although no policy reads time", "[clock]") {
  ManualClock clock;
  Context ctx = clock.context();
  auto twice = [tries = 0](const int& n, Context&) mutable -> Outcome<int> {
    if (++tries == 1) return fail(Fault::unavailable);
    return n;
  };
  using Repeater = Spy<'r', true, false>;
  Resilient<decltype(twice), Repeater> client{twice};
  client.policy<0>().verdicts = {Verdict::again_after(4s)};
  const Instant began = clock.now();
  CHECK(client(1, ctx).value() == 1);
  CHECK(clock.now() - began == 4s);
}

TEST_CASE("a manual clock moves forward only", "[clock]") {
  ManualClock clock{1, Instant{50s}};
  CHECK(clock.now() == Instant{50s});
  clock.advance(2s);
  CHECK(clock.now() == Instant{52s});
  clock.advance_to(Instant{10s});
  CHECK(clock.now() == Instant{52s});
  clock.advance(Duration::max());
  CHECK(clock.now() == Instant::max());
}

TEST_CASE("two manual clocks with one seed give the same random numbers", "[clock]") {
  ManualClock one{7};
  ManualClock other{7};
  ManualClock different{8};
  const auto first = one.context().random();
  CHECK(first == other.context().random());
  CHECK(first != different.context().random());
  CHECK(first != one.context().random());
}

TEST_CASE("a wait on a manual clock counts and returns at once when the call was stopped", "[clock]") {
  ManualClock clock;
  Context ctx = clock.context();
  std::stop_source source;
  source.request_stop();
  ctx.stop = source.get_token();
  const Instant began = clock.now();
  ctx.wait(began + 5s);
  CHECK(clock.now() == began);
  ctx.wait(Instant::max());
  CHECK(clock.waits() == 2);
}
