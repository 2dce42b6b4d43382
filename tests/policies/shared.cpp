// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// One state for several clients.

#include "retry_run.hpp"

using namespace desk;

namespace {

using Quick = Retry<3, Backoff<Constant, NoJitter, 1ms, 1s>>;

}  // namespace

TEST_CASE("one shared budget limits the retries of several clients together") {
  Run run;
  using Budgeting = RetryBudget<10, 60s, 0>;
  SharedState<Budgeting> budget;
  using Client = Resilient<Failing, Shared<Budgeting>, Quick>;
  Client search{run.failing(Fault::unavailable), budget};
  Client index{run.failing(Fault::overloaded), budget};
  for (int i = 0; i < 50; ++i) {
    for (Client* client : {&search, &index}) {
      Context ctx = Context{run.clock};
      CHECK_FALSE((*client)(0, ctx));
    }
  }
  CHECK(run.begun.size() == 110);
  CHECK(&retry_budget(search) == &retry_budget(index));
  CHECK(&retry_budget(search) == &budget.policy());
  CHECK(retry_budget(search).funds(run.clock.now()).used == 10);
}

TEST_CASE("a shared breaker that one client trips is open for the other") {
  Run run;
  using Tripping = Breaker<2, 10s, 1>;
  SharedState<Tripping> breaker_state;
  Resilient<Failing, Shared<Tripping>> first{run.failing(Fault::unavailable), breaker_state};
  Failing well = run.failing(Fault::unavailable);
  well.succeed_at = 0;
  Resilient<Failing, Quick, Shared<Tripping>> second{well, breaker_state};
  for (int i = 0; i < 2; ++i) {
    Context ctx = Context{run.clock};
    CHECK(first(0, ctx).error().fault == Fault::unavailable);
  }
  Context ctx = Context{run.clock};
  const auto refused = second(0, ctx);
  CHECK(refused.error().fault == Fault::circuit_open);
  CHECK(refused.error().policy == "Breaker");
  CHECK(breaker(second).state(run.clock.now()) == BreakerState::open);
  breaker(second).reset();
  Context later = Context{run.clock};
  CHECK(second(0, later));
}

TEST_CASE("a shared state takes the policy's settings, and each client its own state") {
  Run run;
  SharedState<RetryBudget<>> none{RetryBudgetSettings{.share = percent(0), .per_second = 0}};
  SharedState<RetryBudget<>> plenty{RetryBudgetSettings{.share = percent(1000)}};
  using Client = Resilient<Failing, Shared<RetryBudget<>>, Retry<>>;
  const RetrySettings once{.retries = 1, .base = 1ms, .cap = 1ms};
  Client poor{run.failing(Fault::unavailable), none, once};
  Client rich{run.failing(Fault::unavailable), once, plenty};
  Context first = Context{run.clock};
  CHECK_FALSE(poor(0, first));
  CHECK(first.attempt() == 1);
  Context second = Context{run.clock};
  CHECK_FALSE(rich(0, second));
  CHECK(second.attempt() == 2);
}

TEST_CASE("a limiter shared by two clients counts the calls of both") {
  Run run;
  using Limiting = Limiter<SlidingWindow, RPM<2>>;
  SharedState<Limiting> account;
  Failing well = run.failing(Fault::unavailable);
  well.succeed_at = 0;
  Resilient<Failing, Shared<Limiting>> first{well, account};
  Resilient<Failing, Timeout<1s>, Shared<Limiting>> second{well, account};
  Context a = Context{run.clock};
  Context b = Context{run.clock};
  Context c = Context{run.clock};
  CHECK(first(0, a));
  CHECK(second(0, b));
  CHECK(second(0, c).error().policy == "Limiter");
  CHECK(limiter(first).used(Unit::requests, run.clock.now()) == 2);
}

TEST_CASE("a shared policy describes itself as what it is") {
  using Client = Resilient<Failing, Timeout<60s>, Shared<Quick>, Shared<Timeout<5s>>>;
  CHECK_THAT(describe<Client>(), support::contains("Retry: shared, 3 retries"));
  CHECK_THAT(describe<Client>(), support::contains("Timeout: shared, 5 s"));
  STATIC_REQUIRE(worst_case<Resilient<Failing, Shared<Timeout<5s>>>>() == 5s);
  STATIC_REQUIRE(worst_case<Client>() == worst_case<Resilient<Failing, Timeout<60s>, Quick, Timeout<5s>>>());
}
