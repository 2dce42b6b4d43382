// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/bulkhead.hpp: at most so many calls at a time.
//
//   Bulkhead<10>                              10 calls at a time; the eleventh is refused
//   Bulkhead<10, Queue<100>>                  100 more wait for their turn, in order
//   Bulkhead<10, Queue<100>, MaxWait<2s>>     none of them for longer than 2 s
//   Bulkhead<> with BulkheadSettings{...}     set at run time
//   bulkhead(client).in_flight()              and waiting(), orphans(), set_limit(20)
//
// When to use it: so that one slow provider cannot take all the threads, connections or memory of a program, and
// for servers that limit concurrency. When not: as a limit on calls per minute (Limiter), or where the right
// number is not known (AdaptiveBulkhead).
//
// A permit belongs to a call from its admission to its end, however it ends. One that comes back is handed to the
// first call in line under one lock, and that call alone is woken; if it has given up meanwhile, the permit goes
// on to the next. Work that outlives its call can keep the permit (<aramid/permit.hpp>): `orphans()` counts those.
// Refused calls get Fault::saturated with `no_permit`, `queue_full` or `waited_too_long`.
//
// Cost: one compare-and-swap to admit, one to settle; a short lock where calls wait. No allocation.
// Thread-safety: yes. Source: M. Nygard, "Release It!"; hand-over as in tower's concurrency limit.
#pragma once

#include <aramid/access.hpp>
#include <aramid/policies/permit_gate.hpp>

#include <concepts>  // integral

ARAMID_BEGIN

struct BulkheadSettings {
  unsigned limit = 25;       ///< calls at a time, 1 to 16777215
  QueueSettings queue = {};  ///< for those that come when all permits are out; by default none may wait

  friend constexpr bool operator==(const BulkheadSettings&, const BulkheadSettings&) = default;
};

/// What `bulkhead(client)` looks for.
struct BulkheadTag {};

namespace detail {

template <auto Limit, class... Options>
struct FixedBulkhead {
  static consteval bool check() noexcept {
    static_assert(
        std::integral<decltype(Limit)> && Limit >= 1 && Limit <= PermitGate::max_limit,
        "aramid: Bulkhead<Limit, Options...>: Limit is the number of calls at a time, 1 to 16777215");
    static_assert(((queue_option<Options> != 0) && ...),
                  "aramid: Bulkhead<Limit, Options...>: the options are Queue<N>, MaxWait<D> and Ageing<D>");
    return check_queue_options<Options...>();
  }
  [[nodiscard]] static constexpr BulkheadSettings settings() noexcept {
    return {static_cast<unsigned>(Limit), queue_of<Options...>()};
  }
  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return saturating_add(inner, longest_wait(queue_of<Options...>()));
  }
  [[nodiscard]] static std::string describe() {
    return std::to_string(Limit) + " calls at a time" + describe_queue(queue_of<Options...>());
  }
};

template <class... Options>
struct FixedBulkhead<AtRunTime{}, Options...> {
  static consteval bool check() noexcept {
    static_assert(
        sizeof...(Options) == 0,
        "aramid: a Bulkhead<> whose limit is set at run time takes its queue from BulkheadSettings too");
    return true;
  }
  using Settings = BulkheadSettings;
  constexpr FixedBulkhead() noexcept = default;
  constexpr explicit FixedBulkhead(const BulkheadSettings& settings) : settings_{settings} {
    require_setting(settings.limit >= 1 && settings.limit <= PermitGate::max_limit, "BulkheadSettings::limit",
                    settings.limit, "1 to 16777215");
    require_queue(settings.queue);
  }
  [[nodiscard]] constexpr const BulkheadSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] static constexpr Duration worst_case(Duration) noexcept { return unbounded; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  BulkheadSettings settings_;
};

}  // namespace detail

template <auto Limit = AtRunTime{}, class... Options>
class Bulkhead : public detail::FixedBulkhead<Limit, Options...> {
  using Base = detail::FixedBulkhead<Limit, Options...>;

 public:
  using Tag = BulkheadTag;
  using Scope = detail::GateScope;
  static constexpr Name name = "Bulkhead";
  /// A queue with a longest wait is all that needs the time.
  static constexpr bool reads_time = std::same_as<decltype(Limit), AtRunTime> || sizeof...(Options) != 0;

  Bulkhead() noexcept : gate_{this->settings().limit} {}
  template <class Given>
    requires std::constructible_from<Base, const Given&>
  explicit Bulkhead(const Given& settings) : Base{settings}, gate_{this->settings().limit} {}

  [[nodiscard]] ARAMID_INLINE Admission admit(Scope& scope, Context& ctx, Instant now) noexcept {
    return gate_.admit(scope, ctx, now, this->settings().queue);
  }
  [[nodiscard]] ARAMID_INLINE Verdict settle(Scope& scope, Context& ctx, const Error*, Instant) noexcept {
    gate_.settle(scope, ctx);
    return Verdict::done();
  }
  void release(Scope& scope, Context& ctx) noexcept { gate_.release(scope, ctx); }

  /// A call that could only wait in line is not let in now.
  [[nodiscard]] Readiness readiness(const Context&, Instant) const noexcept {
    return gate_.readiness(this->settings().queue, name);
  }
  /// Permits that are out, those of orphans included.
  [[nodiscard]] unsigned in_flight() const noexcept { return gate_.in_flight(); }
  /// Calls that wait for one.
  [[nodiscard]] unsigned waiting() const noexcept { return gate_.waiting(); }
  /// Permits whose calls have ended, and whose work has not.
  [[nodiscard]] unsigned orphans() const noexcept { return gate_.orphans(); }
  [[nodiscard]] unsigned limit() const noexcept { return gate_.limit(); }
  /// 1 to 16777215. Lower: no call is let in until enough have ended. Higher: those that wait are let in at once.
  void set_limit(unsigned limit) {
    require_setting(limit >= 1 && limit <= detail::PermitGate::max_limit, "Bulkhead::set_limit", limit,
                    "1 to 16777215");
    gate_.set_limit(limit);
  }
  /// Whether nothing would be lost with it: no permit is out, and the limit is the one it was built with.
  [[nodiscard]] bool idle(Instant) const noexcept {
    return in_flight() == 0 && waiting() == 0 && limit() == this->settings().limit;
  }

 private:
  detail::PermitGate gate_;
};

/// The bulkhead inside `client`, adaptive or not, through nested clients where it is the only one.
template <class Client>
[[nodiscard]] auto& bulkhead(Client& client) noexcept {
  constexpr std::size_t found = count_in<Client, BulkheadTag>();
  static_assert(found != 0, "aramid: bulkhead(client): this client has no Bulkhead");
  static_assert(found <= 1,
                "aramid: bulkhead(client): this client has more than one Bulkhead; choose a candidate with "
                "bulkhead(client.get<\"name\">())");
  if constexpr (found == 1) {
    return client.template find<BulkheadTag>();
  } else {
    return client;
  }
}

ARAMID_END
