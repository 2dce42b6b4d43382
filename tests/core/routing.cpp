// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Whom each routing asks first.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <functional>
#include <map>
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

struct Left {
  static constexpr Name name = "Left";
  static constexpr bool reads_time = false;
  struct Scope {};
  unsigned left = 0;
  Admission admit(Scope&, Context&, Instant) noexcept { return Admission::proceed(); }
  Verdict settle(Scope&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
  void release(Scope&, Context&) noexcept {}
  [[nodiscard]] unsigned headroom(Instant) const noexcept { return left; }
};

/// A provider whose latency and health the test sets.
struct Told {
  struct State {
    Duration takes{0};
    std::optional<Fault> fault;
    int calls = 0;
  };
  State* state;
  Outcome<int> operator()(const Request&, Context& ctx) const {
    ++state->calls;
    if (state->takes > Duration::zero()) ctx.wait(ctx.now() + state->takes);
    if (state->fault) return fail(*state->fault);
    return 1;
  }
};

template <class Routing>
struct Three {
  ManualClock clock;
  Told::State a, b, c;
  Failover<Routing, Named<"a", Told, Price<30>, Weight<1>>, Named<"b", Told, Price<10>, Weight<3>>,
           Named<"c", Told, Weight<0>>>
      chat{Told{&a}, Told{&b}, Told{&c}};

  Outcome<int> call(std::string user = {}) {
    Context ctx = clock.context();
    return chat(Request{std::move(user)}, ctx);
  }
  std::string first_of(int calls) {
    std::string names;
    for (int i = 0; i < calls; ++i) {
      Context ctx = clock.context();
      REQUIRE(chat(Request{}, ctx));
      names += ctx.provider().view();
    }
    return names;
  }
};

}  // namespace

TEST_CASE("round robin begins with each candidate in turn, and goes on to the next", "[routing]") {
  Three<RoundRobin> three;
  CHECK(three.first_of(5) == "abcab");
  three.c.fault = Fault::unavailable;
  CHECK(three.first_of(3) == "aab");
}

TEST_CASE("constant weights are kept exactly and evenly spread", "[routing]") {
  Three<Weighted<3, 1, 0>> three;
  CHECK(three.first_of(8) == "aabaaaba");
  three.a.fault = three.b.fault = Fault::unavailable;
  CHECK(three.first_of(1) == "c");
}

TEST_CASE("weights beside the names are kept on average", "[routing]") {
  Three<Weighted<>> three;
  (void)three.first_of(4000);
  CHECK(three.c.calls == 0);
  CHECK(three.a.calls > 900);
  CHECK(three.a.calls < 1100);
}

TEST_CASE("the cheapest comes first, one without a price last", "[routing]") {
  Three<Cheapest> three;
  CHECK(three.first_of(1) == "b");
  three.b.fault = Fault::unavailable;
  CHECK(three.first_of(1) == "a");
  three.a.fault = Fault::unavailable;
  CHECK(three.first_of(1) == "c");
}

TEST_CASE("success rate is recent: an untried provider is tried, one that failed comes back in time",
          "[routing]") {
  Three<SuccessRate> three;
  CHECK(three.first_of(3) == "aaa");
  three.a.fault = Fault::unavailable;
  CHECK(three.first_of(3) == "bbb");
  CHECK(three.a.calls == 4);
  three.a.fault.reset();
  three.clock.advance(10s);
  CHECK(three.first_of(1) == "b");
  three.clock.advance(60s);
  CHECK(three.first_of(1) == "a");
}

TEST_CASE("mistakes of the caller's say nothing about a provider's success rate", "[routing]") {
  Three<SuccessRate> three;
  three.a.fault = Fault::rate_limited;
  for (int i = 0; i < 10; ++i) (void)three.call();
  CHECK(three.a.calls == 10);
}

TEST_CASE("a share of failures follows the last outcomes and fades by half in 30 s", "[routing]") {
  FailureShare share;
  const Instant start{1h};
  CHECK(share.at(start) == 0);
  for (int i = 0; i < 100; ++i) share.note(true, start);
  CHECK(share.at(start) == FailureShare::all);
  CHECK(share.at(start + 30s) == FailureShare::all / 2);
  CHECK(share.at(start + 15s) == FailureShare::all - FailureShare::all / 4);
  CHECK(share.at(start + 60s) == FailureShare::all / 4);
  CHECK(share.at(start - 1h) == FailureShare::all);
  CHECK(share.at(Instant::max()) == 0);
  for (int i = 0; i < 200; ++i) share.note(false, start);
  CHECK(share.at(start) == 0);
}

TEST_CASE("the faster of candidates is preferred, and a slow one is tried again later", "[routing]") {
  Three<LeastLatency> three;
  three.a.takes = 400ms;
  three.b.takes = 100ms;
  three.c.takes = 100ms;
  for (int i = 0; i < 300; ++i) (void)three.call();
  CHECK(three.a.calls < 40);
  CHECK(three.b.calls + three.c.calls > 250);
  const int before = three.a.calls;
  three.a.takes = 1ms;
  three.clock.advance(120s);
  for (int i = 0; i < 300; ++i) (void)three.call();
  CHECK(three.a.calls > before + 100);
}

TEST_CASE("failing fast is not being fast", "[routing]") {
  Three<LeastLatency> three;
  three.b.takes = three.c.takes = 100ms;
  for (int i = 0; i < 10; ++i) (void)three.call();
  three.a.fault = Fault::unavailable;
  const int before = three.a.calls;
  for (int i = 0; i < 200; ++i) CHECK(three.call());
  CHECK(three.a.calls < before + 60);
}

TEST_CASE("the least busy candidate comes first", "[routing]") {
  ManualClock clock;
  std::string order;
  struct Nesting {
    std::string* order;
    std::function<void()>* inside;
    Outcome<int> operator()(const int&, Context& ctx) const {
      *order += ctx.provider().view();
      if (*inside) std::exchange(*inside, nullptr)();
      return 1;
    }
  };
  std::function<void()> inside;
  Failover<LeastBusy, Named<"a", Nesting>, Named<"b", Nesting>> chat{Nesting{&order, &inside},
                                                                     Nesting{&order, &inside}};
  inside = [&] { (void)chat(0); };
  (void)chat(0);
  (void)chat(0);
  CHECK(order == "aba");
}

TEST_CASE("a candidate that threw is not busy for ever", "[routing]") {
  auto throws = [](const int& n, Context&) -> Outcome<int> {
    if (n == 0) throw 1;
    return 1;
  };
  auto well = [](const int&, Context&) -> Outcome<int> { return 2; };
  Failover<LeastBusy, decltype(throws), decltype(well)> chat{throws, well};
  CHECK_THROWS_AS(chat(0), int);
  CHECK(chat(1).value() == 1);
}

TEST_CASE("most headroom asks the one whose limiter has most left", "[routing]") {
  struct Up {
    Outcome<int> operator()(const int&, Context&) { return 1; }
  };
  Failover<MostHeadroom, Named<"a", Resilient<Up, Left>>, Named<"b", Resilient<Up, Left>>> chat;
  chat.get<"a">().policy<0>().left = 100;
  chat.get<"b">().policy<0>().left = 900;
  Context ctx;
  CHECK(chat(0, ctx));
  CHECK(ctx.provider() == "b");
  CHECK(chat.headroom(Instant{}) == 900);
}

TEST_CASE("the same key goes to the same candidate, and spreads when that one fails", "[routing]") {
  Three<Sticky<ByUser>> three;
  std::map<std::string, int> first;
  for (int i = 0; i < 300; ++i) {
    Context ctx = three.clock.context();
    const Request request{std::to_string(i)};
    REQUIRE(three.chat(request, ctx));
    const std::string chosen{ctx.provider().view()};
    ++first[chosen];
    Context again = three.clock.context();
    REQUIRE(three.chat(request, again));
    CHECK(again.provider() == chosen);
  }
  for (const char* name : {"a", "b", "c"}) CHECK(first[name] > 60);
  three.a.fault = Fault::unavailable;
  const int before = three.b.calls;
  for (int i = 0; i < 300; ++i) (void)three.call(std::to_string(i));
  CHECK(three.b.calls > before + first["b"] + 20);
  CHECK(three.b.calls < before + first["b"] + first["a"] - 20);
}
