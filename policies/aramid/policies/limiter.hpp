// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/limiter.hpp: never send more than the server allows.
//
//   Limiter<SlidingWindow, RPM<50>, TPM<10'000>>     requests and tokens, reserved together
//   Limiter<TokenBucket<>, RPM<6'000>, Queue<64>, MaxWait<5s>>
//   Limiter<SlidingWindow> with LimiterSettings{...} set at run time
//   limiter(client).can_proceed(500)                 {allowed, wait} without reserving
//   limiter(client).usage()                          used, remaining and reset of each quota
//
// When to use it: one per account and model, inside the retries, so that each attempt is counted. When not: as
// a limit on concurrency.
//
// A call reserves `ctx.cost` when it is admitted, in all quotas or in none, and is corrected to what it really
// used when it ends, upward too. What was never sent, and what the ruling table says was not counted, is given
// back. When there is no room it waits, in arrival order within `ctx.priority`; it is refused at once when its turn
// would come after its deadline or the queue's longest wait, when the queue is full, or when its cost alone is
// larger than a quota. Room goes to whoever is first, under the lock that frees it, and nobody else is woken.
//
// The server has the last word. `Retry-After` holds everybody until it is over; one that is longer than the longest
// quota window refuses everybody instead. Its reports of what is left (`ctx.hints`) bound what is taken until their
// reset, and a limit that it reports is adopted. Reports of attempts sent before the latest one that reported are
// ignored.
//
// Cost: one short lock a call to admit, one more if usage was reported; never held across a wait. With a lock-free
// algorithm (`TokenBucket`) no lock while nobody waits. A call that joins the queue with a deadline passes those
// who wait, to know its turn. No allocation after it is built. Thread-safety: yes.
// Source: the algorithms name theirs; reserve and correct: the token accounting that the providers document.
#pragma once

#include <aramid/access.hpp>
#include <aramid/policies/limiter_state.hpp>
#include <aramid/policies/limiter_usage.hpp>
#include <aramid/policies/sliding_window.hpp>
#include <aramid/policy.hpp>
#include <aramid/readiness.hpp>

#include <initializer_list>  // initializer_list

ARAMID_BEGIN

/// What `limiter(client)` looks for.
struct LimiterTag {};

namespace detail {

/// What is no algorithm is refused with a sentence, once the class stands.
template <class Algorithm>
struct MeterOf {
  using type = SlidingWindow::Meter;
};
template <class Algorithm>
  requires requires { typename Algorithm::Meter; }
struct MeterOf<Algorithm> {
  using type = typename Algorithm::Meter;
};

}  // namespace detail

template <class Algorithm, class... Args>
class Limiter
    : public detail::LimiterState<typename detail::MeterOf<Algorithm>::type, detail::LimiterConfig<Args...>> {
  using Config = detail::LimiterConfig<Args...>;
  using Meter = typename detail::MeterOf<Algorithm>::type;
  using State = detail::LimiterState<Meter, Config>;
  using State::counting;
  using State::frozen_until_;
  using State::line_;
  using State::lock_free;
  using State::mutex_;
  using State::quotas_;
  using State::slow;
  using typename State::Quotas;

 public:
  using Tag = LimiterTag;
  using typename State::Scope;
  static constexpr Name name = "Limiter";

  static consteval bool check() noexcept {
    constexpr bool is_algorithm = LimiterAlgorithm<Algorithm>;
    static_assert(is_algorithm,
                  "aramid: Limiter<Algorithm, ...>: the algorithm is SlidingWindow, SlidingCounter<N>, "
                  "TokenBucket<Percent>, FixedWindow, or a type of yours with a Meter: see "
                  "aramid/policies/quota_meter.hpp");
    if constexpr (requires { Algorithm::check(); }) Algorithm::check();
    return Config::check();
  }

  Limiter() = default;
  template <class Given>
    requires std::constructible_from<Config, const Given&>
  explicit Limiter(const Given& settings) : State{settings} {}

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    if constexpr (lock_free) {
      // Ordered after what this thread has given back: either we see who waits for it, or they see it.
      const unsigned mode = quotas_.mode().load();
      if ((mode & slow) == 0 && !scope.queued && quotas_.take(scope.grant, ctx.cost, now, mode != 0))
          [[likely]] {
        scope.cost = ctx.cost;
        scope.attempts = ctx.attempt();
        scope.held = true;
        return Admission::proceed();
      }
    }
    return this->admit_locked(scope, ctx, now);
  }

  [[nodiscard]] ARAMID_INLINE Verdict settle(Scope& scope, Context& ctx, const Error* failure,
                                             Instant now) noexcept {
    if (failure == nullptr) [[likely]] {
      // Of requests alone, as many were used as were reserved.
      constexpr bool as_reserved = Config::knows_quotas && Config::only_requests;
      if (!as_reserved && ctx.usage.known()) correct(scope, used_by(scope, ctx.usage), true, now);
    } else {
      settle_failure(scope, ctx, *failure, now);
      scope.held = false;
    }
    hear(scope, scope.grant, ctx, failure, now);
    return Verdict::done();
  }

  /// Leaves the queue, or keeps the reservation if the provider may have been asked.
  void release(Scope& scope, Context& ctx) noexcept {
    const std::lock_guard lock{mutex_};
    if (scope.queued && !scope.served) {
      if (line_.leave(scope.waiting)) line_.wake_first();
    } else if (scope.held && ctx.attempt() == scope.attempts) {
      quotas_.correct(scope.grant, scope.cost, nothing, Instant::min());
      quotas_.correct_servers(scope.grant, scope.cost, nothing, true);
      // Whoever comes next tells the time at which this is worth something.
      quotas_.mode().fetch_or(slow);
      line_.wake_first();
    }
    scope.queued = false;
    scope.held = false;
  }

  /// Whether a request of `tokens` would be admitted at `now`, and if not, after what wait. Reserves nothing.
  [[nodiscard]] Allowance can_proceed(std::int64_t tokens = 0,
                                      Instant now = SteadyClock::now()) const noexcept {
    return can_proceed(Cost{.tokens = tokens}, now);
  }
  [[nodiscard]] Allowance can_proceed(const Cost& cost, Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    if (quotas_.too_small_for(cost) != quotas_.size()) return {false, Duration::max()};
    const Instant turn = this->turn_behind_all(cost, now);
    return {turn <= now, elapsed(now, turn)};
  }
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    const Allowance allowance = can_proceed(ctx.cost, now);
    if (allowance.allowed) return {};
    const bool never = allowance.wait == Duration::max();
    return {allowance.wait, Fault::throttled, never ? Reason::cost_over_quota : this->reason(now), name};
  }

  /// Each quota as it stands at `now`.
  [[nodiscard]] LimiterUsage usage(Instant now = SteadyClock::now()) const noexcept {
    const std::lock_guard lock{mutex_};
    LimiterUsage usage;
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      const Meter& meter = quotas_.meter(i);
      usage.add({meter.quota(), meter.used(now), quotas_.remaining(i, now), elapsed(now, meter.resets(now))});
    }
    return usage;
  }
  /// Units in use at `now`; of several quotas of a unit, the first.
  [[nodiscard]] std::int64_t used(Unit unit, Instant now = SteadyClock::now()) const noexcept {
    const std::lock_guard lock{mutex_};
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      if (quotas_.meter(i).quota().unit == unit) return quotas_.meter(i).used(now);
    }
    return 0;
  }
  /// What is left of the quota of which least is left, in thousandths.
  [[nodiscard]] unsigned headroom(Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    std::int64_t least = full_headroom;
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      const std::int64_t limit = quotas_.meter(i).quota().limit;
      least = smaller(least, detail::fraction(quotas_.remaining(i, now), full_headroom, limit));
    }
    return static_cast<unsigned>(least);
  }
  /// Calls that wait for their turn.
  [[nodiscard]] std::size_t waiting() const noexcept {
    const std::lock_guard lock{mutex_};
    return line_.size();
  }
  /// Whether nothing would be lost with it: nothing is in use, nobody waits, and the server holds nobody back.
  [[nodiscard]] bool idle(Instant now) const noexcept {
    const std::lock_guard lock{mutex_};
    if (!line_.empty() || now < frozen_until_) return false;
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      if (quotas_.meter(i).used(now) != 0 || quotas_.server(i).in_force(now)) return false;
    }
    return true;
  }

  /// Other limits for quotas that it has, each found by its unit and window; the fraction in use stays. Who waits
  /// is planned anew, and refused if its cost is now larger than a quota.
  void set_limits(std::span<const Quota<>> limits, Instant now = SteadyClock::now()) {
    const std::lock_guard lock{mutex_};
    for (const Quota<>& wanted : limits) {
      require_setting(wanted.limit >= 1, "set_limits()[].limit", wanted.limit, "1 and above");
      require_setting(place_of(wanted) != quotas_.size(), "set_limits()[].window", wanted.window,
                      "the window of a quota of this limiter, in ", to_string(wanted.unit));
    }
    for (const Quota<>& wanted : limits) quotas_.rescale(place_of(wanted), wanted.limit, now);
    this->serve(now);
    line_.wake_first();
  }
  void set_limits(std::initializer_list<Quota<>> limits, Instant now = SteadyClock::now()) {
    set_limits(std::span<const Quota<>>{limits.begin(), limits.size()}, now);
  }

 protected:
  // For whoever takes shares in advance.
  [[nodiscard]] bool hurried() const noexcept { return quotas_.mode().load(std::memory_order_relaxed) != 0; }
  static constexpr bool only_requests = Config::only_requests;
  /// Whether the algorithm keeps its quotas when a unit is used up to window / `parts` after it was taken.
  static consteval bool takes_late(int parts) noexcept {
    if constexpr (requires { Algorithm::burst_percent; }) {
      if (Algorithm::burst_percent * parts <= 100) return false;
    }
    return requires(Meter& meter) { meter.allow_late(Duration{}); };
  }
  void allow_late(Duration late) noexcept {
    for (std::size_t i = 0; i < quotas_.size(); ++i) quotas_.meter(i).allow_late(late);
  }
  [[nodiscard]] bool take_ahead(typename Quotas::Grant& grant, const Cost& cost, Instant now) noexcept {
    if (hurried()) return false;
    if constexpr (lock_free) return quotas_.take(grant, cost, now, false);  // nobody counts yet
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    return line_.empty() && this->may_take(now) && quotas_.take(grant, cost, now, true);
  }
  void give_back(const typename Quotas::Grant& grant, const Cost& taken, const Cost& used,
                 Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    quotas_.correct(grant, taken, used, now);
    quotas_.correct_servers(grant, taken, used, true);
    this->serve(now);
  }
  // What the answer says about the server, whatever the call had reserved.
  ARAMID_INLINE void hear(const Scope& scope, const typename Quotas::Grant& grant, const Context& ctx,
                          const Error* failure, Instant now) noexcept {
    if (failure != nullptr) [[unlikely]]
      freeze(scope, ctx, *failure, now);
    if (quotas_.concerns(ctx.hints)) [[unlikely]]
      learn(scope, grant, ctx, now);
  }
  ARAMID_COLD void freeze(const Scope& scope, const Context& ctx, const Error& error, Instant now) noexcept {
    const bool freezes = ruling(error).reservation == Reservation::freeze && error.retry_after;
    if (!freezes || ctx.attempt() == scope.attempts) return;
    const std::lock_guard lock{mutex_};
    const Instant until = saturating_add(now, *error.retry_after);
    quotas_.mode().fetch_or(slow);
    if (until <= frozen_until_) return;
    frozen_until_ = until;
    line_.wake_first();  // its turn is another one now, perhaps too late for it
  }
  [[nodiscard]] Duration shortest_window() const noexcept {
    Duration shortest = Duration::max();
    for (std::size_t i = 0; i < quotas_.size(); ++i) {
      shortest = smaller<Duration>(shortest, quotas_.meter(i).quota().window);
    }
    return shortest;
  }

 private:
  static constexpr Cost nothing{.requests = 0};

  [[nodiscard]] std::size_t place_of(const Quota<>& wanted) const noexcept {
    std::size_t i = 0;
    for (; i < quotas_.size(); ++i) {
      const Quota<> own = quotas_.meter(i).quota();
      if (own.unit == wanted.unit && own.window == wanted.window) break;
    }
    return i;
  }

  // A part that the provider did not report stays as it was reserved: the rest, where only the sum was known.
  static Cost used_by(const Scope& scope, const Usage& usage) noexcept {
    const Cost& taken = scope.cost;
    const auto part = [&taken](std::int64_t reported, std::int64_t reserved, std::int64_t other) {
      if (reported >= 0) return reported;
      return reserved >= 0 ? reserved : larger<std::int64_t>(taken.tokens - other, 0);
    };
    return {.requests = taken.requests,
            .tokens = usage.total(),
            .input_tokens = part(usage.input_tokens, taken.input_tokens, usage.output_tokens),
            .output_tokens = part(usage.output_tokens, taken.output_tokens, usage.input_tokens)};
  }

  // `known`: the server has counted what was used, rather than what was reserved.
  void correct(Scope& scope, const Cost& used, bool known, Instant now) noexcept {
    if (!quotas_.differ(scope.cost, used)) return;
    if constexpr (lock_free) {
      quotas_.correct(scope.grant, scope.cost, used, now);
      if (quotas_.mode().load() == 0) return;
    }
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    if constexpr (!lock_free) quotas_.correct(scope.grant, scope.cost, used, now);
    quotas_.correct_servers(scope.grant, scope.cost, used, known);
    this->serve(now);
  }

  ARAMID_COLD void settle_failure(Scope& scope, const Context& ctx, const Error& error,
                                  Instant now) noexcept {
    const Ruling row = ruling(error);
    const bool sent = ctx.attempt() != scope.attempts;
    if (!sent || row.reservation == Reservation::give_back) {
      Cost used = nothing;
      if (sent && ctx.usage.known()) {
        used = used_by(scope, ctx.usage);
        used.requests = 0;
      }
      correct(scope, used, !sent, now);
    } else if (ctx.usage.known()) {
      correct(scope, used_by(scope, ctx.usage), true, now);
    } else if (row.reservation == Reservation::give_back_unused) {
      correct(scope, Cost{.requests = scope.cost.requests}, false, now);
    }
  }

  ARAMID_COLD void learn(const Scope& scope, const typename Quotas::Grant& grant, const Context& ctx,
                         Instant now) noexcept {
    if (ctx.attempt() == scope.attempts) return;
    const std::lock_guard lock{mutex_};
    quotas_.expire(now);
    quotas_.mode().fetch_or(counting);
    quotas_.learn(grant, ctx.hints, this->adopt_limits(), now);
    this->serve(now);
  }
};

/// The limiter inside `client`, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& limiter(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, LimiterTag>();
  static_assert(found != 0, "aramid: limiter(client): this client has no Limiter");
  static_assert(found <= 1,
                "aramid: limiter(client): this client has more than one Limiter; choose a candidate with "
                "limiter(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<LimiterTag>();
  } else {
    return client;
  }
}

ARAMID_END
