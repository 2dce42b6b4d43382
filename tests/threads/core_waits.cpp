// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Waits that are ended from another thread: by a wake, a stop request, or both at once.

#include "support/catch.hpp"

#include <aramid/core.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr int rounds = 200;

// Holds every call until it is opened, and wakes whoever waits; one caller at a time.
class Door {
 public:
  static constexpr Name name = "Door";
  static constexpr bool reads_time = false;
  struct Scope {};

  Admission admit(Scope&, Context& ctx, Instant) noexcept {
    const std::lock_guard lock{mutex_};
    if (open_) return Admission::proceed();
    waker_ = &ctx.waker();
    asked_.count_down_once();
    return Admission::wait_for_wake();
  }
  Verdict settle(Scope&, Context&, const Error*, Instant) noexcept {
    forget();
    return Verdict::done();
  }
  void release(Scope&, Context&) noexcept { forget(); }

  void wait_until_asked() { asked_.wait(); }
  void open() noexcept {
    const std::lock_guard lock{mutex_};
    open_ = true;
    if (waker_ != nullptr) waker_->wake();
  }
  // Wakes without opening: the call asks again and goes on waiting.
  void knock() noexcept {
    const std::lock_guard lock{mutex_};
    if (waker_ != nullptr) waker_->wake();
  }

 private:
  struct Once {
    std::latch latch{1};
    std::atomic<bool> done{false};
    void count_down_once() {
      if (!done.exchange(true)) latch.count_down();
    }
    void wait() const { latch.wait(); }
  };

  void forget() noexcept {
    const std::lock_guard lock{mutex_};
    waker_ = nullptr;
  }

  std::mutex mutex_;
  Waker* waker_ = nullptr;
  bool open_ = false;
  Once asked_;
};

struct Quick {
  Outcome<int> operator()(const int& n, Context&) { return n; }
};

// Tries again after a day.
struct Slow {
  static constexpr Name name = "Slow";
  static constexpr bool repeats = true;
  struct Scope {};
  Admission admit(Scope&, Context&, Instant) noexcept { return Admission::proceed(); }
  Verdict settle(Scope&, Context&, const Error* failure, Instant) noexcept {
    return failure != nullptr ? Verdict::again_after(24h) : Verdict::done();
  }
  void release(Scope&, Context&) noexcept {}
};

}  // namespace

TEST_CASE("a stop request from another thread ends a wait without an end", "[threads]") {
  for (int i = 0; i < rounds; ++i) {
    Resilient<Quick, Door> client;
    Context ctx;
    std::stop_source source;
    ctx.stop = source.get_token();
    Outcome<int> answer;
    std::jthread caller{[&] { answer = client(1, ctx); }};
    client.policy<0>().wait_until_asked();
    source.request_stop();
    caller.join();
    REQUIRE_FALSE(answer.has_value());
    REQUIRE(answer.error().fault == Fault::cancelled);
  }
}

TEST_CASE("a wake from another thread ends a wait without an end", "[threads]") {
  for (int i = 0; i < rounds; ++i) {
    Resilient<Quick, Door> client;
    Context ctx;
    Outcome<int> answer;
    std::jthread caller{[&] { answer = client(7, ctx); }};
    client.policy<0>().wait_until_asked();
    client.policy<0>().knock();
    client.policy<0>().open();
    caller.join();
    REQUIRE(answer.value() == 7);
  }
}

TEST_CASE("a wake and a stop request at the same time end a wait once", "[threads]") {
  for (int i = 0; i < rounds; ++i) {
    Resilient<Quick, Door> client;
    Context ctx;
    std::stop_source source;
    ctx.stop = source.get_token();
    Outcome<int> answer;
    std::jthread caller{[&] { answer = client(7, ctx); }};
    client.policy<0>().wait_until_asked();
    std::jthread opener{[&] { client.policy<0>().open(); }};
    std::jthread stopper{[&] { source.request_stop(); }};
    caller.join();
    REQUIRE((answer.has_value() || answer.error().fault == Fault::cancelled));
  }
}

TEST_CASE("a stop request ends the wait for a retry", "[threads]") {
  std::latch failed{1};
  std::atomic<int> calls{0};
  auto failing = [&](const int&, Context&) -> Outcome<int> {
    ++calls;
    return fail(Fault::unavailable);
  };
  // It hears that the retry was scheduled: the stop request meets the wait, or comes just before it.
  struct Scheduled : Listener {
    std::latch* latch;
    explicit Scheduled(std::latch& l)
        : Listener{mask_of(EventKind::retry_scheduled), &Scheduled::hear}, latch{&l} {}
    static void hear(Listener& self, const Event&) noexcept {
      static_cast<Scheduled&>(self).latch->count_down();
    }
  };
  Resilient<decltype(failing), Slow> client{failing};
  Context ctx;
  std::stop_source source;
  ctx.stop = source.get_token();
  Scheduled ear{failed};
  ctx.listeners.link(ear);
  Outcome<int> answer;
  std::jthread caller{[&] { answer = client(1, ctx); }};
  failed.wait();
  source.request_stop();
  caller.join();
  CHECK(answer.error().fault == Fault::cancelled);
  CHECK(calls == 1);
}

TEST_CASE("a wake before the wait is not lost", "[threads]") {
  Context ctx;
  ctx.waker().wake();
  ctx.wait(Instant::max());
  SUCCEED("the wait ended");
}

TEST_CASE("a wait whose stop was requested before does not block", "[threads]") {
  Context ctx;
  std::stop_source source;
  source.request_stop();
  ctx.stop = source.get_token();
  ctx.wait(Instant::max());
  SUCCEED("the wait ended");
}

TEST_CASE("a wait until the past does not block", "[threads]") {
  Context ctx;
  ctx.wait(Instant::min());
  ctx.wait(Instant{});
  SUCCEED("the waits ended");
}

TEST_CASE("a call that hangs on a manual clock is ended by a stop request", "[threads]") {
  testing::ManualClock clock;
  testing::Scripted<int> script{{.outcome = 1, .hangs = true}};
  Resilient<testing::Scripted<int>, Door> client{script};
  client.policy<0>().open();
  Context ctx = clock.context();
  std::stop_source source;
  ctx.stop = source.get_token();
  Outcome<int> answer;
  std::jthread caller{[&] { answer = client(1, ctx); }};
  source.request_stop();
  caller.join();
  CHECK(answer.error().fault == Fault::cancelled);
}

TEST_CASE("wakes from many threads meet waits that come and go", "[threads]") {
  Context ctx;
  std::atomic<bool> over{false};
  std::latch begin{4};
  std::vector<std::jthread> wakers;
  for (int i = 0; i < 3; ++i) {
    wakers.emplace_back([&] {
      begin.arrive_and_wait();
      while (!over) ctx.waker().wake();
    });
  }
  begin.arrive_and_wait();
  for (int i = 0; i < 2000; ++i) ctx.wait(Instant::max());
  over = true;
  SUCCEED("every wait ended");
}
