// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Other libraries' breaker scenarios. Each row is played, or named here with the reason why not.

#include "peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

#include "peer_breaker.hpp"

using namespace desk;

namespace {

const std::map<std::string, std::string> not_played = {
    {"cb-r4j-self-transition-silent",
     "moves by hand announce nothing: there is no call whose listeners could hear"},
    {"cb-ck-count-above-threshold", "a share of the last N calls with a minimum, compared by `>`; here `>=`"},
    {"cb-op-warmup", "no warm-up switch: `minimum` is what keeps a first failure from opening"},
    {"fa-fin-warm-window", "the same: a window that is not full yet counts as far as it goes"},
    {"cb-sb-health-probe-low-traffic",
     "the ramp here counts calls instead of drawing lots: the first of a step passes"},
    {"cb-sb-health-probe-window", "the trip rules go on judging during a ramp; it has no verdict of its own"},
};

std::vector<peers::Json> rows_of(const std::string& policy) {
  std::ifstream in{peers::file()};
  if (!in) {
    WARN("skipped: no " + peers::file().string());
    return {};
  }
  std::vector<peers::Json> chosen;
  for (peers::Json& row : peers::Json::parse(in)) {
    if (row.at("policy") == policy) chosen.push_back(std::move(row));
  }
  return chosen;
}

/// Plays every row of a policy that is not excused, with `play(row)`.
template <class Play>
void play_all(const std::string& policy, int least, Play play) {
  const auto rows = rows_of(policy);
  if (rows.empty()) return;
  int played = 0;
  for (const peers::Json& row : rows) {
    const auto id = row.at("id").get<std::string>();
    if (not_played.contains(id)) continue;
    INFO(id);
    play(row);
    ++played;
  }
  CHECK(played >= least);
}

}  // namespace

TEST_CASE("breakers do what other libraries' tests of breakers expect") {
  play_all("circuit_breaker", 40, [](const peers::Json& row) {
    peers::BreakerStage stage{row.at("config")};
    for (const peers::Json& step : row.at("steps")) {
      INFO(step.dump());
      stage.play(step);
    }
    stage.check(row.at("expect"));
  });
}

TEST_CASE("probes do what other libraries' tests of probes expect") {
  play_all("circuit_breaker_probe", 1, [](const peers::Json& row) {
    peers::Json config = row.at("config");
    config["start"] = "half_open";
    // The peer replaces a probe strictly later than its lease.
    config["probe_lease_ms"] = config.at("probe_lease_ms").get<double>() + 1e-6;
    peers::BreakerStage stage{config};
    for (const peers::Json& step : row.at("steps")) {
      INFO(step.dump());
      stage.play(step);
    }
  });
}

TEST_CASE("windows count what other libraries' tests of windows expect") {
  play_all("circuit_breaker_window", 8, [](const peers::Json& row) {
    const peers::Json& config = row.at("config");
    if (peers::value_or<std::string>(config, "kind", "time") == "count") {
      detail::OutcomeRing<64> ring;
      const auto of = config.at("size").get<unsigned>();
      peers::play_window(
          row, [&](Instant, bool bad) { ring.record(0, of, bad); },
          [&](Instant) { return ring.counts(0, of); });
      return;
    }
    const auto slots = config.at("buckets").get<unsigned>();
    const Duration width = peers::ms(config.at("window_ms")) / slots;
    const auto play_time = [&](auto& window) {
      peers::play_window(
          row, [&](Instant now, bool bad) { window.record(0, width, now, bad); },
          [&](Instant now) { return window.counts(0, width, now); });
    };
    detail::RateWindow<4> four;
    detail::RateWindow<5> five;
    detail::RateWindow<10> ten;
    REQUIRE((slots == 4 || slots == 5 || slots == 10));
    if (slots == 4) play_time(four);
    if (slots == 5) play_time(five);
    if (slots == 10) play_time(ten);
  });
}

TEST_CASE("trip rules decide as other libraries' tests of trip rules expect") {
  play_all("circuit_breaker_trip_rule", 5, [](const peers::Json& row) {
    const peers::Json& config = row.at("config");
    const peers::Json& step = row.at("steps").at(0);
    if (config.contains("abandoned_policy")) {
      peers::check_abandoned(config, step, row.at("expect"));
      return;
    }
    const BreakerNumbers numbers = detail::rate_numbers(
        TripRule::failure_rate, peers::percent(config.at("failure_ratio")),
        config.at("min_throughput").get<unsigned>(),
        {step.at("throughput").get<std::uint64_t>(),
         static_cast<std::uint64_t>(
             step.at("failure_rate").get<double>() * step.at("throughput").get<double>() + 0.5)});
    CHECK(numbers.met() == row.at("expect").at("opens").get<bool>());
  });
}

TEST_CASE("a breaker marks a node dead as other libraries' tests of failure accrual expect") {
  play_all("failure_accrual", 1, [](const peers::Json& row) {
    const peers::Json& config = row.at("config");
    const Duration dead = peers::ms(config.at("mark_dead_ms"));
    const unsigned failures = 100 - peers::percent(config.at("required_success_rate"));
    Breaker<> breaker{
        BreakerSettings{.failures = 0,
                        .cooldown = dead,
                        .failure_rate = FailureRate{.percent = larger(failures, 1U),
                                                    .minimum = config.at("min_requests"),
                                                    .window = peers::ms(config.at("window_ms"))}}};
    for (const peers::Json& step : row.at("steps")) {
      INFO(step.dump());
      const Instant now = at(peers::ms(step.at("at_ms")));
      Caller<Breaker<>> call{breaker};
      REQUIRE(call.enter(now));
      step.at("outcome") == "failure" ? call.fail(now) : call.succeed(now);
      const peers::Json& expected = step.at("expect").at("mark_dead_ms");
      CHECK((breaker.state(now) == BreakerState::open) == !expected.is_null());
      if (expected.is_null()) continue;
      Caller<Breaker<>> next{breaker};
      CHECK(refuses(next.ask(now)));
      CHECK(next.answer().retry_after == peers::ms(expected));
    }
  });
}

TEST_CASE("every breaker row that is not played exists, so that no excuse outlives its row") {
  std::set<std::string> all;
  for (const char* policy : {"circuit_breaker", "circuit_breaker_probe", "circuit_breaker_window",
                             "circuit_breaker_trip_rule", "failure_accrual"}) {
    for (const peers::Json& row : rows_of(policy)) all.insert(row.at("id").get<std::string>());
  }
  if (all.empty()) return;
  for (const auto& [id, reason] : not_played) {
    INFO(id);
    CHECK(all.contains(id));
    CHECK(!reason.empty());
  }
}

#endif
