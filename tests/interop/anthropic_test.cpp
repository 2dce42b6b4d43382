// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Anthropic's messages: from the web server behind nginx, and from a mock server that others wrote.

#include <aramid/adapters/anthropic.hpp>

#include "support/catch.hpp"
#include "world.hpp"

using namespace aramid;
using namespace std::chrono_literals;
using interop::Heard;
using interop::problem;
using interop::world;

namespace {

Anthropic provider(const std::string& base_url, HttpHeaders headers = {}) {
  return Anthropic{{.model = "text",
                    .base_url = base_url,
                    .api_key = Secret{"sk-interop"},
                    .headers = std::move(headers),
                    .ca_file = world("INTEROP_ROOT")}};
}

std::vector<std::string> ways() {
  return {world("INTEROP_NGINX") + "/buffered", world("INTEROP_NGINX") + "/unbuffered",
          world("INTEROP_NGINX") + "/old", world("INTEROP_TLS") + "/unbuffered"};
}

struct Addressed : Heard {
  explicit Addressed(const std::string& model) : Heard{model, "metadata/user_id"} {}
};

struct Asked : Addressed {
  explicit Asked(const char* prompt) : Addressed{""} {
    request.messages.front().content = prompt;
    request.options.tools = {{.name = "weather", .parameters_json = R"({"type":"object"})"},
                             {.name = "clock"}};
  }
};

using Guarded = Resilient<Anthropic, Retry<2, Backoff<Exponential, Jitter, 1ms, 2ms>>, Timeout<10s>>;
using Chat = Failover<Priority, Named<"first", Guarded>, Named<"second", Guarded>>;

}  // namespace

TEST_CASE("Anthropic's messages are whole on every way through nginx, compressed or not",
          "[interop][anthropic]") {
  for (const std::string& way : ways()) {
    for (const HttpHeaders& headers : {HttpHeaders{}, HttpHeaders{{"Accept-Encoding", "gzip"}}}) {
      INFO(way << ", " << headers.size());
      const Anthropic client = provider(way, headers);
      Context plain;
      const auto answer = client("Why?", plain);
      INFO(problem(answer));
      REQUIRE(answer);
      CHECK(answer->text == interop::whole_text());
      CHECK(answer->finish_reason == FinishReason::stop);

      Addressed heard{"text"};
      Context ctx;
      const auto streamed = client(heard.request, ctx);
      INFO(problem(streamed));
      REQUIRE(streamed);
      CHECK(heard.text == interop::whole_text());
      CHECK(ctx.usage.input_tokens == 11);
      CHECK(ctx.usage.output_tokens == 22);

      Addressed calls{"tools"};
      Context tools;
      const auto called = client(calls.request, tools);
      INFO(problem(called));
      REQUIRE(called);
      interop::check_calls(*called);
      CHECK(called->finish_reason == FinishReason::tool_calls);
    }
  }
}

TEST_CASE("a message that breaks off is the next provider's turn before its text, and interrupted after",
          "[interop][anthropic]") {
  for (const std::string& way : ways()) {
    for (const std::string model : {"head:rst", "early:fin", "early:rst", "late:fin", "late:rst"}) {
      INFO(way << ", " << model);
      Chat chat{provider(way), provider(ways()[1], {{"X-Model", "live"}})};
      Addressed heard{model};
      const auto answer = chat(heard.request);
      INFO(problem(answer));
      if (model.starts_with("late")) {
        REQUIRE_FALSE(answer);
        CHECK(answer.error().fault == Fault::interrupted);
        CHECK(heard.text.starts_with("first "));
        CHECK(heard.partial.completion.text == heard.text);
        CHECK(interop::requests_of(heard.user) == 1);
      } else {
        REQUIRE(answer);
        CHECK(heard.text == "first live");
        CHECK(interop::requests_of(heard.user) == 4);
      }
    }
  }
  Addressed limited{"429"};
  Context ctx;
  const auto answer = provider(ways()[0])(limited.request, ctx);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().fault == Fault::rate_limited);
  CHECK(answer.error().retry_after == 7s);
}

TEST_CASE("aimock's messages are read whole, and its errors are typed", "[interop][anthropic]") {
  const Anthropic client = provider(world("INTEROP_AIMOCK"));
  for (const bool streams : {false, true}) {
    Asked text{"text"};
    Asked tools{"weather"};
    if (!streams) text.request.on_text = tools.request.on_text = {};
    Context ctx;
    const auto answer = client(text.request, ctx);
    INFO(problem(answer));
    REQUIRE(answer);
    CHECK(answer->text == interop::whole_text());
    CHECK(text.text == (streams ? interop::whole_text() : std::string{}));
    CHECK(answer->finish_reason == FinishReason::stop);
    CHECK(ctx.usage.known());

    Context calls;
    const auto called = client(tools.request, calls);
    INFO(problem(called));
    REQUIRE(called);
    interop::check_calls(*called);
    CHECK(called->finish_reason == FinishReason::tool_calls);

    Asked found{"weather"};
    found.request.messages.push_back({.role = Role::assistant, .tool_calls = called->tool_calls});
    found.request.messages.push_back({.role = Role::tool, .content = "sunny", .tool_call_id = "call_a"});
    found.request.messages.push_back({.role = Role::tool, .content = "12:00", .tool_call_id = "call_b"});
    Context result;
    const auto concluded = client(found.request, result);
    INFO(problem(concluded));
    REQUIRE(concluded);
    CHECK(concluded->text == "It is noon, and sunny.");
  }

  const auto error_of = [&](const char* prompt) {
    Asked heard{prompt};
    Context ctx;
    const auto answer = client(heard.request, ctx);
    REQUIRE_FALSE(answer);
    UNSCOPED_INFO(prompt << ", " << problem(answer));
    return answer.error();
  };
  const Error limited = error_of("limited");
  CHECK(limited.fault == Fault::rate_limited);
  CHECK(limited.retry_after == 3s);
  CHECK(error_of("overloaded").fault == Fault::overloaded);
  CHECK(error_of("garbage").fault == Fault::malformed);
  CHECK(error_of("gone").fault == Fault::connection_lost);
  CHECK(error_of("cut").fault == Fault::interrupted);
}
