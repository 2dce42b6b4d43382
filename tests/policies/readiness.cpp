// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What policies tell a combinator that chooses between providers.

#include <aramid/aramid.hpp>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Script = Scripted<int>;
using Limited = Resilient<Script, Limiter<SlidingWindow, RPM<10>, TPM<1'000'000'000'000'000>>>;

}  // namespace

TEST_CASE("a limiter says when it would let a call in, and how much it has left") {
  ManualClock clock;
  Limited client{Script{{1}}};
  Context asking = clock.context();
  CHECK(client.readiness(asking, clock.now()).ready());
  CHECK(client.headroom(clock.now()) == 1000);
  for (int i = 0; i < 10; ++i) {
    CHECK(client.headroom(clock.now()) == 1000U - 100U * static_cast<unsigned>(i));
    Context ctx = clock.context();
    ctx.cost.tokens = 1'000'000'000;
    CHECK(client(0, ctx));
  }
  CHECK(client.headroom(clock.now()) == 0);
  clock.advance(20s);
  const Readiness later = client.readiness(asking, clock.now());
  CHECK(later.wait == 40s);
  CHECK(later.policy == "Limiter");
  asking.cost.tokens = 2'000'000'000'000'000;
  CHECK(client.readiness(asking, clock.now()).reason == Reason::cost_over_quota);
}

TEST_CASE("a call goes where most of a quota is left") {
  ManualClock clock;
  Failover<MostHeadroom, Named<"a", Limited>, Named<"b", Limited>> chat{Script{{1}}, Script{{2}}};
  std::string order;
  for (int i = 0; i < 6; ++i) {
    Context ctx = clock.context();
    CHECK(chat(0, ctx));
    order += ctx.provider().view();
  }
  CHECK(order == "ababab");
}

TEST_CASE("a breaker says when it would be probed") {
  ManualClock clock;
  Failover<Priority, Named<"a", Resilient<Script, Breaker<1, 60s, 1>>>, Named<"b", Script>> chat{
      Script{{std::unexpected{error_of(Fault::unavailable)}}}, Script{{2}}};
  Context ctx = clock.context();
  CHECK(chat(0, ctx));
  clock.advance(20s);
  const auto list = available(chat, 0, ctx);
  CHECK(list[0].readiness.wait == 40s);
  CHECK(list[0].readiness.reason == Reason::open);
  CHECK(list[1].readiness.ready());
}
