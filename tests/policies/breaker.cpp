// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The breaker's moves, one question at a time.

#include <aramid/policies/breaker.hpp>

#include <stdexcept>
#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

using namespace desk;

namespace {

using Card = Breaker<5, 60s, 3>;

void fail_times(Card& breaker, int times, Instant now) {
  for (int i = 0; i < times; ++i) {
    Caller call{breaker};
    REQUIRE(call.enter(now));
    call.fail(now);
  }
}

void succeed_once(Card& breaker, Instant now) {
  Caller call{breaker};
  REQUIRE(call.enter(now));
  call.succeed(now);
}

/// Faults whose ruling is neither success nor failure.
constexpr Fault neutral[] = {Fault::rate_limited, Fault::invalid_request,  Fault::cancelled,
                             Fault::throttled,    Fault::saturated,        Fault::deadline_exceeded,
                             Fault::loading,      Fault::quota_exhausted,  Fault::request_too_large,
                             Fault::unauthorized, Fault::not_found,        Fault::context_length,
                             Fault::conflict,     Fault::content_filtered, Fault::circuit_open};

}  // namespace

TEST_CASE("a breaker opens at the fifth failure in a row, not before") {
  Card breaker;
  fail_times(breaker, 4, at(0s));
  CHECK(breaker.state(at(0s)) == BreakerState::closed);
  CHECK(breaker.failures() == 4);
  fail_times(breaker, 1, at(0s));
  CHECK(breaker.state(at(0s)) == BreakerState::open);
  CHECK(breaker.failures() == 5);
}

TEST_CASE("a success forgets the failures before it") {
  Card breaker;
  fail_times(breaker, 4, at(0s));
  succeed_once(breaker, at(1s));
  CHECK(breaker.failures() == 0);
  fail_times(breaker, 4, at(2s));
  CHECK(breaker.state(at(2s)) == BreakerState::closed);
  fail_times(breaker, 1, at(2s));
  CHECK(breaker.state(at(2s)) == BreakerState::open);
}

TEST_CASE("faults that say nothing about the provider are no failures of a closed breaker") {
  Card breaker;
  for (const Fault fault : neutral) {
    for (int i = 0; i < 10; ++i) {
      Caller call{breaker};
      REQUIRE(call.enter(at(0s)));
      call.fail(at(0s), fault);
    }
  }
  CHECK(breaker.failures() == 0);
  CHECK(breaker.state(at(0s)) == BreakerState::closed);
}

TEST_CASE("faults that say nothing about the provider do not forget the failures before them either") {
  Card breaker;
  fail_times(breaker, 4, at(0s));
  for (const Fault fault : neutral) {
    Caller call{breaker};
    REQUIRE(call.enter(at(0s)));
    call.fail(at(0s), fault);
  }
  CHECK(breaker.failures() == 4);
}

TEST_CASE("an unknown fault is a failure with a server's status or none, and nothing with a caller's") {
  for (const int status : {0, 500, 599}) {
    Card breaker;
    Caller call{breaker};
    REQUIRE(call.enter(at(0s)));
    Error error = error_of(Fault::unknown);
    error.status = status;
    call.fail(at(0s), error);
    CHECK(breaker.failures() == 1);
  }
  Card breaker;
  Caller call{breaker};
  REQUIRE(call.enter(at(0s)));
  Error error = error_of(Fault::unknown);
  error.status = 418;
  call.fail(at(0s), error);
  CHECK(breaker.failures() == 0);
}

TEST_CASE("a call dropped without an outcome counts nothing on a closed breaker") {
  Card breaker;
  fail_times(breaker, 4, at(0s));
  Caller call{breaker};
  REQUIRE(call.enter(at(0s)));
  call.drop();
  CHECK(breaker.failures() == 4);
}

TEST_CASE("an open breaker refuses until the cool-down is over, to the nanosecond") {
  Card breaker;
  fail_times(breaker, 5, at(10s));
  Caller early{breaker};
  CHECK(refuses(early.ask(at(69s + 999'999'999ns))));
  CHECK(early.answer().fault == Fault::circuit_open);
  CHECK(early.answer().reason == Reason::open);
  CHECK(early.answer().retry_after == 1ns);
  Caller on_time{breaker};
  CHECK(proceeds(on_time.ask(at(70s))));
  CHECK(breaker.state(at(70s)) == BreakerState::half_open);
}

TEST_CASE("every refusal says how long it will last") {
  Card breaker;
  fail_times(breaker, 5, at(0s));
  Caller open{breaker};
  CHECK(refuses(open.ask(at(20s))));
  CHECK(open.answer().retry_after == Duration{40s});
  CHECK(breaker.retry_after(at(20s)) == Duration{40s});

  Caller<Card> probes[] = {Caller{breaker}, Caller{breaker}, Caller{breaker}};
  for (Caller<Card>& probe : probes) REQUIRE(probe.enter(at(60s)));
  Caller fourth{breaker};
  CHECK(refuses(fourth.ask(at(61s))));
  CHECK(fourth.answer().reason == Reason::probes_out);
  CHECK(fourth.answer().retry_after == Duration{59s});
  CHECK(breaker.retry_after(at(61s)) == Duration{59s});
  probes[0].drop();
  CHECK(breaker.retry_after(at(61s)) == Duration{0});
}

TEST_CASE("readers see half-open as soon as a call would be let through, without moving the breaker") {
  Card breaker;
  fail_times(breaker, 5, at(0s));
  CHECK(breaker.state(at(59s + 999'999'999ns)) == BreakerState::open);
  CHECK(breaker.state(at(60s)) == BreakerState::half_open);
  CHECK(breaker.retry_after(at(60s)) == Duration{0});
  CHECK(breaker.state(at(59s)) == BreakerState::open);
}

TEST_CASE("reset closes a breaker, and results of calls under way change nothing") {
  Card breaker;
  Caller slow{breaker};
  REQUIRE(slow.enter(at(0s)));
  fail_times(breaker, 5, at(0s));
  breaker.reset();
  CHECK(breaker.state(at(1s)) == BreakerState::closed);
  CHECK(breaker.failures() == 0);
  slow.fail(at(1s));
  CHECK(breaker.failures() == 0);
  fail_times(breaker, 5, at(2s));
  CHECK(breaker.state(at(2s)) == BreakerState::open);
  CHECK(breaker.retry_after(at(2s)) == Duration{60s});
}

TEST_CASE("reset while probes are out leaves no probe behind") {
  Card breaker;
  fail_times(breaker, 5, at(0s));
  Caller probe{breaker};
  REQUIRE(probe.enter(at(60s)));
  breaker.reset();
  probe.fail(at(61s));
  CHECK(breaker.state(at(61s)) == BreakerState::closed);
  CHECK(breaker.failures() == 0);
}

TEST_CASE("a clock that goes back neither opens a breaker for longer than the step nor wakes it early") {
  Card breaker;
  fail_times(breaker, 5, at(100s));
  Caller before{breaker};
  CHECK(refuses(before.ask(at(90s))));
  CHECK(before.answer().retry_after == Duration{70s});
  CHECK(breaker.state(at(90s)) == BreakerState::open);
  Caller after{breaker};
  CHECK(proceeds(after.ask(at(160s))));
}

TEST_CASE("a failure at the end of time does not wrap round") {
  Card breaker;
  fail_times(breaker, 5, Instant::max() - 1s);
  Caller call{breaker};
  CHECK(refuses(call.ask(Instant::max() - 1ns)));
}

TEST_CASE("run-time settings behave as the same template arguments, also in what they refuse") {
  Breaker<> told{BreakerSettings{.failures = 2, .cooldown = 5s, .probes = 1}};
  Breaker<2, 5s, 1> fixed;
  const auto play = [](auto& breaker) {
    std::vector<int> log;
    SplitMix64 random{5};
    std::vector<std::unique_ptr<Caller<std::remove_reference_t<decltype(breaker)>>>> out;
    for (int i = 0; i < 4000; ++i) {
      const Instant now = at(i * 300ms);
      if (random() % 2 == 0 || out.empty()) {
        out.push_back(std::make_unique<Caller<std::remove_reference_t<decltype(breaker)>>>(breaker));
        const bool in = out.back()->enter(now);
        log.push_back(in ? 1 : static_cast<int>(out.back()->answer().retry_after.count() % 1'000'003));
        if (!in) out.pop_back();
      } else {
        const auto end = random() % 4;
        auto call = std::move(out[random() % out.size()]);
        std::erase(out, nullptr);
        if (end == 0) call->succeed(now);
        if (end == 1) call->fail(now);
        if (end == 2) call->fail(now, Fault::rate_limited);
        if (end == 3) call->drop();
      }
      log.push_back(static_cast<int>(breaker.state(now)) * 100 + static_cast<int>(breaker.failures()));
    }
    return log;
  };
  CHECK(play(told) == play(fixed));
}

TEST_CASE("the largest counts that settings allow fit into the breaker's word") {
  Breaker<> breaker{BreakerSettings{
      .failures = 65535, .cooldown = 1s, .probes = 1023, .successes = 65535, .probe_failures = 63}};
  for (int i = 0; i < 65535; ++i) {
    Caller call{breaker};
    REQUIRE(call.enter(at(0s)));
    call.fail(at(0s));
    if (i < 65534) REQUIRE(breaker.state(at(0s)) == BreakerState::closed);
  }
  CHECK(breaker.state(at(0s)) == BreakerState::open);
  using Probe = Caller<Breaker<>>;
  std::vector<std::unique_ptr<Probe>> probes;
  for (int i = 0; i < 1023; ++i) {
    probes.push_back(std::make_unique<Probe>(breaker));
    REQUIRE(probes.back()->enter(at(1s)));
  }
  CHECK(refuses(Probe{breaker}.ask(at(1s))));
  for (auto& probe : probes) probe->drop();
  for (int i = 0; i < 62; ++i) {
    Probe bad{breaker};
    REQUIRE(bad.enter(at(1s)));
    bad.fail(at(1s));
  }
  for (int i = 0; i < 65535; ++i) {
    REQUIRE(breaker.state(at(1s)) == BreakerState::half_open);
    Probe good{breaker};
    REQUIRE(good.enter(at(1s)));
    good.succeed(at(1s));
  }
  CHECK(breaker.state(at(1s)) == BreakerState::closed);
  CHECK(breaker.failures(at(1s)) == 0);
}

TEST_CASE("a breaker's word keeps its fields apart, and its generation wraps without touching them") {
  using Word = detail::BreakerWord;
  const Word full{BreakerState::disabled, Word::generation_mask, Word::max_round,
                  Word::max_count,        Word::max_failed,      Word::max_probes};
  const Word back = Word::unpack(full.pack());
  CHECK(back.state == BreakerState::disabled);
  CHECK(back.generation == Word::generation_mask);
  CHECK(back.round == Word::max_round);
  CHECK(back.count == Word::max_count);
  CHECK(back.failed == Word::max_failed);
  CHECK(back.probes == Word::max_probes);
  CHECK(back.low() == 0xFFFF);
  const Word moved = Word::unpack(full.moved_to(BreakerState::half_open, 1).pack());
  CHECK(moved.state == BreakerState::half_open);
  CHECK(moved.generation == 0);
  CHECK(moved.round == Word::max_round);
  CHECK(moved.count == 0);
  CHECK(moved.probes == 1);
  CHECK(full.moved_to(BreakerState::closed).round == 0);
  CHECK(detail::later_generation(0, Word::generation_mask));
  CHECK_FALSE(detail::later_generation(Word::generation_mask, 0));
  CHECK_FALSE(detail::later_generation(7, 7));
}

TEST_CASE("counts in a breaker's word stick at their largest value") {
  detail::BreakerWord word;
  word.set_low(70000);
  CHECK(word.low() == 0xFFFF);
  word.set_low(0);
  CHECK(word.low() == 0);
}
