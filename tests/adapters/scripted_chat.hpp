// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A chat provider that streams what a test wrote down, by the rules of ChatRequest and without a network.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/error.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace support {

/// One answer: its pieces, and how it breaks off if it does.
struct Answer {
  std::vector<std::string> pieces{};
  std::optional<aramid::Fault> breaks{};
  aramid::Choice more{};  ///< what is output besides text
  aramid::Usage usage{};
  std::function<void(aramid::Context&)> first{};  ///< called before anything else
};

class ScriptedChat {
 public:
  ScriptedChat(std::vector<Answer> answers = {}) : log_{std::make_shared<Log>()} {
    log_->answers = std::move(answers);
  }

  aramid::Outcome<aramid::Completion> operator()(const aramid::ChatRequest& request,
                                                 aramid::Context& ctx) const {
    Answer answer = log_->answers[std::min(log_->requests.size(), log_->answers.size() - 1)];
    log_->requests.push_back(request);
    log_->requests.back().on_text = {};
    log_->requests.back().on_restart = {};
    if (answer.first) answer.first(ctx);
    aramid::Completion completion;
    static_cast<aramid::Choice&>(completion) = answer.more;
    completion.usage = ctx.usage = answer.usage;
    const bool besides = !answer.more.refusal.empty() || !answer.more.tool_calls.empty();
    const bool output = request.on_text && (besides || !answer.pieces.empty());
    if (output && !ctx.commit()) return aramid::fail(aramid::Fault::cancelled);
    for (const std::string& piece : answer.pieces) {
      completion.text += piece;
      try {
        if (request.on_text) request.on_text(piece);
      } catch (const std::exception& e) {
        return aramid::fail(aramid::Fault::cancelled, 0, e.what());
      }
    }
    if (!answer.breaks) {
      completion.finish_reason = aramid::FinishReason::stop;
      return completion;
    }
    if (output && request.partial != nullptr) *request.partial = {completion, *answer.breaks};
    return aramid::fail(
        output && *answer.breaks != aramid::Fault::cancelled ? aramid::Fault::interrupted : *answer.breaks, 0,
        "broken");
  }

  [[nodiscard]] std::size_t calls() const { return log_->requests.size(); }
  /// The requests so far, without their functions.
  [[nodiscard]] const std::vector<aramid::ChatRequest>& requests() const { return log_->requests; }

 private:
  struct Log {
    std::vector<Answer> answers;
    std::vector<aramid::ChatRequest> requests;
  };
  std::shared_ptr<Log> log_;
};

inline Answer whole(std::vector<std::string> pieces) { return {.pieces = std::move(pieces)}; }
inline Answer broken(std::vector<std::string> pieces, aramid::Fault fault = aramid::Fault::connection_lost) {
  return {.pieces = std::move(pieces), .breaks = fault};
}

}  // namespace support
