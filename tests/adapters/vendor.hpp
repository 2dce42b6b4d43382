// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// A chat provider that answers with statuses, headers and bodies, which the real classifier reads; no network, and
// time is a manual clock's.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/adapters/classify.hpp>
#include <aramid/adapters/http_hints.hpp>
#include <aramid/testing.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace support {

/// One answer. A body that names an error is one, whatever the status.
struct Said {
  int status = 200;
  std::string body{};
  aramid::HttpHeaders headers{};
  aramid::Duration takes{0};
  aramid::Usage usage{};
  std::function<void(aramid::Context&)> meanwhile{};  ///< called while the answer is on its way
};

class Vendor {
 public:
  /// The last answer is repeated.
  Vendor(aramid::testing::ManualClock& clock, std::vector<Said> said) : log_{std::make_shared<Log>()} {
    log_->clock = &clock;
    log_->said = std::move(said);
  }

  aramid::Outcome<aramid::Completion> operator()(const aramid::ChatRequest&, aramid::Context& ctx) const {
    const Said said = log_->said[std::min(log_->asked.size(), log_->said.size() - 1)];
    log_->asked.push_back(ctx.now());
    if (said.meanwhile) said.meanwhile(ctx);
    log_->clock->advance(said.takes);
    const aramid::WallTime now{};
    aramid::merge_hints(ctx.hints, aramid::rate_hints(said.headers, now));
    if (said.status != 200 || said.body.find("error") != std::string::npos)
      return std::unexpected<aramid::Error>{aramid::classify(said.status, said.headers, said.body, now)};
    ctx.usage = said.usage;
    aramid::Completion answer;
    answer.text = said.body;
    return answer;
  }

  [[nodiscard]] std::size_t calls() const { return log_->asked.size(); }
  /// How long after the first request each one came.
  [[nodiscard]] aramid::Duration asked_after(std::size_t call) const {
    return log_->asked.at(call) - log_->asked.front();
  }

 private:
  struct Log {
    aramid::testing::ManualClock* clock = nullptr;
    std::vector<Said> said;
    std::vector<aramid::Instant> asked;
  };
  std::shared_ptr<Log> log_;
};

}  // namespace support
