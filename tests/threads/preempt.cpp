// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Providers that look only at their stop token, ended in real time by a deadline, by the caller, or by their
// result.

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/preempt.hpp>

#include <atomic>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// A mailbox: the provider waits for a letter, by its stop token alone.
class Mailbox {
 public:
  Outcome<int> receive(Context& ctx) {
    std::unique_lock lock{mutex_};
    asked_ = true;
    changed_.notify_all();
    if (!changed_.wait(lock, ctx.stop, [this] { return letter_.has_value(); })) return fail(Fault::cancelled);
    return *letter_;
  }
  void put(int letter) {
    const std::lock_guard lock{mutex_};
    letter_ = letter;
    changed_.notify_all();
  }
  void wait_until_asked() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return asked_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<int> letter_;
  bool asked_ = false;
};

struct Reader {
  static constexpr Name name = "mailbox";
  Mailbox* box = nullptr;
  Outcome<int> operator()(const int&, Context& ctx) const { return box->receive(ctx); }
};

// An interface that is cancelled by a callback, as those of other libraries are.
struct Foreign {
  Outcome<int> operator()(const int&, Context& ctx) const {
    std::latch done{1};
    const std::stop_callback cancel{ctx.stop, [&]() noexcept { done.count_down(); }};
    done.wait();
    return fail(Fault::cancelled);
  }
};

Instant in(Duration d) { return saturating_add(SteadyClock::now(), d); }

}  // namespace

TEST_CASE("a timeout ends a provider that waits by its stop token alone", "[threads]") {
  Mailbox box;
  Resilient<Preempt<Reader>, Timeout<20ms>> client{Reader{&box}};
  const Instant began = SteadyClock::now();
  const auto answer = client(1);
  CHECK(SteadyClock::now() - began >= 20ms);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().fault == Fault::timed_out);
  CHECK(answer.error().provider == "mailbox");
  CHECK(answer.error().history.size() == 1);
}

TEST_CASE("a timeout ends a provider that is cancelled by a callback", "[threads]") {
  Preempt<Foreign> provider;
  for (int i = 0; i < 20; ++i) {
    Context ctx;
    ctx.deadline = in(i * 200us);
    const auto answer = provider(1, ctx);
    REQUIRE_FALSE(answer.has_value());
    const Fault fault = answer.error().fault;
    CHECK((fault == Fault::timed_out || fault == Fault::deadline_exceeded));
    CHECK(SteadyClock::now() >= ctx.deadline);
  }
}

TEST_CASE("each attempt is timed out by itself, retried, and evidence for the breaker", "[threads]") {
  Mailbox box;
  auto provider = preempt(Reader{&box});
  Resilient<decltype(provider), Retry<2, Backoff<Constant, NoJitter, 1ms>>, Breaker<3, 60s, 1>, Timeout<5ms>>
      client{provider};
  const auto answer = client(1);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().fault == Fault::timed_out);
  CHECK(answer.error().history.size() == 3);
  CHECK(client(1).error().fault == Fault::circuit_open);
}

TEST_CASE("the caller's cancel stays a cancel", "[threads]") {
  for (int i = 0; i < 100; ++i) {
    Mailbox box;
    auto provider = preempt(Reader{&box});
    Resilient<decltype(provider), Timeout<1h>> client{provider};
    Context ctx;
    std::stop_source source;
    ctx.stop = source.get_token();
    Outcome<int> answer;
    std::jthread caller{[&] { answer = client(1, ctx); }};
    box.wait_until_asked();
    source.request_stop();
    caller.join();
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().fault == Fault::cancelled);
    CHECK(ctx.stop == source.get_token());
  }
}

TEST_CASE("a result that arrives together with the timeout wins", "[threads]") {
  Preempt provider{[](const int& n, Context& ctx) -> Outcome<int> {
    std::latch stopped{1};
    const std::stop_callback stop{ctx.stop, [&]() noexcept { stopped.count_down(); }};
    stopped.wait();
    return n;
  }};
  Context ctx;
  ctx.deadline = in(5ms);
  CHECK(provider(7, ctx).value() == 7);
}

TEST_CASE("cancel, timeout and result at once: the outcome is the one that its cause allows", "[threads]") {
  int seen[3] = {};
  for (int i = 0; i < 300; ++i) {
    Mailbox box;
    auto provider = preempt(Reader{&box});
    std::stop_source source;
    Context ctx;
    ctx.stop = source.get_token();
    ctx.deadline = in(2ms);
    Outcome<int> answer;
    std::atomic<bool> stopping{false};
    std::jthread caller{[&] { answer = provider(1, ctx); }};
    const auto about_now = [&] {
      while (SteadyClock::now() < ctx.deadline - 300us + i * 5us) std::this_thread::yield();
    };
    std::jthread stopper{[&] {
      if (i % 3 == 0) return;
      about_now();
      stopping = true;
      source.request_stop();
    }};
    std::jthread sender{[&] {
      if (i % 3 == 1) return;
      about_now();
      box.put(5);
    }};
    caller.join();
    const bool caller_gave_up = stopping;
    const Instant now = SteadyClock::now();
    stopper.join();
    sender.join();
    if (answer) {
      REQUIRE(*answer == 5);
      ++seen[0];
    } else if (answer.error().fault == Fault::timed_out) {
      REQUIRE(now >= ctx.deadline);
      ++seen[1];
    } else if (answer.error().fault == Fault::cancelled) {
      REQUIRE(caller_gave_up);
      ++seen[2];
    } else {
      REQUIRE(answer.error().fault == Fault::deadline_exceeded);  // the thread began late
    }
    REQUIRE(ctx.stop == source.get_token());
  }
  INFO("results " << seen[0] << ", timeouts " << seen[1] << ", cancels " << seen[2]);
  CHECK(seen[0] + seen[1] + seen[2] > 0);
}

TEST_CASE("a provider that throws leaves neither a timer nor its token behind", "[threads]") {
  Preempt provider{[](const int& n, Context& ctx) -> Outcome<int> {
    if (n == 0) throw 1;
    if (ctx.stop.stop_requested()) return fail(Fault::cancelled);
    return n;
  }};
  std::stop_source source;
  Context ctx;
  ctx.stop = source.get_token();
  for (int i = 0; i < 1000; ++i) {
    ctx.deadline = in(i % 2 == 0 ? Duration{20us} : Duration{1h});
    try {
      (void)provider(0, ctx);
    } catch (int) {
    }
    REQUIRE(ctx.stop == source.get_token());
  }
  ctx.deadline = in(1h);
  CHECK(provider(3, ctx).value() == 3);
}

TEST_CASE("a call that was timed out leaves no stop request to the next one", "[threads]") {
  Mailbox box;
  auto waiting = preempt(Reader{&box});
  Preempt quick{[](const int&, Context& ctx) -> Outcome<bool> { return ctx.stop.stop_requested(); }};
  for (int i = 0; i < 20; ++i) {
    Context ctx;
    ctx.deadline = in(1ms);
    CHECK_FALSE(waiting(1, ctx).has_value());
    Context next;
    next.deadline = in(1h);
    CHECK_FALSE(quick(1, next).value());
  }
}

TEST_CASE("nested calls have a stop token each, and the shorter deadline ends its own call only",
          "[threads]") {
  Mailbox box;
  auto inner = preempt(Reader{&box});
  auto outer = preempt([&](const int& n, Context& ctx) -> Outcome<int> {
    Context own;
    own.stop = ctx.stop;
    own.deadline = in(3ms);
    const Fault fault = inner(n, own).error().fault;
    if (fault != Fault::timed_out || ctx.stop.stop_requested()) return fail(fault);
    return n;
  });
  for (int i = 0; i < 10; ++i) {
    Context ctx;
    ctx.deadline = in(1h);
    CHECK(outer(4, ctx).value() == 4);
  }
  // The outer deadline reaches the call inside through the token that it was given.
  auto outermost = preempt([&](const int& n, Context& ctx) -> Outcome<int> {
    Context own;
    own.stop = ctx.stop;
    own.deadline = in(1h);
    return inner(n, own);
  });
  Context ctx;
  ctx.deadline = in(3ms);
  CHECK(outermost(4, ctx).error().fault == Fault::timed_out);
}

TEST_CASE("many threads with many calls: each timeout ends its own call", "[threads]") {
  std::atomic<int> wrong{0};
  std::atomic<int> late{0};
  Preempt<Foreign> foreign;
  Preempt quick{[](const int& n, Context&) -> Outcome<int> { return n; }};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 3000; ++i) {
        Context ctx;
        if (i % 100 == 0) {
          ctx.deadline = in(300us);
          const Fault fault = foreign(1, ctx).error().fault;
          if (fault != Fault::timed_out && fault != Fault::deadline_exceeded) ++wrong;
          if (SteadyClock::now() < ctx.deadline) ++wrong;
          ++late;
        } else {
          ctx.deadline = in(1h);
          if (quick(i, ctx).value_or(-1) != i) ++wrong;
        }
      }
    });
  }
  threads.clear();
  CHECK(wrong == 0);
  CHECK(late == 90);
}

TEST_CASE("a call may be made while its thread's own objects are destroyed", "[threads]") {
  struct Last {
    Outcome<int>* answer = nullptr;
    ~Last() {
      if (answer == nullptr) return;
      Context ctx;
      ctx.deadline = in(1ms);
      *answer = Preempt<Foreign>{}(1, ctx);
    }
  };
  Outcome<int> answer;
  std::jthread{[&] {
    thread_local Last last;  // before the first call, so destroyed after what that call left behind
    last.answer = &answer;
    Context ctx;
    ctx.deadline = in(1h);
    Preempt quick{[](const int& n, Context&) -> Outcome<int> { return n; }};
    CHECK(quick(1, ctx).value() == 1);
  }}.join();
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().fault == Fault::timed_out);
}
