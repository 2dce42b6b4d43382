// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The wire format of OpenAI's Responses.
#pragma once

#include "chat_wire.hpp"

ARAMID_BEGIN

namespace detail {

class OpenAiResponsesWire final : public ChatWire {
 public:
  [[nodiscard]] Written<WireRequest> encode(const ChatRequest& request, const std::string& model,
                                            bool stream) const override;
  [[nodiscard]] std::unique_ptr<ChatReader> reader() const override;
  /// The first events repeat the request's instructions and tools, and the last one the whole answer, in one line.
  [[nodiscard]] SseLimits limits() const noexcept override {
    return {.line = std::size_t{16} << 20, .event = std::size_t{16} << 20};
  }
};

}  // namespace detail

ARAMID_END
