// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/budgets.hpp: who must agree before a call tries again.
//
// A policy that limits retries over many calls links itself into `Context::budgets` for the length of a call. Each
// retry inside it, whatever client makes it, is charged to all of them at the moment it is decided, after
// everything else has agreed; a hedge is charged the same way. One that refuses ends the retries: the caller gets
// the provider's own error, with `Reason::budget_exhausted`. Asking another provider is not a retry.
// Cost: with no budget one predictable branch, on the failure path only.
#pragma once

#include <aramid/duration.hpp>

ARAMID_BEGIN

struct Error;

/// A node of the chain. Derive from it or keep one as a member; the owner unlinks it before it dies.
class Budget {
 public:
  enum class Ask : unsigned char {
    charge,  ///< take what a retry costs; false if there is not enough, and nothing is taken
    refund,  ///< the last charge was for nothing: another budget refused
  };
  /// `failure`: what the retry is to mend; null for a hedge.
  using Answer = bool (*)(Budget& self, Ask ask, const Error* failure, Instant now) noexcept;

  constexpr Budget() noexcept = default;
  constexpr explicit Budget(Answer answer) noexcept : answer_{answer} {}

 private:
  friend class Budgets;
  Budget* next_ = nullptr;
  Answer answer_ = nullptr;
};

/// The chain itself: last in, first out, as scopes are. One per call; not shared between threads.
class Budgets {
 public:
  void link(Budget& node) noexcept {
    node.next_ = head_;
    head_ = &node;
  }
  /// Removes `node`, which must be the last one linked.
  void unlink(Budget& node) noexcept { head_ = node.next_; }

  /// Charges one retry to all budgets, or to none. True if they all agree.
  [[nodiscard]] bool charge(const Error* failure, Instant now) const noexcept {
    return head_ == nullptr || charge_all(failure, now);
  }

  /// Takes the last charge back from all of them: it was for nothing.
  void refund(const Error* failure, Instant now) const noexcept {
    for (Budget* node = head_; node != nullptr; node = node->next_) {
      (void)node->answer_(*node, Budget::Ask::refund, failure, now);
    }
  }

 private:
  ARAMID_COLD bool charge_all(const Error* failure, Instant now) const noexcept {
    for (Budget* node = head_; node != nullptr; node = node->next_) {
      if (node->answer_(*node, Budget::Ask::charge, failure, now)) continue;
      for (Budget* paid = head_; paid != node; paid = paid->next_) {
        (void)paid->answer_(*paid, Budget::Ask::refund, failure, now);
      }
      return false;
    }
    return true;
  }

  Budget* head_ = nullptr;
};

ARAMID_END
