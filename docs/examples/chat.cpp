// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat.cpp: a chat that survives bad providers.
//
//   chat                         on an embedded fleet of bad servers, compared with a bare client
//   SAMBANOVA_API_KEY=... chat   for real; `chat --help` tells the rest
//
// What to read: chat/fleet_client.hpp has the client types, chat/demo.cpp uses them, chat/talk.cpp is a chat with
// history, chat/narrator.cpp listens to what happens inside a call. The rest is the fleet and the terminal.

#include "chat/demo.hpp"
#include "chat/fleet.hpp"
#include "chat/interrupt.hpp"
#include "chat/options.hpp"
#include "chat/providers.hpp"
#include "chat/talk.hpp"

#include <fmt/format.h>

#include <exception>  // exception
#include <span>       // span

namespace {

int run(const chat::Options& options, const char* program) {
  const chat::Interrupt interrupt;
  const auto providers = chat::find_providers(options);
  if (!providers) {
    fmt::print(stderr, "{}\n", providers.error());
    return 2;
  }
  if (options.demo || providers->empty()) return chat::run_demo(options, program, interrupt.token());
  return chat::run_talk(options, chat::make_client(*providers), interrupt.token());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto options = chat::parse_options(std::span{argv, static_cast<std::size_t>(argc)}.subspan(1));
    if (!options) {
      fmt::print(stderr, "{}\n", options.error());
      return 2;
    }
    if (options->help) {
      fmt::print("{}", chat::help_text("chat"));
      return 0;
    }
    if (options->fleet) return chat::run_fleet(options->seed);
    return run(*options, argv[0]);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "chat: {}\n", problem.what());
    return 1;
  }
}
