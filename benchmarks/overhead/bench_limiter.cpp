// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// Nanoseconds per call that a limiter lets in, the time given: beside a bare compare-and-swap, and beside the
// limiter of a mutex and a deque that people write. `benchmarks/overhead/limiter.sh` prints the ratios.
#include <aramid/aramid.hpp>

#include <benchmark/benchmark.h>

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

using namespace aramid;
using namespace std::chrono_literals;

constexpr Instant begin{1h};

/// Each run begins an hour after the last one, on all its threads, so that it finds nothing of it.
Instant beginning(const benchmark::State& state) {
  static int runs = 0;
  static std::mutex mutex;
  static int joined = 0;
  const std::lock_guard lock{mutex};
  if (joined++ == 0) ++runs;
  if (joined == state.threads()) joined = 0;
  return begin + runs * 1h;
}

/// Stamps of all calls of the last window, under a lock.
class MutexAndDeque {
 public:
  MutexAndDeque(std::size_t limit, Duration window) : limit_{limit}, window_{window} {}

  bool allow(Instant now) {
    const std::lock_guard lock{mutex_};
    while (!stamps_.empty() && stamps_.front() + window_ <= now) stamps_.pop_front();
    if (stamps_.size() >= limit_) return false;
    stamps_.push_back(now);
    return true;
  }

 private:
  std::mutex mutex_;
  std::deque<Instant> stamps_;
  std::size_t limit_;
  Duration window_;
};

// Enough room that every call gets in: one each microsecond, where ten may. The window is long enough for threads
// that do not keep step.
constexpr Duration step = 1us;
using Bucket = Limiter<TokenBucket<>, RPM<600'000'000>>;
using LeasedBucket = Leased<Bucket, 100>;

template <class Policy>
bool admit_and_settle(Policy& policy, Context& ctx, Instant now) {
  typename Policy::Scope scope;
  if (policy.admit(scope, ctx, now).kind != Admission::Kind::proceed) {
    policy.release(scope, ctx);
    return false;
  }
  benchmark::DoNotOptimize(policy.settle(scope, ctx, nullptr, now));
  return true;
}

void compare_and_swap(benchmark::State& state) {
  static std::atomic<std::int64_t> word{0};
  for (auto _ : state) {
    std::int64_t old = word.load(std::memory_order_relaxed);
    while (!word.compare_exchange_weak(old, old + 1)) {
    }
    benchmark::DoNotOptimize(old);
  }
}

void token_bucket(benchmark::State& state) {
  TokenBucket<>::Meter meter;
  meter.start(RPM<600'000'000>::value, 0);
  Instant now = begin;
  std::int64_t refused = 0;
  for (auto _ : state) {
    Ticket ticket = 0;
    refused += meter.take(ticket, 1, now) ? 0 : 1;
    benchmark::DoNotOptimize(ticket);
    now += step;
  }
  if (refused != 0) state.SkipWithError("refused");
}

template <class Policy>
void limiter_call(benchmark::State& state) {
  static Policy policy;
  Context ctx;
  Instant now = beginning(state);
  std::int64_t refused = 0;
  for (auto _ : state) {
    refused += admit_and_settle(policy, ctx, now) ? 0 : 1;
    now += step;
  }
  if (refused != 0) state.SkipWithError("refused");
}

/// As many entries in the log as the argument says.
void sliding_window(benchmark::State& state) {
  const std::int64_t entries = state.range(0);
  Limiter<SlidingWindow> policy{
      LimiterSettings{.quotas = {Quota{Unit::requests, entries + 1, step * entries}}}};
  Context ctx;
  Instant now = begin;
  for (std::int64_t i = 0; i < 2 * entries; ++i) admit_and_settle(policy, ctx, now += step);
  for (auto _ : state) admit_and_settle(policy, ctx, now += step);
  if (policy.used(Unit::requests, now) != entries) state.SkipWithError("not full");
}

void mutex_and_deque(benchmark::State& state) {
  const std::int64_t entries = state.range(0);
  MutexAndDeque policy{static_cast<std::size_t>(entries + 1), step * entries};
  Instant now = begin;
  for (std::int64_t i = 0; i < 2 * entries; ++i) (void)policy.allow(now += step);
  for (auto _ : state) benchmark::DoNotOptimize(policy.allow(now += step));
}

void mutex_and_deque_shared(benchmark::State& state) {
  static MutexAndDeque policy{10'000'000, 1ms};
  Instant now = beginning(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(policy.allow(now));
    now += step;
  }
}

void clock_reading(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(SteadyClock::now());
}

/// The processor's counter without the arithmetic that makes a time of it.
void counter_reading(benchmark::State& state) {
#if defined(__x86_64__)
  for (auto _ : state) benchmark::DoNotOptimize(__builtin_ia32_rdtsc());
#else
  for (auto _ : state) benchmark::DoNotOptimize(SteadyClock::now());
#endif
}

constexpr std::size_t most_keys = 10'000;

struct Request {
  std::string tenant;
};
struct TenantOf {
  std::string_view operator()(const Request& request) const noexcept { return request.tenant; }
};

/// One of each key.
std::vector<Request> requests_of(std::size_t keys) {
  std::vector<Request> requests;
  for (std::size_t i = 0; i < keys; ++i) requests.push_back({"tenant-" + std::to_string(1'000'000 + i)});
  return requests;
}
/// An order that no cache foresees, and not that in which the keys first came.
void shuffle(std::vector<Request>& requests) {
  SplitMix64 random{1};
  for (std::size_t i = requests.size() - 1; i > 0; --i) std::swap(requests[i], requests[random() % (i + 1)]);
}

void keyed_limiter(benchmark::State& state) {
  const auto keys = static_cast<std::size_t>(state.range(0));
  Keyed<TenantOf, Limiter<TokenBucket<>, RPM<600'000'000>>, most_keys> policy;
  using Policy = decltype(policy);
  std::vector<Request> requests = requests_of(keys);
  Context ctx;
  Instant now = begin;
  std::int64_t refused = 0;
  const auto call = [&] [[gnu::always_inline]] (const Request& request) {
    now += step;
    typename Policy::Scope scope;
    policy.prepare(scope, request, ctx);
    refused += policy.admit(scope, ctx, now).kind == Admission::Kind::proceed ? 0 : 1;
    benchmark::DoNotOptimize(policy.settle(scope, ctx, nullptr, now));
  };
  for (const Request& request : requests) call(request);
  shuffle(requests);
  std::size_t i = 0;
  for (auto _ : state) {
    call(requests[i]);
    i = i + 1 < keys ? i + 1 : 0;
  }
  if (refused != 0 || policy.size() != keys || policy.crowded() != 0) state.SkipWithError("refused");
}

/// What people write: a map of buckets under a lock.
void mutex_and_map(benchmark::State& state) {
  const auto keys = static_cast<std::size_t>(state.range(0));
  struct Bucket {
    double tokens = 1e6;
    Instant filled = begin;
  };
  std::mutex mutex;
  std::unordered_map<std::string, Bucket> buckets;
  std::vector<Request> requests = requests_of(keys);
  Instant now = begin;
  std::int64_t refused = 0;
  std::size_t i = 0;
  const auto call = [&] [[gnu::always_inline]] (const Request& request) {
    now += step;
    const std::lock_guard lock{mutex};
    Bucket& bucket = buckets[request.tenant];
    const auto since = static_cast<double>((now - bucket.filled).count());
    bucket.tokens = smaller(1e6, bucket.tokens + since * 0.01);
    bucket.filled = now;
    refused += bucket.tokens >= 1 ? 0 : 1;
    bucket.tokens -= 1;
  };
  for (const Request& request : requests) call(request);
  shuffle(requests);
  for (auto _ : state) {
    call(requests[i]);
    i = i + 1 < keys ? i + 1 : 0;
  }
  if (refused != 0) state.SkipWithError("refused");
}

BENCHMARK(clock_reading)->Name("limiter: clock reading");
BENCHMARK(counter_reading)->Name("limiter: TSC reading");
BENCHMARK(keyed_limiter)->Name("limiter: Keyed in and out keys")->Arg(64)->Arg(10'000);
BENCHMARK(mutex_and_map)->Name("limiter: mutex and map keys")->Arg(64)->Arg(10'000);
BENCHMARK(compare_and_swap)->Name("limiter: compare-and-swap");
BENCHMARK(token_bucket)->Name("limiter: token bucket");
BENCHMARK(limiter_call<Bucket>)->Name("limiter: Limiter<TokenBucket> in and out");
BENCHMARK(limiter_call<LeasedBucket>)->Name("limiter: Leased in and out");
BENCHMARK(limiter_call<Limiter<FixedWindow, RPM<600'000'000>>>)
    ->Name("limiter: Limiter<FixedWindow> in and out");
BENCHMARK(limiter_call<Limiter<SlidingCounter<10>, RPM<600'000'000>>>)
    ->Name("limiter: Limiter<SlidingCounter<10>> in and out");
BENCHMARK(sliding_window)->Name("limiter: Limiter<SlidingWindow> entries")->Arg(10)->Arg(1'000)->Arg(100'000);
BENCHMARK(mutex_and_deque)->Name("limiter: mutex and deque entries")->Arg(10)->Arg(1'000)->Arg(100'000);
BENCHMARK(compare_and_swap)->Name("limiter: shared compare-and-swap")->Threads(2);
BENCHMARK(limiter_call<Bucket>)->Name("limiter: shared Limiter<TokenBucket>")->Threads(2);
BENCHMARK(limiter_call<LeasedBucket>)->Name("limiter: shared Leased")->Threads(2);
BENCHMARK(mutex_and_deque_shared)->Name("limiter: shared mutex and deque")->Threads(2);

}  // namespace
