// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The same calls of the same client types under the blocking driver, on a manual clock, and under the coroutine
// driver, in virtual time. Everything that a caller can see of either is written down, to be compared.
#pragma once

#include <aramid/aramid.hpp>
#include <aramid/async/call.hpp>
#include <aramid/testing.hpp>
#include <aramid/testing/virtual_time.hpp>

#include <algorithm>
#include <sstream>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace two_drivers {

using namespace aramid;
using namespace std::chrono_literals;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : next_{seed} {}
  std::uint64_t below(std::uint64_t n) { return next_() % n; }
  Duration ms(std::uint64_t below_ms) { return std::chrono::milliseconds{below(below_ms)}; }

 private:
  SplitMix64 next_;
};

/// A request: its key, and what its caller wants.
struct Query {
  int key = 0;
  int operator()() const { return key; }
};
struct ByKey {
  int operator()(const Query& query) const noexcept { return query.key; }
};

/// `acts` acts, `sound` of eight succeed; the others fail with any fault of the table, hang, or break off.
inline testing::Scripted<int> wild(std::uint64_t seed, unsigned sound, int acts = 400) {
  Draw draw{seed};
  testing::Scripted<int> script{};
  for (int i = 0; i < acts; ++i) {
    testing::Act<int> act{i, draw.ms(400), false, false, {}, {}};
    if (draw.below(4) == 0) act.takes = Duration{0};
    if (draw.below(3) == 0) act.usage = {static_cast<std::int64_t>(draw.below(500)), 7};
    if (draw.below(12) == 0 && act.takes > 0ns) act.beats = {{act.takes / 2, testing::Beat::Kind::text}};
    if (draw.below(8) >= sound) {
      act.outcome = fail(static_cast<Fault>(draw.below(fault_count)), draw.below(2) == 0 ? 503 : 0);
      if (draw.below(3) == 0) act.outcome.error().retry_after = draw.ms(3000);
      act.hangs = draw.below(8) == 0;
    }
    script.then(act);
  }
  return script;
}

/// What one caller saw, in words.
class Protocol : public Listener {
 public:
  explicit Protocol(Instant from) : Listener{static_cast<EventMask>(~0U), &hear}, from_{from} {}

  void note(const Outcome<int>& outcome, Context& ctx) {
    text_ << "-> " << since(ctx.now()) << " attempts " << ctx.attempt() << " usage " << ctx.usage.input_tokens
          << (ctx.committed() ? " committed " : " ");
    if (outcome) {
      text_ << *outcome << '\n';
      return;
    }
    const Error& error = outcome.error();
    text_ << to_string(error.fault) << ' ' << error.status << ' ' << to_string(error.reason) << ' '
          << error.policy.view() << ' ' << error.provider.view() << ' '
          << (error.retry_after ? error.retry_after->count() : -1) << ' ' << error.message;
    for (const Attempt& attempt : error.history) {
      text_ << " [" << to_string(attempt.fault) << ' ' << attempt.status << ' ' << attempt.took.count() << ' '
            << attempt.provider.view() << ']';
    }
    text_ << '\n';
  }
  /// `races`: what several threads do at one instant has no order, so such events stand in that of their words.
  [[nodiscard]] std::string text(bool races) {
    if (races) {
      for (auto from = events_.begin(); from != events_.end();) {
        const auto to =
            std::find_if(from, events_.end(), [&](const Line& line) { return line.at != from->at; });
        std::sort(from, to, [](const Line& a, const Line& b) { return a.words < b.words; });
        from = to;
      }
    }
    std::string all;
    for (const Line& line : events_) all += line.words;
    return all + text_.str();
  }
  /// What is to happen at each event.
  std::stop_source* stop_at = nullptr;
  unsigned stop_after = 0;

 private:
  static void hear(Listener& self, const Event& event) noexcept {
    auto& own = static_cast<Protocol&>(self);
    if (own.stop_at != nullptr && own.stop_after-- == 0) own.stop_at->request_stop();
    // An event without a time says nothing of it.
    std::ostringstream words;
    words << static_cast<int>(event.kind) << ' ' << to_string(event.fault) << ' ' << to_string(event.reason)
          << ' ' << event.attempt << ' ' << event.provider.view() << ' ' << event.policy.view() << ' '
          << (event.at == Instant{} ? -1 : own.since(event.at)) << ' ' << event.duration.count() << ' '
          << event.measured << ' ' << event.limit << '\n';
    // One without a time belongs to what was before it.
    const bool timeless = event.at == Instant{} && !own.events_.empty();
    own.events_.push_back({timeless ? own.events_.back().at : event.at, words.str()});
  }
  [[nodiscard]] std::int64_t since(Instant at) const { return (at - from_).count(); }

  struct Line {
    Instant at;
    std::string words;
  };

  Instant from_;
  std::vector<Line> events_;
  std::ostringstream text_;
};

/// What a family of calls is to have.
struct Family {
  std::uint64_t seeds;
  int calls;
  bool routes = false;    // a call may say whom to ask
  bool impatient = true;  // it may be stopped, and have little time
  bool races = false;     // several attempts at a time
};

/// How the caller of the i-th call sets it up.
struct Caller {
  explicit Caller(Draw& draw) {
    query.key = static_cast<int>(draw.below(4));
    within = draw.below(8) == 0 ? draw.ms(300) : 1s + draw.ms(30'000);
    if (draw.below(10) == 0) stops_after = static_cast<unsigned>(draw.below(6));
    cost = static_cast<std::int64_t>(draw.below(300));
    pause = draw.ms(draw.below(4) == 0 ? 8000 : 200);
    route = static_cast<unsigned>(draw.below(12));
  }
  void set(Context& ctx, const Family& family) const {
    static constexpr std::string_view backward[] = {"c", "a"};
    ctx.deadline = ctx.now() + (family.impatient ? within : 1h);
    ctx.cost.tokens = cost;
    if (!family.routes) return;
    if (route == 0) ctx.route.only = "b";
    if (route == 1) ctx.route.order = backward;
    if (route == 2) ctx.route.skip = 1;
    if (route == 3) ctx.route.failover = false;
    if (route == 4) ctx.route.wait = false;
    if (route == 5) ctx.route.only = "nobody";
  }
  Query query;
  Duration within{};
  Duration pause{};
  unsigned stops_after = ~0U;
  std::int64_t cost = 0;
  unsigned route = 0;
};

/// Makes the calls of one world; `call(query, ctx)` is the driver, `go_on(pause)` lets time pass between them.
template <class Call, class GoOn>
std::string play(Driver& time, std::uint64_t seed, const Family& family, Call&& call, GoOn&& go_on) {
  std::string text;
  Draw draw{seed};
  const Instant from = time.now();
  for (int i = 0; i < family.calls; ++i) {
    const Caller caller{draw};
    Context ctx{time};
    caller.set(ctx, family);
    std::stop_source source;
    ctx.stop = source.get_token();
    Protocol protocol{from};
    if (family.impatient && caller.stops_after != ~0U) {
      protocol.stop_at = &source;
      protocol.stop_after = caller.stops_after;
    }
    ctx.listeners.link(protocol);
    const Outcome<int> outcome = call(caller.query, ctx);
    ctx.listeners.unlink(protocol);
    protocol.note(outcome, ctx);
    text += protocol.text(family.races);
    go_on(caller.pause);
  }
  return text;
}

/// A world is what owns a client, made from a seed: `World{seed}.client`.
template <class World>
std::string play_blocking(std::uint64_t seed, const Family& family) {
  testing::ManualClock clock{seed};
  World world{seed};
  return play(
      clock, seed, family, [&](const Query& query, Context& ctx) { return world.client(query, ctx); },
      [&](Duration pause) {
        if constexpr (requires { world.losers(); }) {
          while (world.losers() > 0)
            std::this_thread::yield();  // they were told to stop, and are on the clock
        }
        clock.advance(pause);
      });
}
template <class World>
std::string play_coroutines(std::uint64_t seed, const Family& family) {
  testing::VirtualTime time{seed};
  World world{seed};
  std::string text = play(
      time, seed, family,
      [&](const Query& query, Context& ctx) { return time.run(async_call(world.client, query, ctx)); },
      [&](Duration pause) { time.run_until(time.now() + pause); });
  time.run();
  CHECK(time.asleep() == 0);
  return text;
}

/// The two are the same word for word.
template <class World>
void compare(const Family& family) {
  for (std::uint64_t seed = 1; seed <= family.seeds; ++seed) {
    const std::string blocking = play_blocking<World>(seed, family);
    const std::string coroutines = play_coroutines<World>(seed, family);
    if (blocking == coroutines) continue;
    std::size_t at = 0;
    while (at < blocking.size() && at < coroutines.size() && blocking[at] == coroutines[at]) ++at;
    const std::size_t line = at == 0 ? 0 : blocking.rfind('\n', at - 1) + 1;
    INFO("seed " << seed << ", blocking:\n" << blocking.substr(line > 600 ? line - 600 : 0, 1200));
    INFO("coroutines:\n" << coroutines.substr(line, 400));
    FAIL_CHECK("the drivers differ");
    return;
  }
  SUCCEED();
}

}  // namespace two_drivers
