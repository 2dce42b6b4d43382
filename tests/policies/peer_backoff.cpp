// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Other libraries' scenarios of delays: every row is played, or named with the reason why not.

#include "peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

#include <aramid/policies/backoff.hpp>

#include <map>

using namespace desk;
using peers::Json;

namespace {

constexpr Duration never = Duration::max();

/// Rows that are not played, and why.
const std::map<std::string, std::string> not_followed{
    {"bo-tower-jitter-finite", "a jitter's percentage is an integer, which is always finite"},
};

template <class Curve, class J>
Duration delay_of(const Json& config, unsigned retry, std::uint32_t random) {
  // A base above the cap is refused when a policy is built; the delay itself would still keep to the cap.
  const RetrySettings settings{1, peers::ms(config.at("base_ms")), peers::ms_or(config, "max_ms", never)};
  return detail::next_delay<Curve, J>(settings, {retry}, random).delay;
}

template <class J>
Duration delay_of(const Json& config, unsigned retry, std::uint32_t random) {
  const auto kind = config.at("kind").get<std::string>();
  REQUIRE(peers::value_or(config, "factor", 2.0) == 2.0);
  if (kind == "constant") return delay_of<Constant, J>(config, retry, random);
  if (kind == "linear") return delay_of<Linear, J>(config, retry, random);
  REQUIRE(kind == "exponential");
  return delay_of<Exponential, J>(config, retry, random);
}

Duration delay_of(const Json& config, unsigned retry, std::uint32_t random) {
  if (!config.contains("jitter")) return delay_of<NoJitter>(config, retry, random);
  if (config.at("jitter") == "uniform +/-25%") return delay_of<Spread<25>>(config, retry, random);
  REQUIRE(config.at("jitter") == "peer default");
  return delay_of<Jitter>(config, retry, random);
}

/// The peers' random numbers are from 0 to 1.
std::uint32_t random_of(const Json& step) {
  const double part = peers::value_or(step, "random", 0.5);
  return part >= 1.0 ? 0xFFFF'FFFFU : static_cast<std::uint32_t>(part * 4294967296.0);
}

template <class J>
void check_bounds(const Json& config, unsigned retry, SplitMix64& random) {
  const Duration delay = delay_of<J>(config, retry, static_cast<std::uint32_t>(random()));
  CHECK(delay > Duration{0});
  CHECK(delay <= peers::ms(config.at("max_ms")));
}

/// Whether a policy with these values can be built. A jitter's factor is a template argument here, 1 to 100
/// percent, and refused by the compiler: tests/compile_fail/backoff.cpp.
bool can_be_built(const Json& values) {
  if (values.contains("jitter_factor")) {
    const auto factor = values.at("jitter_factor").get<double>();
    return factor >= 0.01 && factor <= 1.0;
  }
  RetrySettings settings;
  settings.base = peers::ms_or(values, "base_ms", 1s);
  settings.cap = peers::ms_or(values, "max_ms", 60s);
  return refusal_of([&] {
           const Retry<> retry{settings};
           (void)retry;
         })
      .empty();
}

void play(const Json& row) {
  const Json& config = row.at("config");
  std::size_t turn = 0;
  for (const Json& step : row.at("steps")) {
    const auto retry = step.at("attempt").get<unsigned>();
    if (row.at("expect").contains("delays_ms")) {
      const Duration wanted = peers::ms(row.at("expect").at("delays_ms").at(turn++));
      const Duration apart = delay_of(config, retry, random_of(step)) - wanted;
      CHECK((apart <= 1us && apart >= -1us));  // their random numbers are not multiples of 2^-32
      if (!config.contains("jitter")) CHECK(apart == 0s);
    } else {
      SplitMix64 random{retry};
      for (int i = 0; i < 100; ++i) {
        check_bounds<Jitter>(config, retry, random);
        check_bounds<FullJitter>(config, retry, random);
        check_bounds<EqualJitter>(config, retry, random);
        check_bounds<Spread<25>>(config, retry, random);
        check_bounds<DecorrelatedJitter>(config, retry, random);
      }
    }
  }
}

}  // namespace

TEST_CASE("delays are what other libraries' tests of back-off expect") {
  const auto rows = peers::rows({"backoff"});
  if (rows.empty()) return;
  std::size_t passed_over = 0;
  for (const Json& row : rows) {
    const auto id = row.at("id").get<std::string>();
    INFO(id);
    if (const auto reason = not_followed.find(id); reason != not_followed.end()) {
      CHECK(!reason->second.empty());
      ++passed_over;
    } else if (row.at("config").contains("cases")) {
      for (const Json& values : row.at("config").at("cases")) CHECK(!can_be_built(values));
    } else {
      play(row);
    }
  }
  CHECK(passed_over == not_followed.size());
}

#endif
