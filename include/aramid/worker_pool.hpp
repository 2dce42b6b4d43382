// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/worker_pool.hpp: a bounded number of threads, started when they are needed.
//
// Not part of <aramid/aramid.hpp>. Cost: about a thread switch a job; a thread's start for the first jobs. No
// allocation after it is made, but for the threads. Thread-safety: yes. Destruction waits for the jobs that run.
#pragma once

#include <aramid/config.hpp>

#include <condition_variable>  // condition_variable
#include <cstddef>             // size_t
#include <exception>           // exception
#include <mutex>               // mutex, unique_lock
#include <thread>              // jthread
#include <vector>              // vector

ARAMID_BEGIN

class WorkerPool {
 public:
  /// Work that its owner keeps alive until `run` ends. After that the pool does not touch it.
  class Job {
   public:
    virtual void run() noexcept = 0;

   protected:
    ~Job() = default;

   private:
    friend class WorkerPool;
    Job* next_ = nullptr;
  };

  explicit WorkerPool(std::size_t most) : most_{most} { threads_.reserve(most); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool() {
    const std::unique_lock lock{mutex_};
    ending_ = true;
    work_.notify_all();
  }  // the threads are joined with the members, after the lock is gone

  /// Has `job` run by a thread at once; false, and nothing done, if all are busy and no further one can be had.
  [[nodiscard]] bool try_run(Job& job) noexcept {
    const std::unique_lock lock{mutex_};
    if (idle_ == 0 && !start_one()) return false;
    --idle_;
    job.next_ = nullptr;
    (first_ == nullptr ? first_ : last_->next_) = &job;
    last_ = &job;
    work_.notify_one();
    return true;
  }

  [[nodiscard]] std::size_t threads() const noexcept {
    const std::unique_lock lock{mutex_};
    return threads_.size();
  }

 private:
  // Counts as idle from the beginning: it will take the next job.
  [[nodiscard]] bool start_one() noexcept {
    if (threads_.size() == most_) return false;
#if ARAMID_EXCEPTIONS
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::exception&) {  // no thread, or no memory for one
      return false;
    }
#else
    threads_.emplace_back([this] { work(); });
#endif
    ++idle_;
    return true;
  }

  void work() noexcept {
    std::unique_lock lock{mutex_};
    for (;;) {
      work_.wait(lock, [this] { return first_ != nullptr || ending_; });
      if (first_ == nullptr) return;
      Job& job = *first_;
      first_ = job.next_;
      lock.unlock();
      job.run();
      lock.lock();
      ++idle_;
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::size_t most_;
  std::size_t idle_ = 0;  // threads without a job, less the jobs that wait for them
  Job* first_ = nullptr;
  Job* last_ = nullptr;
  bool ending_ = false;
  std::vector<std::jthread> threads_;  // last: joined before the rest goes
};

ARAMID_END
