// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/limiter_settings.hpp: the quotas and the queue of a limiter, as template arguments or at run
// time.
//
//   Limiter<SlidingWindow, RPM<50>, TPM<10'000>, Queue<64>, MaxWait<5s>>
//   Limiter<SlidingWindow> with LimiterSettings{.quotas = {Quota{Unit::requests, 50, 60s}},
//                                               .queue = {.length = 64, .max_wait = 5s}}
#pragma once

#include <aramid/describe.hpp>
#include <aramid/policies/queue.hpp>
#include <aramid/policies/quota.hpp>
#include <aramid/settings.hpp>

#include <array>  // array
#include <span>   // span

ARAMID_BEGIN

/// The server's reports never change a limit; what they say is left still counts. For a server whose limits are of
/// other windows than the quotas here.
struct OwnLimits {};

struct LimiterSettings {
  static constexpr std::size_t max_quotas = 8;

  std::array<Quota<>, max_quotas> quotas{};  ///< those with a limit of 0 are left out; at least one has one
  /// By default calls wait as long as their deadlines allow, as many as come. A length of 0: none waits.
  QueueSettings queue{.length = QueueSettings::max_length};
  bool adopt_limits = true;  ///< a limit that the server reports takes the place of the one set here

  friend constexpr bool operator==(const LimiterSettings&, const LimiterSettings&) = default;
};

namespace detail {

[[nodiscard]] inline std::string describe_quotas(std::span<const Quota<>> quotas) {
  std::string text;
  for (const Quota<>& quota : quotas) {
    if (!text.empty()) text += ", ";
    text += std::to_string(quota.limit) + " " + to_string(quota.unit) + " in " + to_text(quota.window);
  }
  return text;
}

template <class T>
inline constexpr bool is_limiter_option_v = queue_option<T> != 0 || std::same_as<T, OwnLimits>;

/// The quotas among `Args`, in their order.
template <class... Args>
struct QuotasAmong {
  static constexpr std::size_t count = (std::size_t{0} + ... + (QuotaType<Args> ? 1 : 0));

  static constexpr std::array<Quota<>, count> values = [] {
    std::array<Quota<>, count> values{};
    [[maybe_unused]] std::size_t i = 0;
    const auto add = [&]<class Q>(const Q*) {
      if constexpr (QuotaType<Q>) values[i++] = Q::value;
    };
    (add(static_cast<const Args*>(nullptr)), ...);
    return values;
  }();
};

template <class... Args>
class LimiterConfig {
  using Quotas = QuotasAmong<Args...>;

 public:
  static constexpr std::size_t max_quotas = Quotas::count;
  static constexpr bool knows_quotas = true;
  static constexpr bool only_requests = [] {
    for (const Quota<>& quota : Quotas::values) {
      if (quota.unit != Unit::requests) return false;
    }
    return true;
  }();

  static consteval bool check() noexcept {
    static_assert(((QuotaType<Args> || is_limiter_option_v<Args>) && ...),
                  "aramid: Limiter<Algorithm, ...>: after the algorithm come quotas, such as RPM<50> and "
                  "TPM<10'000>, and the options Queue<N>, MaxWait<D>, Ageing<D> and OwnLimits");
    static_assert(Quotas::count >= 1,
                  "aramid: Limiter<Algorithm, ...>: options need a quota beside them; without any quota all "
                  "settings come at run time, as LimiterSettings");
    static_assert(Quotas::count <= LimiterSettings::max_quotas,
                  "aramid: a Limiter takes at most eight quotas");
    static_assert(fine(), "aramid: the limit of a quota (RPM<N>, TPM<N>) must be at least 1");
    static_assert(windows_fine(), "aramid: the window of a Quota<Unit, Limit, Window> must be above 0");
    static_assert(times_v<1, Args...> <= 1 && times_v<2, Args...> <= 1 && times_v<3, Args...> <= 1,
                  "aramid: Queue<N>, MaxWait<D> and Ageing<D> are given at most once each");
    static_assert(queue().length <= QueueSettings::max_length,
                  "aramid: Queue<N>: N is the number of calls that may wait in a Limiter, 0 to 65535");
    static_assert(positive(queue().max_wait), "aramid: MaxWait<D>: D must be above 0");
    static_assert(queue().ageing.ns >= 0, "aramid: Ageing<D>: D must not be negative");
    return true;
  }

  [[nodiscard]] static constexpr std::span<const Quota<>> quotas() noexcept { return Quotas::values; }
  [[nodiscard]] static constexpr QueueSettings queue() noexcept {
    return queue_of<Args...>(LimiterSettings{}.queue);
  }
  [[nodiscard]] static constexpr bool adopt_limits() noexcept {
    return !(std::same_as<Args, OwnLimits> || ...);
  }
  [[nodiscard]] static std::string describe() {
    std::string text = describe_quotas(Quotas::values);
    if (queue() != LimiterSettings{}.queue) text += describe_queue(queue());
    return text;
  }
  // Without a MaxWait only the call's deadline ends a wait.
  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return saturating_add(inner, longest_wait(queue()));
  }

 private:
  static consteval bool fine() noexcept {
    for (const Quota<>& quota : Quotas::values) {
      if (quota.limit < 1) return false;
    }
    return true;
  }
  static consteval bool windows_fine() noexcept {
    for (const Quota<>& quota : Quotas::values) {
      if (!positive(quota.window)) return false;
    }
    return true;
  }
};

template <>
class LimiterConfig<> {
 public:
  using Settings = LimiterSettings;
  static constexpr std::size_t max_quotas = LimiterSettings::max_quotas;
  static constexpr bool knows_quotas = false;
  static constexpr bool only_requests = true;  // it can: the settings say

  static consteval bool check() noexcept { return true; }

  /// A template, so that the sentence comes only when a client is really built without the settings.
  template <class Never = void>
  LimiterConfig() {
    static_assert(
        !std::is_void_v<Never>,
        "aramid: a Limiter without quotas takes LimiterSettings at run time: give them after the provider");
  }
  explicit LimiterConfig(const LimiterSettings& settings) : settings_{settings} {
    for (const Quota<>& quota : settings.quotas) {
      if (quota.limit == 0) continue;
      require_setting(quota.limit >= 1, "LimiterSettings::quotas[].limit", quota.limit,
                      "1 and above, or 0 to leave the quota out");
      require_setting(positive(quota.window), "LimiterSettings::quotas[].window", quota.window, "above 0");
      settings_.quotas[count_++] = quota;
    }
    require_setting(count_ != 0, "LimiterSettings::quotas", "without a limit",
                    "one quota with a limit, or more");
    require_queue(settings.queue);
  }
  /// A template so that who has no limiter does not pay for it: making a span is 4 % of what <chrono> and
  /// <atomic> take to compile.
  template <class Any = Quota<>>
  [[nodiscard]] std::span<const Any> quotas() const noexcept {
    return {settings_.quotas.data(), count_};
  }
  [[nodiscard]] const QueueSettings& queue() const noexcept { return settings_.queue; }
  [[nodiscard]] bool adopt_limits() const noexcept { return settings_.adopt_limits; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }
  [[nodiscard]] static constexpr Duration worst_case(Duration) noexcept { return unbounded; }

 private:
  LimiterSettings settings_;
  std::size_t count_ = 0;
};

}  // namespace detail

ARAMID_END
