// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// However calls end, nothing of theirs stays: a million endings leave queue and reservations at zero.

#include "limiter_calls.hpp"

#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/leased.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/token_bucket.hpp>

#include <vector>

#include "support/effort.hpp"

using namespace desk;

namespace {

template <class Policy>
void end_in_all_ways(int all_calls) {
  const int calls = support::effort(all_calls);
  Policy limiter;
  SplitMix64 random{static_cast<std::uint64_t>(calls)};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  std::vector<std::unique_ptr<Caller<Policy>>> open(48);
  Instant now = at(1h);
  int ended = 0;
  int waited = 0;
  const auto end = [&](Caller<Policy>& call) {
    if (waits(call.answer())) return call.drop();  // cancelled, or past its deadline
    if (below(6) != 0) call.send();
    if (below(20) == 0)
      call.ctx.hints.requests = {.limit = 40 + below(30), .remaining = below(40), .reset = 1s};
    switch (below(6)) {
      case 0:
        return call.drop();
      case 1:
        return void(call.fail(now, Fault::cancelled));
      case 2:
        return void(call.fail(now, static_cast<Fault>(below(fault_count))));
      case 3:
        return void(call.fail(now, Fault::rate_limited, Duration{below(300'000'000)}));
      default:
        if (below(2) == 0) call.ctx.usage = {below(80), below(40)};
        return void(call.succeed(now));
    }
  };
  while (ended < calls) {
    now += Duration{below(40'000'000)};
    auto& call = open[random() % open.size()];
    if (call == nullptr) {
      call = std::make_unique<Caller<Policy>>(limiter);
      call->ctx.cost.tokens = below(60);
      call->ctx.priority = static_cast<int>(below(3)) - 1;
      if (below(4) == 0) call->ctx.deadline = now + Duration{below(3'000'000'000)};
      waited += waits(call->ask(now)) ? 1 : 0;
    } else if (waits(call->answer()) && below(3) != 0) {
      (void)call->ask(now);
    } else {
      end(*call);
      call.reset();
      ++ended;
    }
    if (call != nullptr && refuses(call->answer())) {
      call.reset();
      ++ended;
    }
  }
  for (auto& call : open) {
    if (call != nullptr) end(*call);
  }
  CHECK(waited > calls / 50);
  CHECK(limiter.waiting() == 0);
  // A window later it is as new.
  now += 1h;
  for (const QuotaUsage& one : limiter.usage(now)) CHECK(one.used == 0);
  CHECK(limiter.idle(now));
  const std::int64_t limit = limiter.usage(now)[0].quota.limit;
  std::int64_t let_in = 0;
  while (has_room(limiter, now) && let_in < limit + 1) {
    use(limiter, now);
    ++let_in;
  }
  CHECK(let_in == limit);
}

}  // namespace

TEST_CASE("a million calls that end in all ways leave nothing behind", "[property]") {
  end_in_all_ways<Limiter<SlidingWindow, Quota<Unit::requests, 50, 1s>, Quota<Unit::tokens, 1'500, 1s>>>(
      400'000);
  end_in_all_ways<Limiter<TokenBucket<>, Quota<Unit::requests, 50, 1s>, Quota<Unit::tokens, 1'500, 1s>,
                          Queue<9>, MaxWait<2s>>>(300'000);
  end_in_all_ways<
      Limiter<SlidingCounter<10>, Quota<Unit::requests, 50, 1s>, Quota<Unit::tokens, 1'500, 1s>, Queue<20>>>(
      150'000);
  end_in_all_ways<Limiter<FixedWindow, Quota<Unit::requests, 50, 1s>, Quota<Unit::tokens, 1'500, 1s>>>(
      150'000);
}
