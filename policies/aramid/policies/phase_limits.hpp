// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/phase_limits.hpp: the limits of a PhaseTimeout, as template arguments or at run time.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/phase.hpp>
#include <aramid/settings.hpp>

ARAMID_BEGIN

/// Until there is a connection.
template <Span Limit>
struct Connect {
  static constexpr Phase phase = Phase::connect;
  static constexpr Duration limit = Limit;
};
/// Until the first output, from the beginning of the attempt.
template <Span Limit>
struct FirstOutput {
  static constexpr Phase phase = Phase::first_output;
  static constexpr Duration limit = Limit;
};
/// From one output to the next.
template <Span Limit>
struct Idle {
  static constexpr Phase phase = Phase::idle;
  static constexpr Duration limit = Limit;
};
/// From one byte to the next.
template <Span Limit>
struct Silence {
  static constexpr Phase phase = Phase::silence;
  static constexpr Duration limit = Limit;
};
/// Everything inside.
template <Span Limit>
struct Total {
  static constexpr Phase phase = Phase::total;
  static constexpr Duration limit = Limit;
};

struct PhaseTimeoutSettings {
  Span connect = Duration{5'000'000'000};  ///< 0 and above, below `total`; 0 = no limit, as for the others
  Span first_output = Duration{60'000'000'000};  ///< 0 and above, below `total`
  Span idle = Duration{120'000'000'000};         ///< 0 and above, below `total`
  Span silence{};                                ///< 0 and above, below `total`
  Span total = Duration{600'000'000'000};        ///< 0 and above

  friend constexpr bool operator==(const PhaseTimeoutSettings&, const PhaseTimeoutSettings&) = default;
};

namespace detail {

template <class L>
concept PhaseLimitType = requires {
  { L::phase } -> std::same_as<const Phase&>;
  { L::limit } -> std::same_as<const Duration&>;
};

// What is no limit at all says nothing, until `check` says so.
template <class L>
inline constexpr Phase phase_of = Phase::none;
template <PhaseLimitType L>
inline constexpr Phase phase_of<L> = L::phase;
template <class L>
inline constexpr Duration phase_limit_of{1};
template <PhaseLimitType L>
inline constexpr Duration phase_limit_of<L> = L::limit;

template <class... Limits>
struct PhaseLimitsOf {
  static consteval bool check() noexcept {
    static_assert((PhaseLimitType<Limits> && ...),
                  "aramid: the arguments of a PhaseTimeout are Connect<5s>, FirstOutput<60s>, Idle<120s>, "
                  "Silence<30s> and Total<600s>, in any order");
    if constexpr ((PhaseLimitType<Limits> && ...)) {
      static_assert(((phase_limit_of<Limits> > Duration::zero()) && ...),
                    "aramid: each limit of a PhaseTimeout must be above 0. For no limit leave it out");
      static_assert(once(), "aramid: a PhaseTimeout has each of its limits at most once");
      static_assert(((phase_of<Limits> == Phase::total || phase_limit_of<Limits> < total()) && ...),
                    "aramid: a limit of a PhaseTimeout is not shorter than its Total, so it never fires");
    }
    return true;
  }

  static constexpr Duration bound = [] {
    Duration total{0};
    ((total = phase_of<Limits> == Phase::total ? phase_limit_of<Limits> : total), ...);
    return total;
  }();

  /// Duration::max() if there is none.
  [[nodiscard]] static constexpr Duration total() noexcept {
    return bound > Duration::zero() ? bound : Duration::max();
  }
  [[nodiscard]] static constexpr const PhaseLimits& phases() noexcept { return phases_; }
  [[nodiscard]] static constexpr Duration worst_case(Duration inner) noexcept {
    return smaller(inner, total());
  }
  [[nodiscard]] static std::string describe() {
    std::string text;
    ((text += (text.empty() ? "" : ", "), text += to_string(phase_of<Limits>), text += ' ',
      text += to_text(phase_limit_of<Limits>)),
     ...);
    return text;
  }

 private:
  static consteval bool once() noexcept {
    unsigned seen[phase_count] = {};
    (++seen[static_cast<std::size_t>(phase_of<Limits>)], ...);
    for (const unsigned times : seen) {
      if (times > 1) return false;
    }
    return true;
  }
  static consteval Duration limit_of(Phase phase) noexcept {
    Duration limit = Duration::max();
    ((limit = phase_of<Limits> == phase ? phase_limit_of<Limits> : limit), ...);
    return limit;
  }
  static constexpr PhaseLimits phases_{.connect = limit_of(Phase::connect),
                                       .first_output = limit_of(Phase::first_output),
                                       .idle = limit_of(Phase::idle),
                                       .silence = limit_of(Phase::silence)};
};

template <>
struct PhaseLimitsOf<> {
  using Settings = PhaseTimeoutSettings;
  constexpr PhaseLimitsOf() : PhaseLimitsOf(PhaseTimeoutSettings{}) {}
  constexpr explicit PhaseLimitsOf(const PhaseTimeoutSettings& settings)
      : phases_{.connect = or_none(settings.connect),
                .first_output = or_none(settings.first_output),
                .idle = or_none(settings.idle),
                .silence = or_none(settings.silence)},
        total_{or_none(settings.total)} {
    require_setting(settings.total.ns >= 0, "PhaseTimeoutSettings::total", settings.total,
                    "0, which is none, and above");
    require_phase("PhaseTimeoutSettings::connect", settings.connect);
    require_phase("PhaseTimeoutSettings::first_output", settings.first_output);
    require_phase("PhaseTimeoutSettings::idle", settings.idle);
    require_phase("PhaseTimeoutSettings::silence", settings.silence);
  }
  [[nodiscard]] constexpr Duration total() const noexcept { return total_; }
  [[nodiscard]] constexpr const PhaseLimits& phases() const noexcept { return phases_; }
  [[nodiscard]] static std::string describe() { return "set at run time"; }

 private:
  [[nodiscard]] static constexpr Duration or_none(Span limit) noexcept {
    return limit.ns == 0 ? Duration::max() : limit.duration();
  }
  constexpr void require_phase(std::string_view field, Span limit) const {
    if (total_ == Duration::max()) {
      require_setting(limit.ns >= 0, field, limit, "0, which is none, and above");
    } else {
      require_setting(limit.ns >= 0 && limit.duration() < total_, field, limit,
                      "0, which is none, to below the total, which is ", total_);
    }
  }

  PhaseLimits phases_;
  Duration total_;
};

}  // namespace detail

ARAMID_END
