// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/queue.hpp: how a policy lets calls wait for their turn.
//
//   Bulkhead<10, Queue<100>, MaxWait<2s>>     up to 100 calls wait, none for longer than 2 s
//   Queue<100>, Ageing<5s>                    a call of priority 1 goes before those of priority 0 that came up to
//                                             5 s earlier
//
// Calls wait in arrival order within `ctx.priority`. Priorities age: a call ranks as if it had come
// `priority * ageing` earlier, so that none starves, however many of a higher priority come after it.
// No call waits past its deadline, whatever these say.
#pragma once

#include <aramid/describe.hpp>
#include <aramid/settings.hpp>

#include <cstddef>  // size_t

ARAMID_BEGIN

/// At most `N` calls wait; further ones are refused.
template <std::size_t N>
struct Queue {
  static constexpr std::size_t length = N;
};

/// No call waits for longer than `D`.
template <Span D>
struct MaxWait {
  static constexpr Span wait = D;
};

/// What one level of priority is worth in waiting time.
template <Span D>
struct Ageing {
  static constexpr Span step = D;
};

struct QueueSettings {
  std::size_t length = 0;                 ///< calls that may wait, 0 to 65535
  Span max_wait = Duration::max();        ///< > 0; Duration::max() = as long as its deadline allows
  Span ageing = Duration{1'000'000'000};  ///< a level of priority counts as this much waiting, >= 0

  static constexpr std::size_t max_length = 65535;
  friend constexpr bool operator==(const QueueSettings&, const QueueSettings&) = default;
};

namespace detail {

template <class T>
inline constexpr std::size_t queue_option = 0;
template <std::size_t N>
inline constexpr std::size_t queue_option<Queue<N>> = 1;
template <Span D>
inline constexpr std::size_t queue_option<MaxWait<D>> = 2;
template <Span D>
inline constexpr std::size_t queue_option<Ageing<D>> = 3;

template <std::size_t Option, class... Options>
inline constexpr std::size_t times_v = (std::size_t{0} + ... + (queue_option<Options> == Option ? 1 : 0));

template <class Option>
constexpr void apply_queue_option(QueueSettings& settings) noexcept {
  if constexpr (queue_option<Option> == 1) settings.length = Option::length;
  if constexpr (queue_option<Option> == 2) settings.max_wait = Option::wait;
  if constexpr (queue_option<Option> == 3) settings.ageing = Option::step;
}

/// The settings that the options among `Options` make of `settings`.
template <class... Options>
[[nodiscard]] consteval QueueSettings queue_of(QueueSettings settings = {}) noexcept {
  (apply_queue_option<Options>(settings), ...);
  return settings;
}

/// Static assertions on the queue options among `Options`.
template <class... Options>
consteval bool check_queue_options() noexcept {
  constexpr QueueSettings queue = queue_of<Options...>();
  static_assert(times_v<1, Options...> <= 1 && times_v<2, Options...> <= 1 && times_v<3, Options...> <= 1,
                "aramid: Queue<N>, MaxWait<D> and Ageing<D> are given at most once each");
  static_assert(times_v<1, Options...> == 1 || times_v<2, Options...> + times_v<3, Options...> == 0,
                "aramid: MaxWait<D> and Ageing<D> need a Queue<N>: without one no call waits");
  static_assert(
      times_v<1, Options...> == 0 || (queue.length >= 1 && queue.length <= QueueSettings::max_length),
      "aramid: Queue<N>: N is the number of calls that may wait, 1 to 65535");
  static_assert(positive(queue.max_wait), "aramid: MaxWait<D>: D must be above 0");
  static_assert(queue.ageing.ns >= 0, "aramid: Ageing<D>: D must not be negative");
  return true;
}

constexpr void require_queue(const QueueSettings& queue) {
  require_setting(queue.length <= QueueSettings::max_length, "QueueSettings::length", queue.length,
                  "0 to 65535");
  require_setting(positive(queue.max_wait), "QueueSettings::max_wait", queue.max_wait, "above 0");
  require_setting(queue.ageing.ns >= 0, "QueueSettings::ageing", queue.ageing, "0 or more");
}

/// What a queue adds to the longest that a call may take.
[[nodiscard]] constexpr Duration longest_wait(const QueueSettings& queue) noexcept {
  return queue.length == 0 ? Duration::zero() : queue.max_wait.duration();
}

[[nodiscard]] inline std::string describe_queue(const QueueSettings& queue) {
  if (queue.length == 0) return ", no queue";
  std::string text = ", a queue of " + std::to_string(queue.length);
  if (queue.max_wait != Span{Duration::max()}) text += ", waits of up to " + to_text(queue.max_wait);
  return text;
}

}  // namespace detail

ARAMID_END
