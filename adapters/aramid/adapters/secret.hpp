// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/secret.hpp: a key that does not show up by accident.
//
// There is no way to print or compare one; `reveal()` is the only way to its text, easy to search for.
// Thread-safety: a value, like std::string; a callback is called from every thread that makes a call.
#pragma once

#include <aramid/config.hpp>

#include <functional>  // function
#include <string>      // string

ARAMID_BEGIN

class Secret {
 public:
  /// Not set: an endpoint looks for its own key in the environment.
  Secret() = default;
  /// The key itself. White space at both ends is dropped: keys come from files.
  explicit Secret(const std::string& text);

  /// The value of an environment variable, read now; not set if the variable is missing or empty.
  [[nodiscard]] static Secret from_env(const char* variable);
  /// Asked before each call, for keys that change. An empty answer means that there is no key now.
  [[nodiscard]] static Secret from(std::function<std::string()> ask);
  /// On purpose no key, for servers that want none.
  [[nodiscard]] static Secret none();

  [[nodiscard]] bool is_set() const noexcept { return kind_ != Kind::unset; }
  [[nodiscard]] bool is_none() const noexcept { return kind_ == Kind::none; }
  /// The key, empty if there is none. Throws what the callback throws.
  [[nodiscard]] std::string reveal() const;

 private:
  enum class Kind : unsigned char { unset, none, text, callback };
  Kind kind_ = Kind::unset;
  std::string text_;
  std::function<std::string()> ask_;
};

ARAMID_END
