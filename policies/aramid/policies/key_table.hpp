// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/key_table.hpp: one value a key, a bounded number of keys, found without a lock.
//
// Chains of entries that are never freed while the table lives, only given to other keys. Whoever uses an entry has
// pinned it, and an entry changes its key only while nobody has: so what a lookup without the lock finds is right,
// and what it misses is looked for again under the lock.
// Cost: a hash, a compare and two atomic adds a use of a known key; a new key takes the lock and, in a full table,
// looks at every entry. Thread-safety: yes.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/random.hpp>

#include <atomic>       // atomic
#include <cstring>      // memcpy
#include <mutex>        // mutex, lock_guard
#include <new>          // nothrow
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <utility>      // exchange

ARAMID_BEGIN

namespace detail {

/// A key as a request names it: text that lies in the request, or a number.
struct Key {
  std::string_view text;
  std::uint64_t number = 0;
  std::uint64_t hash = 0;

  [[nodiscard]] bool same_as(std::string_view other_text, std::uint64_t other_number) const noexcept {
    return number == other_number && text == other_text;
  }
};

template <class Value>
class KeyTable {
  struct Entry;

 public:
  using Pin = Entry*;

  explicit KeyTable(std::size_t most)
      : most_{most}, mask_{buckets_for(most) - 1}, buckets_{new Link[mask_ + 1]} {}
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;
  ~KeyTable() {
    for (Entry* entry = newest_; entry != nullptr;) delete std::exchange(entry, entry->made_before);
    delete[] buckets_;
  }

  [[nodiscard]] Key key_of(std::string_view text) const noexcept { return {text, 0, hash(text)}; }
  [[nodiscard]] Key key_of(std::uint64_t number) const noexcept {
    return {{}, number, SplitMix64::mix(number ^ seed())};
  }
  [[nodiscard]] static Value& value(Pin pin) noexcept { return *pin->value; }

  /// Pins the key's entry; null if it has none. Instant::min(): this is no use of it.
  [[nodiscard]] ARAMID_INLINE Pin find(const Key& key, Instant now) noexcept {
    Entry* entry = bucket(key).load(std::memory_order_acquire);
    // Entries that move between chains while we look could lead us in circles.
    for (int steps = 0; entry != nullptr && steps < 64; ++steps) {
      if (entry->hash.load(std::memory_order_relaxed) == key.hash) {
        if (entry->pins.fetch_add(1, std::memory_order_acquire) >= 0 &&
            key.same_as(entry->text, entry->number)) [[likely]] {
          if (now != Instant::min())
            entry->used.store(now.time_since_epoch().count(), std::memory_order_relaxed);
          return entry;
        }
        unpin(entry);
      }
      entry = entry->next.load(std::memory_order_acquire);
    }
    return nullptr;
  }
  /// The same, but a key without an entry gets one: a new one, or the one that was not used for longest of those
  /// that nobody has pinned and `may_forget` lets go. Null if there is none. `make` builds a value in place.
  template <class Make, class MayForget>
  [[nodiscard]] ARAMID_COLD Pin insert(const Key& key, Instant now, Make make,
                                       MayForget may_forget) noexcept {
    const std::lock_guard lock{mutex_};
    if (Entry* known = look_under_lock(key, now)) return known;
    Entry* entry = size_.load(std::memory_order_relaxed) < most_ ? new (std::nothrow) Entry : nullptr;
    if (entry != nullptr) {
      entry->made_before = std::exchange(newest_, entry);
      size_.fetch_add(1, std::memory_order_relaxed);
    } else {
      entry = reclaim(now, may_forget);
      if (entry == nullptr) return nullptr;
    }
    make(entry->value);
    entry->text = key.text;
    entry->number = key.number;
    entry->hash.store(key.hash, std::memory_order_relaxed);
    entry->used.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    entry->next.store(bucket(key).load(std::memory_order_relaxed), std::memory_order_relaxed);
    // Those that pinned it in vain meanwhile are still to unpin it: what they added stays, what closed it goes.
    entry->pins.fetch_add(1 - closed, std::memory_order_release);
    bucket(key).store(entry, std::memory_order_release);
    return entry;
  }

  static void unpin(Pin pin) noexcept { pin->pins.fetch_sub(1, std::memory_order_release); }

  /// Keys that have an entry.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

 private:
  using Link = std::atomic<Entry*>;
  static constexpr std::int64_t closed = std::numeric_limits<std::int64_t>::min() / 2;

  struct Entry {
    Link next{nullptr};
    std::atomic<std::uint64_t> hash{0};
    std::atomic<std::int64_t> pins{closed};  // below 0 while it changes its key
    std::atomic<std::int64_t> used{0};       // when it was last asked for
    std::uint64_t number = 0;
    std::string text;
    std::optional<Value> value;
    Entry* made_before = nullptr;
  };

  [[nodiscard]] static std::size_t buckets_for(std::size_t most) noexcept {
    std::size_t buckets = 2;
    while (buckets < 2 * most) buckets *= 2;
    return buckets;
  }
  [[nodiscard]] Link& bucket(const Key& key) const noexcept { return buckets_[key.hash & mask_]; }
  [[nodiscard]] Link& bucket_of(const Entry& entry) const noexcept {
    return buckets_[entry.hash.load(std::memory_order_relaxed) & mask_];
  }

  // Where the table lies differs between processes, so nobody can prepare keys that all meet in one chain.
  [[nodiscard]] std::uint64_t seed() const noexcept { return reinterpret_cast<std::uintptr_t>(buckets_); }
  [[nodiscard]] std::uint64_t hash(std::string_view text) const noexcept {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;
    std::uint64_t sum = seed() ^ (text.size() * odd);
    const char* at = text.data();
    std::size_t left = text.size();
    const auto take = [&](std::size_t bytes) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, bytes);
      sum = (sum ^ word) * odd;
      sum ^= sum >> 29U;
    };
    for (; left > 8; left -= 8, at += 8) take(8);
    // The last word may overlap the one before it: reading so many bytes as are left would be a call.
    if (text.size() >= 8) {
      at = text.data() + text.size() - 8;
      take(8);
    } else if (left >= 4) {
      take(4);
      at += left - 4;
      take(4);
    } else {
      for (; left > 0; --left, ++at) take(1);
    }
    return SplitMix64::mix(sum);
  }

  [[nodiscard]] Entry* look_under_lock(const Key& key, Instant now) noexcept {
    for (Entry* entry = bucket(key).load(std::memory_order_relaxed); entry != nullptr;
         entry = entry->next.load(std::memory_order_relaxed)) {
      if (!key.same_as(entry->text, entry->number)) continue;
      entry->pins.fetch_add(1, std::memory_order_acquire);
      entry->used.store(now.time_since_epoch().count(), std::memory_order_relaxed);
      return entry;
    }
    return nullptr;
  }

  // Takes the least recently used entry that may go out of its chain, and closes it.
  template <class MayForget>
  [[nodiscard]] Entry* reclaim(Instant now, MayForget may_forget) noexcept {
    if (now < none_until_) return nullptr;
    while (Entry* oldest = least_recently_used(now, may_forget)) {
      std::int64_t nobody = 0;
      if (!oldest->pins.compare_exchange_strong(nobody, closed, std::memory_order_acq_rel)) continue;
      // Between the look and now somebody may have come, gone, and left something to remember.
      if (!may_forget(*oldest->value, now)) {
        oldest->pins.fetch_sub(closed, std::memory_order_release);
        continue;
      }
      Link* link = &bucket_of(*oldest);
      while (link->load(std::memory_order_relaxed) != oldest)
        link = &link->load(std::memory_order_relaxed)->next;
      link->store(oldest->next.load(std::memory_order_relaxed), std::memory_order_release);
      return oldest;
    }
    // A full table of entries that must stay is not searched for every call.
    none_until_ = saturating_add(now, pause);
    return nullptr;
  }
  template <class MayForget>
  [[nodiscard]] Entry* least_recently_used(Instant now, MayForget may_forget) const noexcept {
    Entry* oldest = nullptr;
    for (Entry* entry = newest_; entry != nullptr; entry = entry->made_before) {
      if (entry->pins.load(std::memory_order_acquire) != 0) continue;
      const bool older = oldest == nullptr || entry->used.load(std::memory_order_relaxed) <
                                                  oldest->used.load(std::memory_order_relaxed);
      if (older && may_forget(*entry->value, now)) oldest = entry;
    }
    return oldest;
  }

  static constexpr Duration pause{10'000'000};

  std::size_t most_;
  std::size_t mask_;
  Link* buckets_;
  std::atomic<std::size_t> size_{0};
  std::mutex mutex_;  // guards what follows, the chains, and the keys of closed entries
  Entry* newest_ = nullptr;
  Instant none_until_ = Instant::min();
};

}  // namespace detail

ARAMID_END
