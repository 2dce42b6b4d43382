// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A child made by fork() has no timer thread of its parent's: timers of the parent are forgotten there, and new
// ones start a thread. Not under ThreadSanitizer, which allows a forked child no threads.

#include "support/catch.hpp"

#if __has_include(<sys/wait.h>)

#include <aramid/timer_thread.hpp>

#include <future>

#include <sys/wait.h>
#include <unistd.h>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Told final : TimerThread::Timer {
  std::promise<void> promise;
  void expired() noexcept override { promise.set_value(); }
};

// Whether a timer fires before a minute is over.
bool fires() {
  Told timer;
  if (!TimerThread::shared().arm(timer, SteadyClock::now() + Duration{1ms})) return false;
  const bool fired = timer.promise.get_future().wait_for(1min) == std::future_status::ready;
  TimerThread::shared().disarm(timer);
  return fired;
}

// What `child` returns in a process of its own.
template <class Child>
int in_a_child(Child child) {
  const pid_t pid = fork();
  if (pid == 0) _exit(child());
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("after a fork both processes have timers that fire", "[fork]") {
  REQUIRE(fires());
  Told of_the_parent;
  REQUIRE(TimerThread::shared().arm(of_the_parent, SteadyClock::now() + Duration{1h}));
  const int child = in_a_child([&] {
    if (TimerThread::shared().started()) return 1;
    if (TimerThread::shared().disarm(of_the_parent)) return 2;  // it is not armed here
    if (!fires()) return 3;
    if (!TimerThread::shared().arm(of_the_parent, SteadyClock::now() + Duration{1ms})) return 4;
    if (of_the_parent.promise.get_future().wait_for(1min) != std::future_status::ready) return 5;
    return in_a_child([] { return fires() ? 0 : 6; });
  });
  CHECK(child == 0);
  CHECK(fires());
  CHECK(TimerThread::shared().disarm(of_the_parent));
}

TEST_CASE("a forked child that uses no timer can exit", "[fork]") {
  REQUIRE(fires());
  CHECK(in_a_child([] {
          TimerThread::shared().shut_down();  // what happens at exit: there is no thread to be waited for
          return TimerThread::shared().started() ? 1 : 0;
        }) == 0);
}

#endif
