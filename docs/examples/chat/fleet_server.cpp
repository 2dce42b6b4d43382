// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "fleet_server.hpp"

#include "fleet.hpp"
#include "fleet_wire.hpp"

#include <nlohmann/json.hpp>

#include <sys/socket.h>

#include <charconv>  // from_chars
#include <utility>   // move

namespace chat {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds stall{3000};
constexpr milliseconds retry_after{1000};
// A connection keeps its thread until it closes, so there are enough for every client of the demo.
constexpr std::size_t threads = 96;

/// The number at the end of "run-17".
std::uint64_t chat_number(const std::string& user) {
  std::uint64_t number = 0;
  const std::size_t dash = user.rfind('-');
  if (dash != std::string::npos) std::from_chars(user.data() + dash + 1, user.data() + user.size(), number);
  return number;
}

}  // namespace

struct FleetServer::Job {
  std::vector<std::string> words;
  int prompt_tokens = 0;
  bool cut = false;  // max_tokens was reached
  bool stream = false;
  Fate fate = Fate::answer;
};

FleetServer::FleetServer(std::string name, milliseconds per_token, std::uint64_t seed)
    : name_{std::move(name)}, per_token_{per_token}, seed_{seed} {
  server_.new_task_queue = [] { return new httplib::ThreadPool{threads}; };
  server_.set_keep_alive_max_count(100'000);
  server_.set_tcp_nodelay(true);
  server_.set_socket_options([this](socket_t socket) { listening_ = socket; });
  server_.Post("/v1/chat/completions",
               [this](const auto& request, auto& response) { complete(request, response); });
  server_.Get("/stats", [this](const auto&, auto& response) { stats(response); });
}

int FleetServer::start() {
  const int port = server_.bind_to_any_port("127.0.0.1");
  if (port <= 0) return -1;
  // httplib's queue of five is shorter than a burst of clients, and the one left out would wait for a second.
  ::listen(listening_, 128);
  thread_ = std::jthread{[this] { server_.listen_after_bind(); }};
  return port;
}

void FleetServer::complete(const httplib::Request& request, httplib::Response& response) {
  const WireRequest wire = read_request(request.body);
  if (!wire.problem.empty()) {
    send_error(response, 400, "invalid_request_error", wire.problem);
    return;
  }
  if (wire.model != fleet_model) {
    send_error(response, 404, "model_not_found",
               "The model '" + wire.model + "' does not exist. There is 'demo'.");
    return;
  }
  ++received_;
  Job job{.words = words_for(wire), .prompt_tokens = wire.prompt_tokens, .stream = wire.stream};
  job.fate = next_fate(wire.user);
  if (wire.max_tokens > 0 && job.words.size() > static_cast<std::size_t>(wire.max_tokens)) {
    job.words.resize(static_cast<std::size_t>(wire.max_tokens));
    job.cut = true;
  }
  if (job.fate == Fate::rate_limited) {
    ++rate_limited_;
    response.set_header("Retry-After", std::to_string(retry_after / std::chrono::seconds{1}));
    send_error(response, 429, "rate_limit_exceeded", "Rate limit exceeded: too many requests.");
  } else if (job.fate == Fate::overloaded) {
    ++overloaded_;
    send_error(response, 503, "overloaded", "The model is overloaded.");
  } else {
    answer(job, response);
  }
}

Fate FleetServer::next_fate(const std::string& user) {
  // Who does not take part in a run is not made to suffer.
  if (user.empty()) return Fate::answer;
  unsigned attempt = 0;
  {
    const std::lock_guard lock{mutex_};
    attempt = ++attempts_[user];
  }
  return fate_of(seed_, name_, chat_number(user), attempt);
}

void FleetServer::answer(const Job& job, httplib::Response& response) {
  if (job.fate == Fate::stall) ++stalled_;
  if (job.fate == Fate::drop) ++dropped_;
  response.set_chunked_content_provider(
      job.stream ? "text/event-stream" : "application/json",
      [this, job](std::size_t, httplib::DataSink& sink) { return stream(job, sink); });
}

bool FleetServer::stream(const Job& job, httplib::DataSink& sink) {
  const auto send = [&](const std::string& text) { return sink.write(text.data(), text.size()); };
  const Wire wire{name_, job.prompt_tokens};
  if (job.stream && !send(wire.first())) return false;
  if (job.fate == Fate::stall && !pause(stall, sink)) return false;
  for (std::size_t i = 0; i < job.words.size(); ++i) {
    if (job.fate == Fate::drop && i == job.words.size() / 2) return false;
    if (!pause(per_token_, sink)) return false;
    if (job.stream && !send(wire.word(job.words[i], i == 0))) return false;
  }
  if (!send(job.stream ? wire.last(job.words.size(), job.cut) : wire.whole(job.words, job.cut))) return false;
  ++answered_;
  sink.done();
  return true;
}

/// False if the client has gone meanwhile.
bool FleetServer::pause(milliseconds time, const httplib::DataSink& sink) {
  constexpr milliseconds step{50};
  for (; time > step; time -= step) {
    std::this_thread::sleep_for(step);
    if (!sink.is_writable()) return false;
  }
  std::this_thread::sleep_for(time);
  return true;
}

void FleetServer::stats(httplib::Response& response) const {
  send_json(response, {{"received", received_.load()},
                       {"answered", answered_.load()},
                       {"rate_limited", rate_limited_.load()},
                       {"overloaded", overloaded_.load()},
                       {"stalled", stalled_.load()},
                       {"dropped", dropped_.load()}});
}

}  // namespace chat
