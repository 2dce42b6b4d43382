// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Admission policies inside the modifiers that go around any policy.

#include <aramid/aramid.hpp>

#include <optional>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using testing::ManualClock;

namespace {

struct Keeping {
  std::optional<Permit>* left;
  Outcome<int> operator()(const int& n, Context& ctx) {
    if (n == 0) left->emplace(ctx.permits.keep());
    return n;
  }
};
struct Tens {
  int operator()(const int& n) const noexcept { return n / 10; }
};

}  // namespace

TEST_CASE("a key's bulkhead is not forgotten while work that outlived its call holds a permit") {
  std::optional<Permit> left;
  ManualClock clock;
  Resilient<Keeping, Keyed<Tens, Bulkhead<1>, 1>> client{args(Keeping{&left})};
  const auto reason_of = [&](int n) {
    Context ctx = clock.context();
    const auto outcome = client(n, ctx);
    return outcome ? Reason::none : outcome.error().reason;
  };
  CHECK(reason_of(0) == Reason::none);  // leaves work behind
  CHECK(reason_of(1) == Reason::no_permit);
  CHECK(reason_of(10) == Reason::none);  // another key, for which there is no room
  CHECK(reason_of(1) == Reason::no_permit);
  left.reset();
  CHECK(reason_of(1) == Reason::none);
  CHECK(reason_of(10) == Reason::none);
}

TEST_CASE("admission policies work inside every modifier") {
  struct Well {
    Outcome<int> operator()(const int& n, Context&) { return n; }
  };
  const SharedState<Bulkhead<1>> state;
  ManualClock clock;
  Resilient<Well, Shared<Bulkhead<1>>, Switchable<Throttle<2, 120s>>, Shadow<RampUp<60s, 10>>,
            Keyed<Tens, AdaptiveRate<CubicRate, Queue<9>>, 4>, Shadow<AdaptiveBulkhead<Aimd, 1, 9>>>
      client{Well{}, state};
  for (int i = 0; i < 100; ++i) {
    Context ctx = clock.context();
    CHECK(client(i, ctx).has_value());
    CHECK_FALSE(ctx.permits.keep());
  }
}
