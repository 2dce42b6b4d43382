// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/retry_throttle.hpp: no retries while failures outweigh successes, as gRPC has it.
//
//   GrpcThrottle<10, 100>                       10 tokens at most, 0.100 back for a success
//   GrpcThrottle<> with GrpcThrottleSettings{}  set at run time, and changed by `reconfigure`
//   Resilient<P, GrpcThrottle<10, 100>, Retry<3>>
//   retry_budget(client).milli_tokens()         from outside
//
// When to use it: to behave as a gRPC channel with `retryThrottling` does; one per server. When not: to bound
// retries by the traffic; use RetryBudget.
//
// Every failure that could be retried takes one token, whether or not a retry follows; a success gives the ratio
// back. Retries are allowed while more than half of the tokens are there. Failures that say nothing of the server's
// health (the caller's mistakes, cancels, refusals) take nothing. When it refuses, the caller gets the provider's
// own error at once, with Reason::budget_exhausted.
//
// Cost: one relaxed load a call while all tokens are there, else one compare-and-swap. Thread-safety: lock-free,
// one word, settings included. Source: gRPC proposal A6; milli-tokens as in gRPC's C++ core.
#pragma once

#include <aramid/policies/retry_budget_settings.hpp>
#include <aramid/policy.hpp>

#include <atomic>  // atomic

ARAMID_BEGIN

struct GrpcThrottleSettings {
  unsigned max_tokens = 10;    ///< 1 to 1000
  unsigned milli_ratio = 100;  ///< thousandths of a token that a success gives back, 1 to 1'000'000

  friend constexpr bool operator==(const GrpcThrottleSettings&, const GrpcThrottleSettings&) = default;
};

namespace detail {

template <auto MaxTokens, unsigned MilliRatio>
struct FixedGrpcThrottle {
  static consteval bool check() noexcept {
    static_assert(std::integral<decltype(MaxTokens)> && MaxTokens >= 1 && MaxTokens <= 1000,
                  "aramid: GrpcThrottle<MaxTokens, MilliRatio>: MaxTokens is 1 to 1000");
    static_assert(MilliRatio >= 1 && MilliRatio <= 1'000'000,
                  "aramid: GrpcThrottle<MaxTokens, MilliRatio>: MilliRatio is 1 to 1000000 thousandths");
    return true;
  }

 protected:
  [[nodiscard]] static constexpr GrpcThrottleSettings initial() noexcept {
    return {static_cast<unsigned>(MaxTokens), MilliRatio};
  }

 public:
  [[nodiscard]] static std::string describe() {
    return std::to_string(MaxTokens) + " tokens, " + std::to_string(MilliRatio) + "/1000 back for a success";
  }
};

template <unsigned MilliRatio>
struct FixedGrpcThrottle<AtRunTime{}, MilliRatio> {
  using Settings = GrpcThrottleSettings;
  constexpr FixedGrpcThrottle() noexcept = default;
  constexpr explicit FixedGrpcThrottle(const GrpcThrottleSettings& settings) : initial_{checked(settings)} {}
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 protected:
  static constexpr GrpcThrottleSettings checked(const GrpcThrottleSettings& settings) {
    require_setting(settings.max_tokens >= 1 && settings.max_tokens <= 1000,
                    "GrpcThrottleSettings::max_tokens", settings.max_tokens, "1 to 1000");
    require_setting(settings.milli_ratio >= 1 && settings.milli_ratio <= 1'000'000,
                    "GrpcThrottleSettings::milli_ratio", settings.milli_ratio, "1 to 1000000");
    return settings;
  }
  [[nodiscard]] constexpr GrpcThrottleSettings initial() const noexcept { return initial_; }

 private:
  GrpcThrottleSettings initial_;
};

/// Settings and tokens in one word: a success or failure and a reconfiguration cannot mix.
struct ThrottleWord {
  std::uint64_t max = 0;     // milli-tokens, at most 1'000'000
  std::uint64_t ratio = 0;   // milli-tokens a success
  std::uint64_t tokens = 0;  // milli-tokens left

  static constexpr unsigned bits = 20;
  static constexpr std::uint64_t mask = (std::uint64_t{1} << bits) - 1;

  [[nodiscard]] static constexpr ThrottleWord full(const GrpcThrottleSettings& settings) noexcept {
    const std::uint64_t max = std::uint64_t{settings.max_tokens} * 1000;
    return {max, settings.milli_ratio, max};
  }
  [[nodiscard]] static constexpr ThrottleWord unpack(std::uint64_t word) noexcept {
    return {word >> (2 * bits), (word >> bits) & mask, word & mask};
  }
  [[nodiscard]] constexpr std::uint64_t pack() const noexcept {
    return max << (2 * bits) | ratio << bits | tokens;
  }
  [[nodiscard]] constexpr bool may_retry() const noexcept { return tokens * 2 > max; }
};

}  // namespace detail

template <auto MaxTokens = AtRunTime{}, unsigned MilliRatio = 100>
class GrpcThrottle : public detail::FixedGrpcThrottle<MaxTokens, MilliRatio> {
  using Source = detail::FixedGrpcThrottle<MaxTokens, MilliRatio>;
  using Word = detail::ThrottleWord;
  static_assert(1'000'000 <= Word::mask);

 public:
  using Tag = RetryBudgetTag;
  using Source::Source;
  static constexpr Name name = "GrpcThrottle";
  static constexpr bool charges_repeats = true;
  static constexpr bool reads_time = false;

  struct Scope : Budget {
    GrpcThrottle* owner = nullptr;
    const Context* ctx = nullptr;
    unsigned recorded = 0;  // the last attempt whose failure was recorded, or of before this call
  };

  [[nodiscard]] Admission admit(Scope& scope, Context& ctx, Instant) noexcept {
    static_cast<Budget&>(scope) = Budget{&answer};
    scope.owner = this;
    scope.ctx = &ctx;
    scope.recorded = ctx.attempt();
    ctx.budgets.link(scope);
    return Admission::proceed();
  }
  [[nodiscard]] Verdict settle(Scope& scope, Context& ctx, const Error* failure, Instant) noexcept {
    ctx.budgets.unlink(scope);
    if (failure == nullptr) {
      success();
    } else if (ruling(*failure).again != Again::never && ctx.attempt() != scope.recorded) {
      (void)this->failure();
    }
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept { ctx.budgets.unlink(scope); }

  /// Records a success. `settle` does it for calls of this client.
  void success() noexcept {
    change([](Word word) {
      word.tokens = smaller(word.tokens + word.ratio, word.max);
      return word;
    });
  }
  /// Records a failure that could be retried; whether it may be. `settle` does it for calls of this client.
  [[nodiscard]] bool failure() noexcept {
    return change([](Word word) {
             word.tokens -= smaller<std::uint64_t>(word.tokens, 1000);
             return word;
           })
        .may_retry();
  }

  /// Thousandths of a token left.
  [[nodiscard]] unsigned milli_tokens() const noexcept { return static_cast<unsigned>(look().tokens); }
  [[nodiscard]] bool may_retry() const noexcept { return look().may_retry(); }
  /// Whether nothing would be lost with it: all tokens are there.
  [[nodiscard]] bool idle(Instant = {}) const noexcept {
    const Word word = look();
    return word.tokens == word.max;
  }
  /// Failures in a row after which a retry is still allowed.
  [[nodiscard]] std::int64_t balance(Instant = {}) const noexcept {
    const Word word = look();
    return word.may_retry() ? static_cast<std::int64_t>((word.tokens * 2 - word.max - 1) / 2000) : 0;
  }

  /// Other numbers; the fraction of the tokens that is left stays what it is, rounded down to a thousandth.
  void reconfigure(const GrpcThrottleSettings& settings)
    requires requires { typename Source::Settings; }
  {
    const Word wanted = Word::full(Source::checked(settings));
    change([&](Word word) { return Word{wanted.max, wanted.ratio, word.tokens * wanted.max / word.max}; });
  }

 private:
  [[nodiscard]] Word look() const noexcept { return Word::unpack(word_.load(std::memory_order_relaxed)); }

  template <class Change>
  ARAMID_INLINE Word change(Change to) noexcept {
    std::uint64_t old = word_.load(std::memory_order_relaxed);
    for (;;) {
      const Word next = to(Word::unpack(old));
      const std::uint64_t packed = next.pack();
      if (packed == old || word_.compare_exchange_weak(old, packed, std::memory_order_relaxed)) return next;
    }
  }

  static bool answer(Budget& self, Budget::Ask ask, const Error* failure, Instant) noexcept {
    auto& scope = static_cast<Scope&>(self);
    if (ask == Budget::Ask::refund) return true;  // it took nothing: the token was the failure's
    if (failure == nullptr) return scope.owner->may_retry();
    scope.recorded = scope.ctx->attempt();
    return scope.owner->failure();
  }

  std::atomic<std::uint64_t> word_{Word::full(Source::initial()).pack()};
};

ARAMID_END
