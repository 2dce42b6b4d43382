// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/phase.hpp: the parts of an attempt, and a timer for a provider that keeps to their limits.
//
//   begin ── connect ──► connected ── first output ──► output ── idle ──► output ── idle ──► end
//         ◄── first_output counts from the beginning ──►
//   silence: from byte to byte, whatever the bytes are, from the beginning to the end
//   total:   `ctx.deadline`
//
// A policy (PhaseTimeout) puts limits into `Context::phases`; a provider that can tell its phases apart asks a
// PhaseTimer how long it may wait, and says which limit it was:
//
//   PhaseTimer timer{ctx, ctx.now()};
//   for (;;) {
//     const Piece piece = socket.read(/*until=*/timer.due().at);
//     const Instant now = ctx.now();
//     if (piece.empty()) return timed_out(timer.passed(now));
//     piece.has_text() ? timer.output(now) : timer.received(now);
//   }
//
// Output is what the caller will see: text, not headers, comments, pings or empty chunks. An answer that comes
// in one piece is output when it is there. A provider that knows no phases still keeps to `ctx.deadline`.
// Cost: a few compares; no allocation, no clock. Thread-safety: values.
#pragma once

#include <aramid/duration.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint8_t
#include <string_view>  // string_view

ARAMID_BEGIN

/// Which limit was reached.
enum class Phase : std::uint8_t {
  none,          ///< no limit that is known here: a provider's own, or none at all
  connect,       ///< no connection in time
  first_output,  ///< no output in time, counted from the beginning of the attempt
  idle,          ///< no output for too long after some
  silence,       ///< not a single byte for too long
  total,         ///< the time for the whole: a Timeout's limit, or a PhaseTimeout's Total
};

inline constexpr std::size_t phase_count = static_cast<std::size_t>(Phase::total) + 1;

namespace detail {
inline constexpr std::string_view phase_names[phase_count] = {"none", "connect", "first_output",
                                                              "idle", "silence", "total"};
}  // namespace detail

/// The phase's own spelling, for logs and metrics.
[[nodiscard]] constexpr std::string_view to_string(Phase phase) noexcept {
  const auto row = static_cast<std::size_t>(phase);
  return detail::phase_names[row < phase_count ? row : 0];
}

/// Limits on the phases of each attempt, > 0; Duration::max() = none.
struct PhaseLimits {
  Duration connect = Duration::max();
  Duration first_output = Duration::max();
  Duration idle = Duration::max();
  Duration silence = Duration::max();

  friend constexpr bool operator==(const PhaseLimits&, const PhaseLimits&) = default;
};

/// Of each limit the shorter one.
[[nodiscard]] constexpr PhaseLimits shorter(const PhaseLimits& a, const PhaseLimits& b) noexcept {
  return {.connect = smaller(a.connect, b.connect),
          .first_output = smaller(a.first_output, b.first_output),
          .idle = smaller(a.idle, b.idle),
          .silence = smaller(a.silence, b.silence)};
}

/// Of one attempt, from its beginning. Instants must not go backward; a later phase implies those before it.
class PhaseTimer {
 public:
  /// The limit that comes next.
  struct Due {
    Instant at = Instant::max();  ///< Instant::max() = never
    Phase phase = Phase::none;
  };

  constexpr PhaseTimer(const PhaseLimits& limits, Instant deadline, Instant begin) noexcept
      : limits_{limits}, deadline_{deadline}, begin_{begin}, byte_{begin}, output_{begin} {}

  /// The limits of `call`, a Context, and the provider's `own`, whichever are shorter.
  template <class Call>
    requires requires(const Call& call) { call.phases->connect; }
  constexpr PhaseTimer(const Call& call, Instant begin, const PhaseLimits& own = {}) noexcept
      : PhaseTimer(call.phases != nullptr ? shorter(*call.phases, own) : own, call.deadline, begin) {}

  /// There is a connection, handshakes included.
  constexpr void connected(Instant now) noexcept {
    connected_ = true;
    byte_ = now;
  }
  /// At least one byte came in, whatever it says.
  constexpr void received(Instant now) noexcept { connected(now); }
  /// Output came in.
  constexpr void output(Instant now) noexcept {
    connected(now);
    has_output_ = true;
    output_ = now;
  }

  [[nodiscard]] constexpr bool is_connected() const noexcept { return connected_; }
  [[nodiscard]] constexpr bool has_output() const noexcept { return has_output_; }

  /// How long to wait at the most, and for what. Of several limits at the same instant the longest-ranging one.
  [[nodiscard]] constexpr Due due() const noexcept {
    Due due{deadline_, deadline_ == Instant::max() ? Phase::none : Phase::total};
    const auto consider = [&due](Instant from, Duration limit, Phase phase) {
      const Instant at = saturating_add(from, limit);
      if (at < due.at) due = {at, phase};
    };
    consider(byte_, limits_.silence, Phase::silence);
    if (has_output_) {
      consider(output_, limits_.idle, Phase::idle);
    } else {
      consider(begin_, limits_.first_output, Phase::first_output);
    }
    if (!connected_) consider(begin_, limits_.connect, Phase::connect);
    return due;
  }

  /// The limit that has been reached at `now`, the first of several; Phase::none if none has.
  [[nodiscard]] constexpr Phase passed(Instant now) const noexcept {
    const Due next = due();
    return now >= next.at ? next.phase : Phase::none;
  }

 private:
  PhaseLimits limits_;
  Instant deadline_;
  Instant begin_;
  Instant byte_;    // the last one, or the connection, or the beginning
  Instant output_;  // the last one
  bool connected_ = false;
  bool has_output_ = false;
};

ARAMID_END
