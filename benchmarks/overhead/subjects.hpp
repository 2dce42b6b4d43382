// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What the benchmarks compare: one provider, the hand-written loop around it that an expert would write, and the
// same concerns as policies. Loop and stack read the clock twice and touch the same atomics on success.
#pragma once

#include <aramid/aramid.hpp>

#include <atomic>
#include <chrono>

namespace subjects {

using namespace aramid;
using namespace std::chrono_literals;

struct Request {
  int value = 0;
};

// Not inlined, as a real provider is not.
[[gnu::noinline]] inline Outcome<int> answer(const Request& request, Context& ctx) {
  if (request.value < 0) [[unlikely]]
    return fail(Fault::unavailable, 503);
  if (request.value == 1'000'000) [[unlikely]]
    ctx.usage = {1, 1};
  return request.value + 1;
}

struct Provider {
  ARAMID_INLINE Outcome<int> operator()(const Request& request, Context& ctx) const {
    return answer(request, ctx);
  }
};

using Plain = Resilient<Provider>;

using Stack = Resilient<Provider, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>, Timeout<30s>>;

/// One policy at a time.
using Counted = Resilient<Provider, Telemetry>;
using Retried = Resilient<Provider, Backoff<Exponential, Jitter>>;
using Broken = Resilient<Provider, Breaker<5, 60s, 3>>;
using Timed = Resilient<Provider, Timeout<30s>>;
/// A quota that no benchmark uses up, so that nobody waits.
using Unlimited = Limiter<SlidingWindow, RPM<1'000'000'000'000>>;
using RateLimited = Resilient<Provider, Unlimited>;
using StackAndLimiter =
    Resilient<Provider, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>, Unlimited, Timeout<30s>>;

/// Retries, breaker, timeout and counters fused into one function by hand.
class Fused {
 public:
  Outcome<int> operator()(const Request& request, Context& ctx) {
    const Instant started = SteadyClock::now();
    Instant now = started;
    const Instant deadline = ctx.deadline;
    for (unsigned retry = 0;; ++retry) {
      if (ctx.stop.stop_requested()) [[unlikely]]
        return give_up(fail(Fault::cancelled), started, now);
      if (open_.load(std::memory_order_relaxed)) [[unlikely]] {
        if (now < reopens_at()) return give_up(fail(Fault::circuit_open), started, now);
      }
      if (now >= deadline) [[unlikely]]
        return give_up(fail(Fault::deadline_exceeded), started, now);
      ctx.deadline = smaller(deadline, now + Duration{30s});
      Outcome<int> outcome = answer(request, ctx);
      now = SteadyClock::now();
      ctx.deadline = deadline;
      if (outcome) [[likely]] {
        if (failures_.load(std::memory_order_relaxed) != 0) [[unlikely]]
          recover();
        latency_.fetch_add(static_cast<std::uint64_t>((now - started).count()), std::memory_order_relaxed);
        successes_.fetch_add(1, std::memory_order_relaxed);
        if (ctx.usage.known()) tokens_.fetch_add(static_cast<std::uint64_t>(ctx.usage.total()));
        return outcome;
      }
      if (!back_off(outcome.error(), ctx, retry, now)) return give_up(std::move(outcome), started, now);
    }
  }

 private:
  [[nodiscard]] Instant reopens_at() const { return Instant{Duration{reopens_.load()}}; }

  [[gnu::cold, gnu::noinline]] void recover() {
    failures_.store(0);
    open_.store(false);
  }

  [[gnu::cold, gnu::noinline]] bool back_off(const Error& error, Context& ctx, unsigned retry, Instant& now) {
    failed_attempts_.fetch_add(1);
    if (ruling(error.fault).evidence == Evidence::failure && failures_.fetch_add(1) + 1 >= 5) {
      reopens_.store((now + Duration{60s}).time_since_epoch().count());
      open_.store(true);
    }
    if (retry >= 3 || ctx.committed() || ruling(error.fault).again == Again::never) return false;
    const Duration delay = smaller<Duration>(Jitter::apply(Exponential::delay(1s, retry), 0), 60s);
    if (saturating_add(now, delay) >= ctx.deadline) return false;
    retries_.fetch_add(1);
    ctx.wait(now + delay);
    now = SteadyClock::now();
    return true;
  }

  [[gnu::cold, gnu::noinline]] Outcome<int> give_up(Outcome<int> outcome, Instant started, Instant now) {
    latency_.fetch_add(static_cast<std::uint64_t>((now - started).count()));
    failed_calls_.fetch_add(1);
    return outcome;
  }

  std::atomic<bool> open_{false};
  std::atomic<unsigned> failures_{0};
  std::atomic<std::int64_t> reopens_{0};
  std::atomic<std::uint64_t> latency_{0};
  std::atomic<std::uint64_t> tokens_{0};
  std::atomic<std::uint64_t> successes_{0};
  std::atomic<std::uint64_t> failed_attempts_{0};
  std::atomic<std::uint64_t> failed_calls_{0};
  std::atomic<std::uint64_t> retries_{0};
};

}  // namespace subjects
