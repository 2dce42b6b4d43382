// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/room.hpp: whether what is left of the deadline is worth another attempt.
//
//   Retry<3, Backoff<...>>                            an attempt must be able to begin in time
//   Retry<3, Backoff<...>, ByRuling, ExpectRoom>      it is also expected to end in time
//
// `ExpectRoom` keeps a moving average of how long this client's successful attempts take, everything inside the
// retries included (queues, time limits): each one moves it by an eighth. A retry whose delay and average together
// do not fit before the deadline is not made: `Reason::no_room`. Before the first success nothing is expected.
// When to use it: where an attempt takes a good part of the deadline, so that a late one costs the provider work
// that nobody waits for. When not: where attempts of very different lengths share a client.
//
// Cost: none for RoomToBegin; ExpectRoom one compare-and-swap per success. Thread-safety: lock-free.
// Source: the moving average is that of RFC 6298.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/name.hpp>

#include <atomic>    // atomic
#include <concepts>  // same_as

ARAMID_BEGIN

/// The default: an attempt that can begin may be made.
class RoomToBegin {
 public:
  struct Mark {};
  static constexpr void begin(Mark&, Instant) noexcept {}
  static constexpr void succeed(const Mark&, Instant) noexcept {}
  [[nodiscard]] static constexpr Duration expected() noexcept { return Duration::zero(); }
};

class ExpectRoom {
 public:
  static constexpr Name name = "ExpectRoom";

  struct Mark {
    Instant began{};
  };
  static constexpr void begin(Mark& mark, Instant at) noexcept { mark.began = at; }
  void succeed(const Mark& mark, Instant now) noexcept {
    const std::int64_t took =
        larger(elapsed(mark.began, now).count(), std::int64_t{1});  // 0 means "none yet"
    std::int64_t old = average_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t next = old == 0 ? took : old + (took - old) / 8;
      if (next == old || average_.compare_exchange_weak(old, next, std::memory_order_relaxed)) return;
    }
  }
  /// How long the next attempt is expected to take; 0 = not known yet.
  [[nodiscard]] Duration expected() const noexcept {
    return Duration{average_.load(std::memory_order_relaxed)};
  }

 private:
  std::atomic<std::int64_t> average_{0};
};

/// What can stand for `Room`.
template <class R>
concept AttemptRoom =
    requires { typename R::Mark; } && requires(R& room, typename R::Mark& mark, Instant at) {
      room.begin(mark, at);
      room.succeed(mark, at);
      { room.expected() } noexcept -> std::same_as<Duration>;
    };

ARAMID_END
