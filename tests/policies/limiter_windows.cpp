// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// No window ever holds more than its quota: every window position that matters, under random arrivals, costs,
// cancels, corrections, priorities, changed limits and clock steps. For algorithms that are not exact, within their
// documented error.

#include "limiter_calls.hpp"

#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/token_bucket.hpp>

#include <vector>

#include "support/effort.hpp"

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

/// The units of `quota` in the window that ends now, by what is known of them.
std::int64_t in_window(const Passed& history, const Quota<>& quota, Instant now) {
  std::int64_t sum = 0;
  for (auto entry = history.rbegin(); entry != history.rend() && entry->at + quota.window.duration() > now;
       ++entry) {
    sum += amount_of(quota.unit, entry->cost);
  }
  return sum;
}

/// What happens besides calls that use what they reserved, or less.
enum class Trouble {
  none,
  overdrafts,  // calls use more than they reserved
  reports,     // the server reports other limits
  changes,     // other limits are set
};

template <class Algorithm>
struct Flight {
  using Policy = Limiter<Algorithm>;
  std::unique_ptr<Caller<Policy>> call;
  std::size_t entry = 0;
};

/// What was let through and not given back, in order. In trouble, when a call is let in the window that ends then
/// holds no more than `percent` of the limits, by all that the limiter could know.
template <class Algorithm>
Passed play(std::uint64_t seed, int steps, Trouble trouble = Trouble::none, std::int64_t percent = 100) {
  using Policy = Limiter<Algorithm>;
  Policy limiter{
      LimiterSettings{.quotas = {requests, tokens, answers}, .queue = {.length = 9, .max_wait = 9s}}};
  SplitMix64 random{seed};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  Passed history;
  std::vector<Flight<Algorithm>> waiting;
  std::vector<Flight<Algorithm>> flying;
  Instant now = at(1h);
  constexpr Quota<> quotas[] = {requests, tokens, answers};
  const auto let_in = [&](Flight<Algorithm> flight) {
    flight.entry = history.size();
    history.push_back({now, flight.call->ctx.cost});
    for (const Quota<>& quota : quotas) {
      if (trouble == Trouble::none || trouble == Trouble::changes) break;
      REQUIRE(in_window(history, quota, now) <= quota.limit * percent / 100);
    }
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
  const auto other = [&](const Quota<>& quota) { return quota.limit / 2 + below(quota.limit / 2 + 1); };
  for (int step = 0; step < steps; ++step) {
    if (trouble == Trouble::changes && below(25) == 0) {
      const Quota<> changed = quotas[below(3)];
      limiter.set_limits({Quota{changed.unit, other(changed), changed.window}}, now);
      ask_again(0);
    }
    // Mostly small steps, many of none, now and then a leap.
    now += Duration{below(3) == 0 ? 0 : below(below(40) == 0 ? 30'000'000'000 : 900'000'000)};
    ask_again(12);
    Flight<Algorithm> flight{std::make_unique<Caller<Policy>>(limiter)};
    flight.call->ctx.cost = {.requests = below(10) == 0 ? below(4) : 1, .tokens = below(60)};
    if (below(2) == 0) flight.call->ctx.cost.output_tokens = below(30);
    flight.call->ctx.priority = static_cast<int>(below(3));
    if (below(3) == 0) flight.call->ctx.deadline = now + Duration{below(12'000'000'000)};
    ask(std::move(flight));
    if (trouble != Trouble::none) ask_again(0);
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
          if (trouble == Trouble::reports && below(6) == 0) {
            call.ctx.hints.requests.limit = other(requests);
            call.ctx.hints.tokens.limit = other(tokens);
            call.ctx.hints.output_tokens.limit = other(answers);
          }
          if (trouble == Trouble::overdrafts && below(4) == 0) {
            call.ctx.usage = {below(80), below(60)};
            call.succeed(now);
            counted = {counted.requests, call.ctx.usage.total(), call.ctx.usage.input_tokens,
                       call.ctx.usage.output_tokens};
            break;
          }
          const std::int64_t output = below(amount_of(Unit::output_tokens, counted) + 1);
          const std::int64_t input = below(larger<std::int64_t>(counted.tokens - output, 0) + 1);
          call.ctx.usage = {input, output};
          call.succeed(now);
          counted = {counted.requests, input + output, input, output};
        }
      }
      if (trouble != Trouble::none) ask_again(0);
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

namespace {

template <class Algorithm>
void check_in_trouble(const char* what, std::int64_t percent) {
  for (std::uint64_t seed = 40; seed < 40U + support::effort(8); ++seed) {
    INFO(what << ", seed " << seed);
    // The fixed window before this one may have been overdrawn without end.
    if (!std::same_as<Algorithm, FixedWindow>) {
      CHECK(play<Algorithm>(seed, 1'000, Trouble::overdrafts, percent).size() > 100);
    }
    CHECK(play<Algorithm>(seed, 1'000, Trouble::reports, percent).size() > 100);
    const Passed history = play<Algorithm>(seed, 1'000, Trouble::changes);
    CHECK(history.size() > 100);
    for (const Quota<>& quota : {requests, tokens, answers}) {
      REQUIRE(fullest(history, quota, quota.window) <= quota.limit * percent / 100);
    }
  }
}

using Dozen = Quota<Unit::requests, 12, 10s>;

/// Calls at random, each told an instant that is up to twice `behind` nanoseconds before the latest. `expires`:
/// before each somebody lets what is over leave, and adds nothing.
template <class Policy>
Passed call_behind(Policy& limiter, SplitMix64& random, std::uint64_t behind, bool expires) {
  Passed history;
  Instant latest = at(1h);
  for (int i = 0; i < 3'000; ++i) {
    latest += Duration{static_cast<std::int64_t>(random() % 700'000'000)};
    if (expires) {
      Caller seen{limiter};
      seen.ctx.deadline = latest + 1ns;
      if (proceeds(seen.ask(latest))) seen.drop();
    }
    const Instant told = latest - Duration{static_cast<std::int64_t>(random() % 3 * (random() % behind))};
    Caller call{limiter};
    call.ctx.deadline = told + 1ns;
    if (!call.enter(told)) continue;
    call.succeed(told);
    history.push_back({latest, {}});
  }
  return history;
}

}  // namespace

TEST_CASE("no call is let in too much when others use more than they reserved, or limits change meanwhile",
          "[property]") {
  check_in_trouble<SlidingWindow>("SlidingWindow", 100);
  check_in_trouble<SlidingCounter<10>>("SlidingCounter<10>", 100);
  check_in_trouble<TokenBucket<50>>("TokenBucket<50>", 150);
  check_in_trouble<FixedWindow>("FixedWindow", 200);
}

TEST_CASE("what one thread has seen leave is not forgotten by another whose clock is behind", "[property]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SplitMix64 random{seed};
    const auto steps = [&](auto limiter, std::int64_t most) {
      const Passed history = call_behind(*limiter, random, 50'000'000, true);
      CHECK(history.size() > 200);
      REQUIRE(fullest(history, requests, requests.window) <= most);
    };
    steps(std::make_unique<Limiter<SlidingWindow, Dozen>>(), 12);
    steps(std::make_unique<Limiter<SlidingCounter<10>, Dozen>>(), 12);
    steps(std::make_unique<Limiter<TokenBucket<>, Dozen>>(), 24);
    steps(std::make_unique<Limiter<FixedWindow, Dozen>>(), 24);
  }
}

TEST_CASE("an instant that steps back never makes room", "[property]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SplitMix64 random{seed};
    const auto steps = [&](auto limiter, std::int64_t most) {
      const Passed history = call_behind(*limiter, random, 2'000'000, false);
      CHECK(history.size() > 200);
      // Clocks of several threads differ by less than the time between their calls: the latest counts.
      REQUIRE(fullest(history, requests, requests.window.duration() - 4ms) <= most);
    };
    steps(std::make_unique<Limiter<SlidingWindow, Dozen>>(), 12);
    steps(std::make_unique<Limiter<SlidingCounter<10>, Dozen>>(), 12);
    steps(std::make_unique<Limiter<TokenBucket<>, Dozen>>(), 24);
  }
}
