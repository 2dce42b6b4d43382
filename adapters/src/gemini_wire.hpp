// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The wire format of Gemini's generateContent.
#pragma once

#include "chat_wire.hpp"

ARAMID_BEGIN

namespace detail {

class GeminiWire final : public ChatWire {
 public:
  [[nodiscard]] Written<WireRequest> encode(const ChatRequest& request, const std::string& model,
                                            bool stream) const override;
  [[nodiscard]] std::unique_ptr<ChatReader> reader() const override;
  /// What it streams when something on the way drops the `alt=sse` of the address.
  [[nodiscard]] Framing framing() const noexcept override { return Framing::array; }
  [[nodiscard]] HttpHeaders::Field key_field(const std::string& key) const override {
    return {"x-goog-api-key", key};
  }
};

}  // namespace detail

ARAMID_END
