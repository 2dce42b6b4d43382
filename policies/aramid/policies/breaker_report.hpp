// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/breaker_report.hpp: why a breaker did or did not trip, with the numbers.
//
//   log(to_text(breaker(client).explain(now), now));
//   closed: 9 of 19 calls, opens at 10 (failure rate), but says nothing below 20 calls
#pragma once

#include <aramid/policies/breaker_trip.hpp>

ARAMID_BEGIN

enum class BreakerWhy : std::uint8_t {
  below_limit,    ///< closed: too few failures
  below_minimum,  ///< closed: failures enough, but too few calls to judge by
  limit_reached,  ///< open: the numbers that opened it
  probing,        ///< half-open: a probe may go
  probes_out,     ///< half-open: all probes are out
  ramping,        ///< closed again, letting a share of the traffic through
  by_hand,        ///< forced open, or disabled
};

/// One look at a breaker. Under concurrency each field is right for some moment close to the look.
struct BreakerReport {
  BreakerState state = BreakerState::closed;
  BreakerWhy why = BreakerWhy::below_limit;
  BreakerNumbers numbers;          ///< of the rule that opened it; closed: of the one nearest to its limit
  Instant until = Instant::max();  ///< when time alone changes something; max = never
  unsigned probes_out = 0;         ///< half-open, as are the next two
  unsigned probe_successes = 0;
  unsigned probe_failures = 0;
  unsigned round = 0;         ///< times that it opened again since it was last closed
  unsigned ramp_percent = 0;  ///< ramping: the share that is let through
};

namespace detail {

[[nodiscard]] inline std::string numbers_text(const BreakerNumbers& n, bool closed) {
  std::string text = std::to_string(n.measured);
  if (n.rule == TripRule::failures_in_a_row) {
    text += n.measured == 1 ? " failure in a row" : " failures in a row";
  } else {
    text += " of " + std::to_string(n.calls);
    text += n.calls == 1 ? " call" : " calls";
  }
  text += closed ? ", opens at " : ", limit ";
  text += std::to_string(n.limit);
  if (n.rule != TripRule::failures_in_a_row) {
    text += " (";
    text += to_string(n.rule);
    text += ")";
  }
  if (n.calls < n.minimum) text += ", but says nothing below " + std::to_string(n.minimum) + " calls";
  return text;
}

}  // namespace detail

[[nodiscard]] inline std::string to_text(const BreakerReport& report, Instant now) {
  std::string text{to_string(report.state)};
  switch (report.why) {
    case BreakerWhy::below_limit:
    case BreakerWhy::below_minimum:
      return text + ": " + detail::numbers_text(report.numbers, true);
    case BreakerWhy::limit_reached:
      return text + " for another " + to_text(elapsed(now, report.until)) + ": " +
             detail::numbers_text(report.numbers, false);
    case BreakerWhy::probing:
    case BreakerWhy::probes_out:
      text += ": " + std::to_string(report.probes_out) +
              (report.probes_out == 1 ? " probe out, " : " probes out, ") +
              std::to_string(report.probe_successes) + " succeeded, " +
              std::to_string(report.probe_failures) + " failed";
      if (report.why == BreakerWhy::probes_out) {
        text += ", the next at the latest in " + to_text(elapsed(now, report.until));
      }
      return text;
    case BreakerWhy::ramping:
      return text + ": " + std::to_string(report.ramp_percent) + " % of the calls for another " +
             to_text(elapsed(now, report.until)) + ", " + detail::numbers_text(report.numbers, true);
    case BreakerWhy::by_hand:
      break;
  }
  return text + ": by hand";
}

ARAMID_END
