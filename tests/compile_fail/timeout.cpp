// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Time limits whose numbers make no sense, or that can never fire.
// expect 1: aramid: the arguments of a PhaseTimeout are Connect<5s>, FirstOutput<60s>, Idle<120s>, Silence
// expect 2: aramid: each limit of a PhaseTimeout must be above 0. For no limit leave it out
// expect 3: aramid: a PhaseTimeout has each of its limits at most once
// expect 4: aramid: a limit of a PhaseTimeout is not shorter than its Total, so it never fires
// expect 5: aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Quantile is a percentile of 1 to 99
// expect 6: aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Quantile is a percentile of 1 to 99
// expect 7: aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Quantile is a percentile of 1 to 99
// expect 8: aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Percent of the quantile is 100 to 1
// expect 9: aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Floor must be above 0
// expect 10: aramid: AdaptiveTimeout<Quantile, Percent, Floor, Ceiling>: Ceiling is not below Floor and at m
// expect 11: aramid: AdaptiveTimeout<..., Window, WarmUp>: Window is 1 s to 24 h
// expect 12: aramid: AdaptiveTimeout<..., Window, WarmUp>: WarmUp is 1 to 100000 samples
// expect 13: aramid: adaptive_timeout(client): this client has no AdaptiveTimeout
// expect 14: aramid: adaptive_timeout(client): this client has more than one AdaptiveTimeout; choose a candi
// expect 15: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never fire
// expect 16: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never fire
// expect 17: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never fire
// expect 18: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never fire
// expect 19: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never fire
// expect 20: aramid: an inner Timeout of this Resilient<> is not shorter than an outer one, so it never fire
// expect 21: aramid: the Timeout outside the retries of this Resilient<> is not longer than their first
// expect 22: aramid: retries without end in this Resilient<> have no Timeout outside them. Add one, or write

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

using Adaptive = AdaptiveTimeout<99, 300, 1s, 60s>;

struct Endless : Backoff<Exponential, Jitter> {
  static constexpr unsigned attempts = unlimited_attempts;
};

#if MISTAKE == 1
using Client = Resilient<Provider, PhaseTimeout<Connect<5s>, Timeout<60s>>>;
#elif MISTAKE == 2
using Client = Resilient<Provider, PhaseTimeout<Connect<0s>, Idle<60s>>>;
#elif MISTAKE == 3
using Client = Resilient<Provider, PhaseTimeout<Idle<5s>, Connect<5s>, Idle<60s>>>;
#elif MISTAKE == 4
using Client = Resilient<Provider, PhaseTimeout<Silence<60s>, Total<60s>>>;
#elif MISTAKE == 5
using Client = Resilient<Provider, AdaptiveTimeout<0, 300, 1s, 60s>>;
#elif MISTAKE == 6
using Client = Resilient<Provider, AdaptiveTimeout<100, 300, 1s, 60s>>;
#elif MISTAKE == 7
using Client = Resilient<Provider, AdaptiveTimeout<0.99, 300, 1s, 60s>>;
#elif MISTAKE == 8
using Client = Resilient<Provider, AdaptiveTimeout<99, 99, 1s, 60s>>;
#elif MISTAKE == 9
using Client = Resilient<Provider, AdaptiveTimeout<99, 300, 0s, 60s>>;
#elif MISTAKE == 10
using Client = Resilient<Provider, AdaptiveTimeout<99, 300, 2s, 1s>>;
#elif MISTAKE == 11
using Client = Resilient<Provider, AdaptiveTimeout<99, 300, 1s, 60s, 1ms>>;
#elif MISTAKE == 12
using Client = Resilient<Provider, AdaptiveTimeout<99, 300, 1s, 60s, 60s, 0>>;
#elif MISTAKE == 15
using Client = Resilient<Provider, Timeout<60s>, Retry<2>, Adaptive>;
#elif MISTAKE == 16
using Client = Resilient<Provider, Adaptive, Timeout<60s>>;
#elif MISTAKE == 17
using Client = Resilient<Provider, Timeout<60s>, Retry<2>, PhaseTimeout<Connect<5s>, Total<60s>>>;
#elif MISTAKE == 18
using Client = Resilient<Provider, PhaseTimeout<Connect<5s>, Total<60s>>, Retry<2>, Timeout<61s>>;
#elif MISTAKE == 19
using Client = Resilient<Provider, PhaseTimeout<Total<50s>>, Adaptive>;
#elif MISTAKE == 20
using Client = Resilient<Provider, PhaseTimeout<Total<50s>>, PhaseTimeout<Idle<5s>, Total<50s>>>;
#elif MISTAKE == 21
using Client = Resilient<Provider, PhaseTimeout<Total<1s>>, Backoff<Exponential, Jitter, 1s, 60s>>;
#elif MISTAKE == 22
using Client = Resilient<Provider, PhaseTimeout<Idle<5s>>, Endless>;
#else
using Client = Resilient<Provider, Timeout<90s>, Retry<2>, Adaptive, PhaseTimeout<Connect<5s>, Total<50s>>>;
// The same mistake, meant; and what only looks like one.
[[maybe_unused]] Resilient<Provider, Timeout<60s>, Deliberate<Adaptive>> meant;
[[maybe_unused]] Resilient<Provider, Timeout<60s>, PhaseTimeout<Idle<5s>, Silence<9s>>> unbounded_phases;
[[maybe_unused]] Resilient<Provider, Adaptive, Endless> bounded;
[[maybe_unused]] Resilient<Provider, AdaptiveTimeout<per_mille(999), 200, 1s, 60s, 60s, 5>> exact;
#endif

int main() {
  Client client;
#if MISTAKE == 13
  Resilient<Provider, Timeout<5s>> without;
  (void)adaptive_timeout(without);
#elif MISTAKE == 14
  Resilient<Provider, Adaptive, AdaptiveTimeout<99, 300, 1s, 50s>> several;
  (void)adaptive_timeout(several);
#elif MISTAKE == 0
  if (adaptive_timeout(client).now().limit != Duration{60s}) return 2;
#endif
  return client(0).value_or(1);
}
