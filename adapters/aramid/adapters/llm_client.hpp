// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/llm_client.hpp: several chat providers as one client, ready to use, with settings at run time.
//
//   LlmClient client;                        // sambanova, hf and ollama, with keys from the environment
//   auto answer = client.generate("Why is the sky blue?");
//   if (answer) std::cout << answer->text;
//   client.stream_chat("And why red?", [](std::string_view piece) { std::cout << piece << std::flush; },
//                      {.provider = "auto", .enable_failover = true});
//   for (const std::string& piece : client.stream("And why not green?")) std::cout << piece;
//
// Each provider has retries, a circuit breaker, a rate limiter and a time limit of its own; in "auto" the one
// that has failed least of late is asked first. It is made of public types, and so can be one of your own:
//
//   template <class Provider>                // Retry: 1 s doubling, +10 to 30 %, or the server's Retry-After
//   using Guarded = Resilient<Provider, Retry<>, Switchable<Breaker<>>, Switchable<Limiter<SlidingWindow>>,
//                             ChatTimeout>;  // ChatTimeout: a whole answer's, and each pause of a stream
//   using Any = AnyProvider<ChatRequest, Completion>;                      // each holds a Guarded<...>
//   using Stack = Resilient<FailoverList<SuccessRate, Any>, Switchable<Telemetry>>;
//
// That composition is compiled once, into aramid::llm: this header costs little more than
// <aramid/adapters/chat.hpp>. docs/examples/own_llm_client.cpp is one with other policies.
//
// When to use it: as it is, or where the settings come from a configuration. When not: where the providers are
// known and their settings are constants; then a type is shorter, and the compiler checks it
// (docs/llm-client.md). A call makes at most `max_retries` retries at one provider and one more attempt at each
// further one, or `max_attempts`. Once output has reached the caller nothing is repeated: the call ends as
// `Fault::interrupted`.
//
// It is a provider itself: `Restart<LlmClient>`, `Hedge<LlmClient, ...>`.
// Errors: as the providers', or what a policy refused with. No exception leaves a call.
// Thread-safety: one client serves many threads. Neither copied nor moved; streams must not outlive it.
#pragma once

#include <aramid/adapters/llm_providers.hpp>
#include <aramid/adapters/llm_stream.hpp>
#include <aramid/policies/breaker_report.hpp>
#include <aramid/policies/log_level.hpp>
#include <aramid/policies/metrics_values.hpp>

#include <functional>   // function
#include <optional>     // optional
#include <stop_token>   // stop_token
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

ARAMID_BEGIN

struct LlmClientSettings {
  unsigned max_retries = 3;                   ///< of each provider, after the first attempt
  Span base_delay = Duration{1'000'000'000};  ///< before the first retry, +10 to 30 %; doubles; > 0
  Span max_delay =
      Duration{60'000'000'000};  ///< longest delay, a server's Retry-After included; >= base_delay
  Span timeout =
      Duration{30'000'000'000};  ///< of an attempt; of a stream: until it begins, and of each pause; > 0
  Span longest_stream =
      Duration{600'000'000'000};  ///< of an attempt that streams, altogether; above `timeout`
  Span call_timeout{};            ///< of a whole call, with retries, waits and failover; 0 = none
  unsigned max_attempts =
      0;  ///< of a call, over all providers; 0 = max_retries + 1, and 1 for each further provider

  bool enable_circuit_breaker = true;
  bool enable_rate_limiting = true;
  bool enable_telemetry = true;

  unsigned failure_threshold = 5;                    ///< failures in a row that open a breaker, 1 to 65535
  Span recovery_timeout = Duration{60'000'000'000};  ///< an open breaker's cool-down, > 0
  unsigned half_open_max_calls = 3;  ///< probes at a time, and successes that close it; 1 to 1023

  std::int64_t requests_per_minute = 50;  ///< of each provider, 0 = no such limit
  std::int64_t tokens_per_minute =
      10'000;  ///< of each provider, prompts and answers together, 0 = no such limit
  /// What a request may cost, in tokens, until the provider reports what it did. Empty: `estimate_cost`.
  std::function<std::int64_t(const ChatRequest& request)> estimate_tokens{};

  /// Names of providers in the order in which to ask them; the others follow as they were added. Empty: whoever has
  /// failed least of late first, and among equals the one that was added first.
  std::vector<std::string> provider_priority{};

  /// Where each call's lines go (<aramid/policies/call_log.hpp>); called from every thread that makes a call.
  std::function<void(LogLevel level, std::string_view line)> log{};
  Driver* driver = nullptr;  ///< the time line of calls, for tests (`testing::ManualClock`); null = real time
};

struct LlmCallOptions {
  std::string provider = "auto";  ///< or the name of the one to ask first
  bool enable_failover = true;    ///< false: only that one, or in "auto" the first choice
  Instant deadline = Instant::max();
  std::stop_token stop{};
  int priority = 0;  ///< among calls that wait for a rate limiter: higher goes first
};

/// One provider as `available_providers()` sees it.
struct LlmAvailability {
  std::string name;
  bool available = false;  ///< a call would be let in now
  std::string why{};       ///< if not, in words
  Duration wait{0};        ///< if not: until it would be; Duration::max() = not known, or not by waiting
};

class LlmClient {
 public:
  static constexpr bool is_stack = true;

  /// Of the providers in the environment: `LlmProviders::from_environment()`. Wrong settings are refused as all
  /// others are (<aramid/settings.hpp>).
  explicit LlmClient(const LlmClientSettings& settings = {});
  /// 1 to 64 providers; without any that can be used each call fails, and says why.
  LlmClient(const LlmClientSettings& settings, LlmProviders providers);
  LlmClient(const LlmClient&) = delete;
  LlmClient& operator=(const LlmClient&) = delete;
  ~LlmClient();

  /// The whole answer. Streams if the request says so.
  Outcome<Completion> generate(const ChatRequest& request, const LlmCallOptions& options = {});
  /// The same, with each piece of text handed to `on_text` as it comes, on this thread.
  Outcome<Completion> stream_chat(ChatRequest request, std::function<void(std::string_view)> on_text,
                                  const LlmCallOptions& options = {});
  /// The same, to be pulled. Dropping the stream cancels the call.
  [[nodiscard]] LlmStream stream(ChatRequest request, const LlmCallOptions& options = {});

  /// As a provider. Sets `ctx.cost` unless it says how many tokens the call may cost.
  Outcome<Completion> operator()(const ChatRequest& request, Context& ctx);
  Outcome<Completion> operator()(const ChatRequest& request);

  /// All counts since the client was made; limiters' counts are of the last minute. Breakers and limiters of all
  /// providers are taken together: the worst state, the sums.
  [[nodiscard]] Metrics metrics() const;
  /// All providers in the order in which a call would ask them now, then those that were left out.
  [[nodiscard]] std::vector<LlmAvailability> available_providers() const;

  /// The breaker of the provider with this name: its state, its numbers, why; `to_text(*report, client.now())` is a
  /// sentence. Nothing if it has none of its own: unknown, or left out.
  [[nodiscard]] std::optional<BreakerReport> circuit_breaker(std::string_view provider) const;
  /// Closes one, or all, and forgets the failures. False if there is no such provider.
  bool reset_circuit_breaker(std::string_view provider = "all") noexcept;

  /// The limits of one provider, or of all together. Must not outlive the client.
  class RateLimiter {
   public:
    struct Answer {
      bool can_proceed = true;
      Duration wait{0};  ///< if not: until it can; Duration::max() = never, or there is no such provider
    };
    /// Whether a request of so many tokens would be let in now, of several by some provider. Reserves nothing.
    [[nodiscard]] Answer can_proceed(std::int64_t estimated_tokens = 0) const noexcept;
    /// What the last minute used, of all providers added up.
    [[nodiscard]] LimiterMetrics used() const noexcept;

   private:
    friend LlmClient;
    RateLimiter(const LlmClient& client, std::string_view provider) : client_{&client}, provider_{provider} {}
    const LlmClient* client_;
    std::string provider_;
  };
  [[nodiscard]] RateLimiter rate_limiter(std::string_view provider = "all") const {
    return RateLimiter{*this, provider};
  }

  /// See `LlmClientSettings::provider_priority`; from the next call on. Unknown names are refused as wrong settings
  /// are.
  void set_provider_priority(const std::vector<std::string>& names);

  /// The instant that `state(now)` and its like want, on the client's time line.
  [[nodiscard]] Instant now() const noexcept;
  /// The composition, with the providers by name.
  [[nodiscard]] std::string describe() const;

  [[nodiscard]] unsigned attempts_allowed() const noexcept;
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept;
  [[nodiscard]] unsigned headroom(Instant now) const noexcept;
  [[nodiscard]] static consteval unsigned max_attempts() noexcept { return unlimited_attempts; }
  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "LlmClient: set at run time\n";
  }

 private:
  struct Impl;
  Impl* impl_;  // owned; <memory> would cost every user of this header
};

ARAMID_END
