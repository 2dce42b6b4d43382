// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Coroutines in virtual time: what wakes them, in which order, a thousand calls at once, and what is left of them.

#include <aramid/aramid.hpp>
#include <aramid/async/any_provider.hpp>
#include <aramid/async/call.hpp>
#include <aramid/coalesce.hpp>
#include <aramid/failover_list.hpp>
#include <aramid/hedge.hpp>
#include <aramid/testing.hpp>
#include <aramid/testing/virtual_time.hpp>

#include <map>
#include <vector>

#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using testing::VirtualTime;

namespace {

/// Takes its time, obeys a stop, and knows how many are with it at once.
struct Server {
  static inline int now_inside = 0;
  static inline int most_inside = 0;
  static inline int stopped = 0;
  Duration takes = 100ms;

  Task<Outcome<int>> async(const int& request, Context& ctx) {
    ++now_inside;
    most_inside = larger(most_inside, now_inside);
    const Instant end = ctx.now() + takes;
    while (ctx.now() < end && !ctx.stop.stop_requested()) co_await wait_until(ctx, end);
    --now_inside;
    if (ctx.stop.stop_requested()) {
      ++stopped;
      co_return fail(Fault::cancelled);
    }
    co_return request;
  }
  static void reset() { now_inside = most_inside = stopped = 0; }
};

struct Itself {
  int operator()(const int& request) const noexcept { return request; }
};

// One caller of many. What it heard is in `sum`, and when in `ends`.
template <class Client>
Task<void> caller(Client& client, VirtualTime& time, int number, std::map<Instant, int>& ends, long& sum) {
  Context ctx = time.context();
  const Outcome<int> outcome = co_await async_call(client, number, ctx);
  sum += outcome ? *outcome : -1'000'000;
  ++ends[time.now()];
}

Task<void> sleeper(VirtualTime& time, Duration until, int number, std::string& order) {
  Context ctx = time.context();
  const Instant at = ctx.now() + until;
  while (ctx.now() < at) co_await wait_until(ctx, at);
  order += std::to_string(number);
}

Task<int> quick(int value) { co_return value; }
Task<int> add_up(int many) {
  int sum = 0;
  for (int i = 0; i < many; ++i) {
    Task<int> one = quick(1);
    sum += co_await one;
  }
  co_return sum;
}

Task<int> waits_for_ever(Context& ctx) {
  for (;;) co_await wait_until(ctx, Instant::max());
  co_return 0;
}

}  // namespace

TEST_CASE("events come in the order of their instants, and equal ones as they were asked for", "[async]") {
  VirtualTime time;
  std::string order;
  time.spawn(sleeper(time, 2s, 1, order));
  time.spawn(sleeper(time, 1s, 2, order));
  time.spawn(sleeper(time, 2s, 3, order));
  time.spawn(sleeper(time, 1s, 4, order));
  const Instant begin = time.now();
  time.run_until(begin + 1500ms);
  CHECK(order == "24");
  CHECK(time.now() == begin + 1500ms);
  time.run();
  CHECK(order == "2413");
  CHECK(time.now() == begin + 2s);
}

TEST_CASE("a loop over answers that are there does not grow the stack, and exceptions pass through",
          "[async]") {
  VirtualTime time;
  CHECK(time.run(add_up(200'000)) == 200'000);
  struct Bad {
    Outcome<int> operator()(const int&, Context&) const { throw std::out_of_range{"bad"}; }
  };
  Resilient<Bad, Bulkhead<2>, Backoff<Exponential, Jitter>> client;
  Context ctx = time.context();
  const int request = 1;
  CHECK_THROWS_AS(time.run(async_call(client, request, ctx)), std::out_of_range);
  CHECK(bulkhead(client).in_flight() == 0);
}

TEST_CASE("a call that is dropped while it waits gives back what it holds", "[async]") {
  Server::reset();
  VirtualTime time;
  Resilient<Server, Bulkhead<1, Queue<5>>, Timeout<30s>> client;
  Context first = time.context();
  Context second = time.context();
  const int request = 1;
  std::string order;
  {
    auto holds = async_call(client, request, first);
    auto queues = async_call(client, request, second);
    const auto begin = [](auto& task) { (void)task.await_suspend(std::noop_coroutine()); };
    begin(holds);
    begin(queues);
    CHECK(bulkhead(client).in_flight() == 1);
    CHECK(bulkhead(client).waiting() == 1);
  }
  CHECK(bulkhead(client).in_flight() == 0);
  CHECK(bulkhead(client).waiting() == 0);
  CHECK(time.asleep() == 0);
}

TEST_CASE("a task that waits for what never comes is an error, not a hang", "[async]") {
  VirtualTime time;
  Context ctx = time.context();
  CHECK_THROWS_WITH(time.run(waits_for_ever(ctx)), support::contains("waits for something that never comes"));
  CHECK(time.asleep() == 0);
}

TEST_CASE("a stop request ends a wait in the queue, in a backoff and at the provider", "[async]") {
  Server::reset();
  VirtualTime time;
  Resilient<Server, Bulkhead<1, Queue<5>>> client{Server{10s}};
  std::stop_source source;
  Context at_provider = time.context();
  Context in_queue = time.context();
  at_provider.stop = in_queue.stop = source.get_token();
  const int request = 1;
  int cancelled = 0;
  const auto note = [](Task<Outcome<int>> call, int& count) -> Task<void> {
    const Outcome<int> outcome = co_await call;
    count += !outcome && outcome.error().fault == Fault::cancelled ? 1 : 0;
  };
  time.spawn(note(async_call(client, request, at_provider), cancelled));
  time.spawn(note(async_call(client, request, in_queue), cancelled));
  time.run_until(time.now() + 1s);
  const Instant stopped = time.now();
  source.request_stop();
  time.run();
  CHECK(cancelled == 2);
  CHECK(time.now() == stopped);

  testing::Scripted<int> down{{fail(Fault::overloaded, 503)}};
  Resilient<testing::Scripted<int>, Backoff<Exponential, NoJitter>> retries{down};
  std::stop_source again;
  Context in_backoff = time.context();
  in_backoff.stop = again.get_token();
  time.spawn(note(async_call(retries, request, in_backoff), cancelled));
  time.run_until(time.now() + 500ms);
  again.request_stop();
  time.run();
  CHECK(cancelled == 3);
  CHECK(time.now() == stopped + 500ms);
}

TEST_CASE("without an executor the same coroutines block, on the machine's clock or on a manual one",
          "[async]") {
  testing::ManualClock clock;
  testing::Scripted<int> script{{fail(Fault::overloaded, 503), 10ms}, {7, 20ms}};
  Resilient<testing::Scripted<int>, Backoff<Exponential, NoJitter>> client{script};
  Context ctx = clock.context();
  const int request = 1;
  Task<Outcome<int>> call = async_call(client, request, ctx);
  CHECK_FALSE(call.await_suspend(std::noop_coroutine()));  // it has ended at once
  CHECK(call.await_resume().value() == 7);
  CHECK(ctx.now() == Instant{1s} + 10ms + 1s + 20ms);
}

TEST_CASE("1,000 calls at once in one thread: each is answered, in turn, and nothing is left", "[async]") {
  Server::reset();
  VirtualTime time;
  std::map<Instant, int> ends;
  long sum = 0;
  Resilient<Server, Bulkhead<8, Queue<1000>>, Limiter<SlidingWindow, RPS<50>>, Timeout<30s>> client;
  const Instant begin = time.now();
  for (int i = 0; i < 1000; ++i) time.spawn(caller(client, time, i, ends, sum));
  time.run();
  CHECK(sum == 999 * 1000 / 2);
  CHECK(Server::most_inside == 8);
  CHECK(bulkhead(client).in_flight() == 0);
  CHECK(bulkhead(client).waiting() == 0);
  CHECK(time.asleep() == 0);
  // 50 a second, in any second: the thousandth comes in after 19 s and ends 100 ms later.
  CHECK(time.now() == begin + 19s + 100ms + 600ms);
  int answered = 0;
  for (const auto& [at, count] : ends) answered += count;
  CHECK(answered == 1000);
}

TEST_CASE("1,000 hedged calls at once: losers are told to stop and drained", "[async]") {
  Server::reset();
  VirtualTime time;
  std::map<Instant, int> ends;
  long sum = 0;
  {
    Hedge<Resilient<Server, Timeout<30s>>, After<40ms>> client;
    const Instant begin = time.now();
    for (int i = 0; i < 1000; ++i) time.spawn(caller(client, time, i, ends, sum));
    time.run();
    CHECK(sum == 999 * 1000 / 2);
    CHECK(ends == std::map<Instant, int>{{begin + 100ms, 1000}});
    CHECK(client.totals().launched == 1000);
    CHECK(client.totals().lost == 1000);
    CHECK(client.losers() == 0);
  }
  CHECK(Server::stopped == 1000);
  CHECK(Server::now_inside == 0);
  CHECK(time.asleep() == 0);
}

TEST_CASE("providers chosen at run time are driven inside, or called as they stand", "[async]") {
  VirtualTime time;
  using Any = AnyAsyncProvider<int, int>;
  using Guarded = Resilient<testing::Scripted<int>, Backoff<Exponential, NoJitter>>;
  const testing::Scripted<int> down{{fail(Fault::unauthorized, 401), 1s}};
  const testing::Scripted<int> well{{fail(Fault::overloaded, 503), 1s}, {7, 1s}};
  std::vector<FailoverList<Priority, Any>::Candidate> candidates;
  candidates.push_back({"a", Any{down}, {}});
  candidates.push_back({"b", Any{std::in_place_type<Guarded>, well}, {}});
  FailoverList<Priority, Any> client{std::move(candidates)};
  std::map<Instant, int> ends;
  long sum = 0;
  const Instant begin = time.now();
  for (int i = 0; i < 2; ++i) time.spawn(caller(client, time, i, ends, sum));
  time.run();
  CHECK(sum == 14);
  // Both at once: a second at a; then the first of them fails at b, waits a second, and asks again.
  CHECK(ends == std::map<Instant, int>{{begin + 2s, 1}, {begin + 4s, 1}});

  Any moved{well};
  const Any taken = std::move(moved);
  Context ctx = time.context();
  const int request = 1;
  CHECK(time.run(async_call(moved, request, ctx)).error().fault == Fault::invalid_request);

  AnyProvider<int, int> plain{std::in_place_type<Guarded>, testing::Scripted<int>{{5, 3s}}};
  Context blocks = time.context();
  CHECK(time.run(async_call(plain, request, blocks)) == 5);
  CHECK(time.now() == begin + 7s);
}

TEST_CASE("equal requests at once share one call, and the next in line takes it over", "[async]") {
  Server::reset();
  VirtualTime time;
  Coalesce<Resilient<testing::Scripted<int>, Timeout<30s>>, Itself> client{testing::Scripted<int>{{7, 1s}}};
  std::map<Instant, int> ends;
  long sum = 0;
  const Instant begin = time.now();
  std::stop_source source;
  Context leads = time.context();
  leads.stop = source.get_token();
  const int request = 5;
  const auto note = [](Task<Outcome<int>> call) -> Task<void> {
    const Outcome<int> outcome = co_await call;
    CHECK(outcome.error().fault == Fault::cancelled);
  };
  time.spawn(note(async_call(client, request, leads)));
  for (int i = 0; i < 100; ++i) time.spawn(caller(client, time, request, ends, sum));
  time.run_until(begin + 600ms);
  CHECK(client.waiting() == 100);
  source.request_stop();
  time.run();
  CHECK(sum == 700);
  CHECK(ends == std::map<Instant, int>{{begin + 1600ms, 100}});
  CHECK(client.shared() == 99);
  CHECK(client.waiting() == 0);
}
