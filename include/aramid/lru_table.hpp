// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/lru_table.hpp: a hash table of a fixed size that forgets what was used longest ago.
//
// Memory is taken once, when it is made. Cost: O(1). Thread-safety: none, the owner locks.
#pragma once

#include <aramid/config.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_nothrow_move_assignable_v
#include <utility>      // exchange, move
#include <vector>       // vector

ARAMID_BEGIN

namespace detail {

template <class Key, class Value>
class LruTable {
  static_assert(std::is_nothrow_move_assignable_v<Key>);

 public:
  /// `capacity` 1 to 2^32 - 1.
  explicit LruTable(std::size_t capacity) : entries_(capacity), buckets_(buckets_for(capacity), none) {}

  /// The value of `key`, which is now the one that was used last; null if there is none.
  [[nodiscard]] Value* find(const Key& key, std::uint64_t hash) noexcept {
    const std::uint32_t at = place_of(key, hash);
    if (at == none) return nullptr;
    unlink(at);
    link_first(at);
    return &entries_[at].value;
  }

  /// The place for the value of `key`: its old one, a free one, or that of the entry that was used longest ago.
  [[nodiscard]] Value& put(const Key& key, std::uint64_t hash) {
    if (Value* known = find(key, hash)) return *known;
    Key copy = key;  // before anything is changed: it may throw
    std::uint32_t at = used_;
    if (used_ < entries_.size()) {
      ++used_;
    } else {
      at = last_;
      unlink(at);
      leave_bucket(at);
    }
    Entry& entry = entries_[at];
    entry.key = std::move(copy);
    entry.hash = hash;
    std::uint32_t& bucket = buckets_[hash & (buckets_.size() - 1)];
    entry.next_in_bucket = std::exchange(bucket, at);
    link_first(at);
    return entry.value;
  }

  [[nodiscard]] std::size_t size() const noexcept { return used_; }
  void clear() noexcept {
    for (std::uint32_t i = 0; i < used_; ++i) entries_[i] = Entry{};
    for (std::uint32_t& bucket : buckets_) bucket = none;
    used_ = 0;
    first_ = last_ = none;
  }

 private:
  static constexpr std::uint32_t none = 0xFFFF'FFFF;
  struct Entry {
    Key key{};
    Value value{};
    std::uint64_t hash = 0;
    std::uint32_t next_in_bucket = none;
    std::uint32_t newer = none;
    std::uint32_t older = none;
  };

  [[nodiscard]] static std::size_t buckets_for(std::size_t capacity) noexcept {
    std::size_t buckets = 1;
    while (buckets < capacity) buckets *= 2;
    return buckets;
  }
  [[nodiscard]] std::uint32_t place_of(const Key& key, std::uint64_t hash) const noexcept {
    std::uint32_t at = buckets_[hash & (buckets_.size() - 1)];
    while (at != none && !(entries_[at].hash == hash && entries_[at].key == key)) {
      at = entries_[at].next_in_bucket;
    }
    return at;
  }
  void leave_bucket(std::uint32_t at) noexcept {
    std::uint32_t* link = &buckets_[entries_[at].hash & (buckets_.size() - 1)];
    while (*link != at) link = &entries_[*link].next_in_bucket;
    *link = entries_[at].next_in_bucket;
  }
  void link_first(std::uint32_t at) noexcept {
    entries_[at].newer = none;
    entries_[at].older = first_;
    (first_ != none ? entries_[first_].newer : last_) = at;
    first_ = at;
  }
  void unlink(std::uint32_t at) noexcept {
    const Entry& entry = entries_[at];
    (entry.newer != none ? entries_[entry.newer].older : first_) = entry.older;
    (entry.older != none ? entries_[entry.older].newer : last_) = entry.newer;
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> buckets_;
  std::uint32_t used_ = 0;
  std::uint32_t first_ = none;
  std::uint32_t last_ = none;
};

}  // namespace detail

ARAMID_END
