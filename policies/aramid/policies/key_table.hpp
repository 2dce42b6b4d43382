// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/key_table.hpp: one value a key, a bounded number of keys, found without a lock.
//
// Entries are never freed while the table lives, only given to other keys. Whoever uses an entry has pinned it, and
// an entry changes its key only while nobody has: so what a lookup without the lock finds is right, and what it
// misses is looked for again under the lock.
//
// With many keys a lookup is what it fetches from memory. The slots hold pointers in whose low bits lie bits of the
// hash, so that no other key's entry is touched; an entry's key and counts are 24 bytes, so that the cache line has
// room for the first words of its value.
// Cost: a hash, a compare and two atomic adds a use of a known key; a new key takes the lock and, in a full table,
// looks at every entry. Memory: 8 bytes a slot, up to 8 slots for 3 keys; entries come in pages of 4096 bytes.
// Thread-safety: yes.
#pragma once

#include <aramid/duration.hpp>
#include <aramid/policies/key.hpp>

#include <atomic>    // atomic
#include <mutex>     // mutex, lock_guard
#include <new>       // nothrow
#include <optional>  // optional
#include <utility>   // exchange

ARAMID_BEGIN

namespace detail {

template <class Value>
class KeyTable {
  static constexpr std::size_t line = 64;
  static constexpr std::int32_t closed = std::numeric_limits<std::int32_t>::min() / 2;

 public:
  struct alignas(line) Entry {
    std::atomic<std::int32_t> pins{closed};  // below 0 while it changes its key
    std::atomic<std::int32_t> used{0};       // the tick at which it was last asked for
    Key key;
    std::optional<Value> value;

    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { key.destroy(); }
  };
  using Pin = Entry*;

  explicit KeyTable(std::size_t most)
      : most_{most}, slot_bits_{bits_for(most)}, slots_{new Slot[std::size_t{1} << slot_bits_]} {}
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;
  ~KeyTable() {
    while (pages_ != nullptr) delete std::exchange(pages_, pages_->before);
    delete[] slots_;
  }

  [[nodiscard]] static Value& value(Pin pin) noexcept { return *pin->value; }

  /// Pins the key's entry; null if it has none. Instant::min(): this is no use of it.
  [[nodiscard]] ARAMID_INLINE Pin find(const Key& key, Instant now) noexcept {
    const std::uint64_t hash = hash_(key);
    for (std::size_t at = home(hash);; at = after(at)) {
      const std::uintptr_t word = slots_[at].load(std::memory_order_acquire);
      if (word == 0) return nullptr;
      if ((word & tag_mask) != tag(hash)) continue;
      Entry* entry = entry_in(word);
      if (entry->pins.fetch_add(1, std::memory_order_acquire) >= 0 && entry->key == key) [[likely]] {
        if (now != Instant::min()) entry->used.store(tick(now), std::memory_order_relaxed);
        return entry;
      }
      unpin(entry);
    }
  }
  /// The same, but a key without an entry gets one: a new one, or the one that was not used for longest of those
  /// that nobody has pinned and `may_forget` lets go. Null if there is none. `make` builds a value in place.
  template <class Make, class MayForget>
  [[nodiscard]] ARAMID_COLD Pin insert(const Key& key, Instant now, Make make,
                                       MayForget may_forget) noexcept {
    const std::lock_guard lock{mutex_};
    if (Entry* known = look_under_lock(key, now)) return known;
    Entry* entry = next_unused();
    if (entry == nullptr) entry = reclaim(now, may_forget);
    if (entry == nullptr) return nullptr;
    make(entry->value);
    entry->key.destroy();
    entry->key = Key::copy_of(key);
    entry->used.store(tick(now), std::memory_order_relaxed);
    // Those that pinned it in vain meanwhile are still to unpin it: what they added stays, what closed it goes.
    entry->pins.fetch_add(1 - closed, std::memory_order_release);
    const std::uint64_t hash = hash_(key);
    std::size_t at = home(hash);
    while (slots_[at].load(std::memory_order_relaxed) != 0) at = after(at);
    slots_[at].store(reinterpret_cast<std::uintptr_t>(entry) | tag(hash), std::memory_order_release);
    return entry;
  }

  /// An entry that is in no table.
  [[nodiscard]] static Pin pin(Entry& own) noexcept {
    own.pins.fetch_add(1, std::memory_order_relaxed);
    return &own;
  }
  static void unpin(Pin pin) noexcept { pin->pins.fetch_sub(1, std::memory_order_release); }

  /// Keys that have an entry.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

 private:
  using Slot = std::atomic<std::uintptr_t>;  // an entry's address and the key's tag; 0: free
  static constexpr std::uintptr_t tag_mask = line - 1;

  static constexpr std::size_t page_size = larger<std::size_t>(4096 / sizeof(Entry), 1);
  struct Page {
    Entry entries[page_size];
    Page* before;
    std::size_t used = 0;
  };

  // At least a quarter of the slots stays free, so that probes are short and end.
  [[nodiscard]] static unsigned bits_for(std::size_t most) noexcept {
    unsigned bits = 2;
    while ((std::size_t{3} << bits) < 4 * most) ++bits;
    return bits;
  }
  [[nodiscard]] std::size_t home(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash >> (64U - slot_bits_));
  }
  [[nodiscard]] std::size_t after(std::size_t at) const noexcept {
    return (at + 1) & ((std::size_t{1} << slot_bits_) - 1);
  }
  [[nodiscard]] static std::uintptr_t tag(std::uint64_t hash) noexcept {
    return static_cast<std::uintptr_t>(hash >> 32U) & tag_mask;
  }
  [[nodiscard]] static Entry* entry_in(std::uintptr_t word) noexcept {
    return reinterpret_cast<Entry*>(word & ~tag_mask);
  }

  [[nodiscard]] Entry* look_under_lock(const Key& key, Instant now) noexcept {
    for (std::size_t at = home(hash_(key));; at = after(at)) {
      const std::uintptr_t word = slots_[at].load(std::memory_order_relaxed);
      if (word == 0) return nullptr;
      Entry* entry = entry_in(word);
      if (entry->key != key) continue;
      entry->pins.fetch_add(1, std::memory_order_acquire);
      entry->used.store(tick(now), std::memory_order_relaxed);
      return entry;
    }
  }
  [[nodiscard]] Entry* next_unused() noexcept {
    const std::size_t size = size_.load(std::memory_order_relaxed);
    if (size == most_) return nullptr;
    if (pages_ == nullptr || pages_->used == page_size) {
      Page* page = new (std::nothrow) Page;
      if (page == nullptr) return nullptr;
      page->before = std::exchange(pages_, page);
    }
    size_.store(size + 1, std::memory_order_relaxed);
    return &pages_->entries[pages_->used++];
  }

  // Takes the least recently used entry that may go out of its slot, and closes it.
  template <class MayForget>
  [[nodiscard]] Entry* reclaim(Instant now, MayForget may_forget) noexcept {
    if (now < none_until_) return nullptr;
    while (Entry* oldest = least_recently_used(now, may_forget)) {
      std::int32_t nobody = 0;
      if (!oldest->pins.compare_exchange_strong(nobody, closed, std::memory_order_acq_rel)) continue;
      // Between the look and now somebody may have come, gone, and left something to remember.
      if (!may_forget(*oldest->value, now)) {
        oldest->pins.fetch_sub(closed, std::memory_order_release);
        continue;
      }
      vacate(*oldest);
      return oldest;
    }
    // A full table of entries that must stay is not searched for every call.
    none_until_ = saturating_add(now, pause);
    return nullptr;
  }
  template <class MayForget>
  [[nodiscard]] Entry* least_recently_used(Instant now, MayForget may_forget) const noexcept {
    Entry* oldest = nullptr;
    for (Page* page = pages_; page != nullptr; page = page->before) {
      for (std::size_t i = 0; i < page->used; ++i) {
        Entry* entry = &page->entries[i];
        if (entry->pins.load(std::memory_order_acquire) != 0) continue;
        const bool older = oldest == nullptr || before(*entry, *oldest);
        if (older && may_forget(*entry->value, now)) oldest = entry;
      }
    }
    return oldest;
  }
  // Those behind it that would not be found across the gap move up, each before its old slot is given away: whoever
  // looks meanwhile finds it twice or not at all.
  void vacate(const Entry& entry) noexcept {
    std::size_t gap = home_of(entry);
    while (entry_in(slots_[gap].load(std::memory_order_relaxed)) != &entry) gap = after(gap);
    const std::size_t mask = (std::size_t{1} << slot_bits_) - 1;
    for (std::size_t at = after(gap);; at = after(at)) {
      const std::uintptr_t word = slots_[at].load(std::memory_order_relaxed);
      if (word == 0) break;
      // Its way from home to here passes the gap.
      if (((at - home_of(*entry_in(word))) & mask) < ((at - gap) & mask)) continue;
      slots_[gap].store(word, std::memory_order_release);
      gap = at;
    }
    slots_[gap].store(0, std::memory_order_release);
  }
  [[nodiscard]] std::size_t home_of(const Entry& entry) const noexcept { return home(hash_(entry.key)); }

  // Four milliseconds, which go round after half a year: what was not used for three months may count as new.
  [[nodiscard]] static std::int32_t tick(Instant now) noexcept {
    return static_cast<std::int32_t>(now.time_since_epoch().count() >> 22U);
  }
  [[nodiscard]] static bool before(const Entry& a, const Entry& b) noexcept {
    const auto used = [](const Entry& entry) {
      return static_cast<std::uint32_t>(entry.used.load(std::memory_order_relaxed));
    };
    return static_cast<std::int32_t>(used(a) - used(b)) < 0;
  }

  static constexpr Duration pause{10'000'000};

  std::size_t most_;
  unsigned slot_bits_;
  Slot* slots_;
  KeyHash hash_{slots_};
  std::atomic<std::size_t> size_{0};
  std::mutex mutex_;  // guards what follows, the slots, and the keys of closed entries
  Page* pages_ = nullptr;
  Instant none_until_ = Instant::min();
};

}  // namespace detail

ARAMID_END
