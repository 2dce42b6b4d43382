// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Nobody waits at one provider while another is ready; when none is, the call goes to the one that is ready first.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Script = Scripted<int>;
using Limited = Resilient<Script, Limiter<SlidingWindow, RPM<1>>>;
using Guarded = Resilient<Script, Breaker<1, 60s, 1>>;
using Patient = Resilient<Script, Backoff<Constant, NoJitter, 1s, 60s>>;

std::unexpected<Error> limited(Duration hint) {
  auto error = fail(Fault::rate_limited, 429);
  error.error().retry_after = hint;
  return error;
}

template <class Client>
Outcome<int> call(Client& client, ManualClock& clock) {
  Context ctx = clock.context();
  return client(0, ctx);
}

}  // namespace

TEST_CASE("a candidate whose limiter would wait is passed over while another is ready", "[failover]") {
  ManualClock clock;
  const Script a{{1}};
  const Script b{{2}};
  Failover<Priority, Limited, Limited> chat{a, b};
  const Instant begin = clock.now();
  CHECK(call(chat, clock).value() == 1);
  CHECK(call(chat, clock).value() == 2);
  CHECK(clock.now() == begin);
  CHECK(limiter(chat.get<0>()).waiting() == 0);
}

TEST_CASE("when all limiters would wait, the call waits at the one that is free first", "[failover]") {
  ManualClock clock;
  const Script a{{1}};
  const Script b{{2}};
  Failover<Priority, Limited, Limited> chat{a, b};
  (void)call(chat, clock);
  clock.advance(10s);
  (void)call(chat, clock);
  const Instant begin = clock.now();
  CHECK(call(chat, clock).value() == 1);
  CHECK(clock.now() == begin + 50s);
  CHECK(call(chat, clock).value() == 2);
  CHECK(clock.now() == begin + 60s);
}

TEST_CASE("nobody waits for a candidate that would be ready too late", "[failover]") {
  ManualClock clock;
  const Script a{{1}};
  Failover<Priority, Limited, Limited> chat{a, a};
  (void)call(chat, clock);
  (void)call(chat, clock);
  const Instant begin = clock.now();
  Context ctx = clock.context();
  ctx.deadline = begin + 60s;
  const auto outcome = chat(0, ctx);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().fault == Fault::throttled);
  CHECK(outcome.error().retry_after == 60s);
  CHECK(clock.now() == begin);
  CHECK(limiter(chat.get<1>()).waiting() == 0);
}

TEST_CASE("a call that does not want to wait says so in its route", "[failover]") {
  ManualClock clock;
  const Script a{{1}};
  Failover<Priority, Limited, Limited> chat{a, a};
  (void)call(chat, clock);
  (void)call(chat, clock);
  const Instant begin = clock.now();
  Context ctx = clock.context();
  ctx.route.wait = false;
  CHECK(chat(0, ctx).error().reason == Reason::elsewhere);
  CHECK(clock.now() == begin);
}

TEST_CASE("when all breakers are open, the call waits for the first probe if its deadline allows",
          "[failover]") {
  ManualClock clock;
  const Script a{{fail(Fault::unavailable)}, {1}};
  const Script b{{fail(Fault::unavailable)}, {2}};
  Failover<Priority, Guarded, Guarded> chat{a, b};
  Context late = clock.context();
  late.deadline = clock.now() + 30s;
  CHECK(chat(0, late).error().fault == Fault::unavailable);
  CHECK(call(chat, clock).value() == 1);
  CHECK(a.calls() == 2);
  CHECK(b.calls() == 1);
}

TEST_CASE("a rate limit at every provider is waited out at the one that ends first", "[failover]") {
  ManualClock clock;
  const Script a{{limited(9s)}, {1}};
  const Script b{{limited(4s)}, {2}};
  Failover<Priority, Patient, Patient> chat{a, b};
  const Instant begin = clock.now();
  CHECK(call(chat, clock).value() == 2);
  CHECK(clock.now() == begin + 4s);
  CHECK(a.calls() == 1);
}

TEST_CASE("who is gone back to leaves an attempt for the one that has not been asked yet", "[failover]") {
  ManualClock clock;
  const Script a{{limited(1s)}};
  const Script b{{2}};
  Failover<Priority, Patient, Limited> chat{a, b};
  Context first = clock.context();
  REQUIRE(chat.get<1>()(0, first));  // b has room again in 60 s
  const Instant begin = clock.now();
  Context ctx = clock.context();
  CHECK(chat(0, ctx).value() == 2);
  CHECK(clock.now() == begin + 60s);
  CHECK(ctx.attempt() == chat.attempts_allowed());
}

TEST_CASE("a candidate without retries is not asked twice because of a rate limit", "[failover]") {
  ManualClock clock;
  const Script a{{limited(1s)}};
  Failover<Priority, Script, Script> chat{a, a};
  CHECK(call(chat, clock).error().fault == Fault::rate_limited);
  CHECK(a.calls() == 2);
}

TEST_CASE("a stop request ends the wait for a provider", "[failover]") {
  ManualClock clock;
  std::stop_source source;
  Context ctx = clock.context();
  ctx.stop = source.get_token();
  auto stopping = [&](const int&, Context&) -> Outcome<int> {
    source.request_stop();
    return limited(9s);
  };
  using Client = Resilient<decltype(stopping), Breaker<1, 60s, 1>, Backoff<Constant, NoJitter, 1s, 60s>>;
  Failover<Priority, Client, Client> chat{stopping, stopping};
  const Instant begin = clock.now();
  CHECK_FALSE(chat(0, ctx));
  CHECK(clock.now() == begin);
  CHECK(ctx.attempt() == 1);
}

TEST_CASE("going back to a provider keeps to the ceiling on attempts", "[failover]") {
  ManualClock clock;
  const Script a{{limited(1s)}};
  Failover<Priority, Patient, Patient> chat{a, a};
  Context ctx = clock.context();
  ctx.max_attempts = 3;
  CHECK_FALSE(chat(0, ctx));
  CHECK(ctx.attempt() == 3);
}

TEST_CASE("available lists who would be asked now, and why the others would not", "[failover]") {
  struct Closed : Breaker<1, 60s, 1> {
    [[nodiscard]] Readiness readiness(const Context&, Instant now) const noexcept {
      return {retry_after(now), Fault::circuit_open, Reason::open, name};
    }
  };
  ManualClock clock;
  const Script a{{fail(Fault::unavailable)}};
  const Script b{{2}};
  Failover<Priority, Named<"a", Resilient<Script, Closed>>, Named<"b", Script>> chat{a, b};
  CHECK(call(chat, clock).value() == 2);
  clock.advance(20s);
  Context ctx = clock.context();
  const auto list = available(chat, 0, ctx);
  CHECK(list[0].provider == "a");
  CHECK_FALSE(list[0].readiness.ready());
  CHECK(list[0].readiness.wait == 40s);
  CHECK(list[0].readiness.reason == Reason::open);
  CHECK(list[0].readiness.policy == "Breaker");
  CHECK(list[1].provider == "b");
  CHECK(list[1].readiness.ready());
  CHECK(chat.readiness(ctx, clock.now()).ready());
}

TEST_CASE("a candidate whose key is closed off is passed over while another is ready", "[failover]") {
  struct Itself {
    std::uint64_t operator()(const int& key) const noexcept { return static_cast<std::uint64_t>(key); }
  };
  ManualClock clock;
  const Instant begin = clock.now();
  const auto ask = [&](auto& client, int key) {
    Context ctx = clock.context();
    return client(key, ctx).value();
  };
  const Script b{{2}};

  const Script well{{1}};
  using PerMinute = Resilient<Script, Keyed<Itself, Limiter<SlidingWindow, RPM<1>>, 10>>;
  Failover<Priority, Named<"a", PerMinute>, Named<"b", Script>> limited{well, b};
  CHECK(ask(limited, 7) == 1);
  CHECK(ask(limited, 7) == 2);
  CHECK(ask(limited, 8) == 1);

  const Script dead{{fail(Fault::unavailable)}};
  using Broken = Resilient<Script, Keyed<Itself, Breaker<2, 60s, 1>, 10>>;
  Failover<Priority, Named<"a", Broken>, Named<"b", Script>> broken{dead, b};
  for (int i = 0; i < 5; ++i) CHECK(ask(broken, 7) == 2);
  CHECK(dead.calls() == 2);
  CHECK(clock.now() == begin);
}
