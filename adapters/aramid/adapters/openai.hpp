// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/openai.hpp: chat completions of OpenAI and of everything that speaks the same language.
//
//   using Client = Resilient<OpenAi, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>>;
//   Client client{OpenAi{{.model = "gpt-4o-mini"}}};     // the key comes from OPENAI_API_KEY
//   auto answer = client(ChatRequest{"Why is the sky blue?"});
//   if (answer) std::cout << answer->text;
//
// Construction opens no connection and throws nothing: a missing key or a bad URL is the error of each call,
// and of `ready()`. A key from the environment goes only to the endpoint's own address; with another
// `base_url`, give the key yourself.
// Errors: as <aramid/adapters/classify.hpp> and <aramid/adapters/http.hpp> say. Keys and prompts are cut out
// of error messages.
// Time: as Http. It keeps to `ctx.phases` (PhaseTimeout): output is text, a refusal, a tool call, or reasoning
// that is not handed on; role-only and empty chunks, usage, pings and comments are none. An answer that is not
// streamed is one piece of output, when its body comes.
// Thread-safety: one object serves many threads. Copies share the connections.
#pragma once

#include <aramid/adapters/chat.hpp>
#include <aramid/adapters/http_headers.hpp>
#include <aramid/adapters/secret.hpp>
#include <aramid/error.hpp>

#include <memory>  // shared_ptr
#include <string>  // string

ARAMID_BEGIN

struct OpenAiSettings {
  std::string model{};     ///< for requests that name none
  std::string base_url{};  ///< up to, not including "/chat/completions"; empty: the endpoint's own
  Secret api_key{};        ///< not set: from the endpoint's environment variable
  Name name{};             ///< in errors and metrics; empty: the endpoint's own
  HttpHeaders headers{};   ///< sent besides
  Duration connect_timeout = std::chrono::seconds{5};
  Duration first_byte_timeout = std::chrono::seconds{90};  ///< of a stream
  Duration answer_timeout = std::chrono::seconds{600};     ///< of an answer that is not streamed
  Duration idle_timeout = std::chrono::seconds{120};  ///< of a stream, between two events; comments are none
  std::size_t max_connections = 8;
  std::size_t max_body = std::size_t{32} << 20;
  bool verify_tls = true;
  std::string ca_file{};
};

class OpenAi {
 public:
  /// https://api.openai.com/v1, key from OPENAI_API_KEY.
  OpenAi() : OpenAi(OpenAiSettings{}) {}
  explicit OpenAi(const OpenAiSettings& settings);

  /// Streams if the request has `on_text` or `stream`. Sets `ctx.usage` and `ctx.hints`. Throws nothing.
  [[nodiscard]] Outcome<Completion> operator()(const ChatRequest& request, Context& ctx) const;

  /// What is wrong with the settings, without asking anybody: the URL, or the missing key.
  [[nodiscard]] Outcome<void> ready() const;

  [[nodiscard]] Name name() const noexcept { return name_; }

 protected:
  /// A ready-made endpoint: where it is, what it is called, and where its key comes from.
  struct Endpoint {
    Name name;
    std::string base_url;
    const char* key_variable = nullptr;  // nullptr: wants no key
  };
  OpenAi(const OpenAiSettings& settings, const Endpoint& endpoint);

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;  // empty only after being moved from
  Name name_;
};

/// https://api.sambanova.ai/v1, key from SAMBANOVA_API_KEY.
class SambaNova : public OpenAi {
 public:
  SambaNova() : SambaNova(OpenAiSettings{}) {}
  explicit SambaNova(const OpenAiSettings& settings);
};

/// https://router.huggingface.co/v1, key from HF_TOKEN. A model may end in ":provider", ":fastest" or
/// ":cheapest".
class HuggingFace : public OpenAi {
 public:
  HuggingFace() : HuggingFace(OpenAiSettings{}) {}
  explicit HuggingFace(const OpenAiSettings& settings);
};

/// The host in OLLAMA_HOST ("host", "host:port" or a URL), else http://127.0.0.1:11434, under "/v1". No key.
/// The first call to a model loads it, which can take longer than `first_byte_timeout` allows.
class Ollama : public OpenAi {
 public:
  Ollama() : Ollama(OpenAiSettings{}) {}
  explicit Ollama(const OpenAiSettings& settings);
};

ARAMID_END
