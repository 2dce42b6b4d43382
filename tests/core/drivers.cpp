// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Every client type says the same, at the same instants, whether a thread or a coroutine drives it.

#include "support/two_drivers.hpp"

#include <aramid/any_provider.hpp>
#include <aramid/cache.hpp>
#include <aramid/coalesce.hpp>
#include <aramid/failover_list.hpp>
#include <aramid/fallback.hpp>

using namespace two_drivers;

namespace {

using Wild = testing::Scripted<int>;

template <class Provider>
using Guarded = Resilient<Provider, Backoff<Exponential, Jitter, 100ms, 2s>, Breaker<3, 5s, 1>,
                          Limiter<SlidingWindow, RPM<60>>, Timeout<300ms>>;

template <class Client, unsigned Sound = 4>
struct Stack {
  explicit Stack(std::uint64_t seed) : client{wild(seed, Sound)} {}
  Client client;
};

// a and b fail in every way the table has, most of the time; c is well.
template <class Routing>
struct Three {
  explicit Three(std::uint64_t seed) : client{wild(seed, 1), wild(seed + 1000, 2), wild(seed + 2000, 8)} {}
  Failover<Routing, Named<"a", Guarded<Wild>, ContextWindow<8'000>>,
           Named<"b", Guarded<Wild>, ContextWindow<16'000>, Weight<2>>,
           Named<"c", Guarded<Wild>, ContextWindow<200'000>, TakesFiltered>>
      client;
};

struct Nested {
  explicit Nested(std::uint64_t seed)
      : client{args(args(wild(seed, 1), wild(seed + 1000, 2)), wild(seed + 2000, 6))} {}
  using Inner = Failover<Priority, Named<"a", Resilient<Wild, Limiter<SlidingWindow, RPM<20>>, Timeout<1s>>>,
                         Named<"b", Wild>>;
  Resilient<Failover<RoundRobin, Named<"ab", Inner>, Named<"c", Guarded<Wild>>>, RetryBudget<20, 10s, 1>,
            Timeout<8s>>
      client;
};

struct Listed {
  using Any = AnyProvider<Query, int>;
  using Chat = FailoverList<SuccessRate, Any>;
  explicit Listed(std::uint64_t seed) : client{made(seed)} {}
  static std::vector<Chat::Candidate> made(std::uint64_t seed) {
    std::vector<Chat::Candidate> all;
    all.push_back({"a", Any{std::in_place_type<Guarded<Wild>>, wild(seed, 1)}, {}});
    all.push_back({"b", Any{std::in_place_type<Wild>, wild(seed + 1, 3)}, {}});
    all.push_back({"c", Any{std::in_place_type<Guarded<Wild>>, wild(seed + 2, 8)}, {}});
    return all;
  }
  Chat client;
};

struct Wrapped {
  explicit Wrapped(std::uint64_t seed) : client{args(args(wild(seed, 3), wild(seed + 1, 4)))} {}
  using Backed = Fallback<Guarded<Wild>, Wild>;
  Cache<Coalesce<Backed, ByKey>, ByKey, 3, 400ms, 5s> client;
};

struct Answered {
  explicit Answered(std::uint64_t seed) : client{wild(seed, 2), -7} {}
  Fallback<Resilient<Wild, Timeout<200ms>>, int> client;
};

}  // namespace

TEST_CASE("a stack is the same under both drivers", "[drivers]") {
  compare<Stack<Guarded<Wild>>>({.seeds = 30, .calls = 60});
  compare<Stack<Resilient<Wild, Telemetry, Retry<3, Backoff<Exponential, NoJitter, 50ms, 1s>>>>>(
      {.seeds = 20, .calls = 40});
  compare<
      Stack<Resilient<Wild, Timeout<2s>, Backoff<Exponential, Jitter>, Bulkhead<1, Queue<4>, MaxWait<1s>>>>>(
      {.seeds = 20, .calls = 40});
  compare<Stack<Resilient<Resilient<Wild, Breaker<2, 1s, 1>>, Backoff<Exponential, Jitter, 20ms, 1s>>>>(
      {.seeds = 20, .calls = 40});
}

TEMPLATE_TEST_CASE("a Failover is the same under both drivers, whatever its routing and the call's route",
                   "[drivers]", Priority, LeastLatency, Sticky<ByKey>, OutlierEjection<RoundRobin>) {
  compare<Three<TestType>>({.seeds = 20, .calls = 50, .routes = true});
}

TEST_CASE("combinators in combinators are the same under both drivers", "[drivers]") {
  compare<Nested>({.seeds = 20, .calls = 50});
  compare<Listed>({.seeds = 12, .calls = 50, .routes = true});
  compare<Wrapped>({.seeds = 30, .calls = 80});
  compare<Answered>({.seeds = 12, .calls = 50});
}
