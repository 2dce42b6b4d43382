// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// What an LlmClient is made of, as <aramid/adapters/llm_client.hpp> says it.
//
//   Telemetry                       counts whole calls
//   └ FailoverList, SuccessRate     the provider that has failed least of late, then the others
//      └ per provider: Retry        1 s doubling, +10 to 30 %, or the server's Retry-After
//         └ Breaker                 5 failures in a row, 60 s, 3 probes
//            └ Limiter              50 requests and 10,000 tokens a minute; waits, in order
//               └ ChatTimeout       30 s: for a whole answer, and for each pause of a stream
//                  └ the provider
#pragma once

#include <aramid/adapters/chat_timeout.hpp>
#include <aramid/any_provider.hpp>
#include <aramid/failover_list.hpp>
#include <aramid/policies/backoff.hpp>
#include <aramid/policies/breaker.hpp>
#include <aramid/policies/limiter.hpp>
#include <aramid/policies/switchable.hpp>
#include <aramid/policies/telemetry.hpp>
#include <aramid/resilient.hpp>
#include <aramid/routing/success_rate.hpp>

ARAMID_BEGIN

/// Any chat provider.
using AnyChat = AnyProvider<ChatRequest, Completion>;

/// One provider behind its own policies. Settings: RetrySettings, BreakerSettings, LimiterSettings,
/// ChatTimeoutSettings.
template <class Provider>
using GuardedChat =
    Resilient<Provider, Retry<>, Switchable<Breaker<>>, Switchable<Limiter<SlidingWindow>>, ChatTimeout>;

/// All of them as one client. Each `AnyChat` in the list holds a `GuardedChat<...>`.
using LlmStack = Resilient<FailoverList<SuccessRate, AnyChat>, Switchable<Telemetry>>;

ARAMID_END
