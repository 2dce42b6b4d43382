// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// An LlmClient of scripted providers on a clock of its own.
#pragma once

#include <aramid/adapters/llm_client.hpp>
#include <aramid/testing.hpp>

#include <memory>
#include <optional>

namespace support {

using namespace aramid;

/// A provider that answers with its word, or fails with the faults in turn and then answers.
class Word {
 public:
  explicit Word(std::string text, std::vector<Error> failures = {})
      : state_{std::make_shared<State>(State{std::move(text), std::move(failures)})} {}

  Outcome<Completion> operator()(const ChatRequest&, Context& ctx) const {
    const std::size_t number = state_->calls++;
    if (number < state_->failures.size()) return std::unexpected{state_->failures[number]};
    Completion answer;
    answer.text = state_->text;
    answer.usage = ctx.usage = {.input_tokens = 30, .output_tokens = 20};
    return answer;
  }
  [[nodiscard]] std::size_t calls() const { return state_->calls; }

 private:
  struct State {
    std::string text;
    std::vector<Error> failures;
    std::size_t calls = 0;
  };
  std::shared_ptr<State> state_;
};

inline Error error_of(Fault fault, std::optional<Duration> retry_after = {}) {
  Error error;
  error.fault = fault;
  error.status = 500;
  error.retry_after = retry_after;
  return error;
}
inline std::vector<Error> always(Fault fault) { return std::vector<Error>(100, error_of(fault)); }

struct Silent {
  Outcome<Completion> operator()(const ChatRequest&, Context& ctx) const {
    while (ctx.now() < ctx.deadline && !ctx.stop.stop_requested()) ctx.wait(ctx.deadline);
    return fail(ctx.stop.stop_requested() ? Fault::cancelled : Fault::timed_out);
  }
};

/// A client of one or two providers, on a clock of its own.
struct World {
  testing::ManualClock clock;
  LlmClientSettings settings;
  LlmProviders providers;
  std::optional<LlmClient> made;

  LlmClient& client() {
    if (!made) {
      settings.driver = &clock;
      made.emplace(settings, std::move(providers));
    }
    return *made;
  }
};

}  // namespace support
