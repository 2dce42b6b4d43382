// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Retries of a whole client in virtual time: when the attempts begin, and why they end.

#include "retry_run.hpp"

using namespace desk;

TEST_CASE("Backoff makes three retries after 1, 2 and 4 seconds and then returns the provider's error") {
  Run run;
  const auto answer = run.call<Plain>(run.failing(Fault::unavailable));
  CHECK(run.gaps() == std::vector<Duration>{1s, 2s, 4s});
  REQUIRE(!answer);
  CHECK(answer.error().fault == Fault::unavailable);
  CHECK(answer.error().reason == Reason::retries_exhausted);
  CHECK(answer.error().policy == "Backoff");
  CHECK(answer.error().history.size() == 4);
}

TEST_CASE("Retry<5, Backoff<..., 500ms, 30s>> makes five retries from 500 ms") {
  Run run;
  (void)run.call<Retry<5, Backoff<Exponential, NoJitter, 500ms, 30s>>>(run.failing(Fault::unavailable));
  CHECK(run.gaps() == std::vector<Duration>{500ms, 1s, 2s, 4s, 8s});
}

TEST_CASE("the cap bounds every delay") {
  Run run;
  (void)run.call<Retry<6, Backoff<Exponential, NoJitter, 1s, 5s>>>(run.failing(Fault::unavailable));
  CHECK(run.gaps() == std::vector<Duration>{1s, 2s, 4s, 5s, 5s, 5s});
}

TEST_CASE("delays with jitter lie 10 to 30 percent above the curve and are the same for the same seed") {
  Run first;
  Run second;
  (void)first.call<Backoff<Exponential, Jitter>>(first.failing(Fault::unavailable));
  (void)second.call<Backoff<Exponential, Jitter>>(second.failing(Fault::unavailable));
  CHECK(first.gaps() == second.gaps());
  Duration curve = 1s;
  for (const Duration gap : first.gaps()) {
    CHECK(gap >= curve + curve / 10);
    CHECK(gap <= curve + 3 * curve / 10);
    curve *= 2;
  }
}

TEST_CASE("a call that succeeds at its second attempt is a success that waited once") {
  Run run;
  auto provider = run.failing(Fault::connection_lost);
  provider.succeed_at = 1;
  const auto answer = run.call<Plain>(provider);
  REQUIRE(answer);
  CHECK(*answer == 42);
  CHECK(run.gaps() == std::vector<Duration>{1s});
}

TEST_CASE("zero retries make one attempt") {
  Run run;
  const auto answer = run.call<Retry<0, Plain>>(run.failing(Fault::unavailable));
  CHECK(run.begun.size() == 1);
  CHECK(answer.error().fault == Fault::unavailable);
}

TEST_CASE("a fault that the table never retries is returned at once") {
  for (const Fault fault : {Fault::invalid_request, Fault::unauthorized, Fault::quota_exhausted,
                            Fault::not_found, Fault::context_length, Fault::unknown, Fault::interrupted}) {
    Run run;
    const auto answer = run.call<Plain>(run.failing(fault));
    CHECK(run.begun.size() == 1);
    CHECK(answer.error().fault == fault);
    CHECK(answer.error().reason == Reason::not_retryable);
  }
}

TEST_CASE("an overloaded provider is asked again twice, whatever the policy allows") {
  Run run;
  const auto answer = run.call<Retry<9, Plain>>(run.failing(Fault::overloaded));
  CHECK(run.begun.size() == 3);
  CHECK(answer.error().reason == Reason::row_exhausted);
}

TEST_CASE("a conflict and a malformed answer are asked again once") {
  for (const Fault fault : {Fault::conflict, Fault::malformed}) {
    Run run;
    const auto answer = run.call<Retry<9, Plain>>(run.failing(fault));
    CHECK(run.begun.size() == 2);
    CHECK(answer.error().reason == Reason::row_exhausted);
  }
}

TEST_CASE("a rate limit without an alternative is waited for as long as its hint says") {
  Run run;
  auto provider = run.failing(Fault::rate_limited, 20s);
  provider.succeed_at = 1;
  CHECK(run.call<Plain>(provider));
  REQUIRE(run.gaps().size() == 1);
  CHECK(run.gaps()[0] >= 20s);
  CHECK(run.gaps()[0] <= 24s);
}

TEST_CASE("a hint above the cap comes back at once, with the hint in the error") {
  Run run;
  const auto answer = run.call<Plain>(run.failing(Fault::rate_limited, 3600s));
  CHECK(run.begun.size() == 1);
  CHECK(run.clock.now() == at(0s));
  CHECK(answer.error().reason == Reason::hint_too_long);
  CHECK(answer.error().policy == "Backoff");
  CHECK(answer.error().retry_after == Duration{3600s});
}

TEST_CASE("a hint longer than the time left comes back at once, with the hint in the error") {
  Run run;
  Context ctx{run.clock};
  ctx.deadline = at(10s);
  const auto answer = run.call_in<Plain>(ctx, run.failing(Fault::rate_limited, 11s));
  CHECK(run.begun.size() == 1);
  CHECK(run.clock.now() == at(0s));
  CHECK(answer.error().reason == Reason::hint_too_long);
  CHECK(answer.error().retry_after == Duration{11s});
}

TEST_CASE("no retry is waited for that could not begin before the deadline") {
  Run run;
  Context ctx{run.clock};
  ctx.deadline = at(3s);
  const auto answer = run.call_in<Plain>(ctx, run.failing(Fault::unavailable));
  CHECK(run.gaps() == std::vector<Duration>{1s});
  CHECK(run.clock.now() == at(1s));
  CHECK(answer.error().fault == Fault::unavailable);
  CHECK(answer.error().reason == Reason::no_time_left);
}

TEST_CASE("a hint of zero does not turn a retry that has no time into one without a delay") {
  Run run;
  Context ctx{run.clock};
  ctx.deadline = at(500ms);
  const auto answer = run.call_in<Plain>(ctx, run.failing(Fault::unavailable, 0s));
  CHECK(run.begun.size() == 1);
  CHECK(answer.error().reason == Reason::no_time_left);
}

TEST_CASE("unlimited retries end with the deadline") {
  Run run;
  Context ctx{run.clock};
  ctx.deadline = at(600s);
  const auto answer = run.call_in<Deliberate<Retry<forever, Plain>>>(ctx, run.failing(Fault::unavailable));
  // 0, 1, 3, 7, 15, 31, 63, then every 60 s: 123, ... 543; 603 would be too late.
  CHECK(run.begun.size() == 15);
  CHECK(answer.error().reason == Reason::no_time_left);
  CHECK(answer.error().history.total() == 15);
}

TEST_CASE("the ceiling on attempts of a call ends unlimited retries too") {
  Run run;
  Context ctx{run.clock};
  ctx.max_attempts = 40;
  const auto answer = run.call_in<Deliberate<Retry<forever, Plain>>>(ctx, run.failing(Fault::unavailable));
  CHECK(run.begun.size() == 40);
  CHECK(answer.error().reason == Reason::attempt_ceiling);
}

namespace {

struct OnlyConflicts {
  bool operator()(const Error& error) const noexcept { return error.fault == Fault::conflict; }
};
struct Whatever {
  bool operator()(const Error&) const noexcept { return true; }
};

}  // namespace

TEST_CASE("a predicate of the user's own decides instead of the table, without its limits per fault") {
  Run conflicts;
  (void)conflicts.call<Retry<4, Plain, OnlyConflicts>>(conflicts.failing(Fault::conflict));
  CHECK(conflicts.begun.size() == 5);

  Run others;
  const auto answer = others.call<Retry<4, Plain, OnlyConflicts>>(others.failing(Fault::unavailable));
  CHECK(others.begun.size() == 1);
  CHECK(answer.error().reason == Reason::not_retryable);
}

TEST_CASE("no predicate can have a cancelled call retried") {
  Run run;
  (void)run.call<Retry<4, Plain, Whatever>>(run.failing(Fault::cancelled));
  CHECK(run.begun.size() == 1);
}

TEST_CASE("each retry is judged by its own fault") {
  Run run;
  const auto answer = run.call<Retry<5, Plain>>(run.in_turn(
      {error_of(Fault::connection_lost), error_of(Fault::unavailable), error_of(Fault::unauthorized)}));
  CHECK(run.begun.size() == 3);
  CHECK(answer.error().fault == Fault::unauthorized);
  REQUIRE(answer.error().history.size() == 3);
  CHECK(answer.error().history[0].fault == Fault::connection_lost);
}
