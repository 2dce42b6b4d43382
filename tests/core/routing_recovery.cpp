// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A dead provider costs at most its probes, and one that recovers gets its share back without a spike: each routing
// that learns, with and without breakers, one call after the other and many at a time.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <functional>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;

namespace {

struct Site {
  bool well = true;
  Duration takes{100ms};
  int calls = 0;
};

struct Town {
  ManualClock clock;
  Site a;
  Site b;
  int to_come = 0;  // calls that are to be made while another one is under way
  std::function<void()> call;
};

struct Provider {
  Town* town;
  Site Town::* site;
  Outcome<int> operator()(const int&, Context& ctx) const {
    Site& own = town->*site;
    ++own.calls;
    const Instant end = ctx.now() + own.takes;
    if (town->to_come > 0) {
      --town->to_come;
      town->call();
    }
    if (!own.well) return fail(Fault::unavailable);
    if (ctx.now() < end) ctx.wait(end);
    return 1;
  }
};

using Guarded = Resilient<Provider, Breaker<5, 30s, 1>>;

template <class Ejecting, class Client>
struct Served : Town {
  Failover<Ejecting, Named<"a", Client>, Named<"b", Client>> chat{Provider{this, &Town::a},
                                                                  Provider{this, &Town::b}};
  Served() {
    call = [this] {
      Context ctx = clock.context();
      REQUIRE(chat(0, ctx));
    };
  }

  /// How many of `bursts` times `count` calls at once, a second apart, `a` was asked.
  int asked_of_a(int bursts, int count = 1) {
    const int before = a.calls;
    for (int i = 0; i < bursts; ++i) {
      to_come = count - 1;
      call();
      clock.advance(1s);
    }
    return a.calls - before;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("a dead provider costs at most its probes", "[routing]",
                   (Served<OutlierEjection<Priority>, Provider>),
                   (Served<OutlierEjection<SuccessRate>, Provider>),
                   (Served<OutlierEjection<LeastLatency>, Provider>),
                   (Served<OutlierEjection<SuccessRate>, Guarded>),
                   (Served<OutlierEjection<LeastLatency>, Guarded>), (Served<SuccessRate, Guarded>),
                   (Served<LeastLatency, Guarded>)) {
  TestType served;
  (void)served.asked_of_a(20);
  served.a.well = false;
  // Five failures in a row, then one whenever it may come back: after 30 s at the soonest.
  CHECK(served.asked_of_a(600) <= 5 + 600 / 30);
  // While many are under way too, once it is known to be dead.
  CHECK(served.asked_of_a(300, 20) <= 20 + 300 / 30);
}

TEMPLATE_TEST_CASE("a provider that was ejected gets its share back without a spike", "[routing]",
                   (Served<OutlierEjection<Priority>, Provider>),
                   (Served<OutlierEjection<SuccessRate>, Provider>),
                   (Served<OutlierEjection<LeastLatency>, Provider>),
                   (Served<OutlierEjection<SuccessRate>, Guarded>),
                   (Served<OutlierEjection<LeastLatency>, Guarded>)) {
  TestType served;
  const int whole = served.asked_of_a(20, 20);  // of 400
  served.a.well = false;
  (void)served.asked_of_a(100, 20);
  served.a.well = true;
  while (served.asked_of_a(1, 20) == 0) continue;
  int before = 0;
  for (int second = 1; second <= 30; second += 5) {
    const int share = served.asked_of_a(5, 20);
    INFO(second << ": " << share << " after " << before);
    // A tenth, and three hundredths more each second.
    CHECK(share <= 10 + 3 * (second + 5) + 15);
    before = share;
  }
  (void)served.asked_of_a(60, 20);
  const int again = served.asked_of_a(20, 20);
  CHECK(again >= whole - 20);
  CHECK(again <= whole + 20);
}

TEST_CASE("one call at a time, SuccessRate comes back slowly where one failure ejects", "[routing]") {
  Served<OutlierEjection<SuccessRate, 1>, Provider> served;
  (void)served.asked_of_a(20);
  served.a.well = false;
  CHECK(served.asked_of_a(20) == 1);
  served.a.well = true;
  while (served.asked_of_a(1, 20) == 0) continue;
  CHECK(served.asked_of_a(5, 20) < 40);  // of 100
  (void)served.asked_of_a(30, 20);
  CHECK(served.asked_of_a(5, 20) == 100);
}
