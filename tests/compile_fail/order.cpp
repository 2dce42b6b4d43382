// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Stacks in an order that is always a mistake.
// expect 1: aramid: two policies of this Resilient<> retry, which multiplies the attempts. Keep one of
// expect 2: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never
// expect 3: aramid: the Timeout outside the retries of this Resilient<> is not longer than their first
// expect 4: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never
// expect 5: aramid: two policies of this Resilient<> retry, which multiplies the attempts. Keep one of

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

using Delays = Backoff<Exponential, Jitter, 1s, 60s>;

#if MISTAKE == 1
using Client = Resilient<Provider, Retry<2, Delays>, Timeout<9s>, Delays>;
#elif MISTAKE == 2
using Client = Resilient<Provider, Timeout<9s>, Delays, Timeout<30s>>;
#elif MISTAKE == 3
using Client = Resilient<Provider, Timeout<1s>, Delays>;
#elif MISTAKE == 4
using Client = Resilient<Provider, Timeout<9s>, Timeout<9s>>;
#elif MISTAKE == 5
using Client = Resilient<Resilient<Provider, Delays>, Timeout<90s>, Retry<2, Delays>>;
#else
using Client = Resilient<Provider, Timeout<90s>, Delays, Timeout<30s>>;
#endif

int main() {
  Client client;
  return client(0).value_or(1);
}
