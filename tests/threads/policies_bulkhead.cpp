// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Bulkheads under several threads: never more calls than permits, and none left over, however calls end.

#include <aramid/aramid.hpp>
#include <aramid/testing.hpp>

#include <atomic>
#include <thread>

#include "crew.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// Ends in a way of the request's choice, and counts how many do so at a time.
struct Random {
  Crowd* crowd = nullptr;

  Outcome<int> operator()(const int& way, Context& ctx) {
    const Crowd::Visit visit{*crowd};
    if (way % 64 == 7) std::this_thread::yield();
    switch (way % 7) {
      case 0:
        return fail(Fault::unavailable, 503);
      case 1:
        return fail(Fault::invalid_request, 400);
      case 2:
        return fail(Fault::cancelled);
      case 3:
        throw 1;
      case 4: {
        const Permit permit = ctx.permits.keep();
        return fail(Fault::timed_out);
      }
      default:
        return way;
    }
  }
};

}  // namespace

TEST_CASE("after a million calls that end in every way the bulkhead holds nothing") {
  constexpr int threads = 4, calls = support::effort(250'000);
  Crowd crowd;
  using Client = Resilient<Random, Bulkhead<3, Queue<2>>>;
  Client client{Random{&crowd}};
  std::atomic<long> refused{0}, let_in{0};
  together(threads, [&](int thread) {
    SplitMix64 draw{static_cast<std::uint64_t>(thread) + 1};
    for (int i = 0; i < calls; ++i) {
      Context ctx;
      std::stop_source source;
      const auto luck = draw() % 16;
      if (luck == 0) source.request_stop();
      if (luck < 2) ctx.stop = source.get_token();
      if (luck == 2) ctx.deadline = ctx.now() + 20us;
      try {
        const auto outcome = client(static_cast<int>(draw() & 0xFFFF), ctx);
        (outcome || outcome.error().policy.empty() ? let_in : refused).fetch_add(1);
      } catch (int) {
        let_in.fetch_add(1);
      }
    }
  });
  CHECK(let_in + refused == long{threads} * calls);
  CHECK(let_in > calls);
  CHECK(crowd.most <= 3);
  CHECK(bulkhead(client).in_flight() == 0);
  CHECK(bulkhead(client).waiting() == 0);
  CHECK(bulkhead(client).orphans() == 0);
}

TEST_CASE("a line that several threads stand in is served to the end, one by one") {
  Crowd crowd;
  Resilient<Random, Bulkhead<1, Queue<64>>> client{Random{&crowd}};
  std::atomic<int> served{0};
  together(8, [&](int) {
    for (int i = 0; i < 3000; ++i) served += client(7 * i + 5).has_value() ? 1 : 0;
  });
  CHECK(served == 8 * 3000);
  CHECK(crowd.most == 1);
  CHECK(bulkhead(client).idle(Instant{}));
}

TEST_CASE("no more calls run than the highest limit that was ever set, while the limit moves") {
  Crowd crowd;
  Resilient<Random, Bulkhead<4, Queue<8>>> client{Random{&crowd}};
  std::atomic<bool> over{false};
  std::atomic<int> served{0};
  {
    std::jthread mover{[&] {
      for (unsigned limit = 1; !over; limit = limit % 4 + 1) {
        bulkhead(client).set_limit(limit);
        std::this_thread::yield();
      }
    }};
    together(4, [&](int) {
      for (int i = 0; i < 20'000; ++i) served += client(5).has_value() ? 1 : 0;
    });
    over = true;
  }
  CHECK(served == 4 * 20'000);
  CHECK(crowd.most <= 4);
  bulkhead(client).set_limit(4);
  CHECK(bulkhead(client).idle(Instant{}));
}

TEST_CASE("permits kept by work on other threads all come back, whoever lets go last") {
  Bulkhead<8> bulkhead;
  std::atomic<unsigned> most{0};
  together(4, [&](int) {
    for (int i = 0; i < 20'000; ++i) {
      Context ctx;
      Bulkhead<8>::Scope scope;
      if (bulkhead.admit(scope, ctx, Instant{}).kind != Admission::Kind::proceed) continue;
      Permit first = ctx.permits.keep();
      Permit second = ctx.permits.keep();
      std::jthread worker;
      if (i % 64 == 0) worker = std::jthread{[kept = std::move(first)]() mutable { kept.release(); }};
      (void)bulkhead.settle(scope, ctx, nullptr, Instant{});
      most = larger(most.load(), bulkhead.orphans());
      second.release();
    }
  });
  CHECK(most > 0);
  CHECK(most <= 8);
  CHECK(bulkhead.orphans() == 0);
  CHECK(bulkhead.in_flight() == 0);
}
