// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "fleet.hpp"
#include "fleet_wire.hpp"

#include <nlohmann/json.hpp>

namespace chat {
namespace {

using Json = nlohmann::json;

/// Each event's name is repeated in its data.
std::string event(const Json& data) {
  return "event: " + data.at("type").get<std::string>() + "\ndata: " + data.dump() + "\n\n";
}

const char* stop_reason(bool cut) { return cut ? "max_tokens" : "end_turn"; }

Json message(const Envelope& answer, Json content, Json stop, std::size_t words) {
  return {{"id", "msg_demo-" + answer.id},
          {"type", "message"},
          {"role", "assistant"},
          {"model", fleet_model},
          {"content", std::move(content)},
          {"stop_reason", std::move(stop)},
          {"stop_sequence", nullptr},
          {"usage", {{"input_tokens", answer.prompt_tokens}, {"output_tokens", words}}}};
}

class AnthropicWire final : public Wire {
 public:
  [[nodiscard]] WireRequest read(const Json& body) const override {
    WireRequest request = read_common(body);
    request.user = body.value("metadata", Json::object()).value("user_id", "");
    request.max_tokens = body.value("max_tokens", 0);
    if (request.max_tokens < 1) request.problem = "max_tokens: must be a number from 1.";
    return request;
  }

  [[nodiscard]] std::string first(const Envelope& answer) const override {
    return event({{"type", "message_start"}, {"message", message(answer, Json::array(), nullptr, 1)}}) +
           event({{"type", "content_block_start"},
                  {"index", 0},
                  {"content_block", {{"type", "text"}, {"text", ""}}}}) +
           event({{"type", "ping"}});
  }

  [[nodiscard]] std::string word(const Envelope&, const std::string& text) const override {
    return event(
        {{"type", "content_block_delta"}, {"index", 0}, {"delta", {{"type", "text_delta"}, {"text", text}}}});
  }

  [[nodiscard]] std::string last(const Envelope&, std::size_t words, bool cut) const override {
    return event({{"type", "content_block_stop"}, {"index", 0}}) +
           event({{"type", "message_delta"},
                  {"delta", {{"stop_reason", stop_reason(cut)}, {"stop_sequence", nullptr}}},
                  {"usage", {{"output_tokens", words}}}}) +
           event({{"type", "message_stop"}});
  }

  [[nodiscard]] std::string whole(const Envelope& answer, const std::string& text, std::size_t words,
                                  bool cut) const override {
    Json content = Json::array({{{"type", "text"}, {"text", text}}});
    return message(answer, std::move(content), stop_reason(cut), words).dump();
  }

  [[nodiscard]] WireError error(Refusal why, std::string_view text) const override {
    struct Known {
      int status;
      const char* type;
    };
    static constexpr Known known[] = {{400, "invalid_request_error"},
                                      {404, "not_found_error"},
                                      {429, "rate_limit_error"},
                                      {529, "overloaded_error"}};
    const auto& [status, type] = known[static_cast<std::size_t>(why)];
    return {status, Json{{"type", "error"}, {"error", {{"type", type}, {"message", text}}}}.dump()};
  }
};

}  // namespace

const Wire& anthropic_wire() {
  static const AnthropicWire wire;
  return wire;
}

}  // namespace chat
