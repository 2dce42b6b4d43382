// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A candidate that keeps failing is put last, and comes back slowly.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;

namespace {

struct Two {
  struct Provider {
    bool* well;
    int* calls;
    Outcome<int> operator()(const int&, Context&) const {
      ++*calls;
      if (!*well) return fail(Fault::unavailable);
      return 1;
    }
  };
  ManualClock clock;
  bool a_well = true;
  bool b_well = true;
  int a = 0;
  int b = 0;
  Failover<OutlierEjection<Priority, 5, 30s, 300s, 30s>, Provider, Provider> chat{Provider{&a_well, &a},
                                                                                  Provider{&b_well, &b}};

  int asked_of_a(int calls) {
    const int before = a;
    for (int i = 0; i < calls; ++i) {
      Context ctx = clock.context();
      CHECK(chat(0, ctx));
    }
    return a - before;
  }
};

}  // namespace

TEST_CASE("a dead candidate costs five calls, and one whenever its time is over", "[routing]") {
  Two two;
  two.a_well = false;
  CHECK(two.asked_of_a(1000) == 5);
  two.clock.advance(31s);
  CHECK(two.asked_of_a(1000) == 1);
  two.clock.advance(59s);
  CHECK(two.asked_of_a(1000) == 0);
  two.clock.advance(2s);
  CHECK(two.asked_of_a(1000) == 1);
}

TEST_CASE("an ejected candidate is still asked when nobody else answers", "[routing]") {
  Two two;
  two.a_well = false;
  (void)two.asked_of_a(10);
  two.b_well = false;
  two.a_well = true;
  CHECK(two.asked_of_a(10) == 10);
}

TEST_CASE("a candidate that recovered gets its share back without a spike", "[routing]") {
  Two two;
  two.a_well = false;
  (void)two.asked_of_a(10);
  two.a_well = true;
  two.clock.advance(30s);
  int before = 0;
  for (int step = 0; step < 6; ++step) {
    const int share = two.asked_of_a(1000);
    const int expected = 100 + 150 * step;
    CHECK(share > expected - 60);
    CHECK(share < expected + 60);
    CHECK(share > before);
    before = share;
    two.clock.advance(5s);
  }
  CHECK(two.asked_of_a(1000) == 1000);
}

TEST_CASE("health takes earlier ejections back", "[routing]") {
  Two two;
  const auto fail_again = [&] {
    two.a_well = false;
    (void)two.asked_of_a(40);
    two.a_well = true;
  };
  fail_again();
  two.clock.advance(30s + 300s);
  (void)two.asked_of_a(1);
  fail_again();
  two.clock.advance(29s);
  CHECK(two.asked_of_a(100) == 0);
  two.clock.advance(2s);
  CHECK(two.asked_of_a(1000) > 0);
}

TEST_CASE("the time out grows with each failure to return, up to its cap", "[routing]") {
  Two two;
  two.a_well = false;
  (void)two.asked_of_a(10);
  for (int round = 1; round <= 20; ++round) {
    const Duration out = smaller<Duration>(round * 30s, 300s);
    two.clock.advance(out - 1s);
    CHECK(two.asked_of_a(100) == 0);
    two.clock.advance(1s);
    CHECK(two.asked_of_a(1000) == 1);
  }
}

TEST_CASE("a call that was sent before a candidate came back says nothing new", "[routing]") {
  using Ejecting = OutlierEjection<Priority, 1, 30s, 300s, 30s>;
  struct View {
    Instant at;
    [[nodiscard]] static std::size_t size() noexcept { return 2; }
    [[nodiscard]] static std::uint64_t random() noexcept { return 0; }
    [[nodiscard]] Instant now() const noexcept { return at; }
  };
  Ejecting::State<2> state;
  const Error failure = fail(Fault::timed_out).error();
  const Instant start{1h};
  const auto fails = [&](Duration at, Duration took) {
    Ejecting::report(state, 0, &failure, took, start + at);
  };
  const auto is_out = [&](Duration at) {
    Ejecting::Order<2> order;
    View view{start + at};
    Ejecting::begin(state, order, view);
    return Ejecting::at(order, 0) == 1;
  };
  fails(0s, 0s);
  CHECK(is_out(29s));
  CHECK_FALSE(is_out(31s));
  fails(31s, 20s);
  CHECK_FALSE(is_out(31s));
  fails(31s, 1s);
  CHECK(is_out(90s));
  CHECK_FALSE(is_out(91s));
  fails(200s, 60s);  // it hung for longer than the slow start
  CHECK(is_out(200s));
}
