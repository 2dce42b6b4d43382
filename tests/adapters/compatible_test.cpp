// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The services that speak OpenAI's language: where they are asked, with which key, and what is different.

#include <aramid/adapters/compatible.hpp>

#include "chat_request.hpp"
#include "environment.hpp"
#include "loopback.hpp"
#include "parse.hpp"
#include "wire_answers.hpp"

#include <mutex>

using namespace aramid;
using detail::Json;
using support::Environment;
using support::Loopback;
using support::Peer;
using support::response;

namespace {

struct Service {
  const char* name;
  const char* url;
  const char* variable;
  ChatProvider (*make)(const ProviderSettings& settings);
};

template <class Provider>
ChatProvider make(const ProviderSettings& settings) {
  return Provider{settings};
}

constexpr Service services[] = {
    {"groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", make<Groq>},
    {"together", "https://api.together.ai/v1", "TOGETHER_API_KEY", make<Together>},
    {"openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", make<OpenRouter>},
    {"mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY", make<Mistral>},
    {"deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", make<DeepSeek>}};

// What the last request was.
class Server {
 public:
  [[nodiscard]] std::string url() const { return loopback_.url(); }
  [[nodiscard]] std::string request() {
    const std::lock_guard lock{mutex_};
    return seen_;
  }

 private:
  std::mutex mutex_;
  std::string seen_;
  Loopback loopback_{[this](Peer& peer, int) {
    for (std::string request = peer.request(); !request.empty(); request = peer.request()) {
      {
        const std::lock_guard lock{mutex_};
        seen_ = std::move(request);
      }
      peer.say(response(200, R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]})"));
    }
  }};
};

bool asks(const ChatProvider& provider, const ChatRequest& request = "Why?") {
  Context ctx;
  const auto answer = provider(request, ctx);
  INFO((answer ? "" : answer.error().message));
  CHECK(answer);
  return answer.has_value();
}

}  // namespace

TEST_CASE("each compatible service has its name, its key's variable and its address",
          "[adapters][compatible]") {
  for (const Service& service : services) {
    INFO(service.name);
    const Environment none{service.variable, nullptr};
    CHECK(service.make({}).name() == service.name);
    // A key is wanted at the service's own address, and nowhere else.
    for (const std::string& url : {std::string{}, std::string{service.url}, std::string{service.url} + "/"}) {
      const auto ready = service.make({.base_url = url}).ready();
      REQUIRE_FALSE(ready);
      CHECK_THAT(ready.error().message, support::contains(service.variable));
    }
    CHECK(service.make({.base_url = "https://example.org/v1"}).ready());
    const Environment key{service.variable, "k"};
    CHECK(service.make({}).ready());
  }
  CHECK(Vllm{}.name() == "vllm");
  CHECK(LlamaCpp{}.name() == "llamacpp");
  CHECK(Vllm{}.ready());
  CHECK(LlamaCpp{}.ready());
}

TEST_CASE("compatible services are asked as OpenAI is", "[adapters][compatible]") {
  Server server;
  for (const Service& service : services) {
    INFO(service.name);
    asks(
        service.make({.model = "m", .base_url = server.url() + "/api/v1", .api_key = Secret{"sk-test-key"}}));
    CHECK(server.request().starts_with("POST /api/v1/chat/completions HTTP/1.1\r\n"));
    CHECK_THAT(server.request(), support::contains("Authorization: Bearer sk-test-key\r\n"));
  }
  for (const ChatProvider& provider :
       {ChatProvider{Vllm{{.model = "m", .base_url = server.url() + "/v1"}}},
        ChatProvider{LlamaCpp{{.model = "m", .base_url = server.url() + "/v1"}}}}) {
    asks(provider);
    CHECK(server.request().starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
    CHECK(server.request().find("Authorization") == std::string::npos);
  }
}

TEST_CASE("Mistral gets nothing that it refuses", "[adapters][compatible]") {
  Server server;
  ChatRequest request;
  request.messages = {{.content = "Why?", .name = "ann"}};
  request.options.seed = 3;
  request.stream = true;
  asks(Mistral{{.model = "m", .base_url = server.url(), .api_key = Secret::none()}}, request);
  const std::string seen = server.request();
  CHECK(Json::parse(seen.substr(seen.find("\r\n\r\n") + 4)) == Json::parse(R"({"model":"m","stream":true,
    "random_seed":3,"messages":[{"role":"user","content":"Why?"}]})"));
}

TEST_CASE("finish reasons that only some have are understood", "[adapters][compatible]") {
  const auto answer = [](const std::string& word, bool stream) {
    const std::string choice = R"({"choices":[{"index":0,")" + std::string{stream ? "delta" : "message"} +
                               R"(":{"content":"x"},"finish_reason":")" + word + R"("}]})";
    return support::answered(detail::OpenAiWire::shared(), stream ? "data: " + choice + "\n\n" : choice);
  };
  for (const bool stream : {false, true}) {
    CHECK(answer("model_length", stream).completion.finish_reason == FinishReason::length);
    CHECK(answer("eos", stream).completion.finish_reason == FinishReason::stop);
    CHECK(answer("insufficient_system_resource", stream).error.value().fault == Fault::overloaded);
    CHECK(answer("error", stream).error.value().fault == Fault::unavailable);
  }
}

TEST_CASE("Azure's deployment and version are in the path, its key in a field of its own",
          "[adapters][compatible]") {
  const Environment no_version{"OPENAI_API_VERSION", nullptr};
  Server server;
  const auto path = [&](const std::string& base, const std::string& version = {}) {
    ChatRequest request{"Why?"};
    request.options.model = "my gpt/4";
    asks(AzureOpenAi{{.model = "m", .base_url = server.url() + base, .api_key = Secret{"sk-test-key"}},
                     version},
         request);
    CHECK_THAT(server.request(), support::contains("api-key: sk-test-key\r\n"));
    CHECK(server.request().find("Authorization") == std::string::npos);
    const std::string line = server.request().substr(0, server.request().find(" HTTP"));
    return line.substr(line.find('/'));
  };
  const std::string deployment = "/openai/deployments/my%20gpt%2F4/chat/completions?api-version=";
  CHECK(path("") == deployment + "2024-10-21");
  CHECK(path("/openai/") == deployment + "2024-10-21");
  CHECK(path("", "2025-01-01-preview") == deployment + "2025-01-01-preview");
  CHECK(path("/openai/v1/") == "/openai/v1/chat/completions");
  const Environment version{"OPENAI_API_VERSION", "2023-05-15"};
  CHECK(path("") == deployment + "2023-05-15");
}

TEST_CASE("Azure's address and key come from the environment, the key only to that address",
          "[adapters][compatible]") {
  const Environment no_address{"AZURE_OPENAI_ENDPOINT", nullptr};
  const Environment key{"AZURE_OPENAI_API_KEY", "sk-from-environment"};
  CHECK(AzureOpenAi{}.name() == "azure");
  CHECK_THAT(AzureOpenAi{}.ready().error().message, support::contains("AZURE_OPENAI_ENDPOINT"));
  Server server;
  asks(AzureOpenAi{{.model = "m", .base_url = server.url()}});
  CHECK(server.request().find("sk-from-environment") == std::string::npos);
  const Environment address{"AZURE_OPENAI_ENDPOINT", (server.url() + "/").c_str()};
  asks(AzureOpenAi{{.model = "m"}});
  CHECK_THAT(server.request(), support::contains("api-key: sk-from-environment\r\n"));
  const Environment no_key{"AZURE_OPENAI_API_KEY", nullptr};
  CHECK_THAT(AzureOpenAi{}.ready().error().message, support::contains("AZURE_OPENAI_API_KEY"));
}
