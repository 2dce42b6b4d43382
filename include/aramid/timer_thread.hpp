// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/timer_thread.hpp: a timer wheel that runs in real time, on one thread for the whole process.
//
//   struct Alarm final : TimerThread::Timer {
//     void expired() noexcept override { ... }           // on the timer thread: brief, and never blocking
//   };
//   Alarm alarm;
//   if (!TimerThread::shared().arm(alarm, deadline)) ... // no thread can be had
//   ...
//   TimerThread::shared().disarm(alarm);                 // after this `expired` does not run, and will not
//
// The thread starts when the first timer is armed. Arming wakes it only for a timer that is due before the
// thread would wake by itself, and disarming never does, so a loop of arming and disarming leaves it asleep.
//
// Exactness: `expired` begins less than one tick (1.05 ms) after its time, plus what the system takes to wake a
// thread and what other timers' `expired` take. Never early, by SteadyClock. At exit the shared thread is
// joined and no timer fires any more; the object itself is never destroyed, so calls of static objects'
// destructors and of detached threads find it, and are told by `arm`. In a child made by fork() no timer of the
// parent fires, and the first timer armed there starts a thread of its own.
//
// Cost: arm and disarm are an uncontended lock and unlock each, and a few nanoseconds; no allocation.
// Thread-safety: all members, from any thread, `expired` included. No lock is held while `expired` runs.
// Not part of <aramid/aramid.hpp>: it needs <thread>.
#pragma once

#include <aramid/clock.hpp>
#include <aramid/timer_wheel.hpp>

#include <chrono>              // steady_clock
#include <condition_variable>  // condition_variable
#include <cstdint>             // uint32_t
#include <mutex>               // mutex, lock_guard, unique_lock
#include <new>                 // placement new
#include <thread>              // thread
#if ARAMID_EXCEPTIONS
#include <system_error>  // system_error
#endif
#if __has_include(<pthread.h>) && __has_include(<signal.h>)
#include <pthread.h>  // pthread_atfork
#include <signal.h>   // pthread_sigmask
#endif

ARAMID_BEGIN

class TimerThread {
 public:
  /// One timer, owned by whoever arms it. It must be disarmed before it is destroyed, unless `expired` destroys
  /// it.
  class Timer : private TimerWheel::Node {
   public:
    /// Runs on the timer thread, once for each arming. It may arm and disarm any timer. While it runs no other
    /// timer fires, and a `disarm` of this one from another thread waits: take no lock here that is held there.
    virtual void expired() noexcept = 0;

   protected:
    ~Timer() = default;

   private:
    friend class TimerThread;
    std::uint32_t process_ = 0;
  };

  TimerThread() = default;
  TimerThread(const TimerThread&) = delete;
  TimerThread& operator=(const TimerThread&) = delete;
  /// No timer may be armed or disarmed any more.
  ~TimerThread() { shut_down(); }

  /// The one of this process.
  [[nodiscard]] static TimerThread& shared();

  /// From now on `timer` is due at `at`, instead of any earlier choice. Only its owner arms it. False if there
  /// is no thread to fire it, because none can be started or this one has been shut down: then it is not armed.
  /// `Instant::max()` never fires.
  [[nodiscard]] bool arm(Timer& timer, Instant at) noexcept {
    const std::lock_guard lock{mutex_};
    if (timer.process_ != process_) [[unlikely]]
      adopt(timer);
    wheel_.arm(timer, at);
    if (at >= planned_) [[likely]]
      return true;
    return wake_thread(timer, at);
  }

  /// After this `expired` does not run and will not, unless it is what calls this. True if it was armed and has
  /// been kept from running; false if it has run, or was not armed.
  bool disarm(Timer& timer) noexcept {
    const std::lock_guard lock{mutex_};
    if (timer.process_ != process_) [[unlikely]]
      return false;
    if (running_ == &timer) [[unlikely]]
      return wait_for_end(timer);
    return wheel_.disarm(timer);
  }

  /// Ends the thread, after the `expired` that runs. Timers that are armed do not fire; no more can be armed.
  void shut_down() noexcept {
    {
      const std::lock_guard lock{mutex_};
      over_ = true;
      planned_ = Instant::max();
    }
    ready_.notify_one();
    // Nobody starts it any more.
    if (!thread_.joinable()) return;
    if (on_this_thread()) {
      thread_.detach();  // a timer that ends the process: its thread cannot wait for itself
    } else {
      thread_.join();
    }
  }

  /// Whether the thread has been started: not before the first timer.
  [[nodiscard]] bool started() noexcept {
    const std::lock_guard lock{mutex_};
    return started_;
  }

 private:
  union Immortal;

  [[nodiscard]] bool on_this_thread() const noexcept {
    return thread_.get_id() == std::this_thread::get_id();
  }

  // With the lock held, as wait_for_end and start are.
  ARAMID_COLD bool wake_thread(Timer& timer, Instant at) noexcept {
    if (over_ || (!started_ && !start())) {
      wheel_.disarm(timer);
      return false;
    }
    if (planned_ == Instant::min()) return true;  // just started: it has not looked yet
    planned_ = at;
    ready_.notify_one();
    return true;
  }

  // The thread takes no signals: they are for the threads that the program knows of.
  bool start() noexcept {
#if __has_include(<pthread.h>) && __has_include(<signal.h>)
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
#endif
    started_ = start_thread();
#if __has_include(<pthread.h>) && __has_include(<signal.h>)
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
#endif
    if (started_) planned_ = Instant::min();
    return started_;
  }
  bool start_thread() noexcept {
#if ARAMID_EXCEPTIONS
    try {
      thread_ = std::thread{[this] { run(); }};
      return true;
    } catch (const std::system_error&) {
      return false;
    }
#else
    thread_ = std::thread{[this] { run(); }};
    return true;
#endif
  }

  void run() noexcept {
    std::unique_lock lock{mutex_};
    while (!over_) {
      planned_ = Instant::min();  // awake: nobody need wake it
      const Instant now = SteadyClock::now();
      while (TimerWheel::Node* due = wheel_.pop(now)) {
        fire(lock, *static_cast<Timer*>(due));
        if (over_) return;
      }
      planned_ = wheel_.next();
      if (planned_ == Instant::max()) {
        ready_.wait(lock);
      } else {
        ready_.wait_until(lock, std::chrono::steady_clock::time_point{planned_.time_since_epoch()});
      }
    }
  }

  void fire(std::unique_lock<std::mutex>& lock, Timer& timer) noexcept {
    running_ = &timer;
    lock.unlock();
    timer.expired();
    lock.lock();
    // From here the timer may be gone.
    running_ = nullptr;
    if (waiting_ != 0) ended_.notify_all();
  }

  ARAMID_COLD bool wait_for_end(Timer& timer) noexcept {
    if (!on_this_thread()) {
      std::unique_lock lock{mutex_, std::adopt_lock};
      ++waiting_;
      ended_.wait(lock, [&] { return running_ != &timer; });
      --waiting_;
      lock.release();
    }
    wheel_.disarm(timer);  // `expired` may have armed it again
    return false;
  }

  // In a child process, with the lock held: only the thread that forked exists. What the thread that does not
  // exist and its waiters have left in these objects is not destroyed, but forgotten; so are the timers, which
  // lie in stacks that are gone.
  void begin_anew() noexcept {
    ::new (&thread_) std::thread;
    ::new (&ready_) std::condition_variable;
    ::new (&ended_) std::condition_variable;
    ::new (&wheel_) TimerWheel;
    planned_ = Instant::max();
    running_ = nullptr;
    waiting_ = 0;
    started_ = false;
    ++process_;
    mutex_.unlock();
  }
  ARAMID_COLD void adopt(Timer& timer) noexcept {
    ::new (static_cast<TimerWheel::Node*>(&timer)) TimerWheel::Node;
    timer.process_ = process_;
  }

  std::mutex mutex_;
  Instant planned_ = Instant::max();  // when the thread wakes by itself; never, if there is none
  Timer* running_ = nullptr;          // whose `expired` runs
  std::uint32_t process_ = 0;         // counts forks
  bool started_ = false;
  bool over_ = false;
  unsigned waiting_ = 0;  // in wait_for_end
  TimerWheel wheel_;
  std::condition_variable ready_;
  std::condition_variable ended_;
  std::thread thread_;
};

// Static storage that is shut down at exit and never destroyed.
union TimerThread::Immortal {
  Immortal() : thread{} {
#if __has_include(<pthread.h>) && __has_include(<signal.h>)
    pthread_atfork([] { shared().mutex_.lock(); }, [] { shared().mutex_.unlock(); },
                   [] { shared().begin_anew(); });
#endif
  }
  Immortal(const Immortal&) = delete;
  Immortal& operator=(const Immortal&) = delete;
  ~Immortal() { thread.shut_down(); }

  TimerThread thread;
};

inline TimerThread& TimerThread::shared() {
  static Immortal immortal;
  return immortal.thread;
}

ARAMID_END
