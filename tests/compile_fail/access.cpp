// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A policy that the client does not have, or has more than once.
// expect 1: aramid: breaker(client): this client has no Breaker
// expect 2: aramid: breaker(client): this client has more than one Breaker; choose a candidate with
// expect 3: aramid: limiter(client): this client has no Limiter
// expect 4: aramid: limiter(client): this client has more than one Limiter; choose a candidate with
// expect 5: aramid: telemetry(client): this client has no Telemetry
// expect 6: aramid: telemetry(client): this client has more than one Telemetry; choose a candidate with
// expect 7: aramid: client.get<"name">(): no candidate of this Failover<> has that name

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

using Full = Resilient<Provider, Telemetry, Breaker<5, 60s, 3>, Limiter<SlidingWindow, RPM<50>>>;
using Two = Failover<Priority, Named<"a", Full>, Named<"b", Full>>;

int main() {
  [[maybe_unused]] Resilient<Provider, Timeout<3s>> bare;
  [[maybe_unused]] Full full;
  [[maybe_unused]] Two two;
#if MISTAKE == 1
  (void)breaker(bare);
#elif MISTAKE == 2
  (void)breaker(two);
#elif MISTAKE == 3
  (void)limiter(bare);
#elif MISTAKE == 4
  (void)limiter(two);
#elif MISTAKE == 5
  (void)telemetry(bare);
#elif MISTAKE == 6
  (void)telemetry(two);
#elif MISTAKE == 7
  (void)two.get<"nope">();
#else
  (void)breaker(full);
  (void)limiter(two.get<"a">());
  (void)telemetry(two.get<"b">());
#endif
}
