// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// main() for every test executable, where Catch2 2 was installed without its library.

#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
