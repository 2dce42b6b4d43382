// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The breaker inside a client: what its callers and listeners see of it.

#include <aramid/aramid.hpp>

#include <stdexcept>
#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

TEST_CASE("a provider that throws during a probe gives the slot back") {
  testing::ManualClock clock;
  enum class Mood { failing, throwing, well } mood = Mood::failing;
  auto provider = [&mood](int, Context&) -> Outcome<int> {
    if (mood == Mood::throwing) throw std::runtime_error{"broken"};
    if (mood == Mood::failing) return fail(Fault::unavailable);
    return 1;
  };
  Resilient<decltype(provider), Breaker<5, 60s, 3>> client{provider};
  const auto call = [&] {
    Context ctx{clock};
    return client(0, ctx);
  };
  for (int i = 0; i < 5; ++i) CHECK(call().error().fault == Fault::unavailable);
  CHECK(call().error().fault == Fault::circuit_open);
  clock.advance(60s);
  mood = Mood::throwing;
  for (int i = 0; i < 20; ++i) CHECK_THROWS_AS(call(), std::runtime_error);
  mood = Mood::well;
  for (int i = 0; i < 3; ++i) CHECK(call());
  CHECK(breaker(client).state(clock.now()) == BreakerState::closed);
}

namespace {

struct Moves : Listener {
  Moves() : Listener{mask_of(EventKind::breaker_moved), &Moves::hear} {}
  static void hear(Listener& self, const Event& event) noexcept {
    static_cast<Moves&>(self).seen.push_back({event.measured, event.limit});
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> seen;
};

}  // namespace

TEST_CASE("a breaker announces each of its moves once, from where to where") {
  testing::ManualClock clock;
  bool well = false;
  auto provider = [&well](int, Context&) -> Outcome<int> {
    if (well) return 1;
    return fail(Fault::unavailable);
  };
  Resilient<decltype(provider), Breaker<5, 60s, 3>> client{provider};
  Moves moves;
  const auto call = [&] {
    Context ctx{clock};
    ctx.listeners.link(moves);
    (void)client(0, ctx);
    ctx.listeners.unlink(moves);
  };
  for (int i = 0; i < 8; ++i) call();
  clock.advance(60s);
  call();
  clock.advance(60s);
  well = true;
  for (int i = 0; i < 5; ++i) call();
  constexpr std::int64_t closed = 0;
  constexpr std::int64_t half_open = 1;
  constexpr std::int64_t open = 2;
  CHECK(moves.seen ==
        std::vector<std::pair<std::int64_t, std::int64_t>>{
            {closed, open}, {open, half_open}, {half_open, open}, {open, half_open}, {half_open, closed}});
}

TEST_CASE("a refused call carries the breaker's name, reason and hint, and no attempt") {
  testing::ManualClock clock;
  testing::Scripted<int> script{failing(Fault::unavailable)};
  Resilient<testing::Scripted<int>, Breaker<1, 60s, 1>> client{script};
  Context first{clock};
  (void)client(0, first);
  clock.advance(10s);
  Context second{clock};
  const auto answer = client(0, second);
  REQUIRE(!answer);
  CHECK(answer.error().fault == Fault::circuit_open);
  CHECK(answer.error().policy == "Breaker");
  CHECK(answer.error().reason == Reason::open);
  CHECK(answer.error().retry_after == Duration{50s});
  CHECK(answer.error().history.empty());
  CHECK(second.attempt() == 0);
  CHECK(script.calls() == 1);
}

TEST_CASE("retries around an open breaker do not wait for it") {
  testing::ManualClock clock;
  testing::Scripted<int> script{failing(Fault::unavailable)};
  Resilient<testing::Scripted<int>, Backoff<Exponential, NoJitter>, Breaker<2, 60s, 1>> client{script};
  Context ctx{clock};
  const Instant before = clock.now();
  const auto answer = client(0, ctx);
  CHECK(answer.error().fault == Fault::circuit_open);
  CHECK(answer.error().history.size() == 2);
  CHECK(script.calls() == 2);
  CHECK(clock.now() - before == Duration{3s});
}
