// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/fleet.hpp: three HTTP servers on loopback that pose as LLM providers and misbehave.
//
//   sambanova  fast; 429 with Retry-After, and stalls
//   hf         503s, and connections that break in the middle of an answer
//   ollama     slow and steady
#pragma once

#include <cstdint>  // uint64_t

namespace chat {

/// The name of the one model that the fleet has.
inline constexpr const char* fleet_model = "demo";

/// Runs the fleet until stdin ends, so that it never outlives whoever started it. Prints the three ports, in the
/// order above, as one line. Returns only if it could not start: the exit status.
[[nodiscard]] int run_fleet(std::uint64_t seed);

}  // namespace chat
