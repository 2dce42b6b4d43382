// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/name.hpp: a name that lives as long as the program, and the same as a template argument.
#pragma once

#include <aramid/config.hpp>

#include <cstddef>      // nullptr_t, size_t
#include <string_view>  // string_view

ARAMID_BEGIN

/// A pointer to text with static storage (a literal, or a template argument's text). Eight bytes, so that
/// errors and events can carry names without owning them. Compares by text. Never null.
class Name {
 public:
  constexpr Name() noexcept = default;
  /// `text` must not be null and must outlive the program's use of the name: pass literals.
  constexpr Name(const char* text) noexcept : text_{text} {}
  Name(std::nullptr_t) = delete;

  [[nodiscard]] constexpr const char* c_str() const noexcept { return text_; }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return text_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return *text_ == '\0'; }
  constexpr operator std::string_view() const noexcept { return text_; }

  friend constexpr bool operator==(Name a, Name b) noexcept {
    // Whether two literals share their address is not known to a constant expression.
    if !consteval {
      if (a.text_ == b.text_) return true;
    }
    return a.view() == b.view();
  }
  friend constexpr bool operator==(Name a, std::string_view b) noexcept { return a.view() == b; }
  // Without this one a literal could become either of the two.
  friend constexpr bool operator==(Name a, const char* b) noexcept { return a.view() == b; }

 private:
  const char* text_ = "";
};

/// Text between angle brackets: `Named<"hf", Client>`.
template <std::size_t Size>
struct FixedName {
  char text[Size]{};

  constexpr FixedName(const char (&literal)[Size]) noexcept {
    for (std::size_t i = 0; i < Size; ++i) text[i] = literal[i];
  }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, Size - 1}; }
};

/// The static storage behind a FixedName.
template <FixedName Text>
inline constexpr Name name_v{Text.text};

ARAMID_END
