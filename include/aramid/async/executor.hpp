// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/async/executor.hpp: where coroutines run, and what wakes them. All that the coroutine driver knows of the
// world; testing::VirtualTime is one, an adapter of an event loop would be another.
//
//   co_await wait_until(ctx, until);      a wait of the call's, as `ctx.wait(until)` is for a thread
//
// It ends at `until`, or earlier when `ctx.waker()` is woken or `ctx.stop` is requested. On a Context that has no
// executor it blocks the thread.
// Cost: no allocation but the executor's own; a stop callback if there is a stop token.
#pragma once

#include <aramid/context.hpp>

#include <coroutine>   // coroutine_handle
#include <optional>    // optional
#include <stop_token>  // stop_callback

ARAMID_BEGIN

class Executor : public Driver {
 public:
  /// A coroutine that waits: once, from `sleep` until it is resumed, which is after that nobody's business.
  struct Sleep {
    std::coroutine_handle<> sleeper;
    Instant until{};
    // For the executor: it may keep here what it likes.
    bool woken = false;
    std::uint64_t order = 0;
    void* place = nullptr;
  };

  /// Resumes `coroutine` on this executor, after those that are ready already. From any thread that may use it.
  virtual void post(std::coroutine_handle<> coroutine) noexcept = 0;
  /// Resumes `one.sleeper` on this executor, never from within this call: at `one.until`, or once it has been
  /// woken, before this call or after.
  virtual void sleep(Sleep& one) noexcept = 0;
  /// Now rather than at `one.until`; nothing if it has been resumed. From any thread that may use it.
  virtual void wake(Sleep& one) noexcept = 0;
  /// Its coroutine is dropped: it is not resumed.
  virtual void forget(Sleep& one) noexcept = 0;

  [[nodiscard]] Executor* executor() noexcept final { return this; }

 protected:
  ~Executor() = default;
};

/// The executor of a call's time line, null if it has none.
[[nodiscard]] inline Executor* executor_of(Context& ctx) noexcept {
  Driver* const driver = CallAccess::driver(ctx);
  return driver != nullptr ? driver->executor() : nullptr;
}

namespace detail {

class Pause final : Waker::Sleeper {
 public:
  Pause(Context& ctx, Instant until) noexcept : ctx_{ctx}, executor_{executor_of(ctx)} {
    sleep_.until = until;
  }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

  [[nodiscard]] bool await_ready() noexcept {
    if (executor_ == nullptr) {
      ctx_.wait(sleep_.until);
      return true;
    }
    if (ctx_.stop.stop_requested()) return true;
    if (sleep_.until > executor_->now()) return false;
    (void)ctx_.waker().unpark();  // a wake that came is used up, as by any wait
    return true;
  }
  // Once the executor has the coroutine this may be gone: that comes last.
  [[nodiscard]] bool await_suspend(std::coroutine_handle<> waiter) noexcept {
    if (!ctx_.waker().park(*this)) return false;
    sleep_.sleeper = waiter;
    if (ctx_.stop.stop_possible()) on_stop_.emplace(ctx_.stop, OnStop{&ctx_.waker()});
    parked_ = true;
    executor_->sleep(sleep_);
    return true;
  }
  void await_resume() noexcept {
    if (!parked_) return;
    on_stop_.reset();
    (void)ctx_.waker().unpark();
    parked_ = false;
  }
  // Of a coroutine that is dropped while it waits.
  ~Pause() {
    if (!parked_) return;
    await_resume();
    executor_->forget(sleep_);
  }

 private:
  struct OnStop {
    Waker* waker;
    void operator()() const noexcept { waker->wake(); }
  };

  void notify() noexcept override { executor_->wake(sleep_); }

  Context& ctx_;
  Executor* executor_;
  Executor::Sleep sleep_;
  std::optional<std::stop_callback<OnStop>> on_stop_;
  bool parked_ = false;
};

}  // namespace detail

/// For `co_await`: the call's wait. It may end early; whoever waits looks again.
[[nodiscard]] inline detail::Pause wait_until(Context& ctx, Instant until) noexcept { return {ctx, until}; }

ARAMID_END
