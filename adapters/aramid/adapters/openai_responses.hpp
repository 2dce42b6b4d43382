// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/openai_responses.hpp: OpenAI's Responses.
//
//   using Client = Resilient<OpenAiResponses, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>>;
//   Client client{OpenAiResponses{{.model = "gpt-5-mini"}}};     // the key comes from OPENAI_API_KEY
//   ChatRequest request{"Why is the sky blue?"};
//   request.options.extra_json = R"({"reasoning":{"effort":"low"},"store":false})";
//   auto answer = client(request);
//
// `base_url` goes up to, not including "/responses". Keys, errors, time and threads: as
// <aramid/adapters/chat_provider.hpp> says.
// In a request: the system and developer messages at its beginning become `instructions`, later ones stay where
// they are. `seed` and the names of messages are not sent, and `stop` is an error: this API has none of them. Tools
// are sent as not strict, as chat completions have them. What has no name here goes into `extra_json`: `reasoning`,
// `store`, `previous_response_id`, the provider's own tools. A response in the background must be streamed.
// In an answer: `finish_reason` is `tool_calls` if a function is to be called, and `finish_reason_text` is the
// response's status, or why it is incomplete. The id of a ToolCall is its `call_id`. What is neither text nor a
// function call, such as reasoning and what the provider's own tools did, is `output` in `extra_json`, and counts
// as progress while it is streamed. Reasoning that was asked for encrypted
// ("include":["reasoning.encrypted_content"]) goes back with the next request if its message has the `extra_json`
// of the answer.
#pragma once

#include <aramid/adapters/chat_provider.hpp>

ARAMID_BEGIN

class OpenAiResponses : public ChatProvider {
 public:
  /// https://api.openai.com/v1, key from OPENAI_API_KEY.
  OpenAiResponses() : OpenAiResponses(ProviderSettings{}) {}
  explicit OpenAiResponses(const ProviderSettings& settings);
};

ARAMID_END
