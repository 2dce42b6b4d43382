// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Equal requests at the same time: who makes the call, who waits, and who gives up.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/coalesce.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

/// A provider that answers when it is let go, and says how often it was asked.
struct Gate {
  struct State {
    std::mutex mutex;
    std::condition_variable_any moved;
    int asked = 0;
    bool open = false;
  };
  State* state;

  Outcome<int> operator()(const int& request, Context& ctx) const {
    std::unique_lock lock{state->mutex};
    ++state->asked;
    state->moved.notify_all();
    state->moved.wait(lock, ctx.stop, [&] { return state->open; });
    if (ctx.stop.stop_requested()) return fail(Fault::cancelled);
    if (request < 0) return fail(Fault::unavailable);
    return request;
  }
};

struct Itself {
  int operator()(const int& request) const { return request; }
};

struct Scene {
  Gate::State gate;
  Coalesce<Gate, Itself> client{Gate{&gate}};

  void until_asked(int times) {
    std::unique_lock lock{gate.mutex};
    gate.moved.wait(lock, [&] { return gate.asked >= times; });
  }
  void until_waiting(std::size_t callers) {
    while (client.waiting() != callers) std::this_thread::yield();
  }
  void open() {
    const std::lock_guard lock{gate.mutex};
    gate.open = true;
    gate.moved.notify_all();
  }
};

}  // namespace

TEST_CASE("equal requests at the same time make one call, different ones do not", "[coalesce]") {
  Scene scene;
  std::vector<std::jthread> callers;
  std::atomic<int> sum{0};
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] { sum += scene.client(5).value_or(1000); });
    if (i == 0) scene.until_asked(1);
  }
  scene.until_waiting(7);
  callers.emplace_back([&] { sum += scene.client(7).value_or(1000); });
  scene.until_asked(2);
  scene.open();
  callers.clear();
  CHECK(sum == 8 * 5 + 7);
  CHECK(scene.gate.asked == 2);
  CHECK(scene.client.shared() == 7);
  CHECK(scene.client(5).value() == 5);
  CHECK(scene.gate.asked == 3);
}

TEST_CASE("a failure is shared as well", "[coalesce]") {
  Scene scene;
  std::atomic<int> failed{0};
  {
    const std::jthread first{[&] { failed += scene.client(-1) ? 0 : 1; }};
    scene.until_asked(1);
    const std::jthread second{[&] { failed += scene.client(-1) ? 0 : 1; }};
    scene.until_waiting(1);
    scene.open();
  }
  CHECK(failed == 2);
  CHECK(scene.gate.asked == 1);
}

TEST_CASE("a caller that gives up does not cancel the others", "[coalesce]") {
  Scene scene;
  std::stop_source stop_first;
  std::stop_source stop_second;
  Fault first_fault{};
  Fault second_fault{};
  int third_answer = 0;
  {
    const std::jthread first{[&] {
      Context ctx;
      ctx.stop = stop_first.get_token();
      first_fault = scene.client(5, ctx).error().fault;
    }};
    scene.until_asked(1);
    const std::jthread second{[&] {
      Context ctx;
      ctx.stop = stop_second.get_token();
      second_fault = scene.client(5, ctx).error().fault;
    }};
    scene.until_waiting(1);
    const std::jthread third{[&] { third_answer = scene.client(5).value_or(0); }};
    scene.until_waiting(2);
    stop_second.request_stop();  // one that waits
    scene.until_waiting(1);
    stop_first.request_stop();  // the one that makes the call: the third makes it again
    scene.until_asked(2);
    scene.open();
  }
  CHECK(first_fault == Fault::cancelled);
  CHECK(second_fault == Fault::cancelled);
  CHECK(third_answer == 5);
}

TEST_CASE("an exception is its caller's own, the next one makes the call", "[coalesce]") {
  std::latch second_waits{1};
  std::atomic<int> asked{0};
  auto provider = [&](const int& n, Context&) -> Outcome<int> {
    if (++asked > 1) return n;
    second_waits.wait();
    throw 1;
  };
  Coalesce<decltype(provider), Itself> client{provider};
  bool threw = false;
  int answer = 0;
  {
    const std::jthread first{[&] {
      try {
        (void)client(5);
      } catch (int) {
        threw = true;
      }
    }};
    while (asked == 0) std::this_thread::yield();
    const std::jthread second{[&] { answer = client(5).value_or(0); }};
    while (client.waiting() == 0) std::this_thread::yield();
    second_waits.count_down();
  }
  CHECK(threw);
  CHECK(answer == 5);
}

TEST_CASE("a failure after the first caller's stop request or deadline is its own, whatever it is called",
          "[coalesce]") {
  for (const bool by_deadline : {false, true}) {
    std::latch second_waits{1};
    std::atomic<int> asked{0};
    auto provider = [&](const int& n, Context& ctx) -> Outcome<int> {
      if (++asked > 1) return n;
      second_waits.wait();
      while (!ctx.stop.stop_requested() && ctx.now() < ctx.deadline) ctx.wait(ctx.deadline);
      return by_deadline ? Outcome<int>{timed_out(Phase::total)} : fail(Fault::connection_lost);
    };
    Coalesce<decltype(provider), Itself> client{provider};
    testing::ManualClock clock;
    std::stop_source stop;
    Fault fault{};
    int answer = 0;
    {
      const std::jthread first{[&] {
        Context ctx{clock};
        if (by_deadline) ctx.deadline = clock.now() + 1s;
        ctx.stop = stop.get_token();
        fault = client(5, ctx).error().fault;
      }};
      while (asked == 0) std::this_thread::yield();
      const std::jthread second{[&] { answer = client(5).value_or(0); }};
      while (client.waiting() == 0) std::this_thread::yield();
      if (!by_deadline) stop.request_stop();
      second_waits.count_down();
    }
    CHECK(fault != Fault::cancelled);
    CHECK(answer == 5);
    CHECK(asked == 2);
  }
}

TEST_CASE("an outcome that cannot be copied is its caller's own, and the key is free again", "[coalesce]") {
  struct Sore {
    int value = 0;
    std::atomic<bool>* hurts = nullptr;
    Sore(int v, std::atomic<bool>& h) : value{v}, hurts{&h} {}
    Sore(const Sore& other) : value{other.value}, hurts{other.hurts} {
      if (*hurts) throw std::bad_alloc{};
    }
    Sore(Sore&&) noexcept = default;
  };
  std::latch second_waits{1};
  std::atomic<bool> hurts{true};
  std::atomic<int> asked{0};
  auto provider = [&](const int& n, Context&) -> Outcome<Sore> {
    if (++asked == 1) second_waits.wait();
    return Sore{n, hurts};
  };
  Coalesce<decltype(provider), Itself> client{provider};
  int first_answer = 0;
  int second_answer = 0;
  {
    const std::jthread first{[&] {
      const auto answer = client(5);
      if (answer) first_answer = answer->value;
    }};
    while (asked == 0) std::this_thread::yield();
    const std::jthread second{[&] {
      const auto answer = client(5);
      if (answer) second_answer = answer->value;
    }};
    while (client.waiting() == 0) std::this_thread::yield();
    second_waits.count_down();
  }
  CHECK(first_answer == 5);
  CHECK(second_answer == 5);
  CHECK(asked == 2);
  CHECK(client(5)->value == 5);
  CHECK(asked == 3);
}

TEST_CASE("many callers of few keys all get their answer", "[coalesce]") {
  auto provider = [](const int& n, Context&) -> Outcome<int> {
    std::this_thread::yield();
    return n;
  };
  Coalesce<decltype(provider), Itself> client{provider};
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> callers;
    for (int t = 0; t < 4; ++t) {
      callers.emplace_back([&, t] {
        for (int i = 0; i < 3000; ++i) {
          const int key = (i + t) % 3;
          wrong += client(key).value_or(-1) == key ? 0 : 1;
        }
      });
    }
  }
  CHECK(wrong == 0);
  CHECK(client.waiting() == 0);
}
