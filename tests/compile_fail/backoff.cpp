// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Delays and retries between angle brackets that make no sense.
// expect 1: aramid: ExponentialBy<Numerator, Denominator>: the factor must be above 1 and its terms 1 to 1000
// expect 2: aramid: ExponentialBy<Numerator, Denominator>: the factor must be above 1 and its terms 1 to 1000
// expect 3: aramid: Delays<...> lists at least one delay, each 0 or above
// expect 4: aramid: Delays<...> lists at least one delay, each 0 or above
// expect 5: aramid: Spread<Percent>: Percent is 1 to 100
// expect 6: aramid: Spread<Percent>: Percent is 1 to 100
// expect 7: aramid: DecorrelatedJitter takes the place of the curve: write Backoff<Exponential,
// expect 8: aramid: Backoff<Curve, Spread, Base, Cap, First>: Curve is Constant, Linear, Exponential,
// expect 9: aramid: Backoff<Curve, Spread, Base, Cap, First>: Spread is NoJitter, Jitter, FullJitter,
// expect 10: aramid: the first delay of a Backoff must be 0 to its cap, or first_by_curve
// expect 11: aramid: the first delay of a Backoff must be 0 to its cap, or first_by_curve
// expect 12: aramid: the base of a Backoff<Delays<...>, ...> is the first delay of the list; give only a cap
// expect 13: aramid: Retry<Retries, Delays, When, Room>: Delays is a Backoff<...> or a list such as
// expect 14: aramid: Retry<Retries, Delays, When, Room>: When is a type that can be called with a const
// expect 15: aramid: Retry<Retries, Delays, When, Room>: Room is RoomToBegin or ExpectRoom
// expect 16: aramid: ExponentialBy<Numerator, Denominator>: the factor must be above 1 and its terms 1 to 1000
// expect 17: aramid: Retry<Retries, Delays, When, Room>: Delays is a Backoff<...> or a list such as

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};
struct Mine {
  bool operator()(const Error& error) const noexcept { return error.status == 503; }
};
using Usual = Backoff<Exponential, Jitter>;

#if MISTAKE == 1
using Tested = Backoff<ExponentialBy<2, 2>, Jitter>;
#elif MISTAKE == 2
using Tested = Backoff<ExponentialBy<2, 0>, Jitter>;
#elif MISTAKE == 3
using Tested = Retry<3, Delays<>>;
#elif MISTAKE == 4
using Tested = Retry<3, Delays<1s, -1s>>;
#elif MISTAKE == 5
using Tested = Backoff<Exponential, Spread<0>>;
#elif MISTAKE == 6
using Tested = Backoff<Exponential, Spread<101>>;
#elif MISTAKE == 7
using Tested = Backoff<Linear, DecorrelatedJitter>;
#elif MISTAKE == 8
using Tested = Backoff<Jitter, Jitter>;
#elif MISTAKE == 9
using Tested = Backoff<Exponential, Exponential>;
#elif MISTAKE == 10
using Tested = Backoff<Exponential, Jitter, 1s, 60s, 61s>;
#elif MISTAKE == 11
using Tested = Backoff<Exponential, Jitter, 1s, 60s, -2s>;
#elif MISTAKE == 12
using Tested = Backoff<Delays<1s, 5s>, Jitter, 2s, 60s>;
#elif MISTAKE == 13
using Tested = Retry<3, Exponential>;
#elif MISTAKE == 14
using Tested = Retry<3, Usual, ExpectRoom>;
#elif MISTAKE == 15
using Tested = Retry<3, Usual, Mine, Mine>;
#elif MISTAKE == 16
using Tested = Backoff<ExponentialBy<1001, 2>, Jitter>;
#elif MISTAKE == 17
using Tested = Retry<retries_at_run_time, Mine>;
#else
using Tested = Retry<3, Backoff<ExponentialBy<1000, 999>, Spread<100>, 1s, 60s, 0s>, Mine, ExpectRoom>;
[[maybe_unused]] Resilient<Provider, Retry<3, Delays<0s>>> listed;
[[maybe_unused]] Resilient<Provider, Backoff<Delays<1s, 5s>, Spread<1>, 1s, 60s>> spread;
[[maybe_unused]] Resilient<Provider, Backoff<Exponential, DecorrelatedJitter>> walks;
[[maybe_unused]] Resilient<Provider, Retry<retries_at_run_time, Backoff<Fibonacci, EqualJitter>>> told;
#endif

int main() {
  Resilient<Provider, Tested> client;
  return client(0).value_or(1);
}
