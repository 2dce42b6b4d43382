// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// aramid/adapters/gemini.hpp: Google's Gemini.
//
//   using Client = Resilient<Gemini, Backoff<Exponential, Jitter>, Breaker<5, 60s, 3>>;
//   Client client{Gemini{{.model = "gemini-2.5-flash"}}};         // the key comes from GEMINI_API_KEY
//   auto answer = client(ChatRequest{"Why is the sky blue?"});
//
// `base_url` goes up to, not including "/models"; one without a path gets "/v1beta". Keys, errors, time and
// threads: as <aramid/adapters/chat_provider.hpp> says; the key is never part of the address.
// In a request: a model is a name, or a path such as "tunedModels/mine". System and developer messages become the
// system instruction, wherever they stand. Neighbours of one role become one content, and empty ones are left out.
// A tool's answer goes out under the function's name: the message's `name`, or that of the call with its
// `tool_call_id`. Schemas are sent as JSON Schema. What has no name here, such as
// `generationConfig.thinkingConfig` or `safetySettings`, goes through `extra_json`.
// In an answer: tool calls without an id get one. Hand a ToolCall back as it came: Gemini 3 refuses one without its
// `signature`. "STOP" is `tool_calls` if there are any, and what Google will not show is `content_filter`; a prompt
// that was blocked is an error, Fault::content_filtered. Output tokens count thoughts too. Thoughts, and what
// Google's own tools did, are the `parts` in `extra_json`.
#pragma once

#include <aramid/adapters/chat_provider.hpp>

ARAMID_BEGIN

class Gemini : public ChatProvider {
 public:
  /// https://generativelanguage.googleapis.com/v1beta, key from GEMINI_API_KEY, else GOOGLE_API_KEY.
  Gemini() : Gemini(ProviderSettings{}) {}
  explicit Gemini(const ProviderSettings& settings);
};

ARAMID_END
