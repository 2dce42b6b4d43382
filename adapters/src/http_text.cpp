// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "http_text.hpp"

#include <algorithm>  // binary_search, sort
#include <vector>     // vector

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

std::string one_line(std::string_view text) {
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
  return line;
}

bool continues_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

constexpr std::string_view redacted = "[redacted]";

// Texts that share this many bytes share words, not only letters.
constexpr std::size_t window_size = 16;

std::string_view window_at(std::string_view text, std::size_t at) noexcept {
  return text.substr(at, window_size);
}

// The windows of `text` that are among `sorted`.
std::vector<std::string_view> windows_among(std::string_view text,
                                            const std::vector<std::string_view>& sorted) {
  std::vector<std::string_view> found;
  for (std::size_t i = 0; i + window_size <= text.size(); ++i) {
    const std::string_view window = window_at(text, i);
    if (std::binary_search(sorted.begin(), sorted.end(), window)) found.push_back(window);
  }
  std::sort(found.begin(), found.end());
  return found;
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
    while (end > 0 && continues_character(text[end])) --end;
    text = text.substr(0, end);
  }
  std::string line = one_line(text);
  if (cut) line += "...";
  return line;
}

void redact(std::string& text, std::string_view secret, std::size_t shortest) {
  if (secret.size() < shortest || secret.empty()) return;
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + redacted.size())) {
    text.replace(at, secret.size(), redacted);
  }
}

void redact_overlap(std::string& message, std::string_view source) {
  const std::string words = one_line(source);
  if (words.size() < window_size) return redact(message, words);
  std::vector<std::string_view> windows;
  for (std::size_t i = 0; i + window_size <= message.size(); ++i) windows.push_back(window_at(message, i));
  std::sort(windows.begin(), windows.end());
  const std::vector<std::string_view> common = windows_among(words, windows);
  if (common.empty()) return;

  std::vector<bool> marked(message.size());
  for (std::size_t i = 0; i + window_size <= message.size(); ++i) {
    if (!std::binary_search(common.begin(), common.end(), window_at(message, i))) continue;
    for (std::size_t k = i; k < i + window_size; ++k) marked[k] = true;
  }
  // Whole characters only.
  for (std::size_t i = 1; i < message.size(); ++i) {
    if (continues_character(message[i]) && marked[i - 1]) marked[i] = true;
  }
  for (std::size_t i = message.size() - 1; i > 0; --i) {
    if (continues_character(message[i]) && marked[i]) marked[i - 1] = true;
  }
  std::string cleaned;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (!marked[i]) {
      cleaned.push_back(message[i]);
    } else if (i == 0 || !marked[i - 1]) {
      cleaned += redacted;
    }
  }
  message = std::move(cleaned);
}

void redact_keys(std::string& text, const HttpHeaders& headers) {
  for (const std::string_view field :
       {"authorization", "proxy-authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie"}) {
    for (const auto& [name, value] : headers) {
      if (!iequals(name, field) || value.empty()) continue;
      const std::size_t space = value.find(' ');
      if (space != std::string::npos) redact_overlap(text, std::string_view{value}.substr(space + 1));
      redact_overlap(text, value);
    }
  }
}

}  // namespace detail

ARAMID_END
