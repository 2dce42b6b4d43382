// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Neither a success nor a refusal allocates. This file replaces operator new for the whole executable, so it is
// empty under the sanitizers, which replace it themselves.

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

#if !defined(SANITIZED)

#include "support/catch.hpp"

#include <aramid/aramid.hpp>
#include <aramid/preempt.hpp>
#include <aramid/testing.hpp>

#include <cstdlib>
#include <new>

using namespace aramid;
using namespace std::chrono_literals;
using testing::ManualClock;

namespace {

thread_local std::size_t allocations = 0;

void* counted(std::size_t size) noexcept {
  ++allocations;
  return std::malloc(size != 0 ? size : 1);
}

struct Quick {
  Outcome<int> operator()(const int& n, Context&) {
    if (n < 0) return fail(Fault::unavailable);
    return n;
  }
};
using All = Resilient<Quick, Telemetry, Backoff<Exponential, Jitter>, Breaker<1, 60s, 3>,
                      Limiter<SlidingWindow, RPM<5>, TPM<10'000>>, Timeout<30s>>;

template <class Run>
std::size_t allocations_of(Run run) {
  const std::size_t before = allocations;
  run();
  return allocations - before;
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc{};
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

TEST_CASE("the counter of allocations counts", "[allocation]") {
  // Called by name: a new-expression may be optimised away.
  CHECK(allocations_of([] { ::operator delete(::operator new(8)); }) == 1);
}

TEST_CASE("a context makes no allocation", "[allocation]") {
  CHECK(allocations_of([] {
          Context ctx;
          ctx.deadline = ctx.now();
        }) == 0);
}

TEST_CASE("a successful call through every policy makes no allocation", "[allocation]") {
  All client;
  CHECK(allocations_of([&] { (void)client(1); }) == 0);
}

TEST_CASE("a successful call through nested stacks and a failover makes no allocation", "[allocation]") {
  Resilient<Failover<Priority, Named<"a", All>, Named<"b", Quick>>, Telemetry> client;
  CHECK(allocations_of([&] { (void)client(1); }) == 0);
}

TEST_CASE("pre-emptive timeouts allocate in a thread's first call only, nested ones too", "[allocation]") {
  using Inner = Resilient<Preempt<Quick>, Timeout<30s>>;
  Inner inner;
  auto outside = preempt([&](const int& n, Context& ctx) { return inner(n, ctx); });
  Resilient<decltype(outside), Timeout<1h>> outer{outside};
  (void)outer(1);
  CHECK(allocations_of([&] {
          for (int i = 0; i < 100; ++i) {
            (void)inner(i);
            (void)outer(i);
          }
        }) == 0);
}

TEST_CASE("a policy's refusal makes no allocation", "[allocation]") {
  ManualClock clock;
  All client;
  Context first = clock.context();
  (void)client(-1, first);
  Context ctx = clock.context();
  Fault fault{};
  CHECK(allocations_of([&] { fault = client(1, ctx).error().fault; }) == 0);
  CHECK(fault == Fault::circuit_open);
}

TEST_CASE("a refusal of a limiter and of a deadline makes no allocation", "[allocation]") {
  ManualClock clock;
  All client;
  Context ctx = clock.context();
  ctx.cost.tokens = 20'000;
  Fault fault{};
  CHECK(allocations_of([&] { fault = client(1, ctx).error().fault; }) == 0);
  CHECK(fault == Fault::throttled);
  Context late = clock.context();
  late.deadline = clock.now();
  CHECK(allocations_of([&] { fault = client(1, late).error().fault; }) == 0);
  CHECK(fault == Fault::deadline_exceeded);
}

TEST_CASE("a failed call makes one allocation for its history, however often it was retried",
          "[allocation]") {
  ManualClock clock;
  Resilient<Quick, Backoff<Exponential, Jitter>, Timeout<30s>> client;
  Context ctx = clock.context();
  CHECK(allocations_of([&] { (void)client(-1, ctx); }) == 1);
  CHECK(ctx.attempt() == 4);
}

TEST_CASE("a call that waits makes no allocation", "[allocation]") {
  ManualClock clock;
  All client;
  const auto call = [&] {
    for (int i = 0; i < 12; ++i) {
      Context ctx = clock.context();
      (void)client(1, ctx);
    }
  };
  CHECK(allocations_of(call) <= 1);  // Telemetry's histogram of a policy's waits, with its first
  CHECK(clock.waits() > 0);
  CHECK(allocations_of(call) == 0);
}

#endif
