// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/narrator.hpp: what happens inside a call, told to the user.
#pragma once

#include <aramid/context.hpp>
#include <aramid/error.hpp>

#include <string>  // string

namespace chat {

/// While it lives, faults, waits and failovers of the call appear as lines on stdout, until the answer begins.
class Narrator {
 public:
  explicit Narrator(aramid::Context& ctx);
  ~Narrator();
  Narrator(const Narrator&) = delete;
  Narrator& operator=(const Narrator&) = delete;

 private:
  static void hear(aramid::Listener& listener, const aramid::Event& event) noexcept;

  aramid::Context& ctx_;
  aramid::Listener listener_;
};

/// An error in one line, and a second one with what the user can do about it.
[[nodiscard]] std::string explain(const aramid::Error& error);

}  // namespace chat
