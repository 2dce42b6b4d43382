// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/tuple_at.hpp: an element of a Boost.Hana basic_tuple.
//
// This is hana::at_c without <boost/hana/at.hpp>, which brings the algorithms over all sequences along: 4 % of the
// instructions that the compiler takes for <chrono> and <atomic>.
#pragma once

#include <aramid/config.hpp>

#include <boost/hana/basic_tuple.hpp>  // basic_tuple, at_impl

#include <cstddef>      // size_t
#include <type_traits>  // integral_constant
#include <utility>      // forward

ARAMID_BEGIN

namespace detail {

template <std::size_t I, class Tuple>
[[nodiscard]] ARAMID_INLINE constexpr decltype(auto) tuple_at(Tuple&& tuple) noexcept {
  return boost::hana::at_impl<boost::hana::basic_tuple_tag>::apply(std::forward<Tuple>(tuple),
                                                                   std::integral_constant<std::size_t, I>{});
}

}  // namespace detail

ARAMID_END
