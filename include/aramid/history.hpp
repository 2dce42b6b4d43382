// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/history.hpp: the attempts behind a failed call.
//
// Eight bytes inside an Error; memory is taken only when the first failed attempt is noted, never on the
// success path. At most `History::capacity` attempts are kept (the first ones); `total()` counts them all.
// If memory cannot be had, the note is lost and the call goes on.
// Thread-safety: a value, like std::string.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/fault.hpp>
#include <aramid/name.hpp>
#include <aramid/phase.hpp>

#include <cstddef>  // size_t
#include <new>      // nothrow
#include <utility>  // exchange, swap

ARAMID_BEGIN

/// One failed attempt.
struct Attempt {
  Fault fault = Fault::unknown;
  Phase phase = Phase::none;  ///< the limit that it reached, if it says
  int status = 0;             ///< HTTP status, 0 if none
  Duration took{0};           ///< 0 in a stack that reads no clock
  Name provider;
};

class History {
 public:
  static constexpr std::size_t capacity = 16;

  constexpr History() noexcept = default;
  History(const History& other) noexcept { append(other); }
  constexpr History(History&& other) noexcept : block_{std::exchange(other.block_, nullptr)} {}
  History& operator=(const History& other) noexcept {
    if (this != &other) *this = History{other};
    return *this;
  }
  constexpr History& operator=(History&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  constexpr ~History() { delete block_; }

  [[nodiscard]] constexpr bool empty() const noexcept { return block_ == nullptr; }
  /// Attempts kept, at most `capacity`.
  [[nodiscard]] std::size_t size() const noexcept { return block_ != nullptr ? block_->kept : 0; }
  /// Attempts made, kept or not.
  [[nodiscard]] std::size_t total() const noexcept { return block_ != nullptr ? block_->total : 0; }
  [[nodiscard]] const Attempt* begin() const noexcept {
    return block_ != nullptr ? block_->attempts : nullptr;
  }
  [[nodiscard]] const Attempt* end() const noexcept { return begin() + size(); }
  [[nodiscard]] const Attempt& operator[](std::size_t i) const noexcept { return block_->attempts[i]; }

  ARAMID_COLD void add(const Attempt& attempt) noexcept {
    if (block_ == nullptr) block_ = new (std::nothrow) Block{};
    if (block_ == nullptr) return;
    if (block_->kept < capacity) block_->attempts[block_->kept++] = attempt;
    ++block_->total;
  }
  /// Adds another call's attempts after these.
  ARAMID_COLD void append(const History& other) noexcept {
    for (const Attempt& attempt : other) add(attempt);
    if (block_ != nullptr) block_->total += other.total() - other.size();
  }

 private:
  struct Block {
    std::size_t kept = 0;
    std::size_t total = 0;
    Attempt attempts[capacity]{};
  };
  Block* block_ = nullptr;
};

ARAMID_END
