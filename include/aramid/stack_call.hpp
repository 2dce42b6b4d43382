// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/stack_call.hpp: one call of a Resilient, for drivers. Sans-I/O but for reading the call's clock.
//
// A Call walks the policies; this tells it the time, which it reads once on the way in and once after the provider,
// or takes from a stack outside or inside that has just read it, and says whose time was over.
// Cost, thread-safety: as <aramid/call.hpp>.
#pragma once

#include <aramid/call.hpp>
#include <aramid/drive.hpp>
#include <aramid/provider.hpp>

ARAMID_BEGIN

namespace detail {

/// Around a plain provider there is nothing to enclose.
struct NoEnclosure {
  explicit NoEnclosure(Context&) noexcept {}
};

template <class Provider, class... Policies>
class StackCall {
  using Machine = Call<!is_stack_v<Provider>, Policies...>;
  static constexpr bool around_stack = is_stack_v<Provider>;
  static constexpr bool reads_time = Machine::reads_time;

 public:
  static constexpr bool asks_bare = true;

  StackCall(PolicyStack<Policies...>& policies, Provider& provider, Context& ctx) noexcept
      : provider_{provider},
        now_{reads_time ? CallAccess::enter(ctx, nested_) : Instant{}},
        enclosure_{ctx},
        call_{policies, ctx} {}
  StackCall(const StackCall&) = delete;
  StackCall& operator=(const StackCall&) = delete;

  template <class Request>
  [[nodiscard]] ARAMID_INLINE Step start(const Request& request) noexcept {
    call_.prepare(request);
    const Step step = call_.start(now_);
    if (step.kind == Step::Kind::attempt) [[likely]]
      return step;
    return pass_over_waits(step, request);
  }
  template <class Request>
  [[nodiscard]] Step resume(const Request& request) noexcept {
    return pass_over_waits(go_on(request), request);
  }
  template <class Request, class Result>
  [[nodiscard]] ARAMID_INLINE Step ended(const Request& request, Result& outcome) noexcept {
    read_after();
    if (outcome) [[likely]] {
      call_.succeed(now_);
      return {};
    }
    return pass_over_waits(call_.fail(outcome.error(), now_), request);
  }
  template <class Result>
  ARAMID_INLINE void conclude(Result& outcome) noexcept {
    if (reads_time && nested_) CallAccess::hand_up(ctx(), now_);
    if (!outcome) [[unlikely]]
      conclude_failure(outcome);
  }

  template <class Visitor>
  ARAMID_INLINE decltype(auto) ask(Visitor&& visitor) {
    if constexpr (!around_stack) {
      if constexpr (has_name_v<Provider>) CallAccess::name_if_unnamed(ctx(), name_of(provider_));
      CallAccess::forget_reading(ctx());
    } else if constexpr (reads_time) {
      CallAccess::hand_down(ctx(), now_);
    }
    return visitor(provider_);
  }

 private:
  [[nodiscard]] Context& ctx() noexcept { return call_.context(); }

  template <class Request>
  Step go_on(const Request& request) noexcept {
    if (reads_time || ctx().deadline != Instant::max()) now_ = ctx().now();
    call_.prepare(request);
    return call_.resume(now_);
  }
  // A wait that is over before it has begun is none of the driver's business.
  template <class Request>
  ARAMID_COLD Step pass_over_waits(Step step, const Request& request) noexcept {
    while (step.kind == Step::Kind::wait && step.until <= now_) step = go_on(request);
    return step;
  }

  template <class Result>
  ARAMID_COLD void conclude_failure(Result& outcome) noexcept {
    if (call_.refused()) outcome.error() = call_.take_refusal();
    if constexpr (around_stack) {
      if (enclosure_.outermost() && outcome.error().fault == Fault::timed_out)
        name_callers_deadline(outcome.error(), CallAccess::time_is_over(ctx()));
    }
  }

  ARAMID_INLINE void read_after() noexcept {
    if constexpr (reads_time) now_ = around_stack ? CallAccess::leave(ctx()) : ctx().now();
  }

  Provider& provider_;
  bool nested_;  // only where time is read
  Instant now_;
  ARAMID_EMPTY std::conditional_t<around_stack, CallAccess::Enclosure, NoEnclosure> enclosure_;
  Machine call_;
};

}  // namespace detail

ARAMID_END
