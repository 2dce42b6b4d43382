// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What each algorithm lets through, one call at a time.

#include "limiter_calls.hpp"

#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/token_bucket.hpp>

using namespace desk;

namespace {

template <class Policy>
int let_in(Policy& limiter, Instant now, int asked) {
  int in = 0;
  for (int i = 0; i < asked; ++i) {
    Caller call{limiter};
    call.ctx.deadline = now + 1ns;
    if (!call.enter(now)) continue;
    call.succeed(now);
    ++in;
  }
  return in;
}

/// Each unit once, for ever.
struct Once {
  class Meter {
   public:
    void start(const Quota<>& quota, std::int64_t) noexcept { quota_ = quota; }
    Quota<> quota() const noexcept { return quota_; }
    std::int64_t capacity() const noexcept { return quota_.limit; }
    void expire(Instant) noexcept {}
    bool fits(std::int64_t amount, Instant) const noexcept { return amount <= quota_.limit - used_; }
    bool take(Ticket&, std::int64_t amount, Instant) noexcept {
      used_ += amount;
      return true;
    }
    void correct(Ticket, std::int64_t taken, std::int64_t used, Instant) noexcept { used_ += used - taken; }
    std::int64_t used(Instant) const noexcept { return used_; }
    Instant resets(Instant) const noexcept { return Instant::max(); }
    void set_limit(std::int64_t limit, Instant) noexcept { quota_.limit = limit; }
    void rescale(std::int64_t limit, Instant) noexcept { quota_.limit = limit; }
    struct Forecast {
      std::int64_t left;
      Instant earliest(std::int64_t amount, Instant from) noexcept {
        return amount <= left ? from : Instant::max();
      }
      void take(std::int64_t amount, Instant, const QuotaClaim&) noexcept { left -= amount; }
    };
    Forecast forecast() const noexcept { return {quota_.limit - used_}; }

   private:
    Quota<> quota_;
    std::int64_t used_ = 0;
  };
};

}  // namespace

TEST_CASE("a token bucket is full at the start, and then lets one through each interval") {
  Limiter<TokenBucket<>, Quota<Unit::requests, 7, 10s>> limiter;
  CHECK(let_in(limiter, at(0s), 20) == 7);
  const Allowance next = limiter.can_proceed(0, at(0s));
  CHECK(!next.allowed);
  CHECK(next.wait > 1428571428ns);
  CHECK(next.wait <= 1428571430ns);
  CHECK(let_in(limiter, at(1428571428ns), 2) == 0);
  CHECK(let_in(limiter, at(1428571430ns), 2) == 1);
  CHECK(let_in(limiter, at(1h), 20) == 7);
}

TEST_CASE("a token bucket of a tenth of the quota spreads the calls over the window") {
  Limiter<TokenBucket<10>, RPM<600>> limiter;
  CHECK(let_in(limiter, at(0s), 600) == 60);
  int in = 60;
  for (int i = 1; i <= 600; ++i) in += let_in(limiter, at(i * 100ms), 10);
  CHECK(in == 660);
}

TEST_CASE("a token bucket refuses a cost that it never holds") {
  Limiter<TokenBucket<50>, TPM<1'000>> limiter;
  Caller call{limiter};
  call.ctx.cost.tokens = 501;
  REQUIRE(refuses(call.ask(at(0s))));
  CHECK(call.answer().reason == Reason::cost_over_quota);
  CHECK(has_room(limiter, at(0s), 500));
}

TEST_CASE("what a token bucket gives back is what has not been refilled yet") {
  Limiter<TokenBucket<>, Quota<Unit::tokens, 60, 60s>> limiter;
  Caller early{limiter};
  early.ctx.cost.tokens = 40;
  REQUIRE(early.enter(at(0s)));
  Caller late{limiter};
  late.ctx.cost.tokens = 20;
  REQUIRE(late.enter(at(0s)));
  CHECK(limiter.used(Unit::tokens, at(0s)) == 60);
  // Ten seconds later ten of the forty are back anyway, and thirty are given back.
  early.fail(at(10s), Fault::invalid_request);
  CHECK(limiter.used(Unit::tokens, at(10s)) == 20);
  CHECK(has_room(limiter, at(10s), 40));
  CHECK(!has_room(limiter, at(10s), 41));
  // Those twenty were moved forward with it: by 25 s fifteen of them are back.
  late.fail(at(25s), Fault::invalid_request);
  CHECK(limiter.used(Unit::tokens, at(25s)) == 0);
  CHECK(!has_room(limiter, at(25s), 61));
}

TEST_CASE("what comes back after it has been refilled is not poured in twice") {
  Limiter<TokenBucket<>, Quota<Unit::tokens, 60, 60s>> limiter;
  Caller slow{limiter};
  slow.ctx.cost.tokens = 60;
  REQUIRE(slow.enter(at(0s)));
  use(limiter, at(60s), 60);
  slow.fail(at(61s), Fault::invalid_request);
  CHECK(limiter.used(Unit::tokens, at(61s)) == 59);
  CHECK(!has_room(limiter, at(61s), 2));
}

TEST_CASE("a reservation dropped without a time comes back with the next call, in part if it is late") {
  Limiter<TokenBucket<>, Quota<Unit::tokens, 60, 60s>> limiter;
  for (const Duration later : {0s, 30s}) {
    const Instant start = at(1h) + later * 100;
    Caller unsent{limiter};
    unsent.ctx.cost.tokens = 60;
    REQUIRE(proceeds(unsent.ask(start)));
    Caller waiting{limiter};
    waiting.ctx.cost.tokens = 60;
    REQUIRE(waits(waiting.ask(start)));
    unsent.drop();
    CHECK(waiting.woken());
    REQUIRE(proceeds(waiting.ask(start + later)));
    CHECK(limiter.used(Unit::tokens, start + later) == 60);
    waiting.drop();
  }
}

TEST_CASE("an overdrawn token bucket is full again after a window and a burst at most") {
  Limiter<TokenBucket<>, TPM<100>> limiter;
  Caller greedy{limiter};
  REQUIRE(greedy.enter(at(0s)));
  greedy.ctx.usage = {std::numeric_limits<std::int64_t>::max(), 5};
  greedy.succeed(at(0s));
  CHECK(!has_room(limiter, at(59s), 0));
  CHECK(has_room(limiter, at(61s), 0));
  CHECK(has_room(limiter, at(120s), 100));
}

TEST_CASE("a fixed window opens with its first call and is whole again when it ends") {
  Limiter<FixedWindow, Quota<Unit::requests, 3, 10s>> limiter;
  CHECK(let_in(limiter, at(7s), 1) == 1);
  CHECK(let_in(limiter, at(16s), 5) == 2);
  CHECK(limiter.can_proceed(0, at(16s)).wait == 1s);
  CHECK(let_in(limiter, at(17s) - 1ns, 1) == 0);
  CHECK(let_in(limiter, at(17s), 5) == 3);
  CHECK(limiter.used(Unit::requests, at(26s)) == 3);
  CHECK(limiter.used(Unit::requests, at(27s)) == 0);
  CHECK(let_in(limiter, at(100s), 1) == 1);
  CHECK(limiter.usage(at(101s))[0].resets == 9s);
}

TEST_CASE("what a call of the window before last used beyond its reservation counts now, less does not") {
  Limiter<FixedWindow, Quota<Unit::tokens, 100, 10s>> limiter;
  Caller more{limiter};
  Caller less{limiter};
  for (Caller<decltype(limiter)>* call : {&more, &less}) {
    call->ctx.cost.tokens = 50;
    REQUIRE(call->enter(at(0s)));
  }
  use(limiter, at(12s), 10);
  less.ctx.usage = {1, 1};
  less.succeed(at(13s));
  CHECK(limiter.used(Unit::tokens, at(13s)) == 10);
  more.ctx.usage = {60, 10};
  more.succeed(at(13s));
  CHECK(limiter.used(Unit::tokens, at(13s)) == 30);
}

TEST_CASE("a sliding counter keeps what one slot let through until the last of it is a window old") {
  Limiter<SlidingCounter<10>, Quota<Unit::requests, 4, 10s>> limiter;
  for (const Duration now : {0ms, 300ms, 900ms, 1'000ms}) use(limiter, at(now));
  CHECK(!has_room(limiter, at(10'899ms)));
  CHECK(has_room(limiter, at(10'900ms)));  // where the exact log lets one in at 10,000 ms
  CHECK(limiter.used(Unit::requests, at(10'900ms)) == 1);
}

TEST_CASE("a sliding counter under steady load uses all of its quota but one slot's share") {
  Limiter<SlidingCounter<10>, Quota<Unit::requests, 1'000, 10s>> limiter;
  int in = 0;
  for (int ms = 0; ms < 100'000; ms += 2) in += let_in(limiter, at(ms * 1ms), 1);
  CHECK(in > 10 * 1'000 * 10 / 11);
  CHECK(in <= 10 * 1'000);
}

TEST_CASE("an algorithm of a user's own limits as the library's do") {
  Limiter<Once, RPM<2>> limiter;
  use(limiter, at(0s));
  use(limiter, at(1h));
  Caller third{limiter};
  third.ctx.deadline = at(1000h);
  CHECK(refuses(third.ask(at(100h))));
  CHECK(limiter.can_proceed(0, at(100h)).wait > 1000h);
}

TEST_CASE("a token bucket pours nothing in twice when a limit is adopted while calls are out") {
  Limiter<TokenBucket<>, TPM<60>> limiter;
  Caller reporter{limiter}, slow{limiter};
  reporter.ctx.cost.tokens = 1;
  slow.ctx.cost.tokens = 50;
  REQUIRE(reporter.enter(at(0s)));
  REQUIRE(slow.enter(at(0s)));
  reporter.ctx.hints.tokens.limit = 600;
  reporter.succeed(at(10ms));
  // Ten times as fast, all that was reserved is back after 5.1 s.
  use(limiter, at(5200ms), 300);
  slow.fail(at(5200ms), Fault::connection_failed);
  CHECK(limiter.used(Unit::tokens, at(5200ms)) == 300);
}

TEST_CASE("a call let in before a limit was adopted is not thought the last one when it reports") {
  Limiter<TokenBucket<>, TPM<100>> limiter;
  Caller first{limiter}, second{limiter};
  for (Caller<decltype(limiter)>* call : {&first, &second}) {
    call->ctx.cost.tokens = 40;
    REQUIRE(call->enter(at(0s)));
  }
  use(limiter, at(0s), 20);
  second.ctx.hints.tokens.limit = 1'000;
  second.succeed(at(0s));
  first.ctx.hints.tokens.remaining = 500;
  first.succeed(at(0s));
  CHECK(limiter.usage(at(0s))[0].remaining <= 440);
}

TEST_CASE("a token bucket holds for four years, however large a cost is") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const Instant now : {at(24h * 365 * 3), at(24h * 1460), at(24h * -1460), at(0s)}) {
    Limiter<TokenBucket<>, TPM<600>> limiter;
    CHECK(limiter.usage(now)[0].used == 0);
    CHECK(limiter.usage(now)[0].remaining == 600);
    CHECK(limiter.headroom(now) == full_headroom);
    CHECK(limiter.idle(now));
    Caller call{limiter};
    call.ctx.cost.tokens = 100;
    REQUIRE(call.enter(now));
    CHECK(limiter.usage(now)[0].used == 100);
    call.ctx.hints.tokens.limit = 300;
    call.ctx.usage = {most, most};
    call.succeed(now);
    CHECK(!has_room(limiter, now + 60s - 1s, 1));
    CHECK(has_room(limiter, now + 120s, 300));
    for (const std::int64_t cost : {most, most / 2, most / 64, std::int64_t{1} << 61, std::int64_t{301}}) {
      TokenBucket<>::Meter meter;
      meter.start(Quota{Unit::tokens, 300, 60s}, 1);
      Ticket ticket;
      REQUIRE(meter.take(ticket, 1, now));
      CHECK(!meter.take(ticket, cost, now));
      CHECK(!meter.fits(cost, now));
      CHECK(meter.used(now) == 1);
    }
    TokenBucket<1000>::Meter large;
    large.start(Quota{Unit::requests, 10, 24h * 365}, 1);
    large.set_limit(5, now);
    CHECK(large.used(now) == 0);
    CHECK(large.capacity() >= 1);
  }
}

TEST_CASE("a fixed window that one thread has seen end takes no call of another whose clock is behind") {
  Limiter<FixedWindow, Quota<Unit::requests, 10, 60s>> limiter;
  CHECK(let_in(limiter, at(10s), 1) == 1);
  CHECK(let_in(limiter, at(69'900ms), 20) == 9);
  Caller seen{limiter};
  REQUIRE(proceeds(seen.ask(at(70s))));
  seen.drop();
  CHECK(let_in(limiter, at(69'950ms), 20) + let_in(limiter, at(70'050ms), 20) == 10);
}
