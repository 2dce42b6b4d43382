// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Faults and delays on purpose.

#include <aramid/aramid.hpp>
#include <aramid/policies/chaos.hpp>

#include <algorithm>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;
using support::contains;

namespace {

struct Well {
  int* calls;
  Outcome<int> operator()(int, Context&) const {
    ++*calls;
    return 1;
  }
};

template <class... Policies, class... Settings>
std::string outcomes(int calls, const Settings&... settings) {
  testing::ManualClock clock;
  int asked = 0;
  Resilient<Well, Policies...> client{Well{&asked}, settings...};
  std::string text;
  for (int i = 0; i < calls; ++i) {
    Context ctx = clock.context();
    text += client(0, ctx) ? '.' : 'x';
  }
  CHECK(asked == static_cast<int>(std::count(text.begin(), text.end(), '.')));
  return text;
}

int failures(const std::string& text) { return static_cast<int>(std::count(text.begin(), text.end(), 'x')); }

}  // namespace

TEST_CASE("a share of the attempts fails with the fault, the others are untouched", "[chaos]") {
  CHECK(failures(outcomes<Chaos<Fault::unavailable, 50>>(10'000)) > 400);
  CHECK(failures(outcomes<Chaos<Fault::unavailable, 50>>(10'000)) < 600);
  CHECK(failures(outcomes<Chaos<Fault::unavailable, 1000>>(100)) == 100);
  CHECK(failures(outcomes<Chaos<Fault::unavailable, 0>>(100)) == 0);
}

TEST_CASE("the same seed fails the same calls, another seed others", "[chaos]") {
  const std::string once = outcomes<Chaos<Fault::unavailable, 300, 7>>(200);
  CHECK(once == outcomes<Chaos<Fault::unavailable, 300, 7>>(200));
  CHECK(once != outcomes<Chaos<Fault::unavailable, 300, 8>>(200));
  CHECK(once == outcomes<Chaos<>>(200, ChaosSettings{.permille = 300, .seed = 7}));
}

TEST_CASE("policies outside take it for the provider", "[chaos]") {
  testing::ManualClock clock;
  int asked = 0;
  Resilient<Well, Breaker<5, 60s, 1>, Chaos<Fault::overloaded, 1000>> client{Well{&asked}};
  for (int i = 0; i < 5; ++i) {
    Context ctx = clock.context();
    const Error error = client(0, ctx).error();
    CHECK(error.fault == Fault::overloaded);
    CHECK(error.policy == "Chaos");
    CHECK(error.reason == Reason::on_purpose);
  }
  CHECK(breaker(client).state(clock.now()) == BreakerState::open);
  CHECK(asked == 0);
}

TEST_CASE("retries get past it, each attempt with a draw of its own", "[chaos]") {
  testing::ManualClock clock;
  int asked = 0;
  Resilient<Well, Retry<9, Backoff<Constant, NoJitter, 1ms, 1s>>, Chaos<Fault::unavailable, 500>> client{
      Well{&asked}};
  for (int i = 0; i < 100; ++i) {
    Context ctx = clock.context();
    CHECK(client(0, ctx));
  }
}

TEST_CASE("a delay makes an attempt begin late, and a deadline cuts it", "[chaos]") {
  testing::ManualClock clock;
  int asked = 0;
  Resilient<Well, ChaosDelay<2s, 1000>> client{Well{&asked}};
  const Instant begin = clock.now();
  Context ctx = clock.context();
  CHECK(client(0, ctx));
  CHECK(clock.now() == begin + 2s);
  Context late = clock.context();
  late.deadline = clock.now() + 1s;
  CHECK(client(0, late).error().fault == Fault::deadline_exceeded);
}

TEST_CASE("a delay is slowness of the provider, not a reason to go elsewhere", "[chaos]") {
  testing::ManualClock clock;
  int a = 0;
  int b = 0;
  Failover<Priority, Resilient<Well, ChaosDelay<2s, 1000>>, Well> chat{Well{&a}, Well{&b}};
  Context ctx = clock.context();
  CHECK(chat(0, ctx));
  CHECK(a == 1);
  CHECK(b == 0);
}

TEST_CASE("shares are changed at run time", "[chaos]") {
  testing::ManualClock clock;
  int asked = 0;
  Resilient<Well, Chaos<>> client{Well{&asked}, ChaosSettings{.delay = 3s}};
  const auto call = [&] {
    Context ctx = clock.context();
    return client(0, ctx).has_value();
  };
  CHECK(call());
  chaos(client).set(5000, 0);
  CHECK_FALSE(call());
  chaos(client).set(0, 1000);
  const Instant begin = clock.now();
  CHECK(call());
  CHECK(clock.now() == begin + 3s);
}

TEST_CASE("a share of 0 is not there at all", "[chaos]") {
  STATIC_REQUIRE(sizeof(Resilient<Well, Chaos<Fault::unavailable, 0>, ChaosDelay<2s, 0>>) == sizeof(Well));
  STATIC_REQUIRE_FALSE(Chaos<Fault::unavailable, 0>::reads_time);
  STATIC_REQUIRE_FALSE(ChaosDelay<2s, 0>::reads_time);
}

TEST_CASE("settings that make no sense are refused with a sentence", "[chaos]") {
  const auto build = [](ChaosSettings settings) {
    return refusal_of([&] { const Chaos<> policy{settings}; });
  };
  CHECK(build({}).empty());
  CHECK_THAT(build({.fault = Fault::cancelled}), contains("fault"));
  CHECK_THAT(build({.permille = 1001}), contains("permille"));
  CHECK_THAT(build({.delay = -1s}), contains("delay"));
}

TEST_CASE("a stack shows what it does on purpose", "[chaos]") {
  CHECK_THAT((describe<Resilient<Well, Chaos<Fault::overloaded, 5>, ChaosDelay<2s, 100>>>()),
             contains("0.5 % of the attempts fail with overloaded") &&
                 contains("10 % of the attempts begin 2 s late"));
}
