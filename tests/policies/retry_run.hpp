// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// One call of a client whose provider fails as told, and when its attempts began.

#pragma once

#include <aramid/aramid.hpp>

#include <vector>

#include "desk.hpp"
#include "support/catch.hpp"

namespace desk {

/// Fails with `faults`, one after the other and then for ever the last one, and notes when it is asked.
struct Failing {
  std::vector<Error> errors;
  std::vector<Instant>* begun = nullptr;
  std::size_t succeed_at = ~std::size_t{0};

  Outcome<int> operator()(int, Context& ctx) {
    const std::size_t turn = begun->size();
    begun->push_back(ctx.now());
    if (turn >= succeed_at) return 42;
    return std::unexpected{errors[turn < errors.size() ? turn : errors.size() - 1]};
  }
};

struct Run {
  testing::ManualClock clock{1, Instant{0s}};
  std::vector<Instant> begun;

  Failing failing(Fault fault, std::optional<Duration> hint = {}) {
    return {{error_of(fault, hint)}, &begun};
  }
  Failing in_turn(std::vector<Error> errors) { return {std::move(errors), &begun}; }

  template <class... Policies, class... Settings>
  Outcome<int> call(Failing provider, const Settings&... settings) {
    Context ctx = Context{clock};
    return call_in<Policies...>(ctx, std::move(provider), settings...);
  }
  template <class... Policies, class... Settings>
  Outcome<int> call_in(Context& ctx, Failing provider, const Settings&... settings) {
    Resilient<Failing, Policies...> client{std::move(provider), settings...};
    return client(0, ctx);
  }
  /// The waits between the attempts.
  std::vector<Duration> gaps() const {
    std::vector<Duration> gaps;
    for (std::size_t i = 1; i < begun.size(); ++i) gaps.push_back(begun[i] - begun[i - 1]);
    return gaps;
  }
};

using Plain = Backoff<Exponential, NoJitter>;

}  // namespace desk
