// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/async/task.hpp: a coroutine that begins when it is awaited, and answers with a T or an exception.
//
//   Task<Outcome<int>> twice(Client& client, const Query& query, Context& ctx) {
//     Outcome<int> answer = co_await async_call(client, query, ctx);
//     co_return answer ? Outcome<int>{*answer * 2} : answer;
//   }
//
// Awaited once, by one coroutine, at once or never; a Task that dies takes its coroutine along. What its parameters
// refer to must outlive it. It runs on the awaiting coroutine's executor, and in its stack as long as nobody waits:
// a loop over answers that are there already does not grow the stack.
// Cost: one allocation, for the frame. Thread-safety: one thread at a time; it may end on another than it began on.
#pragma once

#include <aramid/config.hpp>

#include <atomic>     // atomic
#include <coroutine>  // coroutine_handle, noop_coroutine
#include <exception>  // exception_ptr, terminate
#include <optional>   // optional
#include <utility>    // exchange, forward, move

ARAMID_BEGIN

namespace detail {

/// What a Task ends with.
template <class T>
class TaskValue {
 public:
  template <class From>
  void return_value(From&& value) {
    value_.emplace(std::forward<From>(value));
  }

 protected:
  [[nodiscard]] T take_value() { return std::move(*value_); }

 private:
  std::optional<T> value_;
};
template <>
class TaskValue<void> {
 public:
  void return_void() noexcept {}

 protected:
  void take_value() noexcept {}
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  class promise_type : public detail::TaskValue<T> {
   public:
    [[nodiscard]] Task get_return_object() noexcept {
      return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    [[nodiscard]] std::suspend_always initial_suspend() noexcept { return {}; }
    [[nodiscard]] auto final_suspend() noexcept { return Final{}; }
    void unhandled_exception() noexcept {
#if ARAMID_EXCEPTIONS
      thrown_ = std::current_exception();
#else
      std::terminate();
#endif
    }

   private:
    friend class Task;
    struct Final {
      [[nodiscard]] bool await_ready() noexcept { return false; }
      [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> own) noexcept {
        promise_type& promise = own.promise();
        if (promise.is_second()) return promise.awaiting_;
        return std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    // Of the end and of the awaiting coroutine's going to sleep, the second one sees to it that it goes on.
    [[nodiscard]] bool is_second() noexcept { return one_came_.exchange(true, std::memory_order_acq_rel); }
    T take() {
#if ARAMID_EXCEPTIONS
      if (thrown_) std::rethrow_exception(thrown_);
#endif
      return this->take_value();
    }

    std::coroutine_handle<> awaiting_;
    std::atomic<bool> one_came_{false};
#if ARAMID_EXCEPTIONS
    std::exception_ptr thrown_;
#endif
  };

  Task(Task&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  [[nodiscard]] bool await_ready() noexcept { return false; }
  [[nodiscard]] bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
    promise_type& promise = frame_.promise();
    promise.awaiting_ = awaiting;
    frame_.resume();
    return !promise.is_second();
  }
  T await_resume() { return frame_.promise().take(); }

  /// For `co_await`: its end only; what it ended with is then there to take, by `await_resume`.
  struct End {
    Task& task;
    [[nodiscard]] bool await_ready() noexcept { return false; }
    [[nodiscard]] bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
      return task.await_suspend(awaiting);
    }
    void await_resume() noexcept {}
  };
  [[nodiscard]] End end() noexcept { return {*this}; }

 private:
  explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_{frame} {}
  std::coroutine_handle<promise_type> frame_;
};

namespace detail {

/// A coroutine that belongs to nobody: it begins when it is resumed, and its frame goes when it ends.
class Detached {
 public:
  struct promise_type {
    [[nodiscard]] Detached get_return_object() noexcept {
      return Detached{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    [[nodiscard]] std::suspend_always initial_suspend() noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
  std::coroutine_handle<> handle;

 private:
  explicit Detached(std::coroutine_handle<> of) noexcept : handle{of} {}
};

}  // namespace detail

ARAMID_END
