// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// One policy on a table: calls made by hand, one question at a time, at instants of the test's choice.

#pragma once

#include <aramid/policy.hpp>
#include <aramid/testing.hpp>

#include <memory>
#include <optional>
#include <string>

namespace desk {

using namespace aramid;
using namespace std::chrono_literals;

/// `seconds` after the beginning of the test's time.
inline Instant at(Duration since) { return Instant{since}; }

inline Error error_of(Fault fault, std::optional<Duration> hint = {}) {
  Error error;
  error.fault = fault;
  error.retry_after = hint;
  return error;
}

/// A scripted failure, with or without a hint.
template <class T = int>
testing::Act<T> failing(Fault fault, std::optional<Duration> hint = {}, Duration takes = Duration{0}) {
  testing::Act<T> act{std::unexpected<Error>{error_of(fault, hint)}};
  act.takes = takes;
  return act;
}

inline bool proceeds(const Admission& answer) { return answer.kind == Admission::Kind::proceed; }
inline bool waits(const Admission& answer) { return answer.kind == Admission::Kind::wait; }
inline bool refuses(const Admission& answer) { return answer.kind == Admission::Kind::reject; }

/// One call as its policy sees it. `ask` admits (again), `send` begins an attempt, then one of the ends.
template <class Policy>
class Caller {
 public:
  explicit Caller(Policy& policy) : policy_{&policy} {}

  Context ctx;

  Admission ask(Instant now) { return answer_ = policy_->admit(scope_, ctx, now); }
  /// Asks, and when admitted begins the attempt, as the machine does.
  bool enter(Instant now) {
    if (!proceeds(ask(now))) return false;
    send();
    return true;
  }
  void send() { CallAccess::begin_attempt(ctx); }

  Verdict succeed(Instant now) { return policy_->settle(scope_, ctx, nullptr, now); }
  Verdict fail(Instant now, const Error& error) { return policy_->settle(scope_, ctx, &error, now); }
  Verdict fail(Instant now, Fault fault = Fault::unavailable, std::optional<Duration> hint = {}) {
    return fail(now, error_of(fault, hint));
  }
  void drop() { policy_->release(scope_, ctx); }

  /// Whether somebody has woken this call since the last time it was looked at.
  bool woken() {
    struct Nobody final : Waker::Sleeper {
      void notify() noexcept override {}
    } nobody;
    if (!ctx.waker().park(nobody)) return true;
    return ctx.waker().unpark();
  }

  const Admission& answer() const { return answer_; }
  const typename Policy::Scope& scope() const { return scope_; }

 private:
  Policy* policy_;
  typename Policy::Scope scope_{};
  Admission answer_;
};

/// The sentence of the exception that `make` throws, empty if it throws none.
template <class Make>
std::string refusal_of(Make make) {
  try {
    make();
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return {};
}

}  // namespace desk
