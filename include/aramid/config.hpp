// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/config.hpp: the version and the only macros of the library.
#pragma once

#define ARAMID_VERSION_MAJOR 0
#define ARAMID_VERSION_MINOR 1
#define ARAMID_VERSION_PATCH 0

// Opens and closes the library's namespace. The inline version namespace keeps two versions that meet in
// one program from mixing silently.
#define ARAMID_BEGIN \
  namespace aramid { \
  inline namespace v0_1 {
#define ARAMID_END \
  }                \
  }

// 1 when the translation unit may throw and catch. Core and policies work either way.
#if defined(__cpp_exceptions)
#define ARAMID_EXCEPTIONS 1
#else
#define ARAMID_EXCEPTIONS 0
#endif

// For the slow half of a function whose fast half should stay small enough to inline.
#if defined(__GNUC__)
#define ARAMID_COLD [[gnu::cold, gnu::noinline]]
#define ARAMID_INLINE [[gnu::always_inline]] inline
#else
#define ARAMID_COLD
#define ARAMID_INLINE inline
#endif

// Empty members take no room. MSVC spells the attribute its own way.
#if defined(_MSC_VER)
#define ARAMID_EMPTY [[msvc::no_unique_address]]
#else
#define ARAMID_EMPTY [[no_unique_address]]
#endif
