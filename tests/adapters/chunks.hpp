// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The events of a chat stream, as a server sends them; for one behind chunked encoding put them into chunk().
#pragma once

#include <aramid/adapters/chat.hpp>

#include <string>
#include <utility>

namespace support {

inline std::string sse(const std::string& data) { return "data: " + data + "\n\n"; }

/// A chunk with this delta, a JSON object.
inline std::string delta(const std::string& json, const std::string& finish = "null") {
  return sse(R"({"choices":[{"index":0,"delta":)" + json + R"(,"finish_reason":)" + finish + "}]}");
}
inline std::string says(const std::string& text) { return delta(R"({"content":")" + text + R"("})"); }

inline const std::string role_only = delta(R"({"role":"assistant","content":""})");
inline const std::string reasons = delta(R"({"content":"","reasoning":"Let me think."})");
inline const std::string names_tool =
    delta(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]})");
inline const std::string calls_tool =
    delta(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]})");
inline const std::string refuses = delta(R"({"refusal":"No"})");
inline const std::string stops = delta("{}", R"("stop")");
inline const std::string is_done = sse("[DONE]");

inline std::string times(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

/// Keeps what it hears, and where to look when the call breaks off.
struct Ear {
  std::string text;
  int pieces = 0;
  int restarts = 0;
  aramid::Partial partial{.cause = aramid::Fault::conflict};  // no stream ends with this one
  aramid::ChatRequest request{"Why?"};

  Ear() {
    request.on_text = [this](std::string_view piece) {
      text += piece;
      ++pieces;
    };
    request.partial = &partial;
  }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  /// With a screen that can be cleared.
  Ear& restartable() {
    request.on_restart = [this] {
      text.clear();
      ++restarts;
    };
    return *this;
  }
  [[nodiscard]] bool has_partial() const { return partial.cause != aramid::Fault::conflict; }
};

}  // namespace support
