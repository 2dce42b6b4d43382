// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A failure before anything was sent is repeated once without costing an attempt.

#include "retry_run.hpp"

using namespace desk;

TEST_CASE("a connection that could not be made is tried again at once, once, and costs no attempt") {
  Run run;
  Context ctx{run.clock};
  const auto answer = run.call_in<Plain>(ctx, run.failing(Fault::connection_failed));
  CHECK(run.gaps() == std::vector<Duration>{0s, 1s, 2s, 4s});
  CHECK(ctx.attempt() == 4);
  CHECK(answer.error().reason == Reason::retries_exhausted);
}

TEST_CASE("a fresh connection that works leaves all attempts to the call") {
  Run run;
  Context ctx{run.clock};
  auto provider = run.failing(Fault::connection_failed);
  provider.succeed_at = 1;
  CHECK(run.call_in<Plain>(ctx, provider));
  CHECK(run.clock.now() == at(0s));
  CHECK(ctx.attempt() == 1);
}

TEST_CASE("the free repeat comes when it is needed, also after real attempts, but only once a call") {
  Run run;
  (void)run.call<Plain>(run.in_turn({error_of(Fault::unavailable), error_of(Fault::connection_failed),
                                     error_of(Fault::unavailable), error_of(Fault::connection_failed)}));
  CHECK(run.gaps() == std::vector<Duration>{1s, 0s, 2s, 4s});
}

TEST_CASE("at the ceiling on attempts the free repeat is still made, and nothing after it") {
  Run run;
  Context ctx{run.clock};
  ctx.max_attempts = 1;
  const auto answer = run.call_in<Plain>(ctx, run.failing(Fault::connection_failed));
  CHECK(run.begun.size() == 2);
  CHECK(answer.error().reason == Reason::attempt_ceiling);
}

TEST_CASE("a policy without retries does not repeat for free either") {
  Run run;
  (void)run.call<Retry<0, Plain>>(run.failing(Fault::connection_failed));
  CHECK(run.begun.size() == 1);
}

namespace {

struct NotConnections {
  bool operator()(const Error& error) const noexcept { return error.fault != Fault::connection_failed; }
};

}  // namespace

TEST_CASE("a predicate that refuses lost connections refuses the free repeat too") {
  Run run;
  const auto answer = run.call<Retry<3, Plain, NotConnections>>(run.failing(Fault::connection_failed));
  CHECK(run.begun.size() == 1);
  CHECK(answer.error().reason == Reason::not_retryable);
}

TEST_CASE("what was sent and then broke is never repeated for free") {
  for (const Fault fault : {Fault::connection_lost, Fault::timed_out, Fault::unavailable}) {
    Run run;
    (void)run.call<Plain>(run.failing(fault));
    CHECK(run.gaps() == std::vector<Duration>{1s, 2s, 4s});
  }
}

TEST_CASE("a hint with a failed connection is waited for") {
  Run run;
  (void)run.call<Retry<1, Plain>>(run.failing(Fault::connection_failed, 10s));
  REQUIRE(run.gaps().size() == 1);
  CHECK(run.gaps()[0] >= 10s);
}

TEST_CASE("retries around several providers wait before they repeat what took several attempts") {
  Run run;
  using Chat = Failover<Priority, Named<"a", Failing>, Named<"b", Failing>>;
  Resilient<Chat, Retry<2, Plain>> client{
      args(run.failing(Fault::connection_failed), run.failing(Fault::connection_failed))};
  Context ctx{run.clock};
  CHECK(!client(0, ctx));
  CHECK(run.gaps() == std::vector<Duration>{0s, 1s, 0s, 2s, 0s});
  CHECK(ctx.attempt() == 6);
}
