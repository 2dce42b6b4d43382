// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The one way tests include Catch2: version 2 has one header, version 3 has many and renamed a matcher.

#pragma once

#include <string>

#if ARAMID_CATCH2 >= 3
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers_all.hpp>

using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

namespace support {

// For REQUIRE_THAT(text, support::contains("part")).
inline auto contains(std::string const& part) {
#if ARAMID_CATCH2 >= 3
  return Catch::Matchers::ContainsSubstring(part);
#else
  return Catch::Matchers::Contains(part);
#endif
}

}  // namespace support
