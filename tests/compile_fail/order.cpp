// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Stacks in an order that is always a mistake.
// expect 1: aramid: two policies of this Resilient<> retry, which multiplies the attempts. Keep one of
// expect 2: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never
// expect 3: aramid: the Timeout outside the retries of this Resilient<> is not longer than their first
// expect 4: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never
// expect 5: aramid: two policies of this Resilient<> retry, which multiplies the attempts. Keep one of
// expect 6: aramid: retries without end in this Resilient<> have no Timeout outside them. Add one, or write
// expect 7: aramid: a retry budget of this Resilient<> stands inside the retries it is to limit, where it is
// expect 8: aramid: two policies of this Resilient<> retry, which multiplies the attempts. Keep one of

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

using Usual = Backoff<Exponential, Jitter, 1s, 60s>;

using Endless = Retry<forever, Usual>;
struct Charging : Timeout<99s> {
  static constexpr Duration bound{0};
  static constexpr bool charges_repeats = true;
};

#if MISTAKE == 1
using Client = Resilient<Provider, Retry<2, Usual>, Timeout<9s>, Usual>;
#elif MISTAKE == 2
using Client = Resilient<Provider, Timeout<9s>, Usual, Timeout<30s>>;
#elif MISTAKE == 3
using Client = Resilient<Provider, Timeout<1s>, Usual>;
#elif MISTAKE == 4
using Client = Resilient<Provider, Timeout<9s>, Timeout<9s>>;
#elif MISTAKE == 5
using Client = Resilient<Resilient<Provider, Usual>, Timeout<90s>, Retry<2, Usual>>;
#elif MISTAKE == 6
using Client = Resilient<Provider, Endless, Timeout<9s>>;
#elif MISTAKE == 7
using Client = Resilient<Provider, Usual, Charging>;
#elif MISTAKE == 8
using Client = Resilient<Resilient<Provider, Deliberate<Usual>>, Retry<2, Usual>, Deliberate<Timeout<9s>>>;
#else
using Client = Resilient<Provider, Charging, Timeout<90s>, Usual, Timeout<30s>>;
// The same mistakes, meant.
[[maybe_unused]] Resilient<Provider, Retry<2, Usual>, Timeout<9s>, Deliberate<Usual>> twice;
[[maybe_unused]] Resilient<Resilient<Provider, Usual>, Deliberate<Retry<2, Usual>>> nested;
[[maybe_unused]] Resilient<Provider, Timeout<9s>, Usual, Deliberate<Timeout<30s>>> idle;
[[maybe_unused]] Resilient<Provider, Timeout<1s>, Deliberate<Usual>> stopped;
[[maybe_unused]] Resilient<Provider, Deliberate<Endless>> endless;
[[maybe_unused]] Resilient<Provider, Timeout<99s>, Endless> bounded;
[[maybe_unused]] Resilient<Provider, Timeout<>, Endless> bounded_at_run_time;
#endif

int main() {
  Client client;
  return client(0).value_or(1);
}
