// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/retry_budget.cpp: a provider that is down for everybody, with and without a budget. Needs no
// network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <chrono>
#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Down {
  int* attempts;
  Outcome<int> operator()(int, Context&) const {
    ++*attempts;
    return fail(Fault::unavailable, 503, "down for maintenance");
  }
};

using Retries = Retry<3, Backoff<Exponential, Jitter, 10ms, 1s>>;

// A thousand calls in no time at all; what the last of them says.
template <class Client>
Error call_often(Client& client, testing::ManualClock& clock) {
  Error last;
  for (int i = 0; i < 1000; ++i) {
    Context ctx = clock.context();
    last = client(i, ctx).error();
  }
  return last;
}

}  // namespace

int main() {
  testing::ManualClock clock;
  int unlimited = 0;
  Resilient<Down, Retries> without{Down{&unlimited}};
  (void)call_often(without, clock);

  int limited = 0;
  // [budget]
  Resilient<Down, RetryBudget<20, 60s, 0>, Retries> with{Down{&limited}};
  const Error error = call_often(with, clock);  // unavailable, with Reason::budget_exhausted

  const RetryFunds funds = retry_budget(with).funds(clock.now());  // 200 of 200 are used
  // [/budget]
  std::cout << "1000 calls without a budget: " << unlimited << " attempts\n"
            << "1000 calls with a budget:    " << limited << " attempts, " << funds.used << " retries of "
            << funds.limit << '\n'
            << to_string(error.fault) << " (" << error.message
            << "), not retried: " << to_string(error.reason) << '\n';
  return unlimited == 4000 && limited <= 1200 && error.reason == Reason::budget_exhausted ? 0 : 1;
}
