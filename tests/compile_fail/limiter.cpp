// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Limiters with arguments that make no sense, and leases of what cannot be leased.
// expect 1: aramid: Limiter<Algorithm, ...>: after the algorithm come quotas, such as RPM<50> and TPM<10'000>, and
// expect 2: aramid: Limiter<Algorithm, ...>: options need a quota beside them; without any quota all
// expect 3: aramid: Queue<N>, MaxWait<D> and Ageing<D> are given at most once each
// expect 4: aramid: MaxWait<D>: D must be above 0
// expect 5: aramid: the window of a Quota<Unit, Limit, Window> must be above 0
// expect 6: aramid: SlidingCounter<Slots>: Slots is 2 to 1000
// expect 7: aramid: TokenBucket<BurstPercent>: BurstPercent is the bucket's size in percent of the quota, 1 to 1000
// expect 8: aramid: Leased<Limiter, Batch, Threads>: Batch is the number of permits in a lease, 2 to 1000000
// expect 9: aramid: Leased<Limiter, ...>: all quotas of the limiter are of requests
// expect 10: aramid: Leased<Limiter, ...>: the limiter's algorithm is SlidingWindow, SlidingCounter<N> or
// expect 11: aramid: Queue<N>: N is the number of calls that may wait in a Limiter, 0 to 65535
// expect 12: aramid: Limiter<Algorithm, ...>: the algorithm is SlidingWindow, SlidingCounter<N>,

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

#if MISTAKE == 1
using Tested = Limiter<SlidingWindow, RPM<1>, Timeout<5s>>;
#elif MISTAKE == 2
using Tested = Limiter<SlidingWindow, Queue<5>>;
#elif MISTAKE == 3
using Tested = Limiter<SlidingWindow, RPM<1>, Queue<5>, Queue<6>>;
#elif MISTAKE == 4
using Tested = Limiter<SlidingWindow, RPM<1>, MaxWait<0s>>;
#elif MISTAKE == 5
using Tested = Limiter<SlidingWindow, Quota<Unit::requests, 5, 0s>>;
#elif MISTAKE == 6
using Tested = Limiter<SlidingCounter<1>, RPM<1>>;
#elif MISTAKE == 7
using Tested = Limiter<TokenBucket<0>, RPM<1>>;
#elif MISTAKE == 8
using Tested = Leased<Limiter<TokenBucket<>, RPM<1'000>>, 1>;
#elif MISTAKE == 9
using Tested = Leased<Limiter<TokenBucket<>, RPM<1'000>, TPM<1'000>>, 10>;
#elif MISTAKE == 10
using Tested = Leased<Limiter<FixedWindow, RPM<1'000>>, 10>;
#elif MISTAKE == 11
using Tested = Limiter<SlidingWindow, RPM<1>, Queue<65'536>>;
#elif MISTAKE == 12
using Tested = Limiter<RPM<50>, TPM<10'000>>;
#else
using Tested = Leased<Limiter<TokenBucket<6>, RPM<1'000>, Queue<0>, MaxWait<1s>, Ageing<0s>, OwnLimits>, 10>;
#endif

int main() {
  Resilient<Provider, Tested> client;
  return client(0).value_or(1);
}
