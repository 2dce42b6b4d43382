// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/llm_stack.hpp: what an LlmClient is made of.
//
//   Telemetry                       counts whole calls
//   └ FailoverList, SuccessRate     the provider that has failed least of late, then the others
//      └ per provider: Retry        1 s doubling, +10 to 30 %, or the server's Retry-After
//         └ Breaker                 5 failures in a row, 60 s, 3 probes
//            └ Limiter              50 requests and 10,000 tokens a minute; waits, in order
//               └ ChatTimeout       30 s: for a whole answer, and for each pause of a stream
//                  └ the provider
//
// LlmClient itself (<aramid/adapters/llm_client.hpp>) is compiled once, so that who uses it does not pay for these
// templates. Read this file to build one's own: other policies, other routing, or settings as template arguments.
// docs/llm-client.md shows how.
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
