// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/call_log.hpp: what happens inside a call, as lines for a log.
//
//   Context ctx;
//   const CallLog log{ctx, [](LogLevel level, std::string_view line) { my_logger.write(level, line); }, 4};
//   auto answer = client(request, ctx);
//
//   Attempting provider: sambanova
//   Timeout after 30.0s (attempt 1/4)
//   Retrying in 1.2s...
//   Succeeded after 1 retries
//
// When to use it: to see why a call took so long, or went where it went. When not: to count; that is Telemetry's.
// The lines name providers, policies, faults, times and numbers: never a prompt, an answer or a key.
// The sink is called on the thread that makes the call (inside a Hedge on one of its threads), between policy
// decisions: it must not block for long. What it throws is dropped. Not part of <aramid/aramid.hpp>.
// Cost: one line per attempt, and one for all that is out of the ordinary; each reads the clock and allocates.
// Thread-safety: a log belongs to its call; one sink for several calls must be safe to call from their threads.
#pragma once

#include <aramid/context.hpp>
#include <aramid/policies/breaker_trip.hpp>
#include <aramid/policies/log_level.hpp>

#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // forward

ARAMID_BEGIN

namespace detail {

/// "1.2s", and "80ms" below a tenth of a second.
[[nodiscard]] inline std::string log_time(Duration d) {
  constexpr std::int64_t ms = 1'000'000;
  const std::int64_t ns = larger(d, Duration::zero()).count();
  if (ns < 100 * ms) return std::to_string(ns / ms) + "ms";
  const std::int64_t tenths = ns / (100 * ms) + (ns % (100 * ms) >= 50 * ms ? 1 : 0);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "s";
}

/// The lines of one call. It remembers whom the call is at, and for how long.
class CallLines {
 public:
  static constexpr EventMask wants =
      mask_of(EventKind::attempt_started, EventKind::attempt_succeeded, EventKind::attempt_failed,
              EventKind::retry_scheduled, EventKind::waited, EventKind::rejected, EventKind::breaker_moved,
              EventKind::failed_over, EventKind::hedged, EventKind::gave_up, EventKind::fell_back,
              EventKind::resumed);

  explicit CallLines(unsigned attempts_each) noexcept : attempts_each_{attempts_each} {}

  /// The event's line, empty if it is worth none. `now`: the call's clock.
  [[nodiscard]] std::string line(const Event& event, Instant now, LogLevel& level) {
    level = LogLevel::warning;
    switch (event.kind) {
      case EventKind::attempt_started:
        level = LogLevel::debug;
        began_ = now;
        return begin(event.provider);
      case EventKind::attempt_succeeded:
        level = retries_ != 0 ? LogLevel::info : LogLevel::debug;
        if (retries_ == 0) return "Succeeded in " + log_time(elapsed(began_, now));
        return "Succeeded after " + std::to_string(retries_) + " retries";
      case EventKind::attempt_failed:
        if (event.fault == Fault::cancelled) level = LogLevel::info;
        // Not the event's duration, which is 0 where no policy around the provider reads the clock.
        return what_failed(event) + " after " + log_time(elapsed(began_, now)) + place();
      case EventKind::retry_scheduled:
        level = LogLevel::info;
        ++retries_;
        if (event.duration <= Duration::zero()) return "Retrying at once...";
        return "Retrying in " + log_time(event.duration) + "...";
      case EventKind::waited:
        level = LogLevel::info;
        return "Held back by " + text(event.policy) + " for " + log_time(event.duration) + why(event.reason);
      case EventKind::rejected:
        return "Refused by " + (event.policy.empty() ? "the call itself" : text(event.policy)) + ": " +
               text(to_string(event.fault)) + why(event.reason) + numbers(event) + at(event.provider);
      case EventKind::breaker_moved:
        return breaker_moved(event, level);
      case EventKind::failed_over:
        attempts_ = 0;
        return "Failing over" + (event.provider.empty() ? "" : " from " + text(event.provider)) + ": " +
               text(to_string(event.fault));
      case EventKind::gave_up:
        level = event.reason == Reason::elsewhere ? LogLevel::debug : LogLevel::warning;
        return "Not retrying: " + text(to_string(event.reason)) + at(event.provider);
      case EventKind::hedged:
        level = LogLevel::info;
        return "Hedging: another attempt beside the slow one";
      case EventKind::fell_back:
        return "Falling back: " + text(to_string(event.fault));
      case EventKind::resumed:
        return "Taking an interrupted stream up again (" + text(event.policy) + ")";
      default:
        return {};
    }
  }

 private:
  [[nodiscard]] static std::string text(std::string_view view) { return std::string{view}; }
  [[nodiscard]] static std::string why(Reason reason) {
    return reason == Reason::none ? std::string{} : " (" + text(to_string(reason)) + ")";
  }
  [[nodiscard]] static std::string at(Name provider) {
    return provider.empty() ? std::string{} : ", provider: " + text(provider);
  }
  [[nodiscard]] static std::string numbers(const Event& event) {
    if (event.limit == 0) return {};
    return ", " + std::to_string(event.measured) + " against a limit of " + std::to_string(event.limit);
  }
  [[nodiscard]] std::string begin(Name provider) {
    if (attempts_ != 0 && provider == provider_) {
      ++attempts_;
      return {};
    }
    provider_ = provider;
    attempts_ = 1;
    retries_ = 0;
    return "Attempting provider: " + (provider.empty() ? "(unnamed)" : text(provider));
  }
  [[nodiscard]] std::string place() const {
    std::string place = " (attempt " + std::to_string(attempts_);
    if (attempts_each_ != 0) place += "/" + std::to_string(attempts_each_);
    return place + ")";
  }
  [[nodiscard]] static std::string what_failed(const Event& event) {
    if (event.fault == Fault::cancelled) return "Cancelled";
    if (event.fault != Fault::timed_out) return "Failed, " + text(to_string(event.fault)) + ",";
    const bool part = event.phase != Phase::none && event.phase != Phase::total;
    return part ? "Timeout (" + text(to_string(event.phase)) + ")" : "Timeout";
  }
  [[nodiscard]] static std::string breaker_moved(const Event& event, LogLevel& level) {
    const auto to = static_cast<BreakerState>(event.limit);
    if (to != BreakerState::open) level = LogLevel::info;
    std::string line = "Circuit breaker " + text(to_string(static_cast<BreakerState>(event.measured))) +
                       " -> " + text(to_string(to));
    if (to == BreakerState::open && event.duration > Duration::zero())
      line += " for " + log_time(event.duration);
    return line + at(event.provider);
  }

  unsigned attempts_each_;
  unsigned attempts_ = 0;  // at this provider
  unsigned retries_ = 0;
  Name provider_;
  Instant began_{};  // the attempt
};

}  // namespace detail

/// While it lives, events of the call become lines: `sink(LogLevel, std::string_view)`. The last listener that is
/// linked is the first to be unlinked: keep it in the scope of the call.
template <class Sink>
class CallLog {
 public:
  /// `attempts_each`: the most that a provider's own policies make, for "attempt 1/4"; 0 = not shown.
  CallLog(Context& ctx, Sink sink, unsigned attempts_each = 0)
      : node_{*this}, ctx_{ctx}, sink_{std::forward<Sink>(sink)}, lines_{attempts_each} {
    ctx_.listeners.link(node_);
  }
  CallLog(const CallLog&) = delete;
  CallLog& operator=(const CallLog&) = delete;
  ~CallLog() { ctx_.listeners.unlink(node_); }

 private:
  struct Node : Listener {
    explicit Node(CallLog& owner) noexcept : Listener{detail::CallLines::wants, &hear}, log{owner} {}
    CallLog& log;
  };
  static void hear(Listener& listener, const Event& event) noexcept {
    static_cast<Node&>(listener).log.write(event);
  }
  void write(const Event& event) noexcept {
#if ARAMID_EXCEPTIONS
    // The call matters more than its log.
    try {
      say(event);
    } catch (...) {
    }
#else
    say(event);
#endif
  }
  void say(const Event& event) {
    LogLevel level{};
    const std::string line = lines_.line(event, ctx_.now(), level);
    if (!line.empty()) sink_(level, std::string_view{line});
  }

  Node node_;
  Context& ctx_;
  Sink sink_;
  detail::CallLines lines_;
};

template <class Sink>
CallLog(Context&, Sink, unsigned = 0) -> CallLog<Sink>;

ARAMID_END
