// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A FailoverList has room for more candidates than it has; no routing may take notice.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/failover_list.hpp>
#include <aramid/testing.hpp>

#include <string>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;

namespace {

struct Request {
  std::string user;
};
struct ByUser {
  std::string_view operator()(const Request& request) const { return request.user; }
};

/// A provider whose latency and health the test sets.
struct Told {
  struct State {
    Duration takes{0};
    bool well = true;
    int calls = 0;
  };
  State* state;
  Outcome<int> operator()(const Request&, Context& ctx) const {
    ++state->calls;
    if (!state->well) return fail(Fault::unavailable);
    if (state->takes > Duration::zero()) ctx.wait(ctx.now() + state->takes);
    return 1;
  }
};

struct World {
  ManualClock clock;
  Told::State a{.takes = 10s};
  Told::State b{.takes = 10s};
  Told::State c{.takes = 8s};
};

template <class Routing>
struct Fixed {
  using Chat = Failover<Routing, Named<"a", Told, Price<30>, Weight<1>>,
                        Named<"b", Told, Price<10>, Weight<3>>, Named<"c", Told, Weight<2>>>;
  World world;
  Chat chat{Told{&world.a}, Told{&world.b}, Told{&world.c}};
};

template <class Routing>
struct Listed {
  using Chat = FailoverList<Routing, Told>;
  World world;
  Chat chat{candidates(world)};

  static std::vector<typename Chat::Candidate> candidates(World& world) {
    return {{"a", {&world.a}, {.price = 60, .weight = 1}},
            {"b", {&world.b}, {.price = 20, .weight = 3}},
            {"c", {&world.c}, {.weight = 2}}};
  }
};

/// Who answers 200 calls, with something that changes every 40.
template <class Both>
std::string answered_by(Both& both) {
  World& world = both.world;
  std::string names;
  for (int call = 0; call < 200; ++call) {
    if (call == 40) world.a.well = false;
    if (call == 80) world.clock.advance(120s);
    if (call == 120) world.b.well = false;
    if (call == 160) world.a.well = world.b.well = true;
    Context ctx = world.clock.context();
    names += both.chat(Request{std::to_string(call % 7)}, ctx) ? ctx.provider().view() : "-";
  }
  return names;
}

}  // namespace

TEMPLATE_TEST_CASE("a list asks whom a Failover of the same candidates asks", "[routing]", Priority,
                   RoundRobin, Weighted<>, (Weighted<1, 3, 2>), SuccessRate, LeastLatency, LeastBusy,
                   MostHeadroom, Cheapest, Sticky<ByUser>, OutlierEjection<Priority>,
                   OutlierEjection<RoundRobin>, OutlierEjection<SuccessRate>, OutlierEjection<LeastLatency>) {
  Fixed<TestType> fixed;
  Listed<TestType> listed;
  const std::string names = answered_by(fixed);
  CHECK(names.find('-') == names.npos);
  CHECK(answered_by(listed) == names);
  CHECK(listed.world.a.calls == fixed.world.a.calls);
  CHECK(listed.world.b.calls == fixed.world.b.calls);
  CHECK(listed.world.c.calls == fixed.world.c.calls);
}

TEST_CASE("weights as constants want a list with as many candidates", "[routing]") {
  World world;
  FailoverList<OutlierEjection<Weighted<3, 1>>, Told> chat{{{"a", {&world.a}}, {"b", {&world.b}}}};
  for (int call = 0; call < 40; ++call) {
    Context ctx = world.clock.context();
    REQUIRE(chat(Request{}, ctx));
  }
  CHECK(world.a.calls == 30);
  CHECK(world.b.calls == 10);
  using List = FailoverList<Weighted<3, 1, 1>, Told>;
  CHECK_THROWS_WITH(
      (List{{{"a", {&world.a}}, {"b", {&world.b}}}}),
      "aramid: the number of candidates of a FailoverList is 2, allowed is 3, one for each weight of "
      "its routing");
}

TEST_CASE("failing fast is not being fast in a list of two slow providers either", "[routing]") {
  World world;
  FailoverList<LeastLatency, Told> chat{{{"a", {&world.a}}, {"b", {&world.b}}}};
  for (int call = 0; call < 200; ++call) {
    if (call == 10) world.a = {.takes = 10s, .well = false};
    Context ctx = world.clock.context();
    REQUIRE(chat(Request{}, ctx));
  }
  CHECK(world.a.calls <= 95);
}

TEST_CASE("a list of the most candidates asks each of them once before it gives up", "[routing]") {
  World world;
  world.a.well = false;
  std::vector<FailoverList<LeastLatency, Told>::Candidate> many;
  std::vector<std::string> names;
  for (int i = 0; i < 64; ++i) names.push_back(std::to_string(i));
  for (const std::string& name : names) many.push_back({Name{name.c_str()}, {&world.a}});
  FailoverList<LeastLatency, Told> chat{std::move(many)};
  Context ctx = world.clock.context();
  CHECK_FALSE(chat(Request{}, ctx));
  CHECK(world.a.calls == 64);
}
