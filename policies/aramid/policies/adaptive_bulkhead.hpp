// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/adaptive_bulkhead.hpp: at most so many calls at a time, and it finds out how many.
//
//   AdaptiveBulkhead<Gradient2, 1, 200>                       from latency: the ratio of usual to present
//   AdaptiveBulkhead<Vegas, 1, 200, Queue<50>, MaxWait<1s>>   from an estimate of the queue at the server
//   AdaptiveBulkhead<Aimd, 4, 100, Initial<10>>               from failures
//   AdaptiveBulkhead<> with AdaptiveBulkheadSettings{...}     Gradient2, set at run time
//   bulkhead(client).limit()                                  what it thinks now
//
// When to use it: for a server whose capacity nobody knows, or which shares it with others. When not: where the
// limit is known (Bulkhead), for a few calls a minute (there is nothing to learn from), or outside retries and
// queues: it would measure those. Inside them it measures attempts.
//
// It learns from calls that end, and sends none of its own: nothing is turned away to measure. A success is a
// sample of latency; what the ruling table calls evidence of failure is a drop; what is neither (a caller's
// mistake, a cancel, a rate limit, a refusal further in) is no sample. Otherwise it is a Bulkhead: its permits,
// its queue, its reasons, its orphans.
//
// Cost: one compare-and-swap to admit, a short lock to settle. No allocation. Thread-safety: yes.
// Source: Netflix concurrency-limits, with the algorithms' constants.
#pragma once

#include <aramid/policies/adaptive_settings.hpp>
#include <aramid/policies/bulkhead.hpp>

ARAMID_BEGIN

template <class Algorithm = Gradient2, auto Min = AtRunTime{}, unsigned Max = 200, class... Options>
class AdaptiveBulkhead : public detail::FixedAdaptive<Algorithm, Min, Max, Options...> {
  using Base = detail::FixedAdaptive<Algorithm, Min, Max, Options...>;

 public:
  using Tag = BulkheadTag;
  static constexpr Name name = "AdaptiveBulkhead";
  /// What was learnt is out of date when no call has ended for this long.
  static constexpr Duration forgets_after{60'000'000'000};

  struct Scope : detail::GateScope {
    Instant began{};
  };

  AdaptiveBulkhead() noexcept : AdaptiveBulkhead(Base{}) {}
  template <class Given>
    requires std::constructible_from<Base, const Given&>
  explicit AdaptiveBulkhead(const Given& settings) : AdaptiveBulkhead(Base{settings}) {}

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    scope.began = now;
    return gate_.admit(scope, ctx, now, this->settings().queue);
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant now) noexcept {
    const Evidence evidence = failure == nullptr ? Evidence::success : ruling(*failure).evidence;
    if (evidence != Evidence::none) {
      LimitSample sample{elapsed(scope.began, now), scope.in_flight, evidence == Evidence::failure};
      if constexpr (requires { requires Algorithm::draws; }) sample.random = ctx.random();
      learn(sample, now);
    }
    gate_.settle(scope, ctx);
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept { gate_.release(scope, ctx); }

  /// A call that could only wait in line is not let in now.
  [[nodiscard]] Readiness readiness(const Context&, Instant) const noexcept {
    return gate_.readiness(this->settings().queue, name);
  }
  /// Permits that are out, those of orphans included.
  [[nodiscard]] unsigned in_flight() const noexcept { return gate_.in_flight(); }
  /// Calls that wait for one.
  [[nodiscard]] unsigned waiting() const noexcept { return gate_.waiting(); }
  /// Permits whose calls have ended, and whose work has not.
  [[nodiscard]] unsigned orphans() const noexcept { return gate_.orphans(); }
  /// The limit that it has found.
  [[nodiscard]] unsigned limit() const noexcept { return gate_.limit(); }
  /// New bounds, 1 <= min <= max <= 16777215; the limit moves into them at once.
  void set_range(unsigned min, unsigned max) {
    require_setting(min >= 1 && min <= max, "AdaptiveBulkhead::set_range min", min, "1 to max, which is ",
                    max);
    require_setting(max <= detail::PermitGate::max_limit, "AdaptiveBulkhead::set_range max", max,
                    "min to 16777215");
    const std::lock_guard lock{mutex_};
    limit_.set_range({min, max, min});
    gate_.set_limit(limit_.value());
  }
  /// Whether nothing of use would be lost with it: no permit is out, and what it has learnt is out of date.
  [[nodiscard]] bool idle(Instant now) const noexcept {
    if (in_flight() != 0 || waiting() != 0) return false;
    const std::lock_guard lock{mutex_};
    return !learnt_ || elapsed(last_, now) >= forgets_after;
  }

 private:
  explicit AdaptiveBulkhead(const Base& base) noexcept
      : Base{base}, limit_{this->settings().range()}, gate_{limit_.value()} {}

  void learn(const LimitSample& sample, Instant now) noexcept {
    const std::lock_guard lock{mutex_};
    learnt_ = true;
    last_ = now;
    limit_.update(sample);
    // Under this lock too, so that limits reach the gate in the order in which they were found.
    if (limit_.value() != gate_.limit()) gate_.set_limit(limit_.value());
  }

  mutable std::mutex mutex_;
  typename detail::LimitOf<Algorithm>::type limit_;
  Instant last_{};
  bool learnt_ = false;
  detail::PermitGate gate_;
};

ARAMID_END
