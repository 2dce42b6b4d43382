// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/policies/limiter_usage.hpp: what a limiter says about itself.
//
//   for (const QuotaUsage& one : limiter(client).usage()) { one.used; one.remaining; one.resets; }
#pragma once

#include <aramid/policies/limiter_settings.hpp>

ARAMID_BEGIN

/// The answer of `can_proceed`.
struct Allowance {
  bool allowed = false;
  /// Until it would be admitted, callers already waiting included; Duration::max() = never.
  Duration wait{0};
};

/// One quota at one instant.
struct QuotaUsage {
  Quota<> quota;               ///< with the limit in force
  std::int64_t used = 0;       ///< above the limit after an overdraft
  std::int64_t remaining = 0;  ///< what one call could take, by our own count and the server's
  Duration resets{0};          ///< until nothing of it is used any more
};

/// All quotas of a limiter, in their order.
class LimiterUsage {
 public:
  void add(const QuotaUsage& usage) noexcept { quotas_[count_++] = usage; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] const QuotaUsage& operator[](std::size_t i) const noexcept { return quotas_[i]; }
  [[nodiscard]] const QuotaUsage* begin() const noexcept { return quotas_.data(); }
  [[nodiscard]] const QuotaUsage* end() const noexcept { return quotas_.data() + count_; }

 private:
  std::array<QuotaUsage, LimiterSettings::max_quotas> quotas_{};
  std::size_t count_ = 0;
};

ARAMID_END
