// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Settings between angle brackets that make no sense.
// expect 1: aramid: Breaker<Failures, Cooldown, Probes>: Failures is the number of failures in a row that
// expect 2: aramid: Breaker<Failures, Cooldown, Probes>: Cooldown must be above 0
// expect 3: aramid: Breaker<Failures, Cooldown, Probes>: Probes is 1 to 1023
// expect 4: aramid: the limit of a Timeout must be above 0.
// expect 5: aramid: the limit of a quota (RPM<N>, TPM<N>) must be at least 1
// expect 6: aramid: the base of a Backoff is the first delay and must be above 0
// expect 7: aramid: the cap of a Backoff must not be below its base
// expect 8: aramid: a Limiter takes at most eight quotas

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
using Tested = Breaker<0, 60s, 3>;
#elif MISTAKE == 2
using Tested = Breaker<5, 0s, 3>;
#elif MISTAKE == 3
using Tested = Breaker<5, 60s, 0>;
#elif MISTAKE == 4
using Tested = Timeout<0s>;
#elif MISTAKE == 5
using Tested = Limiter<SlidingWindow, RPM<0>>;
#elif MISTAKE == 6
using Tested = Backoff<Exponential, Jitter, 0s, 9s>;
#elif MISTAKE == 7
using Tested = Backoff<Exponential, Jitter, 9s, 1s>;
#elif MISTAKE == 8
using Tested = Limiter<SlidingWindow, RPS<1>, RPM<2>, RPH<3>, RPD<4>, TPM<5>, TPD<6>, InputTPM<7>,
                       OutputTPM<8>, Quota<Unit::tokens, 9, 1s>>;
#else
using Tested =
    Limiter<SlidingWindow, RPS<1>, RPM<2>, RPH<3>, RPD<4>, TPM<5>, TPD<6>, InputTPM<7>, OutputTPM<8>>;
#endif

int main() {
  Resilient<Provider, Tested> client;
  return client(0).value_or(1);
}
