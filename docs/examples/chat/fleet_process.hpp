// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/fleet_process.hpp: the embedded fleet as a process of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>  // uint64_t
#include <string>   // string

namespace chat {

/// Starts this program again as `--fleet`; ends it, and waits for its end, in the destructor. If this process dies
/// without running destructors the fleet sees its stdin end and follows.
class FleetProcess {
 public:
  /// Throws std::runtime_error if the fleet does not come up.
  FleetProcess(const char* program, std::uint64_t seed);
  ~FleetProcess();
  FleetProcess(const FleetProcess&) = delete;
  FleetProcess& operator=(const FleetProcess&) = delete;

  struct Ports {
    int sambanova = 0;
    int hf = 0;
    int ollama = 0;
  };
  [[nodiscard]] const Ports& ports() const noexcept { return ports_; }

 private:
  void spawn(const char* program, std::uint64_t seed, int its_input, int its_output);
  void read_ports(int its_output);
  void end() noexcept;

  pid_t pid_ = -1;
  int lifeline_ = -1;  // the write end of the fleet's stdin; it lives as long as this is open
  Ports ports_;
};

[[nodiscard]] inline std::string url_of(int port) { return "http://127.0.0.1:" + std::to_string(port); }

}  // namespace chat
