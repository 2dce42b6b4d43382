// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/keyed.hpp: one policy for each model, host or credential.
//
//   struct ModelOf {
//     std::string_view operator()(const Request& request) const noexcept { return request.model; }
//   };
//   using Client = Resilient<P, Retry<3>, Keyed<ModelOf, Breaker<5, 60s, 3>, 100>>;
//   keyed<BreakerTag>(client).with("gpt-5", [](auto& breaker) { breaker.reset(); });
//
// When to use it: where one client asks several things that fail or are limited apart from each other. When not:
// for a few that are known when you write the program; give each its own client and a Failover.
//
// A key is text that lies in the request, or a whole number. Each new key gets a policy of its own, up to MaxKeys;
// then the one that was not asked for longest is forgotten, if no call is in it and it is idle: an open breaker
// never is. What `idle(now)` of a policy means is up to the policy; one with state and without `idle` is never
// forgotten. When all must stay, further keys share one more policy, until one may go: `crowded()` counts these
// calls.
//
// Cost: a hash, a compare and two atomic adds a call; no lock, no allocation for a known key. A new one may
// allocate. Memory: a key's policy and 24 bytes, filled up to 64, 128, ...; text above 15 bytes; and up to 22 bytes
// for each of MaxKeys. Thread-safety: yes.
#pragma once

#include <aramid/policies/key_table.hpp>
#include <aramid/policies/modifier.hpp>

ARAMID_BEGIN

/// What `keyed<Tag>(client)` looks for.
template <class Tag>
struct KeyedTag {};

namespace detail {

/// Text that outlives the call of `KeyOf`, or a number.
template <class K>
inline constexpr bool is_key_v =
    std::is_integral_v<std::remove_cvref_t<K>> || std::is_same_v<std::remove_cvref_t<K>, std::string_view> ||
    (std::is_lvalue_reference_v<K> && std::is_convertible_v<K, std::string_view>) ||
    std::is_same_v<K, const char*>;

}  // namespace detail

template <class KeyOf, class P, std::size_t MaxKeys>
class Keyed : public detail::Modifier<P>, public detail::ModifierSettings<P> {
  using Table = detail::KeyTable<P>;
  using GivenSettings = typename detail::SettingsOf<P>::type;

 public:
  using Tag = KeyedTag<typename detail::TagOf<P>::type>;
  static constexpr bool reads_time = true;  // who was not asked for longest

  static consteval bool check() noexcept {
    static_assert(MaxKeys >= 1 && MaxKeys <= 10'000'000,
                  "aramid: Keyed<KeyOf, Policy, MaxKeys>: MaxKeys is 1 to 10000000");
    return detail::Modifier<P>::check();
  }

  struct Scope {
    typename P::Scope inner;
    detail::Key key;
    typename Table::Pin pin = nullptr;
    bool goes_on = false;  // has left, and may come again
  };

  Keyed() : Keyed(GivenSettings{}) {}
  explicit Keyed(const GivenSettings& settings) : settings_{settings}, table_{MaxKeys} { make(rest_.value); }

  template <class Request>
  ARAMID_INLINE void prepare(Scope& scope, const Request& request, Context&) noexcept {
    if constexpr (requires { KeyOf{}(request); }) {
      using K = decltype(KeyOf{}(request));
      constexpr bool is_key = detail::is_key_v<K>;
      static_assert(
          is_key,
          "aramid: Keyed<KeyOf, ...>: KeyOf returns a whole number, or text that lies in the request: a "
          "string_view or a const std::string&");
      if constexpr (std::is_integral_v<std::remove_cvref_t<K>>) {
        scope.key = detail::Key{static_cast<std::uint64_t>(KeyOf{}(request))};
      } else if constexpr (is_key) {
        scope.key = detail::Key{std::string_view{KeyOf{}(request)}};
      }
    } else {
      static_assert(
          requires { KeyOf{}(request); },
          "aramid: Keyed<KeyOf, ...>: KeyOf cannot be called as KeyOf{}(request) with this request");
    }
  }

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    P& policy = enter(scope, now);
    const Admission answer = policy.admit(scope.inner, ctx, now);
    if (answer.kind == Admission::Kind::reject) leave(scope);
    return answer;
  }
  [[nodiscard]] ARAMID_INLINE Verdict settle(Scope& scope, Context& ctx, const Error* failure,
                                             Instant now) noexcept {
    const Verdict verdict = enter(scope, now).settle(scope.inner, ctx, failure, now);
    // A wish to go on may be refused, and then nobody says so: whoever goes on enters again.
    leave(scope);
    if constexpr (repeats_v<P>) scope.goes_on = verdict.again;
    return verdict;
  }
  void release(Scope& scope, Context& ctx) noexcept {
    if (scope.pin == nullptr && !scope.goes_on) return;
    enter(scope, Instant::min()).release(scope.inner, ctx);
    leave(scope);
    scope.goes_on = false;
  }

  /// Calls `visit(policy)` for the policy of `key`, text or number; false if it has none.
  template <class Visit>
  bool with(std::string_view key, Visit visit) {
    return with_key(detail::Key{key}, visit);
  }
  template <class Number, class Visit>
    requires std::is_integral_v<Number>
  bool with(Number key, Visit visit) {
    return with_key(detail::Key{static_cast<std::uint64_t>(key)}, visit);
  }
  /// The policy that keys without one of their own share.
  [[nodiscard]] P& rest() noexcept { return *rest_.value; }
  /// Keys that have a policy of their own.
  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  /// Calls whose key had to share, because MaxKeys others could not be forgotten.
  [[nodiscard]] std::uint64_t crowded() const noexcept { return crowded_.load(std::memory_order_relaxed); }

  [[nodiscard]] unsigned attempts_allowed() const noexcept { return attempts_of(*rest_.value); }
  [[nodiscard]] static std::string describe() {
    return detail::Modifier<P>::describe_as("one a key") + ", at most " + std::to_string(MaxKeys) + " keys";
  }

 private:
  void make(std::optional<P>& place) const {
    if constexpr (std::is_same_v<GivenSettings, detail::UseDefaults>) {
      place.emplace();
    } else {
      place.emplace(settings_);
    }
  }

  ARAMID_INLINE P& enter(Scope& scope, Instant now) noexcept {
    if (scope.pin == nullptr) {
      scope.pin = table_.find(scope.key, now);
      if (scope.pin == nullptr) [[unlikely]]
        enter_new(scope, now);
    }
    return Table::value(scope.pin);
  }
  ARAMID_COLD void enter_new(Scope& scope, Instant now) noexcept {
    scope.pin = table_.insert(
        scope.key, now, [&](std::optional<P>& place) { make(place); },
        [](const P& policy, Instant at) { return detail::is_idle(policy, at); });
    if (scope.pin != nullptr) return;
    scope.pin = Table::pin(rest_);
    crowded_.fetch_add(1, std::memory_order_relaxed);
  }
  ARAMID_INLINE static void leave(Scope& scope) noexcept { Table::unpin(std::exchange(scope.pin, nullptr)); }

  template <class Visit>
  bool with_key(const detail::Key& key, Visit& visit) {
    typename Table::Pin pin = table_.find(key, Instant::min());
    if (pin == nullptr) return false;
    struct Unpin {
      typename Table::Pin pin;
      ~Unpin() { Table::unpin(pin); }
    } unpin{pin};
    visit(Table::value(pin));
    return true;
  }

  ARAMID_EMPTY GivenSettings settings_;
  Table table_;
  typename Table::Entry rest_;  // of no key: what those share that have none of their own
  std::atomic<std::uint64_t> crowded_{0};
};

/// The Keyed policy with this tag (`BreakerTag`, or the policy's type where it has none).
template <class Tag, class Client>
[[nodiscard]] auto& keyed(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, KeyedTag<Tag>>();
  static_assert(found != 0, "aramid: keyed<Tag>(client): this client has no Keyed policy with that tag");
  static_assert(
      found <= 1,
      "aramid: keyed<Tag>(client): this client has more than one Keyed policy with that tag; choose a "
      "candidate with keyed<Tag>(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<KeyedTag<Tag>>();
  } else {
    return client;
  }
}

ARAMID_END
