// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/log_spdlog.cpp: what happens inside calls, in spdlog's log. Needs no network.
//
// run

#include <spdlog/spdlog.h>

#include <aramid/adapters/llm_client.hpp>
#include <aramid/testing.hpp>

using namespace aramid;

int main() {
  spdlog::set_level(spdlog::level::debug);
  testing::ManualClock clock;
  LlmClientSettings settings{.driver = &clock};
  // [spdlog]
  settings.log = [](LogLevel level, std::string_view line) {
    spdlog::log(static_cast<spdlog::level::level_enum>(level), "{}", line);
  };
  // [/spdlog]
  static_assert(static_cast<int>(LogLevel::warning) == static_cast<int>(spdlog::level::warn));
  int calls = 0;
  LlmProviders providers;
  providers.add("sambanova", [&](const ChatRequest&, Context&) -> Outcome<Completion> {
    if (++calls == 1) return fail(Fault::overloaded, 503);
    return Completion{};
  });
  LlmClient client{settings, std::move(providers)};
  return client.generate("Why is the sky blue?") ? 0 : 1;
}
