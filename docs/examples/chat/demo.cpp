// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "demo.hpp"

#include "bulk.hpp"
#include "fleet_client.hpp"
#include "fleet_stats.hpp"
#include "narrator.hpp"
#include "table.hpp"
#include "terminal.hpp"

#include <aramid/adapters/json.hpp>

namespace chat {
namespace {

using namespace aramid;

/// One chat that can be watched. False if it failed.
bool show_one_chat(ResilientClient& client, const std::string& prompt, const std::stop_token& stop) {
  ChatRequest request{prompt};
  request.options.extra_json = R"({"user":"first-0"})";
  Context ctx;
  request.on_text = [&, begun = false](std::string_view piece) mutable {
    if (!begun) show(bold(fmt::format("{}> ", ctx.provider().view())));
    begun = true;
    show(piece);
  };
  ctx.stop = stop;
  ctx.cost.tokens = estimate_tokens(request);
  ctx.max_attempts = max_attempts;
  show(bold("you> ") + prompt + "\n");
  const Narrator narrator{ctx};
  const Outcome<Completion> answer = client(request, ctx);
  show("\n\n");
  if (!answer && !stop.stop_requested()) fmt::print(stderr, "{}\n", explain(answer.error()));
  return answer.has_value();
}

/// Runs `call` and takes the servers' own count of it.
Run measure(std::string_view label, const ChatCall& call, const Options& options,
            const FleetProcess::Ports& ports, const std::stop_token& stop) {
  const FleetStats before = read_stats(ports);
  Run run{.result = run_bulk(label, call, options.chats, options.threads, stop), .servers = {}};
  run.servers = read_stats(ports) - before;
  return run;
}

/// The provider itself, with the timeout that everybody sets.
ChatCall bare_call(const FleetAddress& at) {
  const SambaNova provider{fleet_settings("sambanova", at.ports.sambanova, at.connections)};
  return [provider](const ChatRequest& request, Context& ctx) {
    ctx.deadline = ctx.now() + attempt_timeout.duration();
    return provider(request, ctx);
  };
}

ChatCall resilient_call(ResilientClient& client) {
  return [&client](const ChatRequest& request, Context& ctx) {
    ctx.max_attempts = max_attempts;
    return client(request, ctx);
  };
}

void introduce(const Options& options) {
  show(fmt::format(
      "{}his talks to an embedded fleet of three local servers that misbehave on purpose (seed {}).\n",
      options.demo ? "T" : "No provider is set up (see --help), so t", options.seed));
  show(dim("Its times are shorter than in life: stalls last 3 s, Retry-After says 1 s, an attempt may take 2 "
           "s, a "
           "breaker rests for 1 s.") +
       "\n\n");
}

}  // namespace

int run_demo(const Options& options, const char* program, const std::stop_token& stop) {
  introduce(options);
  const FleetProcess fleet{program, options.seed};
  if (stop.stop_requested()) return 130;
  const FleetAddress at{.ports = fleet.ports(), .connections = options.threads};
  ResilientClient client{args(SambaNova{fleet_settings("sambanova", at.ports.sambanova, at.connections)},
                              HuggingFace{fleet_settings("hf", at.ports.hf, at.connections)},
                              OllamaCompatible{fleet_settings("ollama", at.ports.ollama, at.connections)})};

  const bool answered = show_one_chat(client, options.prompt.value_or("Why does a retry need jitter?"), stop);
  if (stop.stop_requested()) return 130;
  if (options.prompt) return answered ? 0 : 1;

  show(
      dim(fmt::format("The client that answered, outermost policy first:\n{}", describe<ResilientClient>())) +
      "\n");
  show(fmt::format(
      "The same {} chats, {} at a time, for a bare client of the first provider and for this one:\n",
      options.chats, options.threads));
  const Run bare = measure("bare", bare_call(at), options, fleet.ports(), stop);
  if (stop.stop_requested()) return 130;
  const Run resilient = measure("resilient", resilient_call(client), options, fleet.ports(), stop);
  if (stop.stop_requested()) return 130;

  show("\n" + table_of(bare, resilient) + "\n");
  show(fmt::format("Metrics of the resilient client, its first chat included:\n{}\n",
                   to_json(metrics(client))));
  return answered ? 0 : 1;
}

}  // namespace chat
