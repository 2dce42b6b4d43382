// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Permits and the line for them: who gets one, who waits, who is woken, who is refused and why.

#include <aramid/aramid.hpp>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

template <class Policy>
using Callers = std::unique_ptr<Caller<Policy>>;

template <class Policy>
auto caller(Policy& policy, int priority = 0) {
  auto made = std::make_unique<Caller<Policy>>(policy);
  made->ctx.priority = priority;
  return made;
}

}  // namespace

TEST_CASE("a bulkhead lets as many calls in as it has permits and refuses the next one with the numbers") {
  Bulkhead<2> bulkhead;
  Caller a{bulkhead}, b{bulkhead}, c{bulkhead};
  CHECK(a.enter(at(0s)));
  CHECK(b.enter(at(0s)));
  CHECK(refuses(c.ask(at(0s))));
  CHECK(c.answer().fault == Fault::saturated);
  CHECK(c.answer().reason == Reason::no_permit);
  std::int64_t measured = 0, limit = 0;
  CallAccess::take_compared(c.ctx, measured, limit);
  CHECK(measured == 2);
  CHECK(limit == 2);
  CHECK(bulkhead.in_flight() == 2);
  a.succeed(at(1s));
  CHECK(bulkhead.in_flight() == 1);
  CHECK(c.enter(at(1s)));
}

TEST_CASE("every way in which a call can end gives its permit back") {
  Bulkhead<1> bulkhead;
  Caller call{bulkhead};
  for (int way = 0; way < 5; ++way) {
    INFO(way);
    REQUIRE(call.enter(at(0s)));
    CHECK(bulkhead.in_flight() == 1);
    if (way == 0) call.succeed(at(1s));
    if (way == 1) call.fail(at(1s));
    if (way == 2) call.fail(at(1s), Fault::invalid_request);
    if (way == 3) call.fail(at(1s), Fault::cancelled);
    if (way == 4) call.drop();
    CHECK(bulkhead.in_flight() == 0);
    CHECK(bulkhead.idle(at(1s)));
  }
}

TEST_CASE("a permit that comes back goes to the first in line, which alone is woken") {
  Bulkhead<1, Queue<3>> bulkhead;
  Caller runs{bulkhead}, first{bulkhead}, second{bulkhead}, late{bulkhead};
  CHECK(runs.enter(at(0s)));
  CHECK(waits(first.ask(at(1s))));
  CHECK(waits(second.ask(at(2s))));
  CHECK(bulkhead.waiting() == 2);
  runs.succeed(at(3s));
  CHECK(first.woken());
  CHECK_FALSE(second.woken());
  // It is handed over: nobody can slip in before the one that was woken has taken it.
  CHECK(waits(late.ask(at(3s))));
  CHECK(bulkhead.in_flight() == 1);
  CHECK(proceeds(first.ask(at(4s))));
  first.succeed(at(5s));
  CHECK(second.woken());
  CHECK(proceeds(second.ask(at(5s))));
  second.drop();
  CHECK(proceeds(late.ask(at(5s))));
  late.drop();
  CHECK(bulkhead.idle(at(5s)));
}

TEST_CASE("a woken call that has given up passes its permit on at once") {
  Bulkhead<1, Queue<3>> bulkhead;
  Caller runs{bulkhead}, first{bulkhead}, second{bulkhead};
  CHECK(runs.enter(at(0s)));
  CHECK(waits(first.ask(at(0s))));
  CHECK(waits(second.ask(at(0s))));
  runs.succeed(at(1s));
  REQUIRE(first.woken());
  first.drop();
  CHECK(second.woken());
  CHECK(proceeds(second.ask(at(1s))));
  second.drop();
  CHECK(bulkhead.idle(at(1s)));
}

TEST_CASE("a call that leaves the line wakes nobody and the line goes on without it") {
  Bulkhead<1, Queue<3>> bulkhead;
  Caller runs{bulkhead}, first{bulkhead}, middle{bulkhead}, last{bulkhead};
  CHECK(runs.enter(at(0s)));
  CHECK(waits(first.ask(at(0s))));
  CHECK(waits(middle.ask(at(0s))));
  CHECK(waits(last.ask(at(0s))));
  middle.drop();
  CHECK(bulkhead.waiting() == 2);
  CHECK_FALSE(first.woken());
  CHECK_FALSE(last.woken());
  runs.succeed(at(1s));
  CHECK(proceeds(first.ask(at(1s))));
  first.succeed(at(2s));
  CHECK(last.woken());
  CHECK(proceeds(last.ask(at(2s))));
  last.drop();
  CHECK(bulkhead.idle(at(2s)));
}

TEST_CASE("a full line refuses with the length of the line") {
  Bulkhead<1, Queue<1>> bulkhead;
  Caller runs{bulkhead}, queued{bulkhead}, turned_away{bulkhead};
  CHECK(runs.enter(at(0s)));
  CHECK(waits(queued.ask(at(0s))));
  CHECK(refuses(turned_away.ask(at(0s))));
  CHECK(turned_away.answer().reason == Reason::queue_full);
  std::int64_t measured = 0, limit = 0;
  CallAccess::take_compared(turned_away.ctx, measured, limit);
  CHECK(measured == 1);
  CHECK(limit == 1);
  queued.drop();
  CHECK(waits(turned_away.ask(at(0s))));
}

TEST_CASE("nobody waits longer than the longest wait, and a permit that came in time beats it") {
  Bulkhead<1, Queue<2>, MaxWait<2s>> bulkhead;
  Caller runs{bulkhead}, patient{bulkhead}, lucky{bulkhead};
  CHECK(runs.enter(at(0s)));
  CHECK(waits(lucky.ask(at(1s))));
  CHECK(lucky.answer().until == at(3s));
  CHECK(waits(patient.ask(at(1s))));
  runs.succeed(at(3s));
  CHECK(proceeds(lucky.ask(at(4s))));
  CHECK(waits(patient.ask(at(2s))));
  CHECK(refuses(patient.ask(at(3s))));
  CHECK(patient.answer().fault == Fault::saturated);
  CHECK(patient.answer().reason == Reason::waited_too_long);
  CHECK(bulkhead.waiting() == 0);
}

TEST_CASE("a call whose deadline comes before the longest wait is over waits until its deadline only") {
  Bulkhead<1, Queue<2>, MaxWait<10s>> bulkhead;
  Caller runs{bulkhead}, queued{bulkhead};
  CHECK(runs.enter(at(0s)));
  queued.ctx.deadline = at(4s);
  CHECK(waits(queued.ask(at(0s))));
  // "Until woken" ends at the deadline; a wait that ends later would be refused at once.
  CHECK(queued.answer().until == Instant::max());
}

TEST_CASE("higher priorities go first, equal ones in arrival order, and waiting ages") {
  Bulkhead<1, Queue<8>, Ageing<5s>> bulkhead;
  Caller runs{bulkhead};
  REQUIRE(runs.enter(at(0s)));
  struct Arrival {
    int priority;
    Duration when;
    int place;
  };
  // With 5 s a level: ranks 0, -4, -9, -3, 2, 11.
  const Arrival arrivals[] = {{0, 0s, 3}, {1, 1s, 1}, {2, 1s, 0}, {1, 2s, 2}, {0, 2s, 4}, {-1, 6s, 5}};
  std::vector<Callers<decltype(bulkhead)>> calls;
  for (const Arrival& arrival : arrivals) {
    calls.push_back(caller(bulkhead, arrival.priority));
    REQUIRE(waits(calls.back()->ask(at(arrival.when))));
  }
  runs.succeed(at(10s));
  for (int place = 0; place < 6; ++place) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      INFO(place << " " << i);
      CHECK(calls[i]->woken() == (arrivals[i].place == place));
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (arrivals[i].place != place) continue;
      REQUIRE(proceeds(calls[i]->ask(at(10s))));
      calls[i]->succeed(at(10s));
    }
  }
  CHECK(bulkhead.idle(at(10s)));
}

TEST_CASE("no stream of urgent calls starves one that is not") {
  Bulkhead<1, Queue<100>, Ageing<1s>> bulkhead;
  auto running = caller(bulkhead, 3);
  REQUIRE(running->enter(at(0s)));
  auto humble = caller(bulkhead, 0);
  REQUIRE(waits(humble->ask(at(0s))));
  // An urgent call comes every 100 ms and one ends every 100 ms: the humble one is let in after 3 s.
  Duration waited{0};
  for (; waited < 1min; waited += 100ms) {
    auto next = caller(bulkhead, 3);
    REQUIRE(waits(next->ask(at(waited))));
    running->succeed(at(waited));
    if (humble->woken()) break;
    REQUIRE(proceeds(next->ask(at(waited))));
    running = std::move(next);
  }
  CHECK(waited == 3s);
}

TEST_CASE(
    "a limit that is raised lets those in line in at once, a lowered one nobody until enough have ended") {
  Bulkhead<1, Queue<4>> bulkhead;
  std::vector<Callers<decltype(bulkhead)>> calls;
  for (int i = 0; i < 4; ++i) {
    calls.push_back(caller(bulkhead));
    CHECK(calls.back()->enter(at(0s)) == (i == 0));
  }
  bulkhead.set_limit(3);
  CHECK(bulkhead.in_flight() == 3);
  CHECK(calls[1]->woken());
  CHECK(calls[2]->woken());
  CHECK_FALSE(calls[3]->woken());
  CHECK(proceeds(calls[1]->ask(at(1s))));
  CHECK(proceeds(calls[2]->ask(at(1s))));
  CHECK_FALSE(bulkhead.idle(at(1s)));
  bulkhead.set_limit(1);
  calls[0]->succeed(at(2s));
  calls[1]->succeed(at(2s));
  CHECK(bulkhead.in_flight() == 1);
  CHECK_FALSE(calls[3]->woken());
  calls[2]->succeed(at(3s));
  CHECK(calls[3]->woken());
  CHECK(proceeds(calls[3]->ask(at(3s))));
  calls[3]->drop();
  CHECK(bulkhead.idle(at(3s)));
}

TEST_CASE("settings of a bulkhead that make no sense are refused in a sentence") {
  const auto refusal = [](BulkheadSettings settings) {
    return refusal_of([&] { Bulkhead<> bulkhead{settings}; });
  };
  CHECK(refusal({}).empty());
  CHECK(refusal({.limit = 0}) == "aramid: BulkheadSettings::limit is 0, allowed is 1 to 16777215");
  CHECK(refusal({.limit = 1U << 24U}) ==
        "aramid: BulkheadSettings::limit is 16777216, allowed is 1 to 16777215");
  CHECK(refusal({.queue = {.length = 65536}}) ==
        "aramid: QueueSettings::length is 65536, allowed is 0 to 65535");
  CHECK(refusal({.queue = {.length = 1, .max_wait = 0s}}) ==
        "aramid: QueueSettings::max_wait is 0 s, allowed is above 0");
  CHECK(refusal({.queue = {.ageing = -1s}}) == "aramid: QueueSettings::ageing is -1 s, allowed is 0 or more");
  Bulkhead<> bulkhead;
  CHECK(bulkhead.limit() == 25);
  CHECK(refusal_of([&] { bulkhead.set_limit(0); }) ==
        "aramid: Bulkhead::set_limit is 0, allowed is 1 to 16777215");
}

TEST_CASE("a bulkhead says what it does and what it adds to the worst case") {
  struct Provider {
    Outcome<int> operator()(const int& n, Context&) { return n; }
  };
  using Client = Resilient<Provider, Bulkhead<10, Queue<100>, MaxWait<2s>>, Timeout<30s>>;
  STATIC_REQUIRE(worst_case<Client>() == 32s);
  STATIC_REQUIRE(worst_case<Resilient<Provider, Bulkhead<10>, Timeout<30s>>>() == 30s);
  STATIC_REQUIRE(worst_case<Resilient<Provider, Bulkhead<10, Queue<1>>, Timeout<30s>>>() == unbounded);
  CHECK_THAT(describe<Client>(),
             support::contains("Bulkhead: 10 calls at a time, a queue of 100, waits of up to 2 s"));
}
