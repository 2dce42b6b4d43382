// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// No window ever holds more than its quota: every window position that matters, under random arrivals, costs,
// cancels, corrections, priorities and clock steps. For algorithms that are not exact, within their documented
// error.

#include "limiter_calls.hpp"

#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/token_bucket.hpp>

#include <vector>

using namespace desk;

namespace {

constexpr Quota<> requests{Unit::requests, 12, 10s};
constexpr Quota<> tokens{Unit::tokens, 200, 7s};
constexpr Quota<> answers{Unit::output_tokens, 90, 16s};

struct Entry {
  Instant at;
  Cost cost;
};

using Passed = std::vector<Entry>;

/// The most units of `quota` in any stretch of `length`. Only stretches that begin with an entry need a look.
std::int64_t fullest(const Passed& history, const Quota<>& quota, Duration length) {
  std::int64_t most = 0;
  std::int64_t sum = 0;
  std::size_t end = 0;
  for (std::size_t begin = 0; begin < history.size(); ++begin) {
    while (end < history.size() && history[end].at < history[begin].at + length) {
      sum += amount_of(quota.unit, history[end++].cost);
    }
    most = larger(most, sum);
    sum -= amount_of(quota.unit, history[begin].cost);
  }
  return most;
}

template <class Algorithm>
struct Flight {
  using Policy = Limiter<Algorithm>;
  std::unique_ptr<Caller<Policy>> call;
  std::size_t entry = 0;
};

/// What was let through and not given back, in order.
template <class Algorithm>
Passed play(std::uint64_t seed, int steps) {
  using Policy = Limiter<Algorithm>;
  Policy limiter{
      LimiterSettings{.quotas = {requests, tokens, answers}, .queue = {.length = 9, .max_wait = 9s}}};
  SplitMix64 random{seed};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  Passed history;
  std::vector<Flight<Algorithm>> waiting;
  std::vector<Flight<Algorithm>> flying;
  Instant now = at(1h);
  const auto let_in = [&](Flight<Algorithm> flight) {
    flight.entry = history.size();
    history.push_back({now, flight.call->ctx.cost});
    if (below(8) != 0) flight.call->send();
    flying.push_back(std::move(flight));
  };
  const auto ask = [&](Flight<Algorithm> flight) {
    (void)flight.call->ask(now);
    if (waits(flight.call->answer())) {
      waiting.push_back(std::move(flight));
    } else if (proceeds(flight.call->answer())) {
      let_in(std::move(flight));
    }
  };
  // Those that were given their share meanwhile are seen at the instant at which they were.
  const auto ask_again = [&](std::uint64_t one_leaves_of) {
    auto again = std::move(waiting);
    waiting.clear();
    for (auto& flight : again) {
      if (one_leaves_of != 0 && below(one_leaves_of) == 0) {
        flight.call->drop();
      } else {
        ask(std::move(flight));
      }
    }
  };
  for (int step = 0; step < steps; ++step) {
    // Mostly small steps, many of none, now and then a leap.
    now += Duration{below(3) == 0 ? 0 : below(below(40) == 0 ? 30'000'000'000 : 900'000'000)};
    ask_again(12);
    Flight<Algorithm> flight{std::make_unique<Caller<Policy>>(limiter)};
    flight.call->ctx.cost = {.requests = below(10) == 0 ? below(4) : 1, .tokens = below(60)};
    if (below(2) == 0) flight.call->ctx.cost.output_tokens = below(30);
    flight.call->ctx.priority = static_cast<int>(below(3));
    if (below(3) == 0) flight.call->ctx.deadline = now + Duration{below(12'000'000'000)};
    ask(std::move(flight));
    while (!flying.empty() && below(2) == 0) {
      const auto which = static_cast<std::ptrdiff_t>(random() % flying.size());
      Flight<Algorithm> ending = std::move(flying[static_cast<std::size_t>(which)]);
      flying.erase(flying.begin() + which);
      Cost& counted = history[ending.entry].cost;
      Caller<Policy>& call = *ending.call;
      const bool sent = call.ctx.attempt() > 0;
      switch (below(5)) {
        case 0:
          call.fail(now, Fault::invalid_request);
          counted = {.requests = 0};
          break;
        case 1:
          call.fail(now, Fault::timed_out);
          if (!sent) counted = {.requests = 0};
          break;
        case 2:
          call.drop();
          if (!sent) counted = {.requests = 0};
          break;
        default: {
          if (!sent) call.send();
          const std::int64_t output = below(amount_of(Unit::output_tokens, counted) + 1);
          const std::int64_t input = below(larger<std::int64_t>(counted.tokens - output, 0) + 1);
          call.ctx.usage = {input, output};
          call.succeed(now);
          counted = {counted.requests, input + output, input, output};
        }
      }
    }
    ask_again(0);
  }
  for (auto& flight : waiting) flight.call->drop();
  for (auto& flight : flying) flight.call->succeed(now);
  CHECK(limiter.waiting() == 0);
  CHECK(limiter.idle(now + 1h));
  return history;
}

template <class Algorithm>
void check_windows(const char* what, std::int64_t (*most)(const Quota<>&)) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO(what << ", seed " << seed);
    const Passed history = play<Algorithm>(seed, 1'500);
    std::int64_t admitted = 0;
    for (const Entry& entry : history) admitted += entry.cost.requests;
    CHECK(admitted > 150);
    for (const Quota<>& quota : {requests, tokens, answers}) {
      REQUIRE(fullest(history, quota, quota.window) <= most(quota));
    }
  }
}

}  // namespace

TEST_CASE("a sliding window holds no more than its quota, wherever it begins", "[property]") {
  check_windows<SlidingWindow>("SlidingWindow", [](const Quota<>& quota) { return quota.limit; });
}

TEST_CASE("a sliding counter's window holds no more than its quota, wherever it begins", "[property]") {
  check_windows<SlidingCounter<10>>("SlidingCounter<10>", [](const Quota<>& quota) { return quota.limit; });
  check_windows<SlidingCounter<2>>("SlidingCounter<2>", [](const Quota<>& quota) { return quota.limit; });
}

TEST_CASE("a window over a token bucket holds no more than the quota and the burst", "[property]") {
  check_windows<TokenBucket<100>>("TokenBucket<100>", [](const Quota<>& quota) { return 2 * quota.limit; });
  check_windows<TokenBucket<50>>("TokenBucket<50>",
                                 [](const Quota<>& quota) { return quota.limit + quota.limit / 2; });
}

TEST_CASE("any stretch over a token bucket holds no more than the burst and what flows in meanwhile",
          "[property]") {
  for (std::uint64_t seed = 20; seed < 26; ++seed) {
    const Passed history = play<TokenBucket<50>>(seed, 1'500);
    for (const Quota<>& quota : {requests, tokens, answers}) {
      for (const Duration length :
           {Duration{1}, Duration{100ms}, Duration{1s}, Duration{3s}, Duration{60s}}) {
        const std::int64_t flow = quota.limit * length.count() / quota.window.ns + 1;
        REQUIRE(fullest(history, quota, length) <= quota.limit / 2 + flow);
      }
    }
  }
}

TEST_CASE("any window over fixed windows holds no more than twice the quota", "[property]") {
  check_windows<FixedWindow>("FixedWindow", [](const Quota<>& quota) { return 2 * quota.limit; });
}

TEST_CASE("an instant that steps back never makes room", "[property]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SplitMix64 random{seed};
    const auto steps = [&]<class Algorithm>(Limiter<Algorithm, Quota<Unit::requests, 12, 10s>>& limiter,
                                            std::int64_t most) {
      Passed history;
      Instant latest = at(1h);
      for (int i = 0; i < 3'000; ++i) {
        latest += Duration{static_cast<std::int64_t>(random() % 700'000'000)};
        const Instant told =
            latest - Duration{static_cast<std::int64_t>(random() % 3 * (random() % 2'000'000))};
        Caller call{limiter};
        call.ctx.deadline = told + 1ns;
        if (!call.enter(told)) continue;
        call.succeed(told);
        // Clocks of several threads differ by less than the time between their calls: the latest counts.
        history.push_back({latest, {}});
      }
      CHECK(history.size() > 200);
      REQUIRE(fullest(history, requests, requests.window.duration() - 4ms) <= most);
    };
    Limiter<SlidingWindow, Quota<Unit::requests, 12, 10s>> exact;
    Limiter<SlidingCounter<10>, Quota<Unit::requests, 12, 10s>> counter;
    Limiter<TokenBucket<>, Quota<Unit::requests, 12, 10s>> bucket;
    steps(exact, 12);
    steps(counter, 12);
    steps(bucket, 24);
  }
}
