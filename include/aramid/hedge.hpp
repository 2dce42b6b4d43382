// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/hedge.hpp: a second attempt beside a slow one; the first good answer wins.
//
//   Hedge<Client, After<2s>> chat{settings};                     one more attempt when 2 s have passed
//   Hedge<Failover<Priority, A, B>, After<500ms>, 1, NextProvider> chat{args(a, b)};      at the next provider
//   Resilient<Hedge<Client, After<2s>>, RetryBudget<20, 10s, 10>> bounded{args(settings)};      paid from a budget
//
// When to use it: calls that may be made twice, to providers whose slowest answers are much slower than the usual
// one.
// When not: requests with effects, a provider that is slow because it is overloaded (a budget bounds the harm),
// or one that counts every attempt against a small quota. A failure that another attempt may mend launches the
// next one at once: at the same provider if its ruling says again and no Retry-After says later, at the next one if
// it says elsewhere. The first success, or failure that no attempt can mend, is returned at once; the others are
// asked once to stop and end in the background, where `losers()` counts them. When all fail, or the time is over,
// the caller gets the most informative error, with the attempts that had failed. An attempt whose output has begun
// has won: no further one is launched, and the call returns when it ends, for its output goes to the caller. Sinks
// are called on a worker thread. Attempts of all together keep to the call's ceiling, and a bulkhead around it
// has its permit back when the last of them ends. Requests are copied, and must be replayable. Not part of
// <aramid/aramid.hpp>.
// Cost: two thread switches and two allocations a call, one more for each further attempt, and more if the route
// names providers or a bulkhead is around it. Up to `Workers` threads, started on first use; when all are busy a
// call goes unhedged on its own thread. Destruction waits for losers, so the provider must obey `ctx.stop`.
// Thread-safety: yes. Source: J. Dean, L. A. Barroso, "The tail at scale", CACM 2013; grpc/proposal A6.
#pragma once

#include <aramid/hedge_call.hpp>
#include <aramid/recent_latency.hpp>

ARAMID_BEGIN

/// The next attempt comes this long after the last one: 0 for all at once, `Span{Duration::max()}` only on
/// failures.
template <Span Delay>
struct After {
  static_assert(Delay.ns >= 0, "aramid: After<Delay>: the delay must not be negative");
  static constexpr bool learns = false;
  struct State {
    [[nodiscard]] static constexpr Duration delay(Instant = {}) noexcept { return Delay; }
  };
  [[nodiscard]] static std::string describe() { return "after " + to_text(Delay); }
};

/// The next attempt comes when the last one has taken longer than `Percent` of a hundred recent ones, at least
/// `Shortest`. Until `WarmUp` latencies are known, and after ten minutes without any, there is none but after
/// failures. A first attempt that succeeds counts, and one that was told to stop with the time it had taken, so
/// that hedging does not hide the slow ones from itself (if the caller cut it short, only when it had taken longer
/// than the delay); one that fails does not: failures may be quick.
template <unsigned Percent, Span Shortest = Duration{1'000'000}, unsigned WarmUp = 20>
struct AtPercentile {
  static_assert(Percent >= 1 && Percent <= 99, "aramid: AtPercentile<Percent>: Percent is 1 to 99");
  static_assert(positive(Shortest), "aramid: AtPercentile<Percent, Shortest>: Shortest must be above 0");
  static_assert(WarmUp >= 1, "aramid: AtPercentile<Percent, Shortest, WarmUp>: WarmUp is 1 or more");
  static constexpr bool learns = true;
  class State {
   public:
    [[nodiscard]] Duration delay(Instant now) const noexcept {
      return larger<Duration>(latency_.quantile(now).value_or(Duration::max()), Shortest);
    }
    void note(Duration first_took, Instant now) noexcept { latency_.record(first_took, now); }

   private:
    RecentLatency latency_{{.quantile = percent(Percent), .warm_up = WarmUp}};
  };
  [[nodiscard]] static std::string describe() {
    return "at the " + std::to_string(Percent) + "th percentile of latencies";
  }
};

/// What a Hedge has done so far.
struct HedgeTotals {
  std::uint64_t launched = 0;  ///< attempts beside a first one
  std::uint64_t won = 0;       ///< of these, by how many the call was answered
  std::uint64_t refused = 0;   ///< not launched: no budget, thread or attempt was left for it
  std::uint64_t lost = 0;      ///< attempts, first ones too, whose outcome their call did not wait for
};

template <class Client, class When, unsigned Hedges = 1, class Where = SameProvider, unsigned Workers = 64>
class Hedge : public Wrapping<Client> {
  static_assert(Hedges >= 1 && Hedges <= 8, "aramid: Hedge<Client, When, Hedges>: Hedges is 1 to 8");
  static_assert(
      requires { typename When::State; },
      "aramid: Hedge<Client, When>: When is After<delay> or AtPercentile<percent>");
  static_assert(Workers >= 2, "aramid: Hedge<..., Workers>: Workers is 2 or more");

 public:
  static constexpr bool races = true;  ///< see <aramid/drive.hpp>

  Hedge()
    requires std::default_initializable<Client>
  = default;
  /// What the client is built from.
  template <class From>
    requires is_buildable_v<Client, std::remove_reference_t<From>>
  explicit Hedge(From&& client) : Wrapping<Client>{std::in_place, std::forward<From>(client)} {}

  template <class Request>
  auto operator()(const Request& request, Context& ctx) {
    static_assert(
        ProviderOf<Client, Request>,
        "aramid: the client of a Hedge<> must be callable as client(request, ctx) with this request and "
        "return an Outcome<T>. See docs/writing-a-provider.md");
    static_assert(
        replayable_v<Request> && std::copy_constructible<Request>,
        "aramid: a Hedge<> sends a request twice, so it must be replayable (replayable_v) and copyable. See "
        "docs/writing-a-provider.md");
    if constexpr (ProviderOf<Client, Request> && replayable_v<Request> && std::copy_constructible<Request>) {
      using Result = detail::ResultOf<Client, Request>;
      auto decider = race<Result>(request, ctx, ToPool{pool_});
      return detail::run_blocking<Result>(decider, request, ctx);
    }
  }
  template <class Request>
  auto operator()(const Request& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  [[nodiscard]] HedgeTotals totals() const noexcept {
    const auto read = [](const auto& count) { return count.load(std::memory_order_relaxed); };
    return {read(shared_.launched), read(shared_.won), read(shared_.refused), read(shared_.losers.total)};
  }
  /// Of those that lost, how many have not ended yet.
  [[nodiscard]] std::uint64_t losers() const noexcept {
    return shared_.losers.running.load(std::memory_order_relaxed);
  }
  /// The delay that a call made at `now` would have.
  [[nodiscard]] Duration delay(Instant now = SteadyClock::now()) const noexcept {
    return shared_.when.delay(now);
  }

  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept {
    return detail::saturating_mul(aramid::attempts_allowed(this->client()), Hedges + 1);
  }
  [[nodiscard]] static consteval unsigned max_attempts() noexcept {
    return detail::saturating_mul(aramid::max_attempts<Client>(), Hedges + 1);
  }
  /// Each attempt may take the client's worst case, and the last one begins late.
  [[nodiscard]] static consteval Duration worst_case() noexcept {
    if constexpr (When::learns) {
      return saturating_mul(aramid::worst_case<Client>(), Hedges + 1);
    } else {
      const Duration client = aramid::worst_case<Client>();
      const Duration late = smaller(When::State::delay(), client);
      return saturating_add(client, saturating_mul(late, Hedges));
    }
  }
  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "Hedge: " + std::to_string(Hedges) + " more " + When::describe() + '\n';
    detail::describe_provider<Client>(text, indent);
  }

 private:
  friend struct DriverAccess;

  // The blocking driver's: each attempt gets a thread.
  struct ToPool {
    WorkerPool& pool;
    template <class Attempt>
    [[nodiscard]] bool operator()(Attempt& attempt) const noexcept {
      Driver* const clock = CallAccess::driver(*attempt.ctx);
      if (clock != nullptr) clock->join();
      attempt.job.attempt = &attempt;
      attempt.job.work = &Attempt::run_here;
      const bool runs = pool.try_run(attempt.job);
      if (!runs && clock != nullptr) clock->leave();
      return runs;
    }
  };

  template <class Result, class Request, class Launcher>
  [[nodiscard]] auto race(const Request&, Context& ctx, Launcher launcher) noexcept {
    using Race = detail::HedgeRace<Result, Client, Request, Hedges + 1, Where>;
    // What a plain provider asks behind its back ends by itself, as in a stack around it.
    if constexpr (is_stack_v<Client>) CallAccess::set_ceiling(ctx, attempts_allowed());
    return detail::HedgeCall<Race, Client, When, Launcher>{this->client(), shared_, ctx, launcher};
  }

  detail::HedgeShared<When> shared_;
  WorkerPool pool_{Workers};  // last: its threads use everything else
};

ARAMID_END
