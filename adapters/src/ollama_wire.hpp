// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The wire format of Ollama's chat.
#pragma once

#include "chat_wire.hpp"

ARAMID_BEGIN

namespace detail {

class OllamaWire final : public ChatWire {
 public:
  [[nodiscard]] Written<WireRequest> encode(const ChatRequest& request, const std::string& model,
                                            bool stream) const override;
  [[nodiscard]] std::unique_ptr<ChatReader> reader() const override;
  [[nodiscard]] Framing framing() const noexcept override { return Framing::lines; }
  [[nodiscard]] const char* stream_type() const noexcept override { return "application/x-ndjson"; }
};

}  // namespace detail

ARAMID_END
