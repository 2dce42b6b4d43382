// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/failover_left.hpp: who may be asked after the failures so far, and how many attempts stay for them.
//
// Cost: a few comparisons, no allocation. Thread-safety: values of one call.
#pragma once

#include <aramid/candidate.hpp>
#include <aramid/context.hpp>
#include <aramid/error.hpp>

ARAMID_BEGIN

namespace detail {

/// What the failures so far leave to be asked.
class Eligible {
 public:
  [[nodiscard]] bool lets(const CandidateFacts& facts) const noexcept {
    if (filtered_ && !facts.takes_filtered) return false;
    return !too_long_ || (too_small_ > 0 && facts.context_window > too_small_);
  }
  /// False if nobody else may be asked after `error`.
  [[nodiscard]] bool learn(const Error& error, const CandidateFacts& facts) noexcept {
    switch (ruling(error).elsewhere) {
      case Elsewhere::never:
        return false;
      case Elsewhere::larger:
        // Without knowing this one's window, none is known to be larger.
        too_long_ = true;
        too_small_ = larger(too_small_, facts.context_window);
        return too_small_ > 0;
      case Elsewhere::configured:
        filtered_ = true;
        return true;
      default:
        return true;
    }
  }

 private:
  bool filtered_ = false;
  bool too_long_ = false;
  std::int64_t too_small_ = 0;
};

/// How many candidates are left, on top of what a combinator outside has; taken back however the call ends.
class Alternatives {
 public:
  explicit Alternatives(Context& ctx) noexcept
      : ctx_{ctx},
        outer_{CallAccess::alternatives(ctx)},
        outer_kept_{CallAccess::kept_attempts(ctx)},
        outside_{CallAccess::others_are_there(ctx)} {}
  Alternatives(const Alternatives&) = delete;
  Alternatives& operator=(const Alternatives&) = delete;
  ~Alternatives() {
    CallAccess::alternatives(ctx_) = outer_;
    CallAccess::kept_attempts(ctx_) = outer_kept_;
  }
  [[nodiscard]] Context& context() const noexcept { return ctx_; }
  /// Who would hold the call back is to refuse it, and so many attempts stay for them.
  void left(std::size_t here) noexcept {
    CallAccess::alternatives(ctx_) = outer_ + static_cast<unsigned>(here);
  }
  /// Whether one more attempt leaves those that providers outside this combinator have not had yet.
  [[nodiscard]] bool may_ask() const noexcept { return !CallAccess::uses_up(ctx_, outer_ + outer_kept_); }
  /// Whether somebody outside this combinator can be asked yet.
  [[nodiscard]] bool outside() const noexcept { return outside_; }
  /// So many attempts stay, but whoever is asked may hold the call back. False if one more would be one of these.
  [[nodiscard]] bool keep(std::size_t attempts) noexcept {
    CallAccess::kept_attempts(ctx_) = outer_kept_ + static_cast<unsigned>(attempts);
    return !ctx_.retries_used_up();
  }

 private:
  Context& ctx_;
  unsigned outer_;
  unsigned outer_kept_;
  bool outside_;
};

}  // namespace detail

ARAMID_END
