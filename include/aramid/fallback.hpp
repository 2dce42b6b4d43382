// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/fallback.hpp: something else to answer with when a client fails.
//
//   Fallback<Client, Completion> chat{client_settings, Completion{.text = "Please try again later."}};   a value
//   Fallback<Client, FromTemplate> chat{...};     a function of (request, error) or (error), which must not block
//   Fallback<Client, Local> chat{...};            another provider, asked as (request, ctx)
//   Fallback<Client, Local, OnlyOverload> chat;   a predicate over Error says when
//
// When to use it: a cached text, a default, a smaller model is better than an error. When not: several providers of
// equal worth (Failover), or to hide errors that somebody ought to see; an event `fell_back` tells of each one.
// A cancelled call stays cancelled, output that has begun is not replaced, the caller's own mistakes are returned
// (unless `When` says otherwise), and after the call's deadline nobody is waiting any more.
// Cost: none on success. Thread-safety: as the client's and the other's; a function is called from many threads.
#pragma once

#include <aramid/route.hpp>
#include <aramid/wrapping.hpp>

#include <optional>  // optional
#include <utility>   // forward, move

ARAMID_BEGIN

/// The default: whatever may be the provider's fault.
struct NotTheCallersFault {
  [[nodiscard]] bool operator()(const Error& error) const noexcept {
    return error.fault != Fault::invalid_request && error.fault != Fault::conflict;
  }
};

namespace detail {

/// The other one can be asked, with or without blocking.
template <class Other, class Request>
concept CanBeAsked = ProviderOf<Other, Request> || requires(Other& other, const Request& request,
                                                            Context& ctx) { other.async(request, ctx); };

/// The decider of one call: the client, and when it fails the other; answers itself for a value or a function.
template <class Client, class Other, class When, bool AsksOther>
class FallbackCall {
 public:
  static constexpr bool asks_bare = false;

  FallbackCall(Client& client, Other& other, Context& ctx) noexcept
      : client_{client}, other_{other}, ctx_{ctx} {}
  FallbackCall(const FallbackCall&) = delete;
  FallbackCall& operator=(const FallbackCall&) = delete;

  template <class Request>
  [[nodiscard]] Step start(const Request&) noexcept {
    return {Step::Kind::attempt};
  }
  template <class Request>
  [[nodiscard]] Step resume(const Request&) noexcept {
    return {};
  }
  template <class Request, class Result>
  [[nodiscard]] ARAMID_INLINE Step ended(const Request& request, Result& outcome) {
    if (outcome) [[likely]]
      return {};
    return failed(request, outcome);
  }
  template <class Result>
  void conclude(Result&) noexcept {}

  template <class Visitor>
  decltype(auto) ask(Visitor&& visitor) {
    if constexpr (AsksOther) {
      if (first_) [[unlikely]]
        return visitor(other_);
    }
    return visitor(client_);
  }

 private:
  template <class Request, class Result>
  ARAMID_COLD Step failed(const Request& request, Result& outcome) {
    Error& error = outcome.error();
    if (first_) {
      conclude_both(error);
      return {};
    }
    if (error.fault == Fault::cancelled || ctx_.committed() || ctx_.stop.stop_requested() ||
        CallAccess::time_is_over(ctx_) || !When{}(error)) {
      return {};
    }
    if (AsksOther && ctx_.attempts_used_up()) return {};
    if (ctx_.listeners.want(EventKind::fell_back)) {
      ctx_.announce({.kind = EventKind::fell_back, .fault = error.fault, .provider = error.provider});
    }
    CallAccess::pass_on(ctx_);
    if constexpr (AsksOther) {
      ctx_.usage = {};
      ctx_.hints = {};
      first_.emplace(std::move(error));
      return {Step::Kind::attempt};
    } else {
      if constexpr (std::invocable<Other&, const Request&, const Error&>) {
        put(outcome, Result{other_(request, error)});
      } else if constexpr (std::invocable<Other&, const Error&>) {
        put(outcome, Result{other_(error)});
      } else {
        put(outcome, Result{other_});
      }
      return {};
    }
  }
  // If both fail, the caller gets what tells more, with the attempts of both.
  void conclude_both(Error& second) noexcept {
    History history = std::move(first_->history);
    history.append(second.history);
    if (!more_informative(second, *first_)) second = std::move(*first_);
    second.history = std::move(history);
  }

  Client& client_;
  Other& other_;
  Context& ctx_;
  std::optional<Error> first_;  // the client's, when the other one is asked
};

}  // namespace detail

template <class Client, class Other, class When = NotTheCallersFault>
class Fallback : public Wrapping<Client> {
 public:
  static constexpr bool has_decider = true;  ///< see <aramid/drive.hpp>

  constexpr Fallback()
    requires(std::default_initializable<Client> && std::default_initializable<Other>)
  = default;
  /// What the client is built from, and the other.
  template <class From>
    requires is_buildable_v<Client, std::remove_reference_t<From>>
  constexpr Fallback(From&& client, Other other)
      : Wrapping<Client>{std::in_place, std::forward<From>(client)}, other_(std::move(other)) {}

  template <class Request>
  auto operator()(const Request& request, Context& ctx) {
    static_assert(
        ProviderOf<Client, Request>,
        "aramid: the client of a Fallback<> must be callable as client(request, ctx) with this request and "
        "return an Outcome<T>. See docs/writing-a-provider.md");
    if constexpr (ProviderOf<Client, Request>) {
      using Result = detail::ResultOf<Client, Request>;
      static_assert(
          answers<Result, Request>(),
          "aramid: the second argument of Fallback<Client, Other> is a value of the response type, a "
          "function of (request, error) or (error), or a provider");
      if constexpr (answers<Result, Request>()) {
        auto decider = decide(request, ctx);
        return detail::run_blocking<Result>(decider, request, ctx);
      } else {
        return Result{std::unexpect};
      }
    }
  }
  template <class Request>
  auto operator()(const Request& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  [[nodiscard]] Other& other() noexcept { return other_; }

  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept {
    return detail::saturating_plus(aramid::attempts_allowed(this->client()), attempts_of_other());
  }
  [[nodiscard]] static consteval unsigned max_attempts() noexcept {
    return detail::saturating_plus(aramid::max_attempts<Client>(),
                                   is_stack_v<Other> ? aramid::max_attempts<Other>() : 1);
  }
  [[nodiscard]] static consteval Duration worst_case() noexcept {
    // A value takes no time, and a function should not; what may block is a provider.
    if constexpr (is_stack_v<Other>) {
      return saturating_add(aramid::worst_case<Client>(), aramid::worst_case<Other>());
    } else if constexpr (std::is_class_v<Other> && requires { &Other::operator(); }) {
      return unbounded;
    } else {
      return aramid::worst_case<Client>();
    }
  }
  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "Fallback\n";
    detail::describe_provider<Client>(text, indent + "  ");
    if constexpr (is_stack_v<Other>) {
      text += indent + "else\n";
      detail::describe_provider<Other>(text, indent + "  ");
    }
  }
  template <class Tag>
  [[nodiscard]] static consteval std::size_t count() noexcept {
    return count_in<Client, Tag>() + count_in<Other, Tag>();
  }
  template <class Tag>
    requires(count<Tag>() > 0)
  [[nodiscard]] auto& find() noexcept {
    if constexpr (count_in<Client, Tag>() > 0) {
      return this->client().template find<Tag>();
    } else {
      return other_.template find<Tag>();
    }
  }
  template <class Tag, class Visitor>
  void visit(Visitor&& visitor) {
    visit_in<Tag>(this->client(), visitor);
    visit_in<Tag>(other_, visitor);
  }
  template <class Tag, class Visitor>
  void visit_outermost(Visitor&& visitor) {
    aramid::visit_outermost<Tag>(this->client(), visitor);
    aramid::visit_outermost<Tag>(other_, visitor);
  }

 private:
  template <class Result, class Request>
  static consteval bool answers() noexcept {
    using T = typename Result::value_type;
    return ProviderOf<Other, Request> || std::invocable<Other&, const Request&, const Error&> ||
           std::invocable<Other&, const Error&> || std::convertible_to<const Other&, T>;
  }
  [[nodiscard]] constexpr unsigned attempts_of_other() const noexcept {
    if constexpr (is_stack_v<Other>) {
      return aramid::attempts_allowed(other_);
    } else {
      return 1;
    }
  }

  friend struct DriverAccess;
  template <class Request>
  [[nodiscard]] ARAMID_INLINE auto decide(const Request&, Context& ctx) noexcept {
    CallAccess::set_ceiling(ctx, attempts_allowed());
    constexpr bool asks_other = detail::CanBeAsked<Other, Request>;
    return detail::FallbackCall<Client, Other, When, asks_other>{this->client(), other_, ctx};
  }

  ARAMID_EMPTY Other other_;
};

ARAMID_END
