// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/own_route.hpp: a Route that owns its names, for attempts that outlive their caller.
//
// Cost: allocates only if there are names. Thread-safety: not changed once it is made.
#pragma once

#include <aramid/context.hpp>

#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

ARAMID_BEGIN

namespace detail {

class OwnRoute {
 public:
  explicit OwnRoute(const Route& callers) : route_{callers} {
    std::size_t length = callers.only.size() + callers.last.size();
    for (const std::string_view name : callers.order) length += name.size();
    text_.reserve(length);  // so that it stays where it is
    names_.reserve(callers.order.size());
    for (const std::string_view name : callers.order) names_.push_back(keep(name));
    route_.only = keep(callers.only);
    route_.last = keep(callers.last);
    route_.order = names_;
  }
  OwnRoute(const OwnRoute&) = delete;
  OwnRoute& operator=(const OwnRoute&) = delete;

  /// With so many more of a combinator's first choices asked last. Lives as long as this.
  [[nodiscard]] Route skipping(std::size_t more) const noexcept {
    Route route = route_;
    route.skip += more;
    return route;
  }

 private:
  [[nodiscard]] std::string_view keep(std::string_view name) {
    const std::size_t at = text_.size();
    text_.append(name);
    return std::string_view{text_}.substr(at);
  }

  Route route_;
  std::string text_;
  std::vector<std::string_view> names_;
};

}  // namespace detail

ARAMID_END
