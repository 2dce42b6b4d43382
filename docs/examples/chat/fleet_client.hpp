// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/fleet_client.hpp: the two clients that the demo compares.
#pragma once

#include "fleet.hpp"
#include "fleet_process.hpp"

#include <aramid/adapters/openai.hpp>
#include <aramid/aramid.hpp>

namespace chat {

using namespace std::chrono_literals;

/// What people give a request that has no other protection. The same for both clients.
inline constexpr aramid::Span attempt_timeout = 2s;

/// Every policy on. The times are those of the fleet, which is faster than life.
template <class Provider>
using Guarded =
    aramid::Resilient<Provider,                                                                           //
                      aramid::Retry<1, aramid::Backoff<aramid::Exponential, aramid::Jitter, 100ms, 2s>>,  //
                      aramid::Breaker<5, 1s, 3>,                                                          //
                      aramid::Limiter<aramid::SlidingWindow, aramid::RPM<600>, aramid::TPM<60'000>>,      //
                      aramid::Timeout<attempt_timeout>>;

using Providers = aramid::Failover<aramid::Priority,                                        //
                                   aramid::Named<"sambanova", Guarded<aramid::SambaNova>>,  //
                                   aramid::Named<"hf", Guarded<aramid::HuggingFace>>,       //
                                   aramid::Named<"ollama", Guarded<aramid::OllamaCompatible>>>;

[[nodiscard]] inline aramid::OpenAiSettings fleet_settings(aramid::Name name, int port,
                                                           std::size_t connections) {
  return {.model = fleet_model,
          .base_url = url_of(port) + "/v1",
          .api_key = aramid::Secret::none(),
          .name = name,
          .max_connections = connections};
}

struct FleetAddress {
  FleetProcess::Ports ports;
  std::size_t connections = 16;  ///< as many as there are calls at a time
};

using ResilientClient = aramid::Resilient<Providers, aramid::Telemetry, aramid::Timeout<15s>>;
static_assert(aramid::worst_case<ResilientClient>() <= 15s);

/// Attempts that one call may make: two of each provider. By default it could be used up before the last one.
inline constexpr unsigned max_attempts = 6;

}  // namespace chat
