// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How many attempts a client type says that it makes, and the marks that order rules look at.

#include "support/catch.hpp"
#include "support/spy.hpp"

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using support::Spy;

namespace {

struct Provider {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

template <unsigned Attempts>
struct Repeats : Spy<'r', true> {
  static constexpr unsigned attempts = Attempts;
};

template <class... Policies>
using Client = Resilient<Provider, Policies...>;

struct Once {
  static constexpr bool replayable = false;
};
struct Foreign {};

}  // namespace

ARAMID_BEGIN
template <>
inline constexpr bool replayable_v<Foreign> = false;
ARAMID_END

// A stack makes as many attempts as its policies multiply; a Failover those of its most patient candidate, plus one
// for each other candidate.
static_assert(max_attempts<Provider>() == 1);
static_assert(max_attempts<Client<>>() == 1);
static_assert(max_attempts<Client<Timeout<1s>, Breaker<5, 60s, 3>>>() == 1);
static_assert(max_attempts<Client<Timeout<1s>, Repeats<4>>>() == 4);
static_assert(max_attempts<Client<Repeats<3>, Deliberate<Repeats<4>>>>() == 12);
static_assert(max_attempts<Client<Deliberate<Repeats<unlimited_attempts>>>>() == unlimited_attempts);
static_assert(max_attempts<Client<Spy<'r', true>>>() == unlimited_attempts);
static_assert(max_attempts<Failover<Priority, Client<Repeats<4>>, Client<Repeats<2>>, Provider>>() == 6);
static_assert(max_attempts<Resilient<Failover<Priority, Client<>, Client<>>, Repeats<3>>>() == 6);
static_assert(max_attempts<Failover<Priority, Client<Spy<'r', true>>, Provider>>() == unlimited_attempts);

static_assert(replayable_v<int>);
static_assert(!replayable_v<Once>);
static_assert(!replayable_v<Foreign>);

TEST_CASE("a client says at run time what its type says, where nothing is set at run time", "[describe]") {
  Client<Repeats<4>> client;
  client.policy<0>().most_attempts = 4;
  CHECK(client.attempts_allowed() == max_attempts<Client<Repeats<4>>>());
}

TEST_CASE("a deliberate policy is the policy, settings and accessors included", "[order]") {
  Resilient<Provider, Deliberate<Breaker<>>> client{Provider{}, BreakerSettings{.failures = 7}};
  CHECK(breaker(client).settings().failures == 7);
  CHECK_THAT((describe<Resilient<Provider, Deliberate<Timeout<9s>>>>()), support::contains("Timeout: 9 s\n"));
  STATIC_REQUIRE(sizeof(Deliberate<Breaker<5, 60s, 3>>) == sizeof(Breaker<5, 60s, 3>));
}
