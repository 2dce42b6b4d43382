// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Rules and options of a breaker that make no sense.
// expect 1: aramid: FailureRate::percent is 1 to 100
// expect 2: aramid: FailureRate::window is 100 ms or more
// expect 3: aramid: FailureCount::failures is 1 to `of`
// expect 4: aramid: SlowRate::slower_than is above 0
// expect 5: aramid: Breaker<Trip, Cooldown, Probes>: Trip is a number of failures in a row, FailureRate{},
// expect 6: aramid: GrowingCooldown::ceiling must not be below `first`
// expect 7: aramid: ProbeRule::failures is 1 to 63
// expect 8: aramid: Breaker<Trip, Cooldown, Probes, Options...>: an option is Ramp<...>, OnAbandoned<...>, or a
// expect 9: aramid: Breaker<Trip, Cooldown, Probes, Options...>: the same kind of option twice
// expect 10: aramid: Ramp<Step, Percent...>: up to eight steps of 1 to 99 percent
// expect 11: aramid: Ramp<Step, Percent...>: Step is above 0, and there is at least one Percent
// expect 12: aramid: Breaker<> takes its ramp and what abandoned calls mean from BreakerSettings
// expect 13: aramid: FailureCount::of is 1 to 1024
// expect 14: aramid: FailuresInARow::failures is 1 to 65535
// expect 15: aramid: Breaker<Trip, Cooldown, Probes>: Trip is a number of failures in a row, FailureRate{},
// expect 16: aramid: SlowRate::minimum is 1 to 1000000

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};
struct Verdictless {
  bool operator()(const Error&) const noexcept { return true; }
};

#if MISTAKE == 1
using Tested = Breaker<FailureRate{.percent = 101}, 60s, 3>;
#elif MISTAKE == 2
using Tested = Breaker<FailureRate{.window = 10ms}, 60s, 3>;
#elif MISTAKE == 3
using Tested = Breaker<FailureCount{.failures = 6, .of = 5}, 60s, 3>;
#elif MISTAKE == 4
using Tested = Breaker<AnyOf{5, SlowRate{.slower_than = 0s}}, 60s, 3>;
#elif MISTAKE == 5
using Tested = Breaker<2.5, 60s, 3>;
#elif MISTAKE == 6
using Tested = Breaker<5, GrowingCooldown{.first = 10s, .ceiling = 5s}, 3>;
#elif MISTAKE == 7
using Tested = Breaker<5, 60s, ProbeRule{.failures = 64}>;
#elif MISTAKE == 8
using Tested = Breaker<5, 60s, 3, Verdictless>;
#elif MISTAKE == 9
using Tested = Breaker<5, 60s, 3, Ramp<10s, 10>, Ramp<10s, 50>>;
#elif MISTAKE == 10
using Tested = Breaker<5, 60s, 3, Ramp<10s, 10, 100>>;
#elif MISTAKE == 11
using Tested = Breaker<5, 60s, 3, Ramp<0s, 10>>;
#elif MISTAKE == 12
using Tested = Breaker<AtRunTime{}, 60s, 3, OnAbandoned<Abandoned::as_failures>>;
#elif MISTAKE == 13
using Tested = Breaker<FailureCount{.failures = 1, .of = 0}, 60s, 3>;
#elif MISTAKE == 14
using Tested = Breaker<FailuresInARow{0}, 60s, 3>;
#elif MISTAKE == 15
using Tested = Breaker<AnyOf{1, 2, 3, 4, 5}, 60s, 3>;
#elif MISTAKE == 16
using Tested = Breaker<SlowRate{.minimum = 0}, 60s, 3>;
#else
using Tested =
    Breaker<AnyOf{FailureRate{.percent = 50}, SlowRate{}, FailureCount{.failures = 5, .of = 20}, 5},
            GrowingCooldown{.first = 10s, .ceiling = 5min}, ProbeRule{.failures = 2}, Ramp<10s, 10, 50>,
            OnAbandoned<Abandoned::as_failures>, RateLimitsAreFailures>;
#endif

int main() {
  Resilient<Provider, Tested> client;
  return client(0) ? 0 : 1;
}
