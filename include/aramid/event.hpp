// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/event.hpp: what happens inside a call, for whoever wants to hear.
//
// A listener links itself into `Context::listeners` for the length of a call and names the kinds it wants.
// With no listener for a kind an event costs one predictable branch; nothing is built. Listeners run on the
// calling thread, between policy decisions: they must not block, throw or allocate on the success path.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/fault.hpp>
#include <aramid/name.hpp>
#include <aramid/phase.hpp>

#include <cstdint>  // uint8_t, int64_t

ARAMID_BEGIN

enum class EventKind : std::uint8_t {
  attempt_started,
  attempt_succeeded,
  attempt_failed,
  retry_scheduled,  ///< `duration` is the wait before the next attempt
  waited,           ///< a policy held the call back; `duration` is how long
  rejected,         ///< a policy refused; `fault`, `reason`, `measured` and `limit` say why
  breaker_moved,    ///< `measured` is the old state, `limit` the new one
  failed_over,      ///< `provider` is the one that failed
  hedged,
  first_output,  ///< the provider committed
  gave_up,       ///< a policy could have gone on and did not; `reason` says why
  fell_back,     ///< a Fallback answers; `fault` is the failure that it replaces
  shadowed,  ///< a policy in the shadow would have acted; fields as of the event that there would have been
  resumed,   ///< an interrupted stream is taken up again by `policy`; `provider` is the one that broke off
};

struct Event {
  EventKind kind{};
  Fault fault = Fault::unknown;
  Reason reason = Reason::none;
  Phase phase = Phase::none;  ///< with attempt_failed: the limit that was reached
  unsigned attempt = 0;       ///< number of the attempt within the call, from 1; 0 before the first
  Name provider{};
  Name policy{};  ///< empty for events of the driver itself
  Instant at{};   ///< Instant{} in a stack that reads no clock
  Duration duration{0};
  std::int64_t measured = 0;  ///< the number that was compared ...
  std::int64_t limit = 0;     ///< ... and what it was compared with
};

/// A set of event kinds.
using EventMask = std::uint16_t;

template <class... Kinds>
[[nodiscard]] constexpr EventMask mask_of(Kinds... kinds) noexcept {
  return static_cast<EventMask>((0U | ... | (1U << static_cast<unsigned>(kinds))));
}

/// A node of the listener chain. Derive from it or keep one as a member; the owner unlinks it before it dies.
class Listener {
 public:
  using Hear = void (*)(Listener& self, const Event& event) noexcept;

  constexpr Listener() noexcept = default;
  constexpr Listener(EventMask wants, Hear hear) noexcept : hear_{hear}, wants_{wants} {}

 private:
  friend class Listeners;
  Listener* next_ = nullptr;
  Hear hear_ = nullptr;
  EventMask wants_ = 0;
  EventMask outer_ = 0;  // what the chain wanted before this node joined
};

/// The chain itself: last in, first out, as scopes are. One per call; not shared between threads.
class Listeners {
 public:
  [[nodiscard]] bool want(EventKind kind) const noexcept { return (wants_ & mask_of(kind)) != 0; }

  [[nodiscard]] EventMask wanted() const noexcept { return wants_; }

  void link(Listener& node) noexcept {
    node.next_ = head_;
    node.outer_ = wants_;
    head_ = &node;
    wants_ = static_cast<EventMask>(wants_ | node.wants_);
  }
  /// Removes `node`, which must be the last one linked.
  void unlink(Listener& node) noexcept {
    head_ = node.next_;
    wants_ = node.outer_;
  }

  /// Calls every listener that wants the event, the innermost first.
  ARAMID_COLD void announce(const Event& event) const noexcept {
    for (Listener* node = head_; node != nullptr; node = node->next_) {
      if ((node->wants_ & mask_of(event.kind)) != 0) node->hear_(*node, event);
    }
  }

 private:
  Listener* head_ = nullptr;
  EventMask wants_ = 0;
};

ARAMID_END
