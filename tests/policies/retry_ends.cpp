// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Retries that somebody else ends or steers: the caller, another provider, settings given at run time.

#include <stdexcept>

#include "retry_run.hpp"

using namespace desk;

TEST_CASE("a cancel while a retry is waited for ends the call as cancelled, with its history") {
  struct CancelOnWait final : Driver {
    testing::ManualClock clock;
    std::stop_source source;
    Instant now() noexcept override { return clock.now(); }
    void wait(Instant, Waker&, const std::stop_token&) noexcept override { source.request_stop(); }
    std::uint64_t random() noexcept override { return clock.random(); }
  } driver;
  Run run;
  Context ctx{driver};
  ctx.stop = driver.source.get_token();
  const Instant before = driver.clock.now();
  const auto answer = run.call_in<Plain>(ctx, run.failing(Fault::unavailable));
  CHECK(run.begun.size() == 1);
  CHECK(driver.clock.now() == before);
  CHECK(answer.error().fault == Fault::cancelled);
  REQUIRE(answer.error().history.size() == 1);
  CHECK(answer.error().history[0].fault == Fault::unavailable);
}

TEST_CASE("settings given at run time do what the same template arguments do") {
  Run fixed;
  Run told;
  (void)fixed.call<Retry<5, Backoff<Exponential, Jitter, 500ms, 3s>>>(fixed.failing(Fault::unavailable));
  (void)told.call<Retry<>>(told.failing(Fault::unavailable),
                           RetrySettings{.retries = 5, .base = 500ms, .cap = 3s});
  CHECK(fixed.gaps().size() == 5);
  CHECK(fixed.gaps() == told.gaps());
}

TEST_CASE("settings that make no sense are refused with a sentence that names them") {
  using support::contains;
  const auto build = [](RetrySettings settings) {
    return refusal_of([&] {
      const Retry<> retry{settings};
      (void)retry;
    });
  };
  CHECK_THAT(build({.base = 0s}), contains("aramid: RetrySettings::base is 0 s, allowed is above 0"));
  CHECK_THAT(build({.base = -1s}), contains("RetrySettings::base"));
  CHECK_THAT(build({.base = 2s, .cap = 1s}),
             contains("aramid: RetrySettings::cap is 1 s, allowed is from base, which is 2 s"));
  CHECK(build({.retries = 0, .base = 1ns, .cap = 1ns}).empty());
  CHECK(build({.retries = forever}).empty());
}

TEST_CASE("a rate limit is not waited for while another provider is ready") {
  testing::ManualClock clock;
  testing::Scripted<int> limited{failing(Fault::rate_limited, 20s)};
  testing::Scripted<int> ready{{7}};
  using Client = Resilient<testing::Scripted<int>, Plain>;
  Failover<Priority, Named<"limited", Client>, Named<"ready", Client>> client{limited, ready};
  Context ctx{clock};
  const Instant before = clock.now();
  const auto answer = client(0, ctx);
  REQUIRE(answer);
  CHECK(*answer == 7);
  CHECK(limited.calls() == 1);
  CHECK(clock.now() == before);
}

TEST_CASE("the last provider's rate limit is waited for") {
  testing::ManualClock clock;
  testing::Scripted<int> first{failing(Fault::rate_limited, 20s)};
  testing::Scripted<int> last{failing(Fault::rate_limited, 5s), {7}};
  using Client = Resilient<testing::Scripted<int>, Plain>;
  Failover<Priority, Named<"first", Client>, Named<"last", Client>> client{first, last};
  Context ctx{clock};
  const Instant before = clock.now();
  REQUIRE(client(0, ctx));
  CHECK(clock.now() - before >= 5s);
  CHECK(clock.now() - before <= 6s);
}
