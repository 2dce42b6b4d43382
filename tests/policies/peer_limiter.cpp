// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Other libraries' scenarios of rate limiters.

#include "peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

#include <aramid/policies/fixed_window.hpp>
#include <aramid/policies/limiter.hpp>
#include <aramid/policies/token_bucket.hpp>

#include <map>

using namespace desk;
using peers::Json;

namespace {

/// Rows that no limiter here plays, and why.
const std::map<std::string, std::string> left_out{
    {"rl-fs-smooth-200",
     "reserves three permits where one is the most; a cost above the quota is refused at once"},
    {"rl-fs-bursty-2",
     "reserves three permits of a period of two; a cost above the quota is refused at once"},
    {"rl-fs-bursty-5", "reserves ten permits of a period of five; a cost above the quota is refused at once"},
    {"rl-fs-smooth-ns-try", "its permits lie on a grid, so that two may be closer than an interval"},
};

Duration instant_of(const Json& step) {
  return step.contains("at_ns") ? Duration{step.at("at_ns").get<std::int64_t>()}
                                : peers::ms(step.at("at_ms"));
}

LimiterSettings settings_of(const Quota<>& quota) {
  LimiterSettings settings;
  settings.quotas[0] = quota;
  return settings;
}

/// Plays one row with one algorithm. A reservation is a call that joins the queue; one that is denied is refused.
template <class Algorithm>
class Stage {
 public:
  using Policy = Limiter<Algorithm>;
  using Visitor = Caller<Policy>;

  explicit Stage(const Quota<>& quota) : limiter_{settings_of(quota)}, quota_{quota} {}
  ~Stage() {
    for (auto& visitor : waiting_) visitor->drop();
  }

  void play(const Json& config, const Json& step) {
    const Instant now = begin + instant_of(step);
    const auto event = step.at("event").get<std::string>();
    serve(now);
    if (event == "set_limit") {
      Quota<> quota = quota_;
      quota.limit = step.at("permits").get<std::int64_t>();
      limiter_.set_limits({quota}, now);
      serve(now);
    } else if (event != "observe") {
      enter(config, step, event, now);
    }
    check(step.at("expect"), now);
  }

 private:
  void enter(const Json& config, const Json& step, const std::string& event, Instant now) {
    auto visitor = std::make_unique<Visitor>(limiter_);
    visitor->ctx.cost.requests = peers::value_or<std::int64_t>(step, "permits", 1);
    const Duration patience = event == "try_acquire" ? Duration{0}
                              : step.contains("max_wait_ms") || config.contains("max_wait_ms")
                                  ? peers::ms_or(step, "max_wait_ms", peers::ms_or(config, "max_wait_ms", 0s))
                                  : Duration::max();
    visitor->ctx.deadline = saturating_add(now, saturating_add(patience, Duration{1}));
    const Allowance turn = limiter_.can_proceed(visitor->ctx.cost, now);
    (void)visitor->ask(now);
    let_in_ = proceeds(visitor->answer());
    denied_ = refuses(visitor->answer());
    wait_ = denied_ ? Duration{-1} : turn.wait;
    if (let_in_) {
      visitor->send();
      visitor->succeed(now);
    } else if (!denied_) {
      waiting_.push_back(std::move(visitor));
    }
  }

  // Whoever's turn has come is let in when it comes, not when somebody looks.
  void serve(Instant now) {
    while (!waiting_.empty()) {
      Visitor& first = *waiting_.front();
      const Instant turn = first.answer().until;
      if (turn > now || !proceeds(first.ask(larger(turn, begin)))) {
        if (waits(first.answer()) && first.answer().until <= now) continue;
        return;
      }
      first.send();
      first.succeed(turn);
      waiting_.erase(waiting_.begin());
      if (!waiting_.empty()) (void)waiting_.front()->ask(turn);
    }
  }

  void check(const Json& expect, Instant now) const {
    if (expect.contains("ok")) CHECK(let_in_ == expect.at("ok").get<bool>());
    if (expect.contains("denied")) CHECK(denied_ == expect.at("denied").get<bool>());
    if (expect.contains("waiting")) CHECK(!waiting_.empty() == expect.at("waiting").get<bool>());
    if (expect.contains("w")) CHECK(waiting_.empty());
    if (expect.contains("wait_ms")) {
      // A bucket rounds what a permit costs up to 1/64 ns.
      CHECK(wait_ >= peers::ms(expect.at("wait_ms")));
      CHECK(wait_ <= peers::ms(expect.at("wait_ms")) + 2ns);
    }
    if (expect.contains("available")) {
      // Peers count those who wait as permits below zero.
      const auto available = expect.at("available").get<std::int64_t>();
      CHECK(limiter_.usage(now)[0].remaining == larger<std::int64_t>(available, 0));
      if (available < 0) CHECK(static_cast<std::int64_t>(limiter_.waiting()) >= 1);
    }
    const Duration next = limiter_.can_proceed(0, now).wait;
    if (expect.contains("next_free_in_ms") && waiting_.empty())
      CHECK(next == peers::ms(expect.at("next_free_in_ms")));
    if (expect.contains("next_free_in_ns"))
      CHECK(next == Duration{expect.at("next_free_in_ns").get<std::int64_t>()});
  }

  static constexpr Instant begin{1h};
  Policy limiter_;
  Quota<> quota_;
  std::vector<std::unique_ptr<Visitor>> waiting_;
  bool let_in_ = false;
  bool denied_ = false;
  Duration wait_{0};
};

template <class Algorithm>
void play(const Json& row, const Quota<>& quota) {
  Stage<Algorithm> stage{quota};
  for (const Json& step : row.at("steps")) {
    INFO(step.dump());
    stage.play(row.at("config"), step);
  }
}

void play(const Json& row) {
  const Json& config = row.at("config");
  const auto kind = config.at("kind").get<std::string>();
  const auto permits = peers::value_or<std::int64_t>(config, "permits", 1);
  if (kind == "smooth") {
    const Duration interval = config.contains("interval_ns")
                                  ? Duration{config.at("interval_ns").get<std::int64_t>()}
                                  : peers::ms(config.at("interval_ms"));
    play<TokenBucket<>>(row, Quota{Unit::requests, 1, interval});
  } else if (kind == "token_bucket") {
    const auto capacity = config.at("capacity").get<std::int64_t>();
    REQUIRE(config.at("rate_per_s").get<std::int64_t>() == capacity);
    play<TokenBucket<>>(row, Quota{Unit::requests, capacity, 1s});
  } else {
    // Windows that begin with their first call are those that begin with the clock, where calls come at once.
    REQUIRE((kind == "bursty" || kind == "fixed_cycle" || kind == "fixed_window_from_first_use"));
    play<FixedWindow>(row, Quota{Unit::requests, permits, peers::ms(config.at("period_ms"))});
  }
}

}  // namespace

TEST_CASE("the limiter does what other libraries' tests of rate limiters expect") {
  const auto rows = peers::rows({"rate_limiter"});
  if (rows.empty()) return;
  std::size_t played = 0;
  std::set<std::string> unplayed;
  for (const Json& row : rows) {
    const auto id = row.at("id").get<std::string>();
    if (left_out.contains(id)) {
      unplayed.insert(id);
      continue;
    }
    INFO(id);
    play(row);
    ++played;
  }
  CHECK(unplayed.size() == left_out.size());
  CHECK(played == rows.size() - left_out.size());
}

TEST_CASE("an interval of nanoseconds does not collapse to none") {
  Limiter<TokenBucket<>, Quota<Unit::requests, 1, 100ns>> limiter;
  int in = 0;
  for (int ns = 0; ns < 1'000; ns += 10) {
    Caller call{limiter};
    call.ctx.deadline = at(ns * 1ns) + 1ns;
    if (!call.enter(at(ns * 1ns))) continue;
    call.succeed(at(ns * 1ns));
    ++in;
  }
  CHECK(in == 10);
}

TEST_CASE("what users of other libraries call a bug, twice the quota around a boundary, is a choice here") {
  const auto burst = []<class Algorithm>(Limiter<Algorithm, Quota<Unit::requests, 100, 1s>>& limiter) {
    std::int64_t in = 0;
    for (const Duration now : {999ms, 1'000ms}) {
      for (int i = 0; i < 100; ++i) {
        Caller call{limiter};
        call.ctx.deadline = at(now) + 1ns;
        if (!call.enter(at(now))) continue;
        call.succeed(at(now));
        ++in;
      }
    }
    return in;
  };
  Limiter<SlidingWindow, Quota<Unit::requests, 100, 1s>> exact;
  CHECK(burst(exact) == 100);
  Limiter<TokenBucket<>, Quota<Unit::requests, 100, 1s>> bucket;
  CHECK(burst(bucket) == 100);
  Limiter<FixedWindow, Quota<Unit::requests, 100, 1s>> fixed;
  Caller opener{fixed};
  REQUIRE(opener.enter(at(0s)));
  opener.succeed(at(0s));
  CHECK(burst(fixed) == 199);
}

#endif
