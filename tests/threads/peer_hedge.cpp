// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Other libraries' scenarios of hedging, in virtual time.

#include "policies/peer_rows.hpp"

#if ARAMID_TESTS_HAVE_PEER_ROWS

#include <aramid/aramid.hpp>
#include <aramid/hedge.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

using namespace desk;
using peers::Json;

namespace {

/// Rows that are not followed, or not here, and why.
const std::map<std::string, std::string> left_out{
    {"hg-polly-all-handled", "when all fail we return the most informative failure, not the first"},
    {"hg-polly-slow-primary-fails", "the same"},
};

/// An answer that counts how many of its kind live.
struct Resource {
  std::shared_ptr<int> life;
  int number = 0;
};

struct Course {
  std::mutex mutex;
  Json attempts;
  std::vector<Instant> begun;
  std::vector<int> stopped;
  std::vector<std::shared_ptr<int>> lives;

  struct Provider {
    Course* course;
    Outcome<Resource> operator()(int, Context& ctx) const {
      int number = 0;
      Json attempt;
      std::shared_ptr<int> life;
      {
        const std::lock_guard lock{course->mutex};
        number = static_cast<int>(course->begun.size());
        course->begun.push_back(ctx.now());
        attempt = course->attempts.at(static_cast<std::size_t>(number));
        life = course->lives.emplace_back(std::make_shared<int>(number));
      }
      const Instant end = ctx.now() + peers::ms(attempt.at("takes_ms"));
      while (ctx.now() < end) {
        if (ctx.stop.stop_requested()) {
          const std::lock_guard lock{course->mutex};
          course->stopped.push_back(number);
          return fail(Fault::cancelled);
        }
        ctx.wait(end);
      }
      const auto outcome = attempt.at("outcome").get<std::string>();
      if (outcome == "unhandled") return fail(Fault::invalid_request, number);
      if (outcome == "failure") return fail(Fault::unavailable, number);
      return Resource{life, number};
    }
  };
};

constexpr Span never{Duration::max()};

template <Span Delay>
Outcome<Resource> play(Course& course, unsigned hedges, Context& ctx) {
  using P = Course::Provider;
  switch (hedges) {
    case 1:
      return Hedge<P, After<Delay>, 1>{P{&course}}(0, ctx);
    case 2:
      return Hedge<P, After<Delay>, 2>{P{&course}}(0, ctx);
    default:
      return Hedge<P, After<Delay>, 3>{P{&course}}(0, ctx);
  }
}

// The calls that it learns from come first, on the same clock.
Outcome<Resource> play_learned(Course& course, const Json& history, testing::ManualClock& clock,
                               Context& ctx) {
  Hedge<Course::Provider, AtPercentile<90, 1ms, 10>, 1> client{Course::Provider{&course}};
  const Json row = std::exchange(course.attempts, Json::array());
  for (const Json& takes : history) course.attempts.push_back({{"takes_ms", takes}, {"outcome", "success"}});
  for (std::size_t i = 0; i < history.size(); ++i) {
    Context before{clock};
    REQUIRE(client(0, before));
  }
  REQUIRE(course.begun.size() == history.size());
  course.begun.clear();
  course.attempts = row;
  return client(0, ctx);
}

Outcome<Resource> play(Course& course, const Json& config, testing::ManualClock& clock, Context& ctx) {
  if (config.contains("history_ms")) return play_learned(course, config.at("history_ms"), clock, ctx);
  const auto hedges = config.at("max_hedges").get<unsigned>();
  // None is to come: here that is a delay without an end, and what is no failure is an answer.
  if (config.value("delay_generator_ms", 0) < 0) return play<never>(course, hedges, ctx);
  const Json& delay = config.at("delay_ms");
  if (delay == "infinite") return play<never>(course, hedges, ctx);
  if (delay == 0) return play<0s>(course, hedges, ctx);
  REQUIRE(delay == 1000);
  return play<1s>(course, hedges, ctx);
}

std::vector<Duration> all_ms(const Json& numbers) {
  std::vector<Duration> all;
  for (const Json& number : numbers) all.push_back(peers::ms(number));
  return all;
}

}  // namespace

TEST_CASE("hedged calls go as other libraries' tests expect", "[hedge]") {
  int played = 0;
  for (const Json& row : peers::rows({"hedge"})) {
    const auto id = row.at("id").get<std::string>();
    if (left_out.contains(id)) continue;
    INFO(id);
    ++played;
    testing::ManualClock clock;
    Course course;
    course.attempts = row.at("steps").at(0).at("attempts");
    const Instant start = clock.now();
    Context ctx{clock};
    const bool cancels = row.at("steps").size() > 1;
    // In virtual time the caller's end comes from the clock: a deadline stands for the cancel.
    if (cancels) ctx.deadline = start + peers::ms(row.at("steps").at(1).at("at_ms"));
    const auto answer = play(course, row.at("config"), clock, ctx);
    const Json& expect = row.at("expect");
    if (expect.contains("launched_by_ms")) {
      REQUIRE(course.begun.size() == 2);
      const Duration apart = course.begun.at(1) - course.begun.at(0);
      CHECK(apart <= peers::ms(expect.at("launched_by_ms")));
      CHECK(apart >= 1ms);
      CHECK(clock.now() - course.begun.at(0) == peers::ms(course.attempts.at(0).at("takes_ms")));
    }
    if (expect.contains("launches_ms")) {
      std::vector<Duration> launches;
      for (const Instant at : course.begun) launches.push_back(at - start);
      CHECK(launches == all_ms(expect.at("launches_ms")));
    }
    if (expect.contains("completed_ms")) CHECK(clock.now() == start + peers::ms(expect.at("completed_ms")));
    if (expect.contains("winner")) {
      REQUIRE(answer);
      const Json& attempt = course.attempts.at(static_cast<std::size_t>(answer->number));
      CHECK((attempt.value("value", Json{}) == expect.at("winner") || answer->number == expect.at("winner")));
    }
    if (expect.contains("hedges")) CHECK(course.begun.size() == expect.at("hedges").get<std::size_t>() + 1);
    if (expect.value("final", "") == "BadImage") CHECK(answer.error().fault == Fault::invalid_request);
    if (expect.value("final", "") == "value of attempt 3") CHECK(answer->number == 3);
    if (cancels) {
      CHECK_FALSE(answer);
      CHECK(course.stopped.size() == course.begun.size());
    }
    if (expect.contains("cancelled")) {
      auto stopped = course.stopped;
      std::sort(stopped.begin(), stopped.end());
      CHECK(Json(stopped) == expect.at("cancelled"));
    }
    if (expect.contains("loser_result_destroyed")) {
      CHECK(course.lives.at(0).use_count() == 1);
      CHECK(course.lives.at(1).use_count() == 2);
    }
  }
  if (!peers::rows({"hedge"}).empty()) CHECK(played == 8);
}

#endif
