// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/hedge_relay.hpp: what the policies of a hedged attempt say to the world reaches the call, while it is
// there.
//
// Cost: nothing but the race's lock for each event that somebody wants. Thread-safety: the race's.
#pragma once

#include <aramid/context.hpp>

ARAMID_BEGIN

namespace detail {

template <class Race>
class HedgeRelay : public Listener, public Budget {
 public:
  /// Counts in `begun` how many attempts begin. `wanted`: by the caller's listeners.
  HedgeRelay(Race& race, Context& attempt, EventMask wanted, unsigned& begun) noexcept
      : Listener{static_cast<EventMask>(wanted | mask_of(EventKind::attempt_started)), &hear},
        Budget{&answer},
        race_{race},
        attempt_{attempt},
        begun_{begun} {
    attempt_.listeners.link(*this);
    attempt_.budgets.link(*this);
  }
  HedgeRelay(const HedgeRelay&) = delete;
  HedgeRelay& operator=(const HedgeRelay&) = delete;
  ~HedgeRelay() {
    attempt_.budgets.unlink(*this);
    attempt_.listeners.unlink(*this);
  }

 private:
  static void hear(Listener& self, const Event& event) noexcept {
    auto& relay = static_cast<HedgeRelay&>(self);
    const auto lock = relay.race_.lock();
    if (event.kind == EventKind::attempt_started) ++relay.begun_;
    if (Context* const caller = relay.race_.caller()) caller->listeners.announce(event);
  }
  static bool answer(Budget& self, Ask ask, const Error* failure, Instant now) noexcept {
    auto& relay = static_cast<HedgeRelay&>(self);
    const auto lock = relay.race_.lock();
    Context* const caller = relay.race_.caller();
    if (ask == Ask::charge) return caller != nullptr && caller->budgets.charge(failure, now);
    if (caller != nullptr) caller->budgets.refund(failure, now);
    return true;
  }

  Race& race_;
  Context& attempt_;
  unsigned& begun_;
};

}  // namespace detail

ARAMID_END
