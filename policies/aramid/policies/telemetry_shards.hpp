// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/telemetry_shards.hpp: counters of successful calls that threads do not share.
//
// Each thread writes to a shard of its own with plain loads and stores; a reader adds the shards up. The first
// thread has a shard from the beginning, further ones allocate theirs once, and a thread without one (no memory, or
// more than 64 threads at a time) adds to a shard that is shared. A shard outlives its thread: nothing is lost.
// Cost: a thread-local read and two plain increments; reading adds up thousands of numbers.
// Thread-safety: yes; a snapshot is not one instant, but each number is exact.
#pragma once

#include <aramid/policies/histogram.hpp>
#include <aramid/policies/name_table.hpp>
#include <aramid/policies/thread_slot.hpp>

#include <atomic>  // atomic
#include <new>     // nothrow

ARAMID_BEGIN

namespace detail {

using SharedCount = std::atomic<std::uint64_t>;

/// `Alone`: nobody else writes to `count`.
template <bool Alone>
ARAMID_INLINE void add_to(SharedCount& count, std::uint64_t n) noexcept {
  if constexpr (Alone) {
    count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  } else {
    count.fetch_add(n, std::memory_order_relaxed);
  }
}
[[nodiscard]] inline std::uint64_t read(const SharedCount& count) noexcept {
  return count.load(std::memory_order_relaxed);
}

/// A histogram that is written while it is read.
struct LiveHistogram {
  SharedCount counts[HistogramBuckets::count]{};
  SharedCount sum{0};

  template <bool Alone>
  ARAMID_INLINE void record(Duration took) noexcept {
    add_to<Alone>(counts[HistogramBuckets::index(took)], 1);
    add_to<Alone>(sum, static_cast<std::uint64_t>(larger(took, Duration::zero()).count()));
  }
  [[nodiscard]] std::uint64_t count() const noexcept {
    std::uint64_t sum_of_all = 0;
    for (const SharedCount& n : counts) sum_of_all += read(n);
    return sum_of_all;
  }
  void add_into(Histogram& all) const noexcept {
    for (std::size_t i = 0; i < HistogramBuckets::count; ++i) {
      if (const std::uint64_t n = read(counts[i]); n != 0) all.add(i, n, Duration::zero());
    }
    all.add(0, 0, Duration{static_cast<std::int64_t>(read(sum))});
  }
};

/// One that takes memory only once something is recorded. Where there is none to be had, nothing is recorded.
class LazyHistogram {
 public:
  LazyHistogram() = default;
  LazyHistogram(const LazyHistogram&) = delete;
  LazyHistogram& operator=(const LazyHistogram&) = delete;
  ~LazyHistogram() { delete live_.load(std::memory_order_relaxed); }

  [[nodiscard]] ARAMID_INLINE LiveHistogram* get() const noexcept {
    return live_.load(std::memory_order_acquire);
  }
  ARAMID_COLD LiveHistogram* make() noexcept {
    auto* fresh = new (std::nothrow) LiveHistogram;
    LiveHistogram* known = nullptr;
    if (fresh == nullptr || live_.compare_exchange_strong(known, fresh, std::memory_order_acq_rel))
      return fresh;
    delete fresh;
    return known;
  }
  void record(Duration took) noexcept {
    LiveHistogram* live = get();
    if (live == nullptr) live = make();
    if (live != nullptr) live->record<false>(took);
  }
  void add_into(Histogram& all) const noexcept {
    if (const LiveHistogram* live = get()) live->add_into(all);
  }

 private:
  std::atomic<LiveHistogram*> live_{nullptr};
};

class TelemetryShards {
 public:
  static constexpr std::size_t groups = most_named_providers + 1;

  TelemetryShards() noexcept { first_.inside = &inside_; }
  TelemetryShards(const TelemetryShards&) = delete;
  TelemetryShards& operator=(const TelemetryShards&) = delete;
  ~TelemetryShards() {
    for (std::atomic<Shard*>& slot : shards_) {
      Shard* const shard = slot.load(std::memory_order_relaxed);
      if (shard != &first_) delete shard;
    }
  }

  /// A success of the `group`th provider.
  ARAMID_INLINE void count(std::size_t group, Duration took, std::uint64_t tokens) noexcept {
    const int slot = ThreadSlots::mine();
    Shard* const shard = slot < slots ? shards_[slot].load(std::memory_order_relaxed) : nullptr;
    LiveHistogram* const live = shard != nullptr ? shard->live(group) : nullptr;
    if (live == nullptr) [[unlikely]]
      return count_anew(slot, group, took, tokens);
    if (tokens != 0) add_to<true>(shard->tokens, tokens);
    live->record<true>(took);
  }

  [[nodiscard]] std::uint64_t successes(std::size_t group) const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= slots; ++i) {
      if (const Shard* shard = at(i)) {
        const LiveHistogram* live = shard->live(group);
        sum += read(shard->unmeasured[group]) + (live != nullptr ? live->count() : 0);
      }
    }
    return sum;
  }
  [[nodiscard]] std::uint64_t tokens() const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= slots; ++i) {
      if (const Shard* shard = at(i)) sum += read(shard->tokens);
    }
    return sum;
  }
  void add_into(std::size_t group, Histogram& all) const noexcept {
    for (std::size_t i = 0; i <= slots; ++i) {
      const Shard* shard = at(i);
      if (const LiveHistogram* live = shard != nullptr ? shard->live(group) : nullptr) live->add_into(all);
    }
  }
  /// How long all successes took together.
  [[nodiscard]] std::uint64_t sum() const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t group = 0; group < groups; ++group) {
      for (std::size_t i = 0; i <= slots; ++i) {
        const Shard* shard = at(i);
        const LiveHistogram* live = shard != nullptr ? shard->live(group) : nullptr;
        sum += live != nullptr ? read(live->sum) : 0;
      }
    }
    return sum;
  }

 private:
  static constexpr int slots = 64;

  struct alignas(64) Shard {
    SharedCount tokens{0};
    SharedCount unmeasured[groups]{};  // successes for whose histogram there was no memory
    LazyHistogram further[groups];
    LiveHistogram* inside = nullptr;  // of group 0, where it needs no memory

    [[nodiscard]] ARAMID_INLINE LiveHistogram* live(std::size_t group) const noexcept {
      return group == 0 && inside != nullptr ? inside : further[group].get();
    }
  };

  // The first call of this thread, or of this provider on it.
  ARAMID_COLD void count_anew(int slot, std::size_t group, Duration took, std::uint64_t tokens) noexcept {
    Shard* shard = slot < slots ? shards_[slot].load(std::memory_order_acquire) : nullptr;
    if (slot < slots && shard == nullptr) {
      shard = first_taken_.exchange(true, std::memory_order_acq_rel) ? new (std::nothrow) Shard : &first_;
      shards_[slot].store(shard, std::memory_order_release);
    }
    if (shard == nullptr) return count_in<false>(common_, group, took, tokens);
    count_in<true>(*shard, group, took, tokens);
  }
  template <bool Alone>
  static void count_in(Shard& shard, std::size_t group, Duration took, std::uint64_t tokens) noexcept {
    add_to<Alone>(shard.tokens, tokens);
    LiveHistogram* live = shard.live(group);
    if (live == nullptr) live = shard.further[group].make();
    if (live == nullptr) return add_to<Alone>(shard.unmeasured[group], 1);
    live->template record<Alone>(took);
  }

  /// Null where no thread has been; the last one is shared.
  [[nodiscard]] const Shard* at(std::size_t i) const noexcept {
    return i == slots ? &common_ : shards_[i].load(std::memory_order_acquire);
  }

  std::atomic<Shard*> shards_[slots]{};
  std::atomic<bool> first_taken_{false};
  LiveHistogram inside_;
  Shard first_;
  Shard common_;
};

}  // namespace detail

ARAMID_END
