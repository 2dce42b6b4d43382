// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/presets.hpp: ready-made stacks, as type aliases.
//
//   presets::InteractiveChat<OpenAi> client{OpenAi{settings}};
//   presets::ClaudeStyle<OpenAi> careful{OpenAi{settings}};
//   presets::CursorStyle<Named<"a", OpenAi>, Named<"b", SambaNova>> several{args(a, b)};
//   static_assert(worst_case<presets::HighThroughput<OpenAi>>() <= 17min);
//
// The first three are tunings for a purpose. The styles behave as well-known clients do by their published sources,
// at the revision that is named; each says what it lacks. They are no more than aliases: copy one and change it.
//
//   preset            attempts   delays                    honours     breaker           limits        time
//   HighThroughput    6          0.5 s x2, +10..30 %       30 s        5/60 s/3          50, 10 k      60 s
//   InteractiveChat   3          1 s x2, +10..30 %         10 s        -                 50, 10 k      15 s
//   BatchProcessing   11         2 s x2, +10..30 %         120 s       5/60 s/3          50, 10 k      300 s
//   CodexStyle        5          0.2 s x2, +-10 %          10 s        -                 -             idle 300 s
//   ClaudeStyle       3          0.5 s x2, -25..0 %        60 s        -                 50, 10 k      600 s
//   GeminiStyle       10         5 s x2 to 30 s, +-30 %    300 s       30 s, capacity    -             60 s, idle
//   CursorStyle       3 each     1 s x2, +10..30 %         60 s        50 %/5 s/1        50, 10 k      30 s
//
// "Honours": the longest Retry-After that is kept to. A longer one ends the call at that provider, with
// `Reason::hint_too_long`.
// Not part of <aramid/aramid.hpp>. Cost, thread-safety: as the policies inside.
#pragma once

#include <aramid/failover.hpp>
#include <aramid/policies/backoff.hpp>
#include <aramid/policies/breaker.hpp>
#include <aramid/policies/limiter.hpp>
#include <aramid/policies/phase_timeout.hpp>
#include <aramid/policies/telemetry.hpp>
#include <aramid/policies/timeout.hpp>
#include <aramid/policies/token_bucket.hpp>
#include <aramid/resilient.hpp>
#include <aramid/routing/success_rate.hpp>

ARAMID_BEGIN

namespace presets {

using std::chrono::milliseconds;
using std::chrono::seconds;

// --- what the presets are made of -----------------------------------------------------------------------------

/// 50 requests and 10,000 tokens in any minute; nobody waits for longer than that minute.
using MinuteLimits = Limiter<SlidingWindow, RPM<50>, TPM<10'000>, MaxWait<seconds{60}>>;

/// Doubling up to `Top`. Unlike a Backoff's cap it does not limit how long a server may ask for.
template <Span Top>
struct DoublingTo {
  static constexpr Name name = "DoublingTo";
  [[nodiscard]] static std::string describe() { return "DoublingTo<" + to_text(Top) + ">"; }
  [[nodiscard]] static constexpr Duration delay(Duration base, unsigned retry) noexcept {
    return smaller<Duration>(Exponential::delay(base, retry), Top);
  }
};

/// Up to `Percent` percent, 1 to 100, shorter than the delay, never longer.
template <unsigned Percent>
struct Shortened {
  static constexpr Name name = "Shortened";
  [[nodiscard]] static std::string describe() { return "Shortened<" + std::to_string(Percent) + ">"; }
  [[nodiscard]] static constexpr Duration apply(Duration delay, std::uint32_t random) noexcept {
    return delay - Duration{scale((delay - least(delay)).count(), random)};
  }
  [[nodiscard]] static constexpr Duration least(Duration delay) noexcept {
    return delay - (delay / 100 * Percent + delay % 100 * Percent / 100);
  }
  [[nodiscard]] static constexpr Duration most(Duration delay) noexcept { return delay; }
};

/// Server faults and transport faults; never a rate limit.
struct ServerOrTransport {
  static constexpr Name name = "ServerOrTransport";
  [[nodiscard]] constexpr bool operator()(const Error& error) const noexcept {
    switch (error.fault) {
      case Fault::overloaded:
      case Fault::loading:
      case Fault::unavailable:
      case Fault::connection_failed:
      case Fault::connection_lost:
      case Fault::timed_out:
        return true;
      default:
        return error.fault == Fault::unknown && error.status >= 500;
    }
  }
};

/// What the ruling table lets be asked again, and an open breaker: its cool-down is a hint like any other.
struct OrOpen {
  static constexpr Name name = "OrOpen";
  [[nodiscard]] constexpr bool operator()(const Error& error) const noexcept {
    return error.fault == Fault::circuit_open || ByRuling{}(error);
  }
};

/// A breaker's evidence: only that the provider has no capacity.
struct NoCapacity {
  [[nodiscard]] Evidence operator()(const Error& error) const noexcept {
    return error.fault == Fault::overloaded ? Evidence::failure : Evidence::none;
  }
};

// --- for a purpose --------------------------------------------------------------------------------------------

/// Many calls, none of them watched: five quick retries, and 60 s for each attempt. The breaker opens within one
/// call that fails five times in a row, so the sixth attempt is for what is no breaker's business, a rate limit
/// above all.
template <class Provider>
using HighThroughput = Resilient<Provider, Telemetry,                                                     //
                                 Retry<5, Backoff<Exponential, Jitter, milliseconds{500}, seconds{30}>>,  //
                                 Breaker<5, seconds{60}, 3>, MinuteLimits, Timeout<seconds{60}>>;

/// A person waits: few retries, and soon an error rather than late an answer. Without a breaker: who is refused at
/// once presses the button again.
template <class Provider>
using InteractiveChat = Resilient<Provider,                                                         //
                                  Retry<2, Backoff<Exponential, Jitter, seconds{1}, seconds{10}>>,  //
                                  MinuteLimits, Timeout<seconds{15}>>;

/// Nobody waits: ten retries over many minutes, also over an open breaker's cool-down.
template <class Provider>
using BatchProcessing =
    Resilient<Provider, Telemetry,                                                        //
              Retry<10, Backoff<Exponential, Jitter, seconds{2}, seconds{120}>, OrOpen>,  //
              Breaker<5, seconds{60}, 3>, MinuteLimits, Timeout<seconds{300}>>;

// --- as others do ---------------------------------------------------------------------------------------------

/// openai/codex, its request layer: four retries from 0.2 s, doubling, +-10 %, of server and transport faults and
/// never of a 429; nothing for 300 s ends a stream; telemetry. Source: codex-rs/codex-client/src/retry.rs
/// @7116353, model-provider-info/src/lib.rs @61ac839. Unlike there a Retry-After is kept to, up to 10 s (there it
/// is not read). Lacks the stream layer, which sends the turn again up to five times after it broke off (that is
/// `Restart<CodexStyle<P>, 5, SameProvider>`), and the change from websockets to HTTPS. It has no limit on the
/// whole, so its worst case is unbounded: give calls a deadline.
template <class Provider>
using CodexStyle = Resilient<Provider, Telemetry,                                                        //
                             Retry<4, Backoff<Exponential, Spread<10>, milliseconds{200}, seconds{10}>,  //
                                   ServerOrTransport>,
                             PhaseTimeout<FirstOutput<seconds{300}>, Idle<seconds{300}>>>;

/// anthropic-sdk-python: two retries from 0.5 s, doubling, up to 25 % shorter, Retry-After kept to up to 60 s,
/// and 600 s an attempt. Source: _constants.py, _base_client.py 793-875 @009b035. With the token buckets and the
/// queue that the reference client calls Claude's: 50 requests and 10,000 tokens a minute, until the server
/// reports others. Unlike there a Retry-After above 60 s ends the call (there it is ignored, and the server asked
/// too early), and a 409 is retried once. Two retries never come near that SDK's longest delay, 8 s. Lacks the
/// refusal of calls that are expected to take more than ten minutes. A gradual ramp-up is `RampUp<60s, 10>`
/// outside it.
template <class Provider>
using ClaudeStyle =
    Resilient<Provider,                                                                        //
              Retry<2, Backoff<Exponential, Shortened<25>, milliseconds{500}, seconds{60}>>,   //
              Limiter<TokenBucket<>, RPM<50>, TPM<10'000>, Queue<256>, MaxWait<seconds{60}>>,  //
              Timeout<seconds{600}>>;

/// google-gemini/gemini-cli: nine retries from 5 s, doubling to 30 s, +-30 %; with a server's delay only +0 to 20
/// %, and one above 300 s ends the call; 60 s to the first output, 300 s of silence. A model without capacity
/// gets two retries and is then left alone for 30 s. Source: packages/core/src/utils/retry.ts,
/// utils/googleQuotaErrors.ts, availability/ @5411f11. Lacks the fallback to another model: that is a Failover
/// around two of these. Other faults have no breaker there either. It has no limit on the whole, so its worst
/// case is unbounded: give calls a deadline.
template <class Provider>
using GeminiStyle =
    Resilient<Provider, Breaker<1, seconds{30}, 1, NoCapacity>,                                  //
              Retry<9, Backoff<DoublingTo<seconds{30}>, Spread<30>, seconds{5}, seconds{300}>>,  //
              PhaseTimeout<FirstOutput<seconds{60}>, Silence<seconds{300}>>>;

/// One candidate of CursorStyle.
template <class Provider>
using CursorCandidate =
    Resilient<Provider,                                                         //
              Retry<2, Backoff<Exponential, Jitter, seconds{1}, seconds{60}>>,  //
              Breaker<FailureRate{.percent = 50, .minimum = 5, .window = seconds{60}}, seconds{5}, 1>,
              MinuteLimits, Timeout<seconds{30}>>;

/// `Named<"a", P, ...>` with P's policies around it.
template <class Provider>
struct CursorCandidateOf {
  using type = CursorCandidate<Provider>;
};
template <FixedName Text, class Provider, class... Properties>
struct CursorCandidateOf<Named<Text, Provider, Properties...>> {
  using type = Named<Text, CursorCandidate<Provider>, Properties...>;
};

/// Balancing with failover and limits that know tokens, which the reference client calls Cursor's, with the
/// constants of BerriAI/litellm's router: two retries each, and a provider is left out for 5 s when half of at
/// least five calls of a minute failed. Whoever has failed least of late is asked first. Source:
/// litellm/constants.py @000db7e, router_utils/cooldown_handlers.py @1fa201c; 50 requests and 10,000 tokens a
/// minute as in the reference client. Unlike there each provider's limits are its own, tokens are reserved before
/// the call rather than added after it, and nobody waits at a provider while another is ready. Lacks the
/// exception for a lone deployment, and state that several processes share.
template <class... Providers>
using CursorStyle =
    Resilient<Failover<SuccessRate, typename CursorCandidateOf<Providers>::type...>, Telemetry>;

}  // namespace presets

ARAMID_END
