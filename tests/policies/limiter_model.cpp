// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The limiter against the plainest model there is: a list of everything that was let through.

#include <aramid/policies/limiter.hpp>

#include <deque>
#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

/// Everything let through, for ever, summed up anew for each question.
class Model {
 public:
  explicit Model(std::vector<Quota<>> quotas) : quotas_(std::move(quotas)) {}

  struct Entry {
    Instant at;
    Cost cost;
  };

  std::size_t note(Instant now, Cost cost) {
    entries_.push_back({now, cost});
    return entries_.size() - 1;
  }
  Entry& entry(std::size_t i) { return entries_[i]; }

  std::int64_t used(const Quota<>& quota, Instant now) const {
    std::int64_t sum = 0;
    for (const Entry& entry : entries_) {
      if (entry.at + quota.window.duration() > now) sum += units(quota, entry.cost);
    }
    return sum;
  }
  bool fits(Cost cost, Instant now) const {
    for (const Quota<>& quota : quotas_) {
      if (used(quota, now) + units(quota, cost) > quota.limit) return false;
    }
    return true;
  }
  /// The first instant from `now` on at which `cost` fits, if nobody else comes.
  Instant when(Cost cost, Instant now) const {
    if (fits(cost, now)) return now;
    Instant best = Instant::max();
    for (const Quota<>& quota : quotas_) {
      for (const Entry& entry : entries_) {
        const Instant leaves = entry.at + quota.window.duration();
        if (leaves > now && leaves < best && fits(cost, leaves)) best = leaves;
      }
    }
    return best;
  }
  static std::int64_t units(const Quota<>& quota, Cost cost) {
    return quota.unit == Unit::requests ? cost.requests : cost.tokens;
  }

 private:
  std::vector<Quota<>> quotas_;
  std::vector<Entry> entries_;
};

using Free = Limiter<SlidingWindow>;

LimiterSettings settings_of(const std::vector<Quota<>>& quotas) {
  LimiterSettings settings;
  for (std::size_t i = 0; i < quotas.size(); ++i) settings.quotas[i] = quotas[i];
  return settings;
}

struct Flight {
  std::unique_ptr<Caller<Free>> call;
  std::size_t noted;
};

/// Random calls that come, are corrected, given back and dropped, with nobody waiting.
void play(const std::vector<Quota<>>& quotas, std::uint64_t seed, bool corrections) {
  SplitMix64 random{seed};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  Free limiter{settings_of(quotas)};
  Model model{quotas};
  std::deque<Flight> flights;
  Instant now = at(0s);
  int admitted = 0;
  for (int step = 0; step < 600; ++step) {
    now += Duration{below(3) == 0 ? 0 : below(2'000'000'000)};
    auto call = std::make_unique<Caller<Free>>(limiter);
    call->ctx.cost.tokens = below(30);
    call->ctx.deadline = now + 1ns;
    const Cost cost = call->ctx.cost;

    const Allowance allowance = limiter.can_proceed(cost.tokens, now);
    REQUIRE(allowance.allowed == model.fits(cost, now));
    REQUIRE(now + allowance.wait == model.when(cost, now));
    REQUIRE(proceeds(call->ask(now)) == allowance.allowed);
    if (allowance.allowed) {
      ++admitted;
      call->send();
      flights.push_back({std::move(call), model.note(now, cost)});
    }
    while (corrections && !flights.empty() && below(2) == 0) {
      Flight flight = std::move(flights.front());
      flights.pop_front();
      Model::Entry& entry = model.entry(flight.noted);
      const auto way = below(4);
      if (way == 0) {
        entry.cost = {0, 0};
        flight.call->fail(now, Fault::invalid_request);
      } else if (way == 1) {
        flight.call->fail(now, Fault::timed_out);
      } else if (way == 2) {
        flight.call->drop();
      } else {
        const std::int64_t tokens = below(45);
        flight.call->ctx.usage = {tokens, 0};
        flight.call->succeed(now);
        const Instant leaves = entry.at + quotas.back().window.duration();
        if (tokens <= entry.cost.tokens || (leaves > now && entry.cost.tokens > 0)) {
          entry.cost.tokens = tokens;
        } else {
          model.note(now, {0, tokens - entry.cost.tokens});
        }
      }
    }
    for (const Quota<>& quota : quotas) {
      if (!corrections) REQUIRE(model.used(quota, now) <= quota.limit);
      REQUIRE(limiter.used(quota.unit, now) == model.used(quota, now));
    }
  }
  CHECK(admitted > 50);
}

}  // namespace

TEST_CASE("a limiter lets in exactly what the model lets in, never more and never less") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    play({Quota{Unit::requests, 7, 10s}}, seed, false);
    play({Quota{Unit::tokens, 100, 10s}}, seed, false);
    play({Quota{Unit::requests, 9, 10s}, Quota{Unit::tokens, 100, 10s}}, seed, false);
    play({Quota{Unit::requests, 9, 3s}, Quota{Unit::tokens, 150, 17s}}, seed, false);
  }
}

TEST_CASE("a limiter agrees with the model when calls are corrected, given back and dropped") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    play({Quota{Unit::requests, 9, 10s}, Quota{Unit::tokens, 100, 10s}}, seed, true);
    play({Quota{Unit::requests, 30, 12s}, Quota{Unit::tokens, 200, 17s}}, seed, true);
  }
}

TEST_CASE("with waiting callers no window ever holds more than the limit, and everybody is served in order") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SplitMix64 random{seed};
    const std::vector<Quota<>> quotas{Quota{Unit::requests, 5, 10s}, Quota{Unit::tokens, 60, 7s}};
    Free limiter{settings_of(quotas)};
    Model model{quotas};
    std::deque<std::unique_ptr<Caller<Free>>> queue;
    Instant now = at(0s);
    int served = 0;
    // Whoever asks lets in all those before it whose turn has come.
    const auto those_served = [&] {
      while (queue.size() > limiter.waiting()) {
        Caller<Free>& first = *queue.front();
        REQUIRE(model.fits(first.ctx.cost, now));
        model.note(now, first.ctx.cost);
        REQUIRE(proceeds(first.ask(now)));
        first.send();
        first.succeed(now);
        queue.pop_front();
        ++served;
      }
      REQUIRE((queue.empty() || !model.fits(queue.front()->ctx.cost, now)));
    };
    for (int step = 0; step < 400; ++step) {
      if (!queue.empty() && (queue.size() > 6 || random() % 2 == 0)) {
        Caller<Free>& first = *queue.front();
        REQUIRE(waits(first.ask(now)));
        REQUIRE(first.answer().until > now);
        REQUIRE(first.answer().until == model.when(first.ctx.cost, now));
        now = first.answer().until;
        model.note(now, first.ctx.cost);
        REQUIRE(proceeds(first.ask(now)));
        first.send();
        first.succeed(now);
        queue.pop_front();
        ++served;
      } else if (!queue.empty() && random() % 5 == 0) {
        const std::size_t leaver = random() % queue.size();
        queue[leaver]->drop();
        queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(leaver));
        // Whoever is first now is woken, and asks again.
        if (leaver == 0 && !queue.empty()) {
          REQUIRE(queue.front()->woken());
          const bool fits = model.fits(queue.front()->ctx.cost, now);
          REQUIRE(proceeds(queue.front()->ask(now)) == fits);
          if (fits) {
            model.note(now, queue.front()->ctx.cost);
            queue.front()->send();
            queue.front()->succeed(now);
            queue.pop_front();
          }
        }
      } else {
        now += Duration{static_cast<std::int64_t>(random() % 500'000'000)};
        auto call = std::make_unique<Caller<Free>>(limiter);
        call->ctx.cost.tokens = static_cast<std::int64_t>(random() % 60) + 1;
        (void)call->ask(now);
        queue.push_back(std::move(call));
        if (proceeds(queue.back()->answer())) {
          REQUIRE(limiter.waiting() == 0);
          for (const auto& one : queue) {
            REQUIRE(model.fits(one->ctx.cost, now));
            model.note(now, one->ctx.cost);
          }
          for (auto& one : queue) {
            if (one != queue.back()) REQUIRE(proceeds(one->ask(now)));
            one->send();
            one->succeed(now);
          }
          served += static_cast<int>(queue.size());
          queue.clear();
        }
      }
      those_served();
    }
    CHECK(served > 50);
    for (auto& call : queue) call->drop();
    CHECK(limiter.waiting() == 0);
  }
}

TEST_CASE("a burst of a hundred calls at one instant lets only the quota through") {
  Limiter<SlidingWindow, RPM<50>> limiter;
  std::vector<std::unique_ptr<Caller<decltype(limiter)>>> calls;
  int let_in = 0;
  for (int i = 0; i < 100; ++i) {
    calls.push_back(std::make_unique<Caller<decltype(limiter)>>(limiter));
    let_in += calls.back()->enter(at(0s)) ? 1 : 0;
  }
  CHECK(let_in == 50);
  CHECK(limiter.waiting() == 50);
  for (std::size_t i = 50; i < 100; ++i) calls[i]->drop();
}

TEST_CASE("more admissions than the log has room for never let too much through") {
  const Quota quota{Unit::tokens, 20'000, 60s};
  Free limiter{settings_of({quota})};
  std::deque<Instant> let_in;
  SplitMix64 random{9};
  Instant now = at(0s);
  std::size_t most = 0;
  for (int i = 0; i < 120'000; ++i) {
    now += Duration{static_cast<std::int64_t>(random() % 4'000'000)};
    Caller<Free> call{limiter};
    call.ctx.cost.tokens = 1;
    call.ctx.deadline = now + 1ns;
    if (call.enter(now)) {
      let_in.push_back(now);
      call.succeed(now);
    }
    while (!let_in.empty() && let_in.front() + 60s <= now) let_in.pop_front();
    most = larger(most, let_in.size());
    REQUIRE(let_in.size() <= 20'000);
  }
  CHECK(most > 19'000);
}

TEST_CASE("correcting an entry that others were merged into keeps what they used") {
  SlidingLog<> log;
  log.start(Quota{Unit::tokens, 1'000'000, 60s}, 8);
  Ticket tickets[40];
  for (int i = 0; i < 40; ++i) {
    log.expire(at(i * 1s));
    REQUIRE(log.take(tickets[i], 10, at(i * 1s)));
  }
  REQUIRE(log.used(at(40s)) == 400);
  REQUIRE(log.entries() == 14);
  for (const Ticket ticket : tickets) log.correct(ticket, 10, 10, at(40s));
  CHECK(log.used(at(40s)) == 400);
  log.correct(tickets[12], 10, 0, at(40s));  // of the four of 11 s to 14 s, which are one
  CHECK(log.used(at(40s)) == 390);
  log.correct(tickets[20], 10, 0, at(40s));  // of the fifteen of 15 s to 29 s
  CHECK(log.used(at(40s)) == 380);
  log.expire(at(63s));
  CHECK(log.used(at(63s)) == 340);
  CHECK(log.used(at(74s) - 1ns) == 270);
  log.expire(at(74s));
  CHECK(log.used(at(74s)) == 240);
  log.expire(at(89s));
  CHECK(log.used(at(89s)) == 100);
  log.expire(at(99s));
  CHECK(log.used(at(99s)) == 0);
}

TEST_CASE("a log with far too little room lets nearly everything through, and never too much") {
  SlidingLog<> log;
  log.start(Quota{Unit::tokens, 5'000, 60s}, 8);
  std::deque<Instant> let_in;
  int all = 0;
  for (int i = 0; i < 60'000; ++i) {
    const Instant now = at(i * 10ms);
    log.expire(now);
    Ticket ticket;
    while (!let_in.empty() && let_in.front() + 60s <= now) let_in.pop_front();
    if (!log.take(ticket, 1, now)) continue;
    let_in.push_back(now);
    REQUIRE(let_in.size() <= 5'000);
    ++all;
  }
  CHECK(all >= 50'000 * 4 / 5);  // of slots of a quarter of a window
  CHECK(log.entries() <= 16);
}

TEST_CASE("calls that are given back do not keep those before them in the window") {
  Limiter<SlidingWindow, RPM<5>> limiter;
  Caller counted{limiter};
  REQUIRE(counted.enter(at(0s)));
  counted.succeed(at(0s));
  // Two calls at a time, of which the older is given back first, leave a gap in the log each time.
  auto before = std::make_unique<Caller<decltype(limiter)>>(limiter);
  REQUIRE(before->enter(at(100ms)));
  for (int i = 2; i < 599; ++i) {
    auto call = std::make_unique<Caller<decltype(limiter)>>(limiter);
    REQUIRE(call->enter(at(i * 100ms)));
    before->fail(at(i * 100ms), Fault::connection_failed);
    before = std::move(call);
  }
  CHECK(limiter.used(Unit::requests, at(59'900ms)) == 2);
  CHECK(limiter.used(Unit::requests, at(60s)) == 1);
  before->drop();
}
