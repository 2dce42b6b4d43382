// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A Hedge races threads under the blocking driver and coroutines under the other, by the same rules.

#include "support/two_drivers.hpp"

#include <aramid/hedge.hpp>

using namespace two_drivers;

namespace {

using Wild = testing::Scripted<int>;

// What several threads do at the same instant has no order, so latencies and delays have no common ones, and calls
// neither end at a deadline nor are stopped.
template <class Provider>
using Guarded =
    Resilient<Provider, Retry<2, Backoff<Exponential, NoJitter, 70'003us, 2s>>, Timeout<1'300'007us>>;

template <class Client, unsigned Sound>
struct Same {
  explicit Same(std::uint64_t seed) : client{wild(seed, Sound)} {}
  [[nodiscard]] std::uint64_t losers() const { return client.losers(); }
  Client client;
};

template <class Client, unsigned Sound>
struct Next {
  explicit Next(std::uint64_t seed) : client{args(wild(seed, Sound), wild(seed + 1, 6))} {}
  [[nodiscard]] std::uint64_t losers() const { return client.losers(); }
  Client client;
};

struct Budgeted {
  explicit Budgeted(std::uint64_t seed) : client{args(wild(seed, 6))} {}
  [[nodiscard]] std::uint64_t losers() { return client.provider().losers(); }
  Resilient<Hedge<Guarded<Wild>, After<100'001us>>, RetryBudget<30, 10s, 0>, Bulkhead<2>> client;
};

}  // namespace

TEST_CASE("a Hedge is the same under both drivers", "[drivers][hedge]") {
  compare<Same<Hedge<Guarded<Wild>, After<100'001us>>, 6>>(
      {.seeds = 10, .calls = 40, .impatient = false, .races = true});
  compare<Same<Hedge<Resilient<Wild, Timeout<900'011us>>, After<Span{Duration::max()}>, 2>, 3>>(
      {.seeds = 6, .calls = 40, .impatient = false, .races = true});
  compare<Same<Hedge<Guarded<Wild>, AtPercentile<90, 1ms, 5>>, 7>>(
      {.seeds = 6, .calls = 60, .impatient = false, .races = true});
  using Pair = Failover<Priority, Named<"a", Guarded<Wild>>, Named<"b", Guarded<Wild>>>;
  compare<Next<Hedge<Pair, After<150'001us>, 1, NextProvider>, 3>>(
      {.seeds = 8, .calls = 40, .impatient = false, .races = true});
  compare<Budgeted>({.seeds = 6, .calls = 40, .impatient = false, .races = true});
}
