// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Permits that stay with work which outlives its call.

#include <aramid/aramid.hpp>

#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::ManualClock;

TEST_CASE("a kept permit stays out until the call has ended and its work too, in either order") {
  Bulkhead<1> bulkhead;
  Caller call{bulkhead}, next{bulkhead};
  SECTION("the call ends first: an orphan") {
    REQUIRE(call.enter(at(0s)));
    Permit permit = call.ctx.permits.keep();
    CHECK(permit);
    CHECK(bulkhead.orphans() == 0);
    call.fail(at(1s), Fault::timed_out);
    CHECK(bulkhead.orphans() == 1);
    CHECK(bulkhead.in_flight() == 1);
    CHECK_FALSE(bulkhead.idle(at(1s)));
    CHECK(refuses(next.ask(at(1s))));
    permit.release();
    CHECK_FALSE(permit);
  }
  SECTION("the work ends first: the call keeps what it had") {
    REQUIRE(call.enter(at(0s)));
    {
      const Permit permit = call.ctx.permits.keep();
    }
    CHECK(bulkhead.in_flight() == 1);
    CHECK(bulkhead.orphans() == 0);
    CHECK(refuses(next.ask(at(1s))));
    call.succeed(at(1s));
  }
  SECTION("the call is dropped") {
    REQUIRE(call.enter(at(0s)));
    Permit permit = call.ctx.permits.keep();
    call.drop();
    CHECK(bulkhead.orphans() == 1);
    permit = Permit{};
  }
  CHECK(bulkhead.orphans() == 0);
  CHECK(bulkhead.in_flight() == 0);
  CHECK(bulkhead.idle(at(2s)));
  CHECK(next.enter(at(2s)));
}

TEST_CASE("several pieces of work share one permit, and it is free when the last of them is done") {
  Bulkhead<2> bulkhead;
  Caller call{bulkhead};
  REQUIRE(call.enter(at(0s)));
  std::vector<Permit> permits;
  for (int i = 0; i < 3; ++i) permits.push_back(call.ctx.permits.keep());
  CHECK(bulkhead.in_flight() == 1);
  call.succeed(at(1s));
  CHECK(bulkhead.orphans() == 1);
  permits.erase(permits.begin());
  permits.pop_back();
  CHECK(bulkhead.orphans() == 1);
  CHECK(bulkhead.in_flight() == 1);
  permits.clear();
  CHECK(bulkhead.orphans() == 0);
  CHECK(bulkhead.idle(at(1s)));
}

TEST_CASE("an orphan's permit goes to the first in line when its work is done") {
  Bulkhead<1, Queue<1>> bulkhead;
  Caller call{bulkhead}, queued{bulkhead};
  REQUIRE(call.enter(at(0s)));
  Permit permit = call.ctx.permits.keep();
  CHECK(waits(queued.ask(at(0s))));
  call.fail(at(1s), Fault::timed_out);
  CHECK_FALSE(queued.woken());
  permit.release();
  CHECK(queued.woken());
  CHECK(proceeds(queued.ask(at(2s))));
  queued.drop();
  CHECK(bulkhead.idle(at(2s)));
}

TEST_CASE("a permit can be assigned over another one, and an empty one does nothing") {
  Bulkhead<2> bulkhead;
  Caller a{bulkhead}, b{bulkhead};
  REQUIRE(a.enter(at(0s)));
  REQUIRE(b.enter(at(0s)));
  Permit of_a = a.ctx.permits.keep(), of_b = b.ctx.permits.keep();
  a.drop();
  b.drop();
  CHECK(bulkhead.orphans() == 2);
  of_a = std::move(of_b);
  CHECK(bulkhead.orphans() == 1);
  of_a = Permit{};
  CHECK(bulkhead.idle(at(0s)));
  Context without;
  CHECK_FALSE(without.permits.keep());
}

TEST_CASE("a provider keeps the permits of all bulkheads that its call is in") {
  std::vector<Permit> work;
  struct Provider {
    std::vector<Permit>* work;
    Outcome<int> operator()(const int&, Context& ctx) {
      ctx.permits.keep_all([&](Permit permit) { work->push_back(std::move(permit)); });
      return fail(Fault::timed_out);
    }
  };
  ManualClock clock;
  Resilient<Resilient<Provider, Bulkhead<1>>, Bulkhead<2>, Timeout<5s>> client{args(Provider{&work})};
  auto& outer = client.policy<0>();
  auto& inner = client.provider().policy<0>();
  Context ctx = clock.context();
  CHECK(client(0, ctx).error().fault == Fault::timed_out);
  CHECK(work.size() == 2);
  CHECK(outer.orphans() == 1);
  CHECK(inner.orphans() == 1);
  Context second = clock.context();
  CHECK(client(0, second).error().reason == Reason::no_permit);
  CHECK(outer.in_flight() == 1);
  work.clear();
  CHECK(outer.idle(clock.now()));
  CHECK(inner.idle(clock.now()));
  Context third = clock.context();
  CHECK(client(0, third).error().fault == Fault::timed_out);
  work.clear();  // before the client goes
}
