// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/limiter_settings.hpp: the quotas of a limiter, as template arguments or at run time.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/policies/quota.hpp>
#include <aramid/settings.hpp>

#include <array>  // array
#include <span>   // span

ARAMID_BEGIN

/// Up to four quotas; the ones with a limit of 0 are left out. At least one must be set.
struct LimiterSettings {
  static constexpr std::size_t max_quotas = 4;
  std::array<Quota, max_quotas> quotas{};

  friend constexpr bool operator==(const LimiterSettings&, const LimiterSettings&) = default;
};

namespace detail {

[[nodiscard]] inline std::string describe_quotas(std::span<const Quota> quotas) {
  std::string text;
  for (const Quota& quota : quotas) {
    if (!text.empty()) text += ", ";
    text += std::to_string(quota.limit) + (quota.unit == Unit::requests ? " requests" : " tokens") + " in " +
            to_text(quota.window);
  }
  return text;
}

template <class Q>
consteval Quota quota_of() noexcept {
  if constexpr (QuotaType<Q>) {
    return Q::value;
  } else {
    return {};  // refused by the sentence below
  }
}

template <class... Quotas>
struct FixedQuotas {
  static consteval bool check() noexcept {
    static_assert((QuotaType<Quotas> && ...),
                  "aramid: Limiter<Algorithm, Quotas...>: quotas are types such as RPM<50> and TPM<10'000>");
    static_assert(sizeof...(Quotas) <= LimiterSettings::max_quotas,
                  "aramid: a Limiter takes at most four quotas");
    if constexpr ((QuotaType<Quotas> && ...)) {
      static_assert(((quota_of<Quotas>().limit >= 1 && positive(quota_of<Quotas>().window)) && ...),
                    "aramid: the limit of a quota (RPM<N>, TPM<N>) must be at least 1");
    }
    return true;
  }
  static constexpr std::array<Quota, sizeof...(Quotas)> values{quota_of<Quotas>()...};
  [[nodiscard]] static constexpr std::span<const Quota> quotas() noexcept { return values; }
  [[nodiscard]] static std::string describe() { return describe_quotas(values); }
  // A queue has no limit of its own: only the call's deadline ends a wait.
  [[nodiscard]] static constexpr Duration worst_case(Duration) noexcept { return unbounded; }
};

template <>
struct FixedQuotas<> {
  using Settings = LimiterSettings;

  /// A template, so that the sentence comes only when a client is really built without the settings.
  template <class Never = void>
  FixedQuotas() {
    static_assert(
        !std::is_void_v<Never>,
        "aramid: a Limiter without quotas takes LimiterSettings at run time: give them after the provider");
  }
  explicit FixedQuotas(const LimiterSettings& settings) {
    for (const Quota& quota : settings.quotas) {
      if (quota.limit == 0) continue;
      require_setting(quota.limit >= 1, "LimiterSettings::quotas[].limit", quota.limit,
                      "1 and above, or 0 to leave the quota out");
      require_setting(positive(quota.window), "LimiterSettings::quotas[].window", quota.window, "above 0");
      values_[count_++] = quota;
    }
    require_setting(count_ != 0, "LimiterSettings::quotas", "without a limit",
                    "one quota with a limit, or more");
  }
  [[nodiscard]] std::span<const Quota> quotas() const noexcept { return {values_.data(), count_}; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }
  [[nodiscard]] static constexpr Duration worst_case(Duration) noexcept { return unbounded; }

 private:
  std::array<Quota, LimiterSettings::max_quotas> values_{};
  std::size_t count_ = 0;
};

}  // namespace detail

ARAMID_END
