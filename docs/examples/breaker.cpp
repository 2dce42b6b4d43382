// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A breaker in its spellings, tripped and watched as it recovers, on a clock that the program moves by hand.
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <cstdio>
#include <string>

using namespace aramid;
using namespace std::chrono_literals;

// [spellings]
// Five failures in a row open it for a minute; then three probes at a time.
using Simple = Breaker<5, 60s, 3>;

// At least half of the calls of the last ten seconds failed, and there were at least twenty.
using Busy = Breaker<FailureRate{.percent = 50, .minimum = 20, .window = 10s}, 60s, 3>;

// Whichever comes first; the cool-down doubles from 10 s to 5 min while the probes fail; traffic comes back in
// steps.
using Careful = Breaker<AnyOf{FailureRate{.percent = 30, .minimum = 20, .window = 30s},
                              SlowRate{.percent = 80, .slower_than = 20s, .minimum = 10, .window = 2min}, 5},
                        GrowingCooldown{.first = 10s, .ceiling = 5min, .jitter = 20},
                        ProbeRule{.at_a_time = 1, .successes = 2}, Ramp<10s, 10, 25, 50>>;
// [/spellings]

namespace {

bool well = false;

struct Provider {
  Outcome<std::string> operator()(const std::string& question, Context&) const {
    if (!well) return fail(Fault::unavailable, 503);
    return "an answer to " + question;
  }
};

bool all_as_expected = true;
void expect(bool fine, const char* what) {
  if (!fine) std::printf("not as expected: %s\n", what);
  all_as_expected = all_as_expected && fine;
}

}  // namespace

int main() {
  testing::ManualClock clock;

  // [watch]
  Resilient<Provider, Simple> client;
  const auto call = [&] {
    Context ctx{clock};
    return client("a question", ctx);
  };
  for (int i = 0; i < 5; ++i) (void)call();

  const auto refused = call();  // Fault::circuit_open: the provider was not asked
  const std::string why = to_text(breaker(client).explain(clock.now()), clock.now());
  // open for another 1 min: 5 failures in a row, limit 5

  clock.advance(60s);
  well = true;
  for (int i = 0; i < 3; ++i) (void)call();
  const BreakerState after = breaker(client).state(clock.now());  // closed
  // [/watch]

  expect(!refused && refused.error().fault == Fault::circuit_open, "the sixth call is refused");
  expect(refused.error().retry_after == Duration{60s}, "the refusal says until when");
  expect(why == "open for another 1 min: 5 failures in a row, limit 5", "the report");
  expect(after == BreakerState::closed, "three probes close it");

  // [settings]
  BreakerSettings settings;
  settings.failures = 0;  // without the rule of failures in a row
  settings.failure_rate = FailureRate{.percent = 30, .minimum = 10, .window = 1min};
  settings.cooldown = 10s;
  settings.ceiling = 5min;
  Resilient<Provider, Breaker<>> told{Provider{}, settings};
  // [/settings]

  // [hands]
  {
    const auto held = breaker(told).isolate();  // forced open for as long as `held` lives
  }
  breaker(told).force_open();                       // until automatic() or reset()
  breaker(told).automatic();                        // closed, and in nobody's hands
  breaker(told).open_for(30s, SteadyClock::now());  // then half-open, as after any cool-down
  breaker(told).disable();                          // lets everything through, counts nothing
  breaker(told).reset();                            // closed, everything forgotten
  // [/hands]
  expect(breaker(told).idle(SteadyClock::now()), "nothing is left");

  // [evidence]
  // With other providers to turn to, one that rate-limits is as good as down.
  struct LimitsCount {
    Evidence operator()(const Error& error) const noexcept {
      return error.fault == Fault::rate_limited ? Evidence::failure : ruling(error).evidence;
    }
  };
  Resilient<Provider, Breaker<5, 60s, 3, LimitsCount>> strict;
  // [/evidence]
  expect(breaker(strict).failures() == 0, "a new breaker has counted nothing");

  Resilient<Provider, Careful> careful;
  Resilient<Provider, Busy> busy;
  expect(careful("a question").has_value() && busy("a question").has_value(),
         "a closed breaker is not in the way");
  return all_as_expected ? 0 : 1;
}
