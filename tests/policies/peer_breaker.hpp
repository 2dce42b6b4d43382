// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// How rows of other libraries' breaker scenarios are played: their settings, their events, what they expect.

#pragma once

#include "peer_rows.hpp"

#include <aramid/policies/breaker.hpp>

#include <map>

namespace peers {

using namespace desk;

inline unsigned percent(const Json& ratio) { return static_cast<unsigned>(ratio.get<double>() * 100 + 0.5); }

inline void set_trip_rule(BreakerSettings& settings, const Json& config) {
  const auto kind =
      value_or<std::string>(config, "kind", config.contains("of") ? "count_ratio" : "consecutive");
  settings.failures = kind == "consecutive" ? value_or(config, "failures", 1U) : 0U;
  if (kind == "count_ratio") {
    settings.failure_count = FailureCount{.failures = config.at("failures").get<unsigned>(),
                                          .of = config.at("of").get<unsigned>()};
  }
  if (kind != "ratio_time") return;
  const Duration window = ms(config.at("sampling_ms"));
  const auto minimum = value_or(config, "min_throughput", 1U);
  settings.failure_rate =
      FailureRate{.percent = percent(config.at("failure_ratio")), .minimum = minimum, .window = window};
  if (!config.contains("slow_call_ms")) return;
  settings.slow_rate = SlowRate{.percent = percent(config.at("slow_ratio")),
                                .slower_than = ms(config.at("slow_call_ms")),
                                .minimum = minimum,
                                .window = window};
}

/// A sample of N probes that fails as a whole with `failures` of them is decided as soon as the other verdict
/// has become impossible: by that many failures, or by N - failures + 1 successes.
inline void set_sample(BreakerSettings& settings, unsigned of, unsigned failures) {
  settings.probe_failures = failures;
  settings.successes = of - failures + 1;
}

inline void set_probes(BreakerSettings& settings, const Json& config) {
  const auto kind = value_or<std::string>(config, "kind", "");
  settings.probes = value_or(config, "half_open_probes", value_or<unsigned>(config, "successes", 1));
  if (config.contains("half_open_failure_ratio")) {  // more than this share of the sample
    set_sample(settings, settings.probes,
               percent(config.at("half_open_failure_ratio")) * settings.probes / 100 + 1);
  } else if (config.contains("half_open_max_wait_ms")) {  // at least the rule's share of the sample
    set_sample(settings, settings.probes, (percent(config.at("failure_ratio")) * settings.probes + 99) / 100);
  } else if (config.contains("successes_of")) {
    const auto successes = config.at("successes").get<unsigned>();
    const auto of = config.at("successes_of").get<unsigned>();
    set_sample(settings, of, of - successes + 1);
  } else if (config.contains("successes")) {
    settings.successes = config.at("successes").get<unsigned>();
  } else if (kind.empty() && config.contains("failures")) {
    const auto failures = config.at("failures").get<unsigned>();
    set_sample(settings, value_or(config, "of", failures), failures);
  }
}

inline BreakerSettings breaker_settings(const Json& config) {
  BreakerSettings settings;
  set_trip_rule(settings, config);
  set_probes(settings, config);
  settings.cooldown = ms_or(config, "break_ms", 60s);
  settings.lease = ms_or(config, "probe_lease_ms", 0s);
  if (config.contains("break_backoff_ms")) settings.ceiling = ms(config.at("break_backoff_ms").back());
  if (config.contains("break_backoff")) {  // 1 ms, then 2 ms
    settings.cooldown = 1ms;
    settings.ceiling = 2ms;
  }
  const auto abandoned = value_or<std::string>(config, "abandoned_policy", "ignore");
  if (abandoned == "when_all_abandoned") settings.abandoned = Abandoned::count_when_all_abandoned;
  if (abandoned == "as_failures") settings.abandoned = Abandoned::as_failures;
  return settings;
}

/// Counts a breaker's moves as its calls' listeners hear of them.
struct BreakerMoves : Listener {
  BreakerMoves() : Listener{mask_of(EventKind::breaker_moved), &BreakerMoves::hear} {}
  static void hear(Listener& self, const Event& event) noexcept {
    ++static_cast<BreakerMoves&>(self).to[static_cast<BreakerState>(event.limit)];
  }
  std::map<BreakerState, int> to;
};

/// Plays one row.
class BreakerStage {
  using Visitor = Caller<Breaker<>>;

 public:
  explicit BreakerStage(const Json& config)
      : breaker_{breaker_settings(config)}, early_{std::make_unique<Visitor>(breaker_)} {
    REQUIRE(early_->enter(begin - 2h));
    const auto start = value_or<std::string>(config, "start", "closed");
    if (start == "open") breaker_.open_for(breaker_.settings().cooldown, begin);
    if (start == "half_open") breaker_.open_for(0s, begin - 1h);
    if (start == "isolated" || start == "forced_open") breaker_.force_open();
    REQUIRE((start == "closed" || breaker_.state(begin) != BreakerState::closed));
    before_ = breaker_.state(begin);
  }

  void play(const Json& step) {
    now_ = begin + ms(step.at("at_ms"));
    const auto times = value_or(step, "count", 1);
    for (int i = 0; i < times; ++i) play_once(step);
    const BreakerState state = breaker_.state(now_);
    const auto refusing = [](BreakerState s) {
      return s == BreakerState::open || s == BreakerState::forced_open;
    };
    if (refusing(state) && !refusing(before_)) ++breaks_;
    if (state == BreakerState::closed && before_ != BreakerState::closed) ++resets_;
    before_ = state;
    if (step.contains("expect")) check(step.at("expect"));
  }

  void check(const Json& expect) {
    for (const auto& item : expect.items()) check_one(item.key(), item.value());
  }

 private:
  static constexpr Instant begin{24h};

  void play_once(const Json& step) {
    const auto event = step.at("event").get<std::string>();
    const auto id = value_or<std::string>(step, "id", "");
    admitted_ = true;
    if (event == "end") {
      finish(std::move(visitors_.at(id)), step);
    } else if (event == "release") {
      REQUIRE(!held_.empty());
      held_.back()->drop();
      held_.pop_back();
    } else if (event == "record" && early_ != nullptr && !admits()) {
      finish(std::move(early_), step);  // a result without an admission, which comes late
    } else if (event == "force") {
      const auto to = step.at("to").get<std::string>();
      REQUIRE((to == "open" || to == "half_open"));
      const Duration cooldown = breaker_.settings().cooldown;
      breaker_.open_for(to == "open" ? ms_or(step, "for_ms", cooldown) : Duration{0}, now_);
    } else if (event == "isolate") {
      handles_.emplace(step.at("handle").get<int>(), std::unique_ptr<Handle>{new Handle(breaker_.isolate())});
    } else if (event == "unisolate") {
      handles_.erase(step.at("handle").get<int>());
    } else if (event != "observe") {
      enter(event, id, step);
    }
  }

  bool admits() const {
    const BreakerState state = breaker_.state(now_);
    return state != BreakerState::open && state != BreakerState::forced_open;
  }

  void enter(const std::string& event, const std::string& id, const Json& step) {
    REQUIRE(std::set<std::string>{"call", "begin", "acquire", "record"}.contains(event));
    auto visitor = std::make_unique<Visitor>(breaker_);
    visitor->ctx.listeners.link(moves_);
    // Rows report durations without moving the clock.
    admitted_ = visitor->enter(now_ - ms_or(step, "duration_ms", 0s));
    visitor->ctx.listeners.unlink(moves_);
    hint_ = visitor->answer().retry_after;
    reason_ = visitor->answer().reason;
    if (!admitted_) {
      ++refused_;
      return;
    }
    ++runs_;
    if (event == "begin") visitors_[id] = std::move(visitor);
    if (event == "acquire") held_.push_back(std::move(visitor));
    if (event == "call" || event == "record") finish(std::move(visitor), step);
  }

  void finish(std::unique_ptr<Visitor> visitor, const Json& step) {
    visitor->ctx.listeners.link(moves_);
    const auto outcome = step.at("outcome").get<std::string>();
    if (outcome == "success") visitor->succeed(now_);
    if (outcome == "failure") visitor->fail(now_);
    if (outcome == "ignored") visitor->fail(now_, Fault::invalid_request);
    if (outcome == "cancelled") visitor->fail(now_, Fault::cancelled);
    visitor->ctx.listeners.unlink(moves_);
  }

  void check_one(const std::string& key, const Json& value) {
    INFO(key << " " << value.dump());
    const BreakerReport report = breaker_.explain(now_);
    const BreakerNumbers& n = report.numbers;
    if (key == "state" || key == "state_after") {
      const auto wanted = value.get<std::string>();
      CHECK(to_string(report.state) == (wanted == "isolated" ? "forced_open" : wanted));
    } else if (key == "admitted") {
      CHECK(admitted_ == value.get<bool>());
    } else if (key == "retry_after_ms") {
      CHECK(hint_ == ms(value));
    } else if (key == "retry_after_present") {
      CHECK(hint_ >= Duration{0});
    } else if (key == "reason") {
      CHECK(reason_ == Reason::forced_open);
    } else if (key == "breaks") {
      CHECK(breaks_ == value.get<int>());
    } else if (key == "resets") {
      CHECK(resets_ == value.get<int>());
    } else if (key == "operation_runs") {
      CHECK(runs_ == value.get<int>());
    } else if (key == "not_permitted") {
      CHECK(refused_ == value.get<int>());
    } else if (key == "opened" || key == "half_opened" || key == "half_opens" || key == "closed") {
      const auto to = key == "opened"   ? BreakerState::open
                      : key == "closed" ? BreakerState::closed
                                        : BreakerState::half_open;
      CHECK(moves_.to[to] == value.get<int>());
    } else if (key == "throughput" || key == "throughput_at_trip") {
      CHECK(n.calls == value.get<std::uint64_t>());
    } else if (key == "failures" || key == "failures_at_trip") {
      CHECK(n.measured == value.get<std::uint64_t>());
    } else if (key == "successes") {
      CHECK(n.calls - n.measured == value.get<std::uint64_t>());
    } else if (key == "slow_calls") {
      REQUIRE(n.rule == TripRule::slow_rate);
      CHECK(n.measured == value.get<std::uint64_t>());
    } else if (key == "slow_rate" || key == "failure_rate") {
      // A report holds one rule's numbers, and none of probes.
      if ((key == "slow_rate") != (n.rule == TripRule::slow_rate) || n.calls == 0) return;
      CHECK(static_cast<double>(n.measured) / static_cast<double>(n.calls) == Approx(value.get<double>()));
    } else if (key == "break_ms") {
      CHECK(breaker_.retry_after(now_) == ms(value));
    } else if (key == "break_attempt") {
      CHECK(report.round + 1 == value.get<unsigned>());
    } else if (key == "event") {
      // The numbers of the half-open period are gone when it closes.
      if (value.at("name") != "opened") return;
      CHECK(n.measured == value.at("failures").get<std::uint64_t>());
      CHECK(n.calls - n.measured == value.at("successes").get<std::uint64_t>());
    } else if (key == "half_open_failure_added_to_window") {
      CHECK(n.calls == 0);
    } else {
      const bool says_nothing_to_check = key == "rule" || key == "window_reset";
      CHECK(says_nothing_to_check);
    }
  }

  using Handle = Breaker<>::Isolation;

  Breaker<> breaker_;
  std::unique_ptr<Visitor> early_;  // let in while the breaker was closed
  std::map<std::string, std::unique_ptr<Visitor>> visitors_;
  std::vector<std::unique_ptr<Visitor>> held_;
  std::map<int, std::unique_ptr<Handle>> handles_;
  BreakerMoves moves_;
  BreakerState before_ = BreakerState::closed;
  Instant now_{begin};
  bool admitted_ = true;
  Duration hint_{-1};
  Reason reason_ = Reason::none;
  int breaks_ = 0;
  int resets_ = 0;
  int runs_ = 0;
  int refused_ = 0;
};

inline void check_counts(const Json& expect, const Json& config, detail::WindowCounts counts) {
  const double rate =
      counts.calls == 0 ? 0 : static_cast<double>(counts.bad) / static_cast<double>(counts.calls);
  for (const auto& item : expect.items()) {
    const std::string& key = item.key();
    const Json& value = item.value();
    INFO(key << " " << value.dump());
    if (value.is_null()) continue;  // a peer's "not yet"
    if (key == "throughput") CHECK(counts.calls == value.get<std::uint64_t>());
    if (key == "failures") CHECK(counts.bad == value.get<std::uint64_t>());
    if (key == "successes") CHECK(counts.calls - counts.bad == value.get<std::uint64_t>());
    if (key == "failure_rate") CHECK(rate == Approx(value.get<double>()).margin(0.005));  // some peers round
    if (key == "success_rate") CHECK(1 - rate == Approx(value.get<double>()).margin(0.005));
    if (key == "verdict") {
      const BreakerNumbers numbers =
          detail::rate_numbers(TripRule::failure_rate, percent(config.at("failure_ratio")),
                               config.at("min_throughput").get<unsigned>(), counts);
      const char* verdict = numbers.met()                     ? "exceeded"
                            : numbers.calls < numbers.minimum ? "below_minimum"
                                                              : "below";
      CHECK(value.get<std::string>() == verdict);
    }
  }
}

template <class Record, class Counts>
void play_window(const Json& row, Record record, Counts counts) {
  constexpr Instant begin{24h};
  Instant now = begin;
  for (const Json& step : row.at("steps")) {
    INFO(step.dump());
    now = begin + ms(step.at("at_ms"));
    const auto event = step.at("event").get<std::string>();
    if (event == "record") {
      for (int i = 0; i < value_or(step, "count", 1); ++i) record(now, step.at("outcome") == "failure");
    } else if (event == "record_many") {
      for (int i = 0; i < step.at("successes").get<int>(); ++i) record(now, false);
      for (int i = 0; i < step.at("failures").get<int>(); ++i) record(now, true);
    } else {
      REQUIRE((event == "observe" || event == "rejected"));
    }
    if (step.contains("expect")) check_counts(step.at("expect"), row.at("config"), counts(now));
  }
  check_counts(row.at("expect"), row.at("config"), counts(now));
}

/// What a rate counts of calls that were given up.
inline void check_abandoned(const Json& config, const Json& step, const Json& expect) {
  Json with_rule = config;
  with_rule["kind"] = "ratio_time";
  with_rule["sampling_ms"] = 10000;
  with_rule["failure_ratio"] = 1.0;
  with_rule["min_throughput"] = 1000;
  Breaker<> breaker{breaker_settings(with_rule)};
  constexpr Instant now{24h};
  const auto play = [&](const char* kind, Fault fault) {
    for (int i = 0; i < step.at(kind).get<int>(); ++i) {
      Caller call{breaker};
      REQUIRE(call.enter(now));
      fault == Fault::unknown ? call.succeed(now) : call.fail(now, fault);
    }
  };
  play("successes", Fault::unknown);
  play("failures", Fault::unavailable);
  play("abandoned", Fault::cancelled);
  CHECK(breaker.explain(now).numbers.measured == expect.at("decision_failures").get<std::uint64_t>());
  CHECK(breaker.explain(now).numbers.calls == expect.at("decision_total").get<std::uint64_t>());
}

}  // namespace peers
