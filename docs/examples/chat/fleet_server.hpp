// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/fleet_server.hpp: one server of the embedded fleet.
//
//   POST /v1/chat/completions   as OpenAI's, streaming or not; "user": "run-17" says which chat it is
//   POST /v1/messages           as Anthropic's; there it is "metadata": {"user_id": "run-17"}
//   GET  /stats                 what it received and what it did, as JSON
#pragma once

#include "faults.hpp"
#include "fleet_wire.hpp"

#include <httplib.h>

#include <atomic>         // atomic
#include <chrono>         // milliseconds
#include <mutex>          // mutex
#include <string>         // string
#include <thread>         // jthread
#include <unordered_map>  // unordered_map

namespace chat {

class FleetServer {
 public:
  FleetServer(std::string name, std::chrono::milliseconds per_token, std::uint64_t seed);

  /// Listens on a port of the system's choice and serves from a thread of its own. The port, or -1.
  [[nodiscard]] int start();

 private:
  struct Job;

  void complete(const Wire& wire, const httplib::Request& request, httplib::Response& response);
  void stats(httplib::Response& response) const;
  [[nodiscard]] Fate next_fate(const std::string& user);
  void answer(const Job& job, httplib::Response& response);
  [[nodiscard]] bool stream(const Job& job, httplib::DataSink& sink);
  [[nodiscard]] static bool pause(std::chrono::milliseconds time, const httplib::DataSink& sink);

  const std::string name_;
  const std::chrono::milliseconds per_token_;
  const std::uint64_t seed_;

  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::uint64_t> rate_limited_{0};
  std::atomic<std::uint64_t> overloaded_{0};
  std::atomic<std::uint64_t> stalled_{0};
  std::atomic<std::uint64_t> dropped_{0};

  std::mutex mutex_;
  std::unordered_map<std::string, unsigned> attempts_;  // by the request's "user"

  int listening_ = -1;
  httplib::Server server_;
  std::jthread thread_;
};

}  // namespace chat
