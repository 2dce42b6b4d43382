// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/resilient.hpp: policies around a provider.
//
//   using Client = Resilient<OpenAi, Telemetry, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>, Timeout<30s>>;
//   Client client{OpenAi{settings}};
//   Outcome<Completion> answer = client(request);        // or client(request, ctx)
//
// The stack is read as written: the first policy is the outermost. A client is a provider, so clients nest.
// One client serves many threads at once. It is neither copied nor moved: calls keep its address.
// Settings given at run time follow the provider, in any order: `Client client{provider, BreakerSettings{...}}`.
//
// Cost: `Resilient<P>` is a call of P. Otherwise two clock readings for all policies together, nested stacks
// included; no allocation, no exception on success.
// Errors: what the provider returned, or what a policy refused with; an exception of the provider passes
// through after every level has been released.
#pragma once

#include <aramid/access.hpp>
#include <aramid/args.hpp>
#include <aramid/describe.hpp>
#include <aramid/order.hpp>
#include <aramid/provider.hpp>
#include <aramid/readiness.hpp>
#include <aramid/stack_call.hpp>

#include <concepts>     // constructible_from
#include <type_traits>  // invoke_result_t
#include <utility>      // forward

ARAMID_BEGIN

template <class Provider, class... Policies>
class Resilient {
  static_assert(detail::check_stack<Provider, Policies...>());

 public:
  using provider_type = Provider;
  /// Without policies the provider itself is all there is: it reads no clock and counts no attempts.
  static constexpr bool is_stack = sizeof...(Policies) > 0 || is_stack_v<Provider>;
  /// See <aramid/drive.hpp>.
  static constexpr bool has_decider = sizeof...(Policies) > 0;

  constexpr Resilient()
    requires std::default_initializable<Provider>
  = default;

  /// The provider, or what it is built from, then the settings of policies that take theirs at run time.
  template <class From, class... Settings>
    requires(!std::same_as<std::remove_cvref_t<From>, Resilient> && !is_args_v<std::remove_cvref_t<From>> &&
             std::constructible_from<Provider, From>)
  constexpr explicit(sizeof...(Settings) == 0 && !std::convertible_to<From, Provider>)
      Resilient(From&& provider, const Settings&... settings)
      : policies_(settings...), provider_(std::forward<From>(provider)) {
    check_settings<Settings...>();
  }

  /// The same with several arguments for the provider: `Resilient client{args(a, b), settings}`.
  template <class... From, class... Settings>
    requires(std::constructible_from<Provider, From...>)
  constexpr explicit Resilient(Args<From...> provider, const Settings&... settings)
      : Resilient(std::index_sequence_for<From...>{}, provider, settings...) {}

  Resilient(const Resilient&) = delete;
  Resilient& operator=(const Resilient&) = delete;

  /// Asks the provider through the policies. Blocks until there is an outcome, a refusal, or `ctx.deadline`.
  template <class Request>
  auto operator()(const Request& request, Context& ctx) {
    static_assert(Policy<Provider> || std::invocable<Provider&, const Request&, Context&>,
                  "aramid: the provider cannot be called as provider(request, ctx) with this request. "
                  "See docs/writing-a-provider.md");
    if constexpr (std::invocable<Provider&, const Request&, Context&>) {
      using Result = std::remove_cvref_t<std::invoke_result_t<Provider&, const Request&, Context&>>;
      static_assert(
          is_outcome_v<Result>,
          "aramid: a provider returns Outcome<T>. Wrap a callable that returns something else, or throws, "
          "with lift(callable). See docs/writing-a-provider.md");
      constexpr bool repeatable = replayable_v<Request> || !(repeats_v<Policies> || ...);
      static_assert(repeatable,
                    "aramid: this Resilient<> retries, and this type of request can be sent only once "
                    "(replayable_v). Take the retries out, or make the request a value. See "
                    "docs/writing-a-provider.md");
      // After a sentence the compiler is to say no more.
      if constexpr (is_outcome_v<Result> && repeatable && (Policy<Policies> && ...)) {
        return drive<Result>(request, ctx);
      } else if constexpr (is_outcome_v<Result>) {
        return Result{std::unexpect};
      }
    }
  }

  /// The same with a Context of its own: no deadline, no stop token, a cost of one request.
  template <class Request>
  auto operator()(const Request& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  /// The provider's own name, where this client adds nothing to it.
  [[nodiscard]] constexpr Name name() const noexcept
    requires(!is_stack && has_name_v<Provider>)
  {
    return name_of(provider_);
  }
  /// Whether a policy of this client, or of a client that it wraps directly, repeats.
  static constexpr bool repeats_inside = (repeats_v<Policies> || ...) || detail::repeats_inside_v<Provider>;

  [[nodiscard]] Provider& provider() noexcept { return provider_; }
  [[nodiscard]] const Provider& provider() const noexcept { return provider_; }
  /// The I-th policy, the outermost first.
  template <std::size_t I>
  [[nodiscard]] auto& policy() noexcept {
    return policies_.template get<I>();
  }

  /// The most attempts that one call makes of any one provider.
  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept {
    return attempts_through(std::index_sequence_for<Policies...>{});
  }

  /// See `max_attempts<Client>()`.
  [[nodiscard]] static consteval unsigned max_attempts() noexcept {
    unsigned attempts = aramid::max_attempts<Provider>();
    ((attempts = detail::saturating_mul(attempts, static_attempts_v<Policies>)), ...);
    return attempts;
  }
  /// See `worst_case<Client>()`.
  [[nodiscard]] static consteval Duration worst_case() noexcept {
    if constexpr (sizeof...(Policies) == 0) {
      return aramid::worst_case<Provider>();
    } else {
      return detail::worst_case_of_stack<Policies...>(aramid::worst_case<Provider>());
    }
  }
  /// See `describe<Client>()`.
  static void describe_into(std::string& text, const std::string& indent) {
    (detail::describe_policy<Policies>(text, indent), ...);
    detail::describe_provider<Provider>(text, indent);
  }

  /// Whether a call would be let in now: what the policy says that would hold it back longest.
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    Readiness longest = readiness_of(provider_, ctx, now);
    each_policy([&](const auto& policy) {
      Readiness own = readiness_of(policy, ctx, now);
      if (own.policy.empty()) own.policy = policy_name_v<std::remove_cvref_t<decltype(policy)>>;
      if (own.wait > longest.wait) longest = own;
    });
    return longest;
  }
  /// What the fullest quota has left, in thousandths.
  [[nodiscard]] unsigned headroom(Instant now) const noexcept {
    unsigned least = headroom_of(provider_, now);
    each_policy([&](const auto& policy) { least = smaller(least, headroom_of(policy, now)); });
    return least;
  }

  /// Policies with this tag in this client, nested clients included.
  template <class Tag>
  [[nodiscard]] static consteval std::size_t count() noexcept {
    return (detail::tagged<Policies, Tag>() + ... + count_in<Provider, Tag>());
  }
  /// The first of them. For `breaker(client)` and its like, which say it in a sentence when there is none.
  template <class Tag>
    requires(count<Tag>() > 0)
  [[nodiscard]] auto& find() noexcept {
    constexpr std::size_t at = first_tagged<Tag>();
    if constexpr (at < sizeof...(Policies)) {
      return detail::reveal<Tag>(policies_.template get<at>());
    } else {
      return provider_.template find<Tag>();
    }
  }
  /// Calls `visit(policy)` for each of them.
  template <class Tag, class Visitor>
  void visit(Visitor&& visitor) {
    visit_policies<Tag>(visitor, std::index_sequence_for<Policies...>{});
    visit_in<Tag>(provider_, visitor);
  }
  /// The same, but of clients inside only if this one has none itself.
  template <class Tag, class Visitor>
  void visit_outermost(Visitor&& visitor) {
    if constexpr ((detail::tagged<Policies, Tag>() + ... + 0) != 0) {
      visit_policies<Tag>(visitor, std::index_sequence_for<Policies...>{});
    } else {
      aramid::visit_outermost<Tag>(provider_, visitor);
    }
  }

 private:
  template <std::size_t... I, class... From, class... Settings>
  constexpr Resilient(std::index_sequence<I...>, Args<From...>& provider, const Settings&... settings)
      : policies_(settings...), provider_(std::forward<From>(std::get<I>(provider.references))...) {
    check_settings<Settings...>();
  }

  template <class... Settings>
  static consteval void check_settings() noexcept {
    static_assert(((takers_v<Settings, Policies...> > 0) && ...),
                  "aramid: no policy of this Resilient<> takes these settings at run time");
    if constexpr (((takers_v<Settings, Policies...> > 0) && ...)) {
      static_assert(((given<Settings, Settings...>() <= takers_v<Settings, Policies...>) && ...),
                    "aramid: more settings of one type than policies of this Resilient<> that take them");
    }
  }
  template <class Wanted, class... Settings>
  static consteval std::size_t given() noexcept {
    return (std::size_t{0} + ... + (std::same_as<Wanted, Settings> ? 1 : 0));
  }

  friend struct DriverAccess;
  template <class Request>
  [[nodiscard]] ARAMID_INLINE auto decide(const Request&, Context& ctx) noexcept {
    if constexpr (is_stack_v<Provider>) CallAccess::set_ceiling(ctx, attempts_allowed());
    return detail::StackCall<Provider, Policies...>{policies_, provider_, ctx};
  }

  template <class Result, class Request>
  ARAMID_INLINE Result drive(const Request& request, Context& ctx) {
    if constexpr (sizeof...(Policies) == 0) {
      return provider_(request, ctx);
    } else {
      return drive_policies<Result>(request, ctx);
    }
  }
  template <class Result, class Request>
  Result drive_policies(const Request& request, Context& ctx) {
    auto decider = decide(request, ctx);
    return detail::run_blocking<Result>(decider, request, ctx);
  }

  template <std::size_t... I>
  [[nodiscard]] constexpr unsigned attempts_through(std::index_sequence<I...>) const noexcept {
    unsigned attempts = aramid::attempts_allowed(provider_);
    ((attempts = detail::saturating_mul(attempts, attempts_of(policies_.template get<I>()))), ...);
    return attempts;
  }

  template <class Tag>
  static consteval std::size_t first_tagged() noexcept {
    std::size_t at = 0;
    bool found = false;
    ((found = found || detail::tagged<Policies, Tag>() != 0, at += found ? 0 : 1), ...);
    return at;
  }

  template <class Visitor>
  void each_policy(Visitor&& visit) const noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit(policies_.template get<I>()), ...);
    }(std::index_sequence_for<Policies...>{});
  }
  template <class Tag, class Visitor, std::size_t... I>
  void visit_policies(Visitor& visitor, std::index_sequence<I...>) {
    (visit_policy<Tag>(policies_.template get<I>(), visitor), ...);
  }
  template <class Tag, class P, class Visitor>
  static void visit_policy(P& policy, Visitor& visitor) {
    if constexpr (detail::tagged<P, Tag>() != 0) visitor(detail::reveal<Tag>(policy));
  }

  ARAMID_EMPTY PolicyStack<Policies...> policies_;
  ARAMID_EMPTY Provider provider_;  // last: work that it waits for in its end may hold a bulkhead's permit
};

template <class P>
Resilient(P) -> Resilient<P>;

ARAMID_END
