// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/secret.hpp>

#include "http_text.hpp"

#include <cstdlib>  // getenv

ARAMID_BEGIN

Secret::Secret(const std::string& text) : kind_{Kind::text}, text_{detail::trim(text)} {}

Secret Secret::from_env(const char* variable) {
  const char* value = variable != nullptr ? std::getenv(variable) : nullptr;
  Secret secret{value != nullptr ? std::string{value} : std::string{}};
  return secret.text_.empty() ? Secret{} : secret;
}

Secret Secret::from(std::function<std::string()> ask) {
  Secret secret;
  if (!ask) return secret;
  secret.kind_ = Kind::callback;
  secret.ask_ = std::move(ask);
  return secret;
}

Secret Secret::none() {
  Secret secret;
  secret.kind_ = Kind::none;
  return secret;
}

std::string Secret::reveal() const {
  if (kind_ != Kind::callback) return text_;
  const std::string text = ask_();
  return std::string{detail::trim(text)};
}

ARAMID_END
