// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/chat_provider.hpp: what the chat providers have in common, whatever they speak on the wire.
//
//   ChatProvider chosen = wants_claude ? ChatProvider{Anthropic{{.model = "claude-sonnet-4-5"}}}
//                                      : ChatProvider{OpenAi{{.model = "gpt-4o-mini"}}};
//
// Any of them is kept, copied and called as a ChatProvider: nothing is lost by that.
// Construction opens no connection and throws nothing: a missing key or a bad URL is the error of each call,
// and of `ready()`. A key from the environment goes only to the endpoint's own address; with another
// `base_url`, give the key yourself.
// Errors: as <aramid/adapters/classify.hpp> and <aramid/adapters/http.hpp> say. Keys and prompts are cut out
// of error messages; the provider's id of the request is added to them.
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

struct ProviderSettings {
  std::string model{};     ///< for requests that name none
  std::string base_url{};  ///< up to, not including the path that the provider's class names; empty: its own
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

namespace detail {
class ChatWire;
}

class ChatProvider {
 public:
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
    const char* url_variable = nullptr;  // where `base_url` comes from, named if it is empty
  };
  ChatProvider(const ProviderSettings& settings, const Endpoint& endpoint,
               std::shared_ptr<const detail::ChatWire> wire);

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;  // empty only after being moved from
  Name name_;
};

ARAMID_END
