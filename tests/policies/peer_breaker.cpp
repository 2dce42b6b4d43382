// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Other libraries' breaker scenarios, as far as a breaker of failures in a row can play them.

#include "peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

#include <aramid/policies/breaker.hpp>

#include <map>

using namespace desk;

namespace {

using Visitor = Caller<Breaker<>>;

/// Plays one row.
class Stage {
 public:
  explicit Stage(const peers::Json& config)
      : breaker_{settings_of(config)}, early_{std::make_unique<Visitor>(breaker_)} {
    const auto start = peers::value_or<std::string>(config, "start", "closed");
    REQUIRE(early_->enter(begin - 1h));
    if (start == "open") trip(begin);
    if (start == "half_open") trip(begin - breaker_.settings().cooldown.duration());
  }

  void play(const peers::Json& step) {
    const Instant now = begin + peers::ms(step.at("at_ms"));
    const auto event = step.at("event").get<std::string>();
    const auto id = peers::value_or<std::string>(step, "id", "");
    bool admitted = true;
    Duration hint{-1};
    if (event == "end") {
      finish(std::move(visitors_.at(id)), step, now);
    } else if (event == "release") {
      REQUIRE(!held_.empty());
      held_.back()->drop();
      held_.pop_back();
    } else if (event == "record" && breaker_.state(now) == BreakerState::open) {
      finish(std::move(early_), step, now);
    } else if (event != "observe") {
      auto visitor = std::make_unique<Visitor>(breaker_);
      admitted = visitor->enter(now);
      hint = visitor->answer().retry_after;
      if (admitted) {
        ++runs_;
        if (event == "begin") visitors_[id] = std::move(visitor);
        if (event == "acquire") held_.push_back(std::move(visitor));
        if (event == "call" || event == "record") finish(std::move(visitor), step, now);
      }
    }
    const BreakerState state = breaker_.state(now);
    if (state == BreakerState::open && before_ != BreakerState::open) ++breaks_;
    before_ = state;
    now_ = now;
    if (step.contains("expect")) check(step.at("expect"), admitted, hint);
  }

  void check(const peers::Json& expect, bool admitted = true, Duration hint = Duration{0}) const {
    const std::string state{to_string(breaker_.state(now_))};
    if (expect.contains("admitted")) CHECK(admitted == expect.at("admitted").get<bool>());
    if (expect.contains("state")) CHECK(state == expect.at("state").get<std::string>());
    if (expect.contains("state_after")) CHECK(state == expect.at("state_after").get<std::string>());
    if (expect.contains("retry_after_present")) CHECK(hint >= Duration{0});
    if (expect.contains("breaks")) CHECK(breaks_ == expect.at("breaks").get<int>());
    if (expect.contains("operation_runs")) CHECK(runs_ == expect.at("operation_runs").get<int>());
  }

 private:
  static constexpr Instant begin{24h};

  static BreakerSettings settings_of(const peers::Json& config) {
    BreakerSettings settings;
    settings.failures = peers::value_or(config, "failures", 1U);
    settings.cooldown = peers::ms_or(config, "break_ms", 60s);
    settings.probes = peers::value_or(config, "half_open_probes", peers::value_or(config, "successes", 1U));
    settings.lease = peers::ms_or(config, "probe_lease_ms", 0s);
    return settings;
  }

  void trip(Instant now) {
    for (unsigned i = 0; i < breaker_.settings().failures; ++i) {
      Visitor visitor{breaker_};
      REQUIRE(visitor.enter(now));
      visitor.fail(now);
    }
  }

  static void finish(std::unique_ptr<Visitor> visitor, const peers::Json& step, Instant now) {
    const auto outcome = step.at("outcome").get<std::string>();
    if (outcome == "success") visitor->succeed(now);
    if (outcome == "failure") visitor->fail(now);
    if (outcome == "ignored") visitor->fail(now, Fault::invalid_request);
    if (outcome == "cancelled") visitor->fail(now, Fault::cancelled);
  }

  Breaker<> breaker_;
  std::unique_ptr<Visitor> early_;  // let in while the breaker was closed
  std::map<std::string, std::unique_ptr<Visitor>> visitors_;
  std::vector<std::unique_ptr<Visitor>> held_;
  BreakerState before_ = BreakerState::closed;
  Instant now_{};
  int breaks_ = 0;
  int runs_ = 0;
};

/// Whether the row asks for nothing that this breaker does not have.
bool playable(const peers::Json& row) {
  const peers::Json& config = row.at("config");
  std::set<std::string> events;
  for (const peers::Json& step : row.at("steps")) events.insert(step.at("event").get<std::string>());
  for (const std::string& event : events) {
    if (!std::set<std::string>{"call", "begin", "end", "acquire", "release", "observe", "record"}.contains(
            event)) {
      return false;
    }
  }
  const auto start = peers::value_or<std::string>(config, "start", "closed");
  if (start != "closed" && start != "open" && start != "half_open") return false;
  // Where nothing is ever reported it does not matter what would have tripped the breaker.
  const bool only_slots = start == "half_open" && !events.contains("call") && !events.contains("end") &&
                          !events.contains("record");
  if (only_slots && config.contains("half_open_probes")) return true;
  if (peers::value_or<std::string>(config, "kind", "consecutive") != "consecutive") return false;
  if (!peers::only_has(config, {"kind", "failures", "break_ms", "half_open_probes", "start", "successes",
                                "probe_lease_ms", "window_says_trip", "abandoned_policy"})) {
    return false;
  }
  // A half-open breaker that survives a failure is another one.
  return start != "half_open" || config.contains("successes") || peers::value_or(config, "failures", 1) == 1;
}

}  // namespace

TEST_CASE("the breaker does what other libraries' tests of breakers that count failures in a row expect") {
  const auto rows = peers::rows({"circuit_breaker"});
  if (rows.empty()) return;
  int played = 0;
  std::string skipped;
  for (const peers::Json& row : rows) {
    const auto id = row.at("id").get<std::string>();
    if (!playable(row)) {
      skipped += " " + id;
      continue;
    }
    INFO(id);
    Stage stage{row.at("config")};
    for (const peers::Json& step : row.at("steps")) {
      INFO(step.dump());
      stage.play(step);
    }
    stage.check(row.at("expect"));
    ++played;
  }
  INFO("skipped, as they need another kind of breaker:" << skipped);
  CHECK(played >= 16);
}

#endif
