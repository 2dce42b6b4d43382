// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "tool_calls.hpp"

#include <atomic>     // atomic
#include <chrono>     // system_clock
#include <exception>  // exception
#include <random>     // random_device

ARAMID_BEGIN

namespace detail {

namespace {

constexpr std::string_view made = "aramid_";

std::uint64_t seed() noexcept {
  try {
    std::random_device source;
    return std::uint64_t{source()} << 32 | source();
  } catch (const std::exception&) {
    return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  }
}

// One to one, so that different numbers stay different: the mixer of SplitMix64.
std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

}  // namespace

std::string make_call_id() {
  static std::atomic<std::uint64_t> next{seed()};
  std::uint64_t bits = mix(next.fetch_add(1, std::memory_order_relaxed));
  std::string id{made};
  for (int i = 0; i < 16; ++i, bits >>= 4) id += "0123456789abcdef"[bits & 15U];
  return id;
}

bool is_made_call_id(std::string_view id) noexcept { return id.starts_with(made); }

std::string function_of(const ChatRequest& request, const Message& message) {
  std::string name = message.name;
  if (!name.empty() || message.tool_call_id.empty()) return name;
  for (const Message& earlier : request.messages) {
    if (&earlier == &message) break;
    for (const ToolCall& call : earlier.tool_calls) {
      if (call.id == message.tool_call_id) name = call.name;
    }
  }
  return name;
}

}  // namespace detail

ARAMID_END
