// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/backoff.cpp: the delays of each kind of back-off, printed. In virtual time: takes none.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <iostream>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

struct Down {
  std::vector<Instant>* asked;
  Outcome<int> operator()(int, Context& ctx) const {
    asked->push_back(ctx.now());
    return fail(Fault::unavailable);
  }
};

// When the attempts of one call begin, from the first one on.
template <class Delays>
std::vector<Duration> attempts() {
  std::vector<Instant> asked;
  testing::ManualClock clock{7};
  Resilient<Down, Retry<4, Delays>> client{Down{&asked}};
  Context ctx{clock};
  (void)client(0, ctx);
  std::vector<Duration> times;
  for (const Instant at : asked) times.push_back(at - asked.front());
  std::cout << Retry<4, Delays>::describe() << '\n';
  for (const Duration time : times) std::cout << "  " << time.count() / 1'000'000 << " ms\n";
  return times;
}

// [kinds]
using Usual = Backoff<Exponential, Jitter>;                     // 1 s, 2 s, 4 s; +10 to 30 %; at most 60 s
using Crowd = Backoff<Exponential, FullJitter, 200ms, 20s>;     // anywhere from 0 to 200 ms, 400 ms, 800 ms
using Gentle = Backoff<ExponentialBy<3, 2>, Spread<25>, 1s>;    // 1 s, 1.5 s, 2.25 s; -25 to +25 %
using Eager = Backoff<Exponential, Jitter, 1s, 60s, 0s>;        // at once, then 1 s, 2 s
using Walk = Backoff<Exponential, DecorrelatedJitter, 1s, 9s>;  // from 1 s to three times the delay before
using List = Delays<100ms, 1s, 5s>;                             // as listed
using SpreadList = Backoff<List, Spread<25>>;                   // as listed; -25 to +25 %
// [/kinds]

// [own]
/// 1 s, then 10 s for ever.
struct Patient {
  static constexpr Name name = "Patient";
  static constexpr Duration delay(Duration base, unsigned retry) noexcept {
    return retry == 0 ? base : saturating_mul(base, 10);
  }
};
using Mine = Backoff<Patient, EqualJitter>;
// [/own]

}  // namespace

int main() {
  const std::vector<Duration> listed{0ms, 100ms, 1100ms, 6100ms, 11100ms};
  if (attempts<List>() != listed) return 1;
  if (attempts<Eager>()[1] != 0s) return 1;
  const Duration usual = attempts<Usual>()[1];
  if (usual < 1100ms || usual > 1300ms) return 1;
  if (attempts<Crowd>()[1] > 200ms || attempts<Walk>()[1] > 3s || attempts<Mine>()[1] > 1s) return 1;
  if (attempts<Gentle>()[1] < 750ms || attempts<SpreadList>()[1] > 125ms) return 1;
  return 0;
}
