// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "fleet.hpp"
#include "fleet_wire.hpp"

#include <nlohmann/json.hpp>

namespace chat {
namespace {

using Json = nlohmann::json;

std::string event(const Json& data) { return "data: " + data.dump() + "\n\n"; }

Json head(const Envelope& answer, const char* object) {
  return {{"id", "demo-" + answer.id}, {"object", object}, {"created", 0}, {"model", fleet_model}};
}

Json chunk(const Envelope& answer, Json delta, Json finish_reason) {
  Json json = head(answer, "chat.completion.chunk");
  json["choices"] =
      Json::array({{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", std::move(finish_reason)}}});
  return json;
}

Json usage(const Envelope& answer, std::size_t words) {
  const int written = static_cast<int>(words);
  return {{"prompt_tokens", answer.prompt_tokens},
          {"completion_tokens", written},
          {"total_tokens", answer.prompt_tokens + written}};
}

class OpenAiWire final : public Wire {
 public:
  [[nodiscard]] WireRequest read(const Json& body) const override {
    WireRequest request = read_common(body);
    request.user = body.value("user", "");
    request.max_tokens = body.value("max_tokens", body.value("max_completion_tokens", 0));
    return request;
  }

  [[nodiscard]] std::string first(const Envelope& answer) const override {
    return event(chunk(answer, {{"role", "assistant"}, {"content", ""}}, nullptr));
  }

  [[nodiscard]] std::string word(const Envelope& answer, const std::string& text) const override {
    return event(chunk(answer, {{"content", text}}, nullptr));
  }

  [[nodiscard]] std::string last(const Envelope& answer, std::size_t words, bool cut) const override {
    Json end = head(answer, "chat.completion.chunk");
    end["choices"] = Json::array();
    end["usage"] = usage(answer, words);
    return event(chunk(answer, Json::object(), cut ? "length" : "stop")) + event(end) + "data: [DONE]\n\n";
  }

  [[nodiscard]] std::string whole(const Envelope& answer, const std::string& text, std::size_t words,
                                  bool cut) const override {
    Json json = head(answer, "chat.completion");
    json["choices"] = Json::array({{{"index", 0},
                                    {"message", {{"role", "assistant"}, {"content", text}}},
                                    {"finish_reason", cut ? "length" : "stop"}}});
    json["usage"] = usage(answer, words);
    return json.dump();
  }

  [[nodiscard]] WireError error(Refusal why, std::string_view message) const override {
    struct Known {
      int status;
      const char* code;
    };
    static constexpr Known known[] = {{400, "invalid_request_error"},
                                      {404, "model_not_found"},
                                      {429, "rate_limit_exceeded"},
                                      {503, "overloaded"}};
    const auto& [status, code] = known[static_cast<std::size_t>(why)];
    return {status, Json{{"error", {{"message", message}, {"type", code}, {"code", code}}}}.dump()};
  }
};

}  // namespace

const Wire& openai_wire() {
  static const OpenAiWire wire;
  return wire;
}

}  // namespace chat
