// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/phase_timeout.cpp: a provider that streams, and the limits on the parts of its answer. Needs no
// network: the stream is a script in virtual time.
//
// run

#include <aramid/aramid.hpp>
#include <aramid/phase.hpp>
#include <aramid/testing.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

using namespace aramid;
using namespace std::chrono_literals;

namespace {

// Stands for a connection: something comes every two seconds.
struct Line {
  std::vector<std::string> pieces;
  // The next piece, or nothing if there is none before `until`.
  std::string read(Context& ctx, Instant until) {
    const Instant due = pieces.empty() ? until : ctx.now() + 2s;
    ctx.wait(due < until ? due : until);
    if (ctx.now() >= until) return {};
    std::string piece = pieces.front();
    pieces.erase(pieces.begin());
    return piece;
  }
};

// [provider]
struct Streaming {
  Outcome<std::string> operator()(const std::vector<std::string>& pieces, Context& ctx) const {
    Line line{pieces};
    PhaseTimer timer{ctx, ctx.now()};
    std::string text;
    for (;;) {
      const std::string piece = line.read(ctx, timer.due().at);
      const Instant now = ctx.now();
      if (ctx.stop.stop_requested()) return fail(Fault::cancelled);
      if (piece.empty()) return timed_out(timer.passed(now));
      if (piece == "[end]") return text;
      if (piece == "ping") {
        timer.received(now);
      } else {
        timer.output(now);
        text += piece;
      }
    }
  }
};
// [/provider]

// [client]
using Client = Resilient<Streaming, PhaseTimeout<Connect<5s>, FirstOutput<60s>, Idle<10s>, Total<600s>>>;
// [/client]

Phase ask(const std::vector<std::string>& pieces) {
  testing::ManualClock clock;
  Context ctx = clock.context();
  Client client;
  const auto answer = client(pieces, ctx);
  if (answer) {
    std::cout << "the answer is " << *answer << '\n';
    return Phase::none;
  }
  // [error]
  const Error& error = answer.error();
  std::cout << to_string(error.fault) << ": " << to_string(error.phase) << '\n';  // timed_out: idle
  // [/error]
  return error.phase;
}

}  // namespace

int main() {
  const bool healthy = ask({"ping", "aramid ", "ping", "fibre", "[end]"}) == Phase::none;
  const bool stuck = ask({"aramid ", "ping", "ping", "ping", "ping", "ping", "ping"}) == Phase::idle;
  return healthy && stuck ? 0 : 1;
}
