// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What a client type says about itself.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>

using namespace aramid;
using namespace std::chrono_literals;
using support::contains;

namespace {

struct Acme {
  static constexpr Name name = "acme";
  Outcome<int> operator()(const int&, Context&) { return 1; }
};
struct Nameless {
  Outcome<int> operator()(const int&, Context&) { return 1; }
};

using Bounded = Resilient<Acme, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>, Timeout<30s>>;

}  // namespace

// Four attempts of 30 s, one more that never left, and three waits of at most 60 s.
static_assert(worst_case<Bounded>() == 5 * 30s + 3 * 60s);
static_assert(worst_case<Resilient<Acme, Timeout<90s>, Backoff<Exponential, Jitter>, Timeout<30s>>>() == 90s);
static_assert(worst_case<Resilient<Acme, Retry<1, Backoff<Exponential, Jitter, 1s, 2s>>, Timeout<3s>>>() ==
              11s);
static_assert(worst_case<Resilient<Acme, Timeout<5s>>>() <= 2min);

static_assert(worst_case<Acme>() == unbounded);
static_assert(worst_case<Resilient<Acme>>() == unbounded);
static_assert(worst_case<Resilient<Acme, Backoff<Exponential, Jitter>>>() == unbounded);
static_assert(
    worst_case<Resilient<Acme, Deliberate<Retry<forever, Backoff<Exponential, Jitter>>>, Timeout<1s>>>() ==
    unbounded);
static_assert(worst_case<Resilient<Acme, Timeout<>>>() == unbounded);
static_assert(worst_case<Resilient<Acme, Retry<>, Timeout<1s>>>() == unbounded);
static_assert(worst_case<Resilient<Acme, Limiter<SlidingWindow, RPM<5>>, Timeout<1s>>>() == unbounded);
static_assert(worst_case<Resilient<Acme, Timeout<9s>, Limiter<SlidingWindow, RPM<5>>>>() == 9s);

static_assert(worst_case<Resilient<Resilient<Acme, Timeout<3s>>, Telemetry>>() == 3s);
static_assert(
    worst_case<Failover<Priority, Resilient<Acme, Timeout<3s>>, Resilient<Nameless, Timeout<4s>>>>() == 7s);
static_assert(worst_case<Failover<Priority, Resilient<Acme, Timeout<3s>>, Nameless>>() == unbounded);
static_assert(worst_case<Resilient<Failover<Priority, Nameless>, Timeout<4s>>>() == 4s);

TEST_CASE("a stack is described one policy a line, the provider last", "[describe]") {
  CHECK(describe<Bounded>() ==
        "Backoff: 3 retries, Exponential from 1 s, cap 1 min, Jitter\n"
        "Breaker: 5 failures in a row open it for 1 min, 3 probes\n"
        "Timeout: 30 s\n"
        "acme\n");
}

TEST_CASE("a provider without a name and a policy without words are described all the same", "[describe]") {
  CHECK(describe<Nameless>() == "provider\n");
  CHECK(describe<Resilient<Nameless, Telemetry>>() == "Telemetry\nprovider\n");
}

TEST_CASE("settings that come at run time are said to", "[describe]") {
  CHECK(describe<Resilient<Acme, Timeout<>, Breaker<>>>() ==
        "Timeout: set at run time\nBreaker: set at run time\nacme\n");
}

TEST_CASE("a limiter's quotas are listed", "[describe]") {
  const std::string text = describe<Resilient<Acme, Limiter<SlidingWindow, RPM<50>, TPM<10'000>>>>();
  CHECK_THAT(text, contains("50 requests in 1 min"));
  CHECK_THAT(text, contains("10000 tokens in 1 min"));
}

TEST_CASE("the candidates of a failover are described below their names", "[describe]") {
  using Chat =
      Resilient<Failover<Priority, Named<"hf", Resilient<Nameless, Timeout<3s>>>, Acme, Nameless>, Telemetry>;
  CHECK(describe<Chat>() ==
        "Telemetry\n"
        "Failover: Priority\n"
        "  hf\n"
        "    Timeout: 3 s\n"
        "    provider\n"
        "  acme\n"
        "    acme\n"
        "  candidate\n"
        "    provider\n");
}

TEST_CASE("retries are described in the singular, too, and without end", "[describe]") {
  CHECK_THAT((describe<Resilient<Acme, Retry<1, Backoff<Constant, NoJitter>>>>()),
             contains("1 retry, Constant"));
  CHECK_THAT((describe<Resilient<Acme, Deliberate<Retry<forever, Backoff<Constant, NoJitter>>>>>()),
             contains("unlimited retries"));
}

TEST_CASE("a duration is written in the largest unit that divides it", "[describe]") {
  CHECK(to_text(0ns) == "0 s");
  CHECK(to_text(1ns) == "1 ns");
  CHECK(to_text(1500ns) == "1500 ns");
  CHECK(to_text(2us) == "2 us");
  CHECK(to_text(500ms) == "500 ms");
  CHECK(to_text(1500ms) == "1500 ms");
  CHECK(to_text(30s) == "30 s");
  CHECK(to_text(90s) == "90 s");
  CHECK(to_text(2min) == "2 min");
  CHECK(to_text(24h) == "24 h");
  CHECK(to_text(-5s) == "-5 s");
}
