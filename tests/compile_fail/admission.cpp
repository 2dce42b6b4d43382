// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Bulkheads, throttles, ramps and adaptive rates with arguments that make no sense.
// expect 1: aramid: Bulkhead<Limit, Options...>: Limit is the number of calls at a time, 1 to 16777215
// expect 2: aramid: Bulkhead<Limit, Options...>: the options are Queue<N>, MaxWait<D> and Ageing<D>
// expect 3: aramid: MaxWait<D> and Ageing<D> need a Queue<N>: without one no call waits
// expect 4: aramid: Queue<N>: N is the number of calls that may wait, 1 to 65535
// expect 5: aramid: Queue<N>, MaxWait<D> and Ageing<D> are given at most once each
// expect 6: aramid: AdaptiveBulkhead<Algorithm, Min, Max>: Min and Max are limits of 1 to 16777215, and Min
// expect 7: aramid: AdaptiveBulkhead<Algorithm, Min, Max>: Algorithm is Gradient2, Vegas, Aimd, or a type with
// expect 8: aramid: Initial<N>: N is from Min to Max
// expect 9: aramid: Throttle<K, Window, Options...>: K is a number from 1 to 1000; 2 lets the provider turn
// expect 10: aramid: Throttle<K, Window, Options...>: Window must be above 0
// expect 11: aramid: MaxRejection<Percent>: Percent is 1 to 100
// expect 12: aramid: RampUp<Over, FromPercent, Options...>: Over must be above 0
// expect 13: aramid: RampUp<Over, FromPercent, Options...>: FromPercent is the share of the calls at first, 1
// expect 14: aramid: AdaptiveRate<Curve, Options...>: Curve is CubicRate, AimdRate, or a type with a nested
// expect 15: aramid: a Bulkhead<> whose limit is set at run time takes its queue from BulkheadSettings too
// expect 16: aramid: bulkhead(client): this client has no Bulkhead
// expect 17: aramid: bulkhead(client): this client has more than one Bulkhead; choose a candidate with
// expect 18: aramid: throttle(client): this client has no Throttle
// expect 19: aramid: ramp_up(client): this client has no RampUp
// expect 20: aramid: adaptive_rate(client): this client has no AdaptiveRate
// expect 21: aramid: MaxWait<D>: D must be above 0

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
using Tested = Bulkhead<0>;
#elif MISTAKE == 2
using Tested = Bulkhead<9, Initial<3>>;
#elif MISTAKE == 3
using Tested = Bulkhead<9, MaxWait<2s>>;
#elif MISTAKE == 4
using Tested = Bulkhead<9, Queue<0>>;
#elif MISTAKE == 5
using Tested = Bulkhead<9, Queue<1>, Queue<2>>;
#elif MISTAKE == 6
using Tested = AdaptiveBulkhead<Gradient2, 9, 8>;
#elif MISTAKE == 7
using Tested = AdaptiveBulkhead<CubicRate, 1, 8>;
#elif MISTAKE == 8
using Tested = AdaptiveBulkhead<Gradient2, 1, 8, Initial<9>>;
#elif MISTAKE == 9
using Tested = Throttle<0, 60s>;
#elif MISTAKE == 10
using Tested = Throttle<2, 0s>;
#elif MISTAKE == 11
using Tested = Throttle<2, 60s, MaxRejection<101>>;
#elif MISTAKE == 12
using Tested = RampUp<0s, 10>;
#elif MISTAKE == 13
using Tested = RampUp<60s, 0>;
#elif MISTAKE == 14
using Tested = AdaptiveRate<Vegas>;
#elif MISTAKE == 15
using Tested = Bulkhead<AtRunTime{}, Queue<9>>;
#elif MISTAKE == 21
using Tested = Bulkhead<9, Queue<2>, MaxWait<0s>>;
#else
using Tested = Bulkhead<9, Queue<2>, MaxWait<2s>, Ageing<1s>>;
#endif

using Full = Resilient<Provider, RampUp<60s, 10>, Throttle<1.5, 60s, MaxRejection<75>, MinimumRate<5>>,
                       AdaptiveRate<AimdRate, Queue<9>>, AdaptiveBulkhead<Vegas, 1, 8, Initial<2>>>;

int main() {
  Resilient<Provider, Tested> client;
  Full full;
  [[maybe_unused]] Resilient<Provider, Timeout<3s>> bare;
  [[maybe_unused]] Resilient<Provider, Bulkhead<9>, Bulkhead<3>> two;
#if MISTAKE == 16
  (void)bulkhead(bare);
#elif MISTAKE == 17
  (void)bulkhead(two);
#elif MISTAKE == 18
  (void)throttle(bare);
#elif MISTAKE == 19
  (void)ramp_up(bare);
#elif MISTAKE == 20
  (void)adaptive_rate(bare);
#else
  (void)bulkhead(full);
  (void)throttle(full);
  (void)ramp_up(full);
  (void)adaptive_rate(full);
#endif
  return client(0).value_or(1);
}
