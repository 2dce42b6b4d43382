// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Several calls under way at the same time, in virtual time: time goes on when all of them wait.

#include "core/failover_world.hpp"
#include "crew.hpp"
#include "support/catch.hpp"

using namespace world;
using testing::ManualClock;

namespace {

template <class Chat>
void lose_nothing_together() {
  constexpr int threads = 4;
  constexpr int calls = 250;  // of each thread
  ManualClock clock;
  Chat chat;
  Wrongs wrongs[threads];
  std::atomic<int> ended{0};
  for (int i = 1; i < threads; ++i) clock.join();
  together(threads, [&](int thread) {
    for (int call = 0; call < calls; ++call) {
      make_call(chat, clock, static_cast<std::uint64_t>(thread * calls + call), wrongs[thread]);
      Context pause = clock.context();
      pause.wait(pause.now() + 200ms);
    }
    if (ended.fetch_add(1) + 1 < threads) clock.leave();  // the last one has nobody to wait for
  });
  for (const Wrongs& own : wrongs) {
    CHECK(own.lost == 0);
    CHECK(own.twice == 0);
    CHECK(own.over_ceiling == 0);
    CHECK(own.misnumbered == 0);
    CHECK(own.late == 0);
    CHECK(own.wrong_fault == 0);
  }
}

}  // namespace

TEST_CASE("of calls at the same time none is lost either, and none is answered twice", "[failover]") {
  lose_nothing_together<Fixed<Priority>>();
  lose_nothing_together<Fixed<LeastLatency>>();
  lose_nothing_together<Fixed<OutlierEjection<LeastBusy>>>();
  lose_nothing_together<Listed<SuccessRate>>();
}
