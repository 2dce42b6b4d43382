// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/context.hpp: everything that belongs to one call.
//
//   Context ctx;
//   ctx.deadline = ctx.now() + 20s;
//   ctx.stop = source.get_token();
//   ctx.cost.tokens = 500;
//   auto answer = client(request, ctx);
//
// Lives on the caller's stack for exactly one call; policies, drivers and the provider read and write it.
// Cost: no allocation. Thread-safety: one thread at a time, but `waker()` may be woken from any thread and
// `stop` requested from any thread.
#pragma once

#include <aramid/budgets.hpp>
#include <aramid/clock.hpp>
#include <aramid/event.hpp>
#include <aramid/permit.hpp>
#include <aramid/phase.hpp>
#include <aramid/random.hpp>
#include <aramid/wait.hpp>

#include <cstdint>      // int64_t
#include <span>         // span
#include <stop_token>   // stop_token
#include <string_view>  // string_view

ARAMID_BEGIN

/// What a call is expected to consume, for limiters. Counts, >= 0.
struct Cost {
  std::int64_t requests = 1;
  std::int64_t tokens = 0;         ///< both ways together
  std::int64_t input_tokens = -1;  ///< of these the prompt's; -1: not known, all of `tokens` may be
  std::int64_t output_tokens = -1;
};

/// What the call did consume, reported by the provider. -1 = not reported.
struct Usage {
  std::int64_t input_tokens = -1;
  std::int64_t output_tokens = -1;

  [[nodiscard]] constexpr bool known() const noexcept { return input_tokens >= 0 || output_tokens >= 0; }
  /// Both together; a server may report anything, so it saturates.
  [[nodiscard]] constexpr std::int64_t total() const noexcept {
    return saturating_add(Duration{larger(input_tokens, std::int64_t{0})},
                          Duration{larger(output_tokens, std::int64_t{0})})
        .count();
  }
};

/// One quota as the server reported it. -1 = not reported.
struct QuotaHint {
  std::int64_t limit = -1;
  std::int64_t remaining = -1;
  Duration reset{-1};
};

/// Rate-limit state that the server reported with its answer.
struct RateHints {
  QuotaHint requests;  ///< in its shorter window, mostly a minute
  QuotaHint tokens;
  QuotaHint input_tokens;
  QuotaHint output_tokens;
  QuotaHint requests_day;
  QuotaHint tokens_day;
};

/// Which providers of a combinator this call may use.
struct Route {
  /// Name of the one provider to ask; empty = as the combinator decides.
  std::string_view only;
  /// Names of those to ask, in this order, and nobody else; empty = as the combinator decides.
  std::span<const std::string_view> order;
  std::size_t skip = 0;   ///< so many of the combinator's first choices are asked last
  std::string_view last;  ///< name of one to ask last of all; empty, or one that no candidate has = nobody
  bool failover = true;   ///< false: the first choice only
  bool wait = true;       ///< false: fail rather than wait for a provider that is not ready
};

/// Decides which one of several attempts at the same time may speak to the caller.
class CommitGate {
 public:
  [[nodiscard]] virtual bool claim(unsigned attempt) noexcept = 0;

 protected:
  ~CommitGate() = default;
};

class Context {
 public:
  Instant deadline = Instant::max();  ///< absolute; policies only shorten it
  /// Limits on the parts of each attempt, for providers that know them apart (<aramid/phase.hpp>); null = none.
  /// Policies only shorten them. What it points to outlives the call.
  const PhaseLimits* phases = nullptr;
  std::stop_token stop;
  Cost cost;
  int priority = 0;  ///< in queues: higher goes first; how much first, the queue's ageing says
  Usage usage;
  RateHints hints;
  Route route;
  /// Ceiling on attempts over all providers. 0 = the most that any one provider's stack allows, plus one for
  /// each further provider.
  unsigned max_attempts = 0;
  Listeners listeners;
  Budgets budgets;
  Permits permits;

  Context() noexcept = default;
  /// A call on another time line, such as a manual clock's.
  explicit Context(Driver& driver) noexcept : driver_{&driver} {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Providers call this just before the first piece of output reaches the caller. From then on nothing may
  /// be retried, hedged or failed over: the caller would see the text twice. False if another attempt of a hedged
  /// call has begun its output: then this one must hand out nothing, and end with `Fault::cancelled`.
  bool commit() noexcept {
    if (committed_) return true;
    if (!claim()) return false;
    if (listeners.want(EventKind::first_output)) announce({.kind = EventKind::first_output, .at = now()});
    return true;
  }
  [[nodiscard]] bool committed() const noexcept { return committed_; }

  /// Attempts begun so far, over all providers.
  [[nodiscard]] unsigned attempt() const noexcept { return attempts_; }
  /// The provider that is being, or was last, asked.
  [[nodiscard]] Name provider() const noexcept { return provider_; }
  /// True while a combinator has another provider to turn to, and when the call does not want to wait anyway.
  [[nodiscard]] bool has_alternative() const noexcept {
    return alternatives_ > 0 || alternative_outside_ || !route.wait;
  }
  /// True when no further attempt may begin.
  [[nodiscard]] bool attempts_used_up() const noexcept { return uses_up(attempts_); }
  /// True when the provider that has been asked may not be asked again: one that has not been keeps an attempt.
  [[nodiscard]] bool retries_used_up() const noexcept { return uses_up(attempts_ + alternatives_ + kept_); }

  /// Whether the call lives on the machine's own clock, not on a driver's time line.
  [[nodiscard]] bool real_time() const noexcept { return driver_ == nullptr; }
  /// Reads the call's clock. For providers; policies are told the time.
  [[nodiscard]] Instant now() noexcept { return driver_ != nullptr ? driver_->now() : SteadyClock::now(); }
  /// Waits on the call's time line until `until`, a wake, or a stop request; may return early.
  void wait(Instant until) noexcept {
    if (driver_ != nullptr) {
      driver_->wait(until, waker_, stop);
    } else {
      detail::blocking_wait(until, waker_, stop);
    }
  }
  /// A random number: from the driver's seed, or from this thread's generator.
  [[nodiscard]] std::uint64_t random() noexcept;
  /// What a policy keeps while it queues this call.
  [[nodiscard]] Waker& waker() noexcept { return waker_; }

  /// For policies, before they reject: the number that was measured and the limit it was compared with. The event
  /// `rejected` shows them.
  void compare(std::int64_t measured, std::int64_t limit) noexcept {
    measured_ = measured;
    limit_ = limit;
  }

  /// Tells the listeners, adding the attempt, and the provider if the event names none.
  ARAMID_COLD void announce(Event event) noexcept {
    event.attempt = attempts_;
    if (event.provider.empty()) event.provider = provider_;
    listeners.announce(event);
  }

 private:
  friend struct CallAccess;

  [[nodiscard]] bool claim() noexcept {
    if (gate_ != nullptr && !gate_->claim(gate_number_)) return false;
    committed_ = true;
    return true;
  }
  [[nodiscard]] unsigned most_attempts() const noexcept {
    return max_attempts != 0 ? max_attempts : ceiling_;
  }
  [[nodiscard]] bool uses_up(unsigned attempts) const noexcept {
    const unsigned most = most_attempts();
    return most != 0 && attempts >= most;
  }

  Driver* driver_ = nullptr;
  CommitGate* gate_ = nullptr;
  unsigned gate_number_ = 0;
  Instant reading_{};  // the last clock reading, handed from a stack to the stack nested in it
  std::int64_t measured_ = 0;
  std::int64_t limit_ = 0;
  Name provider_;
  unsigned attempts_ = 0;
  unsigned ceiling_ = 0;
  unsigned alternatives_ = 0;
  unsigned kept_ = 0;  // attempts that stay for providers that will be asked yet, and are not ready now
  bool alternative_outside_ = false;  // of a hedged attempt: a combinator around the Hedge has one
  bool committed_ = false;
  bool enclosed_ = false;  // inside a stack around other stacks
  // Whether reading_ was taken this instant, and by whom: by the stack outside, or by the stack inside.
  enum class Reading : unsigned char { stale, handed_down, handed_up } fresh_ = Reading::stale;
  Waker waker_;
};

namespace detail {

// Seeded per thread from what differs between threads, processes and machines without a system call:
// the address of a thread-local (address space layout) and the clock.
ARAMID_COLD inline std::uint64_t thread_random() noexcept {
  thread_local SplitMix64 generator = [] {
    static thread_local char here = 0;
    const auto clock = static_cast<std::uint64_t>(SteadyClock::now().time_since_epoch().count());
    const auto address = reinterpret_cast<std::uintptr_t>(&here);
    return SplitMix64{SplitMix64::mix(clock) ^ SplitMix64::mix(static_cast<std::uint64_t>(address) + 1)};
  }();
  return generator();
}

}  // namespace detail

inline std::uint64_t Context::random() noexcept {
  return driver_ != nullptr ? driver_->random() : detail::thread_random();
}

/// The drivers' and combinators' way into a Context. Not for policies or providers.
struct CallAccess {
  static void set_provider(Context& ctx, Name name) noexcept { ctx.provider_ = name; }
  static void name_if_unnamed(Context& ctx, Name name) noexcept {
    if (ctx.provider_.empty()) ctx.provider_ = name;
  }
  static void begin_attempt(Context& ctx) noexcept { ++ctx.attempts_; }
  static void add_attempts(Context& ctx, unsigned attempts) noexcept { ctx.attempts_ += attempts; }
  /// The time line that a Context for another thread must share; null = real time.
  [[nodiscard]] static Driver* driver(const Context& ctx) noexcept { return ctx.driver_; }
  static void set_gate(Context& ctx, CommitGate& gate, unsigned number) noexcept {
    ctx.gate_ = &gate;
    ctx.gate_number_ = number;
  }
  /// `commit` for one of the call's attempts, which tells the listeners itself.
  [[nodiscard]] static bool claim(Context& ctx) noexcept { return ctx.committed_ || ctx.claim(); }
  /// What an attempt on another thread takes over from the call. Not what `call` only points to, which may be gone
  /// before the attempt is, and not the ceiling, which all attempts share.
  static void inherit(Context& attempt, const Context& call) noexcept {
    attempt.deadline = call.deadline;
    attempt.cost = call.cost;
    attempt.priority = call.priority;
    attempt.provider_ = call.provider_;
    attempt.attempts_ = call.attempts_;
    attempt.enclosed_ = call.enclosed_;
    attempt.alternative_outside_ = others_are_there(call);
  }
  /// How many attempts may still begin where the call is now: a provider that has not been asked keeps one. The
  /// highest number: as many as it likes.
  [[nodiscard]] static unsigned attempts_left(const Context& ctx) noexcept {
    const unsigned most = ctx.most_attempts();
    const unsigned taken = ctx.attempts_ + ctx.alternatives_ + ctx.kept_;
    if (most == 0 || most == ~0U) return ~0U;
    return most > taken ? most - taken : 0;
  }
  /// `attempts` more, and no further one, in the same place as the call's own ceiling.
  static void limit_attempts(Context& attempt, const Context& call, unsigned attempts) noexcept {
    if (attempts == ~0U) return;
    (call.max_attempts != 0 ? attempt.max_attempts : attempt.ceiling_) = attempt.attempts_ + attempts;
  }
  /// For whoever takes up a call after its output has begun, and tells the caller what becomes of that output:
  /// false lets a new attempt begin like a first one, true when the old output stands after all. A rival of a hedge
  /// stays shut out: the gate is this attempt's.
  static void set_committed(Context& ctx, bool committed) noexcept { ctx.committed_ = committed; }
  /// The last attempt never left this process.
  static void give_back_attempt(Context& ctx) noexcept { --ctx.attempts_; }
  static unsigned& alternatives(Context& ctx) noexcept { return ctx.alternatives_; }
  [[nodiscard]] static bool others_are_there(const Context& ctx) noexcept {
    return ctx.alternatives_ > 0 || ctx.alternative_outside_;
  }
  /// Whether no attempt is left but for `others`.
  [[nodiscard]] static bool uses_up(const Context& ctx, unsigned others) noexcept {
    return ctx.uses_up(ctx.attempts_ + others);
  }
  static unsigned& kept_attempts(Context& ctx) noexcept { return ctx.kept_; }
  /// The outermost combinator's ceiling holds for all stacks nested in it. A stack around a plain provider needs
  /// none: its retries end by themselves.
  static void set_ceiling(Context& ctx, unsigned ceiling) noexcept {
    if (ctx.ceiling_ == 0) ctx.ceiling_ = ceiling;
  }
  /// What the last policy that rejected compared; forgets it.
  static void take_compared(Context& ctx, std::int64_t& measured, std::int64_t& limit) noexcept {
    measured = ctx.measured_;
    limit = ctx.limit_;
    ctx.compare(0, 0);
  }

  /// Reads the clock, or takes the reading an outer stack has just made; `nested` says which.
  static Instant enter(Context& ctx, bool& nested) noexcept {
    nested = ctx.fresh_ == Context::Reading::handed_down;
    if (!nested) return ctx.now();
    ctx.fresh_ = Context::Reading::stale;
    return ctx.reading_;
  }
  /// Before a nested stack is called: it need not read the clock again.
  static void hand_down(Context& ctx, Instant now) noexcept {
    ctx.reading_ = now;
    ctx.fresh_ = Context::Reading::handed_down;
  }
  /// After a stack's last reading: the stack around it need not read the clock again.
  static void hand_up(Context& ctx, Instant now) noexcept {
    ctx.reading_ = now;
    ctx.fresh_ = Context::Reading::handed_up;
  }
  /// After a nested stack returned: its last reading if it left one, else a new one.
  static Instant leave(Context& ctx) noexcept {
    if (ctx.fresh_ != Context::Reading::handed_up) return ctx.now();
    ctx.fresh_ = Context::Reading::stale;
    return ctx.reading_;
  }
  /// The same without taking it: a stack outside may still want it.
  [[nodiscard]] static Instant look(Context& ctx) noexcept {
    return ctx.fresh_ == Context::Reading::handed_up ? ctx.reading_ : ctx.now();
  }
  /// Between two candidates of a combinator: what the first one left serves the second.
  static void pass_on(Context& ctx) noexcept {
    if (ctx.fresh_ == Context::Reading::handed_up) ctx.fresh_ = Context::Reading::handed_down;
  }
  /// Whether the deadline has come; reads the clock if there is a deadline and no reading of this instant.
  [[nodiscard]] static bool time_is_over(Context& ctx) noexcept {
    if (ctx.deadline == Instant::max()) return false;
    return (ctx.fresh_ == Context::Reading::stale ? ctx.now() : ctx.reading_) >= ctx.deadline;
  }
  /// For a stack around other stacks: while it lives, those inside leave it to this one to say whose time was over.
  class Enclosure {
   public:
    explicit Enclosure(Context& ctx) noexcept : ctx_{ctx}, outermost_{!ctx.enclosed_} {
      ctx.enclosed_ = true;
    }
    Enclosure(const Enclosure&) = delete;
    Enclosure& operator=(const Enclosure&) = delete;
    ~Enclosure() {
      if (outermost_) ctx_.enclosed_ = false;
    }
    [[nodiscard]] bool outermost() const noexcept { return outermost_; }

   private:
    Context& ctx_;
    bool outermost_;
  };
  [[nodiscard]] static bool enclosed(const Context& ctx) noexcept { return ctx.enclosed_; }
  /// Before something that may be slow and is not a stack: no reading survives it.
  static void forget_reading(Context& ctx) noexcept { ctx.fresh_ = Context::Reading::stale; }
};

ARAMID_END
