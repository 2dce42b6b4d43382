// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Anthropic's messages from the web server behind nginx.

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
