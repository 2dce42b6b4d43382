// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Each policy that holds calls back, or refuses them for certain, says so to whoever chooses between providers.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <functional>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;

namespace {

/// Calls `inside` while it is asked, then answers.
struct Inside {
  std::function<void()>* inside;
  Outcome<int> operator()(const int& n, Context&) const {
    if (*inside) std::exchange(*inside, nullptr)();
    if (n != 0) return fail(Fault::rate_limited, 429);
    return 1;
  }
};
struct Well {
  Outcome<int> operator()(const int&, Context&) const { return 2; }
};

template <class Policy>
struct Two {
  ManualClock clock;
  std::function<void()> inside;
  Failover<Priority, Named<"a", Resilient<Inside, Policy>>, Named<"b", Well>> chat{Inside{&inside}, Well{}};

  Outcome<int> call(int request = 0) {
    Context ctx = clock.context();
    return chat(request, ctx);
  }
  /// What `a` says now.
  Readiness ready() {
    Context ctx = clock.context();
    const auto list = available(chat, ctx);
    REQUIRE(list[0].provider == "a");
    REQUIRE(list[1].readiness.ready());
    return list[0].readiness;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("a bulkhead whose permits are out is not ready, and nobody knows for how long",
                   "[failover]", (Bulkhead<1>), (Bulkhead<1, Queue<5>>), (AdaptiveBulkhead<Gradient2, 1, 1>),
                   (AdaptiveBulkhead<Aimd, 1, 1, Queue<5>>)) {
  Two<TestType> two;
  CHECK(two.ready().ready());
  Readiness during;
  int answered_by = 0;
  two.inside = [&] {
    during = two.ready();
    answered_by = two.call().value();
  };
  CHECK(two.call().value() == 1);
  CHECK(during.wait == Duration::max());
  CHECK(during.fault == Fault::saturated);
  CHECK(during.reason == Reason::no_permit);
  CHECK(during.policy == TestType::name);
  CHECK(answered_by == 2);
  CHECK(two.ready().ready());
}

TEST_CASE("a bulkhead whose queue is full says so", "[failover]") {
  ManualClock clock;
  Bulkhead<1, Queue<1>> gate;
  Context first = clock.context();
  Context second = clock.context();
  Bulkhead<1, Queue<1>>::Scope one;
  Bulkhead<1, Queue<1>>::Scope two;
  CHECK(gate.admit(one, first, clock.now()).kind == Admission::Kind::proceed);
  CHECK(gate.admit(two, second, clock.now()).kind == Admission::Kind::wait);
  CHECK(readiness_of(gate, first, clock.now()).reason == Reason::queue_full);
  gate.release(two, second);
  CHECK(readiness_of(gate, first, clock.now()).reason == Reason::no_permit);
  gate.release(one, first);
  CHECK(readiness_of(gate, first, clock.now()).ready());
}

TEST_CASE("a rate that was lowered says when the next call has its turn", "[failover]") {
  Two<AdaptiveRate<>> two;
  for (int i = 0; i < 20; ++i) {
    (void)two.call();
    two.clock.advance(1s);
  }
  CHECK(two.ready().ready());
  CHECK(two.call(1).value() == 2);  // 429
  const Readiness paced = two.ready();
  CHECK(paced.wait > Duration::zero());
  CHECK(paced.wait < 10s);
  CHECK(paced.fault == Fault::throttled);
  CHECK(paced.reason == Reason::pacing);
  CHECK(paced.policy == "AdaptiveRate");
  CHECK(two.ready().wait == paced.wait);  // nothing changes by asking
  CHECK(two.call().value() == 2);         // passed over
  two.clock.advance(paced.wait - 1ns);
  CHECK(two.call().value() == 2);
  two.clock.advance(1ns);
  CHECK(two.ready().ready());
  CHECK(two.call().value() == 1);
  CHECK_FALSE(two.ready().ready());
  two.clock.advance(10min);
  CHECK(two.ready().ready());
}

TEST_CASE("whoever refuses by lot is ready", "[failover]") {
  Two<RampUp<60s, 1>> ramp;
  (void)ramp.call();
  CHECK(ramp.ready().ready());
  Two<Throttle<2, 120s, MinimumRate<1>>> throttled;
  for (int i = 0; i < 500; ++i) (void)throttled.call(1);
  CHECK(throttle(throttled.chat).rejection(throttled.clock.now()).parts > 0);
  CHECK(throttled.ready().ready());
}
