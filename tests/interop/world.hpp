// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The servers that run.sh has started, as the tests see them.
#pragma once

#include <aramid/aramid.hpp>

#include <aramid/adapters/chat.hpp>
#include <aramid/adapters/http.hpp>

#include <string>

namespace interop {

/// What run.sh says about its servers, such as INTEROP_APP. Throws without it.
std::string world(const char* variable);

/// Asks the web server itself, past every proxy. Throws if it does not answer.
std::string ask_app(const std::string& method, const std::string& path);

/// The text that the model "text" answers.
const std::string& whole_text();

/// A user that no other test has, so that the web server can count its requests.
std::string new_user();
int requests_of(const std::string& user);

/// A streamed request whose text is heard. The web server is told of the first piece.
struct Heard {
  std::string user = new_user();
  std::string text{};
  int pieces = 0;
  aramid::Partial partial{};
  aramid::ChatRequest request{"Why?"};

  explicit Heard(const std::string& model, const char* user_field = "user");
  Heard(const Heard&) = delete;
  Heard& operator=(const Heard&) = delete;
};

/// Checks the two calls that every server here answers when it is asked for tools.
void check_calls(const aramid::Completion& answer);

/// For a failed REQUIRE.
template <class Result>
std::string problem(const aramid::Outcome<Result>& outcome) {
  if (outcome) return {};
  return std::string{to_string(outcome.error().fault)} + ": " + outcome.error().message.c_str();
}

}  // namespace interop
