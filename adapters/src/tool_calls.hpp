// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// Tool calls of providers that know them by name, and not always by an id.
#pragma once

#include <aramid/adapters/chat.hpp>

#include <string>       // string
#include <string_view>  // string_view

ARAMID_BEGIN

namespace detail {

/// An id for a call that came without one. No two are alike, in this process or, but for chance, in any other: a
/// conversation may be stored, and go on with a provider that wants its ids to differ.
[[nodiscard]] std::string make_call_id();
/// It is one of those. A provider that gave no id is not told one.
[[nodiscard]] bool is_made_call_id(std::string_view id) noexcept;

/// The function that a tool's message answers for: its name, else that of the last call before it with its id.
/// Empty if there is neither.
[[nodiscard]] std::string function_of(const ChatRequest& request, const Message& message);

}  // namespace detail

ARAMID_END
