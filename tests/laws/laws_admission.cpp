// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The laws over the policies that let calls in by and by, or not at all.

#include "laws/policy_laws.hpp"

using namespace laws;

#define POLICIES                                                                                      \
  Bulkhead<1>, (Bulkhead<2, Queue<1>, MaxWait<1s>>), Bulkhead<>, (AdaptiveBulkhead<Gradient2, 1, 9>), \
      (AdaptiveBulkhead<Vegas, 1, 9, Queue<2>>), AdaptiveBulkhead<Aimd>, (RampUp<60s, 10>), RampUp<>, \
      (Throttle<2, 120s>), Throttle<>, AdaptiveRate<>, (AdaptiveRate<AimdRate, Queue<2>, MaxWait<1s>>)

TEMPLATE_TEST_CASE(
    "an admission policy's scope is settled or released once on every path, and the next call gets through",
    "[laws]", POLICIES) {
  settles_or_releases_once_on_every_path<TestType>();
}

TEMPLATE_TEST_CASE("an admission policy never waits past the deadline", "[laws]", POLICIES) {
  never_waits_past_the_deadline<TestType>();
}

TEMPLATE_TEST_CASE("an admission policy only shortens the deadline and puts it back", "[laws]", POLICIES) {
  puts_the_deadline_back<TestType>();
}

TEMPLATE_TEST_CASE("an admission policy never repeats a committed call", "[laws]", POLICIES) {
  never_repeats_a_committed_call<TestType>();
}

TEMPLATE_TEST_CASE("an admission policy keeps to the ceiling on attempts", "[laws]", POLICIES) {
  keeps_to_the_ceiling<TestType>();
}

TEMPLATE_TEST_CASE(
    "an admission policy survives any instant, earlier ones and the ends of the time line included", "[laws]",
    POLICIES) {
  survives_any_instant<TestType>();
}
