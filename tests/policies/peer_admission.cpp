// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// What other libraries' tests of bulkheads, adaptive limits, throttles and adaptive rates expect.

#include <aramid/aramid.hpp>

#include <map>

#include "peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

using namespace desk;
using peers::Json;

namespace {

// Rows that are not played, and why.
const std::map<std::string, const char*> left_out = {
    {"bh-nx-bypass", "who is to pass a bulkhead by calls a client without one"},
    {"al-fs-up", "another algorithm: correlates the load with throughput over windows of seconds"},
    {"al-fs-down", "another algorithm: correlates the load with throughput over windows of seconds"},
};

/// All rows of the policy, those on which the peers disagree included.
std::vector<Json> every_row(const std::string& policy) {
  std::vector<Json> chosen;
  std::ifstream in{peers::file()};
  if (!in) return chosen;
  for (Json& row : Json::parse(in)) {
    if (row.at("policy") == policy && row.at("stance") != "avoid") chosen.push_back(std::move(row));
  }
  return chosen;
}

/// Plays the rows of a policy, each of them or else it is named above.
template <class Play>
void play_all(const std::string& policy, std::size_t expected, Play play) {
  std::size_t seen = 0;
  for (const Json& row : every_row(policy)) {
    const auto id = row.at("id").get<std::string>();
    INFO(id);
    ++seen;
    if (!left_out.contains(id)) play(row);
  }
  if (seen == 0) {
    WARN("skipped: no " + peers::file().string());
  } else {
    CHECK(seen == expected);
  }
}

class BulkheadStage {
 public:
  explicit BulkheadStage(const Json& config) : bulkhead_{settings_of(config)} {}

  void play(const Json& step) {
    run_until(peers::ms(step.at("at_ms")));
    const auto event = step.at("event").get<std::string>();
    const std::string id = name(step);
    const Json expect = step.value("expect", Json::object());
    if (event == "begin" || event == "acquire" || event == "try_acquire") {
      Visitor& visitor = visitors_[id];
      visitor.call = std::make_unique<Caller<Bulkhead<>>>(bulkhead_);
      visitor.takes = peers::ms_or(step, "takes_ms", Duration::max());
      ask(id);
      if (expect.contains("ok")) CHECK(proceeds(visitor.call->answer()) == expect.at("ok").get<bool>());
      if (expect.contains("waiting")) CHECK(waits(visitor.call->answer()));
    } else {
      const std::string who = event == "release" ? visitors_.begin()->first : id;
      const auto outcome = peers::value_or<std::string>(step, "outcome", "success");
      if (event == "drop" || event == "cancel")
        visitors_.at(who).call->drop();
      else if (outcome == "failure")
        visitors_.at(who).call->fail(at(now_));
      else
        visitors_.at(who).call->succeed(at(now_));
      visitors_.erase(who);
      if (expect.contains("woken")) {
        std::vector<std::string> woken;
        for (auto& [other, visitor] : visitors_) {
          if (visitor.call->woken()) woken.push_back(other);
        }
        CHECK(Json(woken) == expect.at("woken"));
        return;  // nobody asks: who was woken may go away first
      }
      admit_woken();
    }
    const BulkheadSettings& settings = bulkhead_.settings();
    if (expect.contains("run_slots")) CHECK(settings.limit - bulkhead_.in_flight() == expect.at("run_slots"));
    if (expect.contains("queue_slots")) {
      CHECK(settings.queue.length - bulkhead_.waiting() == expect.at("queue_slots"));
    }
  }

  void finish(const Json& expect) {
    const std::size_t waiting = bulkhead_.waiting();
    run_until(1h);
    if (expect.contains("available"))
      CHECK(bulkhead_.limit() - bulkhead_.in_flight() == expect.at("available"));
    for (const char* id : {"w", "r2"}) {
      if (!expect.contains(id)) continue;
      const bool granted = expect.at(id).get<std::string>() == "granted";
      CHECK(granted_.contains(id) == granted);
      if (!granted) CHECK(waiting == 0);
    }
    if (expect.contains("granted_ms")) CHECK(granted_.at("w") == peers::ms(expect.at("granted_ms")));
    if (expect.contains("order")) CHECK(Json(order_) == expect.at("order"));
  }

 private:
  struct Visitor {
    std::unique_ptr<Caller<Bulkhead<>>> call;
    Duration takes{};
    Duration ends = Duration::max();
  };

  static BulkheadSettings settings_of(const Json& config) {
    BulkheadSettings settings{.limit = config.at("max").get<unsigned>(), .queue = {.length = 65'535}};
    if (config.contains("queue") && config.at("queue").is_number())
      settings.queue.length = config.at("queue");
    settings.queue.max_wait = larger(peers::ms_or(config, "max_wait_ms", Duration::max()), Duration{1});
    return settings;
  }

  std::string name(const Json& step) {
    if (!step.contains("id")) return "#" + std::to_string(++anonymous_);
    const Json& id = step.at("id");
    return id.is_string() ? id.get<std::string>() : id.dump();
  }

  void ask(const std::string& id) {
    Visitor& visitor = visitors_.at(id);
    if (!proceeds(visitor.call->ask(at(now_)))) return;
    granted_[id] = now_;
    order_.push_back(id + " enter");
    if (visitor.takes != Duration::max()) visitor.ends = now_ + visitor.takes;
  }
  void admit_woken() {
    for (auto& [id, visitor] : visitors_) {
      if (visitor.call->woken()) ask(id);
    }
  }
  // Lets calls end whose time it is. What happens at `until` itself comes after the steps of that moment.
  void run_until(Duration until) {
    for (;;) {
      auto next = visitors_.end();
      for (auto one = visitors_.begin(); one != visitors_.end(); ++one) {
        if (next == visitors_.end() || one->second.ends < next->second.ends) next = one;
      }
      if (next == visitors_.end() || next->second.ends >= until) break;
      now_ = next->second.ends;
      next->second.call->succeed(at(now_));
      order_.push_back(next->first + " exit");
      visitors_.erase(next);
      admit_woken();
    }
    now_ = until;
  }

  Bulkhead<> bulkhead_;
  std::map<std::string, Visitor> visitors_;
  std::map<std::string, Duration> granted_;
  std::vector<std::string> order_;
  Duration now_{0};
  int anonymous_ = 0;
};

template <class Algorithm>
void play_samples(const Json& row) {
  const Json& config = row.at("config");
  typename Algorithm::Limit limit{
      {1, config.at("max").get<unsigned>(), config.at("initial").get<unsigned>()}};
  for (const Json& step : row.at("steps")) {
    INFO(step.dump());
    limit.update(
        {peers::ms(step.at("rtt_ms")), step.at("in_flight").get<unsigned>(), step.at("dropped").get<bool>()});
    CHECK(limit.value() == step.at("expect").at("limit"));
  }
}

}  // namespace

TEST_CASE("the bulkhead does what other libraries' tests of bulkheads expect") {
  play_all("bulkhead", 10, [](const Json& row) {
    BulkheadStage stage{row.at("config")};
    for (const Json& step : row.at("steps")) {
      INFO(step.dump());
      stage.play(step);
    }
    stage.finish(row.at("expect"));
  });
}

TEST_CASE("the limit algorithms do what other libraries' tests of them expect") {
  play_all("adaptive_limit", 6, [](const Json& row) {
    const auto kind = row.at("config").at("kind").get<std::string>();
    if (kind == "vegas") return play_samples<Vegas>(row);
    REQUIRE(kind == "aimd");
    play_samples<Aimd>(row);
  });
}

TEST_CASE("the throttle does what other libraries' tests of throttles expect") {
  play_all("adaptive_throttle", 1, [](const Json& row) {
    const Json& config = row.at("config");
    const auto percent = [](const Json& number) {
      return static_cast<unsigned>(number.get<double>() * 100 + 0.5);
    };
    Throttle<> throttle{ThrottleSettings{.k_percent = 10'000 / percent(config.at("success_threshold")),
                                         .max_rejection_percent = percent(config.at("max_rejection"))}};
    for (const Json& step : row.at("steps")) {
      const Instant now = at(peers::ms(step.at("at_ms")));
      if (step.at("event") == "record") {
        Caller call{throttle};
        REQUIRE(call.enter(now));
        call.fail(now);
      } else {
        const Share share = throttle.rejection(now);
        CHECK(double(share.parts) / double(share.whole) == step.at("expect").at("rejection_rate"));
      }
    }
  });
}

TEST_CASE("the adaptive rate does what other libraries' tests of it expect") {
  play_all("adaptive_rate", 1, [](const Json& row) {
    CubicRate::Rate curve;
    const auto rate = [](const Json& number) {
      return static_cast<std::int64_t>(number.get<double>() * rate_unit);
    };
    (void)curve.fall(rate(row.at("config").at("start_rate")), 70);
    for (const Json& step : row.at("steps")) {
      const Json& expect = step.at("expect");
      if (step.at("event") == "throttled") {
        CHECK(curve.fall(rate(step.at("rate")), 70) == rate(expect.at("new_rate")));
      }
      CHECK(static_cast<double>(curve.k().count()) / 1e9 ==
            Approx(expect.at("k").get<double>()).margin(1e-4));
    }
  });
}

#endif
