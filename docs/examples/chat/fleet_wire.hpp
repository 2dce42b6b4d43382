// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/chat/fleet_wire.hpp: the fleet's side of OpenAI's wire format.
#pragma once

#include <httplib.h>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>      // size_t
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

[[nodiscard]] WireRequest read_request(const std::string& body);

/// The fleet's whole knowledge: the answer to any question, word by word.
[[nodiscard]] std::vector<std::string> words_for(const WireRequest& request);

/// One answer as it goes over the wire. A word stands for a token.
class Wire {
 public:
  Wire(std::string_view id, int prompt_tokens) : id_{id}, prompt_tokens_{prompt_tokens} {}

  [[nodiscard]] std::string first() const;
  [[nodiscard]] std::string word(const std::string& text, bool first) const;
  /// The finish reason, the usage, and the end mark.
  [[nodiscard]] std::string last(std::size_t words, bool cut) const;
  /// The answer to a request without "stream".
  [[nodiscard]] std::string whole(const std::vector<std::string>& words, bool cut) const;

 private:
  [[nodiscard]] nlohmann::json envelope(const char* object) const;
  [[nodiscard]] nlohmann::json usage(std::size_t words) const;

  std::string id_;
  int prompt_tokens_;
};

void send_json(httplib::Response& response, const nlohmann::json& body);
void send_error(httplib::Response& response, int status, const char* code, const std::string& message);

}  // namespace chat
