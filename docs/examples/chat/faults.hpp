// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/faults.hpp: what the embedded fleet does wrong, and when.
#pragma once

#include <cstdint>      // uint64_t, uint8_t
#include <string_view>  // string_view

namespace chat {

enum class Fate : std::uint8_t {
  answer,
  rate_limited,  ///< 429 with Retry-After
  overloaded,    ///< 503
  stall,         ///< the answer comes, but later than anybody waits
  drop,          ///< the connection breaks in the middle of the answer
};

/// What `provider` does with its `attempt`-th request (from 1) for chat number `chat`. A pure function, so that
/// two clients that send the same chats meet the same faults.
[[nodiscard]] Fate fate_of(std::uint64_t seed, std::string_view provider, std::uint64_t chat,
                           unsigned attempt) noexcept;

}  // namespace chat
