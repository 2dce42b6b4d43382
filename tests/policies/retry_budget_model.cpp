// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Random traffic through a retry budget, beside a model that adds up its whole history each time.

#include <vector>

#include "budget_calls.hpp"

using namespace desk;

namespace {

/// Everything that happened, by step; what is in the window is added up anew for each question.
class Model {
 public:
  explicit Model(const RetryBudgetSettings& settings) : settings_{settings} {}

  void first_attempt(Instant now) { step_at(now).deposits += settings_.share.numerator; }
  bool may_retry(Instant now) {
    step_at(now);
    const std::int64_t cost = settings_.share.denominator;
    const std::int64_t reserve = settings_.per_second * cost * (settings_.window.ns / 1'000'000) / 1000;
    return reserve + window().deposits - window().retries * cost >= cost;
  }
  void retry(Instant now) { ++step_at(now).retries; }

  /// How far all retries are above the share of all first attempts and one reserve a window.
  std::int64_t excess() const {
    const std::int64_t cost = settings_.share.denominator;
    const std::int64_t reserve = settings_.per_second * cost * (settings_.window.ns / 1'000'000) / 1000;
    Step sum;
    for (const Step& step : steps_)
      sum = {step.number, sum.deposits + step.deposits, sum.retries + step.retries};
    return sum.retries * cost - sum.deposits - reserve * (sum.number / 20 + 1);
  }

 private:
  struct Step {
    std::int64_t number = 0;
    std::int64_t deposits = 0;
    std::int64_t retries = 0;
  };

  Step& step_at(Instant now) {
    const Duration length = settings_.window.duration() / 20;
    if (steps_.empty() || now - steps_began_ >= length * 20 + length * idle_from_) {
      // New, or idle for a whole window: the steps begin anew.
      steps_.push_back({steps_.empty() ? 0 : steps_.back().number + 20, 0, 0});
      steps_began_ = now;
      first_ = steps_.back().number;
      idle_from_ = 0;
    }
    const std::int64_t number = first_ + (now - steps_began_) / length;
    if (number != steps_.back().number) steps_.push_back({number, 0, 0});
    idle_from_ = number - first_;
    return steps_.back();
  }
  Step window() const {
    Step sum;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      if (steps_.back().number - step->number >= 20) break;
      sum.deposits += step->deposits;
      sum.retries += step->retries;
    }
    return sum;
  }

  RetryBudgetSettings settings_;
  std::vector<Step> steps_;
  Instant steps_began_{};
  std::int64_t first_ = 0;
  std::int64_t idle_from_ = 0;  // steps since `steps_began_`
};

}  // namespace

TEST_CASE("a retry budget decides as the sum over its window does, and all are within the bound") {
  const std::uint64_t seed = GENERATE(range(1, 13));
  CAPTURE(seed);
  SplitMix64 draw{seed};
  const auto upto = [&](std::uint64_t n) { return draw() % n; };
  const std::int64_t denominator = 1 + static_cast<std::int64_t>(upto(1000));
  const RetryBudgetSettings settings{
      .share = {static_cast<std::int64_t>(upto(static_cast<std::uint64_t>(denominator) * 2 + 1)),
                denominator},
      .window = std::chrono::milliseconds{1000 + 20 * upto(500)},
      .per_second = static_cast<unsigned>(upto(4))};
  RetryBudget<> budget{settings};
  Model model{settings};
  Instant now{1h};
  std::int64_t retries = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto pause = upto(100);
    now += pause == 0 ? Duration{upto(30) * 1s} : Duration{upto(pause < 20 ? 400 : 5) * 1ms};
    Caller caller{budget};
    REQUIRE(caller.enter(now));
    const std::uint64_t wishes = upto(4);
    model.first_attempt(now);
    for (std::uint64_t wish = 0; wish < wishes; ++wish) {
      const bool expected = model.may_retry(now);
      if (try_again(caller, now) != expected) FAIL("call " << i << ": the model says " << expected);
      if (!expected) break;
      model.retry(now);
      ++retries;
    }
    caller.fail(now);
  }
  CHECK(model.excess() <= 0);
  CHECK(retries > 0);
}

TEST_CASE("in the long run retries are within 1 in 10,000 of the share, and never above it") {
  const auto [seed, share] = GENERATE(table<std::uint64_t, Ratio>(
      {{1, percent(20)}, {2, Ratio{1, 3}}, {3, percent(150)}, {4, percent(5)}, {5, percent(20)}}));
  CAPTURE(seed, share.numerator, share.denominator);
  RetryBudget<> budget{{.share = share, .window = 60s, .per_second = 0}};
  SplitMix64 draw{seed};
  Instant now{1h};
  std::int64_t first_attempts = 0;
  std::int64_t retries = 0;
  // Some 350,000 calls a window; each wants every retry that it can get.
  while (first_attempts < 1'000'000) {
    now += Duration{draw() % 342'000};
    ++first_attempts;
    retries += fail_with_retries(budget, now, 20);
    if (retries * share.denominator > first_attempts * share.numerator) FAIL("above the share");
  }
  const std::int64_t bound = first_attempts * share.numerator / share.denominator;
  CAPTURE(retries, bound);
  CHECK((bound - retries) * 10'000 <= bound);
}
