// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/fleet_wire.hpp: the fleet's side of the wire formats that it speaks.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint8_t
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

namespace chat {

struct WireRequest {
  std::string model;
  std::string user;
  std::string question;  ///< the last message
  int prompt_tokens = 0;
  int max_tokens = 0;  ///< 0: no limit
  bool stream = false;
  std::string problem;  ///< why it cannot be served; empty if it can
};

/// The fleet's whole knowledge: the answer to any question, word by word.
[[nodiscard]] std::vector<std::string> words_for(const WireRequest& request);

/// What all pieces of one answer have in common. A word stands for a token.
struct Envelope {
  std::string id;
  int prompt_tokens = 0;
};

enum class Refusal : std::uint8_t { bad_request, no_such_model, rate_limited, overloaded };

struct WireError {
  int status = 0;
  std::string body;
};

/// One provider's language. Objects live for ever and have no state.
class Wire {
 public:
  [[nodiscard]] virtual WireRequest read(const nlohmann::json& body) const = 0;
  [[nodiscard]] virtual std::string first(const Envelope& answer) const = 0;
  [[nodiscard]] virtual std::string word(const Envelope& answer, const std::string& text) const = 0;
  /// Why it ended, the usage, and the end mark.
  [[nodiscard]] virtual std::string last(const Envelope& answer, std::size_t words, bool cut) const = 0;
  /// The answer to a request without "stream".
  [[nodiscard]] virtual std::string whole(const Envelope& answer, const std::string& text, std::size_t words,
                                          bool cut) const = 0;
  [[nodiscard]] virtual WireError error(Refusal why, std::string_view message) const = 0;

 protected:
  ~Wire() = default;
};

[[nodiscard]] const Wire& openai_wire();     ///< chat completions
[[nodiscard]] const Wire& anthropic_wire();  ///< messages

/// `body` as a request; one that is not gets its `problem`.
[[nodiscard]] WireRequest read_request(const Wire& wire, const std::string& body);

/// What both formats write alike: the model, the stream switch, and messages with a text or a list of parts.
[[nodiscard]] WireRequest read_common(const nlohmann::json& body);

}  // namespace chat
