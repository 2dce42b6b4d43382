// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A limiter with a wrong idea of its limit, against a simulated server that reports with its answers, which come in
// any order.

#include "limiter_calls.hpp"

#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/sliding_counter.hpp>
#include <aramid/policies/token_bucket.hpp>

#include <deque>
#include <vector>

using namespace desk;

namespace {

/// Counts what arrives, by windows that begin with the minute or by sliding ones, and others' calls with it.
class Server {
 public:
  Server(std::int64_t limit, bool sliding) : limit_{limit}, sliding_{sliding} {}

  struct Answer {
    QuotaHint hint;
    bool refused = false;
  };
  Answer receive(Instant now) {
    expire(now);
    const bool refused = static_cast<std::int64_t>(arrivals_.size()) >= limit_;
    if (!refused) arrivals_.push_back(now);
    const auto used = static_cast<std::int64_t>(arrivals_.size());
    return {{.limit = limit_, .remaining = limit_ - used, .reset = resets(now)}, refused};
  }

 private:
  static constexpr Duration window = 10s;

  [[nodiscard]] Duration resets(Instant now) const {
    if (!sliding_) return window - Duration{now.time_since_epoch().count() % window.count()};
    return arrivals_.empty() ? Duration{0} : Duration{arrivals_.back() + window - now};
  }
  void expire(Instant now) {
    const Instant kept = sliding_ ? now - window : now - (window - resets(now));
    while (!arrivals_.empty() && (sliding_ ? arrivals_.front() <= kept : arrivals_.front() < kept)) {
      arrivals_.pop_front();
    }
  }

  std::int64_t limit_;
  bool sliding_;
  std::deque<Instant> arrivals_;
};

struct Report {
  std::int64_t place = 0;  // of the attempt in the order of all
  std::int64_t left = 0;
  Instant until = Instant::min();
};

template <class Algorithm>
void simulate(std::uint64_t seed, bool sliding, int others) {
  using Policy = Limiter<Algorithm>;
  struct Flight {
    std::unique_ptr<Caller<Policy>> call;
    Server::Answer answer;
    std::int64_t place;
    Instant arrives;
  };
  SplitMix64 random{seed};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  Policy limiter{LimiterSettings{.quotas = {Quota{Unit::requests, 40, 10s}}}};
  Server server{25, sliding};
  std::vector<Flight> flights;
  std::int64_t sent = 0;
  std::int64_t refused = 0;
  std::int64_t refused_late = 0;
  std::int64_t succeeded = 0;
  Report newest;
  bool any_report = false;
  Instant now = at(1h);
  for (int step = 0; step < 6'000; ++step) {
    now += Duration{below(250'000'000)};
    for (int i = 0; i < others && below(8) == 0; ++i) (void)server.receive(now);
    for (std::size_t i = 0; i < flights.size();) {
      if (flights[i].arrives > now) {
        ++i;
        continue;
      }
      Flight flight = std::move(flights[i]);
      flights.erase(flights.begin() + static_cast<std::ptrdiff_t>(i));
      flight.call->ctx.hints.requests = flight.answer.hint;
      if (flight.answer.refused) {
        flight.call->fail(now, Fault::rate_limited, flight.answer.hint.reset);
      } else {
        flight.call->succeed(now);
        ++succeeded;
      }
      if (flight.place > newest.place) {
        newest = {flight.place, flight.answer.hint.remaining, now + flight.answer.hint.reset};
      }
      any_report = true;
    }
    auto call = std::make_unique<Caller<Policy>>(limiter);
    call->ctx.deadline = now + 1ns;
    if (call->enter(now)) {
      ++sent;
      if (newest.place > 0 && now < newest.until) REQUIRE(sent - newest.place <= newest.left);
      const Server::Answer answer = server.receive(now);
      refused += answer.refused ? 1 : 0;
      refused_late += answer.refused && any_report ? 1 : 0;
      flights.push_back({std::move(call), answer, sent, now + Duration{below(3'000'000'000)}});
    }
    // The first report is from a call that nobody counted; from the second on the places are known.
    if (newest.place > 0 && now < newest.until) {
      REQUIRE(limiter.usage(now)[0].remaining <=
              larger<std::int64_t>(newest.left - (sent - newest.place), 0));
    }
    if (any_report) REQUIRE(limiter.usage(now)[0].quota.limit == 25);
  }
  INFO("sent " << sent << ", refused " << refused << ", of these after a report " << refused_late);
  CHECK(succeeded > (others > 0 ? 200 : 900));
  // Alone, with a server that counts no stricter than it, it is never refused once it knows the limit.
  if (others == 0) CHECK(refused_late == 0);
  // With others there it is refused only when those have taken what it was told, and not again and again.
  CHECK(refused_late * 5 < succeeded);
  for (Flight& flight : flights) flight.call->succeed(now);
}

}  // namespace

TEST_CASE("a limiter never has more left than the server had, less what was sent since", "[property]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    for (const bool sliding : {false, true}) {
      INFO("seed " << seed << (sliding ? ", sliding" : ", fixed"));
      simulate<SlidingWindow>(seed, sliding, 0);
      simulate<SlidingWindow>(seed, sliding, 2);
      simulate<SlidingCounter<10>>(seed, sliding, 0);
      simulate<SlidingCounter<10>>(seed, sliding, 2);
    }
  }
}

TEST_CASE("the same for algorithms that may send more in a window than the server allows", "[property]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    simulate<TokenBucket<>>(seed, false, 2);
    simulate<FixedWindow>(seed, false, 2);
  }
}

namespace {

/// Knows what each call will use when it arrives, and counts that.
class TokenServer {
 public:
  explicit TokenServer(std::int64_t limit) : limit_{limit} {}

  struct Answer {
    QuotaHint hint;
    bool refused;
  };
  Answer receive(Instant now, std::int64_t tokens) {
    while (!arrivals_.empty() && arrivals_.front().first + window <= now) {
      used_ -= arrivals_.front().second;
      arrivals_.pop_front();
    }
    const bool refused = used_ + tokens > limit_;
    if (!refused) {
      arrivals_.emplace_back(now, tokens);
      used_ += tokens;
    }
    const Duration reset = arrivals_.empty() ? Duration{0} : Duration{arrivals_.back().first + window - now};
    return {{.limit = limit_, .remaining = limit_ - used_, .reset = reset}, refused};
  }

 private:
  static constexpr Duration window = 10s;

  std::int64_t limit_;
  std::int64_t used_ = 0;
  std::deque<std::pair<Instant, std::int64_t>> arrivals_;
};

/// Calls that use up to `most_used` percent of what they reserve, some of which are never sent.
template <class Algorithm>
void simulate_tokens(std::uint64_t seed, int most_used) {
  using Policy = Limiter<Algorithm>;
  struct Flight {
    std::unique_ptr<Caller<Policy>> call;
    TokenServer::Answer answer{};
    std::size_t place = 0;
    std::int64_t uses = 0;
    Instant ends{};
    bool sent = false;
  };
  SplitMix64 random{seed};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  Policy limiter{
      LimiterSettings{.quotas = {Quota{Unit::requests, 400, 10s}, Quota{Unit::tokens, 3'000, 10s}}}};
  TokenServer server{2'000};
  std::vector<Flight> flights;
  std::vector<std::int64_t>
      counted;             // what each call takes, by its place in the order in which they were let in
  std::size_t newest = 0;  // the place after the last that has reported
  Instant until = Instant::min();
  std::int64_t left = 0;
  const auto taken_since = [&] {
    std::int64_t sum = 0;
    for (std::size_t i = newest; i < counted.size(); ++i) sum += counted[i];
    return sum;
  };
  int succeeded = 0;
  int refused = 0;
  Instant now = at(1h);
  for (int step = 0; step < 6'000; ++step) {
    now += Duration{below(100'000'000)};
    for (std::size_t i = 0; i < flights.size();) {
      if (flights[i].ends > now) {
        ++i;
        continue;
      }
      Flight flight = std::move(flights[i]);
      flights.erase(flights.begin() + static_cast<std::ptrdiff_t>(i));
      if (!flight.sent) {
        flight.call->drop();
        counted[flight.place] = 0;
        continue;
      }
      const bool reports = flight.answer.refused || below(4) == 0;
      if (reports) flight.call->ctx.hints.tokens = flight.answer.hint;
      if (flight.answer.refused) {
        ++refused;
        flight.call->fail(now, Fault::rate_limited, flight.answer.hint.reset);
      } else {
        ++succeeded;
        flight.call->ctx.usage = {flight.uses, 0};
        flight.call->succeed(now);
        counted[flight.place] = flight.uses;
      }
      if (!reports || flight.place + 1 <= newest) continue;
      newest = flight.place + 1;
      left = flight.answer.hint.remaining;
      until = now + flight.answer.hint.reset;
    }
    auto call = std::make_unique<Caller<Policy>>(limiter);
    call->ctx.deadline = now + 1ns;
    call->ctx.cost.tokens = below(5) == 0 ? 0 : 20 + below(80);
    if (proceeds(call->ask(now))) {
      if (now < until) REQUIRE(call->ctx.cost.tokens <= left - taken_since());
      Flight flight;
      flight.place = counted.size();
      flight.ends = now + Duration{below(2'000'000'000)};
      counted.push_back(call->ctx.cost.tokens);
      flight.sent = below(10) != 0;
      flight.uses = call->ctx.cost.tokens * below(static_cast<std::uint64_t>(most_used) + 1) / 100;
      if (flight.sent) {
        call->send();
        flight.answer = server.receive(now, flight.uses);
      }
      flight.call = std::move(call);
      flights.push_back(std::move(flight));
    }
    if (now < until) {
      REQUIRE(limiter.usage(now)[1].remaining <= larger<std::int64_t>(left - taken_since(), 0));
    }
  }
  INFO("succeeded " << succeeded << ", refused " << refused);
  CHECK(succeeded > 800);
  if (most_used <= 100) CHECK(refused == 0);
  CHECK(refused * 20 < succeeded);
  for (Flight& flight : flights) flight.call->drop();
}

}  // namespace

TEST_CASE("of tokens too it never has more left than the server had, less what was used since",
          "[property]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    for (const int most_used : {100, 200}) {
      INFO("uses up to " << most_used << " %");
      simulate_tokens<SlidingWindow>(seed, most_used);
      simulate_tokens<SlidingCounter<10>>(seed, most_used);
    }
  }
}
