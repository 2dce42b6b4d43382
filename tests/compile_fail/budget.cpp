// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Retry budgets whose numbers make no sense, in the wrong place, or asked for where there is none.
// expect 1: aramid: RetryBudget<Share, Window, PerSecond>: Share is a percentage of 0 to 1000, or a Ratio{
// expect 2: aramid: RetryBudget<Share, Window, PerSecond>: Share is a percentage of 0 to 1000, or a Ratio{
// expect 3: aramid: RetryBudget<Share, Window, PerSecond>: Share is a percentage of 0 to 1000, or a Ratio{
// expect 4: aramid: RetryBudget<Share, Window, PerSecond>: Window is 1 s to 60 s
// expect 5: aramid: RetryBudget<Share, Window, PerSecond>: PerSecond is 0 to 1000000 retries a second
// expect 6: aramid: RetryQuota<Capacity, Cost, ...>: Capacity is 1 to 1000000 tokens
// expect 7: aramid: RetryQuota<Capacity, Cost, TimeoutCost, ThrottlingCost>: a cost is 1 to Capacity
// expect 8: aramid: GrpcThrottle<MaxTokens, MilliRatio>: MaxTokens is 1 to 1000
// expect 9: aramid: GrpcThrottle<MaxTokens, MilliRatio>: MilliRatio is 1 to 1000000 thousandths
// expect 10: aramid: a retry budget of this Resilient<> stands inside the retries it is to limit, where it is
// expect 11: aramid: retry_budget(client): this client has no retry budget
// expect 12: aramid: retry_budget(client): this client has more than one retry budget; choose a candidate

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

using Usual = Backoff<Exponential, Jitter>;

#if MISTAKE == 1
using Client = Resilient<Provider, RetryBudget<-1, 10s, 10>, Usual>;
#elif MISTAKE == 2
using Client = Resilient<Provider, RetryBudget<Ratio{1, 0}, 10s, 10>, Usual>;
#elif MISTAKE == 3
using Client = Resilient<Provider, RetryBudget<0.2, 10s, 10>, Usual>;
#elif MISTAKE == 4
using Client = Resilient<Provider, RetryBudget<20, 61s, 10>, Usual>;
#elif MISTAKE == 5
using Client = Resilient<Provider, RetryBudget<20, 10s, 1'000'001>, Usual>;
#elif MISTAKE == 6
using Client = Resilient<Provider, RetryQuota<0, 5, 10>, Usual>;
#elif MISTAKE == 7
using Client = Resilient<Provider, RetryQuota<500, 5, 501>, Usual>;
#elif MISTAKE == 8
using Client = Resilient<Provider, GrpcThrottle<1001, 100>, Usual>;
#elif MISTAKE == 9
using Client = Resilient<Provider, GrpcThrottle<10, 0>, Usual>;
#elif MISTAKE == 10
using Client = Resilient<Provider, Usual, RetryBudget<20, 10s, 10>>;
#else
using Client = Resilient<Provider, RetryBudget<Ratio{1, 10'000}, 10s, 10>, Usual>;
#endif

int main() {
  Client client;
#if MISTAKE == 11
  Resilient<Provider, Usual> without;
  (void)retry_budget(without);
#elif MISTAKE == 12
  Resilient<Provider, AwsQuota, RetryBudget<200, 10s, 10>, Usual> several;
  (void)retry_budget(several);
#elif MISTAKE == 0
  if (retry_budget(client).balance() != 100) return 2;
#endif
  return client(0).value_or(1);
}
