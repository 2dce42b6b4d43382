// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Other libraries' scenarios for retry budgets, throttles and quotas: every row is played.

#include "peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

#include <cmath>

#include "budget_calls.hpp"

using namespace desk;

namespace {

constexpr Instant start{24h};

RetryBudgetSettings settings_of(const peers::Json& config) {
  const auto million = static_cast<std::int64_t>(std::llround(peers::value_or(config, "ratio", 0.2) * 1e6));
  const auto per_second = peers::value_or<std::int64_t>(config, "min_per_sec", 10);
  // A negative number does not fit into an unsigned one; what it turns into is refused as well.
  return {.share = {million, 1'000'000},
          .window = peers::ms_or(config, "ttl_ms", 10s),
          .per_second = static_cast<unsigned>(per_second)};
}

/// A deposit is a first attempt, a withdrawal a retry that is asked for.
class BudgetRow {
 public:
  explicit BudgetRow(const peers::Json& config) : settings_{settings_of(config)} {
    RetryBudget<> check{settings_};
  }

  void play(const peers::Json& step) {
    const auto event = step.at("event").get<std::string>();
    const auto count = peers::value_or(step, "count", 1);
    now_ = start + peers::ms(step.at("at_ms"));
    for (int i = 0; i < count; ++i) {
      if (event == "loop") REQUIRE(step.at("body") == "deposit; withdraw");
      if (event == "loop" || event == "deposit") window_.deposit(settings_, now_);
      if (event == "loop" || event == "withdraw")
        withdrawn_ += last_ = window_.withdraw(settings_, now_, charged_in_);
    }
    if (step.contains("expect")) check(step.at("expect"));
  }
  void check(const peers::Json& expect) const {
    const RetryFunds funds = window_.funds(settings_, now_);
    if (expect.contains("ok")) CHECK(last_ == expect.at("ok").get<bool>());
    if (expect.contains("balance"))
      CHECK(funds.limit - funds.used == expect.at("balance").get<std::int64_t>());
    // They allow a deviation of one; ours is exact.
    if (expect.contains("successful_withdrawals"))
      CHECK(withdrawn_ == expect.at("successful_withdrawals").get<int>());
  }

 private:
  RetryBudgetSettings settings_;
  detail::BudgetWindow window_;
  detail::BudgetWindow::Step charged_in_ = 0;
  Instant now_{start};
  bool last_ = false;
  int withdrawn_ = 0;
};

void play_throttle(const peers::Json& row) {
  const auto milli = [](const peers::Json& number) {
    return static_cast<unsigned>(std::llround(number.get<double>() * 1000));
  };
  GrpcThrottle<> throttle{
      GrpcThrottleSettings{.max_tokens = row.at("config").at("max_tokens").get<unsigned>(),
                           .milli_ratio = milli(row.at("config").at("token_ratio"))}};
  for (const peers::Json& step : row.at("steps")) {
    INFO(step.dump());
    bool may_retry = throttle.may_retry();
    for (int i = 0; i < peers::value_or(step, "count", 1); ++i) {
      if (step.at("event") == "failure") may_retry = throttle.failure();
      if (step.at("event") == "success") throttle.success();
    }
    CHECK(throttle.milli_tokens() == milli(step.at("expect").at("tokens")));
    if (step.at("expect").contains("may_retry"))
      CHECK(may_retry == step.at("expect").at("may_retry").get<bool>());
  }
}

void play_quota(const peers::Json& row) {
  RetryQuota<> quota{RetryQuotaSettings{.capacity = row.at("config").at("capacity").get<unsigned>()}};
  for (const peers::Json& step : row.at("steps")) {
    INFO(step.dump());
    const auto tokens = step.at("n").get<unsigned>();
    if (step.at("event") == "acquire") {
      CHECK(quota.take(tokens) == step.at("expect").at("ok").get<bool>());
    } else {
      quota.put(tokens);
    }
    CHECK(quota.available() == step.at("expect").at("available").get<unsigned>());
  }
}

}  // namespace

TEST_CASE("retry budgets do what other libraries' tests of them expect") {
  const std::set<std::string> ours{"retry_budget", "retry_throttle", "retry_quota"};
  const auto rows = peers::rows(ours);
  if (rows.empty()) return;
  std::size_t played = 0;
  for (const peers::Json& row : rows) {
    INFO(row.at("id").get<std::string>());
    ++played;
    if (row.at("policy") == "retry_throttle") {
      play_throttle(row);
    } else if (row.at("policy") == "retry_quota") {
      play_quota(row);
    } else if (row.at("config").contains("cases")) {
      for (const peers::Json& config : row.at("config").at("cases")) {
        INFO(config.dump());
        CHECK_FALSE(refusal_of([&] { BudgetRow{config}; }).empty());
      }
    } else {
      BudgetRow stage{row.at("config")};
      for (const peers::Json& step : row.at("steps")) {
        INFO(step.dump());
        stage.play(step);
      }
      stage.check(row.at("expect"));
    }
  }
  CHECK(played == rows.size());
  CHECK(played >= 14);
}

#endif
