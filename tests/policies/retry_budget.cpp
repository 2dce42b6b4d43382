// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a retry budget counts, for how long, and what it then allows.

#include "budget_calls.hpp"

using namespace desk;

namespace {

constexpr Instant start{1000s};

using NoReserve = RetryBudget<20, 10s, 0>;

template <class Policy>
void serve(Policy& policy, Instant now, int calls) {
  for (int i = 0; i < calls; ++i) succeed_at_once(policy, now);
}

}  // namespace

TEST_CASE("retries are a share of the first attempts") {
  NoReserve budget;
  CHECK(fail_with_retries(budget, start, 9) == 0);
  serve(budget, start, 3);
  CHECK(fail_with_retries(budget, start, 9) == 1);  // five first attempts
  CHECK(fail_with_retries(budget, start, 9) == 0);
  serve(budget, start, 44);
  CHECK(budget.balance(start) == 9);
  CHECK(budget.funds(start).used == 1);
  CHECK(budget.funds(start).limit == 10);
  CHECK(fail_with_retries(budget, start, 99) == 9);
}

TEST_CASE("the reserve allows retries without traffic, again in every window") {
  RetryBudget<0, 10s, 10> budget;
  CHECK(budget.balance(start) == 100);
  CHECK(fail_with_retries(budget, start, 1000) == 100);
  CHECK(fail_with_retries(budget, start + 9s, 1000) == 0);
  CHECK(fail_with_retries(budget, start + 10s, 1000) == 100);
}

TEST_CASE("first attempts and retries are forgotten step by step") {
  NoReserve budget;
  serve(budget, start, 10);
  serve(budget, start + 5s, 20);
  CHECK(budget.balance(start + 5s) == 6);
  CHECK(budget.balance(start + 9s + 999ms) == 6);
  CHECK(budget.balance(start + 10s) == 4);
  CHECK(budget.balance(start + 14s + 999ms) == 4);
  CHECK(budget.balance(start + 15s) == 0);
  CHECK(fail_with_retries(budget, start + 14s, 99) == 4);
  CHECK(budget.funds(start + 14s).used == 4);
  CHECK(budget.funds(start + 23s + 999ms).used == 4);
  CHECK(budget.funds(start + 24s).used == 0);
}

TEST_CASE("after idle time nothing is left of what was before, and the window is whole") {
  NoReserve budget;
  serve(budget, start, 1000);
  const Instant later = start + 24h;
  CHECK(budget.balance(later) == 0);
  serve(budget, later, 5);
  CHECK(budget.balance(later + 9s) == 1);
  CHECK(budget.balance(later + 10s) == 0);
}

TEST_CASE("looking ahead changes nothing") {
  NoReserve budget;
  serve(budget, start, 10);
  CHECK(budget.balance(start + 1h) == 0);
  CHECK(budget.balance(Instant::max()) == 0);
  CHECK(budget.balance(start) == 2);
}

TEST_CASE("a clock that goes back counts as the latest time seen") {
  NoReserve budget;
  serve(budget, start, 5);
  serve(budget, start - 1h, 5);
  CHECK(budget.balance(start) == 2);
  CHECK(fail_with_retries(budget, start - 1h, 9) == 2);
  CHECK(budget.balance(start + 9s) == 0);
}

TEST_CASE("a call counts once its first attempt was made, and once only") {
  RetryBudget<100, 10s, 0> budget;
  {
    Caller refused{budget};
    REQUIRE(proceeds(refused.ask(start)));
    refused.fail(start, Fault::circuit_open);
  }
  CHECK(budget.balance(start) == 0);
  {
    Caller thrown{budget};
    REQUIRE(thrown.enter(start));
    thrown.drop();
  }
  CHECK(budget.balance(start) == 1);
  {
    Caller retried{budget};
    REQUIRE(retried.enter(start));
    REQUIRE(try_again(retried, start));
    REQUIRE(try_again(retried, start));
    REQUIRE_FALSE(try_again(retried, start));
    retried.succeed(start);
  }
  CHECK(budget.funds(start).used == 2);
  CHECK(budget.funds(start).limit == 2);
}

TEST_CASE("a hedge counts the attempt that it is beside, whoever counts attempts, and once") {
  RetryBudget<100, 10s, 0> budget;
  Caller caller{budget};
  REQUIRE(proceeds(caller.ask(start)));
  CHECK(caller.ctx.budgets.charge(nullptr, start));
  CHECK_FALSE(caller.ctx.budgets.charge(nullptr, start));
  caller.send();
  caller.succeed(start);
  CHECK(budget.funds(start).limit == 1);
  Caller refused{budget};
  REQUIRE(proceeds(refused.ask(start)));
  CHECK_FALSE(try_again(refused, start, Fault::throttled));
  refused.fail(start, Fault::throttled);
  CHECK(budget.funds(start).limit == 1);
}

TEST_CASE("a retry that another budget refuses is given back to the window it was taken from") {
  RetryBudget<100, 10s, 0> budget;
  serve(budget, start, 1);
  Caller caller{budget};
  Refusal refusal;
  caller.ctx.budgets.link(refusal);  // it stands outside: asked last
  REQUIRE(caller.enter(start));
  CHECK_FALSE(try_again(caller, start));
  CHECK(budget.funds(start).used == 0);
  CHECK(budget.balance(start) == 2);
  caller.fail(start);
}

TEST_CASE("a refund belongs to the step of its charge, however late it comes") {
  const RetryBudgetSettings settings{.share = percent(100), .window = 10s, .per_second = 1};
  detail::BudgetWindow window;
  detail::BudgetWindow::Step step = 0;
  REQUIRE(window.withdraw(settings, start, step));
  window.deposit(settings, start + 7s);
  window.refund(step);
  CHECK(window.funds(settings, start + 7s).used == 0);
  CHECK(window.funds(settings, start + 7s).limit == 11);
  detail::BudgetWindow::Step other = 0;
  REQUIRE(window.withdraw(settings, start + 7s, step));
  REQUIRE(window.withdraw(settings, start + 8s, other));
  window.deposit(settings, start + 17s);  // the window has left the first of them behind
  window.refund(step);
  CHECK(window.funds(settings, start + 17s).used == 1);
}

TEMPLATE_TEST_CASE("shares that no float holds are exact", "", (RetryBudget<Ratio{1, 10'000}, 10s, 0>),
                   (RetryBudget<Ratio{3, 10}, 10s, 0>), (RetryBudget<Ratio{999'999, 1'000'000}, 10s, 0>),
                   (RetryBudget<per_mille(1), 10s, 0>), (RetryBudget<200, 10s, 0>),
                   (RetryBudget<60, 10s, 0>)) {
  constexpr Ratio share = TestType::settings().share;
  TestType budget;
  std::int64_t retries = 0;
  for (std::int64_t calls = 1; calls <= 30'000; ++calls) {
    retries += fail_with_retries(budget, start, 5);
    if (retries != calls * share.numerator / share.denominator) FAIL(calls << " calls, " << retries);
  }
}

TEST_CASE("a budget says what it is") {
  CHECK(RetryBudget<20, 10s, 10>::describe() ==
        "retries at most 20 % of first attempts over 10 s, and 10 per second");
  CHECK(RetryBudget<Ratio{1, 10'000}, 60s, 0>::describe() ==
        "retries at most 1/10000 of first attempts over 1 min, and 0 per second");
  CHECK(RetryBudget<>::describe() == "set at run time");
  CHECK(RetryBudget<>{}.settings() == RetryBudget<20, 10s, 10>::settings());
}

TEST_CASE("a wrong setting of a retry budget is named") {
  const auto refusal = [](const RetryBudgetSettings& settings) {
    return refusal_of([&] { RetryBudget<> made{settings}; });
  };
  CHECK(refusal({}).empty());
  CHECK(refusal({.share = {0, 1}, .per_second = 0}).empty());
  CHECK(refusal({.share = {10, 1}, .window = 60s, .per_second = 1'000'000}).empty());
  CHECK(refusal({.share = {-1, 5}}) ==
        "aramid: RetryBudgetSettings::share.numerator is -1, allowed is 0 to ten times the denominator, "
        "which is 5");
  CHECK_THAT(refusal({.share = {11, 1}}), support::contains("RetryBudgetSettings::share.numerator is 11"));
  for (const std::int64_t denominator : {0, -5, 1'000'001}) {
    CHECK_THAT(refusal({.share = {1, denominator}}),
               support::contains("RetryBudgetSettings::share.denominator is"));
  }
  for (const Span window : {Span{0s}, Span{-1s}, Span{999ms}, Span{61s}}) {
    CHECK_THAT(refusal({.window = window}), support::contains("RetryBudgetSettings::window is"));
  }
  CHECK(refusal({.per_second = 1'000'001}) ==
        "aramid: RetryBudgetSettings::per_second is 1000001, allowed is 0 to 1000000");
}
