// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "fleet_wire.hpp"

#include "fleet.hpp"

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

std::string event(const Json& data) { return "data: " + data.dump() + "\n\n"; }

Json chunk(Json envelope, Json delta, Json finish_reason) {
  envelope["choices"] =
      Json::array({{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", std::move(finish_reason)}}});
  return envelope;
}

}  // namespace

WireRequest read_request(const std::string& body) {
  WireRequest request;
  try {
    const Json json = Json::parse(body);
    request.model = json.value("model", "");
    request.user = json.value("user", "");
    request.stream = json.value("stream", false);
    request.max_tokens = json.value("max_tokens", json.value("max_completion_tokens", 0));
    for (const Json& message : json.at("messages")) {
      request.question = message.value("content", "");
      request.prompt_tokens += static_cast<int>(request.question.size() / 4) + 4;
    }
  } catch (const Json::exception&) {
    request.problem = "The body is not a chat completion request.";
  }
  return request;
}

std::vector<std::string> words_for(const WireRequest& request) {
  constexpr const char* echo = "You said: \"{}\". I am a demo and know one thing. {}";
  std::istringstream text{request.user.empty() ? fmt::format(echo, request.question, lore) : lore};
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

Json Wire::envelope(const char* object) const {
  return {{"id", "demo-" + id_}, {"object", object}, {"created", 0}, {"model", fleet_model}};
}

Json Wire::usage(std::size_t words) const {
  const int answer = static_cast<int>(words);
  return {{"prompt_tokens", prompt_tokens_},
          {"completion_tokens", answer},
          {"total_tokens", prompt_tokens_ + answer}};
}

std::string Wire::first() const {
  return event(chunk(envelope("chat.completion.chunk"), {{"role", "assistant"}, {"content", ""}}, nullptr));
}

std::string Wire::word(const std::string& text, bool first) const {
  return event(chunk(envelope("chat.completion.chunk"),
                     {{"content", first ? text : fmt::format(" {}", text)}}, nullptr));
}

std::string Wire::last(std::size_t words, bool cut) const {
  Json end = envelope("chat.completion.chunk");
  end["choices"] = Json::array();
  end["usage"] = usage(words);
  return event(chunk(envelope("chat.completion.chunk"), Json::object(), cut ? "length" : "stop")) +
         event(end) + "data: [DONE]\n\n";
}

std::string Wire::whole(const std::vector<std::string>& words, bool cut) const {
  std::string text;
  for (const std::string& word : words) text += text.empty() ? word : fmt::format(" {}", word);
  Json answer = envelope("chat.completion");
  answer["choices"] = Json::array({{{"index", 0},
                                    {"message", {{"role", "assistant"}, {"content", text}}},
                                    {"finish_reason", cut ? "length" : "stop"}}});
  answer["usage"] = usage(words.size());
  return answer.dump();
}

void send_json(httplib::Response& response, const Json& body) {
  response.set_content(body.dump(), "application/json");
}

void send_error(httplib::Response& response, int status, const char* code, const std::string& message) {
  response.status = status;
  send_json(response, {{"error", {{"message", message}, {"type", code}, {"code", code}}}});
}

}  // namespace chat
