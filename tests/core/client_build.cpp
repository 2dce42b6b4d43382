// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How a client is built, from what, and how its parts are found again.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Steady = Backoff<Constant, NoJitter, 1s, 10s>;

struct Acme {
  static constexpr Name name = "acme";
  Outcome<int> operator()(const int&, Context& ctx) {
    ctx.wait(ctx.now() + 2s);
    return fail(Fault::overloaded, 529, "busy");
  }
};

}  // namespace

TEST_CASE("a failed call names provider, policy and reason and lists its attempts", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  Resilient<Acme, Telemetry, Backoff<Exponential, Jitter>> client;
  const Error error = client(0, ctx).error();
  CHECK(error.provider == "acme");
  CHECK(error.policy == "Backoff");
  CHECK(error.reason == Reason::row_exhausted);
  CHECK(error.message == "busy");
  REQUIRE(error.history.size() == 3);
  CHECK(error.history[2].fault == Fault::overloaded);
  CHECK(error.history[2].status == 529);
  CHECK(error.history[2].took == 2s);
  CHECK(error.history[2].provider == "acme");
}

TEST_CASE("settings given at run time go to the policy that takes them, in any order", "[client]") {
  Resilient<Scripted<int>, Retry<>, Breaker<>, Timeout<>> client{Scripted<int>{{1}}, TimeoutSettings{7s},
                                                                 RetrySettings{.retries = 9}};
  CHECK(client.policy<0>().settings().retries == 9);
  CHECK(client.policy<1>().settings().failures == 5);
  CHECK(client.policy<2>().limit() == 7s);
}

TEST_CASE("of two policies with the same settings type the outer one takes the first", "[client]") {
  Resilient<Scripted<int>, Timeout<>, Timeout<>> client{Scripted<int>{{1}}, TimeoutSettings{9s},
                                                        TimeoutSettings{4s}};
  CHECK(client.policy<0>().limit() == 9s);
  CHECK(client.policy<1>().limit() == 4s);
}

TEST_CASE("a client can be built by default when its provider can", "[client]") {
  struct Provider {
    Outcome<int> operator()(const int& n, Context&) { return n; }
  };
  Resilient<Provider, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>,
            Limiter<SlidingWindow, RPM<50>, TPM<10'000>>, Timeout<30s>>
      client;
  CHECK(client(4).value() == 4);
  CHECK(breaker(client).state() == BreakerState::closed);
  CHECK(limiter(client).can_proceed(100).allowed);
  CHECK(telemetry(client).totals().successes == 1);
}

TEST_CASE("a policy is found through nested clients where it is the only one", "[client]") {
  Resilient<Resilient<Scripted<int>, Breaker<2, 5s, 1>>, Telemetry> client{
      Scripted<int>{{fail(Fault::unavailable)}}};
  (void)client(0);
  CHECK(breaker(client).failures() == 1);
  CHECK(telemetry(client).totals().calls == 1);
}

TEST_CASE("several arguments for the provider come wrapped in args", "[client]") {
  struct Sum {
    int total;
    Sum(int a, int b) : total{a + b} {}
    Outcome<int> operator()(const int& n, Context&) { return n + total; }
  };
  Resilient<Sum, Timeout<>> client{args(3, 4), TimeoutSettings{2s}};
  CHECK(client(1).value() == 8);
  CHECK(client.policy<0>().limit() == 2s);
}

TEST_CASE("a client that a lambda calls keeps its own retries", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  const Scripted<int> script{{fail(Fault::unavailable)}, {fail(Fault::unavailable)}, {5}};
  Resilient<Scripted<int>, Steady> inner{script};
  auto through = [&](const int& n, Context& call) { return inner(n, call); };
  Resilient<decltype(through), Timeout<1h>> client{through};
  CHECK(client(0, ctx).value() == 5);
  CHECK(script.calls() == 3);
}

TEST_CASE("a provider's name passes through a client without policies", "[client]") {
  ManualClock clock;
  Context ctx = clock.context();
  Resilient<Resilient<Acme>, Retry<1, Steady>> client;
  CHECK(client(0, ctx).error().provider == "acme");
}
