// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/timer_wheel.hpp: many timers, most of which are disarmed before they fire. Sans-I/O.
//
//   TimerWheel wheel;
//   TimerWheel::Node node;                              // lives with whatever waits
//   wheel.arm(node, deadline);
//   while (TimerWheel::Node* due = wheel.pop(now)) ...  // or wheel.expire(now, visitor)
//   sleep_until(wheel.next());
//   wheel.disarm(node);
//
// Eight levels of 64 slots; a slot of level L holds the timers of 64^L ticks, and one word a level says which
// slots are in use. The level is that of the highest digit, to the base of 64, in which the timer's tick and
// the wheel's differ, so that all timers of a level lie ahead of the wheel's own slot in it, and the first slot
// in use of the lowest level in use holds the earliest. The levels span every Instant: nothing is cut off and
// put back.
//
// Exactness: a timer never fires before its time, and less than one tick (1.05 ms) after it, if `pop` is called
// then. The wheel's time is the latest it was told: one that goes backward stands still. Timers of the same
// tick fire in no particular order. What is due in the last tick of the time line, such as `Instant::max()`,
// never fires.
//
// When to use it: for deadlines of calls, by the thousand. When not: for a handful of timers that mostly fire,
// or for precision below a millisecond.
//
// Cost: arm and disarm are a few nanoseconds, whatever the number of timers, and never allocate; a timer that
// fires is moved at most seven times before. 4 KiB a wheel. Thread-safety: one thread at a time. Source: G.
// Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987.
#pragma once

#include <aramid/duration.hpp>

#include <bit>      // bit_width, countr_zero
#include <cstdint>  // uint64_t

ARAMID_BEGIN

class TimerWheel {
  using Tick = std::uint64_t;  // since the beginning of the time line

  static constexpr unsigned tick_bits = 20;
  static constexpr unsigned digit_bits = 6;
  static constexpr unsigned slots = 1U << digit_bits;
  static constexpr unsigned levels = 8;
  static constexpr Tick end_of_time = Tick{1} << (64 - tick_bits);
  static_assert(levels * digit_bits > 64 - tick_bits, "the levels hold every tick, and the end of time");

 public:
  /// What the instants are rounded up to.
  static constexpr Duration tick{std::int64_t{1} << tick_bits};

  /// One timer, owned by whoever arms it. It must be disarmed, or have fired, before it is destroyed.
  class Node {
   public:
    Node() noexcept = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    [[nodiscard]] bool armed() const noexcept { return place_ != nowhere; }

   private:
    friend class TimerWheel;
    static constexpr std::uint32_t nowhere = ~std::uint32_t{0};
    Tick when_;
    Node* next_;
    Node* previous_;
    std::uint32_t place_ = nowhere;
  };

  TimerWheel() noexcept = default;
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// From now on `node` is due at `at`, instead of any earlier choice. What is due already fires at the next
  /// `pop`.
  void arm(Node& node, Instant at) noexcept {
    if (node.armed()) unlink(node);
    node.when_ = tick_at_or_after(at);
    place(node);
  }

  /// False if it was not armed: it never was, or it has fired.
  bool disarm(Node& node) noexcept {
    if (!node.armed()) return false;
    unlink(node);
    return true;
  }

  /// Takes out one timer that is due, an earlier tick before a later one; null if none is. It may be armed
  /// again.
  [[nodiscard]] Node* pop(Instant now) noexcept {
    const Tick target = larger(offset(now) >> tick_bits, now_);
    while (used_ != 0) {
      const unsigned level = lowest(used_);
      const unsigned slot = lowest(words_[level]);
      const Tick start = start_of(level, slot);
      if (start > target) break;
      now_ = start;
      Node* node = heads_[level * slots + slot];
      if (level == 0) {
        unlink(*node);
        return node;
      }
      // The wheel has come to this slot: its timers move to lower levels.
      heads_[level * slots + slot] = nullptr;
      clear(level, slot);
      while (node != nullptr) {
        Node* next = node->next_;
        place(*node);
        node = next;
      }
    }
    now_ = target;
    return nullptr;
  }

  /// `visitor(node)` for each timer that is due. It may arm and disarm any timer; one that it arms for a time
  /// that is over is visited again.
  template <class Visitor>
  void expire(Instant now, Visitor&& visitor) {
    while (Node* node = pop(now)) visitor(*node);
  }

  /// The earliest instant at which `pop` has something to do: fire a timer, or, at most seven times for each,
  /// move it nearer. Not after the tick of any timer. `Instant::max()` if there is none.
  [[nodiscard]] Instant next() const noexcept {
    if (used_ == 0) return Instant::max();
    const unsigned level = lowest(used_);
    return instant_of(start_of(level, lowest(words_[level])));
  }

  [[nodiscard]] bool empty() const noexcept { return used_ == 0; }

 private:
  // Nanoseconds since the beginning of the time line.
  static constexpr std::uint64_t offset(Instant at) noexcept {
    return static_cast<std::uint64_t>(at.time_since_epoch().count()) ^ (std::uint64_t{1} << 63);
  }
  static constexpr Tick tick_at_or_after(Instant at) noexcept {
    const std::uint64_t ns = offset(at);
    return (ns >> tick_bits) + ((ns & ((std::uint64_t{1} << tick_bits) - 1)) != 0 ? 1 : 0);
  }
  static constexpr Instant instant_of(Tick at) noexcept {
    if (at >= end_of_time) return Instant::max();
    return Instant{Duration{static_cast<std::int64_t>((at << tick_bits) ^ (std::uint64_t{1} << 63))}};
  }
  // The quotient by six of the highest bit's number, as a product, which is faster than what the compiler
  // finds.
  static constexpr unsigned highest_digit(Tick difference) noexcept {
    static_assert(digit_bits == 6);
    return (static_cast<unsigned>(std::bit_width(difference | 1)) - 1) * 43 >> 8;
  }
  static constexpr unsigned lowest(std::uint64_t bits) noexcept {
    return static_cast<unsigned>(std::countr_zero(bits));
  }

  // The first tick of a slot in use. It is ahead of now_, or the same if the slot is what is due.
  [[nodiscard]] Tick start_of(unsigned level, unsigned slot) const noexcept {
    const unsigned shift = level * digit_bits;
    return (((now_ >> shift) & ~Tick{slots - 1}) | slot) << shift;
  }

  void place(Node& node) noexcept {
    const Tick when = larger(node.when_, now_);
    const unsigned level = highest_digit(when ^ now_);
    const unsigned slot = static_cast<unsigned>(when >> (level * digit_bits)) % slots;
    Node*& head = heads_[level * slots + slot];
    node.place_ = level * slots + slot;
    node.previous_ = nullptr;
    node.next_ = head;
    if (head != nullptr) head->previous_ = &node;
    head = &node;
    words_[level] |= std::uint64_t{1} << slot;
    used_ |= 1U << level;
  }

  void unlink(Node& node) noexcept {
    if (node.next_ != nullptr) node.next_->previous_ = node.previous_;
    if (node.previous_ != nullptr) {
      node.previous_->next_ = node.next_;
    } else {
      heads_[node.place_] = node.next_;
      if (node.next_ == nullptr) clear(node.place_ / slots, node.place_ % slots);
    }
    node.place_ = Node::nowhere;
  }

  void clear(unsigned level, unsigned slot) noexcept {
    words_[level] &= ~(std::uint64_t{1} << slot);
    if (words_[level] == 0) used_ &= ~(1U << level);
  }

  Tick now_ = 0;
  std::uint32_t used_ = 0;            // levels with a slot in use
  std::uint64_t words_[levels] = {};  // slots in use, a bit each
  Node* heads_[levels * slots] = {};
};

ARAMID_END
