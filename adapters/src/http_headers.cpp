// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/http_headers.hpp>

#include "http_text.hpp"

ARAMID_BEGIN

std::optional<std::string_view> HttpHeaders::find(std::string_view name) const noexcept {
  for (const Field& field : fields_) {
    if (detail::iequals(field.first, name)) return std::string_view{field.second};
  }
  return std::nullopt;
}

ARAMID_END
