// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// Anthropic's own client at the demo's embedded fleet.

import assert from "node:assert/strict";
import { test } from "node:test";

import Anthropic from "@anthropic-ai/sdk";

import { failing, prompt, servers } from "./fates.mjs";

const options = { apiKey: "any", maxRetries: 0, timeout: 10_000 };
const clients = servers.map((baseURL) => new Anthropic({ ...options, baseURL }));
const [fast, broken, steady] = clients.map((client) => client.messages);
const ask = { model: "demo", max_tokens: 200, messages: [{ role: "user", content: prompt }] };

/** One word of an answer, soon or not at all. */
const word = (messages, stream = false) => async (user_id) => {
  const answer = await messages.create({ ...ask, metadata: { user_id }, stream, max_tokens: 1 }, { timeout: 1000 });
  if (stream) for await (const event of answer) assert.ok(event);
};

test("a whole answer", async () => {
  const answer = await steady.create({ ...ask, max_tokens: 8 });
  assert.equal(answer.type, "message");
  assert.equal(answer.role, "assistant");
  assert.equal(answer.content[0].text.split(" ").length, 8);
  assert.equal(answer.stop_reason, "max_tokens");
  assert.equal(answer.usage.output_tokens, 8);
});

test("a stream, by hand and by the SDK's own collector", async () => {
  let text = "";
  let begun;
  const types = new Set();
  for await (const event of await fast.create({ ...ask, stream: true })) {
    types.add(event.type);
    if (event.type !== "content_block_delta") continue;
    text += event.delta.text;
    begun ??= performance.now();
  }
  // It comes as it is written, 10 ms a word.
  assert.ok(performance.now() - begun > 300);
  assert.ok(text.startsWith(`You said: "${prompt}"`));
  assert.ok(types.has("message_start") && types.has("message_stop"));

  const answer = await fast.stream(ask).finalMessage();
  assert.equal(answer.content[0].text, text);
  assert.equal(answer.stop_reason, "end_turn");
  assert.ok(answer.usage.input_tokens > 0 && answer.usage.output_tokens > 8);
});

test("mistakes of the caller", async () => {
  await assert.rejects(fast.create({ ...ask, model: "claude" }), Anthropic.NotFoundError);
  await assert.rejects(fast.create({ ...ask, max_tokens: undefined }), (error) => {
    assert.ok(error instanceof Anthropic.BadRequestError);
    assert.match(error.message, /max_tokens/);
    return true;
  });
});

test("429 is a RateLimitError with its Retry-After, to which the SDK's own retry keeps", async () => {
  const { number, error } = await failing(word(fast), (error) => error instanceof Anthropic.RateLimitError);
  assert.equal(error.headers.get("retry-after"), "1");
  assert.equal(error.type, "rate_limit_error");

  const asked = performance.now();
  const again = { ...ask, metadata: { user_id: `anew-${number}` }, max_tokens: 1 };
  const answer = await fast.create(again, { maxRetries: 1 });
  assert.ok(performance.now() - asked >= 990);
  assert.equal(answer.usage.output_tokens, 1);
});

test("529 is an InternalServerError, and an answer that breaks off is an error", async () => {
  const { error } = await failing(word(broken), (error) => error.status === 529);
  assert.ok(error instanceof Anthropic.InternalServerError);
  for (const stream of [false, true]) {
    const dropped = await failing(word(broken, stream), (error) => !(error.status >= 500));
    assert.ok(dropped.error instanceof Error);
  }
});

test("who aborts is left alone, and the fleet goes on", async () => {
  const stream = steady.stream(ask);
  const ended = assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
  stream.on("text", () => stream.abort());
  await ended;
  assert.equal((await steady.create({ ...ask, max_tokens: 1 })).usage.output_tokens, 1);
});
