// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "bulk.hpp"

#include "progress.hpp"

#include <fmt/format.h>

#include <algorithm>           // sort
#include <atomic>              // atomic
#include <cmath>               // ceil
#include <condition_variable>  // condition_variable
#include <mutex>               // mutex
#include <thread>              // jthread

namespace chat {
namespace {

using namespace aramid;
using namespace std::chrono_literals;

/// A chat whose number the fleet reads from "user". It streams, but only the whole answer counts, so it may still
/// be repeated when the stream breaks.
ChatRequest numbered_chat(std::string_view label, std::uint64_t number) {
  ChatRequest request{fmt::format("Question {}: why does a retry need jitter?", number)};
  request.options.max_tokens = 16;
  request.options.extra_json = fmt::format(R"({{"user":"{}-{}"}})", label, number);
  request.stream = true;
  return request;
}

class Bulk {
 public:
  Bulk(std::string_view label, const ChatCall& call, std::uint64_t chats, const std::stop_token& stop)
      : label_{label}, call_{call}, chats_{chats}, stop_{stop} {}

  BulkResult run(std::uint64_t threads) {
    const Instant start = SteadyClock::now();
    Progress progress{label_, chats_};
    {
      std::vector<std::jthread> workers;
      running_ = threads;
      for (std::uint64_t i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
      std::unique_lock lock{mutex_};
      while (running_ != 0) {
        progress.update(result_.answered, result_.failed());
        changed_.wait_for(lock, 100ms, [this] { return running_ == 0; });
      }
    }
    progress.finish(result_.answered, result_.failed());
    result_.took = SteadyClock::now() - start;
    std::sort(result_.latencies.begin(), result_.latencies.end());
    return std::move(result_);
  }

 private:
  void work() {
    for (std::uint64_t number = 0; !stop_.stop_requested() && (number = next_++) < chats_;) ask(number);
    const std::lock_guard lock{mutex_};
    --running_;
    changed_.notify_one();
  }

  void ask(std::uint64_t number) {
    const ChatRequest request = numbered_chat(label_, number);
    Context ctx;
    ctx.stop = stop_;
    ctx.cost.tokens = estimate_tokens(request);
    const Instant start = ctx.now();
    const Outcome<Completion> answer = call_(request, ctx);
    const Duration took = ctx.now() - start;
    const std::lock_guard lock{mutex_};
    if (answer) {
      ++result_.answered;
      result_.latencies.push_back(took);
    } else if (!stop_.stop_requested()) {
      ++counter_of(answer.error().fault);
    }
  }

  std::uint64_t& counter_of(Fault fault) {
    switch (fault) {
      case Fault::timed_out:
      case Fault::deadline_exceeded:
        return result_.timed_out;
      case Fault::rate_limited:
        return result_.rate_limited;
      default:
        return result_.otherwise;
    }
  }

  std::string_view label_;
  const ChatCall& call_;
  std::uint64_t chats_;
  std::stop_token stop_;
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::uint64_t running_ = 0;
  BulkResult result_;
};

}  // namespace

Duration BulkResult::percentile(double part) const noexcept {
  if (latencies.empty()) return Duration::zero();
  const double rank = std::ceil(part * static_cast<double>(latencies.size()));
  return latencies[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

BulkResult run_bulk(std::string_view label, const ChatCall& call, std::uint64_t chats, std::uint64_t threads,
                    const std::stop_token& stop) {
  return Bulk{label, call, chats, stop}.run(std::min(threads, chats));
}

}  // namespace chat
