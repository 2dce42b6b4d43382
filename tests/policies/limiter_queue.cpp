// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Callers that wait for a limiter: their order, and what happens when one of them leaves.

#include <aramid/policies/limiter.hpp>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

using Card = Limiter<SlidingWindow, RPM<2>, TPM<100>>;
using Visitor = Caller<Card>;

/// A full limiter at 0 s and 10 s, and four visitors in its queue from 20 s on.
struct Line {
  Card limiter;
  Visitor a{limiter}, b{limiter}, c{limiter}, d{limiter};

  Line() {
    for (const Duration now : {0s, 10s}) {
      Visitor call{limiter};
      REQUIRE(call.enter(at(now)));
      call.succeed(at(now));
    }
    for (Visitor* visitor : {&a, &b, &c, &d}) {
      REQUIRE(waits(visitor->ask(at(20s))));
      CHECK(!visitor->woken());
    }
  }
  ~Line() { CHECK(limiter.waiting() == 0); }
};

}  // namespace

TEST_CASE("waiting callers are let in in the order in which they came") {
  Line queue;
  CHECK(queue.limiter.waiting() == 4);
  CHECK(queue.a.answer().until == at(60s));
  for (Visitor* visitor : {&queue.d, &queue.c, &queue.b}) CHECK(waits(visitor->ask(at(60s))));
  CHECK(proceeds(queue.a.ask(at(60s))));
  CHECK(queue.b.woken());
  CHECK(waits(queue.b.ask(at(60s))));
  CHECK(queue.b.answer().until == at(70s));
  CHECK(proceeds(queue.b.ask(at(70s))));
  CHECK(queue.c.woken());
  CHECK(waits(queue.c.ask(at(70s))));
  CHECK(queue.c.answer().until == at(120s));
  CHECK(proceeds(queue.c.ask(at(120s))));
  CHECK(proceeds(queue.d.ask(at(130s))));
}

TEST_CASE("a newcomer does not overtake those who wait, although there is room for it") {
  Line queue;
  Visitor newcomer{queue.limiter};
  CHECK(waits(newcomer.ask(at(60s))));
  CHECK(!queue.limiter.can_proceed(0, at(60s)).allowed);
  newcomer.drop();
  for (Visitor* visitor : {&queue.a, &queue.b, &queue.c, &queue.d}) visitor->drop();
}

TEST_CASE("can_proceed counts those who wait in") {
  Line queue;
  // Turns at 60, 70, 120 and 130 s; the next at 180 s.
  CHECK(queue.limiter.can_proceed(0, at(20s)).wait == 160s);
  CHECK(queue.limiter.waiting() == 4);
  for (Visitor* visitor : {&queue.a, &queue.b, &queue.c, &queue.d}) visitor->drop();
}

TEST_CASE("when the first one gives up, the second is woken, and nobody else") {
  Line queue;
  queue.a.drop();
  CHECK(queue.b.woken());
  CHECK(!queue.c.woken());
  CHECK(!queue.d.woken());
  CHECK(waits(queue.b.ask(at(30s))));
  CHECK(queue.b.answer().until == at(60s));
  for (Visitor* visitor : {&queue.b, &queue.c, &queue.d}) visitor->drop();
}

TEST_CASE("when one in the middle gives up, nobody is woken, and its share goes to those behind it") {
  Line queue;
  queue.b.drop();
  for (Visitor* visitor : {&queue.a, &queue.c, &queue.d}) CHECK(!visitor->woken());
  CHECK(proceeds(queue.a.ask(at(60s))));
  CHECK(waits(queue.c.ask(at(60s))));
  CHECK(queue.c.answer().until == at(70s));
  queue.c.drop();
  queue.d.drop();
}

TEST_CASE("when the last one gives up, nobody is woken, and the next comer takes its place") {
  Line queue;
  queue.d.drop();
  for (Visitor* visitor : {&queue.a, &queue.b, &queue.c}) CHECK(!visitor->woken());
  CHECK(queue.limiter.can_proceed(0, at(20s)).wait == 110s);
  for (Visitor* visitor : {&queue.a, &queue.b, &queue.c}) visitor->drop();
}

TEST_CASE("room that is given back early wakes the first in the queue, and nobody else") {
  Card limiter;
  Visitor sent{limiter};
  Visitor unsent{limiter};
  REQUIRE(sent.enter(at(0s)));
  REQUIRE(proceeds(unsent.ask(at(0s))));
  Visitor first{limiter};
  Visitor second{limiter};
  REQUIRE(waits(first.ask(at(1s))));
  REQUIRE(waits(second.ask(at(1s))));
  unsent.drop();
  CHECK(first.woken());
  CHECK(!second.woken());
  CHECK(proceeds(first.ask(at(2s))));
  CHECK(second.woken());
  CHECK(waits(second.ask(at(2s))));
  CHECK(second.answer().until == at(60s));
  second.drop();
}

TEST_CASE("a correction downward wakes the first in the queue") {
  Card limiter;
  Visitor call{limiter};
  call.ctx.cost.tokens = 100;
  REQUIRE(call.enter(at(0s)));
  Visitor waiting{limiter};
  waiting.ctx.cost.tokens = 50;
  REQUIRE(waits(waiting.ask(at(1s))));
  call.ctx.usage = {30, 20};
  call.succeed(at(2s));
  CHECK(waiting.woken());
  CHECK(proceeds(waiting.ask(at(2s))));
}

TEST_CASE("a small call does not overtake a large one that waits for tokens") {
  Card limiter;
  Visitor call{limiter};
  call.ctx.cost.tokens = 60;
  REQUIRE(call.enter(at(0s)));
  Visitor large{limiter};
  large.ctx.cost.tokens = 50;
  Visitor small{limiter};
  small.ctx.cost.tokens = 1;
  REQUIRE(waits(large.ask(at(1s))));
  REQUIRE(waits(small.ask(at(1s))));
  CHECK(waits(small.ask(at(30s))));
  CHECK(proceeds(large.ask(at(60s))));
  CHECK(proceeds(small.ask(at(60s))));
}

TEST_CASE("a caller whose deadline comes before its turn behind the others is refused at once") {
  Line queue;
  Visitor hasty{queue.limiter};
  hasty.ctx.deadline = at(150s);
  REQUIRE(refuses(hasty.ask(at(20s))));
  CHECK(hasty.answer().retry_after == Duration{160s});
  CHECK(queue.limiter.waiting() == 4);
  for (Visitor* visitor : {&queue.a, &queue.b, &queue.c, &queue.d}) visitor->drop();
}

TEST_CASE("a freeze while callers wait moves their turns, and refuses the first if that is too late for it") {
  Card limiter;
  Visitor sent[] = {Visitor{limiter}, Visitor{limiter}};
  for (Visitor& call : sent) REQUIRE(call.enter(at(0s)));
  Visitor hasty{limiter};
  hasty.ctx.deadline = at(90s);
  Visitor patient{limiter};
  REQUIRE(waits(hasty.ask(at(1s))));
  REQUIRE(waits(patient.ask(at(1s))));
  sent[0].fail(at(10s), Fault::rate_limited, 100s);
  CHECK(refuses(hasty.ask(at(60s))));
  CHECK(hasty.answer().reason == Reason::frozen);
  CHECK(patient.woken());
  CHECK(waits(patient.ask(at(60s))));
  CHECK(patient.answer().until == at(110s));
  CHECK(proceeds(patient.ask(at(110s))));
}

TEST_CASE("a caller that was refused after waiting holds no place") {
  Card limiter;
  Visitor sent[] = {Visitor{limiter}, Visitor{limiter}};
  for (Visitor& call : sent) REQUIRE(call.enter(at(0s)));
  Visitor hasty{limiter};
  hasty.ctx.deadline = at(61s);
  REQUIRE(waits(hasty.ask(at(1s))));
  sent[0].fail(at(2s), Fault::rate_limited, 100s);
  REQUIRE(refuses(hasty.ask(at(60s))));
  CHECK(limiter.waiting() == 0);
}

TEST_CASE("callers that wait are refused, one after the other, when the server says tomorrow meanwhile") {
  Card limiter;
  Visitor sent[] = {Visitor{limiter}, Visitor{limiter}};
  for (Visitor& call : sent) REQUIRE(call.enter(at(0s)));
  Visitor first{limiter};
  Visitor second{limiter};
  REQUIRE(waits(first.ask(at(1s))));
  REQUIRE(waits(second.ask(at(1s))));
  sent[0].fail(at(2s), Fault::quota_exhausted, 20h);
  REQUIRE(refuses(first.ask(at(60s))));
  CHECK(first.answer().reason == Reason::frozen);
  CHECK(second.woken());
  REQUIRE(refuses(second.ask(at(60s))));
  CHECK(second.answer().retry_after >= Duration{19h});
  CHECK(limiter.waiting() == 0);
}

TEST_CASE("a call that comes in a long freeze is told when to come again, also behind others") {
  Card limiter;
  Visitor sent[] = {Visitor{limiter}, Visitor{limiter}};
  for (Visitor& call : sent) REQUIRE(call.enter(at(0s)));
  Visitor waiting{limiter};
  REQUIRE(waits(waiting.ask(at(1s))));
  sent[0].fail(at(2s), Fault::rate_limited, 24h);
  Visitor late{limiter};
  REQUIRE(refuses(late.ask(at(3s))));
  CHECK(late.answer().reason == Reason::frozen);
  CHECK(late.answer().retry_after == Duration{24h} - 1s);
}

TEST_CASE("the first in the queue is woken by a freeze, and hears at once of one that is too long") {
  Card limiter;
  Visitor sent[] = {Visitor{limiter}, Visitor{limiter}};
  for (Visitor& call : sent) REQUIRE(call.enter(at(0s)));
  Visitor first{limiter}, second{limiter};
  REQUIRE(waits(first.ask(at(1s))));
  REQUIRE(waits(second.ask(at(1s))));
  sent[0].fail(at(2s), Fault::rate_limited, 10s);
  CHECK(first.woken());
  CHECK(!second.woken());
  REQUIRE(waits(first.ask(at(2s))));
  sent[1].fail(at(3s), Fault::quota_exhausted, 20h);
  CHECK(first.woken());
  REQUIRE(refuses(first.ask(at(3s))));
  CHECK(second.woken());
  REQUIRE(refuses(second.ask(at(3s))));
}

TEST_CASE("the first in the queue is woken by a report that nothing is left until tomorrow") {
  Card limiter;
  Visitor sent[] = {Visitor{limiter}, Visitor{limiter}};
  for (Visitor& call : sent) REQUIRE(call.enter(at(0s)));
  Visitor first{limiter};
  REQUIRE(waits(first.ask(at(1s))));
  sent[0].ctx.hints.requests = {.remaining = 0, .reset = 20h};
  sent[0].succeed(at(2s));
  CHECK(first.woken());
  CHECK(refuses(first.ask(at(2s))));
}
