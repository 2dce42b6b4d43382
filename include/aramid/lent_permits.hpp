// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/lent_permits.hpp: the permits of a call, for a part of it on another thread.
//
// Cost: allocates only if there are any. Thread-safety: several may lend of the same permits at a time.
#pragma once

#include <aramid/context.hpp>

#include <cstddef>  // size_t
#include <vector>   // vector

ARAMID_BEGIN

namespace detail {

/// While it lives, a Context on another thread is in the bulkheads that its caller is in.
class LentPermits {
 public:
  LentPermits(Context& ctx, std::vector<Permit>& kept) : ctx_{ctx}, sources_(kept.size()) {
    for (std::size_t i = kept.size(); i-- > 0;) {
      kept[i].lend(sources_[i]);
      ctx_.permits.link(sources_[i]);
    }
  }
  LentPermits(const LentPermits&) = delete;
  LentPermits& operator=(const LentPermits&) = delete;
  ~LentPermits() {
    for (PermitSource& source : sources_) {
      ctx_.permits.unlink(source);
      Permit::take_back(source);
    }
  }

 private:
  Context& ctx_;
  std::vector<PermitSource> sources_;
};

}  // namespace detail

ARAMID_END
