// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/hedge.cpp: a second attempt beside a slow one, in virtual time. Needs no network.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/hedge.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <iostream>
#include <memory>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// Every tenth answer takes half a minute.
struct Sometimes {
  std::shared_ptr<std::atomic<int>> asked = std::make_shared<std::atomic<int>>(0);
  Outcome<int> operator()(const int& request, Context& ctx) const {
    const Instant end = ctx.now() + (++*asked % 10 == 1 ? Duration{30s} : Duration{100ms});
    while (ctx.now() < end) {
      if (ctx.stop.stop_requested()) return fail(Fault::cancelled);
      ctx.wait(end);
    }
    return request;
  }
};

// [stack]
using Client = Resilient<Hedge<Sometimes, After<2s>>,  // a second attempt when 2 s have passed
                         RetryBudget<20, 10s, 10>,     // and at most one in five calls, over all of them
                         Timeout<60s>>;
// [/stack]

}  // namespace

int main() {
  testing::ManualClock clock;
  Client client{Sometimes{}};
  const Instant begin = clock.now();
  Context ctx = clock.context();
  const auto answer = client(7, ctx);
  const Duration took = clock.now() - begin;
  std::cout << "answered after " << to_text(took) << ", " << client.provider().totals().launched
            << " hedged\n";
  return answer && took < 3s ? 0 : 1;
}
