// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/testing/virtual_time.hpp: many calls at once, in one thread, in no time at all.
//
//   testing::VirtualTime time;
//   Context ctx = time.context();
//   Outcome<int> answer = time.run(async_call(client, request, ctx));      until this one has ended
//   time.spawn(one_user(client, time));                                    a Task<T> of the test's own
//   time.run();                                                            until nothing is left to do
//
// An executor whose clock moves only from one event to the next. The order of events is that of their instants, and
// of equal ones that in which they were asked for, so a run with the same seed is the same run. A provider that
// blocks (`ctx.wait`) moves the clock as well, and the others come late, as on any event loop.
// Declare it before the clients: what a Hedge leaves behind may hold on to both, so `run()` before they die.
// Thread-safety: none, one thread for all of it. Not part of <aramid/aramid.hpp>.
#pragma once

#include <aramid/async/executor.hpp>
#include <aramid/async/task.hpp>

#include <map>  // map
#if ARAMID_EXCEPTIONS
#include <stdexcept>  // logic_error
#endif

ARAMID_BEGIN

namespace testing {

class VirtualTime final : public Executor {
 public:
  /// `seed`: of `Context::random`, so that jitter is the same in each run.
  explicit VirtualTime(std::uint64_t seed = 1, Instant start = Instant{Duration{1'000'000'000}}) noexcept
      : now_{start}, seed_{seed} {}
  VirtualTime(const VirtualTime&) = delete;
  VirtualTime& operator=(const VirtualTime&) = delete;

  /// The context of one call on this time line.
  [[nodiscard]] Context context() noexcept { return Context{*this}; }

  [[nodiscard]] Instant now() noexcept override { return now_; }
  [[nodiscard]] std::uint64_t random() noexcept override {
    return SplitMix64::mix(std::exchange(seed_, seed_ + 0x9E37'79B9'7F4A'7C15U));
  }
  /// Of who blocks: the clock moves at once, whatever else was to happen meanwhile.
  void wait(Instant until, Waker& waker, const std::stop_token& stop) noexcept override {
    if (stop.stop_requested() || waker.unpark()) return;
    if (until == Instant::max()) {
      detail::blocking_wait(until, waker, stop);
    } else {
      now_ = larger(now_, until);
    }
  }

  void post(std::coroutine_handle<> coroutine) noexcept override {
    events_.emplace(Key{now_, ++order_}, Event{coroutine, nullptr});
  }
  void sleep(Sleep& one) noexcept override {
    one.place = this;
    add(one, one.woken ? now_ : one.until);
  }
  void wake(Sleep& one) noexcept override {
    if (std::exchange(one.woken, true) || one.place == nullptr) return;
    events_.erase(Key{one.until, one.order});
    add(one, now_);
  }

  /// Runs `task` and what happens meanwhile until it has ended. One that waits for what never comes is an error:
  /// std::logic_error, or the end of the program where there are no exceptions.
  template <class T>
  T run(Task<T> task) {
    bool ended = false;
    const std::coroutine_handle<> waiting = wait_for_end(task, ended).handle;
    post(waiting);
    while (!ended && step()) {
    }
    if (!ended) {
      waiting.destroy();
      refuse();
    }
    return task.await_resume();
  }
  /// Begins `task` at the present instant, once `run` is called. An exception of it ends the program.
  template <class T>
  void spawn(Task<T> task) {
    post(let_run(std::move(task)).handle);
  }
  /// Runs until nothing is left to do: `asleep()` coroutines then wait for a wake that never comes.
  void run() {
    while (step()) {
    }
  }
  /// Runs what happens until `at`; then it is `at`.
  void run_until(Instant at) {
    while (!events_.empty() && events_.begin()->first.at <= at && step()) {
    }
    now_ = larger(now_, at);
  }
  /// Coroutines that are waiting, or ready to go on.
  [[nodiscard]] std::size_t asleep() const noexcept { return events_.size(); }
  /// How many times a coroutine has gone on so far.
  [[nodiscard]] std::uint64_t events() const noexcept { return ran_; }

  void forget(Sleep& one) noexcept override { events_.erase(Key{one.until, one.order}); }

 private:
  struct Key {
    Instant at;
    std::uint64_t order;
    [[nodiscard]] friend constexpr auto operator<=>(const Key&, const Key&) noexcept = default;
  };
  struct Event {
    std::coroutine_handle<> coroutine;
    Sleep* sleep;
  };

  // Its end, whatever it ends with.
  template <class T>
  static detail::Detached wait_for_end(Task<T>& task, bool& ended) {
    typename Task<T>::End end = task.end();
    co_await end;
    ended = true;
  }
  template <class T>
  static detail::Detached let_run(Task<T> task) {
    (void)co_await task;
  }
  [[noreturn]] static void refuse() {
#if ARAMID_EXCEPTIONS
    throw std::logic_error{"aramid: VirtualTime::run(task): the task waits for something that never comes"};
#else
    std::terminate();
#endif
  }

  void add(Sleep& one, Instant at) noexcept {
    one.until = at;
    one.order = ++order_;
    events_.emplace(Key{at, one.order}, Event{one.sleeper, &one});
  }
  // The next event; false if there is none but waits without an end.
  bool step() {
    const auto first = events_.begin();
    if (first == events_.end() || first->first.at == Instant::max()) return false;
    now_ = larger(now_, first->first.at);
    const Event event = first->second;
    events_.erase(first);
    if (event.sleep != nullptr) event.sleep->woken = true;  // what comes now is too late
    ++ran_;
    event.coroutine.resume();
    return true;
  }

  Instant now_;
  std::uint64_t seed_;
  std::uint64_t order_ = 0;
  std::uint64_t ran_ = 0;
  std::map<Key, Event> events_;
};

}  // namespace testing

ARAMID_END
