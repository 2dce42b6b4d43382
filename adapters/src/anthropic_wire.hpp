// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The wire format of Anthropic's Messages.
#pragma once

#include "chat_wire.hpp"

ARAMID_BEGIN

namespace detail {

class AnthropicWire final : public ChatWire {
 public:
  explicit AnthropicWire(std::int64_t default_max_tokens) noexcept
      : default_max_tokens_{default_max_tokens} {}

  [[nodiscard]] Written<WireRequest> encode(const ChatRequest& request, const std::string& model,
                                            bool stream) const override;
  [[nodiscard]] std::unique_ptr<ChatReader> reader() const override;
  [[nodiscard]] HttpHeaders::Field key_field(const std::string& key) const override {
    return {"x-api-key", key};
  }
  [[nodiscard]] HttpHeaders fields() const override { return {{"anthropic-version", "2023-06-01"}}; }

 private:
  std::int64_t default_max_tokens_;
};

}  // namespace detail

ARAMID_END
