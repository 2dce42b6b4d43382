// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/retry_budget_settings.hpp: how many retries to first attempts, as template arguments or at run
// time; and the accessor that all retry budgets share.
#pragma once

#include <aramid/access.hpp>
#include <aramid/describe.hpp>
#include <aramid/ratio.hpp>
#include <aramid/settings.hpp>

ARAMID_BEGIN

struct RetryBudgetSettings {
  Ratio share = percent(20);  ///< retries to first attempts: 0 to 10, in parts of 1 to 1/1'000'000
  Span window = Duration{10'000'000'000};  ///< over which both are counted, 1 s to 60 s
  unsigned per_second = 10;                ///< retries allowed whatever the traffic, 0 to 1'000'000

  friend constexpr bool operator==(const RetryBudgetSettings&, const RetryBudgetSettings&) = default;
};

/// What `retry_budget(client)` looks for.
struct RetryBudgetTag {};

namespace detail {

[[nodiscard]] constexpr bool share_is_allowed(Ratio share) noexcept {
  return share.denominator >= 1 && share.denominator <= 1'000'000 && share.numerator >= 0 &&
         share.numerator <= 10 * share.denominator;
}
[[nodiscard]] constexpr bool window_is_allowed(Span window) noexcept {
  return window >= Span{Duration{1'000'000'000}} && window <= Span{Duration{60'000'000'000}};
}

template <auto Share, Span Window, unsigned PerSecond>
struct FixedRetryBudget {
  static consteval bool check() noexcept {
    static_assert(share_is_allowed(ratio_of<Share>()),
                  "aramid: RetryBudget<Share, Window, PerSecond>: Share is a percentage of 0 to 1000, or a "
                  "Ratio{numerator, denominator} of 0 to 10 with a denominator of 1 to 1000000");
    static_assert(window_is_allowed(Window),
                  "aramid: RetryBudget<Share, Window, PerSecond>: Window is 1 s to 60 s");
    static_assert(
        PerSecond <= 1'000'000,
        "aramid: RetryBudget<Share, Window, PerSecond>: PerSecond is 0 to 1000000 retries a second");
    return true;
  }
  [[nodiscard]] static constexpr RetryBudgetSettings settings() noexcept {
    return {ratio_of<Share>(), Window, PerSecond};
  }
  [[nodiscard]] static std::string describe() {
    return "retries at most " + to_text(ratio_of<Share>()) + " of first attempts over " +
           aramid::to_text(Window) + ", and " + std::to_string(PerSecond) + " per second";
  }
};

template <Span Window, unsigned PerSecond>
struct FixedRetryBudget<AtRunTime{}, Window, PerSecond> {
  using Settings = RetryBudgetSettings;
  constexpr FixedRetryBudget() noexcept = default;
  constexpr explicit FixedRetryBudget(const RetryBudgetSettings& settings) : settings_{settings} {
    const Ratio share = settings.share;
    require_setting(share.denominator >= 1 && share.denominator <= 1'000'000,
                    "RetryBudgetSettings::share.denominator", share.denominator, "1 to 1000000");
    require_setting(share_is_allowed(share), "RetryBudgetSettings::share.numerator", share.numerator,
                    "0 to ten times the denominator, which is ", share.denominator);
    require_setting(window_is_allowed(settings.window), "RetryBudgetSettings::window", settings.window,
                    "1 s to 60 s");
    require_setting(settings.per_second <= 1'000'000, "RetryBudgetSettings::per_second", settings.per_second,
                    "0 to 1000000");
  }
  [[nodiscard]] constexpr const RetryBudgetSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  RetryBudgetSettings settings_;
};

}  // namespace detail

/// The retry budget inside `client`, of whatever form, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& retry_budget(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, RetryBudgetTag>();
  static_assert(found != 0, "aramid: retry_budget(client): this client has no retry budget");
  static_assert(
      found <= 1,
      "aramid: retry_budget(client): this client has more than one retry budget; choose a candidate "
      "with retry_budget(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<RetryBudgetTag>();
  } else {
    return client;
  }
}

ARAMID_END
