// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Preempt without a clock that runs: what it refuses, what it leaves alone, virtual time, and what it says of
// itself.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/preempt.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;

namespace {

// Waits on the call's clock, and looks at its stop token alone to say why it ended.
struct Patient {
  static constexpr Name name = "patient";
  Duration takes{0};
  std::stop_token* seen = nullptr;
  bool commits = false;
  Outcome<int> operator()(const int& n, Context& ctx) const {
    if (seen != nullptr) *seen = ctx.stop;
    if (commits) ctx.commit();
    const Instant end = saturating_add(ctx.now(), takes);
    ctx.wait(smaller(end, ctx.deadline));
    if (ctx.now() >= end && !ctx.stop.stop_requested()) return n;
    return fail(Fault::cancelled);
  }
};

struct Unasked {
  Outcome<int> operator()(const int&, Context&) const {
    FAIL("the provider must not be asked");
    return 1;
  }
};

struct Nameless {
  int value = 0;
  Outcome<int> operator()(const int&, Context&) const { return value; }
};
struct Bounded {
  Outcome<int> operator()(const int&, Context&) const { return 1; }
  static consteval Duration worst_case() { return 3s; }
};

}  // namespace

TEST_CASE("without a deadline the provider gets the caller's own token", "[preempt]") {
  std::stop_source source;
  std::stop_token seen;
  auto provider = preempt(Patient{.seen = &seen});
  Context ctx;
  ctx.stop = source.get_token();
  CHECK(provider(1, ctx).value() == 1);
  CHECK(seen == source.get_token());
  CHECK(ctx.stop == source.get_token());
}

TEST_CASE("with a deadline the provider gets a token for the call, and the caller's is back afterwards",
          "[preempt]") {
  std::stop_source source;
  std::stop_token seen;
  auto provider = preempt(Patient{.seen = &seen});
  Context ctx;
  ctx.stop = source.get_token();
  ctx.deadline = SteadyClock::now() + Duration{1h};
  CHECK(provider(1, ctx).value() == 1);
  CHECK(seen.stop_possible());
  CHECK_FALSE(seen == source.get_token());
  CHECK(ctx.stop == source.get_token());
  Context tokenless;
  tokenless.deadline = ctx.deadline;
  CHECK(provider(1, tokenless).value() == 1);
  CHECK(seen.stop_possible());
  CHECK_FALSE(tokenless.stop.stop_possible());
}

TEST_CASE("a call whose time is over, or that is stopped, makes no attempt", "[preempt]") {
  Preempt<Unasked> provider;
  Context late;
  late.deadline = SteadyClock::now();
  CHECK(provider(1, late).error().fault == Fault::deadline_exceeded);
  late.deadline = Instant::min();
  CHECK(provider(1, late).error().fault == Fault::deadline_exceeded);
  std::stop_source source;
  source.request_stop();
  Context stopped;
  stopped.stop = source.get_token();
  stopped.deadline = SteadyClock::now() + Duration{1h};
  CHECK(provider(1, stopped).error().fault == Fault::cancelled);
  ManualClock clock;
  Context virtually_late = clock.context();
  virtually_late.deadline = clock.now();
  CHECK(provider(1, virtually_late).error().fault == Fault::deadline_exceeded);
}

TEST_CASE("an attempt whose time went by before the provider was asked is timed out", "[preempt]") {
  static ManualClock* moved = nullptr;
  struct Dawdler {  // takes two seconds that the stack does not know of
    struct Scope {};
    Admission admit(Scope&, Context&, Instant) noexcept {
      moved->advance(2s);
      return Admission::proceed();
    }
    Verdict settle(Scope&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
    void release(Scope&, Context&) noexcept {}
  };
  ManualClock clock;
  moved = &clock;
  Resilient<Preempt<Unasked>, Timeout<1s>, Dawdler> client;
  Context ctx = clock.context();
  CHECK(client(1, ctx).error().fault == Fault::timed_out);
}

TEST_CASE("a stop requested by the provider's own caller during the call stays a cancel", "[preempt]") {
  std::stop_source source;
  auto provider = preempt([&](const int&, Context& ctx) -> Outcome<int> {
    source.request_stop();
    CHECK(ctx.stop.stop_requested());
    return fail(Fault::cancelled);
  });
  Context ctx;
  ctx.stop = source.get_token();
  ctx.deadline = SteadyClock::now() + Duration{1h};
  CHECK(provider(1, ctx).error().fault == Fault::cancelled);
}

TEST_CASE("a failure that is no cancel is not touched, whenever it comes", "[preempt]") {
  auto provider = preempt([](const int&, Context& ctx) -> Outcome<int> {
    ctx.wait(ctx.deadline);
    return fail(Fault::connection_lost);
  });
  Context ctx;
  ctx.deadline = SteadyClock::now() + Duration{1ms};
  CHECK(provider(1, ctx).error().fault == Fault::connection_lost);
}

TEST_CASE("a deadline after the commit interrupts", "[preempt]") {
  auto provider = preempt(Patient{.takes = 1h, .commits = true});
  Context ctx;
  ctx.deadline = SteadyClock::now() + Duration{1ms};
  CHECK(provider(1, ctx).error().fault == Fault::interrupted);
}

TEST_CASE("on a manual clock the wait ends at the deadline, and nothing is armed", "[preempt]") {
  ManualClock clock;
  std::stop_source source;
  std::stop_token seen;
  auto provider = preempt(Patient{.takes = 5h, .seen = &seen});
  Resilient<decltype(provider), Timeout<1h>> client{provider};
  Context ctx = clock.context();
  ctx.stop = source.get_token();
  const Instant began = clock.now();
  CHECK(client(1, ctx).error().fault == Fault::timed_out);
  CHECK(clock.now() == began + 1h);
  CHECK(seen == source.get_token());
  Context patient = clock.context();
  patient.deadline = clock.now() + 6h;
  CHECK(provider(2, patient).value() == 2);
}

TEST_CASE("on a manual clock a caller's cancel stays a cancel", "[preempt]") {
  ManualClock clock;
  std::stop_source source;
  auto provider = preempt([&](const int&, Context& ctx) -> Outcome<int> {
    source.request_stop();
    clock.advance(2h);
    return ctx.stop.stop_requested() ? fail(Fault::cancelled) : Outcome<int>{1};
  });
  Context ctx = clock.context();
  ctx.stop = source.get_token();
  ctx.deadline = clock.now() + 1h;
  CHECK(provider(1, ctx).error().fault == Fault::cancelled);
}

TEST_CASE("it has its provider's name, size and worst case, and shows itself in the description",
          "[preempt]") {
  STATIC_REQUIRE(static_name_of<Preempt<Patient>>() == "patient");
  STATIC_REQUIRE(name_of(Preempt<Patient>{}) == "patient");
  STATIC_REQUIRE_FALSE(has_name_v<Preempt<Nameless>>);
  STATIC_REQUIRE(sizeof(Preempt<Nameless>) == sizeof(Nameless));
  STATIC_REQUIRE(sizeof(Resilient<Preempt<Unasked>, Timeout<2s>>) == sizeof(Resilient<Unasked, Timeout<2s>>));
  STATIC_REQUIRE_FALSE(is_stack_v<Preempt<Nameless>>);
  STATIC_REQUIRE(worst_case<Preempt<Nameless>>() == unbounded);
  STATIC_REQUIRE(worst_case<Preempt<Bounded>>() == 3s);
  STATIC_REQUIRE(worst_case<Resilient<Preempt<Nameless>, Timeout<2s>>>() == 2s);
  CHECK(describe<Resilient<Preempt<Patient>, Timeout<2s>>>() == "Timeout: 2 s\nPreempt\npatient\n");
}

TEST_CASE("it is built from its provider, or from what its provider is built from", "[preempt]") {
  struct Sum {
    int value;
    Sum(int a, int b) : value{a + b} {}
    Outcome<int> operator()(const int& n, Context&) const { return value + n; }
  };
  Context ctx;
  CHECK(Preempt<Sum>{2, 3}(1, ctx).value() == 6);
  Resilient<Preempt<Sum>, Timeout<1h>> from_args{args(2, 3)};
  CHECK(from_args(1).value() == 6);
  Resilient<Preempt<Sum>, Timeout<1h>> from_provider{Sum{4, 5}};
  CHECK(from_provider(1).value() == 10);
  CHECK(from_provider.provider().provider().value == 9);
  auto function = preempt(lift([](const int& n) { return n * 2; }));
  CHECK(Resilient<decltype(function), Timeout<1h>>{function}(4).value() == 8);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Preempt<Sum>, std::string>);
}

TEST_CASE("its candidates in a failover are asked in turn", "[preempt]") {
  Failover<Priority, Named<"a", Preempt<Patient>>, Named<"b", Preempt<Nameless>>> both{Patient{.takes = 1h},
                                                                                       Nameless{9}};
  ManualClock clock;
  Context ctx = clock.context();
  ctx.deadline = clock.now() + 2h;
  CHECK(both(1, ctx).value() == 1);
  Context named;
  named.route.only = "b";
  CHECK(both(1, named).value() == 9);
}
