// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A pre-emptive timeout around the wrong thing.
// expect 1: aramid: Preempt<> goes around a provider, not around a client of others, whose policies would take
// expect 2: aramid: Preempt<Provider> owns its provider: give it a plain type, not a reference, a const or
// expect 3: aramid: a provider returns Outcome<T>. Wrap a callable that returns something else, or
// expect 4: aramid: the provider cannot be called as provider(request, ctx) with this request.

#include <aramid/aramid.hpp>
#include <aramid/preempt.hpp>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
#if MISTAKE == 3
  int operator()(const int& n, Context&) { return n; }
#else
  Outcome<int> operator()(const int& n, Context&) { return n; }
#endif
};

#if MISTAKE == 1
using Client = Resilient<Preempt<Resilient<Provider, Telemetry>>, Timeout<2s>>;
#elif MISTAKE == 2
using Client = Resilient<Preempt<Provider&>, Timeout<2s>>;
#else
using Client = Resilient<Preempt<Provider>, Timeout<2s>>;
#endif

int main() {
  Client client;
#if MISTAKE == 4
  (void)client("text");
#else
  (void)client(0);
#endif
}
