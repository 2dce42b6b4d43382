// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A hundred thousand calls to three providers, of which two fail in every way that the fault table knows.

#include "core/failover_world.hpp"
#include "support/catch.hpp"

using namespace world;
using testing::ManualClock;

namespace {

template <class Chat>
void lose_nothing(int calls) {
  ManualClock clock;
  Chat chat;
  Wrongs wrongs;
  for (int call = 0; call < calls; ++call) {
    make_call(chat, clock, static_cast<std::uint64_t>(call), wrongs);
    clock.advance(100ms);
  }
  CHECK(wrongs.lost == 0);
  CHECK(wrongs.twice == 0);
  CHECK(wrongs.over_ceiling == 0);
  CHECK(wrongs.misnumbered == 0);
  CHECK(wrongs.late == 0);
  CHECK(wrongs.wrong_fault == 0);
}

}  // namespace

TEST_CASE("no call is lost that the healthy provider can answer, none is answered twice", "[failover]") {
  lose_nothing<Fixed<Priority>>(100'000);
  lose_nothing<Fixed<SuccessRate>>(20'000);
  lose_nothing<Fixed<LeastLatency>>(20'000);
  lose_nothing<Fixed<OutlierEjection<RoundRobin>>>(20'000);
}

TEST_CASE("no call is lost by a list of providers either", "[failover_list]") {
  lose_nothing<Listed<Priority>>(20'000);
  lose_nothing<Listed<LeastLatency>>(20'000);
  lose_nothing<Listed<OutlierEjection<SuccessRate>>>(20'000);
}
