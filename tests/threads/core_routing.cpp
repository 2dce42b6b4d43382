// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What routings learn from several threads at once.

#include "crew.hpp"
#include "support/catch.hpp"

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

using Ejecting = OutlierEjection<Priority, 1, 30s, 300s, 0s>;

struct View {
  Instant at;
  [[nodiscard]] static std::size_t size() noexcept { return 2; }
  [[nodiscard]] static std::uint64_t random() noexcept { return 0; }
  [[nodiscard]] Instant now() const noexcept { return at; }
};

bool first_is_out(const Ejecting::State<2>& state, Instant at) {
  Ejecting::Order<2> order;
  View view{at};
  Ejecting::begin(state, order, view);
  return Ejecting::at(order, 0) == 1;
}

}  // namespace

TEST_CASE("failures at the same time eject a candidate once", "[routing]") {
  constexpr int rounds = 10'000;
  constexpr int threads = 2;
  std::vector<Ejecting::State<2>> states(rounds);
  std::vector<std::atomic<int>> here(rounds);
  const Instant now{1h};
  together(threads, [&](int) {
    const Error failure = fail(Fault::unavailable).error();
    for (int round = 0; round < rounds; ++round) {
      Ejecting::State<2>& state = states[static_cast<std::size_t>(round)];
      std::atomic<int>& arrived = here[static_cast<std::size_t>(round)];
      arrived.fetch_add(1);
      for (int spin = 0; arrived.load() < threads; ++spin) {
        if (spin > 2000) std::this_thread::yield();
      }
      Ejecting::report(state, 0, &failure, 0ns, now);
    }
  });
  int wrong = 0;
  for (const auto& state : states) {
    wrong += first_is_out(state, now + 29s) && !first_is_out(state, now + 30s) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a list of what is available may be asked for while calls are made", "[routing]") {
  struct Provider {
    Outcome<int> operator()(const int& n, Context&) const {
      if (n % 3 == 0) return fail(Fault::unavailable);
      return n;
    }
  };
  using Client = Resilient<Provider, Breaker<5, 60s, 3>, Bulkhead<2>, AdaptiveRate<>>;
  Failover<OutlierEjection<LeastLatency>, Named<"a", Client>, Named<"b", Client>, Named<"c", Provider>> chat;
  std::atomic<int> seen{0};
  together(4, [&](int thread) {
    for (int i = 0; i < 500; ++i) {
      if (thread % 2 == 0) {
        Context ctx;
        ctx.route.wait = false;
        (void)chat(i, ctx);
      } else {
        seen.fetch_add(static_cast<int>(available(chat).size()));
      }
    }
  });
  CHECK(seen.load() == 2 * 500 * 3);
}
