// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/clock.hpp: where time comes from, and how a call waits for it.
//
// Only drivers read clocks. A Context without a driver means real time: `SteadyClock`, read inline, and a
// blocking wait. A Context that carries a Driver (a manual clock, a simulator) runs the same client types on
// that driver's time line.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/waker.hpp>

#include <chrono>      // steady_clock
#include <cstdint>     // uint64_t
#include <stop_token>  // stop_token

ARAMID_BEGIN

/// The monotonic clock of the machine. Cost: about 28 ns a reading where docs/costs.md was measured.
struct SteadyClock {
  [[nodiscard]] static Instant now() noexcept {
    return Instant{std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
  }
};

class Executor;

/// Another time line than the machine's. Implemented by <aramid/testing.hpp>.
class Driver {
 public:
  [[nodiscard]] virtual Instant now() noexcept = 0;
  /// Returns at `until`, or earlier when `waker` is woken or `stop` is requested.
  virtual void wait(Instant until, Waker& waker, const std::stop_token& stop) noexcept = 0;
  /// A random number from the driver's own seeded sequence, so that a run can be repeated.
  [[nodiscard]] virtual std::uint64_t random() noexcept = 0;
  /// A further thread takes part in a call: from now on time must not go on while it neither waits nor has left.
  virtual void join() noexcept {}
  virtual void leave() noexcept {}
  /// Where coroutines of this time line run (<aramid/async/executor.hpp>); null: nowhere, whoever waits blocks.
  [[nodiscard]] virtual Executor* executor() noexcept { return nullptr; }

 protected:
  ~Driver() = default;
};

ARAMID_END
