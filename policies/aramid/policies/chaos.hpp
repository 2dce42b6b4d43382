// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/chaos.hpp: failures and delays on purpose, to see what a stack does with them.
//
//   using Tested = Resilient<OpenAi, Backoff<...>, Breaker<5, 60s, 3>, Chaos<Fault::overloaded, 50>>;    5 % fail
//   ChaosDelay<2s, 100, 7>                          one attempt in ten begins 2 s late; seed 7
//   Chaos<> with ChaosSettings{.fault = Fault::timed_out, .permille = 10, .delay = 30s, .delay_permille = 10}
//   chaos(client).set(0, 0)                         off at run time
//
// Innermost in a stack, so that the policies outside take it for the provider. An attempt that is made to fail is
// not made; the failure looks like the provider's. Draws come from the policy's own seeded sequence, one for each
// attempt: the same calls in the same order meet the same faults.
// When to use it: in tests, and in production for a small share behind `Switchable` or settings. When not: to test
// wire formats; that is a server's job. With a share of 0 between the angle brackets it is not there at all.
// Cost: one relaxed addition and a multiplication an attempt; none with a share of 0. Thread-safety: lock-free.
// Source: Netflix's Chaos Monkey; the fault, latency and outcome strategies of Polly's Simmy.
#pragma once

#include <aramid/access.hpp>
#include <aramid/describe.hpp>
#include <aramid/policy.hpp>
#include <aramid/settings.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

struct ChaosSettings {
  Fault fault = Fault::unavailable;  ///< what the failing attempts fail with; none that is refused here
  unsigned permille = 0;             ///< attempts of a thousand that fail, 0 to 1000
  Span delay{};                      ///< how much later delayed attempts begin, >= 0
  unsigned delay_permille = 0;       ///< attempts of a thousand that are delayed, 0 to 1000
  std::uint64_t seed = 1;

  friend constexpr bool operator==(const ChaosSettings&, const ChaosSettings&) = default;
};

/// What `chaos(client)` looks for.
struct ChaosTag {};

namespace detail {

/// A number of 0 to 999 for each draw, the same sequence for the same seed.
class ChaosDice {
 public:
  constexpr explicit ChaosDice(std::uint64_t seed) noexcept : next_{seed} {}
  [[nodiscard]] std::uint64_t draw() noexcept {
    const std::uint64_t turn = next_.fetch_add(0x9E3779B97F4A7C15U, std::memory_order_relaxed);
    return SplitMix64::mix(turn + 0x9E3779B97F4A7C15U);
  }
  [[nodiscard]] static constexpr bool falls(std::uint64_t drawn, unsigned permille) noexcept {
    return drawn % 1000 < permille;
  }

 private:
  std::atomic<std::uint64_t> next_;
};

struct NoDice {
  constexpr explicit NoDice(std::uint64_t) noexcept {}
};

/// What is the same whether settings are constants or not.
struct ChaosScope {
  bool delayed = false;
};

[[nodiscard]] inline Admission fail_on_purpose(Context& ctx, Fault fault, unsigned permille) noexcept {
  ctx.compare(permille, 1000);
  return Admission::reject(fault, Reason::on_purpose);
}
// Unlike a limiter's, this wait is the provider's slowness: it is not a reason to go elsewhere.
[[nodiscard]] inline Admission delay_on_purpose(ChaosScope& scope, Instant now, Duration delay) noexcept {
  scope.delayed = true;
  return Admission::wait_until(saturating_add(now, delay), Reason::on_purpose, Fault::unknown);
}

[[nodiscard]] inline std::string describe_share(unsigned permille) {
  return std::to_string(permille / 10) + (permille % 10 != 0 ? "." + std::to_string(permille % 10) : "") +
         " % ";
}

}  // namespace detail

inline constexpr Fault chaos_at_run_time = Fault::cancelled;

/// `Permille` of a thousand attempts fail with `What`.
template <Fault What = chaos_at_run_time, unsigned Permille = 0, std::uint64_t Seed = 1>
class Chaos {
 public:
  static constexpr Name name = "Chaos";
  static constexpr bool reads_time = false;
  using Scope = detail::ChaosScope;

  static consteval bool check() noexcept {
    static_assert(!refused_here(What),
                  "aramid: Chaos<Fault, Permille, Seed>: the fault is one of a provider or of the transport");
    static_assert(Permille <= 1000, "aramid: Chaos<Fault, Permille, Seed>: Permille is 0 to 1000");
    return true;
  }

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope&, [[maybe_unused]] Context& ctx, Instant) noexcept {
    if constexpr (Permille > 0) {
      if (dice_.falls(dice_.draw(), Permille)) [[unlikely]]
        return detail::fail_on_purpose(ctx, What, Permille);
    }
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
  void release(Scope&, Context&) noexcept {}

  [[nodiscard]] static std::string describe() {
    return detail::describe_share(Permille) + "of the attempts fail with " + std::string{to_string(What)};
  }

 private:
  using Dice = std::conditional_t<(Permille > 0), detail::ChaosDice, detail::NoDice>;
  ARAMID_EMPTY Dice dice_{Seed};
};

/// `Permille` of a thousand attempts begin `Delay` late.
template <Span Delay, unsigned Permille, std::uint64_t Seed = 1>
class ChaosDelay {
 public:
  static constexpr Name name = "ChaosDelay";
  static constexpr bool reads_time = Permille > 0;
  using Scope = detail::ChaosScope;

  static consteval bool check() noexcept {
    static_assert(positive(Delay), "aramid: ChaosDelay<Delay, Permille, Seed>: Delay must be above 0");
    static_assert(Permille <= 1000, "aramid: ChaosDelay<Delay, Permille, Seed>: Permille is 0 to 1000");
    return true;
  }

  [[nodiscard]] ARAMID_INLINE Admission admit([[maybe_unused]] Scope& scope, Context&,
                                              [[maybe_unused]] Instant now) noexcept {
    if constexpr (Permille > 0) {
      if (!scope.delayed && dice_.falls(dice_.draw(), Permille)) [[unlikely]]
        return detail::delay_on_purpose(scope, now, Delay);
    }
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
  void release(Scope&, Context&) noexcept {}

  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return Permille > 0 ? saturating_add(inner, Delay) : inner;
  }
  [[nodiscard]] static std::string describe() {
    return detail::describe_share(Permille) + "of the attempts begin " + to_text(Delay) + " late";
  }

 private:
  using Dice = std::conditional_t<(Permille > 0), detail::ChaosDice, detail::NoDice>;
  ARAMID_EMPTY Dice dice_{Seed};
};

/// Both, set at run time and changed at any time.
template <unsigned Permille, std::uint64_t Seed>
class Chaos<chaos_at_run_time, Permille, Seed> {
 public:
  using Tag = ChaosTag;
  using Settings = ChaosSettings;
  static constexpr Name name = "Chaos";
  using Scope = detail::ChaosScope;

  Chaos() noexcept : Chaos(ChaosSettings{}) {}
  explicit Chaos(const ChaosSettings& settings)
      : settings_{settings},
        dice_{settings.seed},
        permille_{settings.permille},
        delay_permille_{settings.delay_permille} {
    require_setting(!refused_here(settings.fault), "ChaosSettings::fault", to_string(settings.fault),
                    "a fault of a provider or of the transport");
    require_setting(settings.permille <= 1000, "ChaosSettings::permille", settings.permille, "0 to 1000");
    require_setting(settings.delay.ns >= 0, "ChaosSettings::delay", settings.delay, "0 s or more");
    require_setting(settings.delay_permille <= 1000, "ChaosSettings::delay_permille", settings.delay_permille,
                    "0 to 1000");
  }

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    const unsigned fails = permille_.load(std::memory_order_relaxed);
    const unsigned late = delay_permille_.load(std::memory_order_relaxed);
    if ((fails | late) == 0 || scope.delayed) return Admission::proceed();
    const std::uint64_t drawn = dice_.draw();
    if (dice_.falls(drawn, fails)) return detail::fail_on_purpose(ctx, settings_.fault, fails);
    if (dice_.falls(drawn >> 32U, late)) return detail::delay_on_purpose(scope, now, settings_.delay);
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope&, Context&, const Error*, Instant) noexcept { return Verdict::done(); }
  void release(Scope&, Context&) noexcept {}

  /// Other shares from now on, 0 to 1000; larger ones count as 1000.
  void set(unsigned permille, unsigned delay_permille) noexcept {
    permille_.store(smaller(permille, 1000U), std::memory_order_relaxed);
    delay_permille_.store(smaller(delay_permille, 1000U), std::memory_order_relaxed);
  }

  [[nodiscard]] static constexpr Duration worst_case(Duration) noexcept { return unbounded; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  ChaosSettings settings_;
  detail::ChaosDice dice_;
  std::atomic<unsigned> permille_;
  std::atomic<unsigned> delay_permille_;
};

/// The `Chaos<>` inside `client`, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& chaos(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, ChaosTag>();
  static_assert(found == 1, "aramid: chaos(client): this client has no Chaos<>, or more than one");
  if constexpr (found == 1) {
    return client.template find<ChaosTag>();
  } else {
    return client;
  }
}

ARAMID_END
