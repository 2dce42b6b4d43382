// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/anthropic.hpp: Anthropic's Messages.
//
//   using Client = Resilient<Anthropic, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>>;
//   Client client{Anthropic{{.model = "claude-sonnet-4-5"}}};     // the key comes from ANTHROPIC_API_KEY
//   auto answer = client(ChatRequest{"Why is the sky blue?"});
//
// `base_url` goes up to, not including "/v1/messages". Keys, errors, time and threads: as
// <aramid/adapters/chat_provider.hpp> says.
// In a request: system and developer messages become the system prompt, wherever they stand. Neighbours of one role
// become one message, and empty ones are left out. `seed` and the names of messages are not sent; a
// `response_format_json` must be a json_schema. Beta features: the header "anthropic-beta" in the settings, and
// `extra_json`, as for `thinking`.
// In an answer: `usage.input_tokens` counts what was read from the prompt cache and written to it as well. A stop
// for lack of tokens or context is `length`, and a tool call's arguments may then be cut off anywhere; a refusal is
// `content_filter`. Thoughts, and what Anthropic's own tools did, are the blocks of `content` in `extra_json`; a
// model that thinks wants them back with the answers to its tool calls: give the next request's message the
// `extra_json` of the answer.
#pragma once

#include <aramid/adapters/chat_provider.hpp>

ARAMID_BEGIN

class Anthropic : public ChatProvider {
 public:
  /// Of requests that set none: this API wants a number, and every model of theirs allows as many.
  static constexpr std::int64_t default_max_tokens = 4096;

  /// https://api.anthropic.com, key from ANTHROPIC_API_KEY.
  Anthropic() : Anthropic(ProviderSettings{}) {}
  explicit Anthropic(const ProviderSettings& settings);
};

ARAMID_END
