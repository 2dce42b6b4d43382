// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Whom a call would ask now, and why not the others, without making one.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/failover_list.hpp>
#include <aramid/testing.hpp>

#include <string>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;
using testing::Scripted;

namespace {

using Script = Scripted<int>;

template <class Routing>
using Three = Failover<Routing, Named<"a", Script, Weight<1>, Price<3>>,
                       Named<"b", Script, Weight<3>, Price<2>>, Named<"c", Script, Weight<2>, Price<1>>>;

struct ByValue {
  int operator()(const int& request) const { return request; }
};

/// "a b (c)": the names in order, those that would not be asked in brackets.
template <class List>
std::string text_of(const List& list) {
  std::string text;
  for (const auto& [provider, readiness] : list) {
    if (!text.empty()) text += ' ';
    const std::string name{provider.view()};
    text += readiness.ready() ? name : "(" + name + ")";
  }
  return text;
}

}  // namespace

TEMPLATE_TEST_CASE("looking at who is available changes nothing", "[failover]", RoundRobin,
                   (Weighted<2, 1, 1>), Weighted<>, LeastLatency, LeastBusy, SuccessRate, Sticky<ByValue>,
                   OutlierEjection<RoundRobin>, (OutlierEjection<Weighted<2, 1, 1>>)) {
  const auto answered = [](bool looks) {
    ManualClock clock;
    const Script well{{1}};
    Three<TestType> chat{Script{{fail(Fault::unavailable)}}, well, well};
    std::string names;
    for (int call = 0; call < 40; ++call) {
      Context ctx = clock.context();
      if (looks) (void)available(chat, call, ctx);
      REQUIRE(chat(call, ctx));
      names += ctx.provider().view();
    }
    return names;
  };
  CHECK(answered(true) == answered(false));
}

TEST_CASE("the one that is listed first is the one that is asked next", "[failover]") {
  const Script well{{1}};
  Three<RoundRobin> turns{well, well, well};
  Three<Weighted<2, 1, 1>> weights{well, well, well};
  for (int call = 0; call < 6; ++call) {
    Context ctx;
    const Name turn = available(turns, 0)[0].provider;
    CHECK(turns(0, ctx));
    CHECK(ctx.provider() == turn);
    const Name weight = available(weights, 0)[0].provider;
    CHECK(weights(0, ctx));
    CHECK(ctx.provider() == weight);
  }
}

TEST_CASE("a list of what is available keeps to the route of the call", "[failover]") {
  const Script well{{1}};
  Three<Priority> chat{well, well, well};
  Context ctx;
  CHECK(text_of(available(chat, 0, ctx)) == "a b c");
  SECTION("only one") {
    ctx.route.only = "b";
    CHECK(text_of(available(chat, 0, ctx)) == "b (a) (c)");
    CHECK(available(chat, 0, ctx)[1].readiness.policy == "route");
    CHECK(available(chat, 0, ctx)[1].readiness.reason == Reason::elsewhere);
  }
  SECTION("an order") {
    static constexpr std::string_view order[] = {"c", "a"};
    ctx.route.order = order;
    CHECK(text_of(available(chat, 0, ctx)) == "c a (b)");
  }
  SECTION("no failover") {
    ctx.route.failover = false;
    CHECK(text_of(available(chat, 0, ctx)) == "a (b) (c)");
  }
  SECTION("the first choice skipped, and one last") {
    ctx.route.skip = 1;
    CHECK(text_of(available(chat, 0, ctx)) == "b c a");
    ctx.route.last = "c";
    CHECK(text_of(available(chat, 0, ctx)) == "b a c");
  }
  SECTION("a name that nobody has: such a call is refused") {
    ctx.route.only = "nobody";
    CHECK(text_of(available(chat, 0, ctx)) == "(a) (b) (c)");
  }
}

TEST_CASE("what is available can be told without a request where the routing needs none", "[failover]") {
  ManualClock clock;
  using Guarded = Resilient<Script, Breaker<1, 60s, 1>>;
  Failover<Cheapest, Named<"a", Guarded, Price<1>>, Named<"b", Script, Price<2>>> chat{
      Script{{fail(Fault::unavailable)}}, Script{{1}}};
  Context ctx = clock.context();
  CHECK(text_of(available(chat)) == "a b");
  CHECK(chat(0, ctx));
  CHECK(text_of(available(chat, ctx)) == "(a) b");
  CHECK(available(chat, ctx)[0].readiness.reason == Reason::open);
  ctx.route.only = "b";
  CHECK(text_of(available(chat, ctx)) == "b (a)");
}

TEST_CASE("a list of providers lists them as a Failover does", "[failover_list]") {
  using List = FailoverList<RoundRobin, Script>;
  const Script well{{1}};
  List chat{{{"a", well}, {"b", well}, {"c", well}}};
  CHECK(text_of(available(chat)) == "a b c");
  CHECK(text_of(available(chat, 0)) == "a b c");
  CHECK(chat(0));
  Context ctx;
  CHECK(text_of(available(chat, ctx)) == "b c a");
  ctx.route.only = "c";
  CHECK(text_of(available(chat, 0, ctx)) == "c (a) (b)");
}

TEST_CASE("the candidates are found inside the clients around them", "[failover]") {
  using Chat = Failover<Priority, Named<"a", Script>, Named<"b", Script>>;
  const Script well{{1}};
  Resilient<Chat, Timeout<9s>> client{args(well, well)};
  CHECK(text_of(available(client)) == "a b");
  CHECK(text_of(available(client, 0)) == "a b");
  Resilient<Resilient<Chat, Timeout<9s>>, Bulkhead<5>> around{args(args(well, well))};
  CHECK(text_of(available(around)) == "a b");
}

TEST_CASE("a candidate that is ready makes the client ready, wherever it stands", "[failover]") {
  ManualClock clock;
  using Guarded = Resilient<Script, Breaker<1, 60s, 1>>;
  const Script down{{fail(Fault::unavailable)}};
  Failover<Priority, Script, Guarded> chat{Script{{fail(Fault::rate_limited)}}, down};
  Context ctx = clock.context();
  CHECK_FALSE(chat(0, ctx));
  CHECK(chat.readiness(ctx, clock.now()).ready());
}
