// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/testing.hpp: time that a test moves, and a provider that does as it is told.
//
//   testing::ManualClock clock;
//   testing::Scripted<int> script{{fail(Fault::overloaded, 503)}, {7, 20ms}};
//   Resilient<testing::Scripted<int>, Backoff<Exponential, NoJitter>> client{script};
//   Context ctx = clock.context();
//   ctx.deadline = clock.now() + 10s;
//   auto answer = client(request, ctx);                        // any client type, unchanged, in no time at all
//
// A call whose Context comes from `clock.context()` waits by moving the clock. Nothing sleeps.
// Not part of <aramid/aramid.hpp>: include it from tests.
#pragma once

#include <aramid/async/executor.hpp>
#include <aramid/async/task.hpp>
#include <aramid/error.hpp>
#include <aramid/lift.hpp>

#include <algorithm>           // min
#include <atomic>              // atomic
#include <condition_variable>  // condition_variable
#include <deque>               // deque
#include <initializer_list>
#include <memory>    // shared_ptr
#include <mutex>     // mutex
#include <optional>  // optional
#include <utility>   // move
#include <vector>    // vector

ARAMID_BEGIN

namespace testing {

/// A clock that stands still until it is told to move, or a call waits on it. Calls of several threads move it as
/// they wait, each for itself. Threads that take part in one call (a Hedge's) wait for each other: time goes on
/// when all of them wait, to the end of the shortest wait. It must outlive such a client: losers may be on it.
/// Thread-safety: all members from any thread. A wait without an end blocks until it is woken or stopped.
class ManualClock final : public Driver {
 public:
  /// `seed`: of `Context::random`, so that jitter is the same in each run.
  explicit ManualClock(std::uint64_t seed = 1, Instant start = Instant{Duration{1'000'000'000}}) noexcept
      : now_{start.time_since_epoch().count()}, seed_{seed} {}
  ManualClock(const ManualClock&) = delete;
  ManualClock& operator=(const ManualClock&) = delete;

  [[nodiscard]] Instant now() noexcept override {
    readings_.fetch_add(1, std::memory_order_relaxed);
    return Instant{Duration{now_.load(std::memory_order_acquire)}};
  }
  void advance(Duration by) noexcept { advance_to(saturating_add(Instant{Duration{now_.load()}}, by)); }
  /// Never backward.
  void advance_to(Instant at) noexcept {
    const std::int64_t ns = at.time_since_epoch().count();
    std::int64_t old = now_.load(std::memory_order_relaxed);
    while (old < ns && !now_.compare_exchange_weak(old, ns, std::memory_order_acq_rel)) {
    }
  }

  /// The context of one call on this clock.
  [[nodiscard]] Context context() noexcept { return Context{*this}; }

  void wait(Instant until, Waker& waker, const std::stop_token& stop) noexcept override {
    waits_.fetch_add(1, std::memory_order_relaxed);
    if (stop.stop_requested()) return;
    if (joined_.load(std::memory_order_acquire) > 0) {
      wait_together(until, waker, stop);
    } else if (until == Instant::max()) {
      detail::blocking_wait(until, waker, stop);
    } else if (!waker.unpark()) {  // nor was it woken before the wait, by a thread that has left meanwhile
      advance_to(until);
    }
  }
  [[nodiscard]] std::uint64_t random() noexcept override {
    return SplitMix64::mix(seed_.fetch_add(0x9E3779B97F4A7C15U, std::memory_order_relaxed));
  }

  void join() noexcept override { joined_.fetch_add(1, std::memory_order_acq_rel); }
  void leave() noexcept override {
    const std::lock_guard lock{mutex_};
    joined_.fetch_sub(1, std::memory_order_acq_rel);
    go_on_if_all_wait();
  }

  /// How often the clock was read, and waited on.
  [[nodiscard]] std::uint64_t readings() const noexcept { return readings_.load(); }
  [[nodiscard]] std::uint64_t waits() const noexcept { return waits_.load(); }

 private:
  struct Waiting final : Waker::Sleeper {
    Waiting(ManualClock& of, Instant end) noexcept : clock{of}, until{end} {}
    void notify() noexcept override {
      const std::lock_guard lock{clock.mutex_};
      clock.release(*this);
    }
    ManualClock& clock;
    Instant until;
    bool released = false;
    Waiting* next = nullptr;
  };

  void wait_together(Instant until, Waker& waker, const std::stop_token& stop) noexcept {
    Waiting waiting{*this, until};
    if (!waker.park(waiting)) return;
    {
      const std::stop_callback on_stop{stop, [&waker]() noexcept { waker.wake(); }};
      std::unique_lock lock{mutex_};
      if (!waiting.released && now_.load() < until.time_since_epoch().count()) {
        waiting.next = std::exchange(waiting_, &waiting);
        ++waiting_count_;
        go_on_if_all_wait();
        moved_.wait(lock, [&] { return waiting.released; });
      }
    }
    waker.unpark();
  }
  // With the lock held. Whoever is released counts as running at once, although its thread may not run yet.
  void release(Waiting& one) noexcept {
    if (std::exchange(one.released, true)) return;
    Waiting** link = &waiting_;
    while (*link != nullptr && *link != &one) link = &(*link)->next;
    if (*link == nullptr) return;  // notified before it began to wait
    *link = one.next;
    --waiting_count_;
    moved_.notify_all();
  }
  void go_on_if_all_wait() noexcept {
    if (waiting_count_ <= joined_.load(std::memory_order_acquire)) return;
    Instant first = Instant::max();
    for (const Waiting* one = waiting_; one != nullptr; one = one->next) first = std::min(first, one->until);
    if (first == Instant::max()) return;
    advance_to(first);
    for (Waiting* one = waiting_; one != nullptr;) {
      Waiting* const next = one->next;
      if (one->until <= first) release(*one);
      one = next;
    }
  }

  std::atomic<std::int64_t> now_;
  std::atomic<std::uint64_t> seed_;
  std::atomic<std::uint64_t> readings_{0};
  std::atomic<std::uint64_t> waits_{0};
  std::atomic<unsigned> joined_{0};  // threads beside the one that made the call
  std::mutex mutex_;
  std::condition_variable moved_;
  Waiting* waiting_ = nullptr;
  unsigned waiting_count_ = 0;
};

/// What happens in the course of a scripted attempt.
struct Beat {
  enum class Kind : std::uint8_t {
    connected,
    bytes,   ///< a comment, a ping, a header: bytes that say nothing
    output,  ///< output that is kept back
    text,    ///< output that reaches the caller: `ctx.commit()`
  };
  Duration at{0};  ///< after the beginning of the attempt, ascending
  Kind kind = Kind::output;
};

/// How a scripted attempt goes.
template <class T>
struct Act {
  Outcome<T> outcome;
  Duration takes{0};     ///< the attempt waits this long on the call's clock before it answers
  bool hangs = false;    ///< never answers: until a limit (timed_out) or a stop request (cancelled)
  bool commits = false;  ///< calls `ctx.commit()` before it answers
  Usage usage{};         ///< what it reports
  /// Before the outcome, which comes at `takes`. The attempt keeps to the limits in `ctx.phases`.
  std::vector<Beat> beats{};
};

/// A provider that plays a list of acts, then repeats the last one. Copies share the script, so that a test keeps
/// one while the client owns another. Thread-safety: yes.
template <class T>
class Scripted {
 public:
  Scripted(std::initializer_list<Act<T>> acts) : state_{std::make_shared<State>()} {
    state_->acts.assign(acts.begin(), acts.end());
  }

  template <class Request>
  Outcome<T> operator()(const Request&, Context& ctx) {
    Play play{next(), ctx};
    while (!play.ended()) ctx.wait(play.until());
    return play.outcome();
  }
  /// The same for coroutines (<aramid/async/call.hpp>): it suspends where the other one blocks.
  template <class Request>
  Task<Outcome<T>> async(const Request&, Context& ctx) {
    Play play{next(), ctx};
    while (!play.ended()) co_await wait_until(ctx, play.until());
    co_return play.outcome();
  }

  /// Adds an act at the end.
  void then(Act<T> act) {
    const std::lock_guard lock{state_->mutex};
    state_->acts.push_back(std::move(act));
  }
  /// How often it was asked.
  [[nodiscard]] unsigned calls() const noexcept { return state_->calls.load(); }

 private:
  struct State {
    std::mutex mutex;
    std::deque<Act<T>> acts;
    std::atomic<unsigned> calls{0};
  };

  // One act in its course.
  class Play {
   public:
    Play(Act<T> act, Context& ctx) : act_{std::move(act)}, ctx_{ctx}, begin_{ctx.now()}, timer_{ctx, begin_} {
      if (act_.usage.known()) ctx.usage = act_.usage;
    }
    Play(const Play&) = delete;
    Play& operator=(const Play&) = delete;

    /// Plays on to the present.
    [[nodiscard]] bool ended() {
      for (;;) {
        const Instant now = ctx_.now();
        const Instant at = next_at();
        if (at == Instant::max() || now < at) {
          if (ctx_.stop.stop_requested()) return end_with(fail(Fault::cancelled));
          if (const Phase phase = timer_.passed(now); phase != Phase::none) return end_with(timed_out(phase));
          until_ = std::min(at, timer_.due().at);
          return false;
        }
        if (beat_ == act_.beats.size()) break;
        play(act_.beats[beat_++].kind, larger(begin_, at));
      }
      if (act_.commits && !ctx_.commit()) act_.outcome = fail(Fault::cancelled);
      return true;
    }
    /// If not: when to look again.
    [[nodiscard]] Instant until() const noexcept { return until_; }
    [[nodiscard]] Outcome<T> outcome() { return std::move(act_.outcome); }

   private:
    [[nodiscard]] Instant next_at() const noexcept {
      if (beat_ < act_.beats.size()) return saturating_add(begin_, act_.beats[beat_].at);
      return act_.hangs ? Instant::max() : saturating_add(begin_, act_.takes);
    }
    bool end_with(std::unexpected<Error> failure) {
      act_.outcome = std::move(failure);
      return true;
    }
    void play(Beat::Kind kind, Instant now) {
      if (kind == Beat::Kind::connected) timer_.connected(now);
      if (kind == Beat::Kind::bytes) timer_.received(now);
      if (kind == Beat::Kind::output || kind == Beat::Kind::text) timer_.output(now);
      if (kind == Beat::Kind::text) ctx_.commit();
    }

    Act<T> act_;
    Context& ctx_;
    Instant begin_;
    PhaseTimer timer_;
    std::size_t beat_ = 0;
    Instant until_{};
  };

  Act<T> next() {
    state_->calls.fetch_add(1);
    const std::lock_guard lock{state_->mutex};
    if (state_->acts.empty()) return {fail(Fault::unknown, 0, "the script is empty")};
    Act<T> act = state_->acts.front();
    if (state_->acts.size() > 1) state_->acts.pop_front();
    return act;
  }

  std::shared_ptr<State> state_;
};

}  // namespace testing

ARAMID_END
