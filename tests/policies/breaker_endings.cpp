// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// However calls end, no probe is lost for longer than its lease, and an open breaker always recovers.

#include <aramid/policies/breaker.hpp>

#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

using namespace desk;

namespace {

using Row = Breaker<3, 5s, 2>;
using Rate = Breaker<FailureRate{.percent = 30, .minimum = 4, .window = 10s},
                     GrowingCooldown{.first = 2s, .ceiling = 30s, .jitter = 25}, 3, Ramp<2s, 10, 50>>;
using Count = Breaker<FailureCount{.failures = 4, .of = 9}, 5s,
                      ProbeRule{.at_a_time = 4, .successes = 2, .failures = 3, .lease = 1s},
                      OnAbandoned<Abandoned::as_failures>>;
using Mixed = Breaker<AnyOf{SlowRate{.percent = 40, .slower_than = 3s, .minimum = 5, .window = 20s},
                            FailureRate{.percent = 60, .minimum = 5, .window = 5s}, 4},
                      3s, 1, OnAbandoned<Abandoned::count_when_all_abandoned>, RateLimitsAreFailures>;

template <class B>
class Life {
  using Call = Caller<B>;

 public:
  explicit Life(std::uint64_t seed) : random_{seed} {}

  void step() {
    if (random_() % 8 == 0) now_ += Duration{1ms} * static_cast<std::int64_t>(random_() % 1500);
    if (random_() % 2000 == 0) now_ += Duration{1s} * static_cast<std::int64_t>(random_() % 300);
    if (out_.size() < 12 && random_() % 2 == 0) {
      begin();
    } else if (!out_.empty()) {
      end();
    }
    const BreakerReport report = breaker_.explain(now_);
    if (report.probes_out > breaker_.settings().probes) FAIL("more probes out than there may be");
  }

  /// All calls end; those that nobody ever hears of again are lost.
  void settle_all() {
    while (!out_.empty()) end();
  }

  /// One lease and one cool-down later it answers, and as many successes as it asks for close it.
  void recovers() {
    settle_all();
    const BreakerSettings& settings = breaker_.settings();
    now_ += larger(settings.ceiling, settings.lease).duration();
    for (unsigned i = 0; i < settings.successes; ++i) {
      if (breaker_.state(now_) != BreakerState::half_open) break;
      Call probe{breaker_};
      REQUIRE(probe.enter(now_));
      probe.succeed(now_);
    }
    const BreakerState state = breaker_.state(now_);
    REQUIRE((state == BreakerState::closed || state == BreakerState::ramping));
    CHECK(breaker_.explain(now_).probes_out == 0);
  }

  std::uint64_t endings() const { return endings_; }

 private:
  void begin() {
    auto call = std::make_unique<Call>(breaker_);
    if (!proceeds(call->ask(now_))) {
      if (call->answer().reason == Reason::none) FAIL("refused without a reason");
      if (call->answer().retry_after < Duration{0}) FAIL("refused without a hint");
      return;
    }
    if (random_() % 16 != 0) call->send();
    out_.push_back(std::move(call));
  }
  void end() {
    const std::size_t which = random_() % out_.size();
    const auto call = std::move(out_[which]);
    out_.erase(out_.begin() + static_cast<std::ptrdiff_t>(which));
    ++endings_;
    switch (random_() % 8) {
      case 0:
      case 1:
        return (void)call->succeed(now_);
      case 2:
      case 3:
        return (void)call->fail(now_);
      case 4:
        return (void)call->fail(now_, Fault::rate_limited);
      case 5:
        return (void)call->fail(now_, Fault::cancelled);
      case 6:
        return call->drop();  // an exception, or a caller that went away
      default:
        return;  // never heard of again
    }
  }

  B breaker_;
  SplitMix64 random_;
  Instant now_{1h};
  std::vector<std::unique_ptr<Call>> out_;
  std::uint64_t endings_ = 0;
};

template <class B>
void lives(int enough) {
  std::uint64_t endings = 0;
  for (std::uint64_t seed = 0; endings < static_cast<std::uint64_t>(support::effort(enough)); ++seed) {
    INFO(seed);
    Life<B> life{seed};
    for (int i = 0; i < 20'000; ++i) life.step();
    life.recovers();
    endings += life.endings();
  }
}

}  // namespace

TEST_CASE("after a million random endings no probe is out and an open breaker recovers") {
  lives<Row>(300'000);
  lives<Rate>(250'000);
  lives<Count>(250'000);
  lives<Mixed>(250'000);
}
