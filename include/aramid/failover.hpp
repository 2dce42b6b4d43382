// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/failover.hpp: one client out of several providers.
//
//   using Chat = Failover<Priority, Named<"sambanova", Resilient<SambaNova, ...>>,
//                                   Named<"hf", Resilient<HuggingFace, ...>>>;
//   Chat chat{SambaNova{...}, HuggingFace{...}};
//   ctx.route.only = "hf";             // this provider, nothing else
//   ctx.route.failover = false;        // the first choice only
//
// A candidate that fails with a fault whose ruling lets another provider be asked is followed by the next one,
// unless output has reached the caller, the caller gave up, the deadline is over, or the call's ceiling on
// attempts is reached. When all fail the caller gets the most informative error, with all attempts in its
// history. When not to use it: for providers that share one account or one machine.
//
// It owns the clients; each is built from the argument at its place, or by default. It is a provider, so it
// nests and can be wrapped. Cost: none over the chosen client, but naming it. Thread-safety: as the clients'.
#pragma once

#include <aramid/access.hpp>
#include <aramid/args.hpp>
#include <aramid/attempt_once.hpp>
#include <aramid/describe.hpp>
#include <aramid/named.hpp>
#include <aramid/provider.hpp>
#include <aramid/route.hpp>

#include <boost/hana/at.hpp>           // at_c
#include <boost/hana/basic_tuple.hpp>  // basic_tuple

#include <concepts>  // constructible_from
#include <utility>   // exchange, forward, index_sequence

ARAMID_BEGIN

template <class Routing, class... Candidates>
class Failover {
  static_assert(sizeof...(Candidates) > 0,
                "aramid: Failover<Routing, Providers...> needs at least one provider");
  static_assert(
      RoutingType<Routing>,
      "aramid: the first argument of Failover<Routing, Providers...> is a routing, such as Priority");

  using Names = detail::CandidateNames<Candidates...>;
  static_assert(Names::differ(), "aramid: two candidates of this Failover<> have the same name");
  template <class Candidate>
  using ClientAt = typename detail::CandidateOf<Candidate>::Client;

 public:
  static constexpr bool is_stack = true;
  static constexpr std::size_t size = sizeof...(Candidates);

  constexpr Failover()
    requires(std::default_initializable<ClientAt<Candidates>> && ...)
  = default;

  /// One argument a candidate: what its client is built from.
  template <class... From>
    requires(sizeof...(From) == sizeof...(Candidates) && (is_buildable_v<ClientAt<Candidates>, From> && ...))
  constexpr explicit Failover(From&&... from) : clients_{std::forward<From>(from)...} {}

  Failover(const Failover&) = delete;
  Failover& operator=(const Failover&) = delete;

  template <class Request>
  auto operator()(const Request& request, Context& ctx) {
    static_assert(
        (ProviderOf<ClientAt<Candidates>, Request> && ...),
        "aramid: every provider of a Failover<> must be callable as provider(request, ctx) with this request "
        "and return an Outcome<T>. See docs/writing-a-provider.md");
    static_assert(
        size == 1 || replayable_v<Request>,
        "aramid: a Failover<> may send a request to several providers, and this type of request can be "
        "sent only once (replayable_v). See docs/writing-a-provider.md");
    if constexpr ((ProviderOf<ClientAt<Candidates>, Request> && ...)) {
      using Result = std::remove_cvref_t<std::invoke_result_t<decltype(get<0>())&, const Request&, Context&>>;
      constexpr bool alike =
          (std::same_as<Result, std::remove_cvref_t<
                                    std::invoke_result_t<ClientAt<Candidates>&, const Request&, Context&>>> &&
           ...);
      static_assert(alike, "aramid: the providers of a Failover<> must return the same Outcome<T>");
      // After a sentence the compiler is to say no more.
      if constexpr (alike && RoutingType<Routing>) {
        return try_in_turn<Result>(request, ctx);
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

  /// The client of the candidate with this name.
  template <FixedName Text>
  [[nodiscard]] auto& get() noexcept {
    constexpr std::size_t at = Names::index_of(Text.view());
    static_assert(at < size, "aramid: client.get<\"name\">(): no candidate of this Failover<> has that name");
    if constexpr (at < size) {
      return get<at>();
    } else {
      return *this;
    }
  }
  template <std::size_t I>
  [[nodiscard]] auto& get() noexcept {
    return boost::hana::at_c<I>(clients_).client;
  }
  /// Their names, in the order in which they are written.
  [[nodiscard]] static constexpr Name name_at(std::size_t i) noexcept { return Names::names[i]; }

  /// The most attempts that any one candidate makes, plus one for each further candidate.
  [[nodiscard]] constexpr unsigned attempts_allowed() const noexcept {
    unsigned most = 1;
    each(clients_, [&](const auto& client) {
      const unsigned attempts = aramid::attempts_allowed(client);
      most = attempts > most ? attempts : most;
    });
    return detail::saturating_plus(most, static_cast<unsigned>(size - 1));
  }

  /// What the types know of it. See `max_attempts<Client>()`.
  [[nodiscard]] static consteval unsigned max_attempts() noexcept {
    unsigned most = 1;
    ((most = larger(most, aramid::max_attempts<ClientAt<Candidates>>())), ...);
    return detail::saturating_plus(most, static_cast<unsigned>(size - 1));
  }

  /// One candidate after the other, each at its worst.
  [[nodiscard]] static consteval Duration worst_case() noexcept {
    Duration sum{0};
    ((sum = saturating_add(sum, aramid::worst_case<ClientAt<Candidates>>())), ...);
    return sum;
  }
  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "Failover: ";
    text += Routing::name.view();
    text += '\n';
    std::size_t i = 0;
    (describe_candidate<ClientAt<Candidates>>(text, indent, Names::names[i++]), ...);
  }

  template <class Tag>
  [[nodiscard]] static consteval std::size_t count() noexcept {
    return (std::size_t{0} + ... + count_in<ClientAt<Candidates>, Tag>());
  }
  template <class Tag>
    requires(count<Tag>() > 0)
  [[nodiscard]] auto& find() noexcept {
    constexpr std::size_t counts[] = {count_in<ClientAt<Candidates>, Tag>()...};
    constexpr std::size_t at = [&] {
      std::size_t i = 0;
      while (counts[i] == 0) ++i;
      return i;
    }();
    return get<at>().template find<Tag>();
  }
  template <class Tag, class Visitor>
  void visit(Visitor&& visitor) {
    each(clients_, [&](auto& client) { visit_in<Tag>(client, visitor); });
  }
  template <class Tag, class Visitor>
  void visit_outermost(Visitor&& visitor) {
    each(clients_, [&](auto& client) { aramid::visit_outermost<Tag>(client, visitor); });
  }

 private:
  template <class Result, class Request>
  Result try_in_turn(const Request& request, Context& ctx) {
    CallAccess::set_ceiling(ctx, attempts_allowed());
    if (!ctx.route.only.empty()) return ask_only<Result>(request, ctx);
    typename Routing::Order order;
    Routing::begin(routing_, order, size);
    Alternatives alternatives{ctx};
    const std::size_t last = ctx.route.failover ? size : 1;
    Result best{std::unexpect};
    History history;
    for (std::size_t i = 0; i < last; ++i) {
      const std::size_t candidate = Routing::at(order, i);
      alternatives.left(last - i - 1);
      Result outcome = ask<Result>(candidate, request, ctx);
      Routing::report(routing_, candidate, outcome ? nullptr : &outcome.error());
      if (outcome) [[likely]]
        return outcome;
      history.append(outcome.error().history);
      const bool follow = i + 1 < last && may_follow(outcome.error(), ctx);
      if (follow) move_on(outcome.error(), ctx);
      if (i == 0 || more_informative(outcome.error(), best.error())) best = std::move(outcome);
      if (!follow) break;
    }
    best.error().history = std::move(history);
    return best;
  }

  template <class Client>
  struct Slot {
    ARAMID_EMPTY Client client;

    constexpr Slot() = default;
    template <class From>
      requires(!std::same_as<std::remove_cvref_t<From>, Slot> && !is_args_v<std::remove_cvref_t<From>>)
    constexpr explicit Slot(From&& from) : client(std::forward<From>(from)) {}
    template <class... From>
    constexpr explicit Slot(Args<From...> from) : Slot(std::index_sequence_for<From...>{}, from) {}

   private:
    template <std::size_t... I, class... From>
    constexpr Slot(std::index_sequence<I...>, Args<From...>& from)
        : client(std::forward<From>(std::get<I>(from.references))...) {}
  };

  // How many candidates are left, on top of what a combinator outside has; taken back however the call ends.
  class Alternatives {
   public:
    explicit Alternatives(Context& ctx) noexcept : count_{CallAccess::alternatives(ctx)}, outer_{count_} {}
    Alternatives(const Alternatives&) = delete;
    Alternatives& operator=(const Alternatives&) = delete;
    ~Alternatives() { count_ = outer_; }
    void left(std::size_t here) noexcept { count_ = outer_ + static_cast<unsigned>(here); }

   private:
    unsigned& count_;
    unsigned outer_;
  };

  template <class Clients, class Visitor>
  static constexpr void each(Clients& clients, Visitor&& visitor) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visitor(boost::hana::at_c<I>(clients).client), ...);
    }(std::index_sequence_for<Candidates...>{});
  }

  template <class Client>
  static void describe_candidate(std::string& text, const std::string& indent, Name name) {
    text += indent + "  ";
    text += name.empty() ? std::string_view{"candidate"} : name.view();
    text += '\n';
    detail::describe_provider<Client>(text, indent + "    ");
  }

  template <class Result, class Request>
  Result ask(std::size_t candidate, const Request& request, Context& ctx) {
    return ask_from<Result, 0>(candidate, request, ctx);
  }
  template <class Result, std::size_t I, class Request>
  Result ask_from(std::size_t candidate, const Request& request, Context& ctx) {
    if constexpr (I + 1 < size) {
      if (candidate != I) return ask_from<Result, I + 1>(candidate, request, ctx);
    }
    CallAccess::set_provider(ctx, Names::names[I]);
    using Client = std::remove_cvref_t<decltype(get<I>())>;
    if constexpr (is_stack_v<Client>) {
      return get<I>()(request, ctx);
    } else {
      return detail::attempt_once<Result>(get<I>(), request, ctx);
    }
  }

  template <class Result, class Request>
  ARAMID_COLD Result ask_only(const Request& request, Context& ctx) {
    const std::size_t candidate = Names::index_of(ctx.route.only);
    if (candidate < size) {
      // The name is used up: a combinator nested in the candidate has names of its own.
      const std::string_view only = std::exchange(ctx.route.only, {});
      Result outcome = ask<Result>(candidate, request, ctx);
      ctx.route.only = only;
      return outcome;
    }
    std::string message = "no provider has the name given in route.only; the names are:";
    for (const Name name : Names::names) message.append(" ").append(name.view());
    return Result{fail(Fault::invalid_request, 0, std::move(message))};
  }

  [[nodiscard]] static bool may_follow(const Error& error, Context& ctx) noexcept {
    return may_go_elsewhere(error) && !ctx.committed() && !ctx.attempts_used_up() &&
           !ctx.stop.stop_requested() && !CallAccess::time_is_over(ctx);
  }
  static void move_on(const Error& error, Context& ctx) noexcept {
    if (ctx.listeners.want(EventKind::failed_over)) {
      ctx.announce({.kind = EventKind::failed_over, .fault = error.fault, .provider = error.provider});
    }
    ctx.usage = {};
    ctx.hints = {};
    CallAccess::pass_on(ctx);
  }

  ARAMID_EMPTY typename detail::StateOf<Routing>::type routing_;
  boost::hana::basic_tuple<Slot<ClientAt<Candidates>>...> clients_;
};

ARAMID_END
