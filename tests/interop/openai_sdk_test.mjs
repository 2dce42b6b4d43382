// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// OpenAI's own client at the demo's embedded fleet.

import assert from "node:assert/strict";
import { test } from "node:test";

import OpenAI from "openai";

import { failing, prompt, servers } from "./fates.mjs";

const options = { apiKey: "any", maxRetries: 0, timeout: 10_000 };
const clients = servers.map((url) => new OpenAI({ ...options, baseURL: `${url}/v1` }));
const [fast, broken, steady] = clients.map((client) => client.chat.completions);
const ask = { model: "demo", messages: [{ role: "user", content: prompt }] };

/** One word of an answer, soon or not at all. */
const word = (chats, stream = false) => async (user) => {
  const answer = await chats.create({ ...ask, user, stream, max_tokens: 1 }, { timeout: 1000 });
  if (stream) for await (const chunk of answer) assert.ok(chunk);
};

test("a whole answer", async () => {
  const answer = await steady.create({ ...ask, max_tokens: 8 });
  assert.equal(answer.object, "chat.completion");
  assert.equal(answer.choices[0].message.role, "assistant");
  assert.equal(answer.choices[0].message.content.split(" ").length, 8);
  assert.equal(answer.choices[0].finish_reason, "length");
  assert.equal(answer.usage.completion_tokens, 8);
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + 8);
});

test("a stream, by hand and by the SDK's own collector", async () => {
  let text = "";
  let last;
  let begun;
  for await (const chunk of await fast.create({ ...ask, stream: true })) {
    assert.equal(chunk.object, "chat.completion.chunk");
    text += chunk.choices[0]?.delta?.content ?? "";
    if (text) begun ??= performance.now();
    last = chunk;
  }
  // It comes as it is written, 10 ms a word.
  assert.ok(performance.now() - begun > 300);
  assert.ok(text.startsWith(`You said: "${prompt}"`));
  assert.ok(last.usage.completion_tokens > 0);

  const answer = await fast.stream({ ...ask, stream_options: { include_usage: true } }).finalChatCompletion();
  assert.equal(answer.choices[0].message.content, text);
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.equal(answer.usage.completion_tokens, last.usage.completion_tokens);
});

test("a message in parts", async () => {
  const content = ["In ", "parts."].map((text) => ({ type: "text", text }));
  const answer = await fast.create({ ...ask, messages: [{ role: "user", content }], max_tokens: 5 });
  assert.ok(answer.choices[0].message.content.startsWith('You said: "In parts."'));
});

test("mistakes of the caller", async () => {
  await assert.rejects(fast.create({ ...ask, model: "gpt-4o" }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, "model_not_found");
    return true;
  });
  await assert.rejects(fast.create({ model: "demo" }), OpenAI.BadRequestError);
});

test("429 is a RateLimitError with its Retry-After, to which the SDK's own retry keeps", async () => {
  const { number, error } = await failing(word(fast), (error) => error instanceof OpenAI.RateLimitError);
  assert.equal(error.headers.get("retry-after"), "1");
  assert.equal(error.code, "rate_limit_exceeded");

  const asked = performance.now();
  const answer = await fast.create({ ...ask, user: `again-${number}`, max_tokens: 1 }, { maxRetries: 1 });
  assert.ok(performance.now() - asked >= 990);
  assert.equal(answer.usage.completion_tokens, 1);
});

test("503 is an InternalServerError", async () => {
  const { error } = await failing(word(broken), (error) => error.status === 503);
  assert.ok(error instanceof OpenAI.InternalServerError);
  assert.match(error.message, /overloaded/);
});

test("an answer that breaks off is an error, streamed or not", async () => {
  for (const stream of [false, true]) {
    const { error } = await failing(word(broken, stream), (error) => !(error.status >= 500));
    assert.ok(error instanceof Error);
  }
});

test("who aborts is left alone, and the fleet goes on", async () => {
  const stream = await steady.create({ ...ask, stream: true });
  let pieces = 0;
  for await (const chunk of stream) {
    pieces += chunk.choices.length;
    if (pieces === 3) stream.controller.abort();
  }
  assert.ok(pieces < 10);
  const giveUp = new AbortController();
  const asked = steady.create(ask, { signal: giveUp.signal });
  giveUp.abort();
  await assert.rejects(asked, OpenAI.APIUserAbortError);
  assert.equal((await steady.create({ ...ask, max_tokens: 1 })).usage.completion_tokens, 1);
});
