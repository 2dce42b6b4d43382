// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Many calls at once under LeastLatency: nobody runs to a candidate of which nothing is known.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <functional>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;

namespace {

/// Calls that are under way at the same time: each provider makes the next call before it answers.
struct Crowd {
  struct Provider {
    Crowd* crowd;
    int* calls;
    Duration* takes;
    Outcome<int> operator()(const int&, Context& ctx) const {
      ++*calls;
      const Instant end = ctx.now() + *takes;
      if (crowd->to_come > 0) {
        --crowd->to_come;
        crowd->call();
      }
      if (ctx.now() < end) ctx.wait(end);
      return 1;
    }
  };

  ManualClock clock;
  int to_come = 0;
  int a = 0;
  int b = 0;
  Duration a_takes = 100ms;
  Duration b_takes = 100ms;
  Failover<LeastLatency, Provider, Provider> chat{Provider{this, &a, &a_takes}, Provider{this, &b, &b_takes}};

  void call() {
    Context ctx = clock.context();
    REQUIRE(chat(0, ctx));
  }
  void calls_at_once(int count) {
    a = b = 0;
    to_come = count - 1;
    call();
  }
};

}  // namespace

TEST_CASE("calls at the same time spread over candidates whose latency nobody knows", "[routing]") {
  Crowd crowd;
  crowd.calls_at_once(20);
  CHECK(crowd.a == 10);
  CHECK(crowd.b == 10);
}

TEST_CASE("after a silence a candidate that was slow gets one call, not all of them", "[routing]") {
  Crowd crowd;
  crowd.a_takes = 60s;
  crowd.calls_at_once(1);
  crowd.calls_at_once(1);
  CHECK(crowd.b == 1);
  crowd.clock.advance(300s);  // both estimates have faded to nothing
  crowd.calls_at_once(20);
  CHECK(crowd.a == 1);
  CHECK(crowd.b == 19);
}

TEST_CASE("a candidate that is fast again gets its share back without a spike", "[routing]") {
  Crowd crowd;
  crowd.a_takes = 60s;
  crowd.calls_at_once(1);
  crowd.calls_at_once(1);
  crowd.a_takes = 100ms;
  int most = 0;
  for (int burst = 0; burst < 300; ++burst) {
    crowd.clock.advance(1s);
    crowd.calls_at_once(20);
    most = larger(most, crowd.a);
  }
  CHECK(most <= 12);
  CHECK(crowd.a >= 8);
}
