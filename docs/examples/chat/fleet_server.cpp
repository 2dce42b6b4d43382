// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "fleet_server.hpp"

#include "fleet.hpp"

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

void send(httplib::Response& response, const WireError& error) {
  response.status = error.status;
  response.set_content(error.body, "application/json");
}

}  // namespace

struct FleetServer::Job {
  const Wire* wire;
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
               [this](const auto& request, auto& response) { complete(openai_wire(), request, response); });
  server_.Post("/v1/messages", [this](const auto& request, auto& response) {
    complete(anthropic_wire(), request, response);
  });
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

void FleetServer::complete(const Wire& wire, const httplib::Request& request, httplib::Response& response) {
  const WireRequest asked = read_request(wire, request.body);
  if (!asked.problem.empty()) return send(response, wire.error(Refusal::bad_request, asked.problem));
  if (asked.model != fleet_model) {
    return send(response, wire.error(Refusal::no_such_model,
                                     "The model '" + asked.model + "' does not exist. There is 'demo'."));
  }
  ++received_;
  Job job{
      .wire = &wire, .words = words_for(asked), .prompt_tokens = asked.prompt_tokens, .stream = asked.stream};
  job.fate = next_fate(asked.user);
  if (asked.max_tokens > 0 && job.words.size() > static_cast<std::size_t>(asked.max_tokens)) {
    job.words.resize(static_cast<std::size_t>(asked.max_tokens));
    job.cut = true;
  }
  if (job.fate == Fate::rate_limited) {
    ++rate_limited_;
    response.set_header("Retry-After", std::to_string(retry_after / std::chrono::seconds{1}));
    send(response, wire.error(Refusal::rate_limited, "Rate limit exceeded: too many requests."));
  } else if (job.fate == Fate::overloaded) {
    ++overloaded_;
    send(response, wire.error(Refusal::overloaded, "The model is overloaded."));
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
  const Envelope envelope{.id = name_, .prompt_tokens = job.prompt_tokens};
  std::string text;
  if (job.stream && !send(job.wire->first(envelope))) return false;
  if (job.fate == Fate::stall && !pause(stall, sink)) return false;
  for (std::size_t i = 0; i < job.words.size(); ++i) {
    if (job.fate == Fate::drop && i == job.words.size() / 2) return false;
    if (!pause(per_token_, sink)) return false;
    const std::string word = i == 0 ? job.words[i] : " " + job.words[i];
    text += word;
    if (job.stream && !send(job.wire->word(envelope, word))) return false;
  }
  const std::size_t words = job.words.size();
  if (!send(job.stream ? job.wire->last(envelope, words, job.cut)
                       : job.wire->whole(envelope, text, words, job.cut))) {
    return false;
  }
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
  const nlohmann::json numbers{{"received", received_.load()},         {"answered", answered_.load()},
                               {"rate_limited", rate_limited_.load()}, {"overloaded", overloaded_.load()},
                               {"stalled", stalled_.load()},           {"dropped", dropped_.load()}};
  response.set_content(numbers.dump(), "application/json");
}

}  // namespace chat
