// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Policies without state share the provider's address, and must leave it alone.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Pointing {
  const void* target;
  long more;
  Outcome<int> operator()(const int&, Context&) { return 1; }
};

template <class... Policies>
bool keeps_its_provider() {
  int here = 0;
  Resilient<Pointing, Policies...> client{Pointing{&here, -1}};
  return client.provider().target == &here && client.provider().more == -1;
}

using Usual = Backoff<Exponential, Jitter>;

}  // namespace

TEST_CASE("policies without state do not write over the provider", "[client]") {
  CHECK(keeps_its_provider<Timeout<30s>>());
  CHECK(keeps_its_provider<Usual>());
  CHECK(keeps_its_provider<Timeout<30s>, Usual>());
  CHECK(keeps_its_provider<Timeout<90s>, Usual, Timeout<30s>>());
  CHECK(keeps_its_provider<Usual, Breaker<5, 60s, 3>>());
  CHECK(keeps_its_provider<>());
}

TEST_CASE("a failover without state does not write over its clients", "[failover]") {
  int here = 0;
  Failover<Priority, Named<"a", Pointing>, Named<"b", Resilient<Pointing, Usual>>> chat{Pointing{&here, -1},
                                                                                        Pointing{&here, -1}};
  CHECK(chat.get<"a">().target == &here);
  CHECK(chat.get<"b">().provider().target == &here);
  Failover<Priority, Pointing> one{Pointing{&here, -1}};
  CHECK(one.get<0>().target == &here);
}
