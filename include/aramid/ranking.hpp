// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/ranking.hpp: candidates in the order of a score.
//
// The Order of most routings. Cost: an insertion sort of a few numbers, no allocation. Thread-safety: a value.
#pragma once

#include <aramid/config.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint8_t, int64_t

ARAMID_BEGIN

template <std::size_t Max>
class Ranking {
 public:
  /// All candidates, the lowest score first; of equal ones the one that is written first.
  template <class Score>
  void rank(std::size_t count, const Score& score) noexcept {
    std::int64_t scores[Max];
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t own = score(i);
      std::size_t place = i;
      for (; place > 0 && scores[place - 1] > own; --place) {
        scores[place] = scores[place - 1];
        places_[place] = places_[place - 1];
      }
      scores[place] = own;
      places_[place] = static_cast<std::uint8_t>(i);
    }
  }
  /// Puts the candidate at `place` before all others, which keep their order.
  void put_first(std::size_t place) noexcept {
    const std::uint8_t chosen = places_[place];
    for (; place > 0; --place) places_[place] = places_[place - 1];
    places_[0] = chosen;
  }
  /// Puts the candidates that `behind(candidate)` names after the others; both keep their order.
  template <class Behind>
  void put_behind(std::size_t count, const Behind& behind) noexcept {
    std::uint8_t moved[Max];
    std::size_t kept = 0;
    std::size_t away = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (behind(std::size_t{places_[i]})) {
        moved[away++] = places_[i];
      } else {
        places_[kept++] = places_[i];
      }
    }
    for (std::size_t i = 0; i < away; ++i) places_[kept + i] = moved[i];
  }
  [[nodiscard]] std::size_t operator[](std::size_t i) const noexcept { return places_[i]; }

 private:
  std::uint8_t places_[Max];
};

/// What the routings that rank have in common: no state, no report, no clock.
struct RanksCandidates {
  static constexpr bool reads_time = false;
  template <std::size_t>
  struct State {};
  template <std::size_t Max>
  using Order = Ranking<Max>;

  template <std::size_t Max>
  [[nodiscard]] static std::size_t at(const Ranking<Max>& order, std::size_t i) noexcept {
    return order[i];
  }
  template <class Shared>
  static void asked(Shared&, std::size_t) noexcept {}
  template <class Shared, class Failure, class Length, class Time>
  static void report(Shared&, std::size_t, const Failure*, Length, Time) noexcept {}
};

ARAMID_END
