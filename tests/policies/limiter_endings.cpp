// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// However calls end, nothing of theirs stays: a million endings leave queue and reservations at zero, and on the
// way what is in use is what the calls there were should have left.

#include "limiter_calls.hpp"

#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/leased.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/token_bucket.hpp>

#include <vector>

#include "support/effort.hpp"

using namespace desk;

namespace {

/// What one quota should have in use: as little, and as much.
struct Used {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

/// Everything that was let through. A unit stays for `stay` at least and `stay + late` at most.
struct Log {
  struct Entry {
    Instant at;
    std::int64_t least;
    std::int64_t most;
  };
  Duration stay;
  Duration late{0};
  std::vector<Entry> entries{};
  std::size_t begin = 0;  // those before it have left

  std::size_t add(Instant now, std::int64_t amount) {
    entries.push_back({now, amount, amount});
    return entries.size() - 1;
  }
  void correct(std::size_t entry, std::int64_t taken, std::int64_t used, Instant now) {
    Entry& own = entries[entry];
    const bool there = own.at + stay > now;
    if (used <= taken) {
      own.least -= taken - used;
      own.most -= taken - used;
    } else if (late == Duration{0}) {
      if (there && taken > 0) {
        own.least += used - taken;
        own.most += used - taken;
      } else {
        add(now, used - taken);
      }
    } else {
      own.least += used - taken;
      entries.push_back({now, 0, used - taken});
    }
  }
  Used used(Instant now) {
    while (begin < entries.size() && entries[begin].at + stay + late <= now) ++begin;
    Used sum;
    for (std::size_t i = begin; i < entries.size(); ++i) {
      if (entries[i].at + stay > now) sum.least += entries[i].least;
      sum.most += entries[i].most;
    }
    return sum;
  }
};

/// Windows that open with the first unit after the last one has ended.
struct Windows {
  Duration length;
  Instant ends = Instant::min();
  std::int64_t in_use = 0;
  std::size_t number = 0;

  std::size_t add(Instant now, std::int64_t amount) {
    if (now >= ends) in_use = 0;
    if (amount > 0 && now >= ends) {
      ends = now + length;
      ++number;
    }
    in_use += amount;
    return number;
  }
  void correct(std::size_t window, std::int64_t taken, std::int64_t used, Instant now) {
    if (used > taken) add(now, used - taken);
    if (used < taken && window == number && now < ends) in_use -= taken - used;
  }
  Used used(Instant now) const {
    const std::int64_t sum = now >= ends ? 0 : in_use;
    return {sum, sum};
  }
};

/// Where what is in use depends on the order in which it was given back.
struct NoModel {
  std::size_t add(Instant, std::int64_t) { return 0; }
  void correct(std::size_t, std::int64_t, std::int64_t, Instant) {}
  Used used(Instant) const { return {0, std::numeric_limits<std::int64_t>::max()}; }
};

/// What the row of `fault` leaves of a reservation of `cost` after the call was sent.
Cost kept(Fault fault, const Cost& cost) {
  switch (ruling(fault).reservation) {
    case Reservation::give_back:
      return {.requests = 0};
    case Reservation::give_back_unused:
      return {.requests = cost.requests};
    case Reservation::keep:
    case Reservation::freeze:
      break;
  }
  return cost;
}

template <class Policy, class Model>
void end_in_all_ways(int all_calls, const Model& model) {
  const int calls = support::effort(all_calls);
  Policy limiter;
  SplitMix64 random{static_cast<std::uint64_t>(calls)};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  struct Open {
    std::unique_ptr<Caller<Policy>> call{};
    bool counted = false;  // in the models
    std::size_t requests = 0;
    std::size_t tokens = 0;
  };
  std::vector<Open> open(48);
  Model requests = model;
  Model tokens = model;
  Instant now = at(1h);
  // Whoever asks, ends or is served may have served others.
  const auto note = [&] {
    for (Open& one : open) {
      if (one.call == nullptr || one.counted || !one.call->scope().held) continue;
      one.counted = true;
      one.requests = requests.add(now, 1);
      one.tokens = tokens.add(now, one.call->ctx.cost.tokens);
    }
  };
  const auto becomes = [&](const Open& one, const Cost& used) {
    if (!one.counted) return;
    requests.correct(one.requests, 1, used.requests, now);
    tokens.correct(one.tokens, one.call->ctx.cost.tokens, used.tokens, now);
  };
  int ended = 0;
  int waited = 0;
  const auto end = [&](Open& one) {
    Caller<Policy>& call = *one.call;
    if (waits(call.answer())) {  // cancelled, or past its deadline
      becomes(one, {.requests = 0});
      return call.drop();
    }
    const bool sent = below(6) != 0;
    if (sent) call.send();
    const auto fail = [&](Fault fault, std::optional<Duration> hint = {}) {
      becomes(one, sent ? kept(fault, call.ctx.cost) : Cost{.requests = 0});
      call.fail(now, fault, hint);
    };
    if (below(20) == 0)
      call.ctx.hints.requests = {.limit = 40 + below(30), .remaining = below(40), .reset = 1s};
    switch (below(6)) {
      case 0:
        if (!sent) becomes(one, {.requests = 0});
        return call.drop();
      case 1:
        return fail(Fault::cancelled);
      case 2:
        return fail(static_cast<Fault>(below(fault_count)));
      case 3:
        return fail(Fault::rate_limited, Duration{below(300'000'000)});
      default:
        if (below(2) == 0) {
          call.ctx.usage = {below(80), below(40)};
          becomes(one, {.requests = 1, .tokens = call.ctx.usage.total()});
        }
        return void(call.succeed(now));
    }
  };
  while (ended < calls) {
    now += Duration{below(40'000'000)};
    Open& one = open[random() % open.size()];
    auto& call = one.call;
    if (call == nullptr) {
      call = std::make_unique<Caller<Policy>>(limiter);
      call->ctx.cost.tokens = below(60);
      call->ctx.priority = static_cast<int>(below(3)) - 1;
      if (below(4) == 0) call->ctx.deadline = now + Duration{below(3'000'000'000)};
      waited += waits(call->ask(now)) ? 1 : 0;
    } else if (waits(call->answer()) && below(3) != 0) {
      (void)call->ask(now);
    } else {
      end(one);
      one = {};
      ++ended;
    }
    if (call != nullptr && refuses(call->answer())) {
      one = {};
      ++ended;
    }
    note();
    const Used by_request = requests.used(now);
    const Used by_token = tokens.used(now);
    const std::int64_t in_use[] = {limiter.used(Unit::requests, now), limiter.used(Unit::tokens, now)};
    if (in_use[0] < by_request.least || in_use[0] > by_request.most || in_use[1] < by_token.least ||
        in_use[1] > by_token.most) {
      FAIL("in use are " << in_use[0] << " and " << in_use[1] << ", after " << ended
                         << " calls there should be " << by_request.least << " to " << by_request.most
                         << " and " << by_token.least << " to " << by_token.most);
    }
  }
  for (Open& one : open) {
    if (one.call != nullptr) end(one);
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
      400'000, Log{1s});
  end_in_all_ways<Limiter<TokenBucket<>, Quota<Unit::requests, 50, 1s>, Quota<Unit::tokens, 1'500, 1s>,
                          Queue<9>, MaxWait<2s>>>(300'000, NoModel{});
  end_in_all_ways<
      Limiter<SlidingCounter<10>, Quota<Unit::requests, 50, 1s>, Quota<Unit::tokens, 1'500, 1s>, Queue<20>>>(
      150'000, Log{1s, 100ms});
  end_in_all_ways<Limiter<FixedWindow, Quota<Unit::requests, 50, 1s>, Quota<Unit::tokens, 1'500, 1s>>>(
      150'000, Windows{1s});
}
