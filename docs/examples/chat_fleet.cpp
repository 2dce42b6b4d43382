// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat_fleet.cpp: the ready-made client against the demo's embedded fleet of bad servers. Run by
// the tests: it fails unless LlmClient answers at least 99 % of the chats of which a bare client answers less
// than 80 %.
//
//   chat_fleet [CHATS]

#include "chat/bulk.hpp"
#include "chat/fleet.hpp"
#include "chat/fleet_client.hpp"
#include "chat/fleet_process.hpp"

#include <aramid/adapters/json.hpp>
#include <aramid/adapters/llm_client.hpp>

#include <fmt/format.h>

#include <cstdlib>      // strtoull
#include <exception>    // exception
#include <string_view>  // string_view

namespace {

using namespace aramid;
using namespace std::chrono_literals;

constexpr std::uint64_t seed = 7;
constexpr std::uint64_t threads = 64;

// [client]
/// The times are those of the fleet, which is faster than life.
const LlmClientSettings settings{.max_retries = 1,
                                 .base_delay = 100ms,
                                 .max_delay = 2s,
                                 .timeout = 2s,
                                 .longest_stream = 10s,
                                 .max_attempts = 6,
                                 .recovery_timeout = 1s,
                                 .requests_per_minute = 60'000,
                                 .tokens_per_minute = 6'000'000};

LlmProviders fleet_providers(const chat::FleetProcess::Ports& ports) {
  LlmProviders providers;
  providers.add("sambanova", SambaNova{chat::fleet_settings("sambanova", ports.sambanova, threads)});
  providers.add("hf", HuggingFace{chat::fleet_settings("hf", ports.hf, threads)});
  providers.add("ollama", OllamaCompatible{chat::fleet_settings("ollama", ports.ollama, threads)});
  return providers;
}
// [/client]

/// Answered chats of all, in percent.
double run(std::string_view label, const chat::ChatCall& call, std::uint64_t chats) {
  const chat::BulkResult result = chat::run_bulk(label, call, chats, threads, {});
  const double percent = 100.0 * static_cast<double>(result.answered) / static_cast<double>(chats);
  fmt::print("{}: {} of {} chats answered, {:.1f} %\n", label, result.answered, chats, percent);
  return percent;
}

int compare(const char* program, std::uint64_t chats) {
  const chat::FleetProcess fleet{program, seed};
  const SambaNova bare{chat::fleet_settings("sambanova", fleet.ports().sambanova, threads)};
  const double without = run(
      "bare",
      [&](const ChatRequest& request, Context& ctx) {
        ctx.deadline = ctx.now() + chat::attempt_timeout.duration();
        return bare(request, ctx);
      },
      chats);
  LlmClient client{settings, fleet_providers(fleet.ports())};
  const double with =
      run("LlmClient", [&](const ChatRequest& request, Context& ctx) { return client(request, ctx); }, chats);
  fmt::print("{}\n", to_json(client.metrics()));
  if (without < 80.0 && with >= 99.0) return 0;
  fmt::print("wanted: below 80 % for the bare client, 99 % or more for LlmClient\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    // The fleet is this program again, in a process of its own.
    if (argc > 1 && std::string_view{argv[1]} == "--fleet") return chat::run_fleet(seed);
    return compare(argv[0], argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 384);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "chat_fleet: {}\n", problem.what());
    return 1;
  }
}
