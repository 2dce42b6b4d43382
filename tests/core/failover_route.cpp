// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a call says about its providers, and what is known of the providers.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <vector>

using namespace aramid;
using namespace std::chrono_literals;
using support::contains;
using testing::Scripted;

namespace {

using Script = Scripted<int>;
using Plain = Failover<Priority, Named<"a", Script>, Named<"b", Script>, Named<"c", Script>>;

Script failing(Fault fault) { return Script{{fail(fault)}}; }

struct Large {
  static constexpr CandidateFacts facts{.context_window = 100'000, .price = 7};
  Outcome<int> operator()(const int&, Context&) { return 9; }
};

}  // namespace

TEST_CASE("a call may name the providers to ask, in its own order", "[failover]") {
  const Script a = failing(Fault::unavailable);
  const Script b{{2}};
  const Script c = failing(Fault::unavailable);
  Plain chat{a, b, c};
  Context ctx;
  const std::string_view order[] = {"c", "b"};
  ctx.route.order = order;
  CHECK(chat(0, ctx).value() == 2);
  CHECK(a.calls() == 0);
  CHECK(c.calls() == 1);
  CHECK(ctx.route.order.size() == 2);
}

TEST_CASE("providers that are not named are not asked, and one named twice is asked once", "[failover]") {
  const Script a{{1}};
  const Script c = failing(Fault::unavailable);
  Plain chat{a, a, c};
  Context ctx;
  const std::string_view order[] = {"c", "c"};
  ctx.route.order = order;
  CHECK(chat(0, ctx).error().fault == Fault::unavailable);
  CHECK(c.calls() == 1);
  CHECK(a.calls() == 0);
}

TEST_CASE("the order of a call without failover is its first name", "[failover]") {
  const Script a{{1}};
  const Script c = failing(Fault::unavailable);
  Plain chat{a, a, c};
  Context ctx;
  const std::string_view order[] = {"c", "a"};
  ctx.route.order = order;
  ctx.route.failover = false;
  CHECK_FALSE(chat(0, ctx));
  CHECK(a.calls() == 0);
}

TEST_CASE("an unknown name in an order is refused in a sentence that lists the names", "[failover]") {
  const Script a{{1}};
  Plain chat{a, a, a};
  Context ctx;
  const std::string_view order[] = {"a", "nobody"};
  ctx.route.order = order;
  const Error error = chat(0, ctx).error();
  CHECK(error.fault == Fault::invalid_request);
  CHECK_THAT(error.message, contains("route.order") && contains("a b c"));
  CHECK(a.calls() == 0);
}

TEST_CASE("a prompt that is too long goes only to a larger window", "[failover]") {
  using Chat = Failover<Priority, Named<"small", Script, ContextWindow<8'000>>,
                        Named<"same", Script, ContextWindow<8'000>>, Named<"unknown", Script>, Large>;
  const Script small = failing(Fault::context_length);
  const Script other{{1}};
  Chat chat{small, other, other, Large{}};
  Context ctx;
  CHECK(chat(0, ctx).value() == 9);
  CHECK(other.calls() == 0);
  CHECK(ctx.attempt() == 2);
}

TEST_CASE("what a content policy refused goes only where that was allowed", "[failover]") {
  using Chat =
      Failover<Priority, Named<"a", Script>, Named<"b", Script>, Named<"open", Script, TakesFiltered>>;
  const Script a = failing(Fault::content_filtered);
  const Script b{{2}};
  const Script open{{3}};
  Chat chat{a, b, open};
  CHECK(chat(0).value() == 3);
  CHECK(b.calls() == 0);
}

TEST_CASE("facts of a provider type and properties beside a name are the same thing", "[failover]") {
  using One = detail::CandidateOf<Named<"x", Resilient<Large, Timeout<9s>>, Weight<3>>>;
  STATIC_REQUIRE(One::facts.context_window == 100'000);
  STATIC_REQUIRE(One::facts.price == 7);
  STATIC_REQUIRE(One::facts.weight == 3);
  using Two = detail::CandidateOf<Named<"x", Large, Price<1, 2>>>;
  STATIC_REQUIRE(Two::facts.price == 3);
}

TEST_CASE("a call may name the one to ask last, whatever else it says", "[failover]") {
  const auto asked = [](auto&& prepare) {
    std::string order;
    const auto note = [&order](char name) {
      return [&order, name](const int&, Context&) -> Outcome<int> {
        order += name;
        return fail(Fault::unavailable);
      };
    };
    const auto a = note('a');
    const auto b = note('b');
    const auto c = note('c');
    Failover<Priority, Named<"a", decltype(a)>, Named<"b", decltype(b)>, Named<"c", decltype(c)>> chat{a, b,
                                                                                                       c};
    Context ctx;
    prepare(ctx.route);
    const std::string_view last = ctx.route.last;
    CHECK_FALSE(chat(0, ctx));
    CHECK(ctx.route.last == last);
    return order;
  };
  CHECK(asked([](Route& route) { route.last = "a"; }) == "bca");
  CHECK(asked([](Route& route) { route.last = "b"; }) == "acb");
  CHECK(asked([](Route& route) { route.last = "c"; }) == "abc");
  CHECK(asked([](Route& route) { route.last = "nobody"; }) == "abc");
  CHECK(asked([](Route& route) {
          route.last = "b";
          route.skip = 1;
        }) == "cab");
  CHECK(asked([](Route& route) {
          route.last = "a";
          route.only = "a";
        }) == "a");
  static constexpr std::string_view order[] = {"c", "a"};
  CHECK(asked([](Route& route) {
          route.last = "c";
          route.order = order;
        }) == "ac");
}

TEST_CASE("the one to ask last may be inside a candidate", "[failover]") {
  using Inner = Failover<Priority, Named<"x", Script>, Named<"y", Script>>;
  const Script x = failing(Fault::unavailable);
  const Script y{{2}};
  const Script z{{3}};
  Failover<Priority, Named<"inner", Inner>, Named<"z", Script>> chat{args(x, y), z};
  Context ctx;
  ctx.route.last = "x";
  CHECK(chat(0, ctx).value() == 2);
  CHECK(x.calls() == 0);
}
