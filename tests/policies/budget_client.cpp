// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Retry budgets in whole clients: what the caller sees, and who owns the retries of several providers.

#include "retry_run.hpp"

using namespace desk;

namespace {

using Quick = Retry<3, Backoff<Constant, NoJitter, 1ms, 1s>>;

template <class Budgeting>
using Limited = Resilient<Failing, Budgeting, Quick>;

}  // namespace

TEMPLATE_TEST_CASE("when a budget refuses, the caller gets the provider's own error with the reason", "",
                   (RetryBudget<0, 10s, 0>), (RetryQuota<4, 2, 2>), (GrpcThrottle<1, 1>)) {
  Run run;
  Limited<TestType> client{run.failing(Fault::overloaded, 7ms)};
  client.provider().errors[0].status = 529;
  client.provider().errors[0].message = "busy";
  Outcome<int> answer{std::unexpect};
  for (int i = 0; i < 3; ++i) {
    run.begun.clear();
    Context ctx = Context{run.clock};
    answer = client(0, ctx);
  }
  REQUIRE_FALSE(answer);
  CHECK(run.begun.size() == 1);
  CHECK(answer.error().fault == Fault::overloaded);
  CHECK(answer.error().status == 529);
  CHECK(answer.error().message == "busy");
  CHECK(answer.error().retry_after == Duration{7ms});
  CHECK(answer.error().reason == Reason::budget_exhausted);
  CHECK(answer.error().policy == "Retry");
  CHECK(answer.error().history.total() == 1);
}

TEST_CASE("a refused retry is not waited for") {
  Run run;
  const Instant began = run.clock.now();
  using Slow = Retry<3, Backoff<Constant, NoJitter, 60s, 60s>>;
  CHECK_FALSE((run.call<RetryBudget<0, 10s, 0>, Slow>(run.failing(Fault::unavailable))));
  CHECK(run.clock.now() == began);
}

TEST_CASE("a provider that is down gets its share of retries and no more") {
  Run run;
  Limited<RetryBudget<20, 10s, 0>> client{run.failing(Fault::unavailable)};
  for (int i = 0; i < 1000; ++i) {
    Context ctx = Context{run.clock};
    CHECK_FALSE(client(0, ctx));
  }
  CHECK(run.begun.size() == 1200);
  CHECK(retry_budget(client).funds(run.clock.now()).used == 200);
}

TEST_CASE("calls that a breaker refuses buy no retries") {
  Run run;
  Resilient<Failing, RetryBudget<20, 10s, 0>, Quick, Breaker<5, 10min, 1>> client{
      run.failing(Fault::unavailable)};
  for (int i = 0; i < 1000; ++i) {
    Context ctx = Context{run.clock};
    CHECK_FALSE(client(0, ctx));
  }
  CHECK(run.begun.size() == 5);
  CHECK(retry_budget(client).funds(run.clock.now()).limit <= 1);
}

TEST_CASE("three retries at each of three providers stop at the ceiling over all of them") {
  Run run;
  using One = Resilient<Failing, Quick>;
  using All = Failover<Priority, Named<"a", One>, Named<"b", One>, Named<"c", One>>;
  All client{run.failing(Fault::unavailable), run.failing(Fault::unavailable),
             run.failing(Fault::unavailable)};
  {
    Context ctx = Context{run.clock};
    const auto answer = client(0, ctx);
    REQUIRE_FALSE(answer);
    CHECK(run.begun.size() == 6);  // the most patient one's four, and one for each further one
    CHECK(ctx.attempt() == 6);
    CHECK(answer.error().history.total() == 6);
    CHECK(client.attempts_allowed() == 6);
  }
  run.begun.clear();
  Context ctx = Context{run.clock};
  ctx.max_attempts = 2;
  CHECK_FALSE(client(0, ctx));
  CHECK(run.begun.size() == 2);
}

TEST_CASE("one budget outside a failover limits the retries at all its providers together") {
  Run run;
  using One = Resilient<Failing, Quick>;
  using All = Failover<Priority, Named<"a", One>, Named<"b", One>, Named<"c", One>>;
  Resilient<All, RetryBudget<10, 10s, 0>> client{args(
      run.failing(Fault::unavailable), run.failing(Fault::unavailable), run.failing(Fault::unavailable))};
  for (int i = 0; i < 100; ++i) {
    Context ctx = Context{run.clock};
    const auto answer = client(0, ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().reason != Reason::none);
  }
  // Asking another provider is no retry: three attempts a call, and ten retries in all.
  CHECK(run.begun.size() == 310);
  CHECK(retry_budget(client).funds(run.clock.now()).used == 10);
}

TEST_CASE("two budgets around the same retries: both pay or neither") {
  Run run;
  Resilient<Failing, RetryBudget<50, 10s, 0>, RetryQuota<3, 1, 1>, Quick> client{
      run.failing(Fault::unavailable)};
  for (int i = 0; i < 20; ++i) {
    Context ctx = Context{run.clock};
    CHECK_FALSE(client(0, ctx));
  }
  CHECK(run.begun.size() == 23);
  CHECK(client.policy<0>().funds(run.clock.now()).used == 3);
  CHECK(client.policy<1>().available() == 0);
}

TEST_CASE("a budget takes its settings at run time") {
  Run run;
  Resilient<Failing, RetryBudget<>, Quick> client{run.failing(Fault::unavailable),
                                                  RetryBudgetSettings{.share = percent(0), .per_second = 0}};
  Context ctx = Context{run.clock};
  CHECK_FALSE(client(0, ctx));
  CHECK(run.begun.size() == 1);
  CHECK(retry_budget(client).balance(run.clock.now()) == 0);
}
