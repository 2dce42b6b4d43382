// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// The two languages that the web server of this folder speaks. Each is a set of functions that return one answer,
// or one piece of a streamed one, as it goes over the wire.

import { tools } from "./answers.mjs";

const usage = { input: 11, output: 22 };

const sse = (data, event) => `${event ? `event: ${event}\n` : ""}data: ${JSON.stringify(data)}\n\n`;

// The empty one is what both providers really send first.
const parts = (text) => ["", text.slice(0, 12), text.slice(12)];

export const openAi = {
  user: (body) => body.user ?? "",
  whole: (id, model, text) => ({
    id,
    object: "chat.completion",
    created: 1700000000,
    model,
    choices: [{ index: 0, message: { role: "assistant", content: text, refusal: null }, finish_reason: "stop" }],
    usage: { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: 33 },
  }),
  chunk: (id, model, delta, finish_reason = null) =>
    sse({
      id,
      object: "chat.completion.chunk",
      created: 1700000000,
      model,
      choices: [{ index: 0, delta, finish_reason }],
      usage: null,
    }),
  first(id, model) {
    return this.chunk(id, model, { role: "assistant", content: "" });
  },
  piece(id, model, text) {
    return this.chunk(id, model, { content: text });
  },
  last(id, model, reason = "stop") {
    const total = { prompt_tokens: usage.input, completion_tokens: usage.output, total_tokens: 33 };
    const end = { id, object: "chat.completion.chunk", created: 1700000000, model, choices: [], usage: total };
    return this.chunk(id, model, {}, reason) + sse(end) + "data: [DONE]\n\n";
  },
  calls(id, model) {
    const pieces = [];
    tools.forEach((tool, index) => {
      const head = { index, id: tool.id, type: "function", function: { name: tool.name, arguments: "" } };
      pieces.push(this.chunk(id, model, { tool_calls: [head] }));
      for (const part of parts(tool.arguments))
        pieces.push(this.chunk(id, model, { tool_calls: [{ index, function: { arguments: part } }] }));
    });
    return [...pieces, this.last(id, model, "tool_calls")];
  },
  error: (type, message) => ({ error: { message, type, param: null, code: type } }),
};

export const anthropic = {
  user: (body) => body.metadata?.user_id ?? "",
  whole: (id, model, text) => ({
    id,
    type: "message",
    role: "assistant",
    model,
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: usage.input, output_tokens: usage.output },
  }),
  first: (id, model) =>
    sse(
      {
        type: "message_start",
        message: {
          id,
          type: "message",
          role: "assistant",
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: usage.input, output_tokens: 1 },
        },
      },
      "message_start",
    ) +
    sse(
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      "content_block_start",
    ) +
    sse({ type: "ping" }, "ping"),
  piece: (id, model, text) =>
    sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }, "content_block_delta"),
  stop(index, stop_reason) {
    const delta = { stop_reason, stop_sequence: null };
    return (
      sse({ type: "content_block_stop", index }, "content_block_stop") +
      sse({ type: "message_delta", delta, usage: { output_tokens: usage.output } }, "message_delta") +
      sse({ type: "message_stop" }, "message_stop")
    );
  },
  last(id, model) {
    return this.stop(0, "end_turn");
  },
  calls() {
    const pieces = [sse({ type: "content_block_stop", index: 0 }, "content_block_stop")];
    tools.forEach((tool, at) => {
      const index = at + 1;
      const content_block = { type: "tool_use", id: tool.id, name: tool.name, input: {} };
      pieces.push(sse({ type: "content_block_start", index, content_block }, "content_block_start"));
      for (const part of parts(tool.arguments)) {
        const delta = { type: "input_json_delta", partial_json: part };
        pieces.push(sse({ type: "content_block_delta", index, delta }, "content_block_delta"));
      }
      if (at + 1 < tools.length) pieces.push(sse({ type: "content_block_stop", index }, "content_block_stop"));
    });
    return [...pieces, this.stop(tools.length, "tool_use")];
  },
  error: (type, message) => ({ type: "error", error: { type, message } }),
};
