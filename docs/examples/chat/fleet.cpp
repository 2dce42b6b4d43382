// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "fleet.hpp"

#include "fleet_server.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <csignal>  // signal
#include <cstdlib>  // _Exit

namespace chat {

int run_fleet(std::uint64_t seed) {
  std::signal(SIGPIPE, SIG_IGN);  // clients hang up
  using std::chrono::milliseconds;
  FleetServer sambanova{"sambanova", milliseconds{10}, seed};
  FleetServer hf{"hf", milliseconds{12}, seed};
  FleetServer ollama{"ollama", milliseconds{25}, seed};
  const int ports[] = {sambanova.start(), hf.start(), ollama.start()};
  for (const int port : ports) {
    if (port > 0) continue;
    fmt::print(stderr, "The embedded fleet could not listen on 127.0.0.1.\n");
    std::_Exit(1);
  }
  fmt::print("{} {} {}\n", ports[0], ports[1], ports[2]);
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  // Its threads serve requests that nobody waits for any more.
  std::_Exit(0);
}

}  // namespace chat
