// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/quota_set.hpp: several quotas as one: reserved all or none, and the plan of who may go when.
//
// Thread-safety: the limiter's lock guards it; with meters that are lock-free `take` and `correct` need none.
#pragma once

#include <aramid/policies/quota_meter.hpp>
#include <aramid/policies/server_quota.hpp>

#include <array>        // array
#include <span>         // span
#include <type_traits>  // conditional_t
#include <utility>      // index_sequence

ARAMID_BEGIN

namespace detail {

/// What the server's reports about a quota are called; null: it says nothing.
using HintName = const QuotaHint RateHints::*;

/// A report by the day is about the quota by the day. Any other is about the quota of its unit by the minute, else
/// about the shortest that is not by the day.
[[nodiscard]] constexpr HintName hint_of(std::span<const Quota<>> quotas, std::size_t i) noexcept {
  const Quota<>& quota = quotas[i];
  const bool by_day = quota.window >= detail::day;
  const auto rank = [](const Quota<>& one) { return one.window == detail::minute ? 0 : one.window.ns; };
  for (std::size_t other = 0; other < quotas.size(); ++other) {
    const Quota<>& rival = quotas[other];
    if (rival.unit != quota.unit || by_day != (rival.window >= detail::day)) continue;
    if (rank(rival) < rank(quota) || (rank(rival) == rank(quota) && other < i)) return nullptr;
  }
  constexpr HintName by_unit[] = {&RateHints::requests, &RateHints::tokens, &RateHints::input_tokens,
                                  &RateHints::output_tokens};
  if (!by_day) return by_unit[static_cast<std::size_t>(quota.unit)];
  if (quota.unit == Unit::requests) return &RateHints::requests_day;
  return quota.unit == Unit::tokens ? &RateHints::tokens_day : nullptr;
}

/// `Config` says how many quotas there are at most, and if its type knows them, of which units.
template <class Meter, class Config>
class QuotaSet {
  static constexpr std::size_t N = larger<std::size_t>(Config::max_quotas, 1);

 public:
  /// What one call has reserved.
  struct Grant {
    Ticket tickets[N];
    std::int64_t seen[N];  // by the servers' counts, if it has a turn
    Turn turn;
    unsigned epoch;
  };

  explicit QuotaSet(std::span<const Quota<>> quotas) : told_{quotas} {
    const auto quota = [&](std::size_t i) { return quotas[i]; };
    for (std::size_t i = 0; i < size(); ++i) meters_[i].start(quotas[i], most_entries(quota, i));
  }

  /// A word that the limiter keeps here, because every call reads it beside the first meter.
  [[nodiscard]] std::atomic<unsigned>& mode() noexcept { return mode_; }
  [[nodiscard]] const std::atomic<unsigned>& mode() const noexcept { return mode_; }

  [[nodiscard]] std::size_t size() const noexcept { return told_.size(); }
  [[nodiscard]] Meter& meter(std::size_t i) noexcept { return meters_[i]; }
  [[nodiscard]] const Meter& meter(std::size_t i) const noexcept { return meters_[i]; }
  [[nodiscard]] const ServerQuota& server(std::size_t i) const noexcept { return servers_[i]; }

  /// The first quota that `cost` alone is larger than, or size().
  [[nodiscard]] std::size_t too_small_for(const Cost& cost) const noexcept {
    std::size_t i = 0;
    while (i < size() && amount(i, cost) <= meters_[i].capacity()) ++i;
    return i;
  }
  /// The first quota that has no room for `cost`, or size().
  [[nodiscard]] std::size_t full_for(const Cost& cost, Instant now) const noexcept {
    std::size_t i = 0;
    while (i < size() && meters_[i].fits(amount(i, cost), now) && server_has(i, cost, now)) ++i;
    return i;
  }

  void expire(Instant now) noexcept {
    for (std::size_t i = 0; i < size(); ++i) meters_[i].expire(now);
  }

  /// Reserves in all quotas or in none. `counting`: the order of all reservations is kept.
  ARAMID_INLINE bool take(Grant& grant, const Cost& cost, Instant now, bool counting) noexcept {
    if constexpr (!lock_free_v<Meter>) {
      if (full_for(cost, now) != size()) return false;
    }
    const unsigned epoch =
        epoch_.load(std::memory_order_acquire);  // before the tickets, which may be of a later one
    for (std::size_t i = 0; i < size(); ++i) {
      if (!meters_[i].take(grant.tickets[i], amount(i, cost), now)) [[unlikely]]
        return undo(grant, cost, now, i);
    }
    grant.turn = 0;
    grant.epoch = epoch;
    if (counting) [[unlikely]] {
      if (!count(grant, cost, now)) return undo(grant, cost, now, size());
    }
    return true;
  }

  /// Replaces what was reserved by what was used. What was reserved before the limits were changed is in other
  /// units: less is then not given back.
  void correct(const Grant& grant, const Cost& taken, const Cost& used, Instant now) noexcept {
    const bool comparable = grant.epoch == epoch_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < size(); ++i) {
      const std::int64_t before = amount(i, taken);
      const std::int64_t after = amount(i, used);
      if (after > before || (after < before && comparable)) {
        meters_[i].correct(grant.tickets[i], before, after, now);
      }
    }
  }
  /// The same for what the servers have left: more always, less only if they `know` of it. Under the lock, and only
  /// where somebody counts.
  void correct_servers(const Grant& grant, const Cost& taken, const Cost& used, bool know) noexcept {
    for (std::size_t i = 0; i < size(); ++i) {
      const std::int64_t before = amount(i, taken);
      const std::int64_t after = amount(i, used);
      if (after > before) servers_[i].template charge<lock_free_v<Meter>>(after - before);
      if (after < before && know) servers_[i].put_back(before - after, grant.turn);
    }
  }
  [[nodiscard]] bool differ(const Cost& a, const Cost& b) const noexcept {
    for (std::size_t i = 0; i < size(); ++i) {
      if (amount(i, a) != amount(i, b)) return true;
    }
    return false;
  }

  /// Whether the server said something about a quota that is here.
  [[nodiscard]] bool concerns(const RateHints& hints) const noexcept {
    for (std::size_t i = 0; i < size(); ++i) {
      const HintName name = told_.hint(i);
      if (name != nullptr && ((hints.*name).remaining >= 0 || (hints.*name).limit > 0)) return true;
    }
    return false;
  }
  void learn(const Grant& grant, const RateHints& hints, bool limits_too, Instant now) noexcept {
    [[maybe_unused]] const bool comparable = grant.epoch == epoch_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < size(); ++i) {
      if (told_.hint(i) == nullptr) continue;
      const QuotaHint& hint = hints.*told_.hint(i);
      if ((hint.remaining < 0 && hint.limit <= 0) || servers_[i].is_stale(grant.turn)) continue;
      const Quota<> quota = meters_[i].quota();
      std::int64_t since = 0;
      if constexpr (lock_free_v<Meter>) {
        since = comparable ? meters_[i].since(grant.tickets[i]) : meters_[i].used(now);
      }
      servers_[i].report(hint, grant.turn, grant.turn != 0 ? grant.seen[i] : 0, since, quota.window, now);
      if (limits_too && hint.limit > 0 && hint.limit != quota.limit) adopt(i, hint.limit, now);
    }
  }

  void rescale(std::size_t i, std::int64_t limit, Instant now) noexcept {
    meters_[i].rescale(limit, now);
    epoch_.fetch_add(1, std::memory_order_release);
    make_room();
  }

  [[nodiscard]] Duration longest_window() const noexcept {
    Duration longest{0};
    for (std::size_t i = 0; i < size(); ++i) longest = larger<Duration>(longest, meters_[i].quota().window);
    return longest;
  }
  /// When the server will have something left of everything.
  [[nodiscard]] Instant server_resumes(Instant now) const noexcept {
    Instant latest = Instant::min();
    for (std::size_t i = 0; i < size(); ++i) {
      if (servers_[i].left(now) == 0) latest = larger(latest, servers_[i].until());
    }
    return latest;
  }
  /// What may be taken of quota `i` at `now`, >= 0.
  [[nodiscard]] std::int64_t remaining(std::size_t i, Instant now) const noexcept {
    const std::int64_t own = larger<std::int64_t>(meters_[i].capacity() - meters_[i].used(now), 0);
    return smaller(own, servers_[i].left(now));
  }

  /// Plans calls one after the other, none before the one before it.
  class Plan {
   public:
    Plan(const QuotaSet& set, Instant start) noexcept : Plan{set, start, std::make_index_sequence<N>{}} {}

    void next(QuotaClaim& claim) noexcept {
      for (std::size_t i = 0; i < set_.size(); ++i) {
        const std::int64_t units = set_.amount(i, *claim.cost);
        at_ = forecasts_[i].earliest(units, at_);
        if (larger<std::int64_t>(units, 1) > left_[i]) at_ = larger(at_, set_.servers_[i].until());
      }
      for (std::size_t i = 0; i < set_.size(); ++i) {
        const std::int64_t units = set_.amount(i, *claim.cost);
        forecasts_[i].take(units, at_, claim);
        left_[i] =
            at_ >= set_.servers_[i].until() ? std::numeric_limits<std::int64_t>::max() : left_[i] - units;
      }
      claim.planned = at_;
    }

   private:
    template <std::size_t... I>
    Plan(const QuotaSet& set, Instant start, std::index_sequence<I...>) noexcept
        : set_{set},
          forecasts_{set.meters_[I].forecast()...},
          left_{set.servers_[I].left(start)...},
          at_{start} {}

    const QuotaSet& set_;
    typename Meter::Forecast forecasts_[N];
    std::int64_t left_[N];
    Instant at_;
  };

 private:
  friend class Plan;

  // What of the quotas never changes: constants, if their types tell it.
  struct Known {
    static constexpr auto hints = [] {
      std::array<HintName, N> names{};
      for (std::size_t i = 0; i < Config::quotas().size(); ++i) names[i] = hint_of(Config::quotas(), i);
      return names;
    }();

    explicit Known(std::span<const Quota<>>) noexcept {}
    [[nodiscard]] static constexpr std::size_t size() noexcept { return N; }
    [[nodiscard]] static constexpr Unit unit(std::size_t i) noexcept { return Config::quotas()[i].unit; }
    [[nodiscard]] static constexpr HintName hint(std::size_t i) noexcept { return hints[i]; }
  };
  struct Told {
    explicit Told(std::span<const Quota<>> quotas) noexcept : count{quotas.size()} {
      for (std::size_t i = 0; i < count; ++i) hints[i] = hint_of(quotas, i);
      for (std::size_t i = 0; i < count; ++i) units[i] = quotas[i].unit;
    }
    [[nodiscard]] std::size_t size() const noexcept { return count; }
    [[nodiscard]] Unit unit(std::size_t i) const noexcept { return units[i]; }
    [[nodiscard]] HintName hint(std::size_t i) const noexcept { return hints[i]; }

    HintName hints[N]{};
    Unit units[N]{};
    std::size_t count;
  };

  [[nodiscard]] std::int64_t amount(std::size_t i, const Cost& cost) const noexcept {
    return amount_of(told_.unit(i), cost);
  }

  [[nodiscard]] bool server_has(std::size_t i, const Cost& cost, Instant now) const noexcept {
    return larger<std::int64_t>(amount(i, cost), 1) <= servers_[i].left(now);
  }
  ARAMID_INLINE bool count(Grant& grant, const Cost& cost, Instant now) noexcept {
    if constexpr (lock_free_v<Meter>) {
      for (std::size_t i = 0; i < size(); ++i) {
        if (!server_has(i, cost, now)) return false;
      }
      grant.turn = turns_.fetch_add(2, std::memory_order_relaxed);
    } else {
      grant.turn = turns_.load(std::memory_order_relaxed);
      turns_.store(grant.turn + 2, std::memory_order_relaxed);
    }
    for (std::size_t i = 0; i < size(); ++i) {
      // Another thread was quicker. What the servers before this one have counted stays until they report again:
      // taking it back without the lock could be too much.
      if (!servers_[i].template take<lock_free_v<Meter>>(amount(i, cost), now, grant.seen[i])) return false;
    }
    return true;
  }

  void adopt(std::size_t i, std::int64_t limit, Instant now) noexcept {
    meters_[i].set_limit(limit, now);
    if constexpr (requires { Meter::limit_ends_tickets; }) epoch_.fetch_add(1, std::memory_order_release);
    make_room();
  }
  void make_room() noexcept {
    if constexpr (requires(Meter& meter) { meter.make_room(0); }) {
      const auto quota = [&](std::size_t i) { return meters_[i].quota(); };
      for (std::size_t i = 0; i < size(); ++i) meters_[i].make_room(most_entries(quota, i));
    }
  }

  ARAMID_COLD bool undo(Grant& grant, const Cost& cost, Instant now, std::size_t taken) noexcept {
    for (std::size_t i = 0; i < taken; ++i) {
      if (amount(i, cost) > 0) meters_[i].correct(grant.tickets[i], amount(i, cost), 0, now);
    }
    return false;
  }

  // A window cannot hold more admissions than a request quota over the same or a longer window allows.
  template <class QuotaOf>
  [[nodiscard]] std::int64_t most_entries(QuotaOf quota_of, std::size_t i) const noexcept {
    const Quota<> quota = quota_of(i);
    std::int64_t most = quota.limit;
    for (std::size_t j = 0; j < size(); ++j) {
      const Quota<> other = quota_of(j);
      if (other.unit == Unit::requests && other.window >= quota.window) most = smaller(most, other.limit);
    }
    return most;
  }

  // First what every call reads.
  std::atomic<unsigned> mode_{0};   // the limiter's
  std::atomic<unsigned> epoch_{0};  // grows when tickets cannot be compared any more
  Meter meters_[N];
  ServerQuota servers_[N];
  std::atomic<Turn> turns_{1};  // odd, so that none is 0
  ARAMID_EMPTY std::conditional_t<Config::knows_quotas, Known, Told> told_;
};

}  // namespace detail

ARAMID_END
