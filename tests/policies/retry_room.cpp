// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// ExpectRoom: no retry that is not expected to end before the deadline.

#include "retry_run.hpp"

using namespace desk;

namespace {

using Careful = Retry<3, Plain, ByRuling, ExpectRoom>;

/// A policy on the desk that has seen successes of these lengths.
void learn(Careful& policy, std::initializer_list<Duration> lengths) {
  for (const Duration length : lengths) {
    Caller call{policy};
    REQUIRE(call.enter(at(0s)));
    (void)call.succeed(at(length));
  }
}

Verdict fail_with(Careful& policy, Duration left, Duration after = 0s) {
  Caller call{policy};
  call.ctx.deadline = at(after + left);
  REQUIRE(call.enter(at(0s)));
  return call.fail(at(after));
}

}  // namespace

TEST_CASE("before the first success nothing is expected") {
  Careful policy;
  CHECK(policy.expected() == 0s);
  CHECK(fail_with(policy, Duration{1s} + 1ns).again);
  CHECK(fail_with(policy, 1s).reason == Reason::no_time_left);
}

TEST_CASE("a retry that is expected to end after the deadline is not made") {
  Careful policy;
  learn(policy, {5s});
  CHECK(policy.expected() == 5s);
  CHECK(fail_with(policy, 6s).again);  // 1 s of delay and 5 s of attempt end exactly at the deadline
  CHECK(fail_with(policy, Duration{6s} - 1ns).reason == Reason::no_room);
  CHECK(fail_with(policy, 1s).reason == Reason::no_time_left);
}

TEST_CASE("each success moves the expectation by an eighth, failures do not") {
  Careful policy;
  learn(policy, {8s, 16s});
  CHECK(policy.expected() == 9s);
  (void)fail_with(policy, 3600s, 100s);
  CHECK(policy.expected() == 9s);
  learn(policy, {1s});
  CHECK(policy.expected() == 8s);
  for (int i = 0; i < 200; ++i) learn(policy, {2s});
  CHECK((policy.expected() >= 2s && policy.expected() < Duration{2s} + 8ns));
}

TEST_CASE("a success that took no time still is one") {
  Careful policy;
  learn(policy, {0s});
  CHECK(policy.expected() == 1ns);
}

TEST_CASE("an attempt is measured from its own beginning, after the delay before it") {
  Careful policy;
  Caller call{policy};
  REQUIRE(call.enter(at(0s)));
  CHECK(call.fail(at(10s)).after == 1s);
  (void)call.succeed(at(14s));  // begun at 11 s
  CHECK(policy.expected() == 3s);
}

TEST_CASE("a deadline of its own leaves the reason and the provider's error with the caller") {
  Run run;
  testing::Act<int> slow{7};
  slow.takes = 5s;
  testing::Scripted<int> script{slow, failing(Fault::unavailable)};
  Resilient<testing::Scripted<int>, Careful> client{script};
  Context first{run.clock};
  REQUIRE(client(0, first));
  Context second{run.clock};
  second.deadline = run.clock.now() + 5s;
  const auto answer = client(0, second);
  REQUIRE(!answer);
  CHECK(answer.error().fault == Fault::unavailable);
  CHECK(answer.error().reason == Reason::no_room);
  CHECK(to_string(answer.error().reason) == "no_room");
  CHECK(answer.error().policy == "Retry");
}

TEST_CASE("a hint's spread that leaves no room is left out, and a hint that leaves none ends the call") {
  constexpr RetrySettings settings{3, 1s, 60s};
  const auto next = [&](Duration left) {
    return detail::next_delay<Exponential, NoJitter>(settings, {0, Duration{10s}, left, Duration{5s}}, ~0ULL);
  };
  CHECK(next(17s).delay > 11900ms);
  CHECK(next(16s).delay == 10s);
  CHECK(next(15s).delay == 10s);
  CHECK(next(Duration{15s} - 1ns).refusal == Reason::no_room);
  CHECK(next(10s).refusal == Reason::hint_too_long);
}

TEST_CASE("without a deadline there is always room") {
  Careful policy;
  learn(policy, {Duration::max()});
  Caller call{policy};
  REQUIRE(call.enter(at(0s)));
  CHECK(call.fail(at(0s)).again);
}
