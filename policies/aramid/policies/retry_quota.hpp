// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/retry_quota.hpp: a purse that retries empty and successes fill, as the AWS SDKs have it.
//
//   AwsQuota                                 500 tokens; a retry costs 5, after a timeout 10
//   AwsQuota21                               500 tokens; a retry costs 14, after a rate limit 5
//   RetryQuota<200, 5, 10>                   your own numbers: capacity, cost, cost after a timeout
//   RetryQuota<> with RetryQuotaSettings{}   set at run time
//   Resilient<P, AwsQuota, Backoff<Exponential, Jitter>>
//   retry_budget(client).available()         from outside
//
// When to use it: to behave as an AWS SDK does; where a burst of retries after a quiet time is welcome: it looks at
// no clock, so the purse is full after any number of idle hours, and empty until calls succeed again. When not: to
// bound retries by the traffic; use RetryBudget.
//
// A success after a retry gives back what the last retry cost; one without a retry gives one token. A retry is
// charged when it is decided; when the purse refuses, the caller gets the provider's own error at once, with
// Reason::budget_exhausted.
//
// Cost: one relaxed load a call while the purse is full, else one compare-and-swap. Thread-safety: lock-free.
// Source: AWS SDKs and Tools Reference, "Retry behavior", standard mode and its version 2.1.
#pragma once

#include <aramid/policies/retry_budget_settings.hpp>
#include <aramid/policy.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

struct RetryQuotaSettings {
  unsigned capacity = 500;       ///< tokens of a full purse, 1 to 1'000'000
  unsigned cost = 5;             ///< of a retry, 1 to capacity
  unsigned timeout_cost = 10;    ///< of one after `timed_out`, 1 to capacity
  unsigned throttling_cost = 5;  ///< of one after `rate_limited`, 1 to capacity

  friend constexpr bool operator==(const RetryQuotaSettings&, const RetryQuotaSettings&) = default;
};

namespace detail {

template <auto Capacity, unsigned Cost, unsigned TimeoutCost, unsigned ThrottlingCost>
struct FixedRetryQuota {
  static consteval bool check() noexcept {
    static_assert(std::integral<decltype(Capacity)> && Capacity >= 1 && Capacity <= 1'000'000,
                  "aramid: RetryQuota<Capacity, Cost, ...>: Capacity is 1 to 1000000 tokens");
    static_assert(
        Capacity < 1 || (Cost >= 1 && Cost <= Capacity && TimeoutCost >= 1 && TimeoutCost <= Capacity &&
                         ThrottlingCost >= 1 && ThrottlingCost <= Capacity),
        "aramid: RetryQuota<Capacity, Cost, TimeoutCost, ThrottlingCost>: a cost is 1 to Capacity");
    return true;
  }
  [[nodiscard]] static constexpr RetryQuotaSettings settings() noexcept {
    return {static_cast<unsigned>(Capacity), Cost, TimeoutCost, ThrottlingCost};
  }
  [[nodiscard]] static std::string describe() {
    return std::to_string(Capacity) + " tokens, a retry costs " + std::to_string(Cost) +
           ", after a timeout " + std::to_string(TimeoutCost) + ", after a rate limit " +
           std::to_string(ThrottlingCost);
  }
};

template <unsigned Cost, unsigned TimeoutCost, unsigned ThrottlingCost>
struct FixedRetryQuota<AtRunTime{}, Cost, TimeoutCost, ThrottlingCost> {
  using Settings = RetryQuotaSettings;
  constexpr FixedRetryQuota() noexcept = default;
  constexpr explicit FixedRetryQuota(const RetryQuotaSettings& settings) : settings_{settings} {
    require_setting(settings.capacity >= 1 && settings.capacity <= 1'000'000, "RetryQuotaSettings::capacity",
                    settings.capacity, "1 to 1000000");
    const auto require_cost = [&](unsigned cost, const char* field) {
      require_setting(cost >= 1 && cost <= settings.capacity, field, cost, "1 to capacity, which is ",
                      settings.capacity);
    };
    require_cost(settings.cost, "RetryQuotaSettings::cost");
    require_cost(settings.timeout_cost, "RetryQuotaSettings::timeout_cost");
    require_cost(settings.throttling_cost, "RetryQuotaSettings::throttling_cost");
  }
  [[nodiscard]] constexpr const RetryQuotaSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  RetryQuotaSettings settings_;
};

}  // namespace detail

template <auto Capacity = AtRunTime{}, unsigned Cost = 5, unsigned TimeoutCost = 10,
          unsigned ThrottlingCost = Cost>
class RetryQuota : public detail::FixedRetryQuota<Capacity, Cost, TimeoutCost, ThrottlingCost> {
 public:
  using Tag = RetryBudgetTag;
  using detail::FixedRetryQuota<Capacity, Cost, TimeoutCost, ThrottlingCost>::FixedRetryQuota;
  static constexpr Name name = "RetryQuota";
  static constexpr bool charges_repeats = true;
  static constexpr bool reads_time = false;

  struct Scope : Budget {
    RetryQuota* owner = nullptr;
    unsigned charged = 0;         // for the last retry
    unsigned charged_before = 0;  // for the one before it
  };

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant) noexcept {
    static_cast<Budget&>(scope) = Budget{&answer};
    scope.owner = this;
    scope.charged = 0;
    ctx.budgets.link(scope);
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant) noexcept {
    ctx.budgets.unlink(scope);
    if (failure == nullptr) put(scope.charged != 0 ? scope.charged : 1);
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept { ctx.budgets.unlink(scope); }

  /// Tokens in the purse.
  [[nodiscard]] unsigned available() const noexcept {
    return this->settings().capacity - missing_.load(std::memory_order_relaxed);
  }
  /// Retries at the usual cost that it would allow.
  [[nodiscard]] std::int64_t balance(Instant = {}) const noexcept {
    return available() / this->settings().cost;
  }
  /// Whether nothing would be lost with it: the purse is full.
  [[nodiscard]] bool idle(Instant = {}) const noexcept {
    return missing_.load(std::memory_order_relaxed) == 0;
  }
  /// Takes `tokens`, all or none. For retries that this library does not make.
  [[nodiscard]] bool take(unsigned tokens) noexcept {
    unsigned old = missing_.load(std::memory_order_relaxed);
    do {
      if (tokens > this->settings().capacity - old) return false;
    } while (!missing_.compare_exchange_weak(old, old + tokens, std::memory_order_relaxed));
    return true;
  }
  /// Puts `tokens` back, as far as there is room.
  void put(unsigned tokens) noexcept {
    unsigned old = missing_.load(std::memory_order_relaxed);
    while (old != 0 &&
           !missing_.compare_exchange_weak(old, old - smaller(old, tokens), std::memory_order_relaxed)) {
    }
  }

 private:
  [[nodiscard]] unsigned cost_after(const Error* failure) const noexcept {
    const RetryQuotaSettings& settings = this->settings();
    if (failure == nullptr) return settings.cost;
    if (failure->fault == Fault::timed_out) return settings.timeout_cost;
    return failure->fault == Fault::rate_limited ? settings.throttling_cost : settings.cost;
  }

  static bool answer(Budget& self, Budget::Ask ask, const Error* failure, Instant) noexcept {
    auto& scope = static_cast<Scope&>(self);
    if (ask == Budget::Ask::refund) {
      scope.owner->put(scope.charged);
      scope.charged = scope.charged_before;
      return true;
    }
    const unsigned cost = scope.owner->cost_after(failure);
    if (!scope.owner->take(cost)) return false;
    scope.charged_before = scope.charged;
    scope.charged = cost;
    return true;
  }

  // Counted down from full, so that a new purse is full whatever its capacity.
  std::atomic<unsigned> missing_{0};
};

/// The standard mode's published numbers, and those of its version 2.1.
using AwsQuota = RetryQuota<500, 5, 10>;
using AwsQuota21 = RetryQuota<500, 14, 14, 5>;

ARAMID_END
