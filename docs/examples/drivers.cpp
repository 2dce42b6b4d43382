// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/drivers.cpp: a thousand callers in one thread and in virtual time, and a driver of one's own. Needs
// no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/async/call.hpp>
#include <aramid/fallback.hpp>
#include <aramid/testing/virtual_time.hpp>

#include <iostream>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// [provider]
struct Search {
  Duration takes = 200ms;
  Task<Outcome<int>> async(const int& query, Context& ctx) {
    const Instant end = ctx.now() + takes;
    while (ctx.now() < end) {
      if (ctx.stop.stop_requested()) co_return fail(Fault::cancelled);
      if (ctx.now() >= ctx.deadline) co_return fail(Fault::timed_out);
      co_await wait_until(ctx, smaller(end, ctx.deadline));
    }
    co_return query + 1;
  }
};
// [/provider]

// [crowd]
template <class Provider>
using Guarded = Resilient<Provider, Bulkhead<10, Queue<1000>>, Backoff<Exponential, Jitter, 100ms, 2s>,
                          Breaker<5, 60s, 3>, Timeout<1s>>;
using Client = Failover<Priority, Named<"near", Guarded<Search>>, Named<"far", Guarded<Search>>>;

Task<void> caller(Client& client, testing::VirtualTime& time, int query, int& answered) {
  Context ctx = time.context();
  ctx.deadline = ctx.now() + 60s;
  const Outcome<int> answer = co_await async_call(client, query, ctx);
  answered += answer ? 1 : 0;
}

int ask_all(testing::VirtualTime& time) {
  Client client{Search{.takes = 5s}, Search{}};  // near is too slow for its timeout
  int answered = 0;
  for (int query = 0; query < 1000; ++query) time.spawn(caller(client, time, query, answered));
  time.run();
  return answered;
}
// [/crowd]

/// A program's own loop, which must not stand still.
struct Loop {
  testing::VirtualTime& time;
  int frames = 0;
  void run_until(Instant until, Context& ctx) {
    for (; ctx.now() < until && !ctx.stop.stop_requested(); ++frames) time.run_until(ctx.now() + 16ms);
  }
};

// [loop]
template <class Client, class Request>
Outcome<int> drive(Client& client, const Request& request, Context& ctx, Loop& loop) {
  auto decider = DriverAccess::decide(client, request, ctx);
  Outcome<int> outcome{std::unexpect};
  Step step = decider.start(request);
  while (step.kind != Step::Kind::done) {
    if (step.kind == Step::Kind::wait) {
      loop.run_until(step.until, ctx);
      step = decider.resume(request);
      continue;
    }
    outcome = decider.ask([&](auto& asked) -> Outcome<int> {
      using Asked = std::remove_reference_t<decltype(asked)>;
      if constexpr (has_decider_v<Asked> || !decltype(decider)::asks_bare) {
        return drive(asked, request, ctx, loop);
      } else {
        return asked(request, ctx);
      }
    });
    step = decider.ended(request, outcome);
  }
  decider.conclude(outcome);
  return outcome;
}
// [/loop]

struct Flaky {
  int asked = 0;
  Outcome<int> operator()(const int& query, Context&) {
    return ++asked < 3 ? Outcome<int>{fail(Fault::overloaded, 503)} : Outcome<int>{query + 1};
  }
};

}  // namespace

int main() {
  testing::VirtualTime time;
  const Instant begin = time.now();
  const int answered = ask_all(time);
  std::cout << answered << " of 1000 answered, in " << to_text(time.now() - begin)
            << " that took no time, with " << time.events() << " events\n";

  Fallback<Failover<Priority, Resilient<Flaky, Backoff<Exponential, NoJitter>>>, int> client{Flaky{}, -1};
  Loop loop{time};
  Context ctx = time.context();
  const Outcome<int> answer = drive(client, 41, ctx, loop);
  std::cout << "answered " << *answer << " after " << loop.frames << " frames\n";
  return answered == 1000 && answer == 42 && loop.frames > 100 ? 0 : 1;
}
