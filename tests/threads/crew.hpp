// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Threads that begin together, and a count of how many are somewhere at a time.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

/// Runs `work(thread number)` on `threads` threads at once, and returns when all have ended.
template <class Work>
void together(int threads, Work work) {
  std::atomic<int> ready{0};
  std::vector<std::jthread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&, i] {
      ready.fetch_add(1);
      while (ready.load() < threads) std::this_thread::yield();
      work(i);
    });
  }
}

/// Counts how many calls are inside at once, and the most there ever were.
struct Crowd {
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> calls{0};

  struct Visit {
    explicit Visit(Crowd& visited) : crowd{visited} {
      crowd.calls.fetch_add(1);
      const int now = crowd.inside.fetch_add(1) + 1;
      int old = crowd.most.load();
      while (old < now && !crowd.most.compare_exchange_weak(old, now)) {
      }
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    ~Visit() { crowd.inside.fetch_sub(1); }

    Crowd& crowd;
  };
};
