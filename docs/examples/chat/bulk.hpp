// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/bulk.hpp: many chats from many threads, counted.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/context.hpp>
#include <aramid/error.hpp>

#include <cstdint>      // uint64_t
#include <functional>   // function
#include <stop_token>   // stop_token
#include <string_view>  // string_view
#include <vector>       // vector

namespace chat {

/// Any client, as a function.
using ChatCall =
    std::function<aramid::Outcome<aramid::Completion>(const aramid::ChatRequest&, aramid::Context&)>;

struct BulkResult {
  std::uint64_t answered = 0;
  // Chats that failed, by what the caller was told.
  std::uint64_t timed_out = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t otherwise = 0;
  std::vector<aramid::Duration> latencies;  ///< of answered chats, shortest first
  aramid::Duration took{0};

  [[nodiscard]] std::uint64_t failed() const noexcept { return timed_out + rate_limited + otherwise; }
  /// The latency that the fraction `part` of the answered chats did not exceed; 0 if there is none.
  [[nodiscard]] aramid::Duration percentile(double part) const noexcept;
};

/// Sends `chats` chats, at most `threads` at a time, and shows how far it is. Returns early if stopped.
[[nodiscard]] BulkResult run_bulk(std::string_view label, const ChatCall& call, std::uint64_t chats,
                                  std::uint64_t threads, const std::stop_token& stop);

}  // namespace chat
