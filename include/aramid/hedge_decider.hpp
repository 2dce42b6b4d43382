// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/hedge_decider.hpp: when a further attempt is launched beside those under way. Sans-I/O.
//
// One attempt at once, another one `delay` after the last launch while nobody has answered, and at once when one
// fails with a fault that another attempt may mend. A delay of 0 launches all at once, Duration::max() only after
// failures. Which faults these are is here too.
// Thread-safety: none, the owner locks.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/error.hpp>

ARAMID_BEGIN

class HedgeDecider {
 public:
  /// At most `most` attempts, the first one included.
  constexpr HedgeDecider(unsigned most, Duration delay) noexcept : most_{most}, delay_{delay} {}

  void launched(Instant now) noexcept {
    ++launched_;
    ++under_way_;
    due_ = saturating_add(now, delay_);
  }
  /// One under way has failed; `may_follow`: another attempt may do better.
  void failed(bool may_follow, Instant now) noexcept {
    --under_way_;
    if (may_follow) {
      due_ = smaller(due_, now);
    } else {
      close();
    }
  }
  /// No further attempt: output has begun, or the budget refuses. Those under way go on.
  void close() noexcept { most_ = launched_; }

  [[nodiscard]] bool launches(Instant now) const noexcept { return launched_ < most_ && now >= due_; }
  /// When the next attempt is due; Instant::max() if none is to come.
  [[nodiscard]] Instant due() const noexcept { return launched_ < most_ ? due_ : Instant::max(); }
  /// Nothing is under way and nothing will be.
  [[nodiscard]] bool exhausted() const noexcept { return under_way_ == 0 && launched_ >= most_; }
  [[nodiscard]] unsigned count() const noexcept { return launched_; }

 private:
  unsigned most_;
  unsigned launched_ = 0;
  unsigned under_way_ = 0;
  Duration delay_;
  Instant due_ = Instant::min();
};

namespace detail {

[[nodiscard]] inline bool mended_elsewhere(const Ruling& row) noexcept {
  return row.elsewhere == Elsewhere::yes || row.elsewhere == Elsewhere::at_once;
}

/// No other attempt can mend it, not even one under way: the request is at fault, or the caller gave up. Where one
/// attempt finds no time left, another may have begun before.
[[nodiscard]] inline bool ends_hedging(const Error& error) noexcept {
  const Ruling row = ruling(error);
  return row.again == Again::never && !mended_elsewhere(row) && error.fault != Fault::deadline_exceeded;
}

/// Whether one more attempt may be launched at once after one that made `made` requests and ended with `error`;
/// `turns`: it would begin at another provider. A client that made several has turned elsewhere by itself.
[[nodiscard]] inline bool hedge_may_follow(const Error& error, bool turns, unsigned made,
                                           unsigned launched) noexcept {
  const Ruling row = ruling(error);
  if (turns && (made <= 1 || !mended_elsewhere(row))) return mended_elsewhere(row);
  if (error.retry_after && *error.retry_after > Duration::zero()) return false;
  switch (row.again) {
    case Again::once:
      return launched <= 1;
    case Again::twice:
      return launched <= 2;
    default:
      return row.again == Again::yes;
  }
}

}  // namespace detail

ARAMID_END
