// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "fleet_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>      // errno
#include <csignal>     // kill
#include <cstdio>      // sscanf
#include <cstring>     // strerror
#include <filesystem>  // exists
#include <stdexcept>   // runtime_error
#include <utility>     // exchange

namespace chat {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"no more file descriptors for a pipe"};
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    if (read_end >= 0) ::close(read_end);
    if (write_end >= 0) ::close(write_end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int keep_write_end() { return std::exchange(write_end, -1); }
};

}  // namespace

FleetProcess::FleetProcess(const char* program, std::uint64_t seed) {
  Pipe input;
  Pipe output;
  spawn(program, seed, input.read_end, output.write_end);
  lifeline_ = input.keep_write_end();
  ::close(std::exchange(output.write_end, -1));
  try {
    read_ports(output.read_end);
  } catch (...) {
    end();
    throw;
  }
}

FleetProcess::~FleetProcess() { end(); }

void FleetProcess::spawn(const char* program, std::uint64_t seed, int its_input, int its_output) {
  // The system knows better than argv[0] where this program is.
  const char* self = std::filesystem::exists("/proc/self/exe") ? "/proc/self/exe" : program;
  std::string seed_text = std::to_string(seed);
  std::string name{program};
  std::string arguments[] = {"--fleet", "--seed"};
  char* const argv[] = {name.data(), arguments[0].data(), arguments[1].data(), seed_text.data(), nullptr};

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, its_input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, its_output, STDOUT_FILENO);
  // Ctrl-C reaches every process of a terminal's group, but the fleet ends when this one does, not before.
  // Nothing else that is blocked here stays blocked there.
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGINT);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &blocked);

  const int problem = posix_spawn(&pid_, self, &files, &attributes, argv, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (problem != 0) {
    pid_ = -1;
    throw std::runtime_error{std::string{"the embedded fleet did not start: "} + std::strerror(problem)};
  }
}

void FleetProcess::read_ports(int its_output) {
  constexpr int patience_ms = 10'000;
  std::string line;
  while (line.empty() || line.back() != '\n') {
    pollfd wait{its_output, POLLIN, 0};
    char byte = 0;
    if (::poll(&wait, 1, patience_ms) <= 0 || ::read(its_output, &byte, 1) != 1) break;
    line += byte;
  }
  if (std::sscanf(line.c_str(), "%d %d %d", &ports_.sambanova, &ports_.hf, &ports_.ollama) != 3) {
    throw std::runtime_error{"the embedded fleet did not report its ports"};
  }
}

void FleetProcess::end() noexcept {
  if (pid_ < 0) return;
  ::close(lifeline_);
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace chat
