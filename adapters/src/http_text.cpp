// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_text.hpp"

ARAMID_BEGIN

namespace detail {

namespace {

std::string_view title_of(std::string_view page) noexcept {
  const std::size_t open = ifind(page.substr(0, 4096), "<title");
  if (open == std::string_view::npos) return {};
  const std::size_t begin = page.find('>', open);
  const std::size_t end = begin == std::string_view::npos ? begin : page.find('<', begin);
  return end == std::string_view::npos ? std::string_view{} : trim(page.substr(begin + 1, end - begin - 1));
}

}  // namespace

std::string shorten(std::string_view text) {
  text = trim(text);
  if (istarts_with(text, "<!doctype") || istarts_with(text, "<html")) {
    const std::string_view title = title_of(text);
    if (title.empty()) return "(an HTML page)";
    text = title;
  }
  const bool cut = text.size() > message_limit;
  if (cut) {
    std::size_t end = message_limit - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end);
  }
  std::string line;
  line.reserve(text.size() + 3);
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (!control) {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
  }
  if (cut) line += "...";
  return line;
}

void redact(std::string& text, std::string_view secret, std::size_t shortest) {
  if (secret.size() < shortest || secret.empty()) return;
  constexpr std::string_view mark = "[redacted]";
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + mark.size())) {
    text.replace(at, secret.size(), mark);
  }
}

}  // namespace detail

ARAMID_END
