// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/failover_list.hpp: a Failover over a list that is made at run time.
//
//   using AnyChat = AnyProvider<ChatRequest, Completion>;
//   using Chat = FailoverList<SuccessRate, AnyChat>;
//   std::vector<Chat::Candidate> candidates;
//   for (const auto& e : config) candidates.push_back({intern(e.name), make(e), {.price = e.price}});
//   Chat chat{std::move(candidates)};
//
// The same rules as <aramid/failover.hpp>, for up to 64 candidates. The list does not change once it is made:
// routings and calls under way refer to places in it. Not part of <aramid/aramid.hpp>.
// Cost: as a Failover's, and what the provider type costs. Thread-safety: as the providers'.
#pragma once

#include <aramid/attempt_once.hpp>
#include <aramid/describe.hpp>
#include <aramid/failover.hpp>
#include <aramid/settings.hpp>

#include <vector>  // vector

ARAMID_BEGIN

template <RoutingType Routing, class Provider>
class FailoverList {
 public:
  static constexpr std::size_t max_candidates =
      fixed_candidates_v<Routing> != 0 ? fixed_candidates_v<Routing> : 64;
  static constexpr bool is_stack = true;
  static constexpr bool has_decider = true;  ///< see <aramid/drive.hpp>

  struct Candidate {
    Name name;  ///< not empty, and no other candidate's; see intern()
    Provider provider;
    CandidateFacts facts{};
  };

  /// 1 to 64 candidates with different names, under `Weighted<3, 1>` as many as it has weights; otherwise refused
  /// as wrong settings are (<aramid/settings.hpp>).
  explicit FailoverList(std::vector<Candidate> candidates) : candidates_{std::move(candidates)} {
    if constexpr (fixed_candidates_v<Routing> != 0) {
      require_setting(candidates_.size() == max_candidates, "the number of candidates of a FailoverList",
                      candidates_.size(), max_candidates, ", one for each weight of its routing");
    } else {
      require_setting(!candidates_.empty() && candidates_.size() <= max_candidates,
                      "the number of candidates of a FailoverList", candidates_.size(), "1 to 64");
    }
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      require_setting(!candidates_[i].name.empty(), "a name in a FailoverList", "empty", "any other text");
      for (std::size_t k = 0; k < i; ++k) {
        require_setting(!(candidates_[k].name == candidates_[i].name), "a name in a FailoverList",
                        candidates_[i].name.view(), "one that no other candidate has");
      }
    }
  }
  FailoverList(const FailoverList&) = delete;
  FailoverList& operator=(const FailoverList&) = delete;

  template <class Request>
  auto operator()(const Request& request, Context& ctx) {
    static_assert(
        ProviderOf<Provider, Request>,
        "aramid: the providers of a FailoverList<> must be callable as provider(request, ctx) with this "
        "request and return an Outcome<T>. See docs/writing-a-provider.md");
    static_assert(
        replayable_v<Request>,
        "aramid: a FailoverList<> may send a request to several providers, and this type of request can "
        "be sent only once (replayable_v). See docs/writing-a-provider.md");
    using Result = std::remove_cvref_t<std::invoke_result_t<Provider&, const Request&, Context&>>;
    auto decider = decide(request, ctx);
    return detail::run_blocking<Result>(decider, request, ctx);
  }
  template <class Request>
  auto operator()(const Request& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  [[nodiscard]] std::size_t size() const noexcept { return candidates_.size(); }
  [[nodiscard]] Name name_at(std::size_t i) const noexcept { return candidates_[i].name; }
  /// The provider with this name, null if there is none.
  [[nodiscard]] Provider* find(std::string_view name) noexcept {
    for (Candidate& candidate : candidates_) {
      if (candidate.name == name) return &candidate.provider;
    }
    return nullptr;
  }

  /// The most attempts that any one candidate makes, plus one for each further candidate.
  [[nodiscard]] unsigned attempts_allowed() const noexcept {
    unsigned most = 1;
    for (const Candidate& candidate : candidates_)
      most = larger(most, aramid::attempts_allowed(candidate.provider));
    return detail::saturating_plus(most, static_cast<unsigned>(candidates_.size() - 1));
  }
  [[nodiscard]] Readiness readiness(const Context& ctx, Instant now) const noexcept {
    detail::Soonest soonest;
    for (const Candidate& candidate : candidates_) soonest.see(readiness_of(candidate.provider, ctx, now));
    return soonest.readiness();
  }
  [[nodiscard]] unsigned headroom(Instant now) const noexcept {
    unsigned most = 0;
    for (const Candidate& candidate : candidates_) most = larger(most, headroom_of(candidate.provider, now));
    return most;
  }
  /// See `available(client, request, ctx)`.
  template <class Request>
  [[nodiscard]] std::vector<Availability> available(const Request& request, Context& ctx) {
    std::vector<Availability> all;
    View view{*this};
    const Instant now = ctx.now();
    walk_.preview(view, request, ctx, now, [&](std::size_t i, bool asked) {
      const Candidate& candidate = candidates_[i];
      all.push_back(detail::availability(candidate.name, candidate.provider, asked, ctx, now));
    });
    return all;
  }
  /// See `available(client, ctx)`.
  [[nodiscard]] std::vector<Availability> available(Context& ctx) {
    return detail::available_to_any<Routing>(*this, ctx);
  }

  /// The candidates by name, each with what it says of itself. `describe<Client>()` knows the types only.
  [[nodiscard]] std::string describe() const {
    std::string text = "FailoverList: ";
    text.append(Routing::name.view()).append("\n");
    for (const Candidate& candidate : candidates_) {
      text.append("  ").append(candidate.name.view()).append("\n");
      std::string own;
      if constexpr (requires { candidate.provider.describe(); }) {
        own = candidate.provider.describe();
      } else {
        own = aramid::describe<Provider>();
      }
      for (std::size_t begin = 0; begin < own.size();) {
        const std::size_t end = smaller(own.find('\n', begin), own.size());
        text.append("    ").append(own, begin, end - begin).append("\n");
        begin = end + 1;
      }
    }
    return text;
  }
  /// One candidate after the other, each at its worst.
  [[nodiscard]] Duration worst_case_inside() const noexcept {
    Duration sum{0};
    for (const Candidate& candidate : candidates_) {
      if constexpr (requires { candidate.provider.worst_case_inside(); }) {
        sum = saturating_add(sum, candidate.provider.worst_case_inside());
      } else {
        sum = saturating_add(sum, aramid::worst_case<Provider>());
      }
    }
    return sum;
  }
  /// As if there were the most candidates: the type does not know how many. See `worst_case_inside()`.
  [[nodiscard]] static consteval Duration worst_case() noexcept {
    return saturating_mul(aramid::worst_case<Provider>(), max_candidates);
  }

  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "FailoverList: ";
    text += Routing::name.view();
    text += '\n';
    detail::describe_provider<Provider>(text, indent + "  ");
  }
  [[nodiscard]] static consteval unsigned max_attempts() noexcept {
    return detail::saturating_plus(aramid::max_attempts<Provider>(), max_candidates - 1);
  }

 private:
  struct View {
    FailoverList& self;
    [[nodiscard]] std::size_t size() const noexcept { return self.candidates_.size(); }
    [[nodiscard]] const CandidateFacts& facts(std::size_t i) const noexcept {
      return self.candidates_[i].facts;
    }
    [[nodiscard]] Name name(std::size_t i) const noexcept { return self.candidates_[i].name; }
    [[nodiscard]] unsigned attempts_allowed() const noexcept { return self.attempts_allowed(); }
    [[nodiscard]] unsigned headroom(std::size_t i, Instant now) const noexcept {
      return headroom_of(self.candidates_[i].provider, now);
    }
    template <class Visitor>
    decltype(auto) with(std::size_t candidate, Context& ctx, Visitor& visitor) const {
      CallAccess::set_provider(ctx, self.candidates_[candidate].name);
      return visitor(self.candidates_[candidate].provider);
    }
  };

  friend struct DriverAccess;
  template <class Request>
  [[nodiscard]] auto decide(const Request&, Context& ctx) noexcept {
    return walk_.decide(View{*this}, ctx);
  }

  std::vector<Candidate> candidates_;
  ARAMID_EMPTY detail::FailoverWalk<Routing, View, max_candidates> walk_;
};

ARAMID_END
