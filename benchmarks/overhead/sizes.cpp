// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// Bytes: what a client and a call hold, and what they take from the heap.
#include "subjects.hpp"

#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

std::size_t allocations = 0;
std::size_t allocated = 0;

void* counted(std::size_t size) noexcept {
  ++allocations;
  allocated += size;
  return std::malloc(size != 0 ? size : 1);
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  std::abort();
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace aramid;
using namespace std::chrono_literals;

/// A provider of one word; negative requests fail.
struct Word {
  std::int64_t value = 1;
  Outcome<int> operator()(const int& request, Context&) {
    if (request < 0) return fail(Fault::unavailable);
    return static_cast<int>(value);
  }
};

using Card = Limiter<SlidingWindow, RPM<50>, TPM<10'000>>;
using Soon = Backoff<Exponential, NoJitter, 1ns, 1ns>;
using Every =
    Resilient<Word, Telemetry, Soon, Breaker<5, 24h, 3>, Limiter<SlidingWindow, RPM<1000>>, Timeout<30s>>;

template <class Client>
void size(const char* text) {
  std::printf("%-52s %6zu bytes\n", text, sizeof(Client));
}

template <class Run>
void heap(const char* text, Run run) {
  const std::size_t before = allocations;
  const std::size_t bytes_before = allocated;
  run();
  std::printf("%-52s %6zu allocations, %zu bytes\n", text, allocations - before, allocated - bytes_before);
}

}  // namespace

int main() {
  size<Word>("a provider P of one word");
  size<Resilient<Word>>("Resilient<P>");
  size<Resilient<Word, Backoff<Exponential, Jitter>>>("Resilient<P, Backoff<...>>");
  size<Resilient<Word, Timeout<30s>>>("Resilient<P, Timeout<30s>>");
  size<Resilient<Word, Breaker<5, 60s, 3>>>("Resilient<P, Breaker<5, 60s, 3>>");
  size<Resilient<Word, Card>>("Resilient<P, Limiter<..., RPM<50>, TPM<10'000>>>");
  size<Resilient<Word, Telemetry>>("Resilient<P, Telemetry>");
  size<Context>("Context, one a call, on the stack");
  size<Error>("Error");
  size<Outcome<int>>("Outcome<int>");

  heap("a Limiter<..., RPM<50>, TPM<10'000>>, when built", [] { Resilient<Word, Card> client; });
  Every client;
  heap("a successful call through every policy", [&] { (void)client(1); });
  heap("a failed call, four attempts", [&] { (void)client(-1); });
  (void)client(-1);
  Fault fault{};
  heap("a call that an open breaker refuses", [&] { fault = client(1).error().fault; });
  return fault == Fault::circuit_open ? 0 : 1;
}
