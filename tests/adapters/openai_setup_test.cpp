// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

#include <aramid/adapters/openai.hpp>

#include "environment.hpp"
#include "loopback.hpp"
#include "support/catch.hpp"

#include <functional>
#include <stdexcept>

using namespace aramid;
using support::Environment;
using support::Loopback;
using support::Peer;
using support::response;

namespace {

std::string whole(const std::string& text) {
  return R"({"id":"c","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":")" + text +
         R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":6}})";
}

}  // namespace

TEST_CASE("a missing key is the error of each call and names the variable", "[adapters][openai]") {
  const Environment no_key{"OPENAI_API_KEY", nullptr};
  const Environment no_samba{"SAMBANOVA_API_KEY", nullptr};
  const Environment no_hf{"HF_TOKEN", ""};
  const std::pair<OpenAi, const char*> rows[] = {
      {OpenAi{}, "OPENAI_API_KEY"}, {SambaNova{}, "SAMBANOVA_API_KEY"}, {HuggingFace{}, "HF_TOKEN"}};
  for (const auto& [provider, variable] : rows) {
    Context ctx;
    const auto answer = provider("Why?", ctx);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().fault == Fault::unauthorized);
    CHECK_THAT(answer.error().message, support::contains(variable));
    CHECK_FALSE(provider.ready());
  }
}

TEST_CASE("a key from the environment goes only to the endpoint's own address", "[adapters][openai]") {
  const Environment key{"OPENAI_API_KEY", "sk-from-environment"};
  CHECK(OpenAi{}.ready());
  std::string seen;
  const Loopback server{[&](Peer& peer, int) {
    seen = peer.request();
    peer.say(response(200, whole("x")));
  }};
  Context ctx;
  REQUIRE(OpenAi{{.model = "m", .base_url = server.url()}}("Why?", ctx));
  CHECK(seen.find("Authorization") == std::string::npos);
  CHECK(seen.find("sk-from-environment") == std::string::npos);
}

TEST_CASE("a key may come from a function, which may fail", "[adapters][openai]") {
  const Loopback server{[](Peer& peer, int) { peer.serve(response(200, whole("x"))); }};
  int asked = 0;
  const auto provider = [&](std::function<std::string()> ask) {
    return OpenAi{{.model = "m", .base_url = server.url(), .api_key = Secret::from(std::move(ask))}};
  };
  Context ctx;
  const OpenAi good = provider([&] { return "key" + std::to_string(++asked); });
  CHECK(good("Why?", ctx));
  CHECK(good("Why?", ctx));
  CHECK(asked == 2);
  CHECK(provider([] { return std::string{}; })("Why?", ctx).error().fault == Fault::unauthorized);
  CHECK(provider([]() -> std::string { throw std::runtime_error{"locked"}; })("Why?", ctx).error().fault ==
        Fault::unauthorized);
}

TEST_CASE("a bad URL or no model is the error of each call", "[adapters][openai]") {
  Context ctx;
  const OpenAi bad{{.model = "m", .base_url = "localhost:99999", .api_key = Secret::none()}};
  CHECK(bad("Why?", ctx).error().fault == Fault::invalid_request);
  CHECK_THAT(bad.ready().error().message, support::contains("scheme"));
  const OpenAi no_model{{.base_url = "http://127.0.0.1:1", .api_key = Secret::none()}};
  CHECK_THAT(no_model("Why?", ctx).error().message, support::contains("no model"));
  const Environment host{"OLLAMA_HOST", "http://127.0.0.1:notaport"};
  CHECK_THAT(OllamaCompatible{}.ready().error().message, support::contains("port"));
}

TEST_CASE("Ollama speaks OpenAI's language too, is found through OLLAMA_HOST and wants no key",
          "[adapters][openai]") {
  std::string seen;
  const Loopback server{[&](Peer& peer, int) {
    seen = peer.request();
    peer.say(response(200, whole("x")));
  }};
  const Environment host{"OLLAMA_HOST", ("127.0.0.1:" + std::to_string(server.port())).c_str()};
  Context ctx;
  REQUIRE(OllamaCompatible{{.model = "llama"}}("Why?", ctx));
  CHECK(seen.starts_with("POST /v1/chat/completions"));
  CHECK(seen.find("Authorization") == std::string::npos);
}

TEST_CASE("each endpoint has its name, which settings may change", "[adapters][openai]") {
  CHECK(OpenAi{}.name() == "openai");
  CHECK(SambaNova{}.name() == "sambanova");
  CHECK(HuggingFace{}.name() == "hf");
  CHECK(OllamaCompatible{}.name() == "ollama");
  CHECK(OpenAi{{.name = "mine"}}.name() == "mine");
}
