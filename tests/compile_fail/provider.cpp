// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A provider that is none.
// expect 1: aramid: the first argument of Resilient<Provider, Policies...> is the provider, and this one
// expect 2: aramid: Resilient<Provider, ...> owns its provider: give it a plain type, not a reference, a
// expect 3: aramid: a provider returns Outcome<T>. Wrap a callable that returns something else, or
// expect 4: aramid: the provider cannot be called as provider(request, ctx) with this request.
// expect 5: aramid: no policy of this Resilient<> takes these settings at run time
// expect 6: aramid: more settings of one type than policies of this Resilient<> that take them
// expect 7: aramid: a policy needs a nested type 'Scope' that is default-constructible and movable.
// expect 8: aramid: this Resilient<> retries, and this type of request can be sent only once
// expect 9: aramid: a Failover<> may send a request to several providers, and this type of request can be

#include <aramid/aramid.hpp>

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

struct OneShot {
  static constexpr bool replayable = false;
};
struct Upload {
  Outcome<int> operator()(const OneShot&, Context&) { return 1; }
};

#if MISTAKE == 1
using Client = Resilient<Breaker<5, 60s, 3>, Telemetry>;
#elif MISTAKE == 6
using Client = Resilient<Provider, Telemetry, Breaker<>>;
#elif MISTAKE == 7
using Client = Resilient<Provider, Telemetry, Provider>;
#elif MISTAKE == 2
using Client = Resilient<Provider&, Telemetry>;
#else
using Client = Resilient<Provider, Telemetry>;
#endif

int main() {
  [[maybe_unused]] Provider provider;
#if MISTAKE == 5
  Client client{provider, BreakerSettings{}};
#elif MISTAKE == 6
  Client client{provider, BreakerSettings{}, BreakerSettings{}};
#elif MISTAKE == 1
  Client client;
#else
  Client client{provider};
#endif
#if MISTAKE == 4
  (void)client("text");
#else
  (void)client(0);
#endif
#if MISTAKE == 8
  Resilient<Upload, Retry<1>> upload;
#elif MISTAKE == 9
  Failover<Priority, Upload, Upload> upload;
#else
  Failover<Priority, Resilient<Upload, Timeout<9s>>> upload;
#endif
  (void)upload(OneShot{});
}
