// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/cache.hpp: answers that are kept for a while.
//
//   Cache<Client, ByPrompt, 1000, 60s> chat{settings};            up to 1,000 answers, each for 60 s
//   Cache<Client, ByPrompt, 1000, 60s, 1h> chat{settings};        and for another hour if the client fails
//
// When to use it: requests that repeat and whose answers may be a little old: embeddings, classifications, lookups.
// When not: answers that must differ, or that belong to one user and whose key does not say whose. A kept answer
// is copied. Only successes are kept. With the last argument an expired one still answers when the client fails
// by no fault of the caller's; a cancelled call stays cancelled. Of more than `MaxEntries` the one that was used
// longest ago goes. A hit makes no attempt and calls no sink, so give streamed requests no key.
// Not part of <aramid/aramid.hpp>. Memory: MaxEntries times about 100 bytes and the key, taken at construction,
// and the answers that are kept. Cost: a lock and a hash look-up; an allocation when an answer is kept.
// Thread-safety: yes.
#pragma once

#include <aramid/fallback.hpp>
#include <aramid/keyed_request.hpp>
#include <aramid/lru_table.hpp>
#include <aramid/wrapping.hpp>

#include <atomic>  // atomic
#include <memory>  // shared_ptr
#include <mutex>   // mutex, lock_guard

ARAMID_BEGIN

/// What a Cache has done so far.
struct CacheTotals {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t stale = 0;  ///< expired answers given because the client failed
};

template <class Client, class KeyOf, std::size_t MaxEntries, Span Ttl, Span StaleIfError = Span{}>
class Cache : public Wrapping<Client> {
  static_assert(
      RequestKey<KeyOf>,
      "aramid: Cache<Client, KeyOf, ...>: KeyOf has one 'operator()(const Request&) const' that returns "
      "text, an integer, or an optional of these");
  static_assert(MaxEntries >= 1 && MaxEntries <= 0xFFFF'FFFF,
                "aramid: Cache<Client, KeyOf, MaxEntries, Ttl>: MaxEntries is 1 to 4294967295");
  static_assert(positive(Ttl), "aramid: Cache<Client, KeyOf, MaxEntries, Ttl>: Ttl must be above 0");
  static_assert(
      StaleIfError.ns >= 0,
      "aramid: Cache<Client, KeyOf, MaxEntries, Ttl, StaleIfError>: StaleIfError must not be negative");
  using Keys = detail::Keys<KeyOf>;

 public:
  static constexpr bool has_decider = true;  ///< see <aramid/drive.hpp>
  using Request = typename Keys::Request;
  using Result = detail::ResultOf<Client, Request>;
  using Response = typename Result::value_type;

  Cache()
    requires std::default_initializable<Client>
  = default;
  /// What the client is built from.
  template <class From>
    requires is_buildable_v<Client, std::remove_reference_t<From>>
  explicit Cache(From&& client) : Wrapping<Client>{std::in_place, std::forward<From>(client)} {}

  Result operator()(const Request& request, Context& ctx) {
    CacheCall decider{*this, ctx};
    return detail::run_blocking<Result>(decider, request, ctx);
  }
  Result operator()(const Request& request) {
    Context ctx;
    return (*this)(request, ctx);
  }

  [[nodiscard]] CacheTotals totals() const noexcept {
    return {hits_.load(std::memory_order_relaxed), misses_.load(std::memory_order_relaxed),
            stale_.load(std::memory_order_relaxed)};
  }
  /// Answers that are kept, expired ones included.
  [[nodiscard]] std::size_t size() const noexcept {
    const std::lock_guard lock{mutex_};
    return table_.size();
  }
  void clear() noexcept {
    const std::lock_guard lock{mutex_};
    table_.clear();
  }

  static void describe_into(std::string& text, const std::string& indent) {
    text += indent + "Cache: " + std::to_string(MaxEntries) + " answers for " + to_text(Ttl);
    if (StaleIfError.ns > 0) text += ", " + to_text(StaleIfError) + " more if the client fails";
    text += '\n';
    detail::describe_provider<Client>(text, indent);
  }

 private:
  struct Kept {
    std::shared_ptr<const Response> answer;
    Instant expires{};
  };

  // The decider of one call.
  class CacheCall {
   public:
    static constexpr bool asks_bare = false;

    CacheCall(Cache& cache, Context& ctx) noexcept : cache_{cache}, ctx_{ctx} {}
    CacheCall(const CacheCall&) = delete;
    CacheCall& operator=(const CacheCall&) = delete;

    [[nodiscard]] Step start(const Request& request) {
      key_ = Keys::of(request);
      if (!key_) return {Step::Kind::attempt};
      now_ = CallAccess::enter(ctx_, nested_);
      kept_ = cache_.look_up(*key_);
      answers_ = kept_.answer && now_ < kept_.expires;
      (answers_ ? cache_.hits_ : cache_.misses_).fetch_add(1, std::memory_order_relaxed);
      return {answers_ ? Step::Kind::done : Step::Kind::attempt};
    }
    [[nodiscard]] Step resume(const Request&) noexcept { return {}; }
    [[nodiscard]] Step ended(const Request&, const Result& outcome) {
      if (!key_) return {};
      now_ = CallAccess::look(ctx_);
      if (outcome) {
        cache_.try_to_keep(*key_, *outcome, saturating_add(now_, Ttl));
      } else if (kept_.answer && may_be_stale(outcome.error()) &&
                 now_ < saturating_add(kept_.expires, StaleIfError)) {
        answers_ = true;
        cache_.stale_.fetch_add(1, std::memory_order_relaxed);
      }
      return {};
    }
    void conclude(Result& outcome) {
      if (answers_) detail::put(outcome, Result{*kept_.answer});
      if (nested_) CallAccess::hand_up(ctx_, now_);
    }
    template <class Visitor>
    decltype(auto) ask(Visitor&& visitor) {
      if (key_) CallAccess::hand_down(ctx_, now_);
      return visitor(cache_.client());
    }

   private:
    [[nodiscard]] bool may_be_stale(const Error& error) const noexcept {
      return StaleIfError.ns > 0 && error.fault != Fault::cancelled && !ctx_.committed() &&
             !ctx_.stop.stop_requested() && NotTheCallersFault{}(error);
    }

    Cache& cache_;
    Context& ctx_;
    std::optional<typename Keys::Key> key_;  // nothing: the request has none
    Kept kept_;
    Instant now_{};
    bool nested_ = false;
    bool answers_ = false;  // what is kept is the answer
  };
  friend struct DriverAccess;
  [[nodiscard]] CacheCall decide(const Request&, Context& ctx) noexcept { return CacheCall{*this, ctx}; }

  [[nodiscard]] Kept look_up(const typename Keys::Key& key) {
    const std::lock_guard lock{mutex_};
    const Kept* kept = table_.find(key, Keys::hash(key));
    return kept != nullptr ? *kept : Kept{};
  }
  // An answer that cannot be copied, or for which there is no memory, is given all the same.
  void try_to_keep(const typename Keys::Key& key, const Response& answer, Instant expires) noexcept {
#if ARAMID_EXCEPTIONS
    try {
      keep(key, {std::make_shared<const Response>(answer), expires});
    } catch (...) {
    }
#else
    keep(key, {std::make_shared<const Response>(answer), expires});
#endif
  }
  void keep(const typename Keys::Key& key, Kept kept) {
    Kept replaced;  // an answer that may be large dies outside the lock
    const std::lock_guard lock{mutex_};
    Kept& place = table_.put(key, Keys::hash(key));
    replaced = std::exchange(place, std::move(kept));
  }

  mutable std::mutex mutex_;
  detail::LruTable<typename Keys::Key, Kept> table_{MaxEntries};
  std::atomic<std::uint64_t> hits_{0};
  std::atomic<std::uint64_t> misses_{0};
  std::atomic<std::uint64_t> stale_{0};
};

ARAMID_END
