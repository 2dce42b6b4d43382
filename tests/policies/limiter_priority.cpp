// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The limits of a limiter's queue, and who goes first in it.

#include "limiter_calls.hpp"

#include <aramid/policies/token_bucket.hpp>

#include <vector>

using namespace desk;

namespace {

template <class Policy>
Admission ask(Caller<Policy>& call, Instant now, int priority) {
  call.ctx.priority = priority;
  return call.ask(now);
}

}  // namespace

TEST_CASE("a full queue refuses at once, with the wait as a hint") {
  Limiter<SlidingWindow, RPM<1>, Queue<2>> limiter;
  use(limiter, at(0s));
  Caller a{limiter}, b{limiter}, c{limiter};
  REQUIRE(waits(a.ask(at(1s))));
  REQUIRE(waits(b.ask(at(1s))));
  REQUIRE(refuses(c.ask(at(1s))));
  CHECK(c.answer().reason == Reason::queue_full);
  CHECK(c.answer().retry_after == Duration{179s});
  a.drop();
  CHECK(waits(c.ask(at(1s))));
  b.drop();
  c.drop();
}

TEST_CASE("a queue of no length never lets anybody wait") {
  Limiter<SlidingWindow, RPM<1>, Queue<0>> limiter;
  use(limiter, at(0s));
  Caller call{limiter};
  REQUIRE(refuses(call.ask(at(1s))));
  CHECK(call.answer().reason == Reason::over_quota);
  CHECK(call.answer().retry_after == Duration{59s});
  CHECK(limiter.waiting() == 0);
  CHECK(proceeds(call.ask(at(60s))));
}

TEST_CASE(
    "a wait that would be longer than the longest is refused at once; of exactly the longest it is not") {
  Limiter<SlidingWindow, RPM<1>, MaxWait<30s>> limiter;
  use(limiter, at(0s));
  Caller early{limiter};
  REQUIRE(refuses(early.ask(at(29s))));
  CHECK(early.answer().retry_after == Duration{31s});
  Caller in_time{limiter};
  REQUIRE(waits(in_time.ask(at(30s))));
  CHECK(in_time.answer().until == at(60s));
  CHECK(proceeds(in_time.ask(at(60s))));
}

TEST_CASE("a call whose turn is put off for longer than it may wait is refused when that time is over") {
  Limiter<SlidingWindow, RPM<2>, MaxWait<60s>> limiter;
  Caller sent{limiter};
  REQUIRE(sent.enter(at(0s)));
  use(limiter, at(0s));
  Caller first{limiter}, second{limiter};
  REQUIRE(waits(first.ask(at(10s))));
  REQUIRE(waits(second.ask(at(10s))));
  CHECK(second.answer().until == at(70s));  // it gives up then
  sent.fail(at(20s), Fault::rate_limited, 59s);
  REQUIRE(refuses(first.ask(at(60s))));
  CHECK(first.answer().reason == Reason::frozen);
  CHECK(first.answer().retry_after == Duration{19s});
  CHECK(second.woken());
  REQUIRE(refuses(second.ask(at(70s))));
  CHECK(second.answer().reason == Reason::waited_too_long);
  CHECK(second.answer().retry_after == Duration{9s});
  CHECK(limiter.waiting() == 0);
}

TEST_CASE("a call of a higher priority goes before those that came up to its ageing earlier") {
  Limiter<SlidingWindow, RPM<1>, Queue<10>, Ageing<5s>> limiter;
  use(limiter, at(0s));
  Caller old{limiter}, recent{limiter}, urgent{limiter};
  REQUIRE(waits(ask(old, at(10s), 0)));
  REQUIRE(waits(ask(recent, at(17s), 0)));
  REQUIRE(waits(ask(urgent, at(20s), 1)));
  CHECK(old.answer().until == at(60s));
  CHECK(proceeds(old.ask(at(60s))));
  CHECK(urgent.woken());
  CHECK(!recent.woken());
  CHECK(proceeds(urgent.ask(at(120s))));
  CHECK(proceeds(recent.ask(at(180s))));
}

TEST_CASE("a call that becomes first by its priority is told its turn, and the one before it steps back") {
  Limiter<SlidingWindow, RPM<1>> limiter;
  use(limiter, at(0s));
  Caller usual{limiter}, urgent{limiter};
  REQUIRE(waits(ask(usual, at(10s), 0)));
  REQUIRE(waits(ask(urgent, at(10s), 1)));
  CHECK(urgent.answer().until == at(60s));
  CHECK(waits(usual.ask(at(20s))));
  CHECK(usual.answer().until == Instant::max());
  urgent.drop();
  CHECK(usual.woken());
  CHECK(waits(usual.ask(at(20s))));
  CHECK(usual.answer().until == at(60s));
  usual.drop();
}

TEST_CASE("nobody starves, however many of a higher priority come after it", "[property]") {
  Limiter<SlidingWindow, RPS<1>, Ageing<2s>> limiter;
  use(limiter, at(0s));
  Caller patient{limiter};
  REQUIRE(waits(ask(patient, at(100ms), 0)));
  std::vector<std::unique_ptr<Caller<decltype(limiter)>>> urgent;
  Instant now = at(200ms);
  for (; now < at(200s) && waits(patient.answer()); now += 100ms) {
    // Ten times as many as get in, all of priority 3: they overtake for six seconds' worth of arrivals.
    urgent.push_back(std::make_unique<Caller<decltype(limiter)>>(limiter));
    (void)ask(*urgent.back(), now, 3);
    (void)patient.ask(now);
  }
  CHECK(proceeds(patient.answer()));
  CHECK(now > at(55s));
  CHECK(now < at(63s));
  for (auto& call : urgent) call->drop();
  CHECK(limiter.waiting() == 0);
}

TEST_CASE("room that comes back goes to those who wait at once, in order, and to nobody else") {
  Limiter<SlidingWindow, TPM<100>> limiter;
  Caller large{limiter};
  large.ctx.cost.tokens = 100;
  REQUIRE(large.enter(at(0s)));
  std::vector<std::unique_ptr<Caller<decltype(limiter)>>> line;
  for (int i = 0; i < 5; ++i) {
    line.push_back(std::make_unique<Caller<decltype(limiter)>>(limiter));
    line.back()->ctx.cost.tokens = 30;
    REQUIRE(waits(line.back()->ask(at(1s))));
  }
  large.ctx.usage = {10, 0};
  large.succeed(at(2s));
  // Three have their share before they have moved; the fourth learns its turn; the fifth sleeps on.
  CHECK(limiter.waiting() == 2);
  CHECK(limiter.used(Unit::tokens, at(2s)) == 100);
  for (int i = 0; i < 4; ++i) CHECK(line[static_cast<std::size_t>(i)]->woken());
  CHECK(!line[4]->woken());
  Caller newcomer{limiter};
  newcomer.ctx.cost.tokens = 1;
  CHECK(waits(newcomer.ask(at(2s))));
  for (int i = 0; i < 3; ++i) CHECK(proceeds(line[static_cast<std::size_t>(i)]->ask(at(3s))));
  CHECK(waits(line[3]->ask(at(3s))));
  CHECK(line[3]->answer().until == at(62s));
  newcomer.drop();
  for (auto& call : line) call->drop();
}

TEST_CASE("a caller that gives up after it was given its share passes the share on") {
  Limiter<SlidingWindow, RPM<1>> limiter;
  Caller sent{limiter};
  REQUIRE(sent.enter(at(0s)));
  Caller first{limiter}, second{limiter};
  REQUIRE(waits(first.ask(at(1s))));
  REQUIRE(waits(second.ask(at(1s))));
  sent.fail(at(2s), Fault::connection_failed);
  CHECK(first.woken());
  first.drop();
  CHECK(second.woken());
  CHECK(proceeds(second.ask(at(2s))));
  CHECK(limiter.used(Unit::requests, at(2s)) == 1);
}

TEST_CASE("a turn that comes earlier than was thought wakes the first one, and only then") {
  Limiter<SlidingWindow, TPM<100>> limiter;
  Caller a{limiter}, b{limiter};
  a.ctx.cost.tokens = 60;
  b.ctx.cost.tokens = 40;
  REQUIRE(a.enter(at(0s)));
  REQUIRE(b.enter(at(10s)));
  Caller waiting{limiter};
  waiting.ctx.cost.tokens = 70;
  REQUIRE(waits(waiting.ask(at(20s))));
  CHECK(waiting.answer().until == at(70s));
  a.ctx.usage = {20, 0};
  a.succeed(at(21s));
  CHECK(!waiting.woken());  // at 60 s there are still forty, and seventy more do not fit
  b.ctx.usage = {30, 0};
  b.succeed(at(22s));
  CHECK(waiting.woken());
  CHECK(waits(waiting.ask(at(22s))));
  CHECK(waiting.answer().until == at(60s));
  waiting.drop();
}
