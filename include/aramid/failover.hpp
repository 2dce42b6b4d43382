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
//   ctx.route.order = names;           // these providers, in this order
//
// A candidate that fails with a fault whose ruling lets another provider be asked is followed by the next one,
// unless output has reached the caller, the caller gave up, the deadline is over, or the call's ceiling on
// attempts is reached. A prompt that is too long goes only to a larger context window, a filtered one only to a
// candidate that TakesFiltered. One that would hold the call back (a limiter, a queue, a rate limit) is passed over
// while another is left; when all have been tried, the call goes to the one that is ready first, if that is before
// the deadline. When all fail the caller gets the most informative error, with all attempts in its history.
// Asking another provider is not a retry, and no retry budget pays for it.
// When not to use it: for providers that share one account or one machine.
//
// It owns the clients; each is built from the argument at its place, or by default. It is a provider, so it
// nests and can be wrapped. Cost: none over the chosen client but for naming it, and for what the routing does.
// Thread-safety: as the clients'.
#pragma once

#include <aramid/access.hpp>
#include <aramid/args.hpp>
#include <aramid/attempt_once.hpp>
#include <aramid/describe.hpp>
#include <aramid/failover_walk.hpp>
#include <aramid/named.hpp>
#include <aramid/provider.hpp>
#include <aramid/readiness.hpp>
#include <aramid/tuple_at.hpp>

#include <array>     // array
#include <concepts>  // constructible_from
#include <utility>   // exchange, forward, index_sequence

ARAMID_BEGIN

/// A candidate as `available` shows it. One that the call's route leaves out is not ready, with `Reason::elsewhere`
/// and "route" as the policy.
struct Availability {
  Name provider;
  Readiness readiness;
};

namespace detail {

template <class Client>
[[nodiscard]] Availability availability(Name name, const Client& client, bool asked, const Context& ctx,
                                        Instant now) noexcept {
  if (asked) return {name, readiness_of(client, ctx, now)};
  return {name, {.wait = Duration::max(), .reason = Reason::elsewhere, .policy = Name{"route"}}};
}

/// The client that is ready first. It may be the first of several that are not known to become ready.
class Soonest {
 public:
  void see(const Readiness& own) noexcept {
    if (!any_ || own.wait < readiness_.wait) readiness_ = own;
    any_ = true;
  }
  [[nodiscard]] const Readiness& readiness() const noexcept { return readiness_; }

 private:
  Readiness readiness_;
  bool any_ = false;
};

}  // namespace detail

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
  static constexpr bool has_decider = true;  ///< see <aramid/drive.hpp>
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
    return detail::tuple_at<I>(clients_).client;
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

  /// What the candidate says that is ready first.
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    detail::Soonest soonest;
    each(clients_, [&](const auto& client) { soonest.see(readiness_of(client, ctx, now)); });
    return soonest.readiness();
  }
  /// What the candidate with most of its quota has left, in thousandths.
  [[nodiscard]] unsigned headroom(Instant now) const noexcept {
    unsigned most = 0;
    each(clients_, [&](const auto& client) { most = larger(most, headroom_of(client, now)); });
    return most;
  }
  /// See `available(client, request, ctx)`.
  template <class Request>
  [[nodiscard]] std::array<Availability, size> available(const Request& request, Context& ctx) {
    std::array<Availability, size> all;
    View view{*this};
    const Instant now = ctx.now();
    std::size_t next = 0;
    walk_.preview(view, request, ctx, now, [&](std::size_t candidate, bool asked) {
      std::size_t i = 0;
      each(clients_, [&](const auto& client) {
        if (i == candidate) all[next] = detail::availability(Names::names[i], client, asked, ctx, now);
        ++i;
      });
      ++next;
    });
    return all;
  }
  /// See `available(client, ctx)`.
  [[nodiscard]] std::array<Availability, size> available(Context& ctx) {
    return detail::available_to_any<Routing>(*this, ctx);
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
  template <class Clients, class Visitor>
  static constexpr void each(Clients& clients, Visitor&& visitor) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visitor(detail::tuple_at<I>(clients).client), ...);
    }(std::index_sequence_for<Candidates...>{});
  }

  template <class Client>
  static void describe_candidate(std::string& text, const std::string& indent, Name name) {
    text += indent + "  ";
    text += name.empty() ? std::string_view{"candidate"} : name.view();
    text += '\n';
    detail::describe_provider<Client>(text, indent + "    ");
  }

  // What the walk knows of the candidates.
  struct View {
    Failover& self;
    [[nodiscard]] static constexpr std::size_t size() noexcept { return Failover::size; }
    [[nodiscard]] static const CandidateFacts& facts(std::size_t i) noexcept { return Names::facts[i]; }
    [[nodiscard]] static Name name(std::size_t i) noexcept { return Names::names[i]; }
    [[nodiscard]] unsigned attempts_allowed() const noexcept { return self.attempts_allowed(); }
    [[nodiscard]] unsigned headroom(std::size_t i, Instant now) const noexcept {
      unsigned headroom = 0;
      std::size_t at = 0;
      each(self.clients_, [&](const auto& client) {
        if (at++ == i) headroom = headroom_of(client, now);
      });
      return headroom;
    }
    /// Calls `visitor(client)` with one of them, which it names.
    template <std::size_t I = 0, class Visitor>
    ARAMID_INLINE decltype(auto) with(std::size_t candidate, Context& ctx, Visitor& visitor) const {
      if constexpr (I + 1 < Failover::size) {
        if (candidate != I) return with<I + 1>(candidate, ctx, visitor);
      }
      CallAccess::set_provider(ctx, Names::names[I]);
      return visitor(self.template get<I>());
    }
  };

  friend struct DriverAccess;
  template <class Request>
  [[nodiscard]] ARAMID_INLINE auto decide(const Request&, Context& ctx) noexcept {
    return walk_.decide(View{*this}, ctx);
  }

  ARAMID_EMPTY detail::FailoverWalk<Routing, View, size> walk_;
  boost::hana::basic_tuple<detail::Built<ClientAt<Candidates>>...> clients_;
};

namespace detail {

struct NoCandidates {
  template <class... Given>
  [[nodiscard]] static std::array<Availability, 0> available(const Given&...) noexcept {
    return {};
  }
};

/// The client that has candidates: this one, or the one that it wraps.
template <class Client>
[[nodiscard]] decltype(auto) choosing(Client& client) noexcept {
  constexpr bool chooses = requires { client.available(std::declval<Context&>()); };
  if constexpr (chooses) {
    return (client);
  } else if constexpr (requires { client.provider(); }) {
    return choosing(client.provider());
  } else if constexpr (requires { client.client(); }) {
    return choosing(client.client());
  } else {
    static_assert(chooses,
                  "aramid: available(client): this client has no Failover and no FailoverList inside");
    return NoCandidates{};
  }
}

}  // namespace detail

/// The candidates of a Failover, or of one that `client` wraps, in the order in which a call would ask them now,
/// and what would hold it back there: a candidate that is not ready would be passed over while another one is.
/// Behind them those that `ctx.route` leaves out. Nothing changes by asking; where a routing draws lots, it does
/// not draw. A policy that has one state for each key does not tell.
template <class Client, class Request>
[[nodiscard]] auto available(Client& client, const Request& request, Context& ctx) {
  return detail::choosing(client).available(request, ctx);
}
template <class Client, class Request>
[[nodiscard]] auto available(Client& client, const Request& request) {
  Context ctx;
  return detail::choosing(client).available(request, ctx);
}
/// The same without a request, for routings that do not look at it.
template <class Client>
[[nodiscard]] auto available(Client& client, Context& ctx) {
  return detail::choosing(client).available(ctx);
}
template <class Client>
[[nodiscard]] auto available(Client& client) {
  Context ctx;
  return detail::choosing(client).available(ctx);
}

ARAMID_END
