// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "fleet_wire.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <sstream>  // istringstream

namespace chat {
namespace {

using Json = nlohmann::json;

constexpr const char* lore =
    "When a provider fails, every client that talks to it notices at the same moment. If all of them wait "
    "one second "
    "and try again, they come back together, as a wave, and knock it over once more. Jitter adds a random "
    "part to "
    "each wait, so that the wave flattens into a stream that a recovering server can carry.";

std::string text_of(const Json& content) {
  if (!content.is_array()) return content.is_null() ? std::string{} : content.get<std::string>();
  std::string text;
  for (const Json& part : content) text += part.value("text", "");
  return text;
}

}  // namespace

WireRequest read_common(const Json& body) {
  WireRequest request;
  request.model = body.value("model", "");
  request.stream = body.value("stream", false);
  for (const Json& message : body.at("messages")) {
    request.question = text_of(message.value("content", Json{}));
    request.prompt_tokens += static_cast<int>(request.question.size() / 4) + 4;
  }
  return request;
}

WireRequest read_request(const Wire& wire, const std::string& body) {
  try {
    return wire.read(Json::parse(body));
  } catch (const Json::exception&) {
    WireRequest request;
    request.problem = "The body is not a request for a chat.";
    return request;
  }
}

std::vector<std::string> words_for(const WireRequest& request) {
  constexpr const char* echo = "You said: \"{}\". I am a demo and know one thing. {}";
  std::istringstream text{request.user.empty() ? fmt::format(echo, request.question, lore) : lore};
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

}  // namespace chat
