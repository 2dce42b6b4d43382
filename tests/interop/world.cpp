// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include "world.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace interop {

std::string world(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr)
    throw std::runtime_error{std::string{variable} + " is not set: tests/interop/run.sh does"};
  return value;
}

std::string ask_app(const std::string& method, const std::string& path) {
  static const aramid::Http app{{.base_url = world("INTEROP_APP")}};
  aramid::Context ctx;
  const auto answer = app({.method = method, .path = path}, ctx);
  if (!answer) throw std::runtime_error{"the web server did not answer: " + problem(answer)};
  return answer->body;
}

const std::string& whole_text() {
  static const std::string text = ask_app("GET", "/text");
  return text;
}

std::string new_user() {
  static std::atomic<int> last{0};
  return "user-" + std::to_string(++last);
}

int requests_of(const std::string& user) { return std::stoi(ask_app("GET", "/count?user=" + user)); }

void check_calls(const aramid::Completion& answer) {
  REQUIRE(answer.tool_calls.size() == 2);
  CHECK(answer.tool_calls[0].id == "call_a");
  CHECK(answer.tool_calls[0].name == "weather");
  CHECK(answer.tool_calls[0].arguments == R"({"city":"Zürich","days":3})");
  CHECK(answer.tool_calls[1].id == "call_b");
  CHECK(answer.tool_calls[1].name == "clock");
  CHECK(answer.tool_calls[1].arguments == "{}");
}

Heard::Heard(const std::string& model, const char* user_field) {
  request.options.model = model;
  request.options.max_tokens = 4000;
  nlohmann::json extra;
  extra[nlohmann::json::json_pointer{std::string{"/"} + user_field}] = user;
  request.options.extra_json = extra.dump();
  request.partial = &partial;
  request.on_text = [this](std::string_view piece) {
    if (pieces++ == 0) ask_app("POST", "/heard?user=" + user);
    text += piece;
  };
}

}  // namespace interop
