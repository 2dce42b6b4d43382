// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Policies around policies: without what they need, in orders that are a mistake, and asked for where there
// are none.
// expect 1: aramid: a Shared<Policy> takes its SharedState<Policy> at run time: give it after the provider
// expect 2: aramid: Keyed<KeyOf, Policy, MaxKeys>: MaxKeys is 1 to 10000000
// expect 3: aramid: Keyed<KeyOf, ...>: KeyOf cannot be called as KeyOf{}(request) with this request
// expect 4: aramid: Keyed<KeyOf, ...>: KeyOf returns a whole number, or text that lies in the request: a
// expect 5: aramid: two policies of this Resilient<> retry, which multiplies the attempts. Keep one of
// expect 6: aramid: retries without end in this Resilient<> have no Timeout outside them. Add one, or write
// expect 7: aramid: switch_of<Tag>(client): this client has no Switchable policy with that tag
// expect 8: aramid: shadow_of<Tag>(client): this client has no Shadow policy with that tag
// expect 9: aramid: keyed<Tag>(client): this client has no Keyed policy with that tag
// expect 10: aramid: Breaker<Failures, Cooldown, Probes>: Cooldown must be above 0
// expect 11: aramid: breaker(client): this client has no Breaker

#include <aramid/aramid.hpp>

#include <string>

using namespace aramid;
using namespace std::chrono_literals;

#ifndef MISTAKE
#define MISTAKE 0
#endif

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};
struct ByNumber {
  int operator()(int n) const noexcept { return n; }
};
struct ByText {
  std::string operator()(int n) const { return std::to_string(n); }
};
struct ByName {
  std::string_view operator()(const std::string& name) const noexcept { return name; }
};

using Usual = Backoff<Exponential, Jitter>;
struct Endless : Usual {
  static constexpr unsigned attempts = unlimited_attempts;
};
using Tripping = Breaker<5, 60s, 3>;

#if MISTAKE == 1
using Client = Resilient<Provider, Shared<Tripping>>;
#elif MISTAKE == 2
using Client = Resilient<Provider, Keyed<ByNumber, Tripping, 0>>;
#elif MISTAKE == 3
using Client = Resilient<Provider, Keyed<ByName, Tripping, 10>>;
#elif MISTAKE == 4
using Client = Resilient<Provider, Keyed<ByText, Tripping, 10>>;
#elif MISTAKE == 5
using Client = Resilient<Provider, Switchable<Usual>, Keyed<ByNumber, Usual, 10>>;
#elif MISTAKE == 6
using Client = Resilient<Provider, Switchable<Timeout<90s>>, Endless>;
#elif MISTAKE == 10
using Client = Resilient<Provider, Shadow<Switchable<Breaker<5, 0s, 3>>>>;
#else
using Client = Resilient<Provider, Switchable<Usual>, Shadow<Usual>, Keyed<ByNumber, Tripping, 10>>;
#endif

int main() {
  Client client;
#if MISTAKE == 7
  (void)switch_of<BreakerTag>(client);
#elif MISTAKE == 8
  (void)shadow_of<LimiterTag>(client);
#elif MISTAKE == 9
  (void)keyed<LimiterTag>(client);
#elif MISTAKE == 11
  (void)breaker(client);
#elif MISTAKE == 0
  switch_of<Usual>(client).off();
  (void)shadow_of<Usual>(client).counts();
  (void)keyed<BreakerTag>(client).size();
  SharedState<Tripping> state;
  Resilient<Provider, Shared<Tripping>> shared{Provider{}, state};
  breaker(shared).reset();
#endif
  return client(0).value_or(1);
}
