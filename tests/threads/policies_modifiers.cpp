// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Threads on shared, switched, shadowed and keyed policies.

#include <aramid/aramid.hpp>

#include <atomic>

#include "crew.hpp"
#include "support/catch.hpp"

using namespace aramid;
using namespace std::chrono_literals;

namespace {

constexpr Instant start{1h};

struct KeyOf {
  std::string_view operator()(const std::string& key) const noexcept { return key; }
};

// Retries at once, five times.
struct NoDelay {
  static constexpr bool repeats = true;
  struct Scope {
    unsigned retries = 0;
  };
  Admission admit(Scope&, Context&, Instant) noexcept { return Admission::proceed(); }
  Verdict settle(Scope& scope, Context&, const Error* failure, Instant) noexcept {
    return failure != nullptr && scope.retries++ < 5 ? Verdict::again_after(Duration::zero())
                                                     : Verdict::done();
  }
  void release(Scope&, Context&) noexcept {}
};

// Notes which key it was made for by the first call in it, and whether another key's call ever came in.
struct Marked {
  static inline std::atomic<bool> mixed{false};
  struct Scope {};
  std::atomic<std::uint64_t> key{0};
  std::atomic<int> inside{0};

  void enter(std::uint64_t mine) noexcept {
    inside.fetch_add(1);
    std::uint64_t nobody = 0;
    if (!key.compare_exchange_strong(nobody, mine) && nobody != mine) mixed = true;
  }
  Admission admit(Scope&, Context& ctx, Instant) noexcept {
    enter(static_cast<std::uint64_t>(ctx.cost.tokens));
    return Admission::proceed();
  }
  Verdict settle(Scope& scope, Context& ctx, const Error*, Instant) noexcept {
    release(scope, ctx);
    return Verdict::done();
  }
  void release(Scope&, Context& ctx) noexcept {
    if (key.load() != static_cast<std::uint64_t>(ctx.cost.tokens)) mixed = true;
    inside.fetch_sub(1);
  }
  [[nodiscard]] bool idle(Instant) const noexcept {
    if (inside.load() < 0) mixed = true;
    return true;
  }
};

}  // namespace

TEST_CASE("many threads on more keys than fit never meet in another key's policy", "[threads]") {
  Marked::mixed = false;
  Keyed<KeyOf, Marked, 8> policy;
  std::atomic<std::int64_t> time{0};
  together(4, [&](int thread) {
    SplitMix64 draw{static_cast<std::uint64_t>(thread)};
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t number = 1 + (draw() % 3 == 0 ? draw() % 40 : draw() % 6);
      // Some are too long to lie in their entry.
      const std::string key =
          "key number " + std::to_string(number) + (number % 3 == 0 ? ", a long one" : "");
      Context ctx;
      ctx.cost.tokens = static_cast<std::int64_t>(number);
      decltype(policy)::Scope scope;
      policy.prepare(scope, key, ctx);
      (void)policy.admit(scope, ctx, start + Duration{time.fetch_add(1'000'000)});
      if (i % 3 == 0) {
        policy.release(scope, ctx);
      } else {
        (void)policy.settle(scope, ctx, nullptr, start);
      }
    }
  });
  CHECK(policy.size() == 8);
  // Four calls at a time cannot hold eight entries: there was always one to forget.
  CHECK(policy.crowded() == 0);
  CHECK_FALSE(Marked::mixed);
}

TEST_CASE("threads that open a key's breaker find it open, whatever keys come and go", "[threads]") {
  Keyed<KeyOf, Breaker<2, 1h, 1>, 16> policy;
  const auto call = [&](const std::string& key, bool fails, Instant now) {
    Context ctx;
    decltype(policy)::Scope scope;
    policy.prepare(scope, key, ctx);
    if (policy.admit(scope, ctx, now).kind != Admission::Kind::proceed) return false;
    Error error;
    error.fault = Fault::unavailable;
    (void)policy.settle(scope, ctx, fails ? &error : nullptr, now);
    return true;
  };
  std::atomic<int> let_in{0};
  together(4, [&](int thread) {
    const std::string mine = "down " + std::to_string(thread);
    (void)call(mine, true, start);
    (void)call(mine, true, start);
    for (int i = 0; i < 5'000; ++i) {
      const Instant now = start + std::chrono::milliseconds(i);
      (void)call("passing by " + std::to_string(thread) + std::to_string(i), false, now);
      if (call(mine, true, now)) let_in.fetch_add(1);
    }
  });
  CHECK(let_in == 0);
  CHECK(policy.size() == 16);
}

TEST_CASE("a shared budget is never overdrawn by the clients of several threads", "[threads]") {
  SharedState<RetryBudget<0, 10s, 10>> budget;
  struct Down {
    Outcome<int> operator()(int, Context&) const { return fail(Fault::unavailable); }
  };
  struct Still final : Driver {
    Instant now() noexcept override { return start; }
    void wait(Instant, Waker&, const std::stop_token&) noexcept override {}
    std::uint64_t random() noexcept override { return 0; }
  } still;
  std::atomic<unsigned> attempts{0};
  together(4, [&](int) {
    Resilient<Down, Shared<RetryBudget<0, 10s, 10>>, NoDelay> client{Down{}, budget};
    for (int i = 0; i < 500; ++i) {
      Context ctx{still};
      (void)client(i, ctx);
      attempts.fetch_add(ctx.attempt());
    }
  });
  CHECK(attempts == 4 * 500 + 100);
  CHECK(budget.policy().balance(start) == 0);
}

TEST_CASE("a breaker that is switched while threads are in it loses no probe", "[threads]") {
  Switchable<Breaker<2, 1ms, 2>> policy;
  std::atomic<std::int64_t> time{0};
  together(3, [&](int thread) {
    SplitMix64 draw{static_cast<std::uint64_t>(thread)};
    for (int i = 0; i < 20'000; ++i) {
      if (thread == 0 && i % 50 == 0) i % 100 == 0 ? policy.off() : policy.on();
      const Instant now = start + Duration{time.fetch_add(10'000)};
      Context ctx;
      decltype(policy)::Scope scope;
      if (policy.admit(scope, ctx, now).kind != Admission::Kind::proceed) continue;
      Error error;
      error.fault = Fault::unavailable;
      switch (draw() % 3) {
        case 0:
          policy.release(scope, ctx);
          break;
        case 1:
          (void)policy.settle(scope, ctx, &error, now);
          break;
        default:
          (void)policy.settle(scope, ctx, nullptr, now);
      }
    }
  });
  policy.on();
  // All slots are there: two probes at once, and their successes close it.
  const Instant later = start + 24h;
  policy.inner().reset();
  CHECK(policy.inner().state(later) == BreakerState::closed);
  for (int i = 0; i < 2; ++i) {
    Context ctx;
    decltype(policy)::Scope scope;
    CHECK(policy.admit(scope, ctx, later).kind == Admission::Kind::proceed);
    (void)policy.settle(scope, ctx, nullptr, later);
  }
}

TEST_CASE("a shadow counts every call of every thread once", "[threads]") {
  Shadow<Breaker<3, 1ms, 1>> policy;
  constexpr int calls = 10'000;
  together(3, [&](int) {
    for (int i = 0; i < calls; ++i) {
      const Instant now = start + std::chrono::microseconds(i * 100);
      Context ctx;
      decltype(policy)::Scope scope;
      (void)policy.admit(scope, ctx, now);
      Error error;
      error.fault = Fault::unavailable;
      (void)policy.settle(scope, ctx, &error, now);
    }
  });
  const ShadowCounts counts = policy.counts();
  CHECK(counts.admitted + counts.rejected == 3 * calls);
  CHECK(counts.rejected > 0);
}
