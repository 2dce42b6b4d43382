// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/permit.hpp: a concurrency permit that stays with work which outlives its call.
//
// A bulkhead takes its permit back when the call ends. A provider whose work may go on after that (a thread that
// it leaves behind at the deadline, the loser of a race) takes a share in the permit and gives it to the work:
//
//   Outcome<Reply> operator()(const Request& request, Context& ctx) {
//     auto job = start(request, ctx.permits.keep());   // the job holds the Permit as long as it runs
//     return job.wait_until(ctx.deadline) ? job.reply() : Outcome<Reply>{fail(Fault::timed_out)};
//   }
//
// The permit is free again when the call has ended and the last Permit is gone. Until then it counts as in
// flight, and after the call's end as an orphan (`bulkhead(client).orphans()`).
// The client must outlive its permits, as it must outlive the work of its provider.
// Cost: a call without `keep()` pays two stores. Thread-safety: `keep` on the call's own thread; a Permit may be
// moved to and die on any thread.
#pragma once

#include <aramid/config.hpp>

ARAMID_BEGIN

class PermitPool;
class PermitSource;

/// One holder of a permit. The holders of one permit are a ring, guarded by its pool's lock.
struct PermitShare {
  PermitShare* next = nullptr;  ///< null: the only holder
  PermitShare* previous = nullptr;
  bool of_call = false;  ///< the call itself, not a Permit
};

/// Whoever counts permits.
class PermitPool {
 public:
  virtual void join(PermitShare& share, PermitShare& beside) noexcept = 0;
  virtual void leave(PermitShare& share) noexcept = 0;

 protected:
  ~PermitPool() = default;
};

/// A share in a call's permit; empty when there was none to share. Move-only.
class Permit {
 public:
  Permit() noexcept = default;
  Permit(Permit&& other) noexcept { take(other); }
  Permit& operator=(Permit&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~Permit() { release(); }

  [[nodiscard]] explicit operator bool() const noexcept { return pool_ != nullptr; }

  /// Gives the share back before the handle dies.
  void release() noexcept {
    if (pool_ == nullptr) return;
    pool_->leave(share_);
    pool_ = nullptr;
    share_ = {};
  }

  /// For the chain of another Context, whose work this share was kept for: until `take_back`, which comes before
  /// this handle's end, `source` holds the same permit. Not of an empty one. On any thread, several at a time.
  void lend(PermitSource& source) noexcept;
  static void take_back(PermitSource& source) noexcept;

 private:
  friend class Permits;
  Permit(PermitPool& pool, PermitShare& beside) noexcept : pool_{&pool} { pool.join(share_, beside); }

  void take(Permit& other) noexcept {
    if (other.pool_ == nullptr) return;
    pool_ = other.pool_;
    pool_->join(share_, other.share_);
    other.release();
  }

  PermitPool* pool_ = nullptr;
  PermitShare share_;
};

/// A node of the chain: what a bulkhead links for as long as a call holds its permit.
class PermitSource {
 public:
  PermitPool* pool = nullptr;
  PermitShare share;
  bool kept = false;  ///< a Permit was made of it; only the call's thread looks

 private:
  friend class Permits;
  PermitSource* outer_ = nullptr;
};

inline void Permit::lend(PermitSource& source) noexcept {
  source.pool = pool_;
  pool_->join(source.share, share_);
}
inline void Permit::take_back(PermitSource& source) noexcept { source.pool->leave(source.share); }

/// The permits that a call holds: last in, first out, as scopes are. One per call; not shared between threads.
class Permits {
 public:
  void link(PermitSource& source) noexcept {
    source.outer_ = head_;
    head_ = &source;
  }
  /// Removes `source`, which must be the last one linked.
  void unlink(PermitSource& source) noexcept { head_ = source.outer_; }

  /// A share in the permit of the innermost bulkhead; empty if there is none.
  [[nodiscard]] Permit keep() noexcept { return head_ == nullptr ? Permit{} : share(*head_); }
  /// Calls `sink(Permit&&)` for each bulkhead that the call is in, from the inside out.
  template <class Sink>
  void keep_all(Sink&& sink) {
    for (PermitSource* source = head_; source != nullptr; source = source->outer_) sink(share(*source));
  }

 private:
  static Permit share(PermitSource& source) noexcept {
    source.kept = true;
    return Permit{*source.pool, source.share};
  }

  PermitSource* head_ = nullptr;
};

ARAMID_END
