// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Events: which are announced, to whom, and what they say.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <vector>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;
using testing::Scripted;

namespace {

constexpr auto everything = static_cast<EventMask>(~0U);

// Keeps what it hears.
struct Ear : Listener {
  std::vector<Event> heard;

  explicit Ear(EventMask wants) : Listener{wants, &Ear::hear} {}
  static void hear(Listener& self, const Event& event) noexcept {
    static_cast<Ear&>(self).heard.push_back(event);
  }

  [[nodiscard]] std::vector<EventKind> kinds() const {
    std::vector<EventKind> all;
    for (const Event& event : heard) all.push_back(event.kind);
    return all;
  }
};

struct Link {
  Listeners& chain;
  Listener& node;
  Link(Listeners& listeners, Listener& listener) : chain{listeners}, node{listener} { chain.link(node); }
  ~Link() { chain.unlink(node); }
};

using Steady = Backoff<Constant, NoJitter, 1s, 10s>;
using Script = Scripted<int>;
using enum EventKind;

}  // namespace

TEST_CASE("a chain wants what its listeners want, and nothing when it is empty", "[events]") {
  Listeners chain;
  CHECK_FALSE(chain.want(waited));
  Ear ear{mask_of(waited)};
  {
    const Link link{chain, ear};
    CHECK(chain.want(waited));
    CHECK_FALSE(chain.want(rejected));
  }
  CHECK_FALSE(chain.want(waited));
}

TEST_CASE("a listener that leaves takes only its own wishes with it", "[events]") {
  Listeners chain;
  Ear outer{mask_of(waited)};
  Ear inner{mask_of(waited, rejected)};
  const Link first{chain, outer};
  {
    const Link second{chain, inner};
    CHECK(chain.want(rejected));
    chain.announce({.kind = rejected});
    chain.announce({.kind = waited});
  }
  CHECK_FALSE(chain.want(rejected));
  CHECK(chain.want(waited));
  CHECK(outer.kinds() == std::vector{waited});
  CHECK(inner.kinds() == std::vector{rejected, waited});
}

TEST_CASE("every kind of event has a place in the mask", "[events]") {
  STATIC_REQUIRE(mask_of() == 0);
  STATIC_REQUIRE(mask_of(attempt_started) == 1);
  STATIC_REQUIRE(mask_of(gave_up) != 0);
  STATIC_REQUIRE(static_cast<unsigned>(gave_up) < 16);
}

TEST_CASE("a successful call announces its attempt's begin and end", "[events]") {
  ManualClock clock;
  Context ctx = clock.context();
  Ear ear{everything};
  const Link link{ctx.listeners, ear};
  Resilient<Script, Steady> client{Script{{1, 3s}}};
  (void)client(0, ctx);
  REQUIRE(ear.kinds() == std::vector{attempt_started, attempt_succeeded});
  CHECK(ear.heard[0].attempt == 1);
  CHECK(ear.heard[1].attempt == 1);
  CHECK(ear.heard[1].duration == 3s);
  CHECK(ear.heard[1].at - ear.heard[0].at == 3s);
}

TEST_CASE("a retry is announced with its delay, and the end with why", "[events]") {
  ManualClock clock;
  Context ctx = clock.context();
  Ear ear{everything};
  const Link link{ctx.listeners, ear};
  Resilient<Script, Retry<1, Steady>> client{Script{{fail(Fault::unavailable, 503)}}};
  (void)client(0, ctx);
  REQUIRE(ear.kinds() == std::vector{attempt_started, attempt_failed, retry_scheduled, attempt_started,
                                     attempt_failed, gave_up});
  CHECK(ear.heard[1].fault == Fault::unavailable);
  CHECK(ear.heard[2].duration == 1s);
  CHECK(ear.heard[2].policy == "Retry");
  CHECK(ear.heard[3].attempt == 2);
  CHECK(ear.heard[5].reason == Reason::retries_exhausted);
}

TEST_CASE("a rejection is announced with the numbers that were compared", "[events]") {
  ManualClock clock;
  Resilient<Script, Breaker<1, 9s, 1>> client{Script{{fail(Fault::unavailable)}}};
  Context first = clock.context();
  (void)client(0, first);
  Context ctx = clock.context();
  Ear ear{everything};
  const Link link{ctx.listeners, ear};
  CHECK(client(0, ctx).error().retry_after == 9s);
  REQUIRE(ear.kinds() == std::vector{rejected});
  CHECK(ear.heard[0].fault == Fault::circuit_open);
  CHECK(ear.heard[0].reason == Reason::open);
  CHECK(ear.heard[0].policy == "Breaker");
  CHECK(ear.heard[0].measured == 1);
  CHECK(ear.heard[0].limit == 1);
  CHECK(ear.heard[0].attempt == 0);
}

TEST_CASE("a call refused by the driver itself is announced without a policy", "[events]") {
  ManualClock clock;
  Context ctx = clock.context();
  ctx.deadline = clock.now();
  Ear ear{everything};
  const Link link{ctx.listeners, ear};
  Resilient<Script, Steady> client{Script{{1}}};
  (void)client(0, ctx);
  REQUIRE(ear.heard.size() == 1);
  CHECK(ear.heard[0].kind == rejected);
  CHECK(ear.heard[0].fault == Fault::deadline_exceeded);
  CHECK(ear.heard[0].policy.empty());
}

TEST_CASE("a wait is announced when it is over, with how long it took", "[events]") {
  ManualClock clock;
  Resilient<Script, Limiter<SlidingWindow, RPM<1>>> client{Script{{1}}};
  Context first = clock.context();
  (void)client(0, first);
  Context ctx = clock.context();
  Ear ear{everything};
  const Link link{ctx.listeners, ear};
  CHECK(client(0, ctx).has_value());
  REQUIRE(ear.kinds() == std::vector{waited, attempt_started, attempt_succeeded});
  CHECK(ear.heard[0].duration == 60s);
  CHECK(ear.heard[0].policy == "Limiter");
  CHECK(ear.heard[0].reason == Reason::over_quota);
}

TEST_CASE("a breaker's move is announced with the old state and the new one", "[events]") {
  ManualClock clock;
  Context ctx = clock.context();
  Ear ear{mask_of(breaker_moved)};
  const Link link{ctx.listeners, ear};
  Resilient<Script, Breaker<1, 9s, 1>> client{Script{{fail(Fault::unavailable)}}};
  (void)client(0, ctx);
  REQUIRE(ear.heard.size() == 1);
  CHECK(ear.heard[0].measured == static_cast<int>(BreakerState::closed));
  CHECK(ear.heard[0].limit == static_cast<int>(BreakerState::open));
}

TEST_CASE("the first output is announced once", "[events]") {
  Context ctx;
  Ear ear{everything};
  const Link link{ctx.listeners, ear};
  ctx.commit();
  ctx.commit();
  CHECK(ctx.committed());
  CHECK(ear.kinds() == std::vector{first_output});
}

TEST_CASE("going to another provider is announced with the one that failed", "[events]") {
  ManualClock clock;
  Context ctx = clock.context();
  Ear ear{mask_of(failed_over)};
  const Link link{ctx.listeners, ear};
  Failover<Priority, Named<"a", Script>, Named<"b", Script>, Named<"c", Script>> chat{
      Script{{fail(Fault::overloaded)}}, Script{{fail(Fault::unauthorized)}},
      Script{{fail(Fault::unavailable)}}};
  (void)chat(0, ctx);
  REQUIRE(ear.heard.size() == 2);
  CHECK(ear.heard[0].provider == "a");
  CHECK(ear.heard[0].fault == Fault::overloaded);
  CHECK(ear.heard[1].provider == "b");
}

TEST_CASE("attempts of nested stacks are announced once each, with their provider", "[events]") {
  ManualClock clock;
  Context ctx = clock.context();
  Ear ear{mask_of(attempt_started, attempt_failed, attempt_succeeded)};
  const Link link{ctx.listeners, ear};
  using Client = Resilient<Script, Timeout<5s>>;
  Failover<Priority, Named<"a", Client>, Named<"b", Client>> chat{Script{{fail(Fault::unavailable)}},
                                                                  Script{{2}}};
  (void)chat(0, ctx);
  REQUIRE(ear.kinds() == std::vector{attempt_started, attempt_failed, attempt_started, attempt_succeeded});
  CHECK(ear.heard[1].provider == "a");
  CHECK(ear.heard[3].provider == "b");
  CHECK(ear.heard[3].attempt == 2);
}

TEST_CASE("a listener hears nothing that it does not want", "[events]") {
  ManualClock clock;
  Context ctx = clock.context();
  Ear ear{mask_of(first_output)};
  const Link link{ctx.listeners, ear};
  Resilient<Script, Telemetry, Steady> client{Script{{fail(Fault::unavailable)}, {1}}};
  (void)client(0, ctx);
  CHECK(ear.heard.empty());
}

TEST_CASE("telemetry leaves the chain as it found it, however the call ends", "[events]") {
  const auto left_as_found = [](auto act, bool stop) {
    ManualClock clock;
    Context ctx = clock.context();
    std::stop_source source;
    if (stop) source.request_stop();
    ctx.stop = source.get_token();
    Resilient<decltype(act), Telemetry, Steady, Telemetry> client{act};
    try {
      (void)client(0, ctx);
    } catch (int) {
    }
    return !ctx.listeners.want(attempt_failed) && !ctx.listeners.want(rejected);
  };
  CHECK(left_as_found([](const int&, Context&) -> Outcome<int> { return 1; }, false));
  CHECK(left_as_found([](const int&, Context&) -> Outcome<int> { return fail(Fault::unavailable); }, false));
  CHECK(left_as_found([](const int&, Context&) -> Outcome<int> { throw 1; }, false));
  CHECK(left_as_found([](const int&, Context&) -> Outcome<int> { return 1; }, true));
}
