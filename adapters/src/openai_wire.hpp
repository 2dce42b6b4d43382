// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// The wire format of OpenAI's chat completions.
#pragma once

#include "chat_request.hpp"
#include "chat_wire.hpp"

ARAMID_BEGIN

namespace detail {

class OpenAiWire : public ChatWire {
 public:
  explicit OpenAiWire(const OpenAiQuirks& quirks = {}) noexcept : quirks_{quirks} {}

  [[nodiscard]] Written<WireRequest> encode(const ChatRequest& request, const std::string& model,
                                            bool stream) const override;
  [[nodiscard]] std::unique_ptr<ChatReader> reader() const override;

  /// One for all who need nothing else.
  [[nodiscard]] static std::shared_ptr<const ChatWire> shared();

 private:
  OpenAiQuirks quirks_;
};

}  // namespace detail

ARAMID_END
